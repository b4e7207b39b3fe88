"""Distinct cells: whatever the kind of a column, the same cells and the same rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from coqs.errors import Spot
from coqs.tables import Refusals, coded, column_of, first_rows, is_missing, rows_of
from coqs.tables.distinct import NARROW

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.integers(2**62, 2**66),
    st.floats(width=16),
    st.sampled_from(["", "a", "b", "1"]),
    st.sampled_from([["a"], ["a", "b"], [1], {"a": 1}, ("a",)]),
)
columns = st.one_of(
    st.lists(cells),
    st.lists(st.integers(-(2**63), 2**63 - 1)).map(lambda values: np.array(values, np.int64)),
    st.lists(st.integers(0, 2**64 - 1)).map(lambda values: np.array(values, np.uint64)),
    st.lists(st.integers(-128, 127)).map(lambda values: np.array(values, np.int8)),
    st.lists(st.floats()).map(lambda values: np.array(values, np.float64)),
    st.lists(st.sampled_from([-1.0, 0.0, 2.0, np.nan])).map(np.array),
    st.lists(st.booleans()).map(lambda values: np.array(values, np.bool_)),
    st.lists(st.sampled_from(["", "a", "b"])).map(lambda values: np.array(values, "U3")),
)


def listed(column: Any) -> list[Any]:
    distinct = coded(column)
    table = [*distinct.values, None]
    return [table[code] for code in distinct.codes.tolist()]


def plain(values: Any) -> list[Any]:
    values = values.tolist() if isinstance(values, np.ndarray) else values
    return [None if is_missing(value) else value for value in values]


def kinds(values: list[Any]) -> list[type]:
    return [type(value) for value in values]


@given(columns)
def test_distinct_cells_say_what_the_column_says(values: Any) -> None:
    column = column_of(values)
    assert len(column) == len(values)
    found, expected = listed(column), plain(values)
    assert found == expected
    assert kinds(found) == kinds(expected)
    assert column.empty().tolist() == [value is None for value in expected]
    tight = coded(column).tight()
    assert listed(tight) == expected
    order = list(dict.fromkeys(tight.codes[tight.codes >= 0].tolist()))
    assert order == list(range(len(tight.values)))


@given(columns, st.data())
def test_some_rows_of_a_column_are_those_rows(values: Any, data: Any) -> None:
    rows = np.array(
        data.draw(st.lists(st.integers(0, len(values) - 1)) if len(values) else st.just([])), np.int64
    )
    expected = [plain(values)[row] for row in rows]
    assert listed(rows_of(column_of(values), rows)) == expected
    distinct = coded(column_of(values))
    wide = type(distinct)(distinct.codes, [*distinct.values, *range(NARROW)])  # as if there were many cells
    assert listed(rows_of(wide, rows)) == expected


@given(st.lists(st.integers(0, 20)), st.sampled_from([21, 10**9]))
def test_the_first_rows_of_keys_are_found_with_a_table_and_by_sorting(keys: list[int], size: int) -> None:
    first, which = first_rows(np.array(keys, np.int64), size)
    order = list(dict.fromkeys(keys))
    assert first.tolist() == [keys.index(key) for key in order]
    assert which.tolist() == [order.index(key) for key in keys]


@pytest.mark.parametrize("count", [0, 1, 2, 9, 10, 11, 500])
@pytest.mark.parametrize("before", [0, 3, 10, 12])
def test_problems_of_rows_are_counted_as_one_by_one_and_said_no_more_than_needed(
    count: int, before: int
) -> None:
    together, apart, said = Refusals(), Refusals(), []

    def place(row: int) -> Spot:
        return Spot(f"line {row}", row)

    for refused in (together, apart):
        for _ in range(before):
            refused.add("must be, got nothing; mend it", at=place(7))
    together.add_rows(range(count), lambda row: said.append(row) or f"must be {row}", place=place)
    for row in range(count):
        apart.add(f"must be {row}", at=place(row))
    assert (together.count, together.kept) == (apart.count, apart.kept)
    assert len(said) == min(count, max(0, 10 - before))
    if before + count:
        assert together.error("t").line == apart.error("t").line
        assert str(together.error("t")) == str(apart.error("t"))
