"""Names of formats, separators and encodings."""

from __future__ import annotations

import io

import pytest

import coqs
from coqs.io.dialect import encoding_of, format_of, separator_of


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("r.PARQUET", "parquet"),
        ("r.pq", "parquet"),
        ("a/r.ndjson.gz", "jsonl"),
        ("r.csv.gz", "csv"),
        ("r", "csv"),
    ],
)
def test_the_name_tells_the_format(name: str, kind: str) -> None:
    assert format_of(name, None) == kind
    assert format_of(name, "jsonl") == "jsonl"


def test_a_file_without_a_name_is_csv() -> None:
    assert format_of(io.BytesIO(), None) == "csv"


@pytest.mark.parametrize("given", ["excel", "CSV", ""])
def test_an_unknown_format_is_refused(given: str) -> None:
    with pytest.raises(coqs.NotFoundError, match=f"no format '{given}'; "):
        format_of("r.csv", given)


@pytest.mark.parametrize("given", ["", "ab", '"', "'", "\n", "\r", "x", "7"])
def test_what_cannot_part_cells_is_refused(given: str) -> None:
    with pytest.raises(coqs.NotFoundError, match="separator: must be one character or a name"):
        separator_of("r.csv", given)


def test_a_separator_must_be_a_text() -> None:
    with pytest.raises(coqs.RecordError, match="separator: must be a text, got a value of type int"):
        separator_of("r.csv", 9)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["utf-9", "base64", "rot13", "a\0b", ""])
def test_an_unknown_encoding_is_refused(given: str) -> None:
    with pytest.raises(coqs.NotFoundError, match="no encoding"):
        encoding_of(given)


def test_an_encoding_must_be_a_name() -> None:
    with pytest.raises(coqs.RecordError, match="encoding: must be a name, got a value of type int"):
        encoding_of(8)  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["utf8", "UTF-8", "utf-8-sig", "U8"])
def test_every_name_of_utf_8_is_utf_8(given: str) -> None:
    assert encoding_of(given) == "utf-8"
