"""The few fields of Go templates that release tools put into names. https://goreleaser.com/customization/templates/"""

from __future__ import annotations

import re
from collections.abc import Mapping

from auditor.targets.values import GAP

_ACTION = re.compile(r"\{\{-?\s*([^{}\n]{1,200}?)\s*-?\}\}")
_FIELDS = {
    ".ProjectName": "project",
    ".Version": "version",
    ".RawVersion": "version",
    ".Tag": "tag",
    ".FullVersion": "version",
    ".GitURL": "",
}


def without_go_templates(text: str, values: Mapping[str, str]) -> str:
    """The text with what is known filled in; `GAP` stands for what only the tool knows when it runs."""

    def value(found: re.Match[str]) -> str:
        field = found[1].strip()
        quoted = re.fullmatch(r'"([^"]{0,100})"|`([^`]{0,100})`', field)
        if quoted:
            return quoted[1] or quoted[2] or ""
        name = _FIELDS.get(field, "")
        return values.get(name, GAP) if name else GAP

    return _ACTION.sub(value, text.replace(GAP, ""))
