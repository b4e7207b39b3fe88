"""Loaded plugins: their rubrics, their raters, and what becomes of a failure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

import coqs

SECRET = "my card number is 4000"
FILE = Path(__file__).parent / "banking" / "coqs_banking" / "rubric.toml"
RUBRIC = coqs.Rubric.from_toml(FILE)
BATCH = coqs.Interactions.from_records([{"id": "I-1", "turns": []}])
Install = Callable[..., None]


class Rater:
    """Abstains on everything, and counts how often it was asked."""

    asked = 0

    @coqs.hookimpl
    def coqs_rate(self) -> None:
        self.asked += 1


class Raises:
    """Raises what it is given."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    @coqs.hookimpl
    def coqs_rate(self) -> None:
        raise self.error


class RaisesAtOnce(Raises):
    """Raises while it gives its rubrics, too."""

    @coqs.hookimpl
    def coqs_rubrics(self) -> list[coqs.Rubric]:
        raise self.error


class Offers:
    """Offers rubrics of the given ids, and rates nothing."""

    def __init__(self, *ids: str) -> None:
        self.ids = ids

    @coqs.hookimpl
    def coqs_rubrics(self) -> list[coqs.Rubric]:
        return [attrs.evolve(RUBRIC, id=id) for id in self.ids]


def offering(*ids: str) -> str:
    """Write a module that offers rubrics of the given ids."""
    return (
        "import attrs, coqs\n@coqs.hookimpl\ndef coqs_rubrics():\n"
        f"    rubric = coqs.Rubric.from_toml({str(FILE)!r})\n"
        f"    return [attrs.evolve(rubric, id=id) for id in {ids!r}]\n"
    )


def load(*, strict: bool = False, **plugins: object) -> coqs.Plugins:
    return coqs.load_plugins(only=[], plugins=plugins, strict=strict)


def reason(plugins: coqs.Plugins, name: str) -> str:
    return next(info.reason for info in plugins.listing() if info.name == name)


def test_a_clash_of_rubric_ids_names_both_distributions_and_spares_the_rest(
    install: Install,
) -> None:
    rater = "@coqs.hookimpl\ndef coqs_rate(): ...\n"
    install("coqs-one", {"one": "plugin_one"}, plugin_one=offering("security", "door"))
    install("coqs-two", {"two": "plugin_two"}, "2.0", plugin_two=offering("security", "gate") + rater)
    plugins = coqs.load_plugins(only=["one", "two"])
    with pytest.raises(
        coqs.PluginContractError, match=r"'one' \(coqs-one 1\.0\) and 'two' \(coqs-two 2\.0\)"
    ):
        plugins.rubric("security")
    assert list(plugins.rubrics()) == ["door", "gate"]
    assert plugins.raters() == ("two",)
    assert [info.state for info in plugins.listing() if info.distribution in ("coqs-one", "coqs-two")] == [
        "conflict"
    ] * 2
    assert "'security' is also offered by 'two' (coqs-two 2.0)" in reason(plugins, "one")
    with pytest.raises(coqs.PluginContractError, match=r"coqs-one 1\.0.*coqs-two 2\.0"):
        coqs.load_plugins(only=["one", "two"], strict=True)


def test_a_rubric_of_an_installed_plugin_carries_its_distribution_and_version(
    install: Install,
) -> None:
    install("coqs-one", {"one": "plugin_one"}, version="3.2", plugin_one=offering("door"))
    origin = coqs.load_plugins(only=["one"]).rubric("door").origin
    assert origin is not None
    assert (origin.plugin, origin.distribution, origin.version) == ("one", "coqs-one", "3.2")


