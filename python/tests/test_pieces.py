"""A selection that is read in pieces has the epochs, the statistics and the z-scores of the whole."""

from __future__ import annotations

import pathlib
import warnings
from typing import Any

import numpy as np
import pytest

import engram

pytestmark = pytest.mark.filterwarnings("ignore::engram.EngramWarning")


@pytest.fixture
def uneven(tmp_path: pathlib.Path) -> engram.Store:
    """Two appends of other epochs; one statistic is called as a word that asks for all, and another as a field."""
    random = np.random.default_rng(0)
    for who, epochs in (("ab", [0, 1, 2, 3, 4, 5]), ("cd", [0, 2, 4, 5])):
        engram.append(
            tmp_path / "uneven.engram", random.normal(size=(2, 1, len(epochs), 3)), runs=[{"who": one} for one in who], layers=["l"],
            epochs=epochs, statistics=["m", "all", "who"])
    return engram.open(tmp_path / "uneven.engram")


def whole_and_pieces(selection: engram.Selection) -> dict[str, Any]:
    """The matrix by each library that reads it in pieces."""
    polars, pads = pytest.importorskip("polars"), pytest.importorskip("pyarrow.dataset")
    scan, data = selection.scan("wide", ""), selection.to_dataset("wide", "")
    lists = selection.to_dataset("list", "").to_table()
    return {
        "scan": scan.collect().drop("example_id").to_numpy(),
        "scan by example": polars.concat(
            [scan.filter(polars.col("example_id") == one).collect() for one in selection.ids.tolist()]).drop("example_id").to_numpy(),
        "scan of lists": np.hstack([one.to_numpy() for one in selection.scan("list", "").collect().get_columns()[1:]]),
        "dataset": data.to_table().drop_columns(["example_id"]).to_pandas().to_numpy(),
        "dataset by example": np.vstack([
            data.to_table(filter=pads.field("example_id") == one).drop_columns(["example_id"]).to_pandas().to_numpy()
            for one in selection.ids.tolist()]),
        "dataset of lists": np.hstack([np.stack(one.to_pylist()) for one in lists.columns[1:]]),
    }


@pytest.mark.parametrize("statistics", [["m"], "all"])
@pytest.mark.parametrize("missing", ["refuse", "fill"])
@pytest.mark.parametrize("view", [None, "mean", "portion:1/2", "portion:2/2+mean", "last", "at-most:3", "epochs:0,2"])
def test_pieces_are_of_the_epochs_of_the_whole(uneven: engram.Store, statistics: Any, missing: Any, view: str | None) -> None:
    selection = uneven.select(statistics=statistics, view=view, missing=missing)
    known = selection.to_numpy()
    for name, found in whole_and_pieces(selection).items():
        np.testing.assert_array_equal(found, known, name)


@pytest.mark.parametrize("missing", ["refuse", "fill"])
def test_an_array_of_xarray_is_read_in_pieces_of_the_whole(uneven: engram.Store, missing: Any) -> None:
    pytest.importorskip("xarray")
    selection = uneven.select(statistics="all", missing=missing)
    cube = selection.to_numpy3d()
    for place, name in enumerate(selection.statistics):
        lazy = selection.to_xarray("")[name]
        np.testing.assert_array_equal(lazy.values, cube[:, place])
        for one in range(4):
            np.testing.assert_array_equal(lazy.isel(example=[one], epoch=[-1, 1]).values, cube[one:one + 1, place][:, [-1, 1]])
    for wrong in ({"epochs": "last"}, {"view": "last"}):
        with pytest.raises(engram.UsageError, match="as they are|an epoch of its own"):
            uneven.select(statistics=["m"], **wrong).to_xarray()


def test_a_z_score_is_of_the_whole_or_is_refused(uneven: engram.Store) -> None:
    from engram._pieces import Pieces

    for view in ("zscore", "mean+zscore"):
        selection = uneven.select(statistics="all", view=view)
        pieces = Pieces(selection)
        found = np.concatenate([pieces.read(pieces.ids[place:place + 1]) for place in range(4)])
        np.testing.assert_array_equal(found, selection.to_numpy())
        np.testing.assert_array_equal(pieces.cube(pieces.ids, ["who"])[:, 0], selection.to_numpy3d()[:, 2])
        for read in (selection.scan, selection.to_dataset):
            with pytest.raises(engram.UsageError, match="no z-score"):
                read()


def test_a_limit_and_a_filter_apply_in_the_order_of_the_query(shared: engram.Store) -> None:
    polars = pytest.importorskip("polars")
    selection = shared.select(statistics=["weightabs_mean"], epochs=0)
    rows = selection.to_polars()
    for condition in (polars.col("architecture") == rows["architecture"][1000], polars.col("weightabs_mean").arr.get(0) > 0.02):
        for query in (
            lambda frame: frame.head(10).filter(condition), lambda frame: frame.filter(condition).head(10),
            lambda frame: frame.head(1200).filter(condition).tail(3), lambda frame: frame.slice(990, 20).filter(condition),
            lambda frame: frame.filter(condition).slice(5, 5).select("example_id"),
        ):
            # Texts by their letters: an old polars takes categories of other codes for other texts.
            texts = polars.col(polars.Categorical).cast(polars.String)
            assert query(selection.scan()).collect().with_columns(texts).equals(query(rows).with_columns(texts))


def test_what_was_left_out_is_said_once(uneven: engram.Store) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        selection = uneven.select(statistics=["m"], view="mean")
        selection.to_dataset("wide").to_table()
    assert sum("4 of 6 epochs" in str(one.message) for one in told) == 1


def test_a_representation_shows_the_epochs_of_the_whole(uneven: engram.Store) -> None:
    for view in (None, "zscore", "portion:1/2"):
        assert uneven.select(statistics=["m"], view=view)._repr_html_().count("svg") >= 1
