"""What a load test does to one store at once: each role is one step that is repeated until the time is over."""

import collections
import contextlib
import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "faults"))

from inputs import EPOCHS, LAYERS, STATISTICS, Failure, write_metadata, write_npy  # noqa: E402

# Longer than any step takes by far, waiting for writers included; what runs longer hangs.
LONGEST = 180
# Batches are drawn from a few files; the metadata of each batch are new.
ARRAYS = {"few": 64, "many": 1600}


class Load:
    """The store, what it must hold, and how often and how fast each verb ran."""

    def __init__(self, engram, folder, seconds, size):
        self.engram, self.driver = engram, os.path.join(os.path.dirname(engram), "store-driver")
        self.folder, self.size = folder, size * 1_000_000
        self.end = time.monotonic() + seconds
        self.rounds, self.generation = 0, 0
        self.store = ""
        self.lock = threading.Lock()
        self.losses, self.is_full = [], False
        self.counts = collections.Counter()
        self.latencies = collections.defaultdict(list)
        # Acknowledged commits with the number of examples after each; batches by number, with the name of their array.
        self.commits, self.batches = {}, {}
        self.values = {}
        for number, (name, examples) in enumerate(ARRAYS.items()):
            path = self.path(f"{name}.npy")
            write_npy(path, examples, number)
            with open(path, "rb") as file:
                bytes = file.read()
            start = 10 + struct.unpack_from("<H", bytes, 8)[0]
            self.values[name] = bytes[start:]

    def path(self, name):
        return os.path.join(self.folder, name)

    def begin_round(self):
        """A new store with one batch; the batches of the one before are forgotten with it."""
        if self.store:
            shutil.rmtree(self.store)
        self.rounds += 1
        self.generation = self.rounds
        self.store = self.path(f"store{self.rounds}.engram")
        self.commits, self.batches, self.is_full = {}, {}, False

    def is_over(self):
        return time.monotonic() > self.end

    def repeat(self, role, generator):
        """One role, until the time is over, the store is large, or something is lost."""
        while not (self.is_over() or self.losses or self.is_full):
            self.guard(role, generator)
            time.sleep(generator.random() * 0.05)

    def guard(self, step, *words):
        try:
            step(*words)
        except Failure as failure:
            self.losses.append(f"round {self.rounds}: {failure}")
        except Exception as error:  # a fault of the test is a failure of the test
            self.losses.append(f"round {self.rounds}: {type(error).__name__}: {error}")

    def run(self, *words, kill_after=None, allowed=(), codes=(0,)):
        """Runs a verb and returns its output; None where it was killed, or failed with a code that is allowed."""
        verb = words[0] if not words[0].startswith("/") else "forks"
        words = words if verb == "forks" else (self.engram, *words)
        start = time.monotonic()
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
        try:
            output, errors = process.communicate(timeout=kill_after or LONGEST)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            if kill_after is None:
                raise Failure(f"{' '.join(words[1:3])} hangs") from None
            self.count(f"{verb}: killed")
            return None
        if process.returncode not in codes:
            text = errors.decode(errors="replace").strip()
            code = self.code(text)
            if code not in allowed:
                raise Failure(f"{' '.join(words[1:])[:200]}: exit code {process.returncode}: {text[-600:]}")
            self.count(f"{verb}: {code}")
            return None
        with self.lock:
            self.latencies[verb].append(time.monotonic() - start)
        return output

    @staticmethod
    def code(text):
        """The code of an error in JSON on standard error."""
        try:
            value = json.loads(text.split("\n")[-1])
            return value.get("code") or value["error"]["code"]
        except (ValueError, KeyError, TypeError, AttributeError):
            return ""

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def acknowledge(self, commit, examples=None):
        with self.lock:
            self.commits[commit] = examples

    def log(self):
        """The example count after each commit."""
        sql = "SELECT commit_id, example_end FROM commit_log ORDER BY commit_id"
        rows = json.loads(self.run("sql", self.store, sql, "--json"))
        return {row["commit_id"]: row["example_end"] for row in rows}

    def table(self):
        lines = [f"{'verb':<10} {'done':>7} {'median':>9} {'99 %':>9} {'longest':>9}   otherwise"]
        for verb, times in sorted(self.latencies.items()):
            times = sorted(times)
            figures = [times[len(times) // 2], times[min(len(times) - 1, len(times) * 99 // 100)], times[-1]]
            others = ", ".join(f"{name.split(': ')[1]} {count}" for name, count in sorted(self.counts.items())
                               if name.startswith(f"{verb}:"))
            lines.append(f"{verb:<10} {len(times):>7} " + " ".join(f"{1000 * value:>6.0f} ms" for value in figures) + f"   {others}")
        others = [f"{name}: {count}" for name, count in sorted(self.counts.items()) if name.split(":")[0] not in self.latencies]
        return "\n".join([*lines, *others, f"{self.rounds} stores"])


class Recording:
    """A run that is being recorded; values say where they stand, exact and short in single precision."""

    layers, statistics, epochs = 3, ["weightabs_mean", "own_statistic"], 30

    def __init__(self, generation):
        self.seed = 0
        self.acknowledged = set()
        self.ended = []

    def value(self, seed, epoch, place):
        return seed % 1000 * 1000 + epoch + place / 4

    def lines(self):
        names = [f"layer{layer}" for layer in range(self.layers)]
        count = self.layers * len(self.statistics)
        yield {"run": {"task": "recorded", "learning_rule": "adam", "model_seed": -1 - self.seed}, "layers": names,
               "statistics": self.statistics}
        for epoch in range(self.epochs):
            values = [self.value(self.seed, epoch, place) for place in range(count)]
            yield {"epoch": epoch, "values": values, "metrics": {"loss": 1 / (1 + epoch)}}
        yield {"end": True}


class Roles:
    """The steps; each takes a generator of random numbers."""

    def __init__(self, load, recording):
        self.load, self.recording = load, recording
        self.next_batch = 1
        self.ingest(None)

    def longest(self, generator, chance=0.2):
        """After how long a writer is killed; mostly never."""
        return generator.random() * 0.4 + 0.001 if generator is not None and generator.random() < chance else None

    # Writers.

    def ingest(self, generator):
        """A new batch of runs; every commit that was reported is remembered."""
        number, name = self.next_batch, "many" if generator and generator.random() < 0.1 else "few"
        self.next_batch += 1
        table = self.load.path("batch.csv")
        write_metadata(table, ARRAYS[name], number, rules=("adam", "sgdm"))
        output = self.load.run(
            "ingest", self.load.path(f"{name}.npy"), self.load.store, "--metadata", table, "--statistics", ",".join(STATISTICS),
            "--epochs", f"0:{EPOCHS - 1}:1", "--force", "--json", kill_after=self.longest(generator), allowed=("busy",))
        if output is not None:
            answer = json.loads(output)
            self.load.acknowledge(answer["commit"])
            with self.load.lock:
                self.load.batches[number] = name
        self.load.is_full = self.size() > self.load.size

    def size(self):
        """Bytes of the store; files that go meanwhile are not counted."""
        size = 0
        for folder, _, names in os.walk(self.load.store):
            for name in names:
                with contextlib.suppress(FileNotFoundError):
                    size += os.stat(os.path.join(folder, name)).st_size
        return size

    def correct(self, generator):
        """An edit, runs hidden or shown again, a field joined; only of batches whose number divides by five."""
        number = 5 * generator.randint(1, max(1, self.next_batch // 5))
        where = ("--where", f"model_seed >= {number * 1000000} AND model_seed < {number * 1000000 + 8}")
        verb = generator.choice(["edit", "hide", "unhide", "join"])
        words = [verb, self.load.store]
        if verb == "join":
            table = self.load.path("joined.csv")
            with open(table, "w") as file:
                seeds = range(number * 1000000, number * 1000000 + 8)
                file.write("model_seed,note\n" + "".join(f"{seed},{generator.randint(0, 9)}\n" for seed in seeds))
            words += [table, "--by", "model_seed"]
        else:
            words += where
            words += ["--set", f"learning_rule={generator.choice(['adam', 'sgdm'])}", "--reason", "load"] if verb == "edit" else []
        output = self.load.run(
            *words, "--json", kill_after=self.longest(generator), allowed=("busy", "notFound", "exists"))
        if output is not None and (commit := json.loads(output).get("commit")):
            self.load.acknowledge(commit)

    def compact(self, generator):
        time.sleep(generator.random() * 2)
        words = ["compact", self.load.store, *(["--all"] if generator.random() < 0.2 else []), "--json"]
        self.load.run(*words, kill_after=self.longest(generator, 0.3), allowed=("busy",))

    def record(self, generator):
        """A run from its start to its end, or to a kill; the next step resumes it."""
        recording = self.recording
        process = subprocess.Popen(
            [self.load.engram, "record", self.load.store], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True)
        victim = generator.randrange(recording.epochs * 3)
        killer = threading.Timer(LONGEST, process.kill)
        killer.start()
        start, has_ended = time.monotonic(), False
        for number, line in enumerate(recording.lines()):
            process.stdin.write(json.dumps(line) + "\n")
            process.stdin.flush()
            if number == victim:
                time.sleep(generator.random() * 0.01)
                process.kill()
                self.load.count("record: killed")
                break
            text = process.stdout.readline()
            if not text:
                raise Failure(f"record ended with code {process.wait()}")
            answer = json.loads(text)
            if "error" in answer:
                code = answer["error"]["code"]
                if code == "exists" and number == 0:
                    has_ended = True  # it was killed between its end and the answer
                elif code != "busy":
                    raise Failure(f"record: {answer}")
                else:
                    self.load.count("record: busy")
                break
            if answer["ok"] in ("started", "resumed") and not recording.acknowledged <= set(answer["epochs"]):
                raise Failure(f"record: acknowledged {sorted(recording.acknowledged)}, found {answer['epochs']}")
            if answer["ok"] == "recorded":
                recording.acknowledged.add(answer["epoch"])
                self.load.count("record: checkpoints")
            has_ended = answer["ok"] == "ended"
        process.stdin.close()
        process.wait()
        process.stdout.close()
        killer.cancel()
        if has_ended:
            with self.load.lock:
                self.load.latencies["record"].append(time.monotonic() - start)
            recording.ended.append(recording.seed)
            recording.seed, recording.acknowledged = recording.seed + 1, set()

    def analyse(self, generator):
        """Splits and a classifier on them."""
        time.sleep(generator.random() * 3)
        name = f"split{generator.randint(0, 10 ** 9)}"
        where = ("--where", "task = 'crash' AND learning_rule IN ('adam', 'sgdm')")
        kill = self.longest(generator)
        made = self.load.run(
            "split", "balanced", self.load.store, "--name", name, "--repeats", "2", *where, "--json", kill_after=kill,
            allowed=("busy",))
        if made is None:
            return
        self.load.run(
            "classify", self.load.store, "--split", name, "--model", "random-forest", "--set", "n_estimators=3", "--threads", "1",
            "--accept-leakage", "--json", kill_after=self.longest(generator), allowed=("busy",))

    # Readers.

    def read(self, generator):
        """Facts, SQL, and the values of a batch that no correction touches, compared bit by bit."""
        with self.load.lock:
            known, batches = dict(self.load.commits), [item for item in self.load.batches.items() if item[0] % 5]
        info = json.loads(self.load.run("info", self.load.store, "--json"))
        if known and info["commit"] < max(known):
            raise Failure(f"info says commit {info['commit']}; {max(known)} was acknowledged before")
        if generator.random() < 0.3:
            log = self.load.log()
            if sorted(log) != list(range(1, len(log) + 1)) or not set(known) <= set(log):
                raise Failure(f"commits {sorted(set(known) - set(log))} are lost, or not numbered one by one")
        if batches:
            self.check_batch(*generator.choice(batches), generator)

    def check_batch(self, number, name, generator=None):
        first, count = number * 1000000, ARRAYS[name] // LAYERS
        if generator is not None:  # a few runs of it
            first, count = first + generator.randrange(count), 1
        path = self.load.path(f"read{threading.get_ident()}.npy")
        self.load.run(
            "select", self.load.store, "--where", f"model_seed >= {first} AND model_seed < {first + count}", "--statistics",
            ",".join(STATISTICS), "--epochs", f"0:{EPOCHS - 1}", "--format", "npy", "-o", path)
        with open(path, "rb") as file:
            bytes = file.read()
        run = LAYERS * EPOCHS * len(STATISTICS) * 4
        start = (first - number * 1000000) * run
        if bytes[10 + struct.unpack_from("<H", bytes, 8)[0]:] != self.load.values[name][start:start + count * run]:
            raise Failure(f"batch {number}, runs from {first}: other values than were written")

    def verify(self, generator):
        time.sleep(generator.random() * 3)
        report = json.loads(self.load.run("verify", self.load.store, "--json", codes=(0, 3)))
        if report["problems"]:
            raise Failure(f"verify: {report['problems'][:3]}")
        with self.load.lock:
            self.load.counts["pages that another SQLite wrote, at most"] = max(
                self.load.counts["pages that another SQLite wrote, at most"], report["unsealed_pages"])

    def share(self, generator):
        """SQLite as it is opens the catalog for writing, with locks of the other kind, and closes it; the folder is copied."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.load.store, "catalog.sqlite"), timeout=LONGEST)) as catalog:
            whole = "SELECT (SELECT max(example_end) FROM commit_log) = (SELECT sum(example_count) FROM extent)"
            if catalog.execute(whole).fetchone()[0] == 0:
                raise Failure("SQLite as it is reads half a commit")
        self.load.count("opens by another SQLite")
        if generator.random() < 0.05:
            copy = self.load.path("copied.engram")
            with contextlib.suppress(shutil.Error, FileNotFoundError):  # files come and go meanwhile
                shutil.copytree(self.load.store, copy, dirs_exist_ok=True)
            shutil.rmtree(copy, ignore_errors=True)
            self.load.count("copies of the folder")

    def fork(self, generator):
        """Forks beside threads that ask, read and write, in a store of their own."""
        time.sleep(generator.random() * 5)
        path = self.load.path("forked.engram")
        shutil.rmtree(path, ignore_errors=True)
        kind = generator.choice(["sql", "read", "write"])
        answer = self.load.run(self.load.driver, "forks", path, kind, "20").decode()
        if "forks 20 good 20 hung 0" not in answer:
            raise Failure(f"forks, {kind}: {answer}")

    # At the end.

    def check_everything(self):
        """Every acknowledged commit, every batch, every recorded run."""
        self.verify(_Never())
        log = self.load.log()
        if lost := set(self.load.commits) - set(log):
            raise Failure(f"acknowledged commits are lost: {sorted(lost)}")
        for number, name in self.load.batches.items():
            if number % 5:
                self.check_batch(number, name)
        for seed in self.recording.ended:
            rows = json.loads(self.load.run(
                "select", self.load.store, "--where", f"model_seed = {-1 - seed}", "--format", "json"))
            self.check_recorded(seed, rows)
        self.load.count("batches checked at the end")
        self.load.counts["batches checked at the end"] += len(self.load.batches) - 1
        self.load.counts["recorded runs checked at the end"] += len(self.recording.ended)
        self.load.counts["commits acknowledged"] += len(self.load.commits)

    def check_recorded(self, seed, rows):
        recording = self.recording
        if len(rows) != recording.layers:
            raise Failure(f"recorded run {seed} has {len(rows)} examples")
        for layer, row in enumerate(rows):
            for epoch in range(recording.epochs):
                for place, name in enumerate(recording.statistics):
                    expected = recording.value(seed, epoch, layer * len(recording.statistics) + place)
                    if row[f"{name}@{epoch}"] != expected:
                        raise Failure(f"recorded run {seed}, layer {layer}, epoch {epoch}: {row[f'{name}@{epoch}']}, not {expected}")


class _Never:
    """A generator for steps that need not wait."""

    def random(self):
        return 0
