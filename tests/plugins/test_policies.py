"""Policies of plugins stand beside the built-in ones, under names of their own."""

from __future__ import annotations

import pickle

import pytest

import coqs

HOUSE = coqs.Policy(name="house", combine="stage_points", about={"text": "Our house"})


class Brings:
    """A plugin that returns what it is given."""

    def __init__(self, returned: object) -> None:
        self.returned = returned

    @coqs.hookimpl
    def coqs_policies(self) -> object:
        return self.returned


def load(**plugins: object) -> coqs.Plugins:
    return coqs.load_plugins(only=[], plugins=plugins)


def test_coqs_policies_marks_each_with_where_it_came_from() -> None:
    policy = load(brings=Brings([HOUSE])).policy("house")
    assert policy == HOUSE
    assert policy.origin is not None
    assert (policy.origin.plugin, policy.origin.distribution) == ("brings", None)
    assert pickle.loads(pickle.dumps(policy)).origin == policy.origin


def test_built_in_policies_are_there_without_any_plugin() -> None:
    plugins = load()
    assert tuple(plugins.policies()) == coqs.Policy.names()
    assert plugins.policy("moodle") == coqs.Policy.named("moodle")
    with pytest.raises(coqs.NotFoundError, match="did you mean 'moodle'"):
        plugins.policy("moodel")


@pytest.mark.parametrize(
    ("returned", "got"),
    [
        (None, "got None"),
        ([HOUSE, "house"], "got str at position 1"),
        ([HOUSE, HOUSE], "got 'house' twice"),
        ([coqs.Policy()], "got 'coqs', which is built in"),
        ([coqs.Policy.named("moodle")], "got 'moodle', which is built in"),
    ],
)
def test_coqs_policies_returns_a_list_of_policies_with_names_of_their_own(returned: object, got: str) -> None:
    plugins = load(odd=Brings(returned), brings=Brings([HOUSE]))
    assert plugins.problems == (coqs.Problem("odd", "coqs_policies", "PluginContractError"),)
    assert [got in info.reason for info in plugins.listing() if info.name == "odd"] == [True]
    assert plugins.policy("house") == HOUSE


def test_coqs_policies_of_one_name_from_two_plugins_is_an_error_that_names_both() -> None:
    plugins = load(one=Brings([HOUSE]), two=Brings([HOUSE]))
    assert "house" not in plugins.policies()
    with pytest.raises(
        coqs.PluginContractError, match=r"policy 'house': must come from one plugin"
    ) as caught:
        plugins.policy("house")
    assert caught.value.hook == "coqs_policies"
