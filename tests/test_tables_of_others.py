"""Tables of other libraries: all give the same ratings, and say alike what does not fit."""

# ruff: noqa: E501  # a table of cases reads best with a case a line

from __future__ import annotations

import datetime as dt
import decimal
import pickle
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.ratings import Ratings
from coqs.tables import ArrowTexts, Refusals, as_number, column_of, is_missing, text_column
from coqs.tables.distinct import NARROW

duckdb = pytest.importorskip("duckdb")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
nw = pytest.importorskip("narwhals.stable.v2")

SECRET = "she said her PIN aloud"
RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
facts.situation = ["incident", "lost"]
facts.late = "boolean"
facts.people = "number"

[[criteria]]
id = "tone"
stage = "greeting"
levels = [{ id = "poor", points = 0 }, { id = "good", points = 1 }, { id = "great", points = 2 }]

[[criteria]]
id = "rank"
stage = "greeting"
levels = [{ id = "low", points = 0 }, { id = "high", points = 1 }]

[[criteria]]
id = "wait"
stage = "responding"
levels = [{ id = "fast", from = 0, below = 10, points = 1 }, { id = "slow", from = 10, below = 99, points = 0 }]

[[criteria]]
id = "offered"
stage = "responding"
options = [{ id = "map", points = 1 }, { id = "escort", points = 2 }]
""")
HOUR = dt.datetime(2026, 5, 12, 9, 30, tzinfo=dt.UTC)
TABLE: dict[str, list[Any]] = {
    "interaction": ["a", "b", "c", "d", "e"],
    "rater": ["ann", "bob", None, "ann", ""],
    "customer_set": ["client", None, "visitors", "self", "client"],
    "at": [HOUR, None, HOUR + dt.timedelta(days=60), None, HOUR],
    "situation": ["lost", None, "incident", "lost", None],
    "people": [3.5, None, 2.0, 0.0, 3.5],
    "late": [True, None, False, True, None],
    "tone": ["good", "2", "not_applicable", "abstained", None],
    "rank": [1, 0, None, 1, None],
    "wait": [0.0, 12.5, None, 98.9, None],
    "offered": ["map|escort", "|", "map", "n/a", None],
}


def read(table: Any, **how: Any) -> coqs.Ratings:
    return coqs.Ratings.from_table(table, RUBRIC, **how)


def refusal(table: Any, **how: Any) -> str:
    with pytest.raises(coqs.RecordError) as caught:
        read(table, **how)
    assert SECRET not in str(caught.value)
    return str(caught.value)


class Stream:
    """A table that knows the protocol of Arrow and nothing else."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self._table.__arrow_c_stream__(requested_schema)


