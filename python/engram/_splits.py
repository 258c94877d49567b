"""Stored splits: their examples, their matrices, and splitters for scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn, overload

import numpy as np

from . import _engram, _errors
from ._command import Progress, tell, thread_count
from ._pieces import say_beyond
from ._request import Missing, check_out, class_array, epochs_text, ids_of, missing_rule, new_array, recorded_dtype, require_text, statistics_text
from ._selection import Selection

if TYPE_CHECKING:
    import numpy.typing as npt
    from ._store import Epochs, Store

TRAIN, TEST = 0, 1


class LoadedSplit(NamedTuple):
    """The matrices of a split and the classes of their rows."""

    X_train: npt.NDArray[Any]
    X_test: npt.NDArray[Any]
    y_train: npt.NDArray[Any]
    y_test: npt.NDArray[Any]


class Split:
    """One split of a set: two disjoint sets of examples.

    Examples
    --------
    >>> split = store.splits["fig2a"][0]
    >>> X_train, X_test, y_train, y_test = split.load()
    >>> X_train.shape, y_test.shape
    ((1224, 945), (408,))
    """

    def __init__(self, splits: SplitSet, index: int) -> None:
        self._set = splits
        self.index = index
        self.name: str = splits.names[index]

    def _side(self, side: int) -> object:
        return _engram.split_set_examples(self._set._handle, self.index, side)

    @property
    def train(self) -> npt.NDArray[np.int64]:
        """The ids of the train side, ascending."""
        return ids_of(self._side(TRAIN))

    @property
    def test(self) -> npt.NDArray[np.int64]:
        """The ids of the test side, ascending."""
        return ids_of(self._side(TEST))

    def load(
        self, *, label: str | None = None, statistics: str | Any = "admissible", epochs: Epochs | None = None,
        view: str | None = None, missing: Missing = "refuse", dtype: npt.DTypeLike | None = None, order: Literal["C", "F"] = "C",
        out: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None = None, threads: int = 0, progress: bool | Progress | None = None,
    ) -> LoadedSplit:
        """Read both matrices at once; what both need is decoded once, and a z-score is that of the train side.

        Parameters
        ----------
        label : str, optional
            The field of the classes; that of the split set unless given.
        statistics, epochs, view, missing
            As in :meth:`Store.select`; a statistic is admissible if it is finite in both sides.
        dtype : data type, optional
            float32 or float64; that of the recorded values unless given.
        order : {'C', 'F'}
            Row by row, which linear models want, or column by column, which forests want.
        out : pair of arrays, optional
            Where to put the matrices, train and test.

        Returns
        -------
        X_train, X_test : numpy.ndarray, shape (examples, columns)
        y_train, y_test : numpy.ndarray, shape (examples,)
            The classes.
        """
        store = self._set.store
        named, at = statistics_text(statistics), epochs_text(epochs)
        train, test = self._side(TRAIN), self._side(TEST)
        both = _engram.examples_of_ids(np.union1d(ids_of(train), ids_of(test)))
        selection = _engram.select_columns(
            store._snapshot, both, named, at, view, missing_rule(missing), 0)
        facts = _engram.selection_info(selection)
        for remark in facts[7]:
            warnings.warn(remark, _errors.EngramWarning, stacklevel=2)
        if missing == "drop":
            kept = ids_of(_engram.selection_examples(selection))
            train, test = (_engram.examples_of_ids(np.intersect1d(ids_of(side), kept)) for side in (train, test))
        shapes = [(_engram.examples_count(side), facts[1]) for side in (train, test)]
        x_train, x_test = out if out is not None else (new_array(shape, dtype or recorded_dtype(facts), order) for shape in shapes)
        for array, shape, name in ((x_train, shapes[0], "out[0]"), (x_test, shapes[1], "out[1]")):
            check_out(array, shape, name)
        _engram.selection_read_split(selection, train, x_train, test, x_test, thread_count(threads), tell(progress))
        # What is asked of both sides, as a selection that is there already.
        asked = Selection(store, None, ids_of(both), named, at, view, missing)
        asked._handle, asked._facts = selection, facts
        for array, side in ((x_train, train), (x_test, test)):
            say_beyond(array, asked, ids_of(side), scaled_by=ids_of(train))
        field = label or self._set.label
        y_train, y_test = (class_array(*store._labels(side, field)) for side in (train, test))
        return LoadedSplit(x_train, x_test, y_train, y_test)

    def cv(self, selection: Selection) -> StoredCV:
        """The split as a splitter of scikit-learn for the rows of a selection."""
        return StoredCV(self._set, [self.index], selection)

    def __repr__(self) -> str:
        train, test = _engram.examples_count(self._side(TRAIN)), _engram.examples_count(self._side(TEST))
        return f"<Split {self._set.name}/{self.name}: {train:,} train, {test:,} test>"


class SplitSet(Sequence[Split]):
    """The splits of one specification, stored under a name; it never changes."""

    def __init__(self, store: Store, handle: object, facts: tuple[Any, ...]) -> None:
        import json

        self._handle = handle
        self.name: str = facts[0]
        self.specification: dict[str, Any] = json.loads(facts[1])
        self.sha256: str = facts[2]
        self.label: str = facts[3]
        self.commit: int = facts[4]
        self.names: list[str] = facts[5]
        # A split set means the data that it was made of.
        self.store: Store = store._still() if store.commit == self.commit else store.at(self.commit)

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self.store, self.name, self.sha256)

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, key: int | str) -> Split: ...

    @overload
    def __getitem__(self, key: slice) -> list[Split]: ...

    def __getitem__(self, key: int | str | slice) -> Split | list[Split]:
        """A split by its number, several by a slice, or the one that a text names: by its name or the value that it holds out."""
        if isinstance(key, slice):
            return [Split(self, index) for index in range(len(self))[key]]
        if isinstance(key, str):
            found = [index for index, name in enumerate(self.names) if name == key]
            found = found or [index for index, name in enumerate(self.names) if name.endswith(f"={key}") and "," not in name]
            if not found:
                raise KeyError(f"there is no split {key!r} in {self.name!r}, only {', '.join(self.names[:12])}")
            if len(found) > 1:
                numbers = ", ".join(map(str, found))
                raise KeyError(f"several splits of {self.name!r} are called {key!r}: take one by its number, which is one of {numbers}")
            return Split(self, found[0])
        try:
            return Split(self, range(len(self))[key])
        except IndexError:
            raise IndexError(f"there is no split {key} in {self.name!r}, which has {len(self)}") from None

    def _key(self, index: int) -> str:
        """What a command takes for a split: its number, or its name where it would take the number for another split."""
        is_taken = any(name == str(index) or name.endswith(f"={index}") and "," not in name for name in self.names)
        return self.names[index] if is_taken else str(index)

    def cv(self, selection: Selection) -> StoredCV:
        """All splits as a splitter of scikit-learn: ``cross_val_score(forest, X, y, cv=splits.cv(selection))``.

        Parameters
        ----------
        selection : Selection
            What the rows of `X` are; every example of the splits must be among them.
        """
        return StoredCV(self, list(range(len(self))), selection)

    def split(self, X: Any = None, y: Any = None, groups: Any = None) -> NoReturn:
        """Refuses ``cv=store.splits[NAME]``: which example a row of `X` is, only :meth:`cv` knows."""
        raise _errors.UsageError(
            "a split set has ids of examples, and a splitter gives rows of X", place="cv", expected="a splitter for a selection",
            found=repr(self), mend="`cv=store.splits[NAME].cv(selection)`, with the selection that X is of")

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """The number of splits."""
        return len(self)

    def audit(self, index: int | str | None = None, *, skip_values: bool = False) -> Any:
        """What the two sides have in common, and what they lack."""
        if isinstance(index, (int, np.integer)) and not isinstance(index, bool):
            if not -len(self) <= index < len(self):
                raise IndexError(f"there is no split {index} in {self.name!r}, which has {len(self)}")
            index = self._key(range(len(self))[index])
        return self.store._command(["split", "audit"], self.name, index=index, skip_values=skip_values)

    def __repr__(self) -> str:
        return f"<SplitSet {self.name}: {len(self)} splits, {self.specification.get('kind')} by {self.label}, commit {self.commit}>"


def _reopened(store: Store, name: str, sha256: str | None = None) -> SplitSet:
    found = store.splits[name]
    # An earlier version pickled no hash.
    if sha256 is not None and found.sha256 != sha256:
        raise _errors.NotFoundError(
            "the split set that was pickled is there no more, and another one has its name", file=store.path, place=f"split set {name}",
            expected=f"SHA-256 {sha256}", found=f"SHA-256 {found.sha256}", mend="pickle the one that is there")
    return found


class SplitSets(Mapping[str, SplitSet]):
    """The split sets of a store by name."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def _listed(self) -> list[str]:
        return [one["name"] for one in self._store._command(["split", "list"])]

    def __getitem__(self, name: str) -> SplitSet:
        require_text(name, "name", "the name of a split set")
        return SplitSet(self._store, *_engram.split_set_open(self._store._handle, name))

    def get(self, name: str, default: Any = None) -> Any:
        """The split set of a name, or something else where there is none."""
        return self[name] if name in self else default

    def __contains__(self, name: object) -> bool:
        return name in self._listed()

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed())

    def __len__(self) -> int:
        return len(self._listed())

    def make(self, name: str, kind: str = "balanced", **options: Any) -> SplitSet:
        """Make splits and store them under a name.

        Parameters
        ----------
        name : str
            The name, new in the store.
        kind : str
            ``balanced``, ``holdout``, ``k-fold``, ``group-k-fold``, ``stratified-group-k-fold``, ``group-shuffle``,
            ``leave-one-group-out``, ``pairs``, ``matched``, ``random``, ``by-commit`` or ``explicit``.
        **options
            The options of ``engram split KIND`` by name: ``repeats=10, seed=0, test_fraction=0.25, by=["architecture"], where=…``

        Returns
        -------
        SplitSet

        Examples
        --------
        >>> store.splits.make("by_run", "group-k-fold", folds=4)
        <SplitSet by_run: 4 splits, group-k-fold by learning_rule, commit 2>
        """
        require_text(name, "name", "the name of a split set")
        require_text(kind, "kind", "a kind of split set")
        self._store._command(["split", kind], name=name, as_of=self._store._as_of(), **options)
        return self[name]

    def create(
        self, name: str, specification: Mapping[str, Any], *, wait: float = 30.0, progress: bool | Progress | None = None
    ) -> SplitSet:
        """Make the splits of a specification, as :attr:`SplitSet.specification` gives it, and store them under a name."""
        import json

        commit = self._store._as_of() or 0
        made = _engram.split_set_make(
            self._store._handle, name, json.dumps(specification), commit, wait if wait > 0 else -1.0, None, None, tell(progress))
        return SplitSet(self._store, *made)

    def remove(self, name: str) -> None:
        """Remove a split set; the data stay."""
        self._store._command(["split", "remove"], name, reads_json=False)

    def __repr__(self) -> str:
        names = self._listed()
        return f"<SplitSets of {self._store._given}: {', '.join(names) or 'none'}>"


