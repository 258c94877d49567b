"""Talks to the classifier-bench program: one JSON line there, one back."""

import json
import os
import subprocess
import tempfile

import numpy as np


class Driver:
    """A running classifier-bench on one matrix and its splits."""

    def __init__(self, program, X, y, splits):
        """X (examples, columns) float32; y class codes; splits a list of (train, test) index arrays."""
        self.folder = tempfile.TemporaryDirectory(prefix="engram-bench-")
        path = os.path.join(self.folder.name, "data.npz")
        arrays = {f"{side}_{number}": rows.astype(np.int32) for number, split in enumerate(splits)
                  for side, rows in zip(("train", "test"), split)}
        np.savez(path, X=np.ascontiguousarray(X, np.float32), y=np.asarray(y, np.int32), **arrays)
        self.process = subprocess.Popen([program, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, kind, parameters, split=0, **more):
        """Fits on a split's train rows and predicts its test rows; the answer as a dictionary."""
        command = dict(kind=kind, parameters=parameters, train=f"train_{split}", test=f"test_{split}", **more)
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()