class Interchange:
    """A table that knows the interchange protocol of data frames and nothing else."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True) -> Any:
        return self._table.__dataframe__(nan_as_null, allow_copy)


def arrow_table(table: dict[str, list[Any]] | None = None) -> Any:
    return pa.table(TABLE if table is None else table)


def relation(table: Any) -> Any:
    return duckdb.from_arrow(table)


def dictionaries(table: Any) -> Any:
    columns = [
        column.dictionary_encode() if pa.types.is_string(column.type) else column for column in table.columns
    ]
    return pa.table(dict(zip(table.column_names, columns, strict=True)))


def chunked(table: Any) -> Any:
    return pa.concat_tables([table.slice(0, 0), table.slice(0, 2), table.slice(2, 0), table.slice(2)])


def categories(frame: Any) -> Any:
    return frame.astype({name: "category" for name in frame if isinstance(frame[name].iloc[0], str)})


def exotic_texts(table: Any) -> Any:
    columns = {name: table[name] for name in table.column_names}
    columns["tone"] = columns["tone"].cast(pa.large_string())
    columns["situation"] = pl.Series(TABLE["situation"]).to_arrow(compat_level=pl.CompatLevel.newest())
    columns["rater"] = pa.chunked_array(
        [
            columns["rater"]
            .combine_chunks()
            .dictionary_encode()
            .cast(pa.dictionary(pa.uint8(), pa.large_string()))
        ]
    )
    columns["rank"] = columns["rank"].cast(pa.int8())
    columns["people"] = columns["people"].cast(pa.float16())
    columns["at"] = columns["at"].cast(pa.timestamp("ns", "Europe/Madrid"))
    return pa.table(columns)


LIBRARIES = {
    "dict of lists": lambda: TABLE,
    "dict of tuples": lambda: {name: tuple(column) for name, column in TABLE.items()},
    "dict of object arrays": lambda: {name: np.array(column, object) for name, column in TABLE.items()},
    "dict of Arrow arrays": lambda: {name: arrow_table()[name].combine_chunks() for name in TABLE},
    "dict of Arrow chunks": lambda: {name: arrow_table()[name] for name in TABLE},
    "dict of pandas series": lambda: {name: pd.Series(column) for name, column in TABLE.items()},
    "dict of polars series": lambda: {name: pl.Series(column) for name, column in TABLE.items()},
    "dict of narwhals series": lambda: {name: nw.from_native(pl.Series(TABLE[name]), series_only=True) for name in TABLE},
    "Arrow": arrow_table,
    "Arrow dictionaries": lambda: dictionaries(arrow_table()),
    "Arrow chunks": lambda: chunked(arrow_table()),
    "Arrow chunks of dictionaries": lambda: pa.concat_tables(
        [dictionaries(chunked(arrow_table()).slice(0, 2)), dictionaries(arrow_table().slice(2))]
    ),
    "Arrow, other types": lambda: exotic_texts(arrow_table()),
    "Arrow batch": lambda: arrow_table().to_batches()[0],
    "Arrow reader": lambda: arrow_table().to_reader(),
    "Arrow stream": lambda: Stream(arrow_table()),
    "interchange": lambda: Interchange(arrow_table()),
    "pandas": lambda: pd.DataFrame(TABLE),
    "pandas of objects": lambda: pd.DataFrame(TABLE, dtype=object),
    "pandas of categories": lambda: categories(pd.DataFrame(TABLE)),
    "pandas, its own nulls": lambda: pd.DataFrame(TABLE).convert_dtypes(),
    "pandas, Arrow inside": lambda: pd.DataFrame(TABLE).convert_dtypes(dtype_backend="pyarrow"),
    "polars": lambda: pl.DataFrame(TABLE, strict=False),
    "polars, lazy": lambda: pl.DataFrame(TABLE, strict=False).lazy(),
    "polars of categories": lambda: pl.DataFrame(TABLE).with_columns(pl.col(pl.String).cast(pl.Categorical)),
    "polars stream": lambda: Stream(pl.DataFrame(TABLE).with_columns(pl.col("tone").cast(pl.Categorical))),
    "narwhals": lambda: nw.from_native(pl.DataFrame(TABLE)),
    "DuckDB": lambda: relation(arrow_table()),
    "DuckDB of categories": lambda: relation(arrow_table()).project(
        "* replace (tone::enum('2', 'good', 'not_applicable', 'abstained', 'unused') as tone)"
    ),
}  # fmt: skip


@pytest.mark.parametrize("make", LIBRARIES.values(), ids=LIBRARIES)
def test_every_library_gives_the_same_ratings(make) -> None:
    found = read(make())
    assert found == read(TABLE)
    assert found.codes["tone"].tolist() == [1, 2, -2, -4, -1]
    assert found.codes["rank"].tolist() == [1, 0, -1, 1, -1]
    assert found.choices["offered"].tolist() == [3, 0, 1, 0, 0]
    assert found.rater.to_list() == ["ann", "bob", None, "ann", None]
    assert pickle.loads(pickle.dumps(found)) == found


LONG = {
    "interaction": ["b", "a", "a", "b", "c"],
    "criterion": ["tone", "wait", "tone", "offered", "rank"],
    "level": ["good", "12.5", None, "map", "low"],
    "rater": ["ann", None, None, "ann", "bob"],
    "situation": [None, "lost", "lost", None, None],
    "people": [1.5, None, 2.0, None, None],
    "at": [None, HOUR, None, None, None],
}


@pytest.mark.parametrize(
    "make",
    [
        lambda: LONG,
        lambda: pa.table(LONG),
        lambda: dictionaries(pa.table(LONG)),
        lambda: chunked(pa.table(LONG)),
        lambda: pd.DataFrame(LONG),
        lambda: categories(pd.DataFrame(LONG)),
        lambda: pl.DataFrame(LONG),
        lambda: relation(pa.table(LONG)),
    ],
)
def test_every_library_gives_the_same_ratings_from_long_tables(make) -> None:
    found = read(make())
    assert found.interaction.to_list() == ["b", "a", "c"]
    assert found.rater.to_list() == ["ann", None, "bob"]
    assert found.codes["tone"].tolist() == [1, -1, -1]
    assert found.numbers["wait"].tolist()[1] == 12.5
    assert found.choices["offered"].tolist() == [1, 0, 0]
    assert found.facts["situation"].to_list() == [None, "lost", None]
    np.testing.assert_array_equal(found.facts["people"], [1.5, 2.0, np.nan])
    assert found.at.tolist() == [None, HOUR.replace(tzinfo=None), None]
    assert read(found.to_table("long")) == found


def test_many_ids_stay_in_arrow_memory() -> None:
    ids = pa.array([f"I-{place:06}" for place in range(3 * NARROW)])
    found = read(pa.table({"interaction": ids}))
    assert isinstance(found.interaction.categories, ArrowTexts)
    assert (found.interaction[7], len(found)) == ("I-000007", 3 * NARROW)
    back = found.interaction.to_arrow(plain=True)
    assert back.equals(ids)
    assert found.take([5, 1]).interaction.to_arrow().to_pylist() == ["I-000005", "I-000001"]
    assert found == read({"interaction": ids.to_pylist()})
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert not again.interaction.codes.flags.writeable
    assert [found.row_of(f"I-{place:06}") for place in (3000, 9, 9)] == [3000, 9, 9]
    for _ in range(2):
        with pytest.raises(coqs.NotFoundError, match="no interaction 'I-x'"):
            found.row_of("I-x")


def test_an_encoded_column_goes_to_arrow_and_back() -> None:
    column = coqs.Encoded.from_values(["ann", None, "bob", "ann"])
    there = column.to_arrow()
    assert (there.type.value_type, there.to_pylist()) == (pa.string(), ["ann", None, "bob", "ann"])
    assert column.to_arrow(plain=True).to_pylist() == ["ann", None, "bob", "ann"]
    assert read({"interaction": list("abcd"), "rater": there}).rater == column
    assert read({"interaction": list("abcd"), "rater": column}).rater == column
    assert coqs.Encoded.missing(2).to_arrow().to_pylist() == [None, None]
    blank = coqs.Encoded([0, 1], ("", "x"))
    assert read({"interaction": ["a", "b"], "rater": blank}).rater.to_list() == [None, "x"]


def test_texts_in_arrow_memory_are_a_sequence() -> None:
    texts = ArrowTexts(pa.array(["ann", "bob", "eve"]))
    assert (texts[-1], texts[1:], list(texts)) == ("eve", ("bob", "eve"), ["ann", "bob", "eve"])
    assert ("bob" in texts, "x" in texts, 3 in texts, texts.index("eve")) == (True, False, False, 2)
    assert texts == ("ann", "bob", "eve")
    assert texts == ArrowTexts(pa.array(["ann", "bob", "eve"], pa.large_string()))
    assert texts != ("ann", "bob")
    assert texts != 3
    assert (repr(texts), pickle.loads(pickle.dumps(texts))) == ("<ArrowTexts: 3>", texts)
    with pytest.raises(ValueError, match="no such text"):
        texts.index("x")
    for wrong in (pa.array([1]), pa.array(["a", None])):
        with pytest.raises(coqs.RecordError, match="must be an array of texts without nulls"):
            ArrowTexts(wrong)


def test_encoded_columns_in_arrow_memory_compare_by_what_they_say() -> None:
    left = coqs.Encoded([0, 1, -1], ArrowTexts(pa.array(["b", "a"])))
    right = coqs.Encoded([1, 0, -1], ArrowTexts(pa.array(["a", "b"], pa.large_string())))
    assert left == right
    assert left == coqs.Encoded.from_values(["b", "a", None])
    assert left != coqs.Encoded.from_values(["b", "a", "a"])
    assert left != coqs.Encoded([1, 1, -1], right.categories)


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        "",
        float("nan"),
        pd.NA,
        pd.NaT,
        np.datetime64("NaT"),
        np.timedelta64("NaT"),
        np.ma.masked,
        pa.scalar(None),
        decimal.Decimal("NaN"),
    ],
)
def test_every_library_has_its_own_nothing(nothing: object) -> None:
    assert is_missing(nothing)
    table = {name: [nothing, column[1]] for name, column in TABLE.items()} | {"interaction": ["a", "b"]}
    found = read(table)
    assert {int(codes[0]) for codes in found.codes.values()} == {-1}
    assert {column[0] for column in found.context.values()} == {None}
    assert np.isnat(found.at[0])


def test_an_empty_column_is_unanswered_in_every_library() -> None:
    nothing = {name: [None, None] for name in TABLE} | {"interaction": ["a", "b"]}
    expected = read({"interaction": ["a", "b"]})
    for table in (nothing, pa.table(nothing), pd.DataFrame(nothing), pl.DataFrame(nothing)):
        assert read(table).codes == expected.codes
    floats = pa.table({"interaction": ["a", "b"], "tone": pa.array([None, np.nan], pa.float64())})
    assert read(floats).codes == expected.codes


@pytest.mark.parametrize(
    "make", [pa.table, pd.DataFrame, pl.DataFrame, lambda table: chunked(pa.table(table))]
)
def test_a_table_without_rows_is_a_table(make) -> None:
    wide = pa.table(TABLE).slice(0, 0)
    assert len(read(wide)) == len(read(dictionaries(wide))) == len(read(make({"interaction": []}))) == 0
    schema = pa.schema([("interaction", pa.string()), ("tone", pa.dictionary(pa.int8(), pa.string()))])
    assert len(read(pa.Table.from_batches([], schema))) == 0
    assert len(read({"interaction": [], "criterion": [], "level": []})) == 0


def test_what_an_arrow_dictionary_holds_beside_texts_is_nothing() -> None:
    texts = pa.array(["", "good", None, "good", "unused"])
    column = pa.DictionaryArray.from_arrays(pa.array([0, 1, 2, 3, None], pa.int8()), texts)
    found = read({"interaction": list("abcde"), "tone": column, "rater": column})
    assert found.codes["tone"].tolist() == [-1, 1, -1, 1, -1]
    assert found.rater.categories == ("good",)
    assert found.rater.to_list() == [None, "good", None, "good", None]


@pytest.mark.parametrize("code", [2, 100, -2, -128])
def test_a_code_beyond_its_dictionary_is_refused(code: int) -> None:
    codes = pa.array([0, code], pa.int8())
    column = pa.DictionaryArray.from_arrays(codes, pa.array(["good", "poor"]), safe=False)
    for table in (
        pa.table({"interaction": ["a", "b"], "tone": column}),
        {"interaction": ["a", "b"], "tone": column},
    ):
        said = refusal(table)
        assert "column 'tone': must be valid Arrow data, got dictionary<" in said
        assert said.endswith("that is not; write the table anew")


@pytest.mark.parametrize(("kind", "width"), [(pa.string(), "i4"), (pa.large_string(), "i8")])
def test_texts_that_end_before_they_begin_are_refused(kind: Any, width: str) -> None:
    ends = pa.py_buffer(np.array([0, 400_000_000, 2, 4], width))
    broken = pa.Array.from_buffers(kind, 3, [None, ends, pa.py_buffer(b"good")])
    for column in (broken, pa.chunked_array([broken.slice(0, 2), broken.slice(1)])):
        table = {"interaction": list("abcd")[: len(column)], "tone": column}
        assert "column 'tone': must be valid Arrow data, got " in refusal(table)


def test_texts_that_are_no_texts_are_refused() -> None:
    broken = pa.Array.from_buffers(pa.string(), 2, pa.array([b"good", b"\xff\xfe"]).buffers())
    assert "column 'tone': must be valid Arrow data, got string" in refusal(
        {"interaction": ["a", "b"], "tone": broken}
    )


class Visit(pa.ExtensionType):
    """A kind that somebody added to Arrow's."""

    def __init__(self, storage: Any = None) -> None:
        super().__init__(storage or pa.int64(), "door.visit")

    def __arrow_ext_serialize__(self) -> bytes:
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage: Any, serialized: bytes) -> Any:
        return cls(storage)


