"""Columns: encoded texts, numbers and times, and the door for tables of others."""

from __future__ import annotations

import copy
import datetime as dt
import pickle
import sys
import zoneinfo
from collections.abc import Iterator

import numpy as np
import pytest

import coqs
from coqs.errors import Spot
from coqs.facts import fact_column
from coqs.tables import (
    Encoded,
    FrozenMapping,
    Refusals,
    as_number,
    is_missing,
    kind_of,
    number_column,
    read_only,
    text_column,
    zone_named,
)


def place(row: int) -> Spot:
    return Spot(f"row {row}")


def test_an_encoded_column_stores_each_text_once() -> None:
    column = Encoded.from_values(["ann", None, "bob", "ann"])
    assert column.codes.tolist() == [0, -1, 1, 0]
    assert column.categories == ("ann", "bob")
    assert column.to_list() == ["ann", None, "bob", "ann"]
    assert (column[0], column[1], column.take([3, 1]).to_list()) == ("ann", None, ["ann", None])
    assert column.present.tolist() == [True, False, True, True]
    assert Encoded.missing(2).to_list() == [None, None]


def test_encoded_columns_compare_by_what_they_say_and_pickle_frozen() -> None:
    column = Encoded([1, 0], ("b", "a"))
    assert column == Encoded.from_values(["a", "b"])
    again = pickle.loads(pickle.dumps(column))
    assert again == column
    assert not again.codes.flags.writeable
    assert repr(column) == "<Encoded: 2 rows, 2 categories>"
    with pytest.raises(coqs.RecordError):
        coqs.Encoded([7], ("a",))


def test_a_read_only_mapping_copies_what_could_be_written_to() -> None:
    array = np.array([1.0, np.nan])
    found = read_only({"a": array, "b": "text"})
    array[0] = 7
    assert found["a"].tolist()[0] == 1.0
    assert dict(found).keys() == {"a", "b"}
    assert (len(found), found.get("c"), read_only(found) is found) == (2, None, True)
    assert repr(found) == "<FrozenMapping: a, b>"
    assert repr(FrozenMapping({})) == "<FrozenMapping: empty>"
    with pytest.raises(TypeError):
        found["a"] = array  # type: ignore[index]


@pytest.mark.parametrize("travel", [lambda each: pickle.loads(pickle.dumps(each)), copy.copy, copy.deepcopy])
def test_a_read_only_mapping_travels_frozen(travel) -> None:
    found = read_only(
        {"a": np.array([1.0, np.nan]), "at": np.array(["NaT"], "M8[us]"), "b": Encoded([0], ("x",))}
    )
    again = travel(found)
    assert again == found
    assert not again["a"].flags.writeable
    assert not again["b"].codes.flags.writeable


def test_read_only_mappings_compare_by_what_they_hold() -> None:
    found = read_only({"a": np.array([1.0, np.nan])})
    assert found == {"a": np.array([1.0, np.nan])}
    assert found != {"a": np.array([1.0, 2.0])}
    assert found != {"a": [1.0, 2.0]}
    assert found != {"b": np.array([1.0, np.nan])}
    assert found != 3
    assert read_only({"a": np.array(["x"])}) == {"a": np.array(["x"])}


@pytest.fixture
def without_zones(monkeypatch) -> Iterator[None]:
    """Take this machine's zone data away."""
    with monkeypatch.context() as patched:
        loaded = [name for name in sys.modules if name.partition(".")[0] == "tzdata"]
        for name in ["tzdata", *loaded]:
            patched.setitem(sys.modules, name, None)
        zoneinfo.reset_tzpath(to=[])
        zoneinfo.ZoneInfo.clear_cache()
        yield
    zoneinfo.reset_tzpath()


@pytest.mark.usefixtures("without_zones")
def test_where_there_is_no_zone_data_the_extra_is_named() -> None:
    with pytest.raises(
        coqs.MissingDependencyError, match=r"tz='Europe/Madrid' needs tzdata.*coqs\[zones\]"
    ) as caught:
        zone_named("Europe/Madrid")
    assert caught.value.extra == "zones"
    assert zone_named("UTC") is dt.UTC
    assert zone_named(None) is None


@pytest.mark.parametrize("tz", ["Europe/Madird", 3, dt.UTC])
def test_what_names_no_zone_is_refused(tz) -> None:
    with pytest.raises(coqs.RecordError, match=r"^tz: must be .*; "):
        zone_named(tz)


@pytest.mark.parametrize("value", [None, "", float("nan"), np.float32("nan"), np.datetime64("NaT")])
def test_an_empty_cell_is_missing(value: object) -> None:
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, False, " ", [], np.array([1, 2]), np.array([""])])
def test_a_cell_that_says_something_is_not_missing(value: object) -> None:
    assert not is_missing(value)


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3.0),
        ("2.5", 2.5),
        (np.float32(0.5), 0.5),
        (True, None),
        ("x", None),
        ("inf", None),
        (10**400, None),
    ],
)
def test_a_number_is_finite_and_no_truth_value(value: object, number: float | None) -> None:
    assert as_number(value) == number


def test_a_cell_is_described_and_never_shown() -> None:
    assert kind_of("a secret") == "a text of 8 characters"
    assert kind_of(1.5) == "a value of type float"
    assert kind_of(None) == "nothing"


def test_problems_are_counted_and_the_first_kept() -> None:
    refused = Refusals()
    number_column(["x"] * 30, refused, place=place)
    assert (refused.count, len(refused.kept)) == (30, Refusals.KEPT)
    said = "row 3: must be a finite number, got a text of 1 characters; write one, or leave it empty"
    assert str(refused.kept[3]) == said


def test_problems_on_one_line_give_the_error_that_line() -> None:
    refused = Refusals()
    spot = Spot("line 7", 7)
    refused.add("must be, got nothing; mend it", at=spot.within("$.a"))
    refused.add("must be, got nothing; mend it", at=spot.within("column 'b'", path="b"))
    error = refused.error("table", path="f.csv")
    assert (error.path, error.line) == ("f.csv", 7)
    assert [(each.line, each.path) for each in error.failures] == [(7, "$.a"), (7, "b")]
    assert str(error.failures[0]) == "line 7, $.a: must be, got nothing; mend it"
    for _ in range(Refusals.KEPT):
        refused.add("must be, got nothing; mend it", at=spot)
    refused.add("must be, got nothing; mend it", at=Spot("line 8", 8))
    assert refused.error("table").line is None
    assert {each.line for each in refused.error("table").failures} == {7}


def test_a_problem_without_a_place_is_kept_as_it_is_said() -> None:
    refused = Refusals()
    refused.add("interaction 'a': must be known, got nothing; mend it")
    error = refused.error("")
    assert (str(error), error.line) == ("interaction 'a': must be known, got nothing; mend it", None)


def test_ids_may_be_whole_numbers() -> None:
    refused = Refusals()
    column = text_column([1, np.int64(2), "c", None, 1.5, 10**5000], refused, place=place)
    assert column.to_list() == ["1", "2", "c", None, None, None]
    assert refused.count == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([True, None, False], ["true", None, "false"]),
        (["a", None, ""], ["a", None, None]),
        ([None, float("nan")], [None, None]),
    ],
)
def test_facts_of_one_kind_are_encoded(values: list[object], expected: list[str | None]) -> None:
    refused = Refusals()
    column = fact_column(values, refused, place=place)
    assert isinstance(column, Encoded)
    assert column.to_list() == expected
    assert refused.count == 0
