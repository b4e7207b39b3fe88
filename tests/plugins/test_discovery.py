"""What is installed, what is wanted of it, and the states that a plugin can be in."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import coqs

SECRET = "my card number is 4000"
RATER = "import coqs\n@coqs.hookimpl\ndef coqs_rate(interactions): ...\n"
LOUD = "raise SystemExit('imported')"
Install = Callable[..., None]


class Rater:
    """Abstains on everything."""

    @coqs.hookimpl
    def coqs_rate(self) -> None: ...


def states(listing: Iterable[coqs.PluginInfo], *names: str) -> dict[tuple[str, str], str]:
    return {(info.name, info.distribution): info.state for info in listing if info.name in names}


def reason(plugins: coqs.Plugins, name: str) -> str:
    return next(info.reason for info in plugins.listing() if info.name == name)


def test_listing_imports_nothing(install: Install) -> None:
    install("coqs-loud", {"loud": "loud_plugin"}, version="2.1", loud_plugin=LOUD)
    (info,) = [each for each in coqs.list_plugins() if each.name == "loud"]
    assert info == coqs.PluginInfo("loud", "coqs-loud", "2.1", "available", (), "")
    assert "loud_plugin" not in sys.modules


def test_an_installed_plugin_is_loaded_with_its_distribution_version_and_hooks(
    install: Install,
) -> None:
    install("coqs-shop", {"shop": "shop_plugin"}, version="2.1", shop_plugin=RATER)
    plugins = coqs.load_plugins(only=["shop"])
    info = next(each for each in plugins.listing() if each.name == "shop")
    assert info == coqs.PluginInfo("shop", "coqs-shop", "2.1", "loaded", ("coqs_rate",), "")
    assert "shop loaded" in repr(plugins)


@pytest.mark.parametrize(
    "choice", [{"block": ["loud"]}, {"block": "loud"}, {"only": ["shop"]}, {"only": "shop"}]
)
def test_a_plugin_that_is_not_wanted_is_disabled_and_not_imported(
    choice: dict[str, list[str] | str], install: Install
) -> None:
    install("coqs-loud", {"loud": "loud_plugin"}, loud_plugin=LOUD)
    install("coqs-shop", {"shop": "shop_plugin"}, shop_plugin=RATER)
    plugins = coqs.load_plugins(**choice)  # type: ignore[arg-type]
    assert states(plugins.listing(), "loud", "shop") == {
        ("loud", "coqs-loud"): "disabled",
        ("shop", "coqs-shop"): "loaded",
    }
    assert "loud_plugin" not in sys.modules
    assert reason(plugins, "loud") in ("blocked", "not among those asked for")


def test_blocking_is_stronger_than_asking(install: Install) -> None:
    install("coqs-shop", {"shop": "shop_plugin"}, shop_plugin=RATER)
    assert coqs.load_plugins(only=["shop"], block=["shop"]).raters() == ()


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("raise ValueError('my card number is 4000')", "got ValueError"),
        ("raise SystemExit('my card number is 4000')", "got SystemExit"),
        ("import shop_that_is_not_there", "got ModuleNotFoundError; module 'shop_that_is_not_there' is not"),
        ("1 +", "got SyntaxError"),
        ("", "must implement a hook, got none"),
        (RATER.replace("coqs_rate", "coqs_rat"), "did you mean 'coqs_rate'?"),
        (RATER.replace("(interactions)", "(interaction)"), "did you mean 'interactions'?"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_has_failed_and_the_others_go_on(
    source: str, says: str, install: Install
) -> None:
    install("coqs-bad", {"bad": "bad_plugin"}, bad_plugin=source)
    install("coqs-shop", {"shop": "shop_plugin"}, shop_plugin=RATER)
    plugins = coqs.load_plugins(only=["bad", "shop"])
    assert states(plugins.listing(), "bad", "shop") == {
        ("bad", "coqs-bad"): "failed",
        ("shop", "coqs-shop"): "loaded",
    }
    assert says in reason(plugins, "bad")
    assert SECRET not in reason(plugins, "bad")
    with pytest.raises(coqs.PluginError, match="plugin 'bad'") as caught:
        coqs.load_plugins(only=["bad", "shop"], strict=True)
    assert SECRET not in str(caught.value)


def test_a_distribution_with_damaged_metadata_takes_nothing_from_the_others(
    install: Install, tmp_path: Path
) -> None:
    install("coqs-torn", {"torn": "torn_plugin"}, torn_plugin=RATER)
    install("coqs-shop", {"shop": "shop_plugin"}, shop_plugin=RATER)
    (tmp_path / "site" / "coqs_torn-1.0.dist-info" / "METADATA").unlink()
    plugins = coqs.load_plugins(only=["torn", "shop"])
    assert states(plugins.listing(), "torn", "shop") == {
        ("shop", "coqs-shop"): "loaded",
        ("torn", ""): "loaded",
    }


def test_an_entry_point_may_name_an_object_of_a_module(install: Install) -> None:
    source = "import coqs\nclass Desk:\n    @coqs.hookimpl\n    def coqs_rate(self): ...\ndesk = Desk()\n"
    install("coqs-desk", {"desk": "desk_plugin:desk", "gone": "desk_plugin:gone"}, desk_plugin=source)
    plugins = coqs.load_plugins(only=["desk", "gone"])
    assert plugins.raters() == ("desk",)
    assert "got AttributeError" in reason(plugins, "gone")


def test_an_interrupt_is_not_swallowed(install: Install) -> None:
    install("coqs-stop", {"stop": "stop_plugin"}, stop_plugin="raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        coqs.load_plugins(only=["stop"])


def test_two_distributions_that_offer_one_name_conflict_and_neither_is_imported(
    install: Install,
) -> None:
    install("coqs-one", {"shop": "shop_one"}, shop_one=RATER)
    install("coqs-two", {"shop": "shop_two"}, version="2.0", shop_two=RATER)
    expected = {("shop", "coqs-one"): "conflict", ("shop", "coqs-two"): "conflict"}
    plugins = coqs.load_plugins(only=["shop"])
    assert states(plugins.listing(), "shop") == states(coqs.list_plugins(), "shop") == expected
    assert all(word in reason(plugins, "shop") for word in ("coqs-one 1.0", "coqs-two 2.0"))
    assert not {"shop_one", "shop_two"} & set(sys.modules)
    with pytest.raises(coqs.PluginContractError, match=r"coqs-one 1\.0.*coqs-two 2\.0"):
        coqs.load_plugins(only=["shop"], strict=True)


def test_a_conflict_that_is_blocked_is_disabled(install: Install) -> None:
    install("coqs-one", {"shop": "shop_one"}, shop_one=RATER)
    install("coqs-two", {"shop": "shop_two"}, shop_two=RATER)
    plugins = coqs.load_plugins(only=["shop"], block=["shop"], strict=True)
    assert set(states(plugins.listing(), "shop").values()) == {"disabled"}


def test_a_line_that_stands_twice_in_one_distribution_is_no_conflict(install: Install) -> None:
    install("coqs-shop", "shop = shop_plugin\nshop = shop_plugin\n", shop_plugin=RATER)
    assert coqs.load_plugins(only=["shop"], strict=True).raters() == ("shop",)


def test_one_module_under_two_names_is_one_plugin(install: Install) -> None:
    install("coqs-shop", {"shop": "shop_plugin", "store": "shop_plugin"}, shop_plugin=RATER)
    plugins = coqs.load_plugins(only=["shop", "store"])
    assert plugins.raters() == ("shop",)
    assert "what plugin 'shop' is already" in reason(plugins, "store")


def test_asking_for_what_is_not_installed_is_an_error_with_the_nearest_name(
    install: Install,
) -> None:
    install("coqs-shop", {"shop": "shop_plugin"}, shop_plugin=RATER)
    with pytest.raises(coqs.NotFoundError, match="did you mean 'shop'"):
        coqs.load_plugins(only=["shpo"])


def test_blocking_what_is_not_installed_shows_in_the_list_and_is_an_error_when_strict(
    install: Install,
) -> None:
    install("coqs-shop", {"shop": "shop_plugin"}, shop_plugin=RATER)
    plugins = coqs.load_plugins(only=["shop"], block=["shpo"])
    assert states(plugins.listing(), "shpo") == {("shpo", ""): "disabled"}
    assert "did you mean 'shop'" in reason(plugins, "shpo")
    with pytest.raises(coqs.NotFoundError, match="did you mean 'shop'"):
        coqs.load_plugins(only=["shop"], block=["shpo"], strict=True)


def test_a_given_plugin_may_take_the_place_of_an_installed_one_only_when_that_is_blocked(
    install: Install,
) -> None:
    install("coqs-shop", {"shop": "shop_plugin"}, shop_plugin=RATER)
    with pytest.raises(coqs.PluginContractError, match=r"block=\['shop'\]"):
        coqs.load_plugins(only=["shop"], plugins={"shop": Rater()})
    plugins = coqs.load_plugins(only=[], block=["shop"], plugins={"shop": Rater()})
    assert states(plugins.listing(), "shop") == {("shop", ""): "loaded", ("shop", "coqs-shop"): "disabled"}


def test_loading_keeps_nothing_between_calls() -> None:
    for name in ("a", "b"):
        assert coqs.load_plugins(only=[], plugins={name: Rater()}).raters() == (name,)