def test_texts_of_a_kind_that_somebody_added_are_texts() -> None:
    column = pa.ExtensionArray.from_storage(Visit(pa.string()), pa.array(["good", None]))
    assert read(pa.table({"interaction": ["a", "b"], "tone": column})).codes["tone"].tolist() == [1, -1]


def odd_columns() -> list[tuple[Any, str]]:
    day = dt.date(2026, 5, 12)
    return [
        (pa.array([None, {"x": SECRET}]), "dict"),
        (pa.array([None, [(SECRET, 1)]], pa.map_(pa.string(), pa.int8())), "dict"),
        (pa.array([None, SECRET.encode()]), "bytes"),
        (pa.array([None, [SECRET]]), "list"),
        (pa.array([None, True]), "bool"),
        (pa.array([None, HOUR]), "datetime"),
        (pa.array([None, dt.time(9)]), "time"),
        (pa.ExtensionArray.from_storage(Visit(), pa.array([None, 7])), "ExtensionValue"),
        (pa.array([None, dt.timedelta(1)]), "timedelta"),
        (pd.Series([None, pd.Interval(0, 1)]), "Interval"),
        (pd.Series([None, pd.Period("2026")]), "Period"),
        (pd.Series(["x", b"x"])[1:].repeat(2), "bytes"),
        (pl.Series([None, object()], dtype=pl.Object), "bytes"),
        (np.array([1j, 2j]), "complex"),
        (np.array([1, 2], "m8[D]"), "timedelta"),
        (np.array([day, day], "M8[D]"), "datetime"),
        (np.array([(1, 2), (3, 4)], "i4,i4"), "tuple"),
        ([None, object()], "object"),
    ]  # fmt: skip


