"""Reads findings that `relaudit check -o check.json` wrote, so that a job with rights can post what one without rights found.

The file may have been written by a stranger: a pull request's job runs the pull request's code. It is bounded, held to the
model, its numbers are counted anew, and its texts go through the same gate as fresh ones.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from auditor.collect.folder import BundleError
from auditor.diagnose.gate import cleaned
from auditor.model.check_report import CheckReport, tally_of

LARGEST = 8 << 20
"""Bytes."""
MOST_FINDINGS = 2_000


def read_check(file: Path) -> CheckReport:
    """Read a report. Raises `BundleError` when the file is none, or too large for one."""
    try:
        if file.stat().st_size > LARGEST:
            raise BundleError(f"{file}: too large for the findings of a check ({LARGEST >> 20} MiB at most)")
        found = CheckReport.model_validate_json(file.read_bytes())
    except OSError as error:
        raise BundleError(f"{file}: cannot be read: {error.strerror or error}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][:4])
        raise BundleError(
            f"{file}: no findings of this version of relaudit ({where or 'JSON'}: {first['msg']})"
        ) from None
    if len(found.findings) > MOST_FINDINGS:
        raise BundleError(f"{file}: more findings than a check tells ({MOST_FINDINGS} at most)")
    return cleaned(found.model_copy(update={"tally": tally_of(found.findings)}))
