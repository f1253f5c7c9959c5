"""Takes compressed indexes apart without trusting their sizes."""

from __future__ import annotations

import bz2
import lzma
import zlib

MOST_BYTES = 96 * 1024 * 1024
"""Of one index, unpacked. The largest public ones have about 70 MB."""


class UnpackingError(Exception):
    """Why the bytes could not be unpacked: a clause for people."""


def unpacked(body: bytes, name: str) -> bytes:
    """Unpack by the bytes' own signature (gzip, xz, bzip2; plain bytes stay). Raises `UnpackingError`.

    `name` is for the message.
    """
    if body.startswith(b"\x28\xb5\x2f\xfd"):
        raise UnpackingError(f"{name} is compressed with zstd, which cannot be read here")
    try:
        if body.startswith(b"\x1f\x8b"):
            stream = zlib.decompressobj(wbits=31)
            plain = stream.decompress(body, MOST_BYTES + 1)
            ended = stream.eof
        elif body.startswith(b"\xfd7zXZ\x00"):
            xz = lzma.LZMADecompressor(memlimit=MOST_BYTES)
            plain = xz.decompress(body, MOST_BYTES + 1)
            ended = xz.eof
        elif body.startswith(b"BZh"):
            bzip = bz2.BZ2Decompressor()
            plain = bzip.decompress(body, MOST_BYTES + 1)
            ended = bzip.eof
        else:
            plain, ended = body, True
    except (zlib.error, lzma.LZMAError, OSError, EOFError, MemoryError):
        raise UnpackingError(f"{name} is not whole, or not what it says") from None
    if len(plain) > MOST_BYTES:
        raise UnpackingError(f"{name} unpacks to more than {MOST_BYTES // (1024 * 1024)} MB")
    if not ended:
        raise UnpackingError(f"{name} is cut off")
    return plain
