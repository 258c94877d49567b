"""What goes wrong, as exceptions: each is an :class:`EngramError`, and also the built-in kind that a Python user expects."""

from __future__ import annotations

import sys
import warnings
from typing import Any

from . import _engram

__all__ = [
    "BusyError", "CorruptError", "EngramError", "EngramWarning", "ExistsError", "InvalidDataError", "LimitError",
    "MissingLibraryError", "NotFoundError", "StorageError", "UnsupportedError", "UsageError",
]


class EngramWarning(UserWarning):
    """What was inferred, dropped or defaulted, in one line."""


def say(text: str) -> None:
    """Warns in one line, at the line outside of this package that called it."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __package__:
        level, frame = level + 1, frame.f_back
    warnings.warn(text, EngramWarning, stacklevel=level)


class EngramError(Exception):
    """What went wrong, where, what was expected, what was found, and how to mend it.

    Attributes
    ----------
    code : str
        The stable kind, such as ``"notFound"``; programs may switch on it.
    message : str
        What went wrong, in one clause.
    file, place, expected, found, mend : str or None
        The file or store, the part of it, what should have been there, what was there, and what to do about it.
    offset : int or None
        The byte offset in `file`.

    Examples
    --------
    >>> import engram
    >>> try:
    ...     engram.open("nowhere.engram")
    ... except LookupError as error:
    ...     print(error.code)
    notFound
    """

    code = "failed"

    def __init__(
        self, message: str, *, code: str | None = None, file: str | None = None, place: str | None = None,
        offset: int | None = None, expected: str | None = None, found: str | None = None, mend: str | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code or type(self).code
        self.message = message
        self.file = file
        self.place = place
        self.offset = offset
        self.expected = expected
        self.found = found
        self.mend = mend

    def __str__(self) -> str:
        at = [f"in {self.place}"] if self.place else []
        if self.offset is not None:
            at.append(f"at byte {self.offset}")
        details = [" ".join(at)] if at else []
        if self.expected:
            details.append(f"expected {self.expected}")
        if self.found:
            details.append(f"found {self.found}")
        text = f"{self.file}: {self.message}" if self.file else self.message
        if details:
            text += f" ({', '.join(details)})"
        return f"{text}. To mend it: {self.mend}" if self.mend else text

    def __reduce__(self) -> tuple[Any, ...]:
        parts = (self.code, self.message, self.file, self.place, self.mend)
        return _exception, (*parts, -1 if self.offset is None else self.offset, self.expected, self.found)


class UsageError(EngramError, ValueError):
    """The request itself is wrong."""

    code = "usage"


class InvalidDataError(EngramError, ValueError):
    """The input is well formed and does not fit together."""

    code = "invalidData"


class NotFoundError(EngramError, LookupError):
    """What was asked for is not there."""

    code = "notFound"


class ExistsError(EngramError, FileExistsError):
    """Something of that name or content is there already."""

    code = "exists"


class BusyError(EngramError, TimeoutError):
    """Somebody else is writing."""

    code = "busy"


class StorageError(EngramError, OSError):
    """The operating system refused to read or write, or the disk is full."""

    code = "io"


class CorruptError(EngramError, OSError):
    """A file is damaged or ends too early."""

    code = "corrupt"


class UnsupportedError(EngramError, NotImplementedError):
    """The data need something that this version does not read."""

    code = "unsupported"


class MissingLibraryError(EngramError, ModuleNotFoundError):
    """Something needs a library that is not installed; `mend` says how to install it."""

    code = "unsupported"

    def __init__(self, message: str, *, name: str | None = None, **parts: Any) -> None:
        super().__init__(message, **parts)
        self.name = name

    def __reduce__(self) -> tuple[Any, ...]:
        return _missing, (self.message, self.name, self.expected, self.mend)


def _missing(message: str, name: str | None, expected: str | None, mend: str | None) -> MissingLibraryError:
    return MissingLibraryError(message, name=name, expected=expected, mend=mend)


class LimitError(EngramError, MemoryError):
    """A limit on size, memory or time was reached."""

    code = "limit"


_KINDS: dict[str, type[EngramError]] = {
    "usage": UsageError, "invalidData": InvalidDataError, "notFound": NotFoundError, "exists": ExistsError, "busy": BusyError,
    "io": StorageError, "diskFull": StorageError, "corrupt": CorruptError, "truncated": CorruptError,
    "unsupported": UnsupportedError, "limit": LimitError,
}


def _exception(
    code: str, message: str, file: str | None, place: str | None, mend: str | None, offset: int, expected: str | None,
    found: str | None,
) -> EngramError:
    kind = _KINDS.get(code, EngramError)
    return kind(
        message, code=code, file=file, place=place, offset=None if offset < 0 else offset, expected=expected, found=found, mend=mend)


_engram.set_error_factory(_exception)
