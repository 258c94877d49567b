"""client.py -- what scripts/two_hosts_test runs on the first host: plans whose tasks both hosts do, beside the same plans here."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import shutil
import signal
import sys
import time

import numpy as np
from distributed import Client

import engram
from engram import plans

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "fixtures"


def content(store):
    """A hash of every value and of all metadata."""
    selection = engram.open(store).select(statistics="all")
    digest = hashlib.sha256(selection.to_numpy().tobytes())
    digest.update(repr((selection.columns, selection.metadata().rows())).encode())
    return digest.hexdigest()


def results(store):
    """The results of a store without times and numbers."""
    def plain(value):
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items() if "seconds" not in key and key not in ("id", "from_store", "peak_memory_bytes")}
        return [plain(one) for one in value] if isinstance(value, list) else value

    opened = engram.open(store)
    return sorted(json.dumps(plain(opened.results(row["id"]))) for row in opened.results())


def host():
    """The network namespace of this process, and its number."""
    return os.readlink("/proc/self/ns/net"), os.getpid()


def workers_done(client, since):
    """How many tasks each host has done, by its address."""
    counts = {}
    for task in client.get_task_stream(start=since):
        address = task["worker"].split("//")[1].split(":")[0]
        counts[address] = counts.get(address, 0) + 1
    return dict(sorted(counts.items()))


def killing(client, moments):
    """What is told of progress, and kills a worker of the second host when so many tasks are done."""
    def tell(stage, done, total, unit):
        if done in moments:
            for address, (_, number) in client.run(host).items():
                if "192.0.2.2" in address:
                    os.kill(number, signal.SIGKILL)
                    print(f"killed {address} when {done} of {total} tasks were done", flush=True)
                    return
    return tell


def main(address, work):
    work = pathlib.Path(work)
    given = []
    for number in range(24):
        path = work / "inputs" / f"v1_{number}.npy"
        np.save(path, np.random.RandomState(number).randn(5, 400, 50).astype(np.float32))
        given.append({"activations": {"v1": str(path)}, "epochs": "0:20:5", "set": {"animal": f"M{number}", "learning_rule": "ab"[number % 2]}})
    with Client(address, timeout="60s") as client:
        client.wait_for_workers(4, timeout=60)
        hosts = client.run(host)
        assert len({name for name, _ in hosts.values()}) == 2, hosts
        seen = client.run(lambda folder: os.path.exists(folder), str(work / "store" / "mark"))
        (work / "store" / "mark").touch()
        seen = client.run(lambda folder: os.path.exists(folder), str(work / "store" / "mark"))
        assert [found for name, found in sorted(seen.items()) if "192.0.2.2" in name] == [False, False], seen
        client.get_task_stream()

        started = time.time()
        report = plans.observe(work / "store" / "spread.engram", given).run(client, progress=killing(client, {6, 14}))
        done = workers_done(client, started)
        assert (report.done, report.failed) == (24, {}) and len(done) == 2, (report, done)
        assert plans.observe(work / "store" / "here.engram", given).run().done == 24
        assert content(work / "store" / "spread.engram") == content(work / "store" / "here.engram")
        print(f"observe: 24 tasks, {done}; the content hash is that of one process, {content(work / 'store' / 'spread.engram')[:16]}")

        # Both hosts read this store, and neither writes it.
        path = work / "inputs" / "digits.engram"
        engram.ingest(FIXTURES / "digits_dataset.pkl", path)
        engram.open(path).splits.make("fig2a", "balanced", repeats=6, seed=0, test_fraction=0.25)
        shutil.copytree(path, work / "store" / "digits.engram")
        asked = {"parameters": {"n_estimators": 40}, "epochs": "0:100:25"}
        started = time.time()
        plans.classify(path, "fig2a", **asked).run(client, progress=killing(client, {2}))
        done = workers_done(client, started)
        engram.open(work / "store" / "digits.engram").classify("fig2a", **asked)
        assert results(path) == results(work / "store" / "digits.engram") and len(done) == 2, done
        print(f"classify: 6 tasks, {done}; the results are those of one process")


if __name__ == "__main__":
    main(*sys.argv[1:])