def test_an_unknown_rubric_is_answered_with_the_nearest_and_with_who_is_missing(
    install: Install,
) -> None:
    install("coqs-bad", {"bad": "bad_plugin"}, bad_plugin="1 +")
    plugins = coqs.load_plugins(
        only=["bad"], plugins={"a": Offers("security"), "b": RaisesAtOnce(ValueError(SECRET))}
    )
    with pytest.raises(coqs.NotFoundError, match="did you mean 'security'") as caught:
        plugins.rubric("secrity")
    assert caught.value.available == ("security",)
    assert "b had a problem, bad failed" in str(caught.value)


def test_a_plugin_that_raises_while_it_gives_rubrics_stays_loaded_with_a_problem() -> None:
    plugins = load(a=Offers("door"), b=RaisesAtOnce(ValueError(SECRET)))
    assert plugins.problems == (coqs.Problem("b", "coqs_rubrics", "ValueError"),)
    assert (list(plugins.rubrics()), plugins.raters()) == (["door"], ("b",))
    assert reason(plugins, "b").startswith("coqs_rubrics must not raise, got ValueError at line")
    with pytest.raises(coqs.PluginCallError) as caught:
        load(b=RaisesAtOnce(ValueError(SECRET)), strict=True)
    assert isinstance(caught.value.__cause__, ValueError), "no data was seen, so its author may see why"


@pytest.mark.parametrize("error", [ValueError(SECRET), SystemExit(SECRET), RecursionError(SECRET)])
def test_the_message_of_a_raters_exception_is_nowhere_to_be_seen(error: BaseException) -> None:
    plugins = load(b=Raises(error))
    assert SECRET not in repr(plugins.rate(BATCH, RUBRIC, raters=["b"]))
    strict = load(b=Raises(error), strict=True)
    with pytest.raises(coqs.PluginCallError, match=f"got {type(error).__name__} at line") as caught:
        strict.rate(BATCH, RUBRIC, raters=["b"])
    assert (caught.value.plugin, caught.value.hook) == ("b", "coqs_rate")
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_an_unknown_rater_is_answered_with_the_nearest_before_anyone_is_asked() -> None:
    phrases = Rater()
    plugins = load(phrases=phrases, counter=Offers("counter"))
    with pytest.raises(coqs.NotFoundError, match="no rater 'phrase'; did you mean 'phrases'"):
        plugins.rate(BATCH, RUBRIC, raters=["phrases", "phrase"])
    assert phrases.asked == 0


def test_asking_a_plugin_that_cannot_rate_says_why(install: Install) -> None:
    install("coqs-bad", {"bad": "bad_plugin"}, bad_plugin="1 +")
    plugins = coqs.load_plugins(only=["bad"], plugins={"counter": Offers("counter")})
    with pytest.raises(coqs.NotFoundError, match="'counter' does not implement coqs_rate"):
        plugins.rate(BATCH, RUBRIC, raters=["counter"])
    with pytest.raises(coqs.NotFoundError, match=r"'bad' is not loaded \(failed\)"):
        plugins.rate(BATCH, RUBRIC, raters=["bad"])


@pytest.mark.parametrize(
    ("raters", "asked"), [([], []), ("a", ["a"]), (["a", "a"], ["a"]), (iter("ba"), ["b", "a"])]
)
def test_each_rater_is_asked_once(raters: object, asked: list[str]) -> None:
    answers = load(a=Rater(), b=Rater()).rate(BATCH, RUBRIC, raters=raters)  # type: ignore[arg-type]
    assert [answer.plugin for answer in answers] == asked


def test_an_interrupt_is_not_swallowed() -> None:
    with pytest.raises(KeyboardInterrupt):
        load(a=RaisesAtOnce(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        load(a=Raises(KeyboardInterrupt())).rate(BATCH, RUBRIC, raters=["a"])


def test_loaded_plugins_are_frozen() -> None:
    plugins = load(a=Offers("r"))
    with pytest.raises(AttributeError):
        plugins.problems = ()  # type: ignore[misc]
    with pytest.raises(TypeError):
        plugins.rubrics()["other"] = RUBRIC  # type: ignore[index]
    assert list(plugins.rubrics()) == ["r"]
