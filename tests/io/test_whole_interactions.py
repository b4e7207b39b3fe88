"""Rows of one interaction stay together, and those that come again later are noticed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import coqs
from coqs.io.pieces import ArrowPiece, ListPiece, joined, line_spot
from coqs.io.whole_interactions import Recurrence, SeenInteractions, text_hashes, whole_interactions

runs = st.lists(st.integers(1, 5), max_size=12)
cuts = st.lists(st.integers(0, 8), max_size=12)


def piece(ids: list[str], first: int, *, arrow: bool):
    table = {"id": ids, "n": [str(first + row) for row in range(len(ids))]}
    if not arrow:
        return ListPiece.of_lines(table, range(first, first + len(ids)))
    pa = pytest.importorskip("pyarrow")
    columns = {name: pa.array(cells, pa.string()) for name, cells in table.items()}
    return ArrowPiece.of(pa.table(columns), lambda row: line_spot(first + row))


@settings(deadline=None)
@given(runs, cuts, st.booleans())
def test_no_interaction_is_parted_and_no_row_is_lost(runs: list[int], cuts: list[int], arrow: bool) -> None:
    ids = [f"I-{number}" for number, length in enumerate(runs) for _ in range(length)]
    places = sorted({0, len(ids), *(min(each, len(ids)) for each in np.cumsum(cuts).tolist())})
    borders = zip(places, places[1:] or places, strict=False)
    pieces = [piece(ids[start:end], start, arrow=arrow) for start, end in borders]
    found = list(whole_interactions(pieces, "id"))
    assert [cell for each in found for cell in each.lists()["id"]] == ids
    for each in found:
        assert [each.spots(row).line for row in range(len(each))] == [int(n) for n in each.lists()["n"]]
    firsts = [set(each.lists()["id"]) for each in found]
    assert all(not left & right for left, right in itertools.pairwise(firsts))


def test_pieces_of_both_kinds_are_joined() -> None:
    whole = joined([piece(["a"], 0, arrow=True), piece(["b", "c"], 1, arrow=False)])
    assert dict(whole.lists()) == {"id": ["a", "b", "c"], "n": ["0", "1", "2"]}
    assert [whole.spots(row).line for row in range(3)] == [0, 1, 2]


def test_a_column_that_a_piece_lacks_is_empty_there() -> None:
    left = ListPiece.of_lines({"a": [1]}, [1])
    right = ListPiece.of_lines({"b": [2]}, [2])
    assert dict(joined([left, right]).lists()) == {"a": [1, None], "b": [None, 2]}


@settings(deadline=None)
@given(st.lists(st.text(max_size=40), unique=True, max_size=30), st.integers(0, 2**64 - 1))
def test_equal_texts_have_equal_hashes_and_others_others(texts: list[str], key: int) -> None:
    pa = pytest.importorskip("pyarrow")
    texts = [text for text in texts if text.isprintable()]
    array = pa.array(texts, pa.string())
    hashes = text_hashes(array, np.uint64(key))
    assert len(set(hashes.tolist())) == len(texts)
    assert (text_hashes(array[1:], np.uint64(key)) == hashes[1:]).all()
    assert (text_hashes(array.cast(pa.large_string()), np.uint64(key)) == hashes).all()


def test_ids_that_come_again_are_noticed_at_the_latest_in_the_end() -> None:
    seen = SeenInteractions()
    for start in range(0, 90, 10):
        seen.add(coqs.Encoded.from_values([f"I-{number}" for number in range(start, start + 10)]))
    seen.add(coqs.Encoded.from_values(["I-0"]))
    with pytest.raises(Recurrence):
        seen.check()
