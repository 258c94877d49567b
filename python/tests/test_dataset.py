"""A selection as a dataset of pyarrow, which decodes only what a query needs."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

import engram

TWO = {"statistics": ["weightabs_mean", "actraw_var"], "epochs": "0:100:25"}


def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows by the number of values (examples x columns) whenever some are decoded."""
    found: list[int] = []
    for name in ("selection_arrow", "selection_read"):
        real = getattr(engram._engram, name)

        def counted(handle: object, *rest: object, real: object = real) -> object:
            rows, columns = engram._engram.selection_info(handle)[:2]
            found.append(rows * columns)
            return real(handle, *rest)  # type: ignore[operator]

        monkeypatch.setattr(engram._engram, name, counted)
    split = engram._engram.selection_read_split

    def counted_piece(handle: object, examples: object, out: np.ndarray, *rest: object) -> None:  # type: ignore[type-arg]
        found.append(out.size)
        split(handle, examples, out, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(engram._engram, "selection_read_split", counted_piece)
    return found


def test_duckdb_and_polars_push_queries_down_into_a_dataset(shared: engram.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    dataset_of = pytest.importorskip("pyarrow.dataset")
    selection = shared.select(statistics="all", epochs="0:100:25")
    cube = selection.to_numpy3d()
    place = selection.statistics.index("actraw_var")
    is_knet = np.array(selection.labels("architecture", encoded=False)) == "knet"
    data = selection.to_dataset()
    wide = selection.to_dataset("wide", fields=["architecture", "model_seed"])
    read = decoded(monkeypatch)
    last = cube[is_knet, place, 4]
    is_wanted, value = polars.col("architecture") == "knet", polars.col("actraw_var").arr.get(4)
    lazy = selection.scan()
    for query in (
        lambda data=data: duckdb.sql("SELECT actraw_var[5] AS last FROM data WHERE architecture = 'knet'").fetchnumpy()["last"],
        lambda: polars.scan_pyarrow_dataset(data).filter(is_wanted).select(value).collect().to_series().to_numpy(),
        lambda: data.to_table(["actraw_var"], dataset_of.field("architecture") == "knet")["actraw_var"].combine_chunks()
        .flatten().to_numpy()[4::5],
        lambda: lazy.filter(is_wanted).select(value).collect().to_series().to_numpy(),
    ):
        read.clear()
        np.testing.assert_array_equal(query(), last)
        assert read == [96 * 5], read
    read.clear()
    assert duckdb.sql("SELECT count(*) FROM data WHERE architecture = 'knet'").fetchall() == [(96,)] and read == []
    assert data.count_rows() == 1632 and data.count_rows(dataset_of.field("example_id") < 10) == 10 and read == []
    found = duckdb.sql("SELECT example_id FROM wide WHERE \"actraw_var@100\" > 1 AND architecture = 'knet' ORDER BY 1").fetchall()
    assert [row[0] for row in found] == selection.ids[is_knet & (cube[:, place, 4] > 1)].tolist()
    assert sum(read) in (96 * 5, 1632 * 5)  # DuckDB 2 hands over the condition on metadata alone, before it both at once
    read.clear()
    both = (dataset_of.field("actraw_var@100") > 1) & (dataset_of.field("architecture") == "knet")
    assert wide.to_table(["example_id"], both)["example_id"].to_pylist() == [row[0] for row in found] and sum(read) == 1632 * 5
    read.clear()
    renamed = data.to_table({"x": dataset_of.field("example_id") + 1}, filter=dataset_of.field("layer_position") == "deep")
    assert renamed["x"].to_pylist()[:2] == [one + 1 for one in shared.select("layer_position = 'deep'").ids[:2]] and read == []


def test_a_dataset_is_what_pyarrow_expects(shared: engram.Store) -> None:
    dataset_of = pytest.importorskip("pyarrow.dataset")
    selection = shared.select(**TWO)
    data = selection.to_dataset()
    table = data.to_table()
    table.validate(full=True)
    assert table.schema.equals(data.schema, check_metadata=True) and table.num_rows == 1632
    assert table.to_pydict() == selection.to_arrow().to_pydict()
    assert data.head(3).equals(table.slice(0, 3)) and data.take([5, 2]).equals(table.take([5, 2]))
    assert sum(batch.num_rows for batch in data.to_batches(["example_id"], batch_size=100)) == 1632
    assert pickle.loads(pickle.dumps(data)).to_table(["learning_rule"]).equals(table.select(["learning_rule"]))
    assert data.sort_by([("example_id", "descending")]).to_table()["example_id"][0].as_py() == selection.ids[-1]
    seeds = data.to_table(["dataset_seed"], dataset_of.field("dataset_seed").is_null())
    assert seeds.num_rows == sum(one is None for one in selection.metadata("dataset_seed")["dataset_seed"])
    empty = data.to_table(filter=dataset_of.field("architecture") == "nothing")
    assert empty.num_rows == 0 and empty.schema.names == data.schema.names
    for wrong in (lambda: data.to_table(["nothing"]), lambda: data.get_fragments(), lambda: data.filter(None), lambda: data.replace_schema(None)):
        with pytest.raises(engram.EngramError):
            wrong()
    with pytest.raises(Exception, match="nothing"):
        data.to_table(filter=dataset_of.field("nothing") == 1)


def test_a_dataset_without_columns_has_its_rows(shared: engram.Store, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset_of = pytest.importorskip("pyarrow.dataset")
    data = shared.select(statistics=["weightabs_mean"], epochs=0).to_dataset()
    one = {"one": dataset_of.scalar(1)}
    read = decoded(monkeypatch)
    for condition, count in ((None, 1632), (dataset_of.field("architecture") == "knet", 96)):
        table = data.to_table(one, condition)
        assert table.column_names == ["one"] and table["one"].to_pylist() == [1] * count
        assert data.to_table([], condition).shape == (count, 0) and data.scanner([], condition).count_rows() == count
    assert read == []


def test_pyarrow_refuses_to_scan_a_dataset_past_its_methods(shared: engram.Store) -> None:
    pyarrow, dataset_of = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.dataset")
    from pyarrow import acero

    data = shared.select(statistics=["weightabs_mean"], epochs=0).to_dataset("wide", "task")
    other = dataset_of.InMemoryDataset(pyarrow.table({"example_id": [1, 2, 3]}))
    for scan in (
        lambda: dataset_of.Scanner.from_dataset(data).to_table(), lambda: dataset_of.UnionDataset(data.schema, [data, data]).to_table(),
        lambda: acero.Declaration("scan", acero.ScanNodeOptions(data)).to_table(),
        lambda: other.join(data, "example_id"),
    ):
        with pytest.raises(engram.UnsupportedError, match="scanned by its own methods"):
            scan()
