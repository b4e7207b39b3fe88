"""What two versions of a rubric say differently, by stable ids."""

from __future__ import annotations

import json
import pickle
from fractions import Fraction

import attrs
import pytest

import coqs

OLD = """
schema = 1
id = "desk"
version = "1"
pass_mark = "1/2"
facts.situation = ["calm", "angry"]
facts.wait = "number"
sets.client = "the company"
stages = [{ id = "greeting", weight = 1 }, { id = "responding", weight = 3, pass_mark = 0.5 }]
[[criteria]]
id = "greets"
stage = "greeting"
text = "Says helo"
levels = [{ id = "no", points = 0, is = "below" }, { id = "yes", points = 1, is = "meets", text = "Hello" }]
[[criteria]]
id = "tone"
stage = "responding"
levels = [{ id = "soft" }, { id = "firm" }]
ideal = { fact = "situation", best = { calm = "soft", angry = "firm" }, points = [1, 0] }
[[criteria]]
id = "found"
stage = "responding"
meets_at = "2/3"
options = [{ id = "name", points = 1 }, { id = "order", points = 2 }]
[[criteria]]
id = "lawful"
stage = "responding"
when = { criterion = "greets", in = ["yes", "no"] }
gate = { class = "compliance", on = ["no"] }
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
"""


def rubric(*edits: tuple[str, str]) -> coqs.Rubric:
    text = OLD
    for before, after in edits:
        assert before in text
        text = text.replace(before, after, 1)
    return coqs.Rubric.from_toml_text(text)


def only_change(*edits: tuple[str, str]) -> tuple[object, ...]:
    """Return the one change that edits make of the old rubric."""
    (change,) = rubric().diff(rubric(*edits)).changes
    return change.kind, change.path, change.old, change.new, change.scoring


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('version = "1"', 'version = "2"', ("reissued", "version", "1", "2", False)),
        ('pass_mark = "1/2"', 'pass_mark = "2/3"', ("remarked", "pass_mark", "0.5", "2/3", True)),
        ("weight = 3,", "weight = 2.5,", ("reweighted", "stages.responding.weight", 3, "2.5", True)),
        ("pass_mark = 0.5", "pass_mark = 1", ("remarked", "stages.responding.pass_mark", "0.5", 1, True)),
        ('"greeting", weight = 1', '"greeting", text = "Hi", weight = 1',
         ("reworded", "stages.greeting.text", None, "Hi", False)),
        ('"the company"', '"the firm"', ("reworded", "sets.client.text", "the company", "the firm", False)),
        ("helo", "hello", ("reworded", "criteria.greets.text", "Says helo", "Says hello", False)),
        ('"Says helo"', '"Says helo"\ntext_es = "Saluda"',
         ("reworded", "criteria.greets.text_es", None, "Saluda", False)),
        ('text = "Hello"', 'text = "Hi"',
         ("reworded", "criteria.greets.levels.yes.text", "Hello", "Hi", False)),
        ('text = "Says helo"', 'text = "Says helo"\nweight = 2',
         ("reweighted", "criteria.greets.weight", 1, 2, True)),
        ('points = 1, is = "meets"', 'points = 5, is = "meets"',
         ("rescaled", "criteria.greets.levels.yes.points", 1, 5, True)),
        ('is = "meets"', 'is = "exceeds"',
         ("rescaled", "criteria.greets.levels.yes.is", "meets", "exceeds", True)),
        ('levels = [{ id = "no", points = 0, is = "below" },',
         'levels = [{ id = "no", points = 0, is = "below" }, { id = "nod", points = 0.5 },',
         ("rescaled", "criteria.greets.levels.nod", None, '{"id": "nod", "points": "0.5"}', True)),
        ('[{ id = "name", points = 1 }, { id = "order", points = 2 }]',
         '[{ id = "order", points = 2 }, { id = "name", points = 1 }]',
         ("rescaled", "criteria.found.options", ("name", "order"), ("order", "name"), True)),
        ('meets_at = "2/3"', "", ("rescaled", "criteria.found.meets_at", "2/3", None, True)),
        ('options = [{ id = "name", points = 1 }, { id = "order", points = 2 }]\n', "", None),
        ('id = "found"\nstage = "responding"', 'id = "found"\nstage = "greeting"',
         ("moved", "criteria.found.stage", "responding", "greeting", True)),
        ('"compliance"', '"business"', ("regated", "criteria.lawful.gate",
         '{"class": "compliance", "on": ["no"]}', '{"class": "business", "on": ["no"]}', True)),
        ('in = ["yes", "no"]', 'in = ["yes"]', ("rebranched", "criteria.lawful.when",
         '{"criterion": "greets", "in": ["yes", "no"]}', '{"criterion": "greets", "in": ["yes"]}', True)),
        ('in = ["yes", "no"]', 'in = ["no", "yes"]', ("rebranched", "criteria.lawful.when",
         '{"criterion": "greets", "in": ["yes", "no"]}',
         '{"criterion": "greets", "in": ["no", "yes"]}', False)),
        ('text = "Says helo"', 'text = "Says helo"\nirreversible = true',
         ("remoded", "criteria.greets.irreversible", None, True, True)),
        ("points = [1, 0]", "points = [2, 0]", ("reaimed", "criteria.tone.ideal",
         '{"fact": "situation", "best": {"calm": "soft", "angry": "firm"}, "points": [1, 0]}',
         '{"fact": "situation", "best": {"calm": "soft", "angry": "firm"}, "points": [2, 0]}', True)),
        ('text = "Says helo"', 'text = "Says helo"\ncontrolled_by = "team"',
         ("reassigned", "criteria.greets.controlled_by", "person", "team", False)),
        ('text = "Says helo"', 'text = "Says helo"\ndetect = { signal = "greeting", present = "yes" }',
         ("redetected", "criteria.greets.detect", None, '{"signal": "greeting", "present": "yes"}', False)),
        ('facts.wait = "number"', 'facts.wait = "boolean"',
         ("redeclared", "facts.wait", "number", "boolean", False)),
        ('facts.wait = "number"\n', "", ("removed", "facts.wait", "number", None, False)),
        ('pass_mark = "1/2"', 'pass_mark = "1/2"\npolicy = "coqs"',
         ("repoliced", "policy", None, "coqs", False)),
        ('pass_mark = "1/2"',
         'pass_mark = "1/2"\nbands = [{ id = "poor" }, { id = "good", from = 0.5 }]',
         ("rebanded", "bands", (), '[{"id": "poor"}, {"id": "good", "from": "0.5"}]', True)),
    ],
)  # fmt: skip
def test_each_kind_of_change_is_told_with_its_place_and_both_values(
    before: str, after: str, expected: tuple[object, ...] | None
) -> None:
    if expected is None:  # another kind of scale
        levels = 'levels = [{ id = "name", points = 0 }, { id = "order", points = 1 }]\n'
        found = rubric().diff(rubric((before, levels), ('meets_at = "2/3"', "")))
        (change,) = found.changes
        assert (change.path, change.old, change.new) == ("criteria.found.scale", "several choice", "levels")
    else:
        assert only_change((before, after)) == expected