@pytest.mark.parametrize(("column", "kind"), odd_columns())
@pytest.mark.parametrize("name", ["tone", "rater", "interaction", "people"])
def test_a_column_of_another_kind_is_refused_by_row_and_kind(column: Any, kind: str, name: str) -> None:
    said = refusal({"interaction": ["a", "b"]} | {name: column})
    assert f"row 1, column {name!r}: must be" in said
    assert f"got a value of type {kind}" in said


@pytest.mark.parametrize("column", [["x", 1, 2.5, True, b"x"], pd.Series(["x", 1, 2.5, True, b"x"])])
def test_a_column_of_mixed_kinds_is_read_cell_by_cell(column: Any) -> None:
    said = refusal({"interaction": list("abcde"), "rater": column})
    assert said.startswith("ratings: 3 problems")
    for row, kind in ((2, "float"), (3, "bool"), (4, "bytes")):
        assert f"row {row}, column 'rater': must be a text, got a value of type {kind}" in said


def test_one_and_true_and_one_point_nothing_are_three_cells() -> None:
    column = text_column(
        [1, True, 1.0, "1"], refused := Refusals(), place=lambda row: coqs.errors.Spot(f"row {row}")
    )
    assert column.to_list() == ["1", None, None, "1"]
    assert column.categories == ("1",)
    assert refused.count == 2


