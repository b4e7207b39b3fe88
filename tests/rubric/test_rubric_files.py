"""The rubric file: what it holds, what is refused with which key path, and the fingerprints that last."""

# ruff: noqa: E501  # a table of cases reads best with a case a line

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import attrs
import pytest

import coqs
from coqs.rubric import CriterionIn, Every, FactBetween, Negation, Numeric, SeveralChoice

HEAD = 'schema = 1\nid = "door"\nversion = "1"\n'
GREETS = """
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]
"""
FULL = """
schema = 1
id = "security"
version = "1.0"
language = "en"
title = "At the gate"
title_es = "En la puerta"
pass_mark = "4/5"
facts.situation = ["incident", "lost_visitor"]
facts.late = "boolean"
facts.wait = "number"
sets.client = "the company whose site is guarded"
sets.drivers = { text = "lorry drivers", text_es = "camioneros" }
stages = [{ id = "greeting", weight = 2 }, { id = "responding", weight = "10/3", pass_mark = 0.5 }]

[[criteria]]
id = "acknowledged"
stage = "greeting"
weight = 1.5
text = "Acknowledges the person within ten seconds"
text_es = "Saluda a la persona"
detect = { signal = "greeting", present = "prompt", absent = "ignored" }
levels = [
  { id = "ignored", points = 0, is = "below", text = "Goes on with something else" },
  { id = "prompt", points = 2, is = "meets" },
  { id = "by_name", points = 3, is = "exceeds" },
]

[[criteria]]
id = "wait_seconds"
stage = "greeting"
controlled_by = "system"
unit = "seconds"
levels = [{ id = "fast", below = 10, points = 1 }, { id = "slow", from = 10, points = 0 }]

[[criteria]]
id = "offered"
stage = "responding"
applies_to = ["visitors", "drivers"]
bonus = true
options = [{ id = "map", points = 1 }, { id = "escort", points = 2 }, { id = "refusal", points = -1 }]
meets_at = "1/3"

[[criteria]]
id = "lawful"
stage = "responding"
irreversible = true
gate = { class = "ethics", kind = "illegal", on = ["no"] }
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets" }]

[[criteria]]
id = "tone"
stage = "responding"
when = { and = [{ not = { criterion = "acknowledged", in = ["ignored"] } }, { fact = "wait", from = 3, below = 9 }] }
levels = [{ id = "low_key" }, { id = "firm" }, { id = "forceful" }]
ideal = { fact = "situation", best = { incident = "firm", lost_visitor = "low_key" }, points = [2, 1, 0] }
"""


def read(text: str = "", *, criterion: str = GREETS) -> coqs.Rubric:
    return coqs.Rubric.from_toml_text(HEAD + text + criterion)


def refusal(text: str) -> str:
    with pytest.raises(coqs.RubricError) as caught:
        coqs.Rubric.from_toml_text(text)
    return str(caught.value)


def test_every_feature_of_the_file_is_read() -> None:
    rubric = coqs.Rubric.from_toml_text(FULL)
    assert rubric.pass_mark == Fraction(4, 5)
    assert rubric.title.in_language("es") == "En la puerta"
    assert rubric.set_ids == ("client", "employees", "co_workers", "visitors", "self", "drivers")
    assert [stage.weight for stage in rubric.stages] == [Fraction(2), Fraction(10, 3)]
    first, wait, offered, lawful, tone = rubric.criteria
    assert first.weight == Fraction(3, 2)
    assert first.detect == coqs.Detect("greeting", "prompt", "ignored")
    assert isinstance(wait.scale, Numeric)
    assert (wait.scale.unit, wait.scale.position(10), wait.scale.position(9.99)) == ("seconds", 1, 0)
    assert isinstance(offered.scale, SeveralChoice)
    assert (offered.bonus, offered.scale.meets_at) == (True, Fraction(1, 3))
    assert lawful.gate == coqs.Gate("ethics", ("no",), "illegal")
    assert tone.when == Every(
        (
            Negation(CriterionIn("acknowledged", ("ignored",))),
            FactBetween("wait", Fraction(3), Fraction(9)),
        )
    )


