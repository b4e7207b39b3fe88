"""The demo's story: what it tells is in the scores, and it tells nothing that is not."""

from __future__ import annotations

import numpy as np
import pytest

import coqs
from coqs.cli.story import story


@pytest.fixture(scope="module")
def sample() -> coqs.Ratings:
    return coqs.make_sample()


def told(ratings: coqs.Ratings) -> dict[str, str]:
    lines = story(coqs.score(ratings))[1:]
    return {line[2:18].strip(): line[18:].strip() for line in lines}


def test_it_has_a_gate_a_blind_spot_a_slip_a_promise_kept_and_one_broken(sample):
    assert list(told(sample)) == ["ethics gate", "blind spot", "slip", "promise kept", "promise broken"]


def test_the_slip_is_the_first_lapse_after_a_clean_run_and_more_than_chance(sample):
    slip = told(sample)["slip"]
    scores = coqs.score(sample)
    row = sample.row_of(slip.split()[0], rater="observer_1")
    theirs = sample.context["provider"].codes == sample.context["provider"].codes[row]
    standing = scores.answers.standings["identity_checked"]
    before = standing[theirs & (sample.at < sample.at[row]) & (standing >= 0)]
    assert "Eklund" in slip
    assert (before > 0).all()
    assert len(before) >= 10
    assert standing[row] == 0
    assert slip.endswith(": more than chance")


def test_a_promise_is_told_with_where_it_was_made(sample):
    lines = told(sample)
    for name, level in (("promise kept", "kept"), ("promise broken", "broken")):
        met, made = lines[name].split()[0], lines[name].split("made in ")[1].split()[0]
        rows = [row for row in range(len(sample)) if sample.interaction[row] in (met, made)]
        assert len({sample.context["issue"][row] for row in rows}) == 1
        assert len({sample.context["customer"][row] for row in rows}) == 1
        levels = sample.rubric.criterion("promise_kept").scale.ids
        codes = [sample.codes["promise_kept"][row] for row in rows if sample.interaction[row] == met]
        assert {levels[code] for code in codes} == {level}


def test_what_is_left_out_of_the_scores_is_left_out_of_the_story(sample):
    gone = coqs.score(sample).gates["ethics"] == 0
    gone &= np.array([issue is None for issue in sample.context["issue"].to_list()])
    eklund = sample.context["provider"].categories.index("Eklund")
    lines = told(sample.take(gone & (sample.context["provider"].codes != eklund)))
    assert "ethics gate" not in lines
    assert not {"promise kept", "promise broken"} & set(lines)
    assert "Eklund" not in lines.get("slip", "")


@pytest.mark.parametrize("n", [0, 1, 5])
def test_too_little_has_no_story_but_no_error(n):
    assert "slip" not in told(coqs.make_sample(n=n))


@pytest.mark.parametrize("seed", range(2, 8))
def test_other_seeds_tell_of_the_same_kinds_of_things(seed):
    assert {"ethics gate", "blind spot", "promise kept", "promise broken"} <= set(
        told(coqs.make_sample(seed=seed))
    )


def by_chance(seed: int) -> coqs.Ratings:
    """Six providers who miss each of eight criteria now and then, as likely on one day as on another."""
    rng = np.random.default_rng(seed)
    criteria = "\n".join(
        f"""
        [[criteria]]
        id = "c{place}"
        stage = "greeting"
        levels = [{{ id = "no", points = 0, is = "below" }}, {{ id = "yes", points = 1, is = "meets" }}]
        """
        for place in range(8)
    )
    rubric = coqs.Rubric.from_toml_text(f'schema = 1\nid = "even"\nversion = "1"\n{criteria}')
    n = 360
    table = {
        "interaction": [f"i{k}" for k in range(n)],
        "provider": [f"p{k % 6}" for k in range(n)],
        "at": [f"2026-03-{1 + k // 18:02}T{k % 18:02}:00:00Z" for k in range(n)],
    }
    return coqs.Ratings.from_table(
        table | {f"c{place}": np.where(rng.random(n) < 0.12, "no", "yes").tolist() for place in range(8)},
        rubric,
    )


@pytest.mark.slow
def test_chance_alone_is_called_more_than_chance_no_oftener_than_it_says():
    told = [story(coqs.score(by_chance(seed))) for seed in range(120)]
    wrong = sum(any(line.endswith(": more than chance") for line in lines) for lines in told)
    assert wrong <= 12  # 6 are expected of 120, and 12 or more come once in fifty times
