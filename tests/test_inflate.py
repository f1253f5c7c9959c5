import importlib
import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.logs import inflate
from auditor.logs.inflate import opened


def packed(data: bytes, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("log.txt", data)
    return buffer.getvalue()


def unpacked(data: bytes, chunk: int) -> bytes:
    archive = zipfile.ZipFile(io.BytesIO(data))
    with opened(archive, archive.infolist()[0]) as member:
        return b"".join(iter(lambda: member.read(chunk), b""))


@given(
    st.lists(st.binary(max_size=300)), st.integers(1, 5000), st.sampled_from([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
)
def test_a_member_is_read_as_it_was_written(parts: list[bytes], chunk: int, method: int) -> None:
    data = b"".join(part * 20 for part in parts)
    assert unpacked(packed(data, method), chunk) == data


def test_damage_is_told_as_zipfile_tells_it() -> None:
    data = packed(bytes(range(256)) * 400)
    at = data.index(b"log.txt") + len("log.txt") + 20
    with pytest.raises((zlib.error, zipfile.BadZipFile, EOFError)):
        unpacked(data[:at] + b"\xff" * 60 + data[at + 60 :], 1000)


def test_without_the_fast_library_zlib_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    inflate.isal.cache_clear()
    with monkeypatch.context() as patched:
        patched.setattr(importlib, "import_module", missing)
        assert unpacked(packed(b"abc" * 1000), 100) == b"abc" * 1000
    inflate.isal.cache_clear()