def test_huge_numbers_are_ids_and_no_levels() -> None:
    huge = [2**63, 2**70]
    assert read({"interaction": huge}).interaction.to_list() == [str(each) for each in huge]
    assert read({"interaction": np.array([2**64 - 1], np.uint64)}).interaction.to_list() == [str(2**64 - 1)]
    hugeint = duckdb.sql("select 170141183460469231731687303715884105727::hugeint as interaction")
    assert read(hugeint.project("interaction // 10000000000 as interaction")).interaction[0] == str(
        (2**127 - 1) // 10**10
    )
    said = refusal({"interaction": ["a", "b"], "tone": huge, "wait": [2**63, 10**400]})
    assert "row 0, column 'tone': must be a position from 0 to 2, got a value of type int" in said
    assert "row 0, column 'wait': must lie in one of the ranges, got a value of type int" in said
    assert "row 1, column 'wait': must be a finite number" in said


def test_decimals_are_numbers() -> None:
    table = {"interaction": ["a", "b"], "wait": [decimal.Decimal("0.1"), None], "rank": pa.array([1, 0])}
    table["people"] = pa.array([decimal.Decimal("2.50"), decimal.Decimal(1)])
    found = read(table)
    assert found.numbers["wait"][0] == 0.1
    assert found.facts["people"].tolist() == [2.5, 1.0]
    assert read(pa.table(table)) == found
    assert as_number(np.timedelta64(3, "s")) is None


def test_numbers_of_any_width_are_positions() -> None:
    expected = read({"interaction": list("abc"), "tone": [0, 2, 1]}).codes["tone"].tolist()
    for kind in ("i1", "u1", "i8", "u8", "f2", "f4", "f8"):
        assert (
            read({"interaction": list("abc"), "tone": np.array([0, 2, 1], kind)}).codes["tone"].tolist()
            == expected
        )
    said = refusal(
        {"interaction": list("ab"), "tone": np.array([-100, 120], np.int8), "rank": np.array([0.5, np.inf])}
    )
    assert said.startswith("ratings: 4 problems")