def test_criteria_that_come_and_go_are_told_by_their_ids() -> None:
    added = '[[criteria]]\nid = "thanks"\nstage = "greeting"\ntext = "Thanks"\n'
    added += 'levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]\n[[criteria]]\nid = "tone"'
    old, new = rubric(), rubric(('[[criteria]]\nid = "tone"', added))
    assert (old.diff(new).added, old.diff(new).removed) == (("thanks",), ())
    assert (new.diff(old).added, new.diff(old).removed) == ((), ("thanks",))
    (change,) = old.diff(new).changes
    assert (change.path, change.old, change.new) == ("criteria.thanks", None, "Thanks")


def test_a_policy_is_told_choice_by_choice() -> None:
    policy = '[policy]\nname = "ours"\nnot_applicable = "zero"\n[[criteria]]\nid = "greets"'
    found = rubric().diff(rubric(('[[criteria]]\nid = "greets"', policy))).of_kind("repoliced")
    assert [(each.path, each.old, each.new, each.scoring) for each in found] == [
        ("policy.not_applicable", "drop_proportional", "zero", True),
        ("policy.name", "coqs", "ours", False),
    ]


def test_shares_of_the_score_are_told_before_and_after() -> None:
    found = rubric().diff(rubric(("weight = 3,", "weight = 1,")))
    assert found.shares() == {
        "greets": (Fraction(1, 4), Fraction(1, 2)),
        **dict.fromkeys(("tone", "found", "lawful"), (Fraction(1, 4), Fraction(1, 6))),
    }


def test_scores_that_are_no_sums_of_shares_have_no_shares() -> None:
    policy = '[policy]\ncombine = "deduction"\nbaseline = 10\n[[criteria]]\nid = "greets"'
    found = rubric().diff(rubric(('[[criteria]]\nid = "greets"', policy)))
    assert found.shares()["greets"] == (Fraction(1, 4), None)


def test_it_prints_what_can_change_a_number_first() -> None:
    edits = ("helo", "hello"), ('version = "1"', 'version = "2"'), ("weight = 3,", "weight = 1,")
    assert str(rubric().diff(rubric(*edits))).splitlines() == [
        "rubric desk 1 -> desk 2",
        "can change a number: 1",
        "  reweighted  stages.responding.weight: 3 -> 1",
        "changes no number: 2",
        "  reissued    version: 1 -> 2",
        "  reworded    criteria.greets.text: Says helo -> Says hello",
        "share of the overall score, where everything is asked",
        "  greets   25.0% ->  50.0%",
        "  tone     25.0% ->  16.7%",
        "  found    25.0% ->  16.7%",
        "  lawful   25.0% ->  16.7%",
    ]


def test_nothing_changed_is_said_and_is_false() -> None:
    found = rubric().diff(rubric())
    assert not found
    assert str(found).splitlines() == ["rubric desk 1 -> desk 1", "nothing changed"]


def test_it_travels_and_becomes_json() -> None:
    found = rubric().diff(rubric(("helo", "hello"), ("weight = 3,", "weight = 1,")))
    assert pickle.loads(pickle.dumps(found)) == found
    told = json.loads(json.dumps(found.to_dict()))
    assert told["is_scoring"] is True
    assert told["changes"][0]["path"] == "stages.responding.weight"
    assert told["shares"]["greets"]["new"] == {"exact": "1/2", "value": 0.5}
    assert "<pre>rubric desk" in found._repr_html_()


def test_an_unknown_kind_is_answered_with_the_nearest() -> None:
    with pytest.raises(coqs.NotFoundError, match=r"did you mean 'reworded'\?"):
        rubric().diff(rubric()).of_kind("rewordet")


def test_a_rubric_made_of_parts_is_compared_as_one_from_a_file() -> None:
    old = rubric()
    heavier = tuple(attrs.evolve(each, weight=each.weight * 2) for each in old.criteria)
    assert old.diff(attrs.evolve(old, criteria=heavier)).reweighted == old.criterion_ids
