"""Two policies over the same ratings: the part of every choice, by hand and as fractions."""

from __future__ import annotations

import itertools
import pickle
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.comparisons.policies.players import finest_blocks, players_of
from coqs.comparisons.policies.shapley import sampled_shapley, shapley
from coqs.errors import NotFoundError, PolicyError
from coqs.rubric import FactIn

F = Fraction
SECTIONS = {"opening": (10, 3), "asking": (30, 10), "helping": (50, 5), "closing": (10, 2)}
FORM = (
    'schema = 1\nid = "form"\nversion = "1"\npass_mark = "7/10"\nfacts.mood = ["calm", "angry"]\nstages = ['
)
FORM += (
    ", ".join(f'{{ id = "{stage}", weight = {weight} }}' for stage, (weight, _) in SECTIONS.items()) + "]\n"
)
for stage, (_, most) in SECTIONS.items():
    levels = ", ".join(f'{{ id = "p{points}", points = {points} }}' for points in range(most + 1))
    FORM += f'[[criteria]]\nid = "{stage}_points"\nstage = "{stage}"\nlevels = [{levels}]\n'
PLAIN = coqs.Rubric.from_toml_text(FORM)
GATED = coqs.Rubric.from_toml_text(FORM + 'gate = { class = "customer", on = ["p1"] }\n')
SHEET = {"opening_points": 3, "asking_points": 5, "helping_points": 4, "closing_points": 1}
POOLED = coqs.Policy(combine="pooled_points")


def rated(rubric: coqs.Rubric, *changes: dict[str, Any], **more: list[Any]) -> coqs.Ratings:
    rows = [{**SHEET, **each} for each in changes or [{}]]
    table = {"interaction": [f"I-{row}" for row in range(1, len(rows) + 1)], **more}
    return coqs.Ratings.from_table(table | {name: [row[name] for row in rows] for name in SHEET}, rubric)


def parts_of(found: coqs.PolicyComparison, interaction: str = "I-1") -> dict[str, str]:
    return {name: str(part) for name, part in found.account(interaction).parts.items()}


# One sheet


def test_where_one_choice_differs_all_of_the_difference_is_its_part() -> None:
    found = coqs.compare_policies(rated(PLAIN), "coqs", POOLED)
    account = found.account("I-1")
    assert (account.a, account.b, account.difference) == (F(7, 10), F(13, 20), F(-1, 20))
    assert account.parts == {"combine": F(-1, 20)}
    assert (account.verdict_a, account.verdict_b, account.flipped_by) == ("pass", "fail", (("combine",),))
    (row,) = found.rows()
    assert {name: row[name] for name in ("interaction", "verdict_a", "verdict_b", "flipped")} == {
        "interaction": "I-1",
        "verdict_a": "pass",
        "verdict_b": "fail",
        "flipped": True,
    }
    np.testing.assert_allclose(
        [row["a"], row["b"], row["difference"], row["combine"]], [0.7, 0.65, -0.05, -0.05]
    )
    assert found.flips == 1


def test_two_choices_share_what_they_do_together() -> None:
    other = coqs.Policy(combine="pooled_points", gate_effect="zero")
    found = coqs.compare_policies(rated(GATED), "coqs", other)
    # alone they leave 13/20 and 0 of 7/10, together 0:
    # combine ((13/20 - 7/10) + (0 - 0)) / 2, the effect ((0 - 7/10) + (0 - 13/20)) / 2
    assert parts_of(found) == {"combine": "-1/40", "gate_effect": "-27/40"}
    np.testing.assert_allclose([found["combine"][0], found["gate_effect"][0]], [-0.025, -0.675], atol=1e-15)


def test_the_account_of_a_sheet_reads_as_a_sentence_a_choice() -> None:
    other = coqs.Policy(name="ours", combine="pooled_points", rounding="half_up", rounding_digits=0)
    assert str(coqs.compare_policies(rated(PLAIN), "coqs", other).account("I-1")).splitlines() == [
        "I-1: 7/10 = 70.00 % under a (coqs), 13/20 = 65.00 % under b (ours)",
        "  combine takes 1/20 = 5.00 %: stage_percent -> pooled_points",
        "  rounding changes nothing: none -> half_up, rounding_digits none -> 0",
        "  the parts sum to -1/20 = -5.00 %",
        "  verdict pass under a, fail under b; to turn it takes combine alone",
    ]