def test_the_fingerprints_are_stable_across_releases() -> None:
    """Whoever must change these literals breaks the comparison with every score that was stored."""
    rubric = coqs.Rubric.from_toml_text(FULL)
    assert (
        rubric.fingerprint.scoring
        == "sha256:55210b659e7f216e24bf1db0c61403f1c124a6cbd2a7193b860f8045bf0f8c5a"
    )
    assert (
        rubric.fingerprint.content
        == "sha256:e4d7180991bdb543e2450f422a18963c0af5aeb8b464d6e0465fd46b73028e5c"
    )


def test_left_out_parts_have_their_defaults() -> None:
    rubric = read()
    assert rubric.stages == coqs.STAGES
    assert (rubric.language, rubric.pass_mark, rubric.policy) == ("en", None, None)
    assert rubric.criteria[0].weight == 1


@pytest.mark.parametrize(
    ("written", "exact"), [("0.1", "1/10"), ("2", "2"), ('"10/3"', "10/3"), ('"1.5"', "3/2")]
)
def test_numbers_are_read_exactly(written: str, exact: str) -> None:
    assert read(criterion=GREETS + f"weight = {written}").criteria[0].weight == Fraction(exact)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "schema: must be 1, got nothing"),
        ("schema = 2", "schema: must be 1, got 2"),
        ("schema = = 1", "line 1, column"),
        (HEAD, "criteria: must have at least one criterion"),
        (HEAD + "pas_mark = 1" + GREETS, "pas_mark: must be a known key, got 'pas_mark'; did you mean 'pass_mark'?"),
        (HEAD + "pass_mark = 2" + GREETS, "pass_mark: must be a share from 0 to 1, got 2"),
        (HEAD + "pass_mark = nan" + GREETS, "pass_mark: must be a number"),
        (HEAD + "pass_mark = true" + GREETS, "pass_mark: must be a number"),
        (HEAD + 'pass_mark = "1/0"' + GREETS, "pass_mark: must be a number"),
        (HEAD + 'policy = "coq"' + GREETS, "policy: no policy 'coq'; did you mean 'coqs'?"),
        (HEAD + 'policy = { bonus = "outsid" }' + GREETS, "policy.bonus: must be a known value"),
        (HEAD + 'facts.x = "text"' + GREETS, "facts.x: must be a list of values"),
        (HEAD + "facts.greets = ['a']" + GREETS, "facts.greets: must not share its name with a criterion"),
        (HEAD + "facts.verdict = ['a']" + GREETS, "must not use the reserved name 'verdict'"),
        (HEAD + "facts.x = ['a|b']" + GREETS, "facts.x[0]: must be of 1 to 64 characters without |"),
        (HEAD + 'stages = [{ id = "overall" }]' + GREETS, "must not use the reserved name 'overall'"),
        (HEAD + 'stages = [{ id = "greeting", weight = -1 }]' + GREETS, "stages[0].weight: must be at least 0"),
        (HEAD + 'stages = [{ id = "greeting", weight = 0 }]' + GREETS, "criteria: must have a criterion with a weight"),
        (HEAD + GREETS + GREETS, "criteria[1]: must be unique, got 'greets' twice"),
        (HEAD + GREETS.replace("greeting", "greting"), "criteria[0].stage: must be a stage of the rubric, got 'greting'; did"),
        (HEAD + GREETS + 'applies_to = ["visitor"]', "applies_to[0]: must be a customer set, got 'visitor'; did you"),
        (HEAD + GREETS + "bonus = 1", "criteria[0].bonus: must be true or false, got 1"),
        (HEAD + GREETS + "bonus = true\nrecord_only = true", "criteria[0].bonus: must not stand with record_only"),
        (HEAD + GREETS + "options = []", "criteria[0]: must have either levels or options"),
        (HEAD + GREETS.replace('"no"', '"7"'), "levels[0].id: must be letters"),
        (HEAD + GREETS.replace('"no"', '"Failed"'), "levels[0].id: must not be the name of an absence"),
        (HEAD + GREETS.replace('"no"', '"yes"'), "levels[1].id: must be unique"),
        (HEAD + GREETS.replace("points = 0", "points = 1"), "levels: must not all earn the same points"),
        (HEAD + GREETS.replace('"below"', '"belov"'), "levels[0].is: must be below, meets or exceeds, got 'belov'; did"),
        (HEAD + GREETS + 'gate = { class = "ethics", on = ["no"] }', "gate.kind: must be unethical, illegal or immoral"),
        (HEAD + GREETS + 'gate = { class = "client", on = ["no"] }', "gate.class: must be an error class"),
        (HEAD + GREETS + 'gate = { class = "business", on = [] }', "gate.on: must name the levels"),
        (HEAD + GREETS + 'gate = { class = "business", on = ["nah"] }', "gate.on[0]: must be a level or option"),
        (HEAD + GREETS + 'when = { criterion = "greets", in = ["no"] }', "criteria[0].when: must not depend on itself, got greets -> greets"),
        (HEAD + GREETS + 'when = { criterion = "greet", in = ["no"] }', "when: must be a criterion of the rubric, got 'greet'; did"),
        (HEAD + GREETS + 'when = { fact = "x", in = ["no"] }', "when.fact: must be a declared fact, got 'x'"),
        (HEAD + GREETS + "when = { and = [] }", "when: must hold at least one condition"),
        (HEAD + GREETS + "when = { nto = {} }", "when: must have one of fact, criterion, not, and, or, got []; did you mean 'not'?"),
        (HEAD + GREETS + 'detect = { signal = "s", present = "maybe" }', "detect.present: must be a level, got 'maybe'"),
        (HEAD + GREETS + 'controlled_by = "nobody"', "controlled_by: must be one of those in the reference"),
        (HEAD + GREETS + "weight = -1", "weight: must be at least 0"),
        (HEAD + GREETS + "text_english = 'x'", "criteria[0].text_english: must be a known key"),
        ("[" * 5000, "must be TOML"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused_with_its_key_path(text: str, said: str) -> None:
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ("[{ id = 'a', below = 5, points = 0 }, { id = 'b', from = 6, points = 1 }]", "levels[1].from: must continue"),
        ("[{ id = 'a', below = 5, points = 0 }, { id = 'b', from = 5, below = 5, points = 1 }]", "levels[1]: must rise"),
        ("[{ id = 'a', below = 5, points = 0 }]", "levels: must hold 2 to 100 entries, got 1"),
    ],
)  # fmt: skip
def test_ranges_are_contiguous_and_rise(levels: str, said: str) -> None:
    text = HEAD + f'[[criteria]]\nid = "wait"\nstage = "greeting"\nlevels = {levels}\n'
    assert said in refusal(text)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("meets_at = 2", ".meets_at: must be a share from 0 to 1, got 2"),
        ("meets_at = 0.5\nexceeds_at = 0.5", ".exceeds_at: must lie above meets_at"),
        ("irreversible = true", ".meets_at: must be given where irreversible is true"),
    ],
)
def test_marks_of_several_choice_are_shares(more: str, said: str) -> None:
    options = 'options = [{ id = "map", points = 1 }, { id = "escort", points = 2 }]'
    assert said in refusal(HEAD + f'[[criteria]]\nid = "offered"\nstage = "greeting"\n{options}\n{more}\n')


