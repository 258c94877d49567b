#!/usr/bin/env python3
"""Fits and times classifiers beside scikit-learn and PyTorch, on the same matrices and splits, in one run.

    scripts/bench classifiers [PART ...] [-- ARGUMENTS of the parts]

A part is a module of this folder with main(driver, arguments); `driver` is the classifier-bench program of the release
build. Without names all parts run, one after the other. The parts are forest, linear_svm and conv1d.
"""

import ast
import importlib
import os
import pathlib
import sys

PARTS = ["forest", "linear_svm", "conv1d"]
HELP = {"-h", "--help"}


def main(binaries, words):
    split = words.index("--") if "--" in words else len(words)
    parts = [word for word in words[:split] if word not in HELP]
    if unknown := [part for part in parts if part not in PARTS]:
        sys.exit(f"there is no part {unknown[0]}; name some of: {' '.join(PARTS)}")
    if HELP & set(words):
        # Read, not imported: a part imports packages that may not be installed yet.
        texts = [ast.get_docstring(ast.parse(pathlib.Path(__file__).with_name(f"{part}.py").read_text())) for part in parts]
        return print("\n\n".join(texts or [__doc__.rstrip()]))
    for part in parts or PARTS:
        importlib.import_module(part).main(os.path.join(binaries, "classifier-bench"), words[split + 1:])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