def test_an_account_has_every_fraction_as_text_and_as_a_float() -> None:
    told = coqs.compare_policies(rated(PLAIN), "coqs", POOLED).account("I-1").to_dict()
    assert told["parts"] == {"combine": {"exact": "-1/20", "value": -0.05}}
    assert told["difference"] == {"exact": "-1/20", "value": -0.05}
    assert told["flipped_by"] == [["combine"]]


def test_every_smallest_set_of_choices_that_turns_a_verdict_is_told() -> None:
    rule = coqs.Override(FactIn("mood", ("angry",)), score=0)
    ratings = rated(PLAIN, mood=["angry"])
    found = coqs.compare_policies(ratings, "coqs", coqs.Policy(combine="pooled_points", overrides=[rule]))
    assert found.account("I-1").flipped_by == (("combine",), ("overrides",))
    # a floor lifts a set rule's score only where it comes last, so neither turns the verdict alone
    high = coqs.Policy(gate_effect="zero")
    lifted = coqs.Policy(gate_effect="zero", floor="4/5", precedence=("gate", "floor", "override"))
    account = coqs.compare_policies(rated(GATED), high, lifted).account("I-1")
    assert (account.a, account.b, account.verdict_a, account.verdict_b) == (F(0), F(4, 5), "fail", "fail")
    assert account.parts == {"floor": F(2, 5), "precedence": F(2, 5)}


# What cannot be told


UNPARTED = {"opening_points": "n/a", "asking_points": None, "helping_points": "n/a", "closing_points": "n/a"}


def test_a_difference_is_not_parted_where_a_mix_of_the_policies_gives_no_score() -> None:
    ratings = rated(PLAIN, UNPARTED, {})
    a, b = coqs.Policy(not_applicable="full_marks"), coqs.Policy(unanswered="zero")
    found = coqs.compare_policies(ratings, a, b)
    assert found["difference"].tolist() == [-1, 0]
    assert found.is_scored.tolist() == [True, True]
    assert found.is_parted.tolist() == [False, True]
    assert np.isnan(found["not_applicable"][0])
    assert np.isnan(found["unanswered"][0])
    assert found.counts["not_parted"] == 1
    assert found.means() == {"difference": 0, "not_applicable": 0, "unanswered": 0}
    account = found.account("I-1")
    assert (account.difference, account.parts) == (F(-1), {})
    assert account.unscored_with == ("not_applicable",)
    assert "cannot be parted: with not_applicable as in b and the rest as in a there is no score" in str(
        account
    )
    assert "not parted 1" in str(found)


def test_there_is_no_difference_where_only_one_policy_gives_a_score() -> None:
    ratings = rated(PLAIN, {}, {"asking_points": None}, dict.fromkeys(SHEET, "n/a"))
    other = coqs.Policy(unanswered="refuse", combine="pooled_points")
    found = coqs.compare_policies(ratings, "coqs", other)
    assert found.counts == {
        "rows": 3,
        "scored_under_both": 1,
        "scored_under_a_only": 1,
        "scored_under_b_only": 0,
        "scored_under_neither": 1,
        "not_parted": 0,
    }
    # the unscored verdict flips, and stands after the flip whose difference is known
    assert found["interaction"].tolist() == ["I-1", "I-2", "I-3"]
    assert found["flipped"].tolist() == [True, True, False]
    assert found.turned() == {("pass", "fail"): 1, ("pass", "unscored"): 1}
    assert [row["combine"] for row in found.rows()][1:] == [None, None]
    assert found.to_table("polars")["difference"].null_count() == 2
    account = found.account("I-2")
    assert (account.b, account.difference, account.parts) == (None, None, {})
    assert account.scored_by == account.flipped_by == (("unanswered",),)
    assert "scored under a only" in str(account)
    turned = coqs.compare_policies(ratings, other, "coqs")
    assert (
        "scored under b only, so there is no difference; to bring that about takes unanswered alone"
        in str(turned.account("I-2"))
    )
    assert "scored under neither" in str(found.account("I-3"))


