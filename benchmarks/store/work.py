"""The reads that are measured, each as rows, statistics and epochs, and what each must give, bit for bit."""

import dataclasses
import os

import numpy as np

from data import ADMISSIBLE
from processes import FIRST_STATISTIC

# Epochs of the read of a few epochs, by position: 0, 25, 50, 75 where a checkpoint is every fifth epoch.
FEW_EPOCHS = [0, 5, 10, 15]


@dataclasses.dataclass
class Work:
    """One read: rows as ranges, or a split as two index arrays; columns are statistic-major."""

    key: str
    title: str
    ranges: list
    statistics: list
    epochs: list
    train: np.ndarray = None
    test: np.ndarray = None

    @property
    def byte_count(self):
        """Bytes of the matrices."""
        rows = sum(end - first for first, end in self.ranges)
        return rows * len(self.statistics) * len(self.epochs) * 4

    def request(self, dataset, folder):
        """The read as a JSON value for a worker; index arrays go through files."""
        request = {
            "key": self.key,
            "ranges": self.ranges,
            "statistics": [dataset.statistics[s] for s in self.statistics],
            "statistic_indices": self.statistics,
            "epochs": [dataset.epochs[e] for e in self.epochs],
            "epoch_indices": self.epochs,
        }
        if self.train is not None:
            for side in ("train", "test"):
                path = os.path.join(folder, f"{self.key}-{side}.ids")
                getattr(self, side).astype("<i8").tofile(path)
                request[side] = path
        return request

    def expected(self, values):
        """The matrices that the read must give: examples x statistics x epochs."""
        if self.train is None:
            rows = [np.concatenate([np.arange(first, end) for first, end in self.ranges])]
        else:
            rows = [self.train, self.test]
        return [
            np.ascontiguousarray(values[r][:, self.epochs][:, :, self.statistics].transpose(0, 2, 1)) for r in rows
        ]


def works(dataset):
    """The reads of a data set."""
    count = len(dataset.values)
    place = dataset.statistics.index
    columns = [place(name) for name in ADMISSIBLE]
    epochs = list(range(len(dataset.epochs)))
    everything = [[0, count]]
    architecture = held_out(dataset)
    members = dataset.metadata["architecture"] == architecture
    runs = dataset.runs
    run = list(runs[len(runs) // 2])
    train, test = balanced_split(dataset.metadata["learning_rule"])
    few = ", ".join(str(dataset.epochs[e]) for e in FEW_EPOCHS)
    return [
        Work(
            "full",
            f"full scan: {count:,} x {len(columns)} statistics x {len(epochs)} epochs",
            everything,
            columns,
            epochs,
        ),
        Work(
            "split",
            f"balanced split: {len(train):,} train and {len(test):,} test rows",
            everything,
            columns,
            epochs,
            train,
            test,
        ),
        Work(
            "holdout", f"hold-out of {architecture}: {int(members.sum()):,} rows", ranges_of(members), columns, epochs
        ),
        Work("rest", f"its complement: {int((~members).sum()):,} rows", ranges_of(~members), columns, epochs),
        Work("statistic", "one statistic: weightabs_median", everything, [place("weightabs_median")], epochs),
        Work("norm", "one norm: weightraw_norm", everything, [place("weightraw_norm")], epochs),
        # Of what the paper's protocol reads, that for which Engram decodes most: three statistics.
        Work("predicted", "one predicted statistic: weightraw_var", everything, [place("weightraw_var")], epochs),
        Work("run", f"one run: its {run[1] - run[0]} layers x {len(columns)} statistics", [run], columns, epochs),
        Work("epochs", f"epochs {few} of {len(epochs)}", everything, columns, FEW_EPOCHS),
    ]


def first_value(dataset):
    """The read of one statistic of one run, for latency."""
    run = dataset.runs[len(dataset.runs) // 2]
    return Work(
        "first",
        "one statistic of one run",
        [list(run)],
        [dataset.statistics.index(FIRST_STATISTIC)],
        list(range(len(dataset.epochs))),
    )


def held_out(dataset):
    """The architecture that is held out: resnet18, or the first by name where there is none."""
    names = sorted(set(dataset.metadata["architecture"].tolist()))
    return "resnet18" if "resnet18" in names else names[0]


def ranges_of(members):
    """A mask as ranges [first, end]."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], members.astype(np.int8), [0]])))
    return [[int(a), int(b)] for a, b in zip(edges[::2], edges[1::2])]


def balanced_split(labels, seed=0):
    """A quarter of each class to test, the rest to train, both ascending."""
    random = np.random.RandomState(seed)
    test = np.sort(
        np.concatenate(
            [
                random.permutation(np.flatnonzero(labels == label))[: int((labels == label).sum()) // 4]
                for label in sorted(set(labels.tolist()))
            ]
        )
    )
    train = np.setdiff1d(np.arange(len(labels)), test)
    return train, test
