"""What pluggy lets pass, and what the manager does about it.

The first part has a test for each row of the table in the house rules; facts that differ between
releases of pluggy are pinned by what the manager does, which must not differ.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import coqs

BATCH = coqs.Interactions.from_records([])
RUBRIC = coqs.Rubric.from_toml(Path(__file__).parent / "banking" / "coqs_banking" / "rubric.toml")


def plugin(name: str, arguments: str = "", **options: object) -> object:
    """Make a plugin of one function that takes these arguments, marked as an author would mark it."""
    holder = type("Holder", (), {})()
    setattr(holder, name, coqs.hookimpl(**options)(eval(f"lambda {arguments}: None")))
    return holder


def load(**plugins: object) -> coqs.Plugins:
    return coqs.load_plugins(only=[], plugins=plugins)


def refusal(mine: object) -> coqs.PluginContractError:
    with pytest.raises(coqs.PluginContractError, match=r"^plugin 'mine': ") as caught:
        load(mine=mine)
    assert caught.value.plugin == "mine"
    return caught.value


class Rater:
    """Abstains on everything."""

    @coqs.hookimpl
    def coqs_rate(self) -> None: ...


def test_a_misspelt_hook_is_refused_with_the_plugin_and_the_nearest_hook() -> None:
    assert "coqs_rubric must be a hook" in str(refusal(plugin("coqs_rubric")))
    assert str(refusal(plugin("coqs_rubric"))).endswith("did you mean 'coqs_rubrics'?")


def test_a_wrong_argument_is_refused_with_the_nearest_one() -> None:
    error = refusal(plugin("coqs_rate", "rubrik"))
    assert error.hook == "coqs_rate"
    assert "must ask only for interactions, rubric, got 'rubrik'; did you mean 'rubric'?" in str(error)


def test_a_wrong_argument_leaves_nothing_of_the_plugin_registered(install: Callable[..., None]) -> None:
    good = "import coqs\n@coqs.hookimpl\ndef coqs_rate(interactions): ...\n"
    bad = "@coqs.hookimpl\ndef coqs_rubrics(interactions): ...\n"
    install("coqs-half", {"half": "half_plugin"}, half_plugin=good + bad)
    plugins = coqs.load_plugins(only=["half"])
    (info,) = [each for each in plugins.listing() if each.name == "half"]
    assert (info.state, info.hooks, plugins.raters()) == ("failed", (), ())
    assert info.reason == "coqs_rubrics must ask for no arguments, got 'interactions'; leave it out"


def test_one_implementation_that_raises_does_not_lose_the_results_of_the_others() -> None:
    class Raises:
        @coqs.hookimpl
        def coqs_rate(self) -> None:
            raise ValueError

    plugins = load(a=Rater(), b=Raises(), c=Rater())
    answers = plugins.rate(BATCH, RUBRIC, raters=["a", "b", "c"])
    problem = coqs.Problem("b", "coqs_rate", "ValueError")
    assert [answer.problem for answer in answers] == [None, problem, None]


def test_answers_carry_the_name_of_the_plugin_in_the_order_asked() -> None:
    plugins = load(a=Rater(), b=Rater(), c=Rater())
    answers = plugins.rate(BATCH, RUBRIC, raters=["c", "a", "b"])
    assert [answer.plugin for answer in answers] == ["c", "a", "b"]


def test_plugins_are_asked_for_rubrics_in_the_order_of_their_names() -> None:
    asked: list[str] = []

    class Notes:
        def __init__(self, name: str) -> None:
            self.name = name

        @coqs.hookimpl
        def coqs_rubrics(self) -> list[coqs.Rubric]:
            asked.append(self.name)
            return []

    load(c=Notes("c"), a=Notes("a"), b=Notes("b"))
    assert asked == ["a", "b", "c"]


def test_a_call_cannot_miss_an_argument() -> None:
    with pytest.raises(TypeError, match="rubric"):
        load(a=Rater()).rate(BATCH, raters=["a"])  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["", "  ", None, 5])
def test_a_plugin_must_be_given_under_a_name(name: object) -> None:
    with pytest.raises(coqs.PluginContractError, match="under a name"):
        coqs.load_plugins(only=[], plugins={name: Rater()})  # type: ignore[dict-item]


def test_nothing_that_a_user_sees_is_in_the_order_of_a_set() -> None:
    names = [f"p{number:02}" for number in range(20)]
    for order in (names, names[::-1]):
        plugins = load(**{name: Rater() for name in order})
        assert list(plugins.raters()) == names
        assert [info.name for info in plugins.listing() if info.state == "loaded"] == names
        assert repr(plugins).index("p00 loaded") < repr(plugins).index("p19 loaded")


@pytest.mark.parametrize("option", ["wrapper", "hookwrapper"])
def test_a_wrapper_is_refused(option: str) -> None:
    assert "must be an ordinary implementation, got a wrapper" in str(
        refusal(plugin("coqs_rate", **{option: True}))
    )


# More that pluggy lets pass


@pytest.mark.parametrize("arguments", ["interactions, rubrik=None", "rubric, threshold=0.5"])
def test_an_argument_with_a_default_is_no_way_around_the_check(arguments: str) -> None:
    assert "must ask only for" in str(refusal(plugin("coqs_rate", arguments)))


@pytest.mark.parametrize("arguments", ["*interactions", "**arguments", "rubric, /"])
def test_an_implementation_takes_its_arguments_by_name(arguments: str) -> None:
    assert "must take arguments by name" in str(refusal(plugin("coqs_rate", arguments)))


def test_an_implementation_is_an_ordinary_function() -> None:
    class Yields:
        @coqs.hookimpl
        def coqs_rate(self):
            yield

    class Waits:
        @coqs.hookimpl
        async def coqs_rate(self) -> None: ...

    assert "got a generator" in str(refusal(Yields()))
    assert "got an async one" in str(refusal(Waits()))


def test_a_hook_without_the_mark_is_refused() -> None:
    class Unmarked:
        def coqs_rate(self) -> None: ...

    assert "coqs_rate must be marked, got no mark; add @coqs.hookimpl" in str(refusal(Unmarked()))


@pytest.mark.parametrize("nothing", [object(), sys, "coqs_banking"])
def test_a_plugin_without_a_hook_is_refused(nothing: object) -> None:
    assert "must implement a hook, got none" in str(refusal(nothing))


def test_none_is_no_plugin() -> None:
    assert "must be a module or an object, got None" in str(refusal(None))


def test_a_class_is_no_plugin_but_its_instance_is() -> None:
    class Needs:
        @coqs.hookimpl
        def coqs_rate(self, interactions: object) -> None: ...

    assert "offer an instance" in str(refusal(Needs))
    assert load(mine=Needs()).raters() == ("mine",)


def test_a_hook_is_implemented_once_in_a_plugin() -> None:
    class Twice(Rater):
        @coqs.hookimpl(specname="coqs_rate")
        def again(self) -> None: ...

    assert "coqs_rate must be implemented once, got two functions" in str(refusal(Twice()))


def test_a_function_of_another_name_may_implement_a_hook() -> None:
    assert load(mine=plugin("judge", specname="coqs_rate")).raters() == ("mine",)


def test_a_hook_of_a_later_coqs_may_be_optional() -> None:
    plugins = load(mine=plugin("coqs_prophesy", "stars", optionalhook=True))
    (info,) = [each for each in plugins.listing() if each.name == "mine"]
    assert (info.state, info.hooks) == ("loaded", ())


def test_one_object_is_one_plugin() -> None:
    mine = Rater()
    with pytest.raises(coqs.PluginContractError, match="must be offered once, got what plugin 'a' is"):
        load(a=mine, b=mine)


def test_plugins_that_cannot_be_compared_are_two() -> None:
    class Prickly(Rater):
        def __eq__(self, other: object) -> bool:
            raise ValueError

        __hash__ = None  # type: ignore[assignment]

    assert load(a=Prickly(), b=Prickly(), c=Rater()).raters() == ("a", "b", "c")


def test_a_plugin_that_raises_while_it_is_looked_over_is_refused_without_its_words() -> None:
    class Hides:
        def __dir__(self) -> list[str]:
            raise RuntimeError("my card number is 4000")

    with pytest.raises(coqs.PluginLoadError, match=r"registering it must not raise, got RuntimeError$"):
        load(mine=Hides())
