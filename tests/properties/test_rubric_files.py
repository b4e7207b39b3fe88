"""A rubric in its file: nothing is lost, and the fingerprints tell what changed."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import Any

import attrs
import pytest
from depth import examples
from hypothesis import given, settings, strategies as st
from strategies import rubrics

import coqs
from coqs.model import Words
from coqs.rubric import SeveralChoice
from coqs.rubric.keys import as_fraction, plain_number

pytest.importorskip("tomli_w")


def check_round_trip(rubric: coqs.Rubric) -> None:
    again = coqs.Rubric.from_toml_text(rubric.to_toml())
    assert again == rubric
    assert again.fingerprint == rubric.fingerprint
    assert hash(again) == hash(rubric)


@given(rubrics())
def test_a_rubric_is_read_back_as_it_was_written(rubric: coqs.Rubric) -> None:
    check_round_trip(rubric)


@pytest.mark.slow
@settings(max_examples=examples(1500))
@given(rubrics(most=10))
def test_many_rubrics_are_read_back_as_they_were_written(rubric: coqs.Rubric) -> None:
    check_round_trip(rubric)


@given(rubrics())
def test_a_rubric_pickles_with_its_fingerprints(rubric: coqs.Rubric) -> None:
    again = pickle.loads(pickle.dumps(rubric))
    assert (again, again.fingerprint) == (rubric, rubric.fingerprint)


@given(st.fractions() | st.decimals(allow_nan=False, allow_infinity=False).map(Fraction))
def test_an_exact_number_is_read_back_as_it_was_written(value: Fraction) -> None:
    if max(len(str(value.numerator)), len(str(value.denominator))) < 99:
        written = plain_number(value)
        assert as_fraction(written, "weight") == value


def reworded(rubric: coqs.Rubric) -> coqs.Rubric:
    """Change every word, translation, detection and controller, and the order of criteria."""
    words = Words("other", translations=(("de", "anders"),))

    def other(criterion: coqs.Criterion) -> coqs.Criterion:
        return attrs.evolve(criterion, words=words, detect=None, controlled_by="system")

    return attrs.evolve(
        rubric,
        title=words,
        words=words,
        language="fr",
        version="99",
        criteria=tuple(map(other, reversed(rubric.criteria))),
        stages=tuple(attrs.evolve(stage, words=words) for stage in rubric.stages),
        sets=tuple(attrs.evolve(each, words=words) for each in rubric.sets),
    )


@given(rubrics())
def test_words_do_not_change_the_scoring_fingerprint(rubric: coqs.Rubric) -> None:
    other = reworded(rubric)
    assert other.fingerprint.scoring == rubric.fingerprint.scoring
    assert other.fingerprint.content != rubric.fingerprint.content


def with_first(rubric: coqs.Rubric, **changes: Any) -> coqs.Rubric:
    first, *rest = rubric.criteria
    return rubric.with_criteria((attrs.evolve(first, **changes), *rest))


@given(rubrics())
def test_what_can_change_a_number_changes_the_scoring_fingerprint(rubric: coqs.Rubric) -> None:
    first = rubric.criteria[0]
    stages = (attrs.evolve(rubric.stages[0], weight=Fraction(77, 3)), *rubric.stages[1:])
    scale = first.scale
    if isinstance(scale, SeveralChoice):
        backwards: Any = attrs.evolve(scale, options=scale.options[::-1])
    else:
        backwards = attrs.evolve(scale, levels=scale.levels[::-1])
    changed = [
        with_first(rubric, weight=first.weight + 1),
        with_first(rubric, gate=coqs.Gate("business", (first.scale.ids[0], first.scale.ids[1], "more"))),
        with_first(rubric, applies_to=("co_workers",)),
        with_first(rubric, when=coqs.rubric.FactIn("urgent", ("true", "false"))),
        with_first(rubric, irreversible=not first.irreversible),
        with_first(rubric, record_only=not first.record_only),
        with_first(rubric, scale=backwards),
        attrs.evolve(rubric, pass_mark=Fraction(7, 9)),
        attrs.evolve(rubric, stages=stages),
    ]
    prints = {each.fingerprint.scoring for each in changed}
    assert rubric.fingerprint.scoring not in prints
    assert len(prints) == len(changed)