def test_a_choice_that_the_rubric_has_nothing_for_moves_nothing() -> None:
    other = coqs.Policy(
        combine="pooled_points",
        several_choice="capped_sum",
        gate_effect="zero",
        over_interactions="ratio_of_sums",
    )
    found = coqs.compare_policies(rated(PLAIN), "coqs", other)
    assert found.choices == ("combine", "several_choice", "gate_effect", "over_interactions")
    assert [found[name].tolist() for name in found.choices[1:]] == [[0.0]] * 3
    assert parts_of(found) == {name: "-1/20" if name == "combine" else "0" for name in found.choices}
    assert str(found).count("; moves no score under this rubric") == 3


def test_equal_policies_differ_in_nothing() -> None:
    found = coqs.compare_policies(rated(PLAIN), "coqs", coqs.Policy())
    assert found.choices == ()
    assert found["difference"].tolist() == [0]
    assert found.is_parted.tolist() == [True]
    assert found.account("I-1").difference == 0
    assert found.means() == {"difference": 0}


def test_without_rows_there_is_nothing_to_tell() -> None:
    ratings = coqs.Ratings.from_table({"interaction": [], "opening_points": []}, PLAIN)
    found = coqs.compare_policies(ratings, "coqs", POOLED)
    assert (len(found), found.flips) == (0, 0)
    assert found.means() == {"difference": None, "combine": None}
    assert "no difference that could be parted" in str(found)


# Which policies


def test_none_is_the_policy_of_the_rubric() -> None:
    rubric = coqs.Rubric.from_toml_text(f"{FORM}\n[policy]\nname = 'house'\ncombine = 'pooled_points'\n")
    found = coqs.compare_policies(rated(rubric), None, "coqs")
    assert (found.a.name, found.b.name) == ("house", "coqs")
    assert found.account("I-1").difference == F(1, 20)


def test_what_cannot_be_followed_is_refused() -> None:
    with pytest.raises(NotFoundError, match="did you mean 'coqs'"):
        coqs.compare_policies(rated(PLAIN), "coqs", "cops")
    with pytest.raises(PolicyError, match="must have gates") as caught:
        coqs.compare_policies(rated(PLAIN), "coqs", coqs.Policy(combine="error_accuracy"))
    assert caught.value.choice == "combine"
    with pytest.raises(NotFoundError, match="no interaction"):
        coqs.compare_policies(rated(PLAIN), "coqs", POOLED).account("I-9")


# What moves together


TOGETHER = {
    "a parameter and its choice": (
        {},
        {"gate_effect": "cap", "gate_cap": "1/2", "floor": "1/9"},
        ["gate_effect", "floor"],
    ),
    "parameters alone": (
        {"rounding": "down", "rounding_digits": 1},
        {"rounding": "down", "rounding_digits": 0, "rounding_of": "stages"},
        ["rounding"],
    ),
    "two that contradict": (
        {"combine": "deduction", "baseline": 10},
        {"not_applicable": "drop_equal", "bonus": "inside"},
        ["combine + not_applicable", "bonus"],
    ),
    "whatever counts no errors": (
        {"combine": "error_accuracy"},
        {
            "not_applicable": "zero",
            "unanswered": "zero",
            "gate_effect": "zero",
            "strikes": 1,
            "bonus": "inside",
        },
        ["combine + not_applicable + unanswered + gate_effect + bonus", "strikes"],
    ),
    "strikes and their scope": (
        {"strikes": 1},
        {"gate_scope": "criterion"},
        ["gate_scope + strikes"],
    ),
    "three of which no two contradict": (
        {"combine": "deduction", "baseline": 10, "gate_effect": "zero"},
        {"gate_scope": "stage"},
        ["combine + gate_scope", "gate_effect"],
    ),
}


@pytest.mark.parametrize(("a", "b", "expected"), TOGETHER.values(), ids=TOGETHER)
def test_choices_that_cannot_move_alone_move_together(a: dict, b: dict, expected: list[str]) -> None:
    policies = coqs.Policy(**a), coqs.Policy(**b)
    assert [each.name for each in players_of(GATED, *policies)] == expected
    assert [each.name for each in players_of(GATED, *reversed(policies))] == expected


def test_what_is_idle_holds_nothing_together() -> None:
    policies = coqs.Policy(combine="error_accuracy"), coqs.Policy(gate_effect="zero", floor="1/2")
    assert [each.name for each in players_of(GATED, *policies)] == ["combine + gate_effect", "floor"]
    policies = (
        coqs.Policy(combine="deduction", baseline=10),
        coqs.Policy(gate_scope="stage", gate_effect="zero"),
    )
    assert [each.name for each in players_of(PLAIN, *policies)] == ["combine", "gate_scope", "gate_effect"]


