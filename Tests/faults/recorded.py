"""What a program did to the files of one folder, as the shim recorded it."""

import dataclasses
import struct

HEAD = struct.Struct("<BIQIHH")


@dataclasses.dataclass(frozen=True)
class Operation:
    """One operation that succeeded; `number` is what the shim takes to disturb it. See shim.c for the kinds."""

    kind: str
    number: int
    offset: int
    length: int
    path: str
    second: str
    data: bytes


def read_trace(path):
    """All operations of a log, in order."""
    with open(path, "rb") as file:
        content = file.read()
    operations = []
    place = 0
    while place < len(content):
        kind, number, offset, length, first, second = HEAD.unpack_from(content, place)
        place += HEAD.size
        names = content[place : place + first + second].decode()
        place += first + second
        data = b""
        if chr(kind) in "WA":
            data = content[place : place + length]
            place += length
        operations.append(Operation(chr(kind), number, offset, length, names[:first], names[first:], data))
    return operations
