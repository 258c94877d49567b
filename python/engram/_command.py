"""The commands of ``engram``: as the script that comes with the package, and as calls inside this process."""

from __future__ import annotations

import numbers
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from . import _engram, _errors

Progress = Callable[[str, int, int, str], Any]
#: Commands whose arguments are numbers of commits or results.
NUMBERED = {"diff", "results", "compare"}


def main() -> int:
    """Be the `engram` command; what the script of that name calls."""
    # An argument that is not UTF-8 is shown as such by the command, which finds nothing of that name.
    return _engram.run_main([one.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for one in sys.argv[1:]])


def quoted(text: str) -> str:
    """A text of a list with commas: in double quotes where it needs them."""
    if any(mark in text for mark in ',"') or text != text.strip() or not text:
        return '"' + text.replace('"', '""') + '"'
    return text


def unbroken(text: str, place: str) -> str:
    """A text as the library takes it: it ends at its first NUL, and is Unicode, so a text that holds a NUL or half a character is refused."""
    if "\0" in text:
        raise _errors.UsageError("a text holds no NUL", place=place, found=ascii(text)[:60], mend="take the character out")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _errors.UsageError("a text is not Unicode", place=place, found=ascii(text)[:60], mend="decode its bytes anew") from None
    return text


def absolute(path: str) -> str:
    """A path that means the same in another working directory; ``..`` after a link stays, for the system follows the link."""
    if not path or os.path.isabs(path):
        return path
    # Slashes behind it would make the rest a path from the root.
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    return os.path.join(os.getcwd(), path)


def thread_count(threads: Any, place: str = "threads") -> int:
    """A number of threads as the library takes it."""
    if isinstance(threads, numbers.Integral) and not isinstance(threads, bool) and abs(int(threads)) < 1 << 31:
        return int(threads)
    raise _errors.UsageError(
        "a number of threads is a whole number below 2^31", place=place, found=repr(threads), mend="leave it out for one a core")


def argument(verb: str, value: Any) -> str:
    """An argument of a command: a text or a path, and a number only for commands whose arguments are numbers."""
    if verb in NUMBERED and isinstance(value, numbers.Integral) and not isinstance(value, bool):
        return str(int(value))
    if not isinstance(value, (str, os.PathLike)):
        raise _errors.UsageError(
            f"this is no {'number' if verb in NUMBERED else 'text or path'}", place=f"the arguments of {verb}", found=repr(value)[:60])
    return text_of(value)


def text_of(value: Any) -> str:
    """A value as a command line has it."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (str, os.PathLike)):
        return os.fsdecode(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise _errors.UsageError("bytes are no text", place="a text of the command", found=repr(value)[:60], mend="decode them")
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    return repr(value) if isinstance(value, float) else str(value)


def words(options: Mapping[str, Any]) -> list[str]:
    """Options as words: True is a flag, a mapping is repeated, a list is joined by commas, None and False are left out."""
    found: list[str] = []
    for name, value in options.items():
        flag = "--" + name.rstrip("_").replace("_", "-")
        if value is None or value is False:
            continue
        if value is True:
            found.append(flag)
        elif isinstance(value, Mapping):
            found += [f"{flag}={key}={text_of(one)}" for key, one in value.items()]
        elif isinstance(value, Iterable) and not isinstance(value, (str, os.PathLike)):
            found.append(f"{flag}={','.join(quoted(text_of(one)) for one in value)}")
        else:
            found.append(f"{flag}={text_of(value)}")
    return found


def in_python(error: _errors.UsageError) -> _errors.UsageError:
    """An error about a command line in the words of a call: its options are arguments with names."""
    import re

    def worded(text: str | None) -> str | None:
        if text is None:
            return None
        text = re.sub(r"\s*See 'engram [^']*'\.?", "", text)
        return re.sub(r"--([a-z][a-z0-9-]*)=?", lambda found: found[1].replace("-", "_") + "=", text).strip() or None

    return type(error)(
        worded(error.message) or error.message, code=error.code, file=error.file, place=worded(error.place), offset=error.offset,
        expected=worded(error.expected), found=worded(error.found), mend=worded(error.mend))


def tell(progress: bool | Progress | None) -> Progress | None:
    """The function that is told how far an operation has come: the caller's, or a bar of tqdm where there is one."""
    if progress is None or progress is False:
        return None
    if progress is not True:
        return progress
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return lambda stage, done, total, unit: print(f"\r{stage} {done}/{total}", end="", file=sys.stderr)
    bars: dict[str, Any] = {}

    def report(stage: str, done: int, total: int, unit: str) -> None:
        bar = bars.get(stage)
        if bar is None:
            for other in bars.values():
                other.close()
            bar = bars[stage] = tqdm(total=total or None, desc=stage, unit=unit, leave=False)
        bar.update(done - bar.n)

    return report


def command(
    verb: str | list[str], *arguments: Any, progress: bool | Progress | None = None, threads: int = 0, reads_json: bool = True,
    **options: Any,
) -> Any:
    """Run a command inside this process.

    Parameters
    ----------
    verb : str or list of str
        The command, such as ``"classify"`` or ``["split", "audit"]``.
    *arguments
        Its arguments.
    progress : bool or callable, optional
        True shows a bar; a function is called with stage, done, total and unit.
    threads : int
        How many threads may work, 0 for one a core.
    reads_json : bool
        Whether to ask for JSON.
    **options
        Its options by name, with ``_`` for ``-``.

    Returns
    -------
    dict, list or str
        What the command answers as JSON; a text without JSON.

    Warns
    -----
    EngramWarning
        For every note and warning of the command.
    """
    import json

    line = [verb] if isinstance(verb, str) else list(verb)
    line += words(options)
    if reads_json:
        line.append("--json")
    line += ["--", *(argument(line[0], one) for one in arguments)]
    try:
        line = [unbroken(word, "a text of the command") for word in line]
        output, notes = _engram.command(line, thread_count(threads), tell(progress))
    except _errors.UsageError as error:
        raise in_python(error) from None
    said = [note.removeprefix("warning: ").removeprefix("note: ") for note in notes.splitlines() if note]
    text = output.decode()
    answer = json.loads(text) if reads_json and text.strip() else text
    for note in [*said, *remarks(line[0], answer, said)]:
        if not note.startswith(("wrote ", "removed ")):
            _errors.say(note)
    return answer


def remarks(verb: str, answer: Any, said: Sequence[str]) -> list[str]:
    """The notes and warnings that a classifier puts into its JSON, those aside that were said beside it."""
    if verb != "classify" or not isinstance(answer, dict):
        return []
    found = [str(one) for key in ("warnings", "notes") for one in answer.get(key) or []]
    return [one for one in dict.fromkeys(found) if one not in said]