def every_parting(players: list[int]) -> list[list[list[int]]]:
    """List every way to part some players into blocks."""
    if not players:
        return [[]]
    first, *rest = players
    found = []
    for parting in every_parting(rest):
        found.append([[first], *parting])
        for place, block in enumerate(parting):
            found.append([*parting[:place], [first, *block], *parting[place + 1 :]])
    return found


def is_valid(valid: np.ndarray, parting: list[list[int]]) -> bool:
    unions = [
        itertools.chain(*some)
        for size in range(len(parting) + 1)
        for some in itertools.combinations(parting, size)
    ]
    return all(valid[sum(1 << player for player in union)] for union in unions)


@pytest.mark.parametrize("seed", range(60))
def test_no_finer_parts_are_free_to_move(seed: int) -> None:
    draw = np.random.default_rng(seed)
    valid = draw.random(16) < draw.choice([0.3, 0.6, 0.9])
    valid[[0, -1]] = True
    found = [list(block) for block in finest_blocks(valid)]
    assert is_valid(valid, found)
    assert len(found) == max(len(each) for each in every_parting([0, 1, 2, 3]) if is_valid(valid, each))


# The value itself


def test_what_two_players_only_earn_together_is_halved() -> None:
    assert shapley([F(0), F(0), F(0), F(1)].__getitem__, 2) == [F(1, 2), F(1, 2)]


def test_players_who_do_the_same_have_the_same_part() -> None:
    draw = np.random.default_rng(3)
    by_size = [[F(int(each), 7) for each in draw.integers(-50, 50, 6)] for _ in range(2)]
    parts = shapley(lambda coalition: by_size[coalition & 1][(coalition >> 1).bit_count()], 5)
    assert len(set(parts[1:])) == 1
    assert sum(parts) == by_size[1][4] - by_size[0][0]


def test_a_player_who_changes_nothing_has_no_part() -> None:
    worth = [F(each**2, 3) for each in range(4)]
    parts = shapley(lambda coalition: worth[coalition & 3], 4)
    assert parts[2] == parts[3] == 0
    assert parts[0] > 0


def test_estimates_add_up_exactly_and_lie_about_the_truth() -> None:
    draw = np.random.default_rng(5)
    pairs = {(i, j): F(int(draw.integers(-9, 10)), 11) for i in range(9) for j in range(i, 9)}

    def worth(coalition: int) -> Fraction:
        total = sum((x for (i, j), x in pairs.items() if coalition >> i & coalition >> j & 1), F(0))
        return total + (F(coalition.bit_count() ** 3, 50) if coalition & 1 else F(0))

    truth = shapley(worth, 9)
    parts, variances = sampled_shapley(worth, 9, seed=1)
    assert sum(parts) == sum(truth) == worth(511)
    assert any(part != true for part, true in zip(parts, truth, strict=True))
    for part, true, variance in zip(parts, truth, variances, strict=True):
        assert abs(part - true) <= 5 * float(variance) ** 0.5
    assert sampled_shapley(worth, 9, seed=1)[0] == parts


DOOR = coqs.Rubric.from_toml_text("""
schema = 1
id = "door"
version = "1"
[[criteria]]
id = "lawful"
stage = "greeting"
gate = { class = "customer", on = ["no"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
[[criteria]]
id = "kind"
stage = "responding"
weight = 2
levels = [{ id = "no", points = 1 }, { id = "yes", points = 3 }]
""")
MANY = {
    "combine": "pooled_points",
    "normalise": "ratio",
    "not_applicable": "zero",
    "unanswered": "zero",
    "gate_effect": "cap",
    "gate_cap": "9/10",
    "strikes": 1,
    "floor": "1/10",
    "rounding": "half_up",
    "rounding_digits": 0,
}