def test_a_numeric_column_is_read_at_its_edges() -> None:
    values = [0, 9.999, 10, 98.999, np.nan, -0.0]
    table = {"interaction": list("abcdef"), "wait": np.array(values)}
    assert read(table).codes["wait"].tolist() == [0, 0, 1, 1, -1, 0]
    assert read(table) == read(
        {"interaction": list("abcdef"), "wait": [None if np.isnan(each) else str(each) for each in values]}
    )
    said = refusal({"interaction": list("abc"), "wait": np.array([99.0, -1.0, np.inf])})
    assert said.count("must lie in one of the ranges, got a value of type float") == 2
    assert "row 2, column 'wait': must be a finite number, got a value of type float" in said


def test_many_numbers_written_as_texts_are_read_as_few_are() -> None:
    texts = [f"{place / 40:.4f}" for place in range(3 * NARROW)]
    odd = [
        "n/a",
        " 7 ",
        "+5",
        "1e400",
        "1e1",
        ".5",
        "5.",
        "1_0",
        "nan",
        "inf",
        "0x1",
        SECRET,
        "-0",
        "٣",
        "99",
    ]
    table = {"interaction": [str(row) for row in range(len(texts) + len(odd))], "wait": texts + odd}
    table["people"] = [each for each in table["wait"] if each != "n/a"] + [None]
    plain, known = {name: [*column] for name, column in table.items()}, {"99": "failed"}
    for absences in (None, known):
        said = [refusal(each, absences=absences) for each in (plain, pa.table(table))]
        assert said[0] == said[1]
    for row in range(len(texts), len(table["wait"])):
        if table["wait"][row] not in ("n/a", " 7 ", "1e1", ".5", "5.", "-0", "+5"):
            plain["wait"][row] = None
    plain["people"] = [
        None if each is None or each.strip("0123456789.") else each for each in plain["people"]
    ]
    assert read(pa.table(plain)) == read(plain)
    assert read(pa.table(plain), absences=known) == read(plain, absences=known)
    assert read(plain).codes["wait"][-len(odd) :].tolist() == [
        -2,
        0,
        0,
        -1,
        1,
        0,
        0,
        -1,
        -1,
        -1,
        -1,
        -1,
        0,
        -1,
        -1,
    ]


@pytest.mark.parametrize(
    "table",
    [
        pd.DataFrame([["a", 1, 2]], columns=["interaction", "tone", "tone"]),
        pa.table([pa.array(["a"]), pa.array([1]), pa.array([2])], names=["interaction", "tone", "tone"]),
        duckdb.sql("select 'a' as interaction, 1 as tone, 2 as tone"),
        {"interaction": ["a"], 1: ["x"], "1": ["y"]},
    ],
)
def test_a_column_that_is_there_twice_is_refused(table: Any) -> None:
    assert "table: columns must be named once, got '" in refusal(table)


@pytest.mark.parametrize("make", [pa.table, pd.DataFrame, pl.DataFrame])
def test_a_misspelt_column_names_the_nearest(make) -> None:
    said = refusal(make({"interaction": ["a"], "tonne": [1]}))
    assert (
        said == "table: column 'tonne': must be a criterion, a context column or a fact; did you mean 'tone'?"
    )


def test_a_hundred_thousand_columns_are_counted_or_kept() -> None:
    names = [f"f{place}" for place in range(100_000)]
    table = pa.table({"interaction": ["a"]} | {name: [1.5] for name in names})
    said = refusal(table)
    assert said.startswith("table: 100000 problems")
    assert "did you mean" not in said
    assert said.endswith("and 99990 more")


def test_what_is_no_table_is_refused() -> None:
    for wrong in ([], "abc", 3, None, np.zeros((2, 2)), pa.array([1]), pl.Series([1]), pd.Series([1])):
        assert "table: must be a mapping of columns, got " in refusal(wrong)


def failing_batches() -> Iterator[Any]:
    yield arrow_table().to_batches()[0]
    raise OSError(SECRET)


