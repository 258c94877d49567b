"""publish.py -- keeps the figures of a benchmark for the documents.

`scripts/check_documents --write` puts them into README.md, docs/ and the pages of the benchmarks.
"""

import json
import os
import pathlib
import time

FOLDER = pathlib.Path(__file__).resolve().parent


def read(name):
    """What was published before, or nothing."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else {}


def write(name, values):
    """Replaces the figures of a benchmark."""
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n")
    print(f"wrote {path}; to put it into the documents: scripts/check_documents --write")


def made_with(**versions):
    """The machine, the programs that were compared with, and the date."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    programs = ", ".join(f"{name} {version}" for name, version in versions.items())
    return {
        "machine": f"{model}, {len(os.sched_getaffinity(0))} cores",
        "versions": programs,
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def rounded(value, digits=4):
    """A number with so many digits that count."""
    return float(f"{value:.{digits}g}")
