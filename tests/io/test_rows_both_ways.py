"""Rows written with pyarrow and without: the same bytes, and those that the csv module writes."""

from __future__ import annotations

import csv
import io
import json
import math
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import coqs
from coqs.io import cell_texts, row_texts
from coqs.io.cell_texts import csv_notation, json_notation
from coqs.io.formulas import guarded
from coqs.io.row_texts import rows_as_bytes
from coqs.tables.arrow_texts import ArrowTexts

pytest.importorskip("pyarrow")
texts = st.none() | st.sampled_from(["", "a", "=1", "a,b", 'a"b', "a\r\nb", "'-7", "ñ😀", "＝x", "x" * 50])
hard = st.sampled_from(
    [0.0, -0.0, 1.0, 1e15, 1e16, -1e-4, 9.9e-5, 1e-7, 1e22, 123456789012.5, 5e-324, 0.1, 1 / 3, math.nan]
)
floats = hard | st.floats(allow_infinity=False)
times = st.none() | st.datetimes()


def arrays(n: int):
    """Columns of every kind, n rows each."""

    def column(cells):
        return st.lists(cells, min_size=n, max_size=n)

    return st.tuples(
        column(texts).map(coqs.Encoded.from_values),
        column(floats).map(lambda cells: np.array(cells, np.float64)),
        column(st.integers(-(2**40), 2**40)).map(lambda cells: np.array(cells, np.int64)),
        column(st.integers(0, 3)).map(lambda cells: np.array(cells, np.int32)),
        column(st.booleans()).map(lambda cells: np.array(cells, np.bool_)),
        column(times).map(lambda cells: np.array(cells, "datetime64[us]")),
        column(texts | floats),
    )


def both_ways(columns, notation, *, few: int) -> tuple[bytes, bytes]:
    with mock.patch.object(cell_texts, "FEW", few), mock.patch.object(row_texts, "BLOCK", 5):
        quick = b"".join(map(bytes, rows_as_bytes(columns, notation)))
        with (
            mock.patch.object(cell_texts, "has_pyarrow", return_value=False),
            mock.patch.object(row_texts, "has_pyarrow", return_value=False),
        ):
            return quick, b"".join(map(bytes, rows_as_bytes(columns, notation)))


def plain(column) -> list:
    """The cells as values, as they were given."""
    if isinstance(column, coqs.Encoded):
        return column.to_list()
    if not isinstance(column, np.ndarray):
        return column
    if column.dtype.kind == "M":
        return [None if each is None else f"{each.isoformat()}Z" for each in column.tolist()]
    return column.tolist()


def shown(value) -> str:
    if isinstance(value, str):
        return guarded(value)
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).lower() if isinstance(value, bool) else repr(value)


@settings(deadline=None)
@given(st.integers(0, 13).flatmap(arrays), st.sampled_from([2, 4096]), st.sampled_from([",", ";", "\t"]))
def test_csv_is_the_same_with_pyarrow_and_without(columns, few: int, mark: str) -> None:
    table = {f"c{number}": column for number, column in enumerate(columns)}
    quick, own = both_ways(table, csv_notation(mark), few=few)
    file = io.StringIO(newline="")
    rows = zip(*(map(shown, plain(column)) for column in columns), strict=True)
    csv.writer(file, delimiter=mark, lineterminator="\r\n").writerows(rows)
    assert quick == own == file.getvalue().encode("utf-8")


@settings(deadline=None)
@given(st.integers(0, 13).flatmap(arrays), st.sampled_from([2, 4096]))
def test_json_lines_are_the_same_with_pyarrow_and_without(columns, few: int) -> None:
    table = {f'c"{number}': column for number, column in enumerate(columns)}
    quick, own = both_ways(table, json_notation(), few=few)
    assert quick == own
    rows = [json.loads(line) for line in quick.decode("utf-8").split("\n")[:-1]]
    cells = [[None if each != each else each for each in plain(column)] for column in columns]  # noqa: PLR0124
    assert rows == [dict(zip(table, row, strict=True)) for row in zip(*cells, strict=True)]


@pytest.mark.parametrize("odd", ["=1", "a,b", 'a"b', "a\nb", "＝x", "", "'-7"])
def test_many_ids_from_arrow_are_written_as_others_are(odd: str) -> None:
    import pyarrow as pa

    for ids in ([f"I-{n}" for n in range(5000)], [*(f"I-{n}" for n in range(5000)), odd]):
        texts = ArrowTexts(pa.array(ids, pa.string()))
        encoded = coqs.Encoded(np.arange(len(ids), dtype=np.int32), texts)
        for columns in ({"i": encoded, "n": np.arange(len(ids))}, {"n": np.ones(len(ids)), "i": encoded}):
            quick, own = both_ways(columns, csv_notation(), few=4096)
            assert quick == own
        rows = encoded.take(np.arange(len(ids))[::-1])
        assert len(set(both_ways({"i": rows}, csv_notation(), few=4096))) == 1


def test_no_columns_are_no_rows() -> None:
    assert list(rows_as_bytes({}, csv_notation())) == []
