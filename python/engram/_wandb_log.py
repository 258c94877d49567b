"""Reads the log of a run of Weights & Biases: records in blocks of 32 KiB, each with a checksum.

The library had a reader in Python up to 2025 and has none any more; its records are read by its own protobufs. The layout, little-endian:
7 bytes ``:W&B``, ``E1 BE``, version 0; then records of 4 bytes checksum, 2 bytes length, 1 byte kind (1 whole, 2 first, 3 middle, 4 last
part) and data. A block whose end has no room for the head of a record ends in zeros.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from . import _errors

BLOCK = 32768
HEAD = 7
MAGIC = b":W&B\xe1\xbe\x00"
WHOLE, FIRST, MIDDLE, LAST = 1, 2, 3, 4
CHECKSUMS = {kind: zlib.crc32(bytes([kind])) for kind in (WHOLE, FIRST, MIDDLE, LAST)}
#: The longest record that is put together: no row of a history is near it.
LONGEST = 256 << 20


class CutError(Exception):
    """The log ends in the middle of a record, or a record is damaged."""


def records(path: str) -> Iterator[bytes]:
    """The records of a log; CutError ends them where the log is cut or damaged."""
    with open(path, "rb") as file:
        if file.read(HEAD) != MAGIC:
            raise _errors.CorruptError(
                "this is no run of Weights & Biases", file=path, place="first 7 bytes", expected=repr(MAGIC), found="other bytes")
        place = HEAD
        whole = b""
        while True:
            left = BLOCK - place % BLOCK
            if left < HEAD:
                file.seek(left, 1)
                place += left
                continue
            head = file.read(HEAD)
            if not head:
                if whole:
                    raise CutError(f"at byte {place}")
                return
            if len(head) < HEAD:
                raise CutError(f"at byte {place}")
            checksum, length, kind = struct.unpack("<IHB", head)
            data = file.read(length)
            if len(data) < length or kind not in CHECKSUMS or zlib.crc32(data, CHECKSUMS[kind]) != checksum:
                raise CutError(f"at byte {place}")
            if (kind in (WHOLE, FIRST)) == bool(whole) or len(whole) + length > LONGEST:
                raise CutError(f"at byte {place}")
            place += HEAD + length
            whole += data
            if kind in (WHOLE, LAST):
                yield whole
                whole = b""