class StoredCV:
    """Stored splits as a splitter of scikit-learn; it gives positions in a selection, not ids.

    It has what scikit-learn asks of a splitter, pickles for worker processes, and refuses an `X` of another length.
    """

    def __init__(self, splits: SplitSet, indices: list[int], selection: Selection) -> None:
        self._splits = splits
        self._indices = indices
        self._ids = selection.ids

    def split(self, X: Any = None, y: Any = None, groups: Any = None) -> Iterator[tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]]:
        """The positions of both sides of each split.

        Parameters
        ----------
        X : array of n rows, optional
            The matrix of the selection; only its length is looked at.
        y, groups
            Not looked at.
        """
        if X is not None:
            count = X.shape[0] if hasattr(X, "shape") else len(X)
            if count != len(self._ids):
                raise _errors.UsageError(
                    "X has another number of rows than the selection that the splitter was made for", place="X",
                    expected=f"{len(self._ids)} rows", found=f"{count} rows", mend="make the splitter from the selection that X is of")
        for index in self._indices:
            split = self._splits[index]
            yield self._positions(split.train, split.name), self._positions(split.test, split.name)

    def _positions(self, ids: npt.NDArray[np.int64], name: str) -> npt.NDArray[np.intp]:
        places = np.searchsorted(self._ids, ids)
        is_there = places < len(self._ids)
        is_there[is_there] = self._ids[places[is_there]] == ids[is_there]
        if not is_there.all():
            raise _errors.UsageError(
                "the split has examples that the selection lacks", place=f"split {name}", expected="all examples of the split",
                found=f"{int((~is_there).sum())} of {len(ids)} are not selected", mend="select more of the commit of the splits, such as `splits.store.select()`")
        return places

    def get_n_splits(self, X: Any = None, y: Any = None, groups: Any = None) -> int:
        """The number of splits."""
        return len(self._indices)

    def get_metadata_routing(self) -> Any:
        """What scikit-learn routes to it: nothing."""
        from sklearn.utils.metadata_routing import MetadataRequest  # type: ignore[import-untyped,unused-ignore]

        return MetadataRequest(owner=type(self).__name__)

    def __len__(self) -> int:
        return len(self._indices)

    def __repr__(self) -> str:
        return f"StoredCV({self._splits.name!r}, n_splits={len(self._indices)}, n_rows={len(self._ids)})"
