"""Power is lost at every point of a scenario: what was not synced is gone, torn or out of order.

A file system may do with data that were not synced what it likes: keep them, drop them, keep a part of the last write, or keep
later ones without earlier ones. Names are made, changed and removed in order, but all since the last sync of their folder may
be lost. The first operation of the scenario starts from a store that is durable.
"""

import os
import shutil

from faults import acknowledgements
from inputs import Failure

# Disks write whole sectors.
SECTOR = 512
# Rebuilt by SQLite after a restart; it is shared memory, whose content is never synced.
VOLATILE = "-shm"
MODES = ["all kept", "unsynced dropped", "last write torn", "out of order"]


class File:
    """The bytes of one file: those that are durable, and the changes since."""

    def __init__(self, content=b""):
        self.durable = bytearray(content)
        self.pending = []

    def sync(self):
        for change in self.pending:
            apply(self.durable, change)
        self.pending = []

    def surviving(self, mode, numbers):
        """What is on the disk after power was lost."""
        content = bytearray(self.durable)
        pending = list(self.pending)
        if mode == "unsynced dropped":
            pending = []
        elif mode == "last write torn" and pending:
            offset, data = pending.pop()
            if data is not None:
                kept = numbers.randrange(0, len(data) + SECTOR, SECTOR)
                pending.append((offset, data[:kept]))
        elif mode == "out of order":
            pending = [change for change in pending if numbers.random() < 0.5]
        for change in pending:
            apply(content, change)
        return content


def apply(content, change):
    """Writes data at an offset, or cuts or extends a file where there are none."""
    offset, data = change
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data


class Disk:
    """The files below one folder while a trace is replayed."""

    def __init__(self, folder):
        self.folder = folder
        self.now = {}
        self.durable = {}
        # Changes of names since the last sync of their folder, oldest first: (folder, name, file or None).
        self.pending = []
        for where, folders, files in os.walk(folder):
            for name in folders:
                self.now[os.path.join(where, name)] = None
            for name in files:
                path = os.path.join(where, name)
                with open(path, "rb") as file:
                    self.now[path] = File(file.read())
        self.now[folder] = None
        self.durable = dict(self.now)

    def change_name(self, path, file, is_there=True):
        if is_there:
            self.now[path] = file
        else:
            self.now.pop(path, None)
        self.pending.append((os.path.dirname(path), path, file, is_there))

    def replay(self, operation):
        """Does one operation of the trace."""
        path, second = operation.path, operation.second
        if operation.kind == "C":
            self.change_name(path, File())
        elif operation.kind == "M":
            self.change_name(path, None)
        elif operation.kind == "W":
            self.now[path].pending.append((operation.offset, operation.data))
        elif operation.kind == "T":
            self.now[path].pending.append((operation.offset, None))
        elif operation.kind == "N":
            self.change_name(second, self.now[path])
            self.change_name(path, None, is_there=False)
        elif operation.kind == "L":
            # A link from outside of the folder is a file that was durable there.
            if path not in self.now:
                with open(path, "rb") as file:
                    self.now[path] = File(file.read())
            self.change_name(second, self.now[path])
        elif operation.kind in "UD":
            self.change_name(path, None, is_there=False)
        elif operation.kind == "S":
            if self.now.get(path) is None:
                self.sync_folder(path)
            else:
                self.now[path].sync()

    def sync_folder(self, folder):
        for place, path, file, is_there in self.pending:
            if place == folder:
                self.settle(self.durable, path, file, is_there)
        self.pending = [change for change in self.pending if change[0] != folder]

    @staticmethod
    def settle(names, path, file, is_there):
        if is_there:
            names[path] = file
        else:
            names.pop(path, None)

    def write_survivors(self, mode, numbers):
        """Writes what is left after power was lost, in place of what lies in the folder."""
        names = dict(self.durable)
        kept = self.pending
        if mode == "unsynced dropped":
            kept = []
        elif mode != "all kept":
            kept = kept[: numbers.randrange(len(kept) + 1)]
        for _, path, file, is_there in kept:
            self.settle(names, path, file, is_there)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        inside = {path: file for path, file in names.items() if path.startswith(self.folder + "/")}
        for path, file in sorted(inside.items(), key=lambda entry: entry[0]):
            if not os.path.isdir(os.path.dirname(path)):
                continue  # its folder is lost, so it is
            if file is None:
                os.makedirs(path, exist_ok=True)
            elif not path.endswith(VOLATILE):
                with open(path, "wb") as out:
                    out.write(file.surviving(mode, numbers))


def points(trace):
    """Where power is lost: after each operation that changes something."""
    return [place for place, operation in enumerate(trace) if operation.kind in "CWSTNLUDM"]


def lose_power(laboratory, scenario, before, trace, end, mode, numbers):
    """Replays a trace up to and with an operation, loses power, and checks what is left."""
    laboratory.restore()
    disk = Disk(laboratory.names["watched"])
    acknowledged = b""
    for operation in trace[: end + 1]:
        if operation.kind == "A":
            acknowledged += operation.data
        else:
            disk.replay(operation)
    disk.write_survivors(mode, numbers)
    done = acknowledgements(scenario, before, acknowledged.decode())
    try:
        laboratory.check(scenario, before, done, acknowledged.decode())
    except Failure as failure:
        raise Failure(f"after operation {trace[end].number} ({trace[end].kind} {trace[end].path}): {failure}") from None
