"""The processes that do the work: one for each peer and one for Engram, all of the same protocol (see worker.py)."""

import json
import os
import subprocess
import sys
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
# glibc keeps what is freed and never maps anew: repeated reads then pay for no fresh pages, whoever allocates.
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "68719476736", "MALLOC_TOP_PAD_": "67108864"}


# The statistic of the first value.
FIRST_STATISTIC = "weightabs_median"


class Failed(Exception):
    """What a process said when it could not do what it was asked."""


class Process:
    """A worker or driver; `cores` pins it to so many."""

    def __init__(self, command, cores=None, keeps_memory=True):
        environment = dict(os.environ, **(KEEP_MEMORY if keeps_memory else {}))
        chosen = set(sorted(os.sched_getaffinity(0))[-cores:]) if cores else None
        name = os.path.basename(command[-1]).lstrip("-")
        self.log = open(os.path.join(os.environ.get("STORE_BENCH_LOGS", "/tmp"), f"{name}.log"), "ab")
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            env=environment,
            preexec_fn=(lambda: os.sched_setaffinity(0, chosen)) if chosen else None,
        )
        self.hello = self.answer()

    def ask(self, operation, **arguments):
        """Sends one command and waits for its answer."""
        self.process.stdin.write(json.dumps({"op": operation, **arguments}).encode() + b"\n")
        self.process.stdin.flush()
        return self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"the process ended with {self.process.wait()}; see {self.log.name}")
        value = json.loads(line)
        if "error" in value:
            raise Failed(value["error"])
        return value

    def memory(self, key):
        """A line of /proc/PID/status in bytes: VmRSS now, RssAnon without mapped files, VmHWM at its peak."""
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) * 1024 for line in file if line.startswith(key + ":"))

    def forget_peak(self):
        """From now on VmHWM is the peak since now."""
        with open(f"/proc/{self.process.pid}/clear_refs", "w") as file:
            file.write("5")

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


class Contestant:
    """Engram or a peer: how to start its process, and what it says of itself once it has been started."""

    def __init__(self, name, command, is_engram=False):
        self.name, self.command, self.is_engram = name, command, is_engram
        self.hello = {}

    def start(self, **options):
        process = Process(self.command, **options)
        self.hello = process.hello
        return process

    @property
    def checked(self):
        """Whether its matrices are what was asked for; limits give other bytes."""
        return self.hello.get("checked", True)

    def takes(self, work):
        """Whether it is for this read; some are for one only."""
        works = self.hello.get("works")
        return works is None or work.key in works


def peer(name):
    """The contestant of benchmarks/store/peers."""
    return Contestant(name, [sys.executable, os.path.join(FOLDER, "worker.py"), name])


def engram(name, driver):
    """Engram by a driver, `store-bench` of one build or another."""
    return Contestant(name, [driver], is_engram=True)


def first_reads(name, driver):
    """The same, with nothing kept of the reads before; for the reads of which something is kept."""
    return Contestant(name, [driver, "--first-reads"], is_engram=True)


def measured(command):
    """Runs a command in a small process of its own: seconds, peak bytes, standard output."""
    starter = subprocess.run(
        [sys.executable, os.path.join(FOLDER, "starter.py"), *command], capture_output=True, text=True
    )
    if starter.returncode != 0:
        raise Failed(f"{' '.join(command)}: {starter.stderr.strip()[-400:]}")
    return json.loads(starter.stdout)


def timed(command):
    """Seconds of a whole process, from before its start to after its end."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status = process.wait()
    seconds = time.perf_counter() - started
    if status != 0:
        raise Failed(f"{' '.join(command)} ended with {status}")
    return seconds


def select_first_value(program, store, run, path):
    """Seconds from the shell to one statistic of one run in an .npy file: the whole process."""
    return timed(
        [
            program,
            "select",
            store,
            "--where",
            f"run_id = {run}",
            "--statistics",
            FIRST_STATISTIC,
            "--format",
            "npy",
            "-o",
            path,
        ]
    )
