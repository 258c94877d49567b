"""benchmarks/classifiers: scripts/bench classifiers [PART ...] [-- ARGUMENTS of the parts]

Each part is a module of this folder with main(driver, arguments); `driver` is the classifier-bench program of the release
build. Without names all parts run, one after the other.
"""

import importlib
import pathlib
import sys

PARTS = ["forest", "linear_svm", "conv1d"]

driver = pathlib.Path(sys.argv[1]).with_name("classifier-bench")
words = sys.argv[2:]
split = words.index("--") if "--" in words else len(words)
for part in words[:split] or PARTS:
    if part not in PARTS:
        sys.exit(f"there is no part {part}; name some of: {' '.join(PARTS)}")
    importlib.import_module(part).main(str(driver), words[split + 1:])
