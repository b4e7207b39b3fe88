"""Machine raters at work: well-behaved, silent, broken, several at once."""

# ruff: noqa: E501  # a table of cases reads best with a case a line

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import coqs

SECRET = "my PIN is 1234"
RUBRIC = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
facts.wait = "number"
facts.situation = ["incident", "lost"]
[[criteria]]
id = "tone"
stage = "greeting"
levels = [{ id = "poor", points = 0 }, { id = "good", points = 1 }]
[[criteria]]
id = "seconds"
stage = "greeting"
levels = [{ id = "fast", below = 10, points = 1 }, { id = "slow", from = 10, points = 0 }]
[[criteria]]
id = "offered"
stage = "greeting"
options = [{ id = "map", points = 1 }]
""")


def batch(n: int = 3, **more: Any) -> coqs.Interactions:
    turns = [{"speaker": "provider", "text": "hello"}, {"speaker": "customer", "text": SECRET}]
    return coqs.Interactions.from_records({"id": f"i{k}", "turns": turns, **more} for k in range(n))


def plugins(strict: bool = False, **raters: Any) -> coqs.Plugins:
    """Load raters that are functions of a batch and a rubric."""
    objects = {name: SimpleNamespace(coqs_rate=hook_of(function)) for name, function in raters.items()}
    return coqs.load_plugins(only=[], plugins=objects, strict=strict)


def hook_of(function: Any) -> Any:
    def coqs_rate(interactions, rubric):
        return function(interactions, rubric)

    return coqs.hookimpl(coqs_rate)


def rated(**columns: Any) -> Any:
    return lambda _interactions, _rubric: coqs.RatedColumns(**columns)


def fine(_interactions: Any, _rubric: Any) -> coqs.RatedColumns:
    return coqs.RatedColumns(
        interaction=[0, 2],
        criterion=["tone", "tone"],
        level=["good", "not_applicable"],
        turn=[0, -1],
        start=[0, -1],
        end=[5, -1],
    )


def test_what_a_rater_leaves_out_counts_as_abstained() -> None:
    ratings = coqs.rate(batch(), RUBRIC, raters=["m"], plugins=plugins(m=fine))
    assert ratings.codes["tone"].tolist() == [1, -4, -2]
    assert ratings.codes["seconds"].tolist() == [-4, -4, -4]
    assert ratings.codes["offered"].tolist() == [-4, -4, -4]
    assert ratings.rater.to_list() == ["m"] * 3
    assert ratings.interaction.to_list() == ["i0", "i1", "i2"]
    assert ratings.problems == ()
    assert coqs.score(ratings).overall[0] == 1


def test_a_rater_that_returns_nothing_abstains_on_everything() -> None:
    ratings = coqs.rate(batch(), RUBRIC, raters=["m"], plugins=plugins(m=lambda *_: None))
    assert set(ratings.codes["tone"].tolist()) == {-4}
    assert list(coqs.score(ratings).reason) == ["abstained"] * 3


def test_several_raters_are_stacked_with_their_evidence() -> None:
    other = rated(interaction=[1], criterion=["tone"], level=["poor"], turn=[1], start=[3], end=[6])
    ratings = coqs.rate(batch(), RUBRIC, raters=["b", "a"], plugins=plugins(a=fine, b=other))
    assert ratings.rater.to_list() == ["b"] * 3 + ["a"] * 3
    assert ratings.codes["tone"].tolist() == [-4, 0, -4, 1, -4, -2]
    assert ratings.evidence.row.tolist() == [1, 3]
    assert ratings.evidence.spans(1, 0) == [(1, 3, 6)]
    assert ratings.evidence.spans(3, 0) == [(0, 0, 5)]
    account = coqs.explain(coqs.score(ratings), "i0", rater="a")
    assert account.items[0].evidence == ((0, 0, 5),)


def test_context_and_facts_travel_with_every_rater() -> None:
    given = batch(2, provider="ann", at="2026-05-12T09:30:00Z", facts={"wait": 3, "domain": "bank"})
    ratings = coqs.rate(given, RUBRIC, raters=["a", "b"], plugins=plugins(a=fine_for_two, b=fine_for_two))
    assert ratings.context["provider"].to_list() == ["ann"] * 4
    assert ratings.facts["wait"].tolist() == [3.0] * 4
    assert ratings.facts["domain"].to_list() == ["bank"] * 4
    assert not np.isnat(ratings.at).any()
    assert not any(column.flags.writeable for column in ratings.codes.values())


def fine_for_two(_interactions: Any, _rubric: Any) -> coqs.RatedColumns:
    return coqs.RatedColumns(interaction=[0], criterion=["tone"], level=["good"])


def breaks(_interactions: Any, _rubric: Any) -> coqs.RatedColumns:
    raise KeyError(SECRET)


def one(**columns: Any) -> Any:
    return rated(**{"interaction": [0], "criterion": ["tone"], "level": ["good"]} | columns)


BROKEN = {
    "raises": (breaks, "KeyError"),
    "returns_a_list": (lambda *_: [1], "PluginContractError"),
    "makes_bad_columns": (one(level=[3]), "RecordError"),
    "has_uneven_columns": (one(level=[]), "RecordError"),
    "names_a_row_below": (one(interaction=[-1]), "PluginContractError"),
    "names_a_row_beyond": (one(interaction=[3]), "PluginContractError"),
    "judges_twice": (one(interaction=[0, 0], criterion=["tone"] * 2, level=["good"] * 2), "PluginContractError"),
    "names_an_unknown_criterion": (one(criterion=[SECRET]), "PluginContractError"),
    "names_an_unknown_level": (one(level=[SECRET]), "PluginContractError"),
    "gives_a_level_to_a_number": (one(criterion=["seconds"], level=["fast"]), "PluginContractError"),
    "names_a_turn_beyond": (one(turn=[2], start=[0], end=[1]), "PluginContractError"),
    "names_characters_beyond": (one(turn=[0], start=[0], end=[6]), "PluginContractError"),
    "ends_before_it_starts": (one(turn=[0], start=[3], end=[2]), "PluginContractError"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_rater_that_breaks_fails_its_rows_and_takes_nothing_from_others(name: str) -> None:
    broken, exception = BROKEN[name]
    loaded = plugins(broken=broken, fine=fine)
    ratings = coqs.rate(batch(), RUBRIC, raters=["broken", "fine"], plugins=loaded)
    assert ratings.codes["tone"].tolist() == [-5, -5, -5, 1, -4, -2]
    assert set(ratings.codes["seconds"][:3].tolist()) == {-5}
    assert [(each.plugin, each.hook, each.exception_type) for each in ratings.problems] == [
        ("broken", "coqs_rate", exception)
    ]
    assert SECRET not in str(ratings.problems)
    assert list(coqs.score(ratings).reason[:3]) == ["failed"] * 3


@pytest.mark.parametrize("name", BROKEN)
def test_strict_raises_what_a_rater_broke_without_its_words(name: str) -> None:
    broken, _ = BROKEN[name]
    for how in (
        {"strict": True, "plugins": plugins(broken=broken)},
        {"plugins": plugins(True, broken=broken)},
    ):
        with pytest.raises(coqs.PluginError) as caught:
            coqs.rate(batch(), RUBRIC, raters=["broken"], **how)
        assert caught.value.plugin == "broken"
        assert SECRET not in str(caught.value)
        assert "1234" not in str(caught.value)


def test_an_unknown_rater_is_not_found_even_for_nobody() -> None:
    for n in (0, 2):
        with pytest.raises(coqs.NotFoundError, match="did you mean 'fine'"):
            coqs.rate(batch(n), RUBRIC, raters=["fin"], plugins=plugins(fine=fine))
    for raters in ([], ["fine", "fine"]):
        with pytest.raises(coqs.RecordError, match="raters: must name one or more different plugins"):
            coqs.rate(batch(), RUBRIC, raters=raters, plugins=plugins(fine=fine))


def test_a_batch_of_nobody_is_rated() -> None:
    loaded = plugins(m=lambda *_: coqs.RatedColumns(interaction=[], criterion=[], level=[]))
    assert len(coqs.rate(batch(0), RUBRIC, raters=["m"], plugins=loaded)) == 0


def test_interactions_that_do_not_fit_the_rubric_are_refused() -> None:
    loaded = plugins(m=lambda *_: None)
    for more, said in [
        (
            {"customer_set": "visitor"},
            "interaction 'i0', customer_set: must be known to the rubric; did you mean",
        ),
        ({"facts": {"situation": SECRET}}, "interaction 'i0', situation: must be known to the rubric"),
        ({"facts": {"wait": "long"}}, "fact 'wait': must be a number, as the rubric declares"),
    ]:
        with pytest.raises(coqs.RecordError) as caught:
            coqs.rate(batch(**more), RUBRIC, raters=["m"], plugins=loaded)
        assert said in str(caught.value)
        assert SECRET not in str(caught.value)


def test_a_fact_that_nobody_knows_fits_every_kind() -> None:
    ratings = coqs.rate(
        batch(facts={"wait": None, "situation": None}), RUBRIC, raters=["m"], plugins=plugins(m=fine)
    )
    assert np.isnan(ratings.facts["wait"]).all()
    assert ratings.facts["situation"].to_list() == [None] * 3
    table = {name: column for name, column in ratings.to_table().items() if name not in RUBRIC.criterion_ids}
    assert coqs.Ratings.from_table(table, RUBRIC).facts["situation"] == ratings.facts["situation"]


def test_progress_is_told_and_blocks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    def first_of_each(interactions: coqs.Interactions, _rubric: Any) -> coqs.RatedColumns:
        n = len(interactions)
        return coqs.RatedColumns(
            interaction=range(n),
            criterion=["tone"] * n,
            level=["good"] * n,
            turn=[0] * n,
            start=[0] * n,
            end=[2] * n,
        )

    whole = coqs.rate(batch(10), RUBRIC, raters=["m"], plugins=plugins(m=first_of_each))
    monkeypatch.setattr("coqs.raters.BLOCK", 3)
    seen: list[tuple[int, int]] = []
    ratings = coqs.rate(
        batch(10),
        RUBRIC,
        raters=["m"],
        plugins=plugins(m=first_of_each),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert ratings == whole
    assert ratings.evidence.row.tolist() == list(range(10))
    assert seen == [(3, 10), (6, 10), (9, 10), (10, 10)]


def test_of_many_faults_the_first_that_was_returned_is_told() -> None:
    names = ["y" * length for length in range(12, 0, -1)]
    wrong = rated(interaction=[0] * 12, criterion=names, level=["good"] * 12)
    with pytest.raises(coqs.PluginContractError, match="got a text of 12 characters"):
        coqs.rate(batch(), RUBRIC, raters=["m"], plugins=plugins(m=wrong), strict=True)
