"""A store as of one commit: what it holds, and what can be done with it."""

from __future__ import annotations

import numbers
import os
import weakref
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _engram, _errors
from ._command import Progress, absolute, command, unbroken
from ._request import Missing, candidate, epochs_text, examples_of, id_array, missing_rule, require_filter, require_text, statistics_text
from ._selection import Selection
from ._splits import SplitSets
from ._table import Table
from ._write import append, changes_of, fits_64_bits

if TYPE_CHECKING:
    import numpy.typing as npt

Epochs = str | float | slice | Iterable[float]


class Store:
    """A store as of one commit.

    Made by :func:`engram.open`. It shows the commit that was the newest when it was opened, or the one that was asked for;
    what it writes itself it shows at once, and :meth:`refresh` shows what others wrote. One that was opened at an earlier commit
    changes no runs. It pickles as its path and commit, works in a forked child, and any number of threads may use it.

    Examples
    --------
    >>> store = engram.open(path)
    >>> store
    <Store digits.engram at commit 2: 1,632 examples>
    >>> store.select("layer_position = 'deep'").shape
    (864, 945)
    """

    def __init__(self, path: str | os.PathLike[str], *, commit: int | None = None, create: bool = False) -> None:
        if commit is not None and (not isinstance(commit, numbers.Integral) or isinstance(commit, bool) or not fits_64_bits(int(commit))):
            raise _errors.UsageError(
                "a commit is a whole number", place="commit", found=repr(commit)[:60], mend="`store.log()` lists the commits")
        self._given = unbroken(os.fsdecode(path), "path")
        self._path = absolute(self._given)
        self._handle: object = _engram.store_open(self._path, create)
        self._is_pinned = commit is not None
        #: What selections and split sets of it read, which closes with it.
        self._stills: weakref.WeakSet[Store] = weakref.WeakSet()
        self._take(int(commit or 0))
        # To the library 0 is the newest commit.
        if commit == 0 and self._commit != 0:
            raise _errors.UsageError(
                "a commit has a number from 1", file=self._path, place="commit", found="0", mend="leave it out for the newest")

    def _take(self, commit: int) -> None:
        # One assignment, for another thread may look meanwhile.
        self._shown: tuple[object, int, int] = _engram.snapshot_open(self._handle, commit)

    @property
    def _snapshot(self) -> object:
        return self._shown[0]

    @property
    def _commit(self) -> int:
        return self._shown[1]

    def _still(self) -> Store:
        """The store as of the commit that it shows now, whatever it shows later."""
        still = object.__new__(Store)
        still._given, still._path, still._handle, still._shown, still._is_pinned = self._given, self._path, self._handle, self._shown, True
        still._stills = weakref.WeakSet()
        self._stills.add(still)
        return still

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self._path, self._commit, self._is_pinned)

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files. Arrays and frames stay; the store, and what it has selected but not read, is of no use any more."""
        self._handle, self._shown = None, (None, *self._shown[1:])
        for still in list(self._stills):
            still.close()

    @property
    def path(self) -> str:
        """The path of the store, absolute: it stays right in another working directory."""
        return self._path

    @property
    def commit(self) -> int:
        """The number of the commit that is shown; 0 for an empty store."""
        return self._commit

    def __len__(self) -> int:
        """The number of examples."""
        return self._shown[2]

    def refresh(self) -> Store:
        """Show the newest commit from now on; returns the store itself."""
        self._is_pinned = False
        self._take(0)
        return self

    def at(self, commit: int) -> Store:
        """The store as it was after a commit; :func:`engram.open` shows the newest."""
        if commit is None:
            raise _errors.UsageError("a commit is a whole number", place="commit", found="None", mend="open the newest by `engram.open`")
        store = Store(self._path, commit=commit)
        store._given = self._given
        return store

    # Reading.

    def select(
        self, where: str | None = None, *, statistics: str | Iterable[str] = "admissible", epochs: Epochs | None = None,
        view: str | None = None, missing: Missing = "refuse", examples: npt.ArrayLike | None = None,
    ) -> Selection:
        """Select examples and columns; nothing is read yet, and what is read is as of the commit that the store shows now.

        Parameters
        ----------
        where : str, optional
            An SQL expression over the fields of examples, such as ``"task = 'cifar10' AND layer_position = 'deep'"``.
        statistics : str or list of str
            ``"admissible"`` (finite in every example), ``"all"``, a family (``"weight"``, ``"activation"``, ``"layerwise"``), or names.
        epochs : str, number, slice or list of numbers, optional
            ``"0:100:25"`` and ``slice(0, 100, 25)`` have both ends; all unless given.
        view : str, optional
            How trajectories are looked at, such as ``"random-start:15x4+zscore+positions"``.
        missing : {'refuse', 'drop', 'fill'}
            What to do with examples that were recorded without what is asked for by name.
        examples : array of int, optional
            Ids, in the place of `where`; rows are ascending by id.

        Returns
        -------
        Selection
        """
        missing_rule(missing)
        require_filter(where)
        if view is not None:
            require_text(view, "view", "a view")
        if where is not None and examples is not None:
            raise _errors.UsageError(
                "examples are selected twice", found="`where=` and `examples=`", mend="leave one of them out")
        given = None
        if examples is not None:
            given = np.unique(id_array(examples))
            examples_of(given)
        return Selection(self, where, given, statistics_text(statistics), epochs_text(epochs), view, missing)

    def sql(self, query: str, *, seconds: float = 60.0) -> Table:
        """Ask the catalog anything, in SQL that can read and nothing else.

        Parameters
        ----------
        query : str
            One SELECT of SQLite over the tables and views of ``schema/catalog.sql``: ``run``, ``example``, ``commit_log``, …
        seconds : float
            How long it may run.

        Returns
        -------
        Table

        Examples
        --------
        >>> store.sql("SELECT task, count(*) AS runs FROM run GROUP BY 1").rows()
        [('digits10', 96), ('digits40', 48), ('mixture', 48), ('simclr', 48)]
        """
        require_text(query, "query", "a query in SQL")
        return Table(_engram.sql(self._handle, query, self._as_of() or 0, seconds))

    def _labels(self, examples: object, column: str) -> tuple[npt.NDArray[np.int32], list[Any]]:
        require_text(column, "column", "the name of a field")
        codes = np.full(_engram.examples_count(examples), -1, np.int32)
        classes = _engram.labels(self._snapshot, examples, column, codes)
        if (codes < 0).any():
            raise _errors.NotFoundError(
                "some examples are in the store no more", file=self._path, place=column, found=f"{int((codes < 0).sum())} without a class",
                mend="select anew after `store.refresh()`")
        return codes, classes

    @property
    def splits(self) -> SplitSets:
        """The split sets by name: ``store.splits["fig2a"]``, ``store.splits.make("runs", "group-k-fold", folds=4)``."""
        return SplitSets(self)

    def _command(self, verb: str | list[str], *arguments: Any, writes: bool = False, **options: Any) -> Any:
        if writes:
            self._require_shown() if verb != "compact" else self._require_open()
        answer = command(verb, self._path, *arguments, **options)
        if writes and not self._is_pinned:
            self._take(0)
        return answer

    def _require_open(self) -> None:
        """Refuses to write by a store that was closed: what is written could not be shown."""
        if self._handle is None:
            raise _errors.UsageError("the store was closed", file=self._path, mend="open it again by `engram.open`")

    def _require_shown(self) -> None:
        """Refuses to change runs by a store that was opened at an earlier commit, for what changes is not what it shows."""
        self._require_open()
        newest = _engram.snapshot_open(self._handle, 0)[1] if self._is_pinned else self._commit
        if newest != self._commit:
            raise _errors.UsageError(
                "the store was opened at an earlier commit, and the newest is what is changed", file=self._path, place="commit",
                expected=str(newest), found=str(self._commit), mend="open it by `engram.open` without `commit=`, or `refresh()` it")

    def _as_of(self) -> int | None:
        """The commit that is shown, for what asks anew; None for an empty store, where the newest answers, which is said."""
        if not self._commit and self._handle is not None and (newest := _engram.snapshot_open(self._handle, 0)[1]):
            _errors.say(f"the store was opened when it was empty, and this is of commit {newest}; `refresh()` shows it")
        return self._commit or None

    def info(self, where: str | None = None) -> dict[str, Any]:
        """What the store holds, or what a filter selects of it: counts, fields and their values, statistics, epochs, sizes."""
        require_filter(where)
        return self._command("info", where=where, as_of=self._as_of())  # type: ignore[no-any-return]

    def log(self) -> Any:
        """The commits: who did what, when and why."""
        return self._command("log")

    def diff(self, first: int, last: int) -> Any:
        """What differs between two commits."""
        return self._command("diff", first, last)

    def verify(self, *, progress: bool | Progress | None = None) -> Any:
        """Read everything and check every checksum and rule."""
        return self._command("verify", progress=progress)

    # Classifying.

    def classify(
        self, split: str, model: str = "random-forest", *, parameters: Mapping[str, Any] | None = None, grid: str | None = None,
        statistics: str | Iterable[str] | None = None, epochs: Epochs | None = None, view: str | None = None, seed: int = 0,
        progress: bool | Progress | None = None, threads: int = 0, **options: Any,
    ) -> dict[str, Any]:
        """Train and test a classifier on the splits of a set; results are kept in the store.

        Parameters
        ----------
        split : str
            A split set, or one split of it as ``"NAME/INDEX"``.
        model : {'random-forest', 'linear-svm', 'conv1d'}
            The kind of classifier.
        parameters : mapping, optional
            One candidate with these parameters, in the place of a grid.
        grid : {'coarse', 'paper'} or path, optional
            The candidates to choose from; ``coarse`` unless given.
        statistics, epochs, view
            As in :meth:`select`.
        seed : int
            Decides every random choice.
        **options
            Further options of ``engram classify``, such as ``folds=5``, ``search="halving"``, ``zscore=True``,
            ``save_model="forest.model"``.

        Returns
        -------
        dict
            What ``engram classify --json`` says: accuracies, confusions, chosen parameters.
        """
        require_text(split, "split", "the name of a split set, such as `splits.name`,")
        if grid is not None and not isinstance(grid, (str, os.PathLike)):
            raise _errors.UsageError("a grid is a name or the path of a file", place="grid", expected="'coarse', 'paper' or a path", found=repr(grid))
        return self._command(  # type: ignore[no-any-return]
            "classify", split=split, model=model, set=candidate(parameters), grid=grid,
            statistics=None if statistics is None else statistics_text(statistics), epochs=epochs_text(epochs), view=view, seed=seed,
            progress=progress, threads=threads, **options)

    def results(self, *ids: int) -> Any:
        """The results of classifiers: a list of what there is, or all of those with the given numbers."""
        return self._command("results", *ids)

    def compare(self, *ids: int) -> Any:
        """The results of classifiers on the same splits beside the first of them, with standard errors."""
        return self._command("compare", *ids)

    def identify(
        self, examples: str, *, train: str | None = None, label: str | None = None, progress: bool | Progress | None = None,
        threads: int = 0, **options: Any,
    ) -> dict[str, Any]:
        """Say what unknown recordings look like, and how far to believe it.

        Parameters
        ----------
        examples : str
            The examples to identify, as SQL.
        train : str, optional
            The examples to learn from; every other labelled one unless given.
        label : str, optional
            The field whose values are told apart; ``learning_rule`` unless given.
        **options
            Further options of ``engram identify``, such as ``trees=200``, ``like_recording="own"``, ``seed=0``.

        Returns
        -------
        dict
            What ``engram identify --json`` says.
        """
        require_text(examples, "examples", "a filter in SQL")
        require_filter(train, "train")
        return self._command(  # type: ignore[no-any-return]
            "identify", examples=examples, train=train, label=label, as_of=self._as_of(), progress=progress, threads=threads, **options)

    def predict(self, model_file: str | os.PathLike[str], where: str | None = None, **options: Any) -> Any:
        """Predict the class of examples with a model that ``classify(…, save_model=…)`` wrote."""
        require_filter(where)
        return self._command("predict", model_file=model_file, where=where, as_of=self._as_of(), **options)

    # Writing.

    def edit(self, where: str, values: Mapping[str, Any], *, reason: str, **options: Any) -> Any:
        """Correct metadata of runs; what was there before stays readable as of earlier commits.

        Parameters
        ----------
        where : str
            The runs, as SQL.
        values : mapping
            The new value of each field, as :func:`engram.append` takes it; None and NaN take it away.
        reason : str
            Why, for the log.
        **options
            ``dry_run=True``, ``author=…``, ``wait=…``.
        """
        require_text(where, "where", "a filter in SQL")
        changes = changes_of(values)
        return self._command("edit", where=where, set=changes, reason=reason, writes=True, **options)

    def join(self, table: str | os.PathLike[str], by: str | Sequence[str], **options: Any) -> Any:
        """Add or fill fields of stored runs from a CSV, TSV or JSON table; `by` names the columns that name a run."""
        return self._command("join", table, by=by, writes=True, **options)

    def hide(self, where: str | None = None, *, commit: int | None = None, **options: Any) -> Any:
        """Leave runs out of what is read; nothing is deleted."""
        require_filter(where)
        return self._command("hide", where=where, commit=commit, writes=True, **options)

    def unhide(self, where: str | None = None, *, commit: int | None = None, **options: Any) -> Any:
        """Take hidden runs in again."""
        require_filter(where)
        return self._command("unhide", where=where, commit=commit, writes=True, **options)

    def rename_field(self, name: str, new: str, **options: Any) -> Any:
        """Give a field of runs another name."""
        return self._command("rename-field", name, new, writes=True, **options)

    def widen_field(self, name: str, kind: str, **options: Any) -> Any:
        """Give a field of runs a wider type: ``real`` or ``text``."""
        return self._command("widen-field", name, kind, writes=True, **options)

    def ingest_metrics(self, table: str | os.PathLike[str], by: str | Sequence[str] | None = None, **options: Any) -> Any:
        """Add loss, accuracy and other scalars to runs from a table."""
        return self._command("ingest-metrics", table, by=by, writes=True, **options)

    def compact(self, **options: Any) -> Any:
        """Join many small appends into few large files."""
        return self._command("compact", writes=True, **options)

    def append(
        self, values: npt.ArrayLike, *, runs: Sequence[Mapping[str, Any]], layers: Sequence[Any], epochs: Sequence[float],
        statistics: Sequence[str], **options: Any,
    ) -> dict[str, Any]:
        """Add runs in one commit; see :func:`engram.append`."""
        self._require_open()
        report = append(self._path, values, runs=runs, layers=layers, epochs=epochs, statistics=statistics, **options)
        if not self._is_pinned:
            self._take(0)
        return report

    # What a person sees.

    def __repr__(self) -> str:
        if self._handle is None:
            return f"<Store {self._given}: closed>"
        return f"<Store {self._given} at commit {self._commit}: {len(self):,} examples>"

    def _repr_html_(self) -> str:
        from ._html import store_table

        return store_table(self)


def _reopened(path: str, commit: int, is_pinned: bool) -> Store:
    store = Store(path, commit=commit or None)
    store._is_pinned = is_pinned
    # To the library 0 is the newest commit.
    if not commit and store.commit:
        _errors.say(f"the store was pickled when it was empty, and is opened at commit {store.commit}")
    return store


def open(path: str | os.PathLike[str], *, commit: int | None = None) -> Store:
    """Open a store.

    Parameters
    ----------
    path : path
        The store's directory.
    commit : int, optional
        Which commit to show; the newest unless given.

    Returns
    -------
    Store

    Raises
    ------
    NotFoundError
        When there is no store, or no such commit. It is a `LookupError`.
    """
    return Store(path, commit=commit)


def create(path: str | os.PathLike[str]) -> Store:
    """Make an empty store and open it."""
    return Store(path, create=True)