def test_a_mark_on_options_that_cannot_earn_is_refused() -> None:
    options = 'options = [{ id = "rude", points = -1 }]\nrecord_only = true\nmeets_at = 0'
    said = refusal(HEAD + f'[[criteria]]\nid = "offered"\nstage = "greeting"\n{options}\n')
    assert "must have an option with points above 0" in said


def test_all_problems_are_told_at_once() -> None:
    said = refusal(HEAD + "pass_mark = 2\n" + GREETS + "weight = -1")
    assert "2 problems" in said
    assert "pass_mark" in said
    assert "criteria[0].weight" in said


def test_a_cycle_is_shown_round_trip() -> None:
    other = GREETS.replace('"greets"', '"b"') + 'when = { criterion = "greets", in = ["no"] }'
    said = refusal(HEAD + GREETS + 'when = { criterion = "b", in = ["no"] }' + other)
    assert "got greets -> b -> greets; break the cycle" in said


def test_a_long_chain_of_branches_is_put_in_order() -> None:
    links = "".join(
        GREETS.replace('"greets"', f'"c{k}"')
        + (f'when = {{ criterion = "c{k + 1}", in = ["no"] }}' if k < 1500 else "")
        for k in range(1501)
    )
    rubric = coqs.Rubric.from_toml_text(HEAD + links)
    assert rubric.asking_order[:2] == ("c1500", "c1499")


