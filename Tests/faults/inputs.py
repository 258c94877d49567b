"""Inputs for tests that kill, fill and disturb: recordings of noise, and how they are ingested."""

import random
import struct

STATISTICS = ["weightabs_mean", "weightabs_var", "actabs_mean", "gradavgabs_id", "own_statistic"]
EPOCHS = 7
LAYERS = 4


class Failure(Exception):
    """A promise of the store that did not hold."""


def write_npy(path, examples, seed):
    """Writes float32 noise as (examples, epochs, statistics); noise hardly compresses, so a kill finds work under way."""
    shape = (examples, EPOCHS, len(STATISTICS))
    header = "{'descr': '<f4', 'fortran_order': False, 'shape': %r, }" % (shape,)
    header += " " * (-(len(header) + 11) % 64) + "\n"
    numbers = random.Random(seed)
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
        for _ in range(examples):
            # A finite exponent in every value, any mantissa.
            values = numbers.getrandbits(23 * EPOCHS * len(STATISTICS))
            row = bytearray()
            for _ in range(EPOCHS * len(STATISTICS)):
                row += struct.pack("<I", 0x3F800000 | values & 0x7FFFFF)
                values >>= 23
            file.write(row)


def write_metadata(path, examples, batch, rules=("unknown",)):
    """Writes a row for each example: four layers a run, and the learning rules in turn, one a run."""
    with open(path, "w") as file:
        file.write("task,learning_rule,model_seed,layer_name\n")
        for row in range(examples):
            run = row // LAYERS
            file.write(f"crash,{rules[run % len(rules)]},{batch * 1000000 + run},layer{row % LAYERS}\n")


def ingest_words(engram, array, table, store):
    """The command that ingests a recording, whether or not it was ingested before."""
    return [
        engram, "ingest", array, store, "--metadata", table, "--statistics", ",".join(STATISTICS),
        "--epochs", ",".join(str(epoch) for epoch in range(EPOCHS)), "--force", "--json",
    ]  # fmt: skip
