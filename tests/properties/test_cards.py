"""A card of any rubric under any policy: it never breaks, and its Markdown says what was written."""

from __future__ import annotations

import re
from typing import Any

import attrs
import pytest
from depth import examples
from hypothesis import given, settings, strategies as st
from policies import policies
from strategies import rubrics

import coqs
from coqs.rubric.phrases import LANGUAGES
from coqs.rubric.reach import counts_in, shares
from coqs.rubric.speech import answers_of

MarkdownIt = pytest.importorskip("markdown_it").MarkdownIt


@st.composite
def ruled(draw: Any, **how: Any) -> coqs.Rubric:
    """Draw a rubric that carries a policy which it can follow."""
    rubric = draw(rubrics(**how))
    return attrs.evolve(rubric, policy=draw(policies(rubric)))


def in_one_line(text: str) -> str:
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())


def check_shown(rubric: coqs.Rubric, language: str) -> None:
    """Read the card as Markdown, and look for every text of the rubric in what a reader sees."""
    tokens = MarkdownIt("commonmark").parse(rubric.to_card(language))
    assert {token.type for token in tokens} <= {
        f"{kind}_{end}"
        for kind in ("heading", "paragraph", "bullet_list", "list_item")
        for end in ("open", "close")
    } | {"inline"}
    shown = [
        "".join(
            child.content for child in token.children if child.type in ("text", "code_inline", "text_special")
        )
        for token in tokens
        if token.type == "inline"
    ]
    criteria = [token for token in tokens if token.type == "heading_open" and token.tag == "h4"]
    assert len(criteria) == len(rubric.criteria)
    for criterion in rubric.criteria:
        for part in (criterion, *answers_of(criterion.scale)):
            text = in_one_line(part.words.in_language(language))
            assert any(line.endswith(text) for line in shown)


@given(ruled(), st.sampled_from(LANGUAGES))
def test_a_card_of_any_rubric_shows_its_texts_as_they_were_written(
    rubric: coqs.Rubric, language: str
) -> None:
    check_shown(rubric, language)


@pytest.mark.slow
@settings(max_examples=examples(1000))
@given(ruled(most=10), st.sampled_from(LANGUAGES))
def test_cards_of_many_rubrics_show_their_texts_as_they_were_written(
    rubric: coqs.Rubric, language: str
) -> None:
    check_shown(rubric, language)


@given(ruled(wordy=False))
def test_shares_are_of_a_whole_unless_nothing_counts(rubric: coqs.Rubric) -> None:
    policy = rubric.policy
    found = shares(rubric, policy)
    if found is None:
        assert policy.combine in ("deduction", "error_accuracy")
        return
    within = [each.id for each in rubric.criteria if counts_in(each, policy) == "possible"]
    assert sum(found[id] for id in within) in (0, 1)
    assert all(share >= 0 for share in found.values())


@given(rubrics())
def test_every_language_of_a_rubric_has_a_card(rubric: coqs.Rubric) -> None:
    assert all(rubric.to_card(language) for language in rubric.languages)
