"""Laws of what changed between two rubrics: it agrees with the fingerprints, and mirrors."""

from __future__ import annotations

import random

import attrs
from hypothesis import given, strategies as st
from strategies import rubrics, seeds

import coqs

SWAPPED = {"added": "removed", "removed": "added"}


@st.composite
def versions(draw: st.DrawFn) -> tuple[coqs.Rubric, coqs.Rubric]:
    """Draw two rubrics whose ids are partly shared: apart, or one with some parts taken from the other."""
    old, new = draw(rubrics(most=4)), draw(rubrics(most=4))
    if draw(st.booleans()):
        return old, new
    rnd = random.Random(draw(seeds))
    parts = ("id", "version", "language", "title", "words", "pass_mark", "bands", "policy", "sets", "facts")
    taken = {name: getattr(new, name) for name in parts if rnd.random() < 0.3}
    if "facts" in taken:
        taken["facts"] = tuple(reversed(old.facts))
    if rnd.random() < 0.3:
        taken["criteria"] = tuple(rnd.sample(old.criteria, len(old.criteria)))
    if rnd.random() < 0.3:
        taken["stages"] = tuple(rnd.sample(old.stages, len(old.stages)))
    return old, attrs.evolve(old, **taken)


@given(versions())
def test_there_is_a_change_exactly_where_the_fingerprints_differ(
    pair: tuple[coqs.Rubric, coqs.Rubric],
) -> None:
    old, new = pair
    diff = old.diff(new)
    assert bool(diff) == (old.fingerprint.content != new.fingerprint.content)
    assert diff.is_scoring == (old.fingerprint.scoring != new.fingerprint.scoring)
    assert all(each.old != each.new for each in diff.changes)


@given(versions())
def test_there_and_back_are_mirror_images(pair: tuple[coqs.Rubric, coqs.Rubric]) -> None:
    old, new = pair
    there = {
        (SWAPPED.get(each.kind, each.kind), each.path, each.new, each.old, each.scoring, each.criterion)
        for each in old.diff(new).changes
    }
    assert there == {attrs.astuple(each) for each in new.diff(old).changes}
