"""One data set, everybody: write, size, every read in rounds, memory, latency, and whether the bits are right."""

import os
import shutil
import statistics as stats

import numpy as np

import work
from processes import Failed, select_first_value

ENGRAM_LAYOUT = "a store with its catalog: metadata, checksums and commit log included"


class Comparison:
    """All contestants on one data set; results are collected in a dict that JSON can hold."""

    def __init__(self, dataset, folder, contestants, rounds, threads, program, log):
        self.dataset, self.folder, self.contestants = dataset, folder, list(contestants)
        self.rounds, self.threads, self.program, self.log = rounds, threads, program, log
        self.data = os.path.join(folder, "data")
        self.works = work.works(dataset)
        self.wrong = []
        self.result = {
            "about": dataset.about,
            "examples": len(dataset.values),
            "runs": len(dataset.runs),
            "raw_bytes": dataset.values.nbytes,
            "rounds": rounds,
            "works": [{"key": w.key, "title": w.title, "bytes": w.byte_count} for w in self.works],
            "contestants": {c.name: {"reads": {}} for c in self.contestants},
        }

    def of(self, contestant):
        return self.result["contestants"][contestant.name]

    def store(self, contestant, number=0):
        return os.path.join(self.folder, "stores", f"{contestant.name}-{number}")

    def fail(self, contestant, error):
        """Notes why a contestant is out; it is reported, not dropped."""
        self.log(f"  {contestant.name}: {error}")
        self.of(contestant)["failed"] = str(error)
        self.contestants.remove(contestant)

    def run(self, parts, writes):
        self.write(writes)
        if "reads" in parts:
            for threads in self.threads:
                self.read(threads)
        if "memory" in parts:
            self.memory()
        if "latency" in parts:
            self.latency()
        return self.result

    def write(self, times):
        """Writes the data set, every contestant in turn, and keeps the last store."""
        self.log(f"write: {times} times")
        shutil.rmtree(os.path.join(self.folder, "stores"), ignore_errors=True)
        os.makedirs(os.path.join(self.folder, "stores"))
        for number in range(times):
            for contestant in turned(self.contestants, number):
                entry = self.of(contestant)
                try:
                    process = contestant.start()
                    extra = {"verify": False} if contestant.is_engram else {}
                    answer = process.ask(
                        "write",
                        data=self.data,
                        store=self.store(contestant, number),
                        threads=self.threads[0],
                        **extra,
                    )
                    entry.setdefault("write", []).append(answer["seconds"])
                    entry["versions"] = process.hello["versions"]
                    entry["layout"] = process.hello.get("layout", ENGRAM_LAYOUT)
                    process.end()
                    entry["bytes"] = size(self.store(contestant, number))
                    if number:
                        shutil.rmtree(self.store(contestant, number))
                except (Failed, OSError) as error:
                    self.fail(contestant, error)
        for contestant in list(self.contestants):
            entry = self.of(contestant)
            self.log(
                f"  {contestant.name:18s} ratio {self.result['raw_bytes'] / entry['bytes']:.3f}, "
                f"{stats.median(entry['write']) * 1e3:.0f} ms"
            )
        self.verified_write()

    def verified_write(self):
        """Engram's write once more with every bit read back, as `engram ingest` does it."""
        for contestant in [c for c in self.contestants if c.is_engram]:
            process = contestant.start()
            path = self.store(contestant, "verified")
            self.of(contestant)["verified_write"] = process.ask(
                "write", data=self.data, store=path, threads=self.threads[0], verify=True
            )["seconds"]
            process.end()
            shutil.rmtree(path)

    def read(self, threads):
        """Every read: each contestant once in each round, in an order that turns; the result is checked first."""
        processes = {}
        cores = threads if threads < len(os.sched_getaffinity(0)) else None
        for contestant in list(self.contestants):
            try:
                process = contestant.start(cores=cores)
                process.ask("open", store=self.store(contestant), threads=threads)
                processes[contestant.name] = process
            except Failed as error:
                self.fail(contestant, error)
        for item in self.works:
            self.log(f"{threads} threads: {item.title}")
            request = item.request(self.dataset, self.folder)
            expected = item.expected(self.dataset.values)
            present = [c for c in self.contestants if c.takes(item)]
            warm = {}
            for contestant in list(present):
                process = processes[contestant.name]
                try:
                    process.ask("prepare", work=request)
                    warm[contestant.name] = min(process.ask("run", times=2, fresh=False)["seconds"])
                    if contestant.checked:
                        self.check(process, contestant, item, expected)
                except Failed as error:
                    self.fail(contestant, error)
                    present.remove(contestant)
            times = {c.name: [] for c in present}
            for number in range(self.rounds):
                for contestant in turned(present, number):
                    # A first read that is not counted brings memory and caches back to this process.
                    slow = warm[contestant.name] > 0.1
                    seconds = processes[contestant.name].ask("run", times=2 if slow else 3, fresh=False)["seconds"][
                        1:
                    ]
                    times[contestant.name] += seconds
            for contestant in present:
                self.of(contestant)["reads"].setdefault(str(threads), {})[item.key] = times[contestant.name]
            best = sorted(present, key=lambda c: stats.median(times[c.name]))
            self.log("  " + ", ".join(f"{c.name} {stats.median(times[c.name]) * 1e3:.2f}" for c in best[:8]))
        for process in processes.values():
            process.end()

    def check(self, process, contestant, item, expected):
        """Compares the matrices of a read with what they must be, bit for bit."""
        path = os.path.join(self.folder, "dump")
        process.ask("dump", path=path)
        found = np.fromfile(path, np.uint32)
        os.remove(path)
        bits = np.concatenate([e.view(np.uint32).ravel() for e in expected])
        if len(found) != len(bits):
            raise Failed(f"{item.key}: {len(found)} values instead of {len(bits)}")
        different = np.flatnonzero(found != bits)
        if len(different):
            self.wrong.append(
                f"{self.dataset.name}, {contestant.name}, {item.title}: {len(different):,} of "
                f"{len(bits):,} values differ, the first at {different[0]}"
            )
            self.log("  WRONG " + self.wrong[-1])

    def memory(self):
        """Peak memory of one full scan above the level before it, and its time in new matrices; a process for each."""
        self.log("memory and fresh buffers")
        item = self.works[0]
        request = item.request(self.dataset, self.folder)
        for contestant in [c for c in self.contestants if c.takes(item)]:
            process = contestant.start(keeps_memory=False)
            process.ask("open", store=self.store(contestant), threads=self.threads[0])
            process.ask("prepare", work=request)
            process.forget_peak()
            before, private = process.memory("VmRSS"), process.memory("RssAnon")
            process.ask("run", times=1, fresh=False)
            self.of(contestant)["memory"] = process.memory("VmHWM") - before
            self.of(contestant)["private_memory"] = process.memory("RssAnon") - private
            self.of(contestant)["fresh"] = process.ask("run", times=self.rounds + 1, fresh=True)["seconds"][1:]
            process.end()

    def latency(self):
        """From opening a store to the first value, in a process that is warm."""
        self.log("open to first value")
        item = work.first_value(self.dataset)
        request = item.request(self.dataset, self.folder)
        expected = item.expected(self.dataset.values)
        present = [c for c in self.contestants if c.takes(item)]
        processes = {c.name: c.start() for c in present}
        for number in range(self.rounds + 1):
            for contestant in turned(present, number):
                answer = processes[contestant.name].ask(
                    "first", store=self.store(contestant), threads=self.threads[0], work=request
                )
                if number:  # the first is a warm-up
                    self.of(contestant).setdefault("first", []).append(answer["seconds"])
                elif contestant.checked:
                    self.check(processes[contestant.name], contestant, item, expected)
        for process in processes.values():
            process.end()
        self.shell(expected[0])

    def shell(self, expected):
        """The same from the shell: one process for one value."""
        path = os.path.join(self.folder, "first.npy")
        run = len(self.dataset.runs) // 2 + 1
        for contestant in [c for c in self.contestants if c.is_engram][:1]:
            self.of(contestant)["shell"] = [
                select_first_value(self.program, self.store(contestant), run, path) for _ in range(2 * self.rounds)
            ]
            if not np.array_equal(np.load(path).transpose(0, 2, 1).view(np.uint32), expected.view(np.uint32)):
                self.wrong.append(f"{self.dataset.name}: engram select gives other values for run {run}")


def turned(items, by):
    """A list that begins at another place in each round."""
    items = list(items)
    by %= max(1, len(items))
    return items[by:] + items[:by]


def size(path):
    """Bytes of all files under a folder."""
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)
