"""Makes wheels again of what is installed here, so that pip can install offline what it would get from an index."""

from __future__ import annotations

import re
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def needs_of(*names: str) -> dict[str, Distribution]:
    """These distributions without their extras, and all that they need here. Raises `PackageNotFoundError`."""
    found: dict[str, Distribution] = {}
    left = list(names)
    while left:
        name = left.pop()
        key = re.sub(r"[-_.]+", "-", name).lower()
        if key in found:
            continue
        found[key] = each = distribution(name)
        for line in each.requires or ():
            needed = _NAME.match(line)
            if needed is None or (name in names and "extra" in line.partition(";")[2]):
                continue
            try:
                distribution(needed[0])
            except PackageNotFoundError:
                continue  # for another system or Python
            left.append(needed[0])
    return found


def write_wheel(installed: Distribution, folder: Path) -> Path:
    """Put an installed distribution's files back into a wheel."""
    tags = [tag.split("-") for tag in re.findall(r"^Tag: (\S+)$", installed.read_text("WHEEL") or "", re.MULTILINE)]
    tag = "-".join(".".join(dict.fromkeys(each)) for each in zip(*tags, strict=True)) or "py3-none-any"
    name = re.sub(r"[-_.]+", "_", installed.metadata["Name"])
    place = folder / f"{name}-{installed.version}-{tag}.whl"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as wheel:
        for file in installed.files or ():
            path, place_here = file.as_posix(), Path(file.locate())
            if not path.startswith("..") and "__pycache__" not in path and place_here.is_file():
                wheel.write(place_here, path)
    return place
