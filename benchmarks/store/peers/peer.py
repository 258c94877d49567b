"""The interface of every peer, and what all of them share: threads, and the gathering of a split's rows."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

# Rows below which threads cost more than they bring.
FEW_ROWS = 2048


class Peer:
    """A format that keeps trajectories; values are float32 (examples, epochs, statistics).

    A matrix to fill has the shape (examples, statistics, epochs), C order.
    """

    #: How the data lie, in words for the report.
    layout = ""
    #: The distributions whose versions are reported.
    packages = ()
    #: The reads that this peer is for; None for all of them.
    works = None
    #: Whether ranges that make up most of what lies between them are read at once and then picked out: faster where
    #: every range is a call of the library.
    spans = False
    #: Whether the matrix is what was asked for; limits give other bytes.
    checked = True

    def write(self, values, axes, folder, threads):
        """Stores the values in an empty folder."""
        raise NotImplementedError

    def open(self, folder):
        """Opens what was stored; `self.threads` is set."""
        raise NotImplementedError

    def fill(self, ranges, statistics, epochs, out):
        """Fills a matrix with ranges of rows, one after the other."""
        raise NotImplementedError

    def read(self, ranges, statistics, epochs, out):
        """Fills a matrix with ranges of rows in the way that is best for this peer."""
        first, end = ranges[0][0], ranges[-1][1]
        if not self.spans or len(ranges) == 1 or 2 * rows_of(ranges) < end - first:
            return self.fill(ranges, statistics, epochs, out)
        span = self.kept((end - first, len(statistics), len(epochs)))
        self.fill([[first, end]], statistics, epochs, span)
        row = 0
        for a, b in ranges:
            self.each(
                lambda p, row=row, a=a: np.copyto(
                    out[row + p[0] : row + p[1]], span[a - first + p[0] : a - first + p[1]]
                ),
                pieces(b - a, self.threads),
                b - a,
            )
            row += b - a

    def split(self, train, test, statistics, epochs, train_out, test_out):
        """Fills the matrices of a split: everything is read into memory that is kept, then the rows are gathered."""
        everything = self.kept((self.count, len(statistics), len(epochs)))
        self.fill([[0, self.count]], statistics, epochs, everything)
        rows = everything.reshape(self.count, -1)
        self.each(
            lambda piece: np.take(rows, piece[0], axis=0, out=piece[1], mode="clip"),
            [
                (ids[a:b], out.reshape(len(ids), -1)[a:b])
                for ids, out in ((train, train_out), (test, test_out))
                for a, b in pieces(len(ids), 4)
            ],
        )

    def kept(self, shape):
        """Memory of this shape that is kept for the next read of the same shape."""
        if self.memory is None or self.memory.shape != shape:
            self.memory = np.empty(shape, np.float32)
        return self.memory

    def start(self, folder, threads):
        """Opens with so many threads."""
        self.threads = threads
        self.pool = ThreadPoolExecutor(threads - 1) if threads > 1 else None
        self.memory = None
        self.open(folder)

    def each(self, function, tasks, rows=None):
        """Calls a function for each task, in as many threads as there are; this thread is one of them."""
        tasks = list(tasks)
        if self.pool is None or len(tasks) < 2 or (rows is not None and rows < FEW_ROWS):
            for task in tasks:
                function(task)
            return
        remaining = iter(tasks)  # next() on a list's iterator is atomic

        def work():
            for task in remaining:
                function(task)

        others = [self.pool.submit(work) for _ in range(self.threads - 1)]
        work()
        for other in others:
            other.result()


def pieces(count, parts):
    """0 ..< count cut into parts of about the same size."""
    edges = [count * i // parts for i in range(parts + 1)]
    return [(a, b) for a, b in zip(edges, edges[1:]) if b > a]


def blocks(ranges, size):
    """Ranges of rows cut at multiples of `size`: (number of the block, first and end in it, row of the matrix)."""
    row = 0
    for first, end in ranges:
        while first < end:
            number = first // size
            stop = min(end, (number + 1) * size)
            yield number, first - number * size, stop - number * size, row
            row += stop - first
            first = stop


def rows_of(ranges):
    """The number of rows of some ranges."""
    return sum(end - first for first, end in ranges)


def every(epochs, count):
    """A slice for all epochs, or for evenly spaced ones, or else the list: what NumPy takes fastest."""
    if len(epochs) == count:
        return slice(None)
    step = epochs[1] - epochs[0] if len(epochs) > 1 else 1
    if list(epochs) == list(range(epochs[0], epochs[-1] + 1, step)):
        return slice(epochs[0], epochs[-1] + 1, step)
    return list(epochs)
