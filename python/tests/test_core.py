"""Reading: selections, arrays, labels, splits, queries, errors."""

from __future__ import annotations

import copy
import importlib.util
import pathlib
import pickle
import warnings
from typing import Any

import numpy as np
import pytest

import engram


def reference(store: engram.Store, folder: pathlib.Path, **options: object) -> dict[str, np.ndarray]:
    """What the command writes of a selection, by another road."""
    target = folder / "reference.npz"
    store._command("select", format="npz", output=target, reads_json=False, **options)
    with np.load(target, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def test_a_matrix_equals_what_the_command_writes(store: engram.Store, tmp_path: pathlib.Path) -> None:
    selection = store.select("layer_position = 'deep'", statistics="all", epochs=slice(0, 100, 25))
    known = reference(store, tmp_path, where="layer_position = 'deep'", statistics="all", epochs="0:100:25")
    cube = selection.to_numpy3d()
    assert cube.shape == (864, 45, 5)
    np.testing.assert_array_equal(cube.view(np.uint32), known["X"].transpose(0, 2, 1).copy().view(np.uint32))
    np.testing.assert_array_equal(selection.ids, known["example_id"])
    assert selection.columns[:2] == [f"{selection.statistics[0]}@0", f"{selection.statistics[0]}@25"]
    assert len(selection) == 864 and selection.dtype == np.float32


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_out_of_any_strides_gives_the_same(shared: engram.Store, dtype: str, order: str) -> None:
    selection = shared.select("architecture = 'knet'", epochs="0,50,100")
    fresh = selection.to_numpy(dtype=dtype, order=order)
    assert fresh.ctypes.data % 64 == 0 and fresh.flags[f"{order}_CONTIGUOUS"] and fresh.dtype == dtype
    rows, columns = selection.shape
    big = np.full((3 * rows, 2 * columns), -1, dtype, order)
    for view in (big[::3, ::2], big[::-3, ::-2], big[1::3, 1::2]):
        assert selection.to_numpy(out=view) is view
        np.testing.assert_array_equal(view, fresh)
    assert (big[2::3, ::2][:-1] != fresh[:-1]).any()


def test_an_array_that_does_not_fit_is_refused(shared: engram.Store) -> None:
    selection = shared.select("architecture = 'knet'")
    good = np.empty(selection.shape, np.float32)
    others = [np.zeros(selection.shape, kind) for kind in (np.int32, np.float16, object)]
    for out in (good[:-1], good.ravel(), [1, 2], *others):
        with pytest.raises(ValueError):
            selection.to_numpy(out=out)  # type: ignore[arg-type]
    good.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        selection.to_numpy(out=good)
    for bad in ({"dtype": "int64"}, {"order": "A"}):
        with pytest.raises(ValueError):
            selection.to_numpy(**bad)
    overlapping = np.lib.stride_tricks.as_strided(np.zeros(10_000, np.float32), selection.shape, (4, 4))
    with pytest.raises(ValueError, match="share"):
        selection.to_numpy(out=overlapping)


def test_a_selection_is_lazy_and_pickles(store: engram.Store) -> None:
    selection = store.select("architecture = 'knet'", view="zscore+positions")
    assert "not read yet" in repr(selection)
    again = pickle.loads(pickle.dumps(selection))
    np.testing.assert_array_equal(np.asarray(again), np.asarray(selection))
    assert selection.columns[:3] == ["position_early", "position_middle", "position_deep"]
    assert "svg" in store.select("architecture = 'knet'")._repr_html_()
    assert np.asarray(selection, dtype=np.float64).dtype == np.float64
    picked = store.select(examples=selection.ids[::-2])
    np.testing.assert_array_equal(picked.ids, selection.ids[::-2][::-1])


def test_labels_and_metadata(shared: engram.Store) -> None:
    selection = shared.select("architecture IN ('knet', 'alexnet')")
    y, classes = selection.labels("learning_rule")
    names = selection.labels("learning_rule", encoded=False)
    assert classes == sorted(set(names)) and list(names) == [classes[code] for code in y]
    table = selection.metadata(["learning_rule", "example_id", "batch_size"])
    assert table.columns == ["learning_rule", "example_id", "batch_size"] and table["learning_rule"] == list(names)
    np.testing.assert_array_equal(table.to_numpy("example_id"), selection.ids)
    with pytest.raises(LookupError):
        table["nothing"]
    with pytest.raises(ValueError):
        selection.labels("nothing")


def test_sql_gives_every_kind_of_value(shared: engram.Store) -> None:
    table = shared.sql("SELECT 1 AS a, 'ü' AS b, NULL AS c, 2.5 AS d UNION ALL SELECT 2, NULL, NULL, NULL")
    assert table.rows() == [(1, "ü", None, 2.5), (2, None, None, None)]
    assert table.columns == ["a", "b", "c", "d"] and table.shape == (2, 4) and len(table) == 2
    assert shared.sql("SELECT 1 AS x UNION ALL SELECT 'one'")["x"] == [1, "one"]
    assert shared.sql("SELECT * FROM run WHERE 0").rows() == []
    np.testing.assert_array_equal(table.to_numpy("d"), [2.5, np.nan])
    assert "NULL" in repr(table) and "<table>" in table._repr_html_()
    with pytest.raises(ValueError, match="may not delete rows"):
        shared.sql("DELETE FROM run")
    with pytest.raises(ValueError):
        shared.sql("ATTACH '/etc/passwd' AS x")
    with pytest.raises(MemoryError):
        shared.sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n", seconds=0.2)


def test_errors_are_kinds_that_python_knows(tmp_path: pathlib.Path, shared: engram.Store) -> None:
    with pytest.raises(LookupError) as caught:
        engram.open(tmp_path / "nothing")
    error = caught.value
    assert isinstance(error, engram.NotFoundError) and error.code == "notFound" and "engram.ingest" in (error.mend or "")
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == str(error) and type(again) is type(error)
    with pytest.raises(ValueError, match="admissable|statistic"):
        shared.select(statistics="admissible,weight").to_numpy()
    with pytest.raises(engram.NotFoundError, match="missing=|did you mean"):
        shared.select(statistics="weightabs_meen").to_numpy()
    with pytest.raises(OSError):
        engram.create(shared.path)
    with pytest.raises(ValueError):
        shared.select(missing="guess")  # type: ignore[arg-type]
    with pytest.raises(ValueError):
        shared.select("1", examples=[1])
    with pytest.raises(ValueError):
        shared.select(examples=[1.5])
    with pytest.raises(TypeError):
        engram.open(None)  # type: ignore[arg-type]


def test_a_closed_store_says_so_and_selections_stay(path: pathlib.Path) -> None:
    with engram.open(path) as store:
        selection = store.select("architecture = 'knet'", epochs="0")
        known = selection.to_numpy()
    assert "closed" in repr(store)
    np.testing.assert_array_equal(selection.to_numpy(), known)
    for use in (lambda: store.sql("SELECT 1"), lambda: store.select().to_numpy(), lambda: store.splits["fig2a"]):
        with pytest.raises(ValueError, match="closed"):
            use()


def test_commits_edits_and_time_travel(store: engram.Store) -> None:
    before = store.at(1)
    report = store.edit("architecture = 'knet'", {"task": "other, digits"}, reason="a test")
    assert report and store.commit == 3
    assert store.sql("SELECT count(*) FROM run WHERE task = 'other, digits'").rows()[0][0] > 0
    assert before.sql("SELECT count(*) FROM run WHERE task = 'other, digits'").rows() == [(0,)]
    assert pickle.loads(pickle.dumps(before)).commit == 1
    store.hide("architecture = 'knet'")
    assert len(store) < len(before) and len(store.splits["fig2a"].store) == len(before)
    assert [one["operation"] for one in store.log()][:1] or store.log()


def test_a_damaged_store_is_an_os_error(path: pathlib.Path) -> None:
    segment = next((path / "segments").iterdir())
    segment.chmod(0o644)
    data = bytearray(segment.read_bytes())
    data[len(data) // 3] ^= 0xFF
    segment.write_bytes(data)
    with pytest.raises(OSError) as caught:
        engram.open(path).select(statistics="all").to_numpy()
    assert isinstance(caught.value, engram.CorruptError) and caught.value.file


def test_progress_is_told_and_may_stop_the_work(shared: engram.Store) -> None:
    told: list[tuple[str, int, int, str]] = []
    shared.splits["fig2a"]
    engram._engram.command(["verify", shared.path, "--json"], 0, lambda *facts: told.append(facts))
    assert told and all(len(one) == 4 for one in told)

    def stop(*facts: object) -> None:
        raise ZeroDivisionError("enough")

    with pytest.raises(ZeroDivisionError):
        engram._engram.command(["verify", shared.path, "--json"], 0, stop)


def test_a_closed_store_writes_nothing(tmp_path: pathlib.Path) -> None:
    """An append by a store that was closed is refused before anything is written, not after."""
    values = np.zeros((1, 1, 2, 1), np.float32)
    about: dict[str, Any] = {"layers": ["fc"], "epochs": [0, 1], "statistics": ["weightabs_mean"]}
    engram.append(tmp_path / "x.engram", values, runs=[{"seed": 1}], **about)
    with engram.open(tmp_path / "x.engram") as store:
        pass
    for write in (lambda: store.append(values, runs=[{"seed": 2}], **about), lambda: store.hide("seed = 1"), lambda: store.sql("SELECT 1")):
        with pytest.raises(engram.UsageError, match="closed"):
            write()
    assert engram.open(tmp_path / "x.engram").commit == 1


def test_what_is_missing_or_no_value_is_never_stored_as_a_text_or_a_number(tmp_path: pathlib.Path) -> None:
    """Masked values are NaN, pandas' NA and NaT are NULL; bytes, infinities and halves of characters are refused."""
    pandas = pytest.importorskip("pandas")
    about: dict[str, Any] = {"layers": ["fc"], "epochs": [0, 1], "statistics": ["weightabs_mean"]}
    values = np.ma.array([7, 1, 2, 8, 3, 4], mask=[1, 0, 0, 1, 0, 0]).reshape(3, 1, 2, 1)
    notes = [pandas.NA, pandas.NaT, "x"]
    engram.append(tmp_path / "x.engram", values, runs=[{"seed": seed, "note": note} for seed, note in enumerate(notes)], **about)
    store = engram.open(tmp_path / "x.engram")
    np.testing.assert_array_equal(store.select(statistics="all").to_numpy(), [[np.nan, 1], [2, np.nan], [3, 4]])
    assert store.sql("SELECT note FROM run ORDER BY seed").rows() == [(None,), (None,), ("x",)]
    for wrong in (b"x", float("inf"), "\ud800"):
        with pytest.raises(engram.UsageError, match="field note"):
            store.append(np.zeros((1, 1, 2, 1)), runs=[{"seed": 9, "note": wrong}], **about)
    assert store.refresh().commit == 1


def test_tables_are_copied_and_say_what_to_pickle(store: engram.Store) -> None:
    """A table lives in its process."""
    table = store.sql("SELECT 1 AS a")
    assert copy.deepcopy(table).rows() == copy.copy(table).rows() == [(1,)]
    with pytest.raises(TypeError, match="to_dict"):
        pickle.dumps(table)
    with pytest.raises(KeyError, match="only a"):
        table.to_numpy("b")


@pytest.mark.parametrize(("changes", "place"), [
    ({"runs": [1, 2]}, "runs"), ({"runs": {"seed": [1, 2]}}, "runs"), ({"runs": 2}, "runs"), ({"epochs": 2}, "epochs"), ({"layers": 1}, "layers"),
    ({"epochs": [0, "one"]}, None),
])
def test_an_append_of_something_else_is_refused_by_name(tmp_path: pathlib.Path, changes: dict[str, object], place: str | None) -> None:
    asked = {"runs": [{"seed": 1}, {"seed": 2}], "layers": ["fc"], "epochs": [0, 1], "statistics": ["m"], **changes}
    with pytest.raises((engram.UsageError, ValueError)) as caught:
        engram.append(tmp_path / "mine.engram", np.ones((2, 1, 2, 1)), **asked)  # type: ignore[arg-type]
    assert place is None or caught.value.place == place


def test_one_name_and_a_frame_of_runs_are_taken(tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    runs = pandas.DataFrame({"seed": [1, 2]})
    engram.append(tmp_path / "mine.engram", np.ones((2, 1, 2, 1)), runs=runs, layers="fc", epochs=[0, 1], statistics="mean")
    store = engram.open(tmp_path / "mine.engram")
    assert store.sql("SELECT seed, layer_name FROM example").rows() == [(1, "fc"), (2, "fc")]
    assert store.select(statistics="all").columns == ["mean@0", "mean@1"]


def test_columns_of_one_name_all_come(shared: engram.Store) -> None:
    assert shared.sql("SELECT 1 AS a, 2 AS a, 3 AS a_1, 4 AS a").to_dict() == {"a": [1], "a_2": [2], "a_1": [3], "a_3": [4]}


def test_units_may_be_counted_by_numpy() -> None:
    def variance(units: int) -> float:
        meter = engram.Meter(units)
        meter.add_activations(np.random.RandomState(0).randn(3, 40))
        return meter.read()["actraw_var"]

    assert variance(np.int64(5)) == variance(5) > 0  # type: ignore[arg-type]
    assert variance(np.int64(1)) == 0  # type: ignore[arg-type]


def test_a_selection_stays_at_its_commit(store: engram.Store) -> None:
    """Whatever the store shows later, by an edit, by hiding or by a refresh: also what is read of it late, or elsewhere."""
    selection, splits = store.select("architecture = 'knet'", epochs="0"), store.splits["fig2a"]
    other = engram.open(store.path)
    assert len(selection) == 96
    store.edit("architecture = 'knet'", {"learning_rule": "none"}, reason="a test")
    store.hide("architecture = 'knet'")
    for one in (selection, pickle.loads(pickle.dumps(selection)), store.at(2).select("architecture = 'knet'", epochs="0")):
        assert one.shape == (96, 45) == one.to_numpy().shape and one.store.commit == 2
        assert "none" not in one.labels("learning_rule")[1] and "none" not in one.metadata("learning_rule")["learning_rule"]
        if importlib.util.find_spec("pandas"):
            assert set(one.to_pandas(fields=["learning_rule"])["learning_rule"]) == set(one.labels("learning_rule")[1])
    late = other.select("architecture = 'knet'", epochs="0")
    assert other.refresh().commit == 4 and len(late) == 96 and len(store) == len(other) == 1632 - 96
    assert splits.store.commit == 1 and len(splits[0].load(epochs="0").X_train) == 1224
    store.close()
    with pytest.raises(engram.UsageError, match="closed"):
        selection.metadata("task")


def test_a_frame_of_polars_has_one_column_of_a_name(shared: engram.Store) -> None:
    pytest.importorskip("polars")
    twice = shared.sql("SELECT 1 AS a, 2 AS a")
    assert twice.to_dict() == {"a": [1], "a_1": [2]}
    with pytest.raises(engram.UsageError, match="two columns 'a'"):
        twice.to_polars()


def test_what_float32_does_not_hold_is_said(tmp_path: pathlib.Path) -> None:
    values = np.array([1e300, 1.0, np.inf, -1e300]).reshape(4, 1, 1, 1)
    runs = [{"learning_rule": "ab"[seed % 2], "seed": seed} for seed in range(4)]
    engram.append(tmp_path / "x.engram", values, runs=runs, layers=["fc"], epochs=[0], statistics=["m"])
    store = engram.open(tmp_path / "x.engram")
    selection = store.select(statistics="all")
    for read in (
        lambda: selection.to_numpy(dtype="float32"), lambda: selection.to_numpy(out=np.empty((4, 1), np.float32)),
        lambda: selection.to_numpy3d(dtype="float32")[:, 0],
    ):
        with pytest.warns(engram.EngramWarning, match=r"2 values are beyond float32 .* such as 1e\+300") as told:
            assert read()[:, 0].tolist() == [np.inf, 1, np.inf, -np.inf]
        assert told[0].filename == __file__ and len(told) == 1
    split = store.splits.make("s", "random", repeats=1, test_fraction=0.5)[0]
    with pytest.warns(engram.EngramWarning, match="beyond float32"):
        split.load(dtype="float32", statistics="all")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        selection.to_numpy()
        store.select("seed = 1 OR seed = 2", statistics="all").to_numpy(dtype="float32")


def test_only_rows_with_infinities_are_read_again_and_some_at_a_time(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engram import _pieces

    values = np.ones((6, 1, 1, 2))
    values[[0, 2, 3], 0, 0, 1] = 1e300, np.inf, -1e300
    engram.append(
        tmp_path / "x.engram", values, runs=[{"seed": seed, "rule": "ab"[seed % 2]} for seed in range(6)], layers=["fc"], epochs=[0],
        statistics=["m", "n"])
    store = engram.open(tmp_path / "x.engram")
    selection = store.select(statistics="all")
    first = int(selection.ids[0])
    monkeypatch.setattr(_pieces, "VALUES", 4)
    read, known = [], _pieces.Pieces.read
    monkeypatch.setattr(_pieces.Pieces, "read", lambda pieces, ids, **options: read.append((ids - first).tolist()) or known(pieces, ids, **options))
    with pytest.warns(engram.EngramWarning, match=r"2 values are beyond float32 .* such as 1e\+300"):
        selection.to_numpy(dtype="float32")
    assert read == [[0], [2, 3]]

    def none(*arguments: object, **options: object) -> None:
        raise MemoryError

    monkeypatch.setattr(_pieces.Pieces, "read", none)
    with pytest.warns(engram.EngramWarning, match="there is no memory to see"):
        assert selection.to_numpy(dtype="float32")[0].tolist() == [1, np.inf]
