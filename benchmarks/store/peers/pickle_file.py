"""A pickle of one array, as the published file keeps it, in the fastest protocol."""

import os
import pickle

from peers.peer import Peer, pieces


class Pickle(Peer):
    layout = "one dict with X (examples, epochs, statistics), protocol 5; every read loads the file"

    def write(self, values, axes, folder, threads):
        with open(os.path.join(folder, "data.pkl"), "wb") as file:
            pickle.dump({"X": values, **axes}, file, protocol=5)

    def open(self, folder):
        self.path = os.path.join(folder, "data.pkl")
        self.count = len(self.load())

    def load(self):
        with open(self.path, "rb") as file:
            return pickle.load(file)["X"]

    def fill(self, ranges, statistics, epochs, out):
        values = self.load()
        row = 0
        for first, end in ranges:

            def copy(piece, first=first, row=row):
                a, b = piece
                out[row + a : row + b] = values[first + a : first + b, epochs][:, :, statistics].transpose(0, 2, 1)

            self.each(copy, pieces(end - first, max(1, (end - first) // 512)), end - first)
            row += end - first

    def split(self, train, test, statistics, epochs, train_out, test_out):
        values = self.load()

        def copy(task):
            ids, out = task
            out[...] = values[ids][:, epochs][:, :, statistics].transpose(0, 2, 1)

        self.each(
            copy,
            [
                (ids[a:b], out[a:b])
                for ids, out in ((train, train_out), (test, test_out))
                for a, b in pieces(len(ids), max(1, len(ids) // 512))
            ],
        )
