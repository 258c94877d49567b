"""Builds libengram.so and the extension `_engram` into the package, for hatchling.

ENGRAM_LIBRARY names a library that is built already; without it `swift build -c release` makes one.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
LIBRARY = "libengram.so.1"
PRODUCT = "libengram-abi.so"


def library() -> pathlib.Path:
    """The built library."""
    if given := os.environ.get("ENGRAM_LIBRARY"):
        return pathlib.Path(given)
    if shutil.which("swift") is None:
        sys.exit(
            "error: there is no wheel for this system, and Swift 6.2 or later, which builds one, is not here; get it from swift.org")
    build = ["swift", "build", "--configuration", "release", "--product", "engram-abi", "--package-path", str(ROOT)]
    subprocess.run(build, check=True)
    folder = subprocess.run([*build, "--show-bin-path"], check=True, capture_output=True, text=True).stdout.strip()
    return pathlib.Path(folder) / PRODUCT


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    """Puts both libraries beside the package's sources, where editable installs find them, too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, and name the wheel for every Python from 3.11 on."""
        package = HERE / "engram"
        target = package / LIBRARY
        fresh = target.with_suffix(f".{os.getpid()}")
        shutil.copyfile(library(), fresh)
        os.chmod(fresh, 0o755)
        os.replace(fresh, target)
        compiler = os.environ.get("CC") or shutil.which("cc") or shutil.which("clang") or "cc"
        subprocess.run(
            [
                compiler, "-std=c11", "-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-Wall", "-Wextra",
                "-Wno-missing-field-initializers", f"-I{sysconfig.get_paths()['include']}", f"-I{ROOT / 'Sources/CEngram/include'}",
                str(HERE / "src/_engram.c"), "-o", str(package / "_engram.abi3.so"), str(target), "-Wl,-rpath,$ORIGIN", "-pthread",
            ],
            check=True)
        build_data["pure_python"] = False
        build_data["tag"] = f"cp311-abi3-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
