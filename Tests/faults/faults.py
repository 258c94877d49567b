"""Every operation of a scenario fails in turn, in each way that its kind can fail."""

import errno
import json
import os
import signal
import subprocess

from inputs import Failure
from recorded import read_trace
from scenarios import LONGEST

# How each kind of operation can fail. `sticky` goes on failing, as a full disk does.
WAYS = {
    "O": [(errno.EIO, False), (errno.EMFILE, False), (errno.EMFILE, True), (errno.EACCES, False)],
    "C": [(errno.EIO, False), (errno.ENOSPC, True), (errno.EMFILE, True), (errno.EROFS, True)],
    "R": [(errno.EIO, False), (errno.EIO, True), (errno.EINTR, False), ("short", False)],
    "W": [(errno.EIO, False), (errno.ENOSPC, False), (errno.ENOSPC, True), (errno.EINTR, False), ("short", False)],
    "S": [(errno.EIO, False), (errno.EIO, True), (errno.ENOSPC, False)],
    "T": [(errno.EIO, False), (errno.ENOSPC, True)],
    "N": [(errno.EIO, False), (errno.ENOSPC, True)],
    "L": [(errno.EIO, False), (errno.ENOSPC, True), (errno.EMLINK, False)],
    "U": [(errno.EIO, False), (errno.EIO, True)],
    "D": [(errno.EIO, False)],
    "M": [(errno.EIO, False), (errno.ENOSPC, True)],
    "P": [(errno.ENOMEM, False), (errno.ENOMEM, True)],
}
KILLS = [("kill-before", False), ("kill-after", False)]
# Kinds that change something: a kill beside a read is the same as a kill beside its neighbours.
CHANGING = "CWSTNLUDM"


class Shim:
    """The library that is loaded before the program's own, built from shim.c."""

    def __init__(self, source, folder):
        self.library = os.path.join(folder, "shim.so")
        subprocess.run(
            ["cc", "-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", self.library, source, "-lpthread"], check=True)

    def environment(self, root, log=None, at=None, way=None):
        settings = dict(os.environ, LD_PRELOAD=self.library, ENGRAM_SHIM_ROOT=root, SWIFT_BACKTRACE="enable=no")
        if log:
            settings["ENGRAM_SHIM_LOG"] = log
        if at:
            settings |= {"ENGRAM_SHIM_AT": str(at), "ENGRAM_SHIM_DO": str(way[0])}
            if way[1]:
                settings["ENGRAM_SHIM_STICKY"] = "1"
        return settings

    def trace(self, laboratory, scenario):
        """Runs a scenario undisturbed, and returns what it did."""
        words = laboratory.words(scenario.words)
        log = os.path.join(laboratory.folder, "trace")
        if os.path.exists(log):
            os.remove(log)
        done = subprocess.run(
            words, env=self.environment(laboratory.names["watched"], log=log), input=laboratory.text(scenario),
            capture_output=True, text=True, timeout=LONGEST)
        if done.returncode != 0:
            raise Failure(f"undisturbed: exit code {done.returncode}: {done.stderr}")
        return read_trace(log)


def acknowledgements(scenario, before, output):
    """How many commits a program said were done: by the last line of the driver, or by the one answer of the command."""
    lines = [line for line in output.splitlines() if line.startswith("done ")]
    if lines:
        return int(lines[-1].split()[1]) - len(before)
    if scenario.input:
        return 1 if '"ended"' in output else 0
    return 1 if output.strip() and (scenario.commits == 1 or scenario.answers_first) else 0


def inject(shim, laboratory, scenario, before, number, way):
    """Disturbs one operation and checks what is left; the exit code of the program."""
    laboratory.restore()
    words = laboratory.words(scenario.words)
    environment = shim.environment(laboratory.names["watched"], at=number, way=way)
    try:
        done = subprocess.run(
            words, env=environment, input=laboratory.text(scenario), capture_output=True, text=True, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise Failure("it hangs") from None
    was_killed = done.returncode == -signal.SIGKILL and str(way[0]).startswith("kill")
    if done.returncode not in (0, 1, 3) and not was_killed:
        raise Failure(f"exit code {done.returncode}: {done.stderr.strip()[-400:]}")
    if done.returncode == 3 or (done.returncode == 1 and "restore" in done.stderr):
        raise Failure(f"a failing disk is called damage: {done.stderr.strip()[-400:]}")
    if done.returncode == 1 and not done.stderr.strip() and "error" not in done.stdout:
        raise Failure("it fails without a word")
    laboratory.check(scenario, before, acknowledgements(scenario, before, done.stdout), done.stdout)
    return done.returncode


def plan(trace):
    """Every (operation, way) to disturb."""
    jobs = []
    for operation in trace:
        jobs += [(operation.number, operation.kind, way) for way in WAYS.get(operation.kind, [])]
        if operation.kind in CHANGING:
            jobs += [(operation.number, operation.kind, way) for way in KILLS]
    return jobs


def describe(kind, number, way):
    name = way[0] if isinstance(way[0], str) else errno.errorcode[way[0]]
    return json.dumps({"operation": number, "kind": kind, "way": name, "from_then_on": way[1]})
