"""Data frames come in as they are: NaN, gaps, texts, truth values and whole numbers of pandas, polars and Arrow alike."""

from __future__ import annotations

import decimal
import pathlib
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import engram

NAN = float("nan")


@pytest.fixture(params=["pandas", "polars", "arrow"])
def bring(request: pytest.FixtureRequest) -> Callable[..., engram.Store]:
    """Brings columns into a store by a data frame of one library."""
    library = request.param
    make = {
        "pandas": lambda columns: pytest.importorskip("pandas").DataFrame(columns),
        "polars": lambda columns: pytest.importorskip("polars").DataFrame(columns),
        "arrow": lambda columns: pytest.importorskip("pyarrow").table(columns),
    }[library]

    def brought(columns: dict[str, Any], store: pathlib.Path, **options: Any) -> engram.Store:
        getattr(engram, f"from_{library}")(make(columns), store, **options)
        return engram.open(store)

    return brought


def rows(store: engram.Store, fields: str) -> list[tuple[Any, ...]]:
    return list(store.sql(f"SELECT {fields} FROM example ORDER BY example_id").rows())


def test_trajectories_that_are_nan_throughout_are_kept(bring: Any, tmp_path: pathlib.Path) -> None:
    wide = {"net": ["a", "b"], "lr": [0.5, NAN], "m@0": [1.0, NAN], "m@1": [2.0, NAN]}
    store = bring(wide, tmp_path / "wide.engram")
    np.testing.assert_array_equal(store.select(statistics="all").to_numpy(), [[1, 2], [NAN, NAN]])
    assert rows(store, "net, lr") == [("a", 0.5), ("b", None)]
    long = {"net": ["a", "b"], "epoch": [0, 0], "m": [1.0, NAN]}
    np.testing.assert_array_equal(bring(long, tmp_path / "long.engram").select(statistics="all").to_numpy(), [[1], [NAN]])


