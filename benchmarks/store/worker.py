"""A process that does what one peer is asked, as Engram's own driver does: JSON lines in, JSON lines out.

    worker.py PEER

    {"op": "write", "data": FOLDER, "store": FOLDER, "threads": N}    stores a data set           -> {"seconds": S}
    {"op": "open", "store": FOLDER, "threads": N}                     opens it                    -> {"seconds": S}
    {"op": "prepare", "work": REQUEST}                                makes buffers for a read    -> {}
    {"op": "run", "times": N, "fresh": false}                         reads into these buffers    -> {"seconds": [S]}
    {"op": "dump", "path": FILE}                                      writes the buffers' bytes   -> {}
    {"op": "first", "store": FOLDER, "threads": N, "work": REQUEST}   opens and reads one value   -> {"seconds": S}

An answer {"error": TEXT} says what went wrong.
"""

import json
import os
import sys
import time
import traceback

import numpy as np

import peers


class Worker:
    def __init__(self, peer):
        self.peer = peer
        self.request = None
        self.buffers = []

    def write(self, data, store, threads):
        source = np.load(os.path.join(data, "values.npy"))
        axes = json.load(open(os.path.join(data, "axes.json")))
        os.makedirs(store)
        started = time.perf_counter()
        self.peer.write(source, axes, store, threads)
        return {"seconds": time.perf_counter() - started}

    def open(self, store, threads):
        started = time.perf_counter()
        self.peer.start(store, threads)
        return {"seconds": time.perf_counter() - started}

    def prepare(self, work):
        self.request = work
        self.ids = [np.fromfile(work[side], "<i8") for side in ("train", "test") if side in work]
        self.allocate()
        return {}

    def allocate(self):
        rows = [len(ids) for ids in self.ids] or [sum(end - first for first, end in self.request["ranges"])]
        shape = len(self.request["statistics"]), len(self.request["epochs"])
        self.buffers = [np.empty((count, *shape), np.float32) for count in rows]

    def read(self):
        statistics, epochs = self.request["statistic_indices"], self.request["epoch_indices"]
        if self.ids:
            self.peer.split(*self.ids, statistics, epochs, *self.buffers)
        else:
            self.peer.read(self.request["ranges"], statistics, epochs, self.buffers[0])

    def run(self, times, fresh=False):
        seconds = []
        for _ in range(times):
            started = time.perf_counter()
            if fresh:
                self.allocate()
            self.read()
            seconds.append(time.perf_counter() - started)
        return {"seconds": seconds}

    def dump(self, path):
        with open(path, "wb") as file:
            for buffer in self.buffers:
                file.write(memoryview(buffer).cast("B"))
        return {}

    def first(self, store, threads, work):
        self.prepare(work)
        started = time.perf_counter()
        self.peer.start(store, threads)
        self.read()
        return {"seconds": time.perf_counter() - started}


def main():
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)

    def answer(value):
        answers.write(json.dumps(value) + "\n")
        answers.flush()

    try:
        worker = Worker(peers.make(sys.argv[1]))
        peer = worker.peer
        answer(
            {
                "layout": peer.layout,
                "works": peer.works,
                "checked": peer.checked,
                "versions": {p: peers.version(p) for p in peer.packages},
            }
        )
    except Exception as error:
        return answer({"error": f"{type(error).__name__}: {error}"})
    for line in sys.stdin:
        command = json.loads(line)
        operation = command.pop("op")
        try:
            answer(getattr(worker, operation)(**command))
        except Exception as error:
            traceback.print_exc()
            answer({"error": f"{operation}: {type(error).__name__}: {error}"})


if __name__ == "__main__":
    main()
