"""The choices of other systems are values like any other policy, and keep their names to themselves."""

from __future__ import annotations

import pickle
from pathlib import Path

import attrs
import pytest

import coqs

PRESETS = coqs.Policy.names()[1:]
ONE = """
schema = 1
id = "door"
version = "1"
[[criteria]]
id = "greets"
stage = "greeting"
levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
"""
GATES = "".join(
    ONE.partition("version")[2].partition("\n")[2].replace("greets", f"of_{each}")
    + f'gate = {{ class = "{each}", on = ["no"] }}\n'
    for each in ("customer", "business", "compliance")
)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_whose_it_is_where_it_is_stated_and_what_is_assumed(name: str) -> None:
    about = coqs.Policy.named(name).about
    assert about is not None
    assert about.text
    assert about.sources
    assert {choice for choice, _ in about.assumed} <= set(coqs.Policy().choices())


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_travels_by_mapping_pickle_and_rubric_file(name: str) -> None:
    policy = coqs.Policy.named(name)
    assert coqs.Policy.from_mapping(policy.to_mapping()) == policy
    assert coqs.Policy.from_mapping(policy.to_mapping()).about == policy.about
    assert pickle.loads(pickle.dumps(policy)) == policy
    rubric = attrs.evolve(coqs.Rubric.from_toml_text(ONE + GATES), policy=policy)
    assert f'policy = "{name}"' in rubric.to_toml()
    again = coqs.Rubric.from_toml_text(rubric.to_toml())
    assert (again.policy, again.fingerprint) == (policy, rubric.fingerprint)


def test_no_two_presets_of_different_systems_are_told_apart_by_words_alone() -> None:
    """Where two systems count alike, their assumptions still differ; within one system choices must."""
    families: dict[str, list[coqs.Policy]] = {}
    for name in PRESETS:
        families.setdefault(name.partition("-")[0], []).append(coqs.Policy.named(name))
    for family in families.values():
        assert len({tuple(each.choices().items()) for each in family}) == len(family)


def test_what_is_changed_says_so_and_what_is_spelt_out_the_same_keeps_the_name() -> None:
    zendesk = coqs.Policy.named("zendesk-qa")
    assert attrs.evolve(zendesk, rounding="half_up", rounding_digits=2).name == "zendesk-qa, changed"
    assert coqs.Policy(name="zendesk-qa").name == "zendesk-qa, changed"
    rounded = attrs.evolve(zendesk, rounding="half_up", rounding_digits=2)
    assert [choice for choice, _ in rounded.about.assumed] == [
        "gate_trigger"
    ]  # what is chosen is not assumed
    spelt = {key: value for key, value in zendesk.to_mapping().items() if key != "about"}
    assert coqs.Policy.from_mapping(spelt).name == "zendesk-qa"


def test_what_is_known_of_a_policy_changes_no_fingerprint_of_scoring() -> None:
    ours = coqs.Policy(name="ours", combine="pooled_points")
    told = attrs.evolve(ours, about={"text": "Our old sheet", "assumed": {"rounding": "none was seen"}})
    assert told == ours
    one, two = (
        attrs.evolve(coqs.Rubric.from_toml_text(ONE), policy=each).fingerprint for each in (ours, told)
    )
    assert one.scoring == two.scoring
    assert one.content != two.content


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"texts": "x"}, r"policy\.about\.texts: must be a known key, got 'texts'; did you mean 'text'"),
        ({"assumed": {"rounding": 3}}, r"policy\.about\.assumed\.rounding: must be a text, got 3"),
        ({"sources": "x"}, r"policy\.about\.sources: must be a list"),
        (3, r"policy\.about: must be a table, got 3"),
    ],
)
def test_what_does_not_belong_there_is_refused(about: object, message: str) -> None:
    with pytest.raises(coqs.PolicyError, match=message) as caught:
        coqs.Policy(name="ours", about=about)
    assert caught.value.choice == "about"


def test_a_policy_is_read_from_a_file_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "house.toml"
    path.write_text('name = "house"\ngate_effect = "cap"\ngate_cap = 0.1\n', encoding="utf-8")
    assert coqs.Policy.from_toml(path) == coqs.Policy(name="house", gate_effect="cap", gate_cap="1/10")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = \n", r"house\.toml: line 1, column \d+: must be TOML"),
        ('combine = "pooled"', r"house\.toml: policy\.combine: must be a known value, got 'pooled'"),
        ("combin = 1", r"house\.toml: policy\.combin: must be a known choice; did you mean 'combine'"),
        (None, r"house\.toml: must be a readable file"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, text: str | None, message: str) -> None:
    path = tmp_path / "house.toml"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(coqs.PolicyError, match=message):
        coqs.Policy.from_toml(path)