def test_a_wide_frame_of_a_selection_with_nan_comes_back(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    values = np.array([[1.0, 2.0], [NAN, NAN], [np.inf, NAN]]).reshape(3, 1, 2, 1)
    runs = [{"net": "a", "lr": 0.5}, {"net": "1.10"}, {"net": "NA", "lr": 0.25}]
    engram.append(tmp_path / "a.engram", values, runs=runs, layers=["fc"], epochs=[0, 1], statistics=["m"])
    frame = engram.open(tmp_path / "a.engram").select(statistics="all").to_pandas("wide")
    with pytest.warns(engram.EngramWarning, match="selection of a store"):
        engram.from_pandas(frame, tmp_path / "b.engram")
    again = engram.open(tmp_path / "b.engram")
    np.testing.assert_array_equal(again.select(statistics="all").to_numpy(), values[:, 0, :, 0])
    assert rows(again, "net, lr") == [("a", 0.5), ("1.10", None), ("NA", 0.25)]


def test_a_gap_of_a_nullable_column_was_not_recorded(tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({
        "net": ["a", "b"], "when": pandas.to_datetime(["2026-01-02", None]), "m@0": pandas.array([0.1, None], "Float32"),
        "v@0": pandas.array([0.1, 3.0], "Float64"), "n@0": pandas.array([None, 5], "Int64")}, index=pandas.Index([7, 8], name="seed"))
    engram.from_pandas(frame, tmp_path / "x.engram")
    store = engram.open(tmp_path / "x.engram")
    assert rows(store, 'seed, net, "when"') == [(7, "a", "2026-01-02"), (8, "b", None)]
    found = store.sql("SELECT net, statistic, value FROM trajectory JOIN example USING (example_id) ORDER BY 1, 2").rows()
    assert found == [("a", "m", float(np.float32(0.1))), ("a", "v", 0.1), ("b", "n", 5.0), ("b", "v", 3.0)]


def test_texts_are_taken_as_they_stand(bring: Any, tmp_path: pathlib.Path) -> None:
    texts = ["NA", " x ", "null", 'say "a, b"', None]
    columns = {"text": texts, "version": ["1.1", "1.10", "1.2", None, "1"], "seed": [1, 2, 3, 4, 5], "epoch": [0] * 5, "m": [1.0] * 5}
    store = bring(columns, tmp_path / "x.engram")
    assert rows(store, "text, version, seed") == list(zip(texts, columns["version"], columns["seed"], strict=True))
    # A declared type counts, and a text of numbers behind the epoch is a statistic.
    columns = {"version": ["1", "2"], "theirs": ["1", "2"], "step": ["0", "0"], "m": ["0.5", "nan"], "key_1": ["1.0", "2.0"], "seed": ["3", "4"]}
    store = bring(columns, tmp_path / "y.engram", type={"version": "integer"}, map={"mine": "theirs"}, run=["key_1", "seed"])
    assert rows(store, "version, mine, key_1, seed") == [(1, "1", "1.0", "3"), (2, "2", "2.0", "4")]
    np.testing.assert_array_equal(store.select(statistics="all").to_numpy(), [[0.5], [NAN]])


def test_a_type_that_is_declared_counts_in_any_case(bring: Any, tmp_path: pathlib.Path) -> None:
    store = bring({"Dose": [1.0, 2.0], "Code": ["1", "2"], "m@0": [0.5, 0.7]}, tmp_path / "x.engram", type={"dose": "text", "CODE": "integer"})
    assert [type(one) for one in rows(store, "Dose, Code")[0]] == [str, int]


def test_a_dictionary_of_reals_is_a_field_of_reals(tmp_path: pathlib.Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table({"dose": pyarrow.array([1.0, 2.0]).dictionary_encode(), "m@0": [0.5, 0.7]})
    engram.from_arrow(table, tmp_path / "x.engram")
    assert [type(one) for one, in rows(engram.open(tmp_path / "x.engram"), "dose")] == [float, float]


def test_truth_values_with_gaps_are_spelled_as_without(bring: Any, tmp_path: pathlib.Path) -> None:
    columns = {"net": ["a", "b", "c"], "gaps": [True, None, False], "whole": [True, True, False], "epoch": [0] * 3, "m": [1.0] * 3}
    assert rows(bring(columns, tmp_path / "x.engram"), "gaps, whole") == [("true", "true"), (None, "true"), ("false", "false")]


def test_runs_of_a_tracker_stay_apart_and_what_is_left_out_is_said(bring: Any, tmp_path: pathlib.Path) -> None:
    columns = {"run_id": [7, 8], "net": ["a", "a"], "example_id": [0, 1], "epoch": [0, 0], "m": [1.0, 2.0]}
    with pytest.warns(engram.EngramWarning) as told:
        store = bring(columns, tmp_path / "x.engram")
    assert rows(store, "tracker_run, net") == [(7, "a"), (8, "a")]
    said = [str(one.message) for one in told]
    assert any("left out: example_id" in one for one in said) and any("tracker_run" in one for one in said)
    with pytest.warns(engram.EngramWarning, match="left out: run_id"):
        bring({"run_id": [7, 8], "tracker_run": ["p", "q"], "epoch": [0, 0], "m": [1.0, 2.0]}, tmp_path / "y.engram")


@pytest.mark.parametrize("names", [("m@0", "n@0"), ("m", "n")])
def test_whole_numbers_beside_narrow_reals_are_not_rounded(bring: Any, tmp_path: pathlib.Path, names: tuple[str, str]) -> None:
    axis = {} if "@" in names[0] else {"epoch": [0, 0]}
    for large, kind in ((2**24 + 1, np.float64), (2**24, np.float32)):
        columns = {"seed": [2**40, 1], **axis, names[0]: np.float32([0.1, 2]), names[1]: [-large, 3]}
        store = bring(columns, tmp_path / f"{large}.engram")
        matrix = store.select(statistics=["m", "n"]).to_numpy()
        assert matrix.dtype == kind and matrix[:, 1].tolist() == [-large, 3] and matrix[0, 0] == np.float32(0.1)


def test_errors_name_the_frame(bring: Any, tmp_path: pathlib.Path) -> None:
    with pytest.raises(engram.InvalidDataError, match=r"^(pandas.DataFrame|polars.DataFrame|the Arrow table): a value is no number"):
        bring({"net": ["a"], "epoch": ["x"], "m": [1.0]}, tmp_path / "x.engram")


def test_an_index_without_a_name_that_says_something_is_left_out_and_said(tmp_path: pathlib.Path) -> None:
    frame = pytest.importorskip("pandas").DataFrame({"seed": [1, 2], "m@0": [1.0, 2.0]}, index=["a", "b"])
    with pytest.warns(engram.EngramWarning, match="the index says without a name"):
        engram.from_pandas(frame, tmp_path / "x.engram")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        engram.from_pandas(frame.reset_index(drop=True)[::-1], tmp_path / "y.engram")


def test_the_index_of_pandas_in_an_arrow_table_is_what_it_is_in_a_frame(tmp_path: pathlib.Path) -> None:
    pandas, pyarrow, parquet = (pytest.importorskip(name) for name in ("pandas", "pyarrow", "pyarrow.parquet"))
    long = pandas.DataFrame({"net": ["u", "u", "v", "v"], "epoch": [0, 1, 0, 1], "m": [1.0, 2.0, 3.0, 4.0]})
    named = long.set_index(pandas.Index([5, 5, 6, 6], name="seed"))
    ranged = pandas.DataFrame({"m@0": [1.0, 2.0]}, index=pandas.RangeIndex(3, 5, name="seed"))
    for number, (frame, fields) in enumerate([
        (long.iloc[[1, 0, 3, 2]], []), (long.set_index(pandas.Index(list("abcd"))), []), (named, ["seed"]), (ranged, ["seed"]),
        (long.set_index(["net", pandas.Index([5, 5, 6, 6], name="seed")]), ["net", "seed"]),
    ]):
        frame.to_parquet(tmp_path / f"{number}.parquet")
        ways = {
            "pandas": lambda target, frame=frame: engram.from_pandas(frame, target),
            "arrow": lambda target, frame=frame: engram.from_arrow(pyarrow.Table.from_pandas(frame), target),
            "parquet": lambda target, number=number: engram.read_parquet(tmp_path / f"{number}.parquet", target)}
        found = {}
        for way, bring in ways.items():
            with warnings.catch_warnings(record=True) as told:
                warnings.simplefilter("always")
                bring(tmp_path / f"{number}-{way}.engram")
            store = engram.open(tmp_path / f"{number}-{way}.engram")
            known = [one for one in ("net", "seed") if one in store.sql("SELECT * FROM run").columns]
            found[way] = (
                store.select(statistics="all").columns, rows(store, ", ".join(known)), store.select(statistics="all").to_numpy().tolist(),
                ["without a name" in str(one.message) for one in told])
            assert set(fields) <= set(known)
        assert found["arrow"] == found["pandas"] and found["parquet"] == found["pandas"], number
    other = pyarrow.Table.from_pandas(named.rename_axis("net"))
    with pytest.raises(engram.InvalidDataError, match="comes twice"):
        engram.from_arrow(other, tmp_path / "x.engram")


def test_reals_that_are_whole_stay_reals_and_epochs_that_are_not_needed_are_said(bring: Any, tmp_path: pathlib.Path) -> None:
    with pytest.warns(engram.EngramWarning, match="epochs that were given are not used"):
        store = bring({"net": ["u", "v"], "dose": [1.0, 2.0], "n": [1, 2], "m@0": [1.0, 2.0]}, tmp_path / "x.engram", epochs=[0])
    assert store.sql("SELECT typeof(dose), typeof(n) FROM run").rows() == [("real", "integer")] * 2
    pytest.importorskip("pyarrow")
    engram.from_arrow(store.select(statistics="all"), tmp_path / "y.engram")
    assert engram.open(tmp_path / "y.engram").sql("SELECT typeof(dose), typeof(n) FROM run").rows() == [("real", "integer")] * 2


def test_epochs_of_lists_come_once(bring: Any, tmp_path: pathlib.Path) -> None:
    pytest.importorskip("pyarrow")
    with pytest.raises(engram.UsageError, match="comes twice"):
        bring({"net": ["a", "b"], "m": [[1.0, 2.0], [3.0, 4.0]]}, tmp_path / "x.engram", epochs=[0, 0])


def test_what_a_library_cannot_write_is_an_error_of_this_package(tmp_path: pathlib.Path) -> None:
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    target = tmp_path / "x.engram"
    mixed = pandas.DataFrame({"net": ["a", "b"], "m": [[1.0], 2.0]})
    levels = pandas.DataFrame({("m", 0): [1.0], ("m", 1): [2.0]})
    interval = pyarrow.table({"net": ["a"], "m@0": [1.0], "i": pyarrow.array([(1, 2, 3)], pyarrow.month_day_nano_interval())})
    lazy = polars.LazyFrame({"net": ["a"]}).select("nothing")
    surrogate = pandas.DataFrame({"net": pandas.Series(["\ud800"], dtype=object), "m@0": [1.0]})
    mapping = pandas.DataFrame({"net": [{"a": 1}], "m@0": [1.0]})
    for wrong in (
        lambda: engram.from_pandas(surrogate, target), lambda: engram.from_pandas(mapping, target),
        lambda: engram.from_pandas(mixed, target, epochs=[0]), lambda: engram.from_pandas(levels, target),
        lambda: engram.from_arrow(interval, target), lambda: engram.from_polars(lazy, target),
        lambda: engram.from_polars(polars.DataFrame({"net": [b"a"], "m@0": [1.0]}), target),
    ):
        with warnings.catch_warnings(), pytest.raises(engram.EngramError):
            warnings.simplefilter("error")
            wrong()
    assert not target.exists()


def test_nan_in_lists_is_a_value(bring: Any, tmp_path: pathlib.Path) -> None:
    """Beside lists too, and in an example that has no other value."""
    columns = {"net": ["a", "b"], "m": [[1.0, NAN], [NAN, NAN]], "v@0": [NAN, 2.0], "v@5": [3.0, NAN]}
    store = bring(columns, tmp_path / "x.engram", epochs=[0, 5])
    np.testing.assert_array_equal(store.select(statistics=["m"]).to_numpy(), [[1, NAN], [NAN, NAN]])
    np.testing.assert_array_equal(store.select(statistics=["v"]).to_numpy(), [[NAN, 3], [2, NAN]])


def test_a_list_frame_of_a_selection_with_nan_comes_back(tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    values = np.array([[1.0, 2.0], [NAN, NAN], [np.inf, NAN]]).reshape(3, 1, 2, 1)
    engram.append(tmp_path / "a.engram", values, runs=[{"net": one} for one in "abc"], layers=["fc"], epochs=[0, 1], statistics=["m"])
    selection = engram.open(tmp_path / "a.engram").select(statistics="all")
    for number, frame in enumerate((selection.to_pandas("list"), selection.to_pandas("list", fields=["net"]))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", engram.EngramWarning)
            engram.from_pandas(frame, tmp_path / f"{number}.engram", epochs=[0, 1])
        again = engram.open(tmp_path / f"{number}.engram").select(statistics="all")
        np.testing.assert_array_equal(again.to_numpy(), values[:, 0, :, 0])
    # A frame of pandas has NaN for pandas, whoever is given it.
    engram.from_arrow(pandas.DataFrame({"net": ["a"], "m@0": [NAN]}), tmp_path / "arrow.engram")
    np.testing.assert_array_equal(engram.open(tmp_path / "arrow.engram").select(statistics="all").to_numpy(), [[NAN]])


def test_trajectories_of_any_kind_are_not_rounded_beside_narrow_ones(tmp_path: pathlib.Path) -> None:
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    exact = decimal.Decimal("16777217.25")
    narrow = np.float32([0.5, 1.5])
    columns = {
        "objects": pandas.Series([0.1, 0.2], dtype=object), "whole": pandas.Series([2**24 + 1, 3], dtype=object),
        "sparse": pandas.arrays.SparseArray([0.1, 0.2]), "categories": pandas.Categorical([0.1, 0.2]), "texts": ["0.1", "0.2"],
        "exact": pandas.Series([exact, 1], dtype=object), "arrow": pandas.array([0.1, 0.2], dtype="double[pyarrow]")}
    frames = {name: pandas.DataFrame({"net": ["u", "v"], "m@0": narrow, "q@0": column}) for name, column in columns.items()}
    given: list[tuple[str, Any, Any, float]] = [
        (name, engram.from_pandas, frame, float(frame["q@0"].iloc[0])) for name, frame in frames.items()]
    for library, frame in (("polars", polars.DataFrame), ("arrow", pyarrow.table)):
        for name, column in (("exact", [exact, exact]), ("texts", ["0.1", "0.2"])):
            bring = getattr(engram, f"from_{library}")
            given.append((f"{library}-{name}", bring, frame({"net": ["u", "v"], "m@0": narrow, "q@0": column}), float(column[0])))
    for name, bring, frame, value in given:
        bring(frame, tmp_path / f"{name}.engram")
        matrix = engram.open(tmp_path / f"{name}.engram").select(statistics=["m", "q"]).to_numpy()
        assert matrix.dtype == np.float64 and matrix[0].tolist() == [0.5, value], name
    # What says nothing leaves the others as they are.
    for name in ("Int64", "int64[pyarrow]"):
        frame = pandas.DataFrame({"net": ["u", "v"], "m@0": narrow, "q@0": pandas.array([None, None], dtype=name)})
        engram.from_pandas(frame, tmp_path / f"{name}.engram")
        assert engram.open(tmp_path / f"{name}.engram").select(statistics="all").dtype == np.float32


def test_columns_of_one_name_and_epochs_without_a_place_are_refused(tmp_path: pathlib.Path) -> None:
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    lists = pyarrow.table([pyarrow.array(["u"]), pyarrow.array([[1.0]]), pyarrow.array([[2.0]])], names=["net", "m", "m"])
    given = pyarrow.table([pyarrow.array([1]), pyarrow.array([1]), pyarrow.array([2.0])], names=["example_id", "example_id", "m@0"])
    beside = pyarrow.table({"net": ["u"], "m@0": [1.0], "m": [[2.0]]})
    frame = pandas.DataFrame([["u", [1.0], [2.0]]], columns=["net", "m", "m"])
    for bring in (
        lambda: engram.from_arrow(lists, tmp_path / "x", epochs=[0]), lambda: engram.from_arrow(given, tmp_path / "x"),
        lambda: engram.from_arrow(beside, tmp_path / "x", epochs=[0]), lambda: engram.from_pandas(frame, tmp_path / "x", epochs=[0]),
    ):
        with pytest.raises(engram.InvalidDataError, match="comes twice"):
            bring()
    for epochs in ([0, NAN], [0, np.inf], [], None, "0:1", "0:1:0", "0:10:-5", [1, 2, 1], ["a", 1]):
        with pytest.raises(engram.UsageError, match="epoch"):
            engram.from_arrow(pyarrow.table({"net": ["u"], "m": [[1.0, 2.0]]}), tmp_path / "x", epochs=epochs)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("epochs", [[0, 5, 10], range(0, 11, 5), "0:10:5", "0, 5, 10", slice(0, 10, 5), np.array([0, 5, 10])])
def test_epochs_of_lists_are_said_in_any_form(bring: Any, tmp_path: pathlib.Path, epochs: Any) -> None:
    pytest.importorskip("pyarrow")
    store = bring({"net": ["a", "b"], "m": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]}, tmp_path / "x.engram", epochs=epochs)
    assert store.select(statistics="all").epochs == [0, 5, 10]
    one = bring({"net": ["a", "b"], "m": [[1.0], [2.0]]}, tmp_path / "y.engram", epochs=3)
    assert one.select(statistics="all").epochs == [3]


def test_texts_of_numbers_with_an_empty_one_stay_texts(bring: Any, tmp_path: pathlib.Path) -> None:
    store = bring({"net": ["a", "b", "c"], "version": ["", "1.10", None], "m@0": [1.0, 2.0, 3.0]}, tmp_path / "x.engram")
    assert rows(store, "version") == [("",), ("1.10",), (None,)]


def test_values_with_parts_are_refused_wherever_they_stand(tmp_path: pathlib.Path) -> None:
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    structs = {"a": pandas.ArrowDtype(pyarrow.struct({"a": pyarrow.int64()})), "b": pandas.ArrowDtype(pyarrow.binary())}
    columns: list[Any] = [
        ["a", b"x", "b"], ["a", {"q": 1}, "b"], ["a", {1}, "b"], ["a", 1j, "b"], [1 + 2j, 2, 3], ["a", object(), "b"], ["a", print, None],
        pandas.Series([{"a": 1}] * 3, dtype=structs["a"]).array, pandas.Series([b"a"] * 3, dtype=structs["b"]).array]
    for column in columns:
        for index in (None, [0, 0, 0], pandas.Index([None, "p", "q"], dtype=object)):
            frame = pandas.DataFrame({"net": ["u", "v", "w"], "m@0": [1.0, 2.0, 3.0]}, index=index)
            frame["t"] = pandas.array(column, dtype=object) if isinstance(column, list) else column
            with warnings.catch_warnings(), pytest.raises(engram.UsageError, match="neither numbers nor texts"):
                warnings.simplefilter("ignore", engram.EngramWarning)
                engram.from_pandas(frame, tmp_path / "x.engram")
    assert not (tmp_path / "x.engram").exists()


def test_lists_of_pandas_are_told_by_place_and_of_arrow_too(tmp_path: pathlib.Path) -> None:
    pandas, pyarrow = pytest.importorskip("pandas"), pytest.importorskip("pyarrow")
    first_none = pandas.DataFrame({"net": ["x", "y"], "m": [None, [1.0, 2.0]]}, index=[0, 0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", engram.EngramWarning)
        engram.from_pandas(first_none, tmp_path / "x.engram", epochs=[0, 1])
    assert engram.open(tmp_path / "x.engram").select(statistics="all").to_numpy().tolist() == [[1, 2]]
    for kind, dtype in ((pyarrow.float32(), np.float32), (pyarrow.float64(), np.float64)):
        lists = pyarrow.chunked_array([[[0.5, NAN], [3.0, 4.0]]], pyarrow.list_(kind))
        column = pandas.Series(pandas.arrays.ArrowExtensionArray(lists))
        mixed = {"net": ["u", "v"], "period": pandas.PeriodIndex(["2020-01", "2020-02"], freq="M"), "any": [1, "y"], "m": column}
        engram.from_pandas(pandas.DataFrame(mixed), tmp_path / f"{kind}.engram", epochs=[0, 1])
        store = engram.open(tmp_path / f"{kind}.engram")
        assert store.select(statistics="all").dtype == dtype
        assert store.select(statistics="all").to_numpy()[1].tolist() == [3, 4] and rows(store, "period")[0] == ("2020-01",)


@pytest.mark.parametrize("name", ["user@host", "value"])
def test_a_name_of_a_column_changes_no_other(bring: Any, tmp_path: pathlib.Path, name: str) -> None:
    columns = {name: [0.5, 0.5], "epoch": [0, 1], "m": [1.0, NAN]}
    selection = bring(columns, tmp_path / "x.engram").select(statistics=["m"])
    np.testing.assert_array_equal(selection.to_numpy(), [[1, NAN]])


@pytest.mark.parametrize("kind", [None, "object", "string", "category"], ids=str)
def test_texts_that_some_rows_lack_are_no_statistic(kind: str | None, tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    note = pandas.Series(["x", "x", None, None], dtype=kind)  # type: ignore[call-overload,unused-ignore]
    frame = pandas.DataFrame({"run": [1, 1, 2, 2], "epoch": [0, 1, 0, 1], "note": note, "m": [1.0, 2.0, 3.0, NAN]})
    rows_of_2 = frame[frame["run"] == 2]
    if kind == "category":
        rows_of_2 = rows_of_2.assign(note=rows_of_2["note"].cat.remove_unused_categories())
    engram.from_pandas(rows_of_2, tmp_path / "x.engram")
    selection = engram.open(tmp_path / "x.engram").select(statistics="all")
    assert selection.statistics == ["m"]
    np.testing.assert_array_equal(selection.to_numpy(), [[3.0, NAN]])


def test_a_narrow_real_of_metadata_is_the_same_number_beside_any_values(bring: Any, tmp_path: pathlib.Path) -> None:
    for kind in (np.float32, np.float64):
        store = bring({"lr": np.float32([0.1]), "m@0": np.array([1.0], kind)}, tmp_path / np.dtype(kind).name)
        assert rows(store, "lr") == [(float(np.float32(0.1)),)]


def test_options_have_the_forms_of_ingest(bring: Any, tmp_path: pathlib.Path) -> None:
    columns = {"theirs": ["1", "2"], "id": ["01", "02"], "m@0": [1.0, 2.0]}
    for number, options in enumerate((
        {"map": "mine=theirs", "type": "id=text"}, {"map": ["mine=theirs"], "type": ["id=text"], "run": "id"},
        {"map": {"mine": "theirs"}, "type": {"id": "text"}, "run": ["id", "mine"]}, {"map": ["mine=theirs"], "type": ["id=text", "mine=text"]},
    )):
        assert rows(bring(columns, tmp_path / f"{number}", **options), "mine, id") == [("1", "01"), ("2", "02")]
    for options in ({"run": 3}, {"map": 3}, {"type": 3}, {"map": "mine=nothing"}):
        with pytest.raises(engram.EngramError):
            bring(columns, tmp_path / "x.engram", **options)
    assert not (tmp_path / "x.engram").exists()


def test_what_is_no_frame_and_no_path_is_refused(tmp_path: pathlib.Path) -> None:
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    levels = pandas.DataFrame(columns=pandas.MultiIndex.from_tuples([], names=["a", "b"]))
    frame = pandas.DataFrame({"net": ["a"], "m@0": [1.0]})
    for wrong in (
        lambda: engram.from_arrow(None, tmp_path / "x"), lambda: engram.from_arrow([1, 2], tmp_path / "x"),
        lambda: engram.from_pandas(levels, tmp_path / "x"), lambda: engram.from_pandas(frame, None),  # type: ignore[arg-type]
        lambda: engram.from_pandas(frame, 5),  # type: ignore[arg-type]
    ):
        with pytest.raises(engram.UsageError):
            wrong()


def test_a_warning_about_a_frame_points_at_the_caller(bring: Any, tmp_path: pathlib.Path) -> None:
    with pytest.warns(engram.EngramWarning, match="left out: example_id") as told:
        bring({"example_id": [1], "net": ["a"], "m@0": [1.0]}, tmp_path / "x.engram")
    assert next(one for one in told if "left out" in str(one.message)).filename == __file__


def test_float64_is_not_rounded_beside_a_narrow_column_of_a_telling_name(bring: Any, tmp_path: pathlib.Path) -> None:
    """Such as ``value`` without a statistic, a name with @, or ``statistic@epoch`` beside a column of epochs."""
    for number, name in enumerate(("value", "user@host", "user@0")):
        columns = {"net": ["u", "u"], "epoch": [0, 1], name: np.float32([0.5, 0.5]), "m": [0.1, 0.2]}
        matrix = bring(columns, tmp_path / f"{number}.engram").select(statistics=["m"]).to_numpy()
        assert matrix.tolist() == [[0.1, 0.2]], name
    narrow = {"lr": [0.1, 0.1], "epoch": [0, 1], "statistic": ["m", "m"], "value": np.float32([0.5, 0.25])}
    assert bring(narrow, tmp_path / "narrow.engram").select(statistics="all").dtype == np.float32