@pytest.mark.parametrize(
    "written", ["1e29", '"123456789012345678901234567890.5"', '"0.123456789/7000000000001"']
)
def test_a_number_with_many_digits_survives_its_file(written: str) -> None:
    rubric = read(criterion=GREETS + f"weight = {written}")
    assert coqs.Rubric.from_toml_text(rubric.to_toml()) == rubric


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    missing, latin = tmp_path / "none.toml", tmp_path / "latin.toml"
    latin.write_bytes("title = 'é'".encode("latin-1"))
    for source, said in [
        (missing, "none.toml: must be a readable file, got 'no such file or directory'"),
        (tmp_path, "must be a readable file"),
        (latin, "latin.toml: must be UTF-8, got another encoding at byte 9"),
        ("a\0b", "must be a path"),
    ]:
        with pytest.raises(coqs.RubricError) as caught:
            coqs.Rubric.from_toml(source)
        assert said in str(caught.value)


def test_a_file_is_read_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "door.toml"
    for encoding in ("utf-8", "utf-8-sig"):
        path.write_text(HEAD + GREETS, encoding=encoding)
        assert coqs.Rubric.from_toml(path) == read()


def test_what_is_not_there_is_answered_with_the_nearest() -> None:
    rubric = read()
    with pytest.raises(coqs.NotFoundError, match="did you mean 'greets'"):
        rubric.criterion("greet")
    with pytest.raises(coqs.NotFoundError, match="did you mean 'greeting'"):
        rubric.stage("greting")


def test_a_rubric_is_frozen_and_shows_its_shape() -> None:
    rubric = read()
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        rubric.version = "2"  # type: ignore[misc]
    assert repr(rubric).startswith("<Rubric 'door' version '1': 1 criteria, 5 stages, scoring sha256:")


def test_lint_finds_weaknesses_with_code_place_and_cure() -> None:
    found = {finding.code: finding for finding in read().lint()}
    assert found["R301"].severity == "error"
    assert found["R301"].place == "criteria[0].text"
    assert {"R101", "R103", "R104", "R106", "R301", "R303"} <= set(found)
    assert all(finding.cure for finding in found.values())


def test_a_policy_is_data_and_refuses_what_it_does_not_know() -> None:
    assert coqs.Policy.named("coqs") == coqs.Policy()
    assert coqs.Policy.from_mapping({"bonus": "inside"}).name == "custom"
    with pytest.raises(coqs.PolicyError, match="did you mean 'outside'"):
        coqs.Policy(bonus="outsid")
    with pytest.raises(coqs.PolicyError, match="did you mean 'bonus'"):
        coqs.Policy.from_mapping({"bonas": "inside"})
    with pytest.raises(coqs.NotFoundError, match="no policy 'amazon'"):
        coqs.Policy.named("amazon")


def test_a_rubric_of_lists_cannot_be_changed_from_outside() -> None:
    criteria = list(read().criteria)
    rubric = coqs.Rubric(id="door", version="1", criteria=criteria, stages=list(coqs.STAGES))
    criteria.clear()
    assert rubric == read()
    assert hash(rubric) == hash(read())
