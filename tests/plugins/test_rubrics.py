"""The built-in rubrics say what they are for, and their golden interactions score as they were worked by
hand, on the exact path and on the columnar one."""

from __future__ import annotations

import functools
import tomllib
from collections import Counter
from fractions import Fraction
from importlib.resources import files
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

import coqs
from coqs.plugins import general, healthcare, phrases, retail, security
from coqs.rubric import Numeric, SeveralChoice

PACKAGES = {
    "coqs": general,
    "healthcare": healthcare,
    "retail": retail,
    "security": security,
}
RUBRICS = {id: package.coqs_rubrics()[0] for id, package in PACKAGES.items()}
GOLDEN: dict[str, list[dict[str, Any]]] = {
    id: tomllib.loads((files(package) / "golden.toml").read_text("utf-8"))["golden"]
    for id, package in PACKAGES.items()
}
CASES = [pytest.param(id, golden, id=f"{id}-{golden['id']}") for id in GOLDEN for golden in GOLDEN[id]]
KEYS = {"interaction": "id", "customer_set": "customer_set"}

each_rubric = pytest.mark.parametrize("rubric", list(RUBRICS.values()), ids=list(RUBRICS))


def table_of(rubric: coqs.Rubric, goldens: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Lay golden interactions out as a wide table, as a user's would be."""
    table: dict[str, list[Any]] = {name: [each.get(key) for each in goldens] for name, key in KEYS.items()}
    for fact in rubric.facts:
        table[fact.id] = [each.get("facts", {}).get(fact.id) for each in goldens]
    for criterion in rubric.criterion_ids:
        answers = [each["answers"].get(criterion) for each in goldens]
        table[criterion] = ["|".join(each) if isinstance(each, list) else each for each in answers]
    return table


@functools.cache
def scored(id: str) -> coqs.Scores:
    """Score all golden interactions of a rubric as one batch."""
    return coqs.score(coqs.Ratings.from_table(table_of(RUBRICS[id], GOLDEN[id]), RUBRICS[id]))


def expected(value: Any) -> Fraction | None:
    """Read an expectation: a fraction, or None for what is not scored."""
    return None if value == "unscored" else Fraction(str(value))


# ------------------------------------------------------------------------------------ what they hold


@each_rubric
def test_it_is_found_as_an_installed_plugin(rubric):
    assert coqs.load_plugins(only=[rubric.id]).rubric(rubric.id).fingerprint == rubric.fingerprint


@each_rubric
def test_lint_finds_nothing(rubric):
    assert rubric.lint() == ()


@each_rubric
def test_it_has_twenty_to_thirty_five_criteria(rubric):
    assert 20 <= len(rubric.criteria) <= 35


@each_rubric
def test_every_stage_scores_something(rubric):
    assert {stage.id for stage in rubric.stages} == {stage.id for stage in coqs.STAGES}
    assert {each.stage for each in rubric.criteria if each.is_scoring} == {each.id for each in rubric.stages}


@each_rubric
@pytest.mark.parametrize("customer_set", [each.id for each in coqs.CUSTOMER_SETS])
def test_every_set_is_described_and_asked_about_in_all_five_stages(rubric, customer_set):
    assert customer_set in {each.id for each in rubric.sets if each.words}
    applying = [each for each in rubric.criteria if not each.applies_to or customer_set in each.applies_to]
    assert {each.stage for each in applying if each.is_scoring} == {each.id for each in rubric.stages}


@each_rubric
def test_every_word_of_it_is_in_english_and_in_spanish(rubric):
    words = [rubric.title, rubric.words] + [each.words for each in (*rubric.stages, *rubric.sets)]
    for criterion in rubric.criteria:
        scale = criterion.scale
        answers = scale.options if hasattr(scale, "options") else scale.levels
        words += [criterion.words, *(answer.words for answer in answers)]
    assert all(each.text and each.in_language("es") != each.text for each in words)


@each_rubric
def test_meeting_every_expectation_reaches_the_pass_mark_exactly_where_levels_can_be_exceeded(rubric):
    for criterion in rubric.criteria:
        levels = getattr(criterion.scale, "levels", ())
        if criterion.is_scoring and any(each.standing == "exceeds" for each in levels):
            best = max(each.points for each in levels)
            meets = {each.points / best for each in levels if each.standing == "meets"}
            assert meets == {rubric.pass_mark}, criterion.id


def meeting(criterion: coqs.Criterion, facts: dict[str, Any]) -> Any:
    """Return the least answer that meets what is expected; None where no answer does."""
    scale = criterion.scale
    if criterion.ideal:
        return dict(criterion.ideal.best).get(facts[criterion.ideal.fact])
    if isinstance(scale, SeveralChoice):
        earning = [each for each in scale.options if each.points > 0]
        some = [few for n in range(len(earning)) for few in combinations(earning, n + 1)]
        enough = scale.meets_at * sum(each.points for each in earning)
        sums = {sum(each.points for each in few): few for few in some}
        return "|".join(each.id for each in sums[min(total for total in sums if total >= enough)])
    level = next((each for each in scale.levels if each.standing == "meets"), None)
    if isinstance(scale, Numeric) and level:
        return float(level.low or 0)
    return level.id if level else None


@each_rubric
def test_meeting_every_expectation_passes_whoever_is_served_and_whatever_is_the_case(rubric):
    cases = [
        (served, dict(zip([fact.id for fact in rubric.facts], values, strict=True)))
        for served in rubric.set_ids
        for values in product(*(fact.allowed or (1,) for fact in rubric.facts))
    ]
    table: dict[str, list[Any]] = {"interaction": [f"I-{place}" for place in range(len(cases))]}
    table["customer_set"] = [served for served, _ in cases]
    table |= {fact.id: [facts[fact.id] for _, facts in cases] for fact in rubric.facts}
    table |= {each.id: [meeting(each, facts) for _, facts in cases] for each in rubric.criteria}
    scores = coqs.score(coqs.Ratings.from_table(table, rubric))
    assert set(scores.verdict.tolist()) == {"pass"}
    assert scores.overall.min() == pytest.approx(float(rubric.pass_mark), abs=1e-12)
    assert scores.overall.max() < float(rubric.pass_mark) + 0.05


@each_rubric
def test_gates_of_every_class_stand_on_it(rubric):
    gates = [each.gate for each in rubric.criteria if each.gate]
    assert {gate.error_class for gate in gates} == {"customer", "business", "compliance", "ethics"}
    assert {gate.kind for gate in gates if gate.kind} == {"unethical", "illegal", "immoral"}


@each_rubric
def test_it_uses_each_kind_of_criterion(rubric):
    kinds = {type(each.scale).__name__ for each in rubric.criteria}
    assert kinds == {"SingleChoice", "Numeric", "SeveralChoice"}
    for trait in ("ideal", "when", "record_only", "bonus", "detect", "applies_to", "irreversible"):
        assert any(getattr(each, trait) for each in rubric.criteria), trait
    assert {each.controlled_by for each in rubric.criteria} > {"person"}


@each_rubric
def test_the_best_tone_depends_on_the_situation(rubric):
    ideal = rubric.criterion("tone").ideal
    best = dict(ideal.best)
    assert ideal.fact == "situation"
    assert len(set(best.values())) == len(best) == len(rubric.fact("situation").allowed)


def test_calm_for_the_lost_and_command_for_the_incident():
    best = dict(RUBRICS["security"].criterion("tone").ideal.best)
    assert (best["lost_visitor"], best["incident"]) == ("low_key", "commanding")


def test_life_safety_at_a_guard_post_cannot_be_undone():
    irreversible = {each.id for each in RUBRICS["security"].criteria if each.irreversible}
    assert irreversible == {"life_first", "help_called", "exits_clear", "force"}


def test_a_guard_post_stands_or_falls_with_force_access_records_and_life():
    criteria = RUBRICS["security"].criteria
    guarded = {each.id for each in criteria if each.irreversible or each.gate}
    assert {"life_first", "help_called", "exits_clear", "force", "identity_checked", "particulars"} <= guarded


def test_what_a_customer_confided_cannot_be_called_back():
    assert [each.id for each in RUBRICS["coqs"].criteria if each.irreversible] == ["privacy"]


@pytest.mark.parametrize("id", ["coqs", "retail", "security"])
def test_a_promise_that_is_due_is_better_late_and_told_than_broken(id):
    asked = RUBRICS[id].criterion("promise_kept")
    assert (asked.when.fact, asked.when.values, asked.controlled_by) == ("promise_due", ("true",), "team")
    standing = {each.id: (each.points, each.standing) for each in asked.scale.levels}
    assert standing == {
        "broken": (0, "below"),
        "late_told": (2, "below"),
        "kept": (4, "meets"),
        "kept_early": (5, "exceeds"),
    }


@pytest.mark.parametrize("id", ["coqs", "retail", "security"])
def test_golden_interactions_tell_of_promises_kept_and_not(id):
    became = {each["answers"].get("promise_kept") for each in GOLDEN[id]} - {None}
    assert len(became) >= 2
    assert not {"broken", "late_told"}.isdisjoint(became)


def test_the_general_rubric_asks_for_the_six_behaviours_of_a_relationship():
    behaviours = {
        "name_learned",
        "detail_remembered",
        "preference_noticed",
        "beyond_request",
        "customer_first",
        "never_a_disruption",
    }
    assert behaviours <= set(RUBRICS["coqs"].criterion_ids)


@each_rubric
def test_every_signal_that_it_asks_for_is_one_that_phrases_knows(rubric):
    assert {each.detect.signal for each in rubric.criteria if each.detect} <= set(phrases.SIGNALS)


def test_a_transcript_without_a_customer_set_is_asked_what_words_show_and_what_gates_stand_on():
    criteria = RUBRICS["coqs"].criteria
    assert not [each.id for each in criteria if each.applies_to and (each.detect or each.gate)]


def test_a_review_of_one_s_own_day_is_not_asked_what_only_a_customer_before_one_could_show():
    criteria = RUBRICS["coqs"].criteria
    others = {each.id for each in criteria if each.applies_to and "self" not in each.applies_to}
    assert {"wait_seconds", "eye_contact", "preference_noticed", "answer_given", "tone"} <= others


COURTESIES = {"greeted", "known_by_name", "offer_of_help", "anything_else", "thanked", "invited_back"}
PLACES = {
    "lost": ({"duty": "front_desk", "situation": "lost_visitor"}, {"log_entry"}),
    "entry": ({"duty": "access_control", "situation": "routine"}, {"log_entry"}),
    "quarrel": ({"duty": "access_control", "situation": "dispute"}, {"invited_back"}),
    "round": ({"duty": "patrol", "situation": "routine"}, {"on_post"}),
    "relief": ({"duty": "handover", "situation": "routine"}, set()),
    "smoke": ({"duty": "incident", "situation": "incident"}, COURTESIES | {"on_post"}),
}


@pytest.mark.parametrize(("facts", "hidden"), PLACES.values(), ids=list(PLACES))
def test_a_guard_is_asked_for_a_log_a_post_and_courtesies_only_where_they_are_owed(facts, hidden):
    watched = COURTESIES | {"log_entry", "on_post"}
    sets = ["visitors", "employees"]
    table = {"interaction": sets, "customer_set": sets, **{id: [value] * 2 for id, value in facts.items()}}
    ratings = coqs.Ratings.from_table(table, RUBRICS["security"])
    accounts = [coqs.explain(coqs.score(ratings), each) for each in sets]
    asked = {item.criterion for each in accounts for item in each.items if item.answer != "not_asked"}
    assert watched - asked == hidden


def test_a_false_record_is_an_ethics_matter_and_a_missing_one_of_compliance():
    gates = {each.id: each.gate for each in RUBRICS["security"].criteria if each.gate}
    assert (gates["round_walked"].kind, gates["round_walked"].on) == ("unethical", ("signed_unwalked",))
    assert {gates[id].error_class for id in ("particulars", "log_entry")} == {"compliance"}


def test_every_signal_that_phrases_knows_is_asked_for_by_the_general_rubric():
    asked = {each.detect.signal for each in RUBRICS["coqs"].criteria if each.detect}
    assert asked == set(phrases.SIGNALS)


# ------------------------------------------------------------------------------ golden interactions


@pytest.mark.parametrize("id", GOLDEN)
def test_golden_interactions_cover_what_can_happen(id):
    goldens = GOLDEN[id]
    assert len(goldens) >= 10
    assert {each.get("customer_set") for each in goldens} - {None} == {each.id for each in coqs.CUSTOMER_SETS}
    assert {each["expect"]["verdict"] for each in goldens} == {"pass", "fail", "unscored"}
    assert any(each["expect"]["overall"] == "4/5" for each in goldens)
    assert any(0 < expected(each["expect"]["coverage"]) < 1 for each in goldens)
    assert all(each["worked"].strip() for each in goldens)


@pytest.mark.parametrize(("id", "golden"), CASES)
def test_a_golden_interaction_scores_in_columns_as_worked_by_hand(id, golden):
    scores, expect = scored(id), golden["expect"]
    row = scores.ratings.row_of(golden["id"])
    assert scores.verdict[row] == expect["verdict"]
    assert scores.coverage[row] == pytest.approx(float(expected(expect["coverage"])), abs=1e-12)
    assert {name: int(fired[row]) for name, fired in scores.gates.items() if fired[row]} == expect.get(
        "gates", {}
    )
    close(scores.overall[row], expected(expect["overall"]))
    for stage, values in scores.stages.items():
        close(values[row], expected(expect.get("stages", {}).get(stage, "unscored")))


def close(value: float, worked: Fraction | None) -> None:
    """Hold a float of the columnar path against the fraction that was worked by hand."""
    if worked is None:
        assert np.isnan(value)
    else:
        assert value == pytest.approx(float(worked), abs=1e-12)


@pytest.mark.parametrize(("id", "golden"), CASES)
def test_a_golden_interaction_is_explained_exactly_as_worked_by_hand(id, golden):
    account, expect = coqs.explain(scored(id), golden["id"]), golden["expect"]
    assert account.overall == expected(expect["overall"])
    assert account.verdict == expect["verdict"]
    assert account.coverage == expected(expect["coverage"])
    stages = {each.stage: str(each.score) for each in account.stages if each.score is not None}
    assert stages == {stage: str(expected(score)) for stage, score in expect.get("stages", {}).items()}
    fired = Counter(each.gate for each in account.items if each.gate)
    assert fired == expect.get("gates", {})
    assert sum(each.contribution for each in account.items) == (account.overall or 0)


@pytest.mark.parametrize(("id", "golden"), CASES)
def test_no_golden_interaction_answers_what_was_not_asked(id, golden):
    assert coqs.explain(scored(id), golden["id"]).counts["ignored"] == 0


def test_what_was_done_after_a_life_was_risked_does_not_mend_the_verdict():
    account = coqs.explain(scored("security"), "smoke-in-the-server-room")
    assert account.overall > account.pass_mark
    assert [each.criterion for each in account.items if each.irreversible_failed] == ["life_first"]
    assert account.verdict == "fail"
    assert not any(each.gate for each in account.items)


@pytest.mark.parametrize(
    ("id", "interaction", "criterion"),
    [
        ("coqs", "debt-named-at-the-counter", "privacy"),
        ("security", "grip-kept-after-he-agreed-to-go", "force"),
    ],
)
def test_a_gate_may_stand_on_what_cannot_be_undone(id, interaction, criterion):
    account = coqs.explain(scored(id), interaction)
    assert account.overall > account.pass_mark
    assert [each.criterion for each in account.items if each.irreversible_failed] == [criterion]
    assert [each.criterion for each in account.items if each.gate] == [criterion]


@pytest.mark.parametrize(
    ("id", "interaction"),
    [
        ("coqs", "last-room-that-was-not"),
        ("healthcare", "turned-on-paper-only"),
        ("retail", "tablet-for-a-frightened-widower"),
        ("security", "grip-kept-after-he-agreed-to-go"),
    ],
)
def test_a_high_score_does_not_offset_an_ethics_gate(id, interaction):
    account = coqs.explain(scored(id), interaction)
    assert account.overall > account.pass_mark
    assert [each.gate for each in account.items if each.gate] == ["ethics"]
    assert account.verdict == "fail"


@pytest.mark.parametrize(
    ("id", "interaction", "share"),
    [
        ("coqs", "widow-met-with-firmness", "0"),
        ("coqs", "abuse-met-too-mildly", "1/2"),
        ("healthcare", "news-given-in-the-corridor", "0"),
        ("healthcare", "hurt-and-held-through-a-child", "0"),
        ("healthcare", "fists-on-the-desk-met-with-a-smile", "1/2"),
        ("retail", "lost-boy-ordered-about", "0"),
        ("retail", "scarf-under-a-sleeve", "1/2"),
        ("security", "new-hire-barked-at", "0"),
        ("security", "drivers-quarrel-met-with-manners", "1/2"),
    ],
)
def test_too_much_and_too_little_authority_both_lose(id, interaction, share):
    account = coqs.explain(scored(id), interaction)
    assert [str(each.share) for each in account.items if each.criterion == "tone"] == [share]