def test_eight_choices_are_parted_exactly_and_more_are_estimated_which_is_said() -> None:
    table = {"interaction": ["I-1", "I-2", "I-3"], "lawful": ["no", None, "yes"], "kind": ["no", "no", "n/a"]}
    ratings = coqs.Ratings.from_table(table, DOOR)
    exact = coqs.compare_policies(ratings, "coqs", coqs.Policy(**MANY))
    assert (len(exact.choices), exact.exact, dict(exact.standard_errors)) == (8, True, {})
    found = coqs.compare_policies(ratings, "coqs", coqs.Policy(**MANY, stage_floor="1/5"), seed=7)
    assert (len(found.choices), found.exact) == (9, False)
    np.testing.assert_allclose(
        sum(found[name] for name in found.choices), found["difference"], rtol=0, atol=1e-12
    )
    assert set(found.standard_errors) == set(found.choices)
    assert max(each.max() for each in found.standard_errors.values()) > 0
    account = found.account("I-2")
    assert sum(account.parts.values()) == account.difference
    row = found["interaction"].tolist().index("I-2")
    for name, part in account.parts.items():
        assert float(part) == pytest.approx(found[name][row], abs=1e-12)
    assert not account.exact
    assert "estimated from 32 orders" in str(found)
    assert "estimates from 32 orders" in str(account)


# The table


@pytest.fixture(scope="module")
def sampled() -> coqs.PolicyComparison:
    return coqs.compare_policies(
        coqs.make_sample(n=120), "coqs", coqs.Policy(combine="pooled_points", gate_effect="zero")
    )


def test_flipped_verdicts_stand_first_then_the_largest_differences(sampled) -> None:
    rank = [
        (not flipped, -abs(each))
        for flipped, each in zip(sampled["flipped"], np.round(sampled["difference"], 12), strict=True)
        if not np.isnan(each)
    ]
    assert 0 < sampled.flips < len(sampled)
    assert rank == sorted(rank)


def test_ties_stay_in_the_order_of_the_ratings() -> None:
    ratings = rated(PLAIN, {}, {"asking_points": 10, "helping_points": 5, "closing_points": 2}, {}, {})
    found = coqs.compare_policies(ratings, "coqs", POOLED)
    assert found["interaction"].tolist() == ["I-1", "I-3", "I-4", "I-2"]


def test_verdicts_are_those_of_two_separate_scorings(sampled) -> None:
    ratings = sampled.ratings
    rows = [
        ratings.row_of(*pair[:1], rater=pair[1] or "")
        for pair in zip(sampled["interaction"], sampled["rater"], strict=True)
    ]
    assert sorted(rows) == list(range(len(ratings)))
    for side, policy in (("a", sampled.a), ("b", sampled.b)):
        scores = coqs.score(ratings, policy=policy)
        assert scores.verdict[rows].tolist() == sampled[f"verdict_{side}"].tolist()
        np.testing.assert_array_equal(scores.overall[rows], sampled[side])


def test_means_of_the_parts_sum_to_the_mean_difference(sampled) -> None:
    means = sampled.means()
    assert means["combine"] + means["gate_effect"] == pytest.approx(means["difference"], abs=1e-12)
    assert means["difference"] == pytest.approx(np.nanmean(sampled["difference"]))
    told = sampled.to_dict()
    assert told["mean_parts"] == {name: means[name] for name in sampled.choices}
    assert sum(each["n"] for each in told["turned"]) == told["flips"] == sampled.flips


def test_a_comparison_travels_equal_and_read_only(sampled) -> None:
    again = pickle.loads(pickle.dumps(sampled))
    assert again == sampled
    assert sampled != coqs.compare_policies(sampled.ratings, "coqs", POOLED)
    assert not any(column.flags.writeable for each in (again, sampled) for column in each.columns.values())
    account = sampled.account(sampled["interaction"][0], rater=sampled["rater"][0])
    assert pickle.loads(pickle.dumps(account)) == account


def test_a_comparison_shows_itself_in_print_in_a_notebook_and_as_a_table(sampled) -> None:
    lines = str(sampled).splitlines()
    assert lines[0] == f"{len(sampled)} rows under a (coqs) and b (custom); {sampled.flips} verdicts flip"
    assert repr(sampled) == f"<PolicyComparison: {lines[0]}>"
    assert lines[-1] == f"and {len(sampled) - 10} more rows"
    assert sampled._repr_html_().count("<tr>") == 11
    frame = sampled.to_table("polars")
    assert frame.columns == list(sampled.columns)
    assert frame["flipped"].sum() == sampled.flips
