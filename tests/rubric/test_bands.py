"""Bands stand on a form, a stage and a criterion, are read strictly, and are not inherited."""

from __future__ import annotations

from fractions import Fraction

import attrs
import numpy as np
import pytest

import coqs

HEAD = 'schema = 1\nid = "door"\nversion = "1"\n'
BANDS = 'bands = [{ id = "low", text = "Not yet", text_es = "Aún no" }, { id = "high", from = "1/2" }]\n'
STAGES = """stages = [
  { id = "greeting", bands = [{ id = "poor" }, { id = "fair", from = "1/3" }, { id = "good", from = 0.9 }] },
  { id = "responding", weight = 2 },
]
"""
CRITERIA = """
[[criteria]]
id = "greets"
stage = "greeting"
bands = [{ id = "red" }, { id = "green", from = 1 }]
levels = [{ id = "no", points = 0 }, { id = "half", points = 1 }, { id = "yes", points = 3 }]

[[criteria]]
id = "answers"
stage = "responding"
levels = [{ id = "no", points = 0 }, { id = "half", points = 1 }, { id = "yes", points = 2 }]
"""
RUBRIC = coqs.Rubric.from_toml_text(HEAD + BANDS + STAGES + CRITERIA)


def test_bands_are_read_and_written() -> None:
    low, high = RUBRIC.bands
    assert (low.id, low.low, low.words.in_language("es")) == ("low", None, "Aún no")
    assert high == coqs.Band("high", Fraction(1, 2))
    assert [band.id for band in RUBRIC.stage("greeting").bands] == ["poor", "fair", "good"]
    assert RUBRIC.stage("responding").bands == ()
    assert RUBRIC.criterion("greets").bands == (coqs.Band("red"), coqs.Band("green", 1))
    assert coqs.Rubric.from_toml_text(RUBRIC.to_toml()) == RUBRIC


def test_bands_change_the_scoring_fingerprint_and_their_words_the_content_only() -> None:
    plain = attrs.evolve(RUBRIC, bands=())
    renamed = attrs.evolve(RUBRIC, bands=tuple(coqs.Band(band.id, band.low) for band in RUBRIC.bands))
    assert plain.fingerprint.scoring != RUBRIC.fingerprint.scoring
    assert renamed.fingerprint.scoring == RUBRIC.fingerprint.scoring
    assert renamed.fingerprint.content != RUBRIC.fingerprint.content
    moved = attrs.evolve(RUBRIC, bands=(coqs.Band("low"), coqs.Band("high", "2/3")))
    assert moved.fingerprint.scoring != RUBRIC.fingerprint.scoring


def test_a_score_is_in_the_last_band_that_begins_at_or_below_it() -> None:
    table = {
        "interaction": ["a", "b", "c", "d"],
        "greets": ["half", "yes", "no", "n/a"],
        "answers": ["half", "half", "no", "n/a"],
    }
    scores = coqs.score(coqs.Ratings.from_table(table, RUBRIC))
    # greeting 1/3, 1, 0; overall (1/3 + 2 × 1/2) / 3 = 4/9, (1 + 1) / 3 = 2/3, 0
    assert scores.band.tolist() == ["low", "high", "low", ""]
    assert {name: bands.tolist() for name, bands in scores.stage_bands.items()} == {
        "greeting": ["fair", "good", "poor", ""]
    }
    assert {name: bands.tolist() for name, bands in scores.criterion_bands.items()} == {
        "greets": ["red", "green", "red", ""]
    }
    told = coqs.explain(scores, "b")
    assert all(f"  band {name}" in str(told) for name in ("high", "good"))
    assert "greets: yes, band green, 1 (100.00 %) x" in str(told)
    assert (told.band, told.stages[0].band, told.stages[1].band, told.items[0].band) == (
        "high",
        "good",
        "",
        "green",
    )


def test_a_score_is_in_its_band_before_rounding() -> None:
    rubric = attrs.evolve(RUBRIC, bands=(coqs.Band("low"), coqs.Band("high", "67/100")))
    ratings = coqs.Ratings.from_table({"interaction": ["b"], "greets": ["yes"], "answers": ["half"]}, rubric)
    scores = coqs.score(ratings, policy=coqs.Policy(rounding="half_up", rounding_digits=0))
    np.testing.assert_array_equal(scores.overall, [0.67])
    assert scores.band.tolist() == ["low"]


@pytest.mark.parametrize(
    ("bands", "message"),
    [
        ('[{ id = "Low" }]', r"bands\[0\]\.id: must be lower-case letters"),
        ('[{ id = "a" }, { id = "a", from = 1 }]', r"bands\[1\]\.id: must be unique, got 'a' twice"),
        ('[{ id = "a", from = 0 }]', r"bands\[0\]\.from: must be left out of the first band"),
        ('[{ id = "a" }, { id = "b" }]', r"bands\[1\]\.from: must be given in every band but the first"),
        ('[{ id = "a" }, { id = "b", from = 80 }]', r"bands\[1\]\.from: must be a share from 0 to 1, got 80"),
        (
            '[{ id = "a" }, { id = "b", from = "1/2" }, { id = "c", from = 0.5 }]',
            r"bands\[2\]\.from: must rise from band to band",
        ),
        (
            '[{ id = "a", form = 1 }]',
            r"bands\[0\]\.form: must be a known key, got 'form'; did you mean 'from'",
        ),
        ('"low"', "bands: must be a list"),
    ],
)
@pytest.mark.parametrize("where", ["", "stages[0].", "criteria[0]."])
def test_bands_that_contradict_themselves_are_refused_with_their_place(
    bands: str, message: str, where: str
) -> None:
    line = f"bands = {bands}"
    texts = {
        "": HEAD + line + "\n" + CRITERIA,
        "stages[0].": HEAD + f'stages = [{{ id = "greeting", {line} }}, {{ id = "responding" }}]' + CRITERIA,
        "criteria[0].": HEAD
        + CRITERIA.replace('stage = "greeting"', f'stage = "greeting"\n{line}', 1).replace(
            'bands = [{ id = "red" }, { id = "green", from = 1 }]\n', "", 1
        ),
    }
    with pytest.raises(coqs.RubricError, match=message) as caught:
        coqs.Rubric.from_toml_text(texts[where])
    assert f"rubric: {where}bands" in str(caught.value)