class Failing:
    """A table that cannot be brought by its protocol of Arrow."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        raise RuntimeError(SECRET)


def failing_reader() -> Any:
    return pa.RecordBatchReader.from_batches(arrow_table().schema, failing_batches())


@pytest.mark.parametrize(
    "make",
    [
        lambda: duckdb.sql(f"select 'a' as interaction, cast(tone as int) as tone from (select '{SECRET}' as tone)"),
        lambda: pl.LazyFrame({"interaction": ["a"], "tone": [SECRET]}).with_columns(pl.col("tone").cast(pl.Int8)),
        failing_reader,
        lambda: Stream(failing_reader()),
        Failing,
    ],
    ids=["DuckDB", "polars", "reader", "stream", "stream that never opens"],
)  # fmt: skip
def test_a_table_that_fails_while_it_is_computed_says_so_without_its_words(make) -> None:
    with pytest.raises(
        coqs.RecordError, match=r"table: must be computed without an error, got \w+;"
    ) as caught:
        read(make())
    assert caught.value.__context__ is caught.value.__cause__ is None  # they would hold the cell
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("count", [1, 10, 11, 5000])
def test_bad_cells_are_counted_and_ten_are_shown(count: int) -> None:
    good = ["good"] * 3
    table = pa.table({"interaction": [str(row) for row in range(count + 3)], "tone": good + [SECRET] * count})
    said = refusal(table)
    shown = "row 3, column 'tone': must be a level of the criterion, got a text of 22 characters; known are"
    assert shown in said
    assert said.count("column 'tone'") == min(count, 10)
    assert (f"{count} problems" in said) == (count > 1)


def test_a_callers_arrays_stay_writeable_and_untouched() -> None:
    table = {
        "interaction": np.array([3, 4]),
        "tone": np.array([1.0, np.nan]),
        "at": np.array(["2026-05-12", "NaT"], "M8[us]"),
    }
    kept = {name: column.copy() for name, column in table.items()}
    found = read(table, tz="UTC")
    for name, column in table.items():
        assert column.flags.writeable
        np.testing.assert_array_equal(column, kept[name])
        column[0] = column[1]
    assert (found.interaction[0], found.codes["tone"][0], str(found.at[0])[:10]) == ("3", 1, "2026-05-12")


@pytest.fixture
def without(monkeypatch):
    """Take libraries away."""

    def take(*names: str) -> None:
        for loaded in list(sys.modules):
            if loaded.partition(".")[0] in names:
                monkeypatch.delitem(sys.modules, loaded)
        for name in names:
            monkeypatch.setitem(sys.modules, name, None)

    return take


def test_without_narwhals_a_data_frame_names_the_extra(without) -> None:
    frames = [
        pd.DataFrame(TABLE),
        pl.DataFrame(TABLE),
        duckdb.sql("select 1"),
        Interchange(arrow_table()),
    ]
    without("narwhals")
    for frame in frames:
        with pytest.raises(coqs.MissingDependencyError, match=r"narwhals.*coqs\[tables\]") as caught:
            read(frame)
        assert caught.value.extra == "tables"
    assert read(arrow_table()) == read(Stream(arrow_table())) == read(TABLE)
    for make in (pl.Series, pd.Series):
        assert read({name: make(column) for name, column in TABLE.items()}) == read(TABLE)


def test_without_pyarrow_data_frames_are_read_and_streams_name_the_extra(without) -> None:
    stream, lazy, plain = Stream(arrow_table()), duckdb.sql("select 'a' as interaction"), read(TABLE)
    numbers = {name: TABLE[name] for name in ("interaction", "rank", "wait", "people")}
    frames = [pl.DataFrame(TABLE), pl.DataFrame(TABLE).lazy(), pd.DataFrame(TABLE, dtype=object)]
    without("pyarrow")
    for frame in frames:
        assert read(frame) == plain
    assert read(pd.DataFrame(numbers).astype({"interaction": object})) == read(numbers)
    for given in (stream, lazy):
        with pytest.raises(coqs.MissingDependencyError, match=r"pyarrow.*coqs\[arrow\]"):
            read(given)
    with pytest.raises(coqs.MissingDependencyError, match=r"Encoded.to_arrow needs pyarrow"):
        plain.rater.to_arrow()


def test_a_core_install_takes_a_mapping(without) -> None:
    without("pyarrow", "narwhals", "pandas", "polars")
    found = Ratings.from_table(TABLE, RUBRIC)
    assert found.codes["tone"].tolist() == [1, 2, -2, -4, -1]
    assert column_of(range(3)).coded().values == [0, 1, 2]
