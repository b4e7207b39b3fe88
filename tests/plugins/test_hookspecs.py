"""Every hook says what a plugin author must know, and does what it says."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import coqs
from coqs import hookspecs

HOOKS = {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, "coqs_spec")}
COUNTER = coqs.Rubric.from_toml(Path(__file__).parent / "banking" / "coqs_banking" / "rubric.toml")
BATCH = coqs.Interactions.from_records(
    [{"id": f"I-{number}", "turns": [{"speaker": "provider", "text": "hello"}]} for number in range(3)]
)
HOUSE = coqs.Policy(name="house", combine="stage_points")
SLIPS = coqs.FormReader(
    name="slips", text="Our slips", read_form=lambda *_: coqs.ImportedForm(rubric=COUNTER)
)
NOTES = coqs.Reader(name="notes", text="Our notes", read=lambda file: file.each(dict))
QUESTIONS = ["**When.**", "**Arguments.**", "**Return.**", "**If it raises.**", "Examples"]
ASKED = coqs.Questionnaire.from_toml_text("""
schema = 1
id = "banking"
version = "1"
[[items]]
id = "helped"
text = "Were you helped?"
answer = "yes_no"
""")
BATCH = coqs.Interactions.from_records(
    [{"id": f"I-{number}", "turns": [{"speaker": "provider", "text": "hello"}]} for number in range(3)]
)
QUESTIONS = ["**When.**", "**Arguments.**", "**Return.**", "**If it raises.**", "Examples"]


class Clerk:
    """Implements every hook, each time asking for all there is."""

    def __init__(self, returned: object = None) -> None:
        self.returned = returned
        self.calls: list[tuple[object, ...]] = []
        self.asked_for_readers = 0

    @coqs.hookimpl
    def coqs_rubrics(self) -> list[coqs.Rubric]:
        self.calls.append(())
        return [COUNTER]

    @coqs.hookimpl
    def coqs_policies(self) -> list[coqs.Policy]:
        self.asked_for_policies = getattr(self, "asked_for_policies", 0) + 1
        return [HOUSE]

    @coqs.hookimpl
    def coqs_questionnaires(self) -> list[coqs.Questionnaire]:
        self.asked = getattr(self, "asked", 0) + 1
        return [ASKED]

    @coqs.hookimpl
    def coqs_readers(self) -> list[coqs.Reader]:
        self.asked_for_readers += 1
        return [NOTES]

    @coqs.hookimpl
    def coqs_forms(self) -> list[coqs.FormReader]:
        self.asked_for_forms = getattr(self, "asked_for_forms", 0) + 1
        return [SLIPS]

    @coqs.hookimpl
    def coqs_rate(self, interactions: coqs.Interactions, rubric: coqs.Rubric) -> object:
        self.calls.append((interactions, rubric))
        return self.returned


def load(**plugins: object) -> coqs.Plugins:
    return coqs.load_plugins(only=[], plugins=plugins)


def test_coqs_rubrics_is_called_once_while_plugins_are_loaded() -> None:
    clerk = Clerk()
    plugins = load(clerk=clerk)
    plugins.rubric("banking")
    plugins.rubrics()
    assert clerk.calls == [()]


def test_coqs_rubrics_marks_each_rubric_with_where_it_came_from() -> None:
    origin = load(clerk=Clerk()).rubric("banking").origin
    assert origin is not None
    assert (origin.plugin, origin.distribution, origin.version) == ("clerk", None, None)


@pytest.mark.parametrize(
    ("returned", "got"),
    [
        (None, "got None"),
        ({"counter": COUNTER}, "got dict"),
        ({COUNTER}, "got set"),
        (["banking"], "got str at position 0"),
        ([COUNTER, None], "got None at position 1"),
        ([COUNTER, COUNTER], "got 'banking' twice"),
    ],
)
def test_coqs_rubrics_returns_a_list_of_rubrics_and_nothing_else(returned: object, got: str) -> None:
    class Odd:
        @coqs.hookimpl
        def coqs_rubrics(self) -> object:
            return returned

    plugins = load(odd=Odd(), clerk=Clerk())
    assert plugins.problems == (coqs.Problem("odd", "coqs_rubrics", "PluginContractError"),)
    assert [got in info.reason for info in plugins.listing() if info.name == "odd"] == [True]
    assert list(plugins.rubrics()) == ["banking"]
    with pytest.raises(coqs.PluginContractError, match=got):
        coqs.load_plugins(only=[], plugins={"odd": Odd()}, strict=True)


def test_coqs_rubrics_may_offer_none() -> None:
    class Empty:
        @coqs.hookimpl
        def coqs_rubrics(self) -> list[coqs.Rubric]:
            return []

    plugins = load(empty=Empty())
    assert (dict(plugins.rubrics()), plugins.problems) == ({}, ())


def test_coqs_questionnaires_is_called_once_while_plugins_are_loaded() -> None:
    clerk = Clerk()
    plugins = load(clerk=clerk)
    assert plugins.questionnaire("banking") == plugins.questionnaires()["banking"] == ASKED
    assert clerk.asked == 1


def test_coqs_questionnaires_marks_each_with_where_it_came_from() -> None:
    origin = load(clerk=Clerk()).questionnaire("banking").origin
    assert origin is not None
    assert (origin.plugin, origin.distribution, origin.version) == ("clerk", None, None)


@pytest.mark.parametrize(
    ("returned", "got"),
    [
        (None, "got None"),
        ({"counter": ASKED}, "got dict"),
        ([COUNTER], "got Rubric at position 0"),
        ([ASKED, None], "got None at position 1"),
        ([ASKED, ASKED], "got 'banking' twice"),
    ],
)
def test_coqs_questionnaires_returns_a_list_of_them_and_nothing_else(returned: object, got: str) -> None:
    class Odd:
        @coqs.hookimpl
        def coqs_questionnaires(self) -> object:
            return returned

    plugins = load(odd=Odd(), clerk=Clerk())
    assert plugins.problems == (coqs.Problem("odd", "coqs_questionnaires", "PluginContractError"),)
    assert [got in info.reason for info in plugins.listing() if info.name == "odd"] == [True]
    assert list(plugins.questionnaires()) == ["banking"]
    with pytest.raises(coqs.PluginContractError, match=got):
        coqs.load_plugins(only=[], plugins={"odd": Odd()}, strict=True)


def test_coqs_questionnaires_that_raises_takes_no_rubrics_with_it() -> None:
    class Raises:
        @coqs.hookimpl
        def coqs_rubrics(self) -> list[coqs.Rubric]:
            return [COUNTER]

        @coqs.hookimpl
        def coqs_questionnaires(self) -> list[coqs.Questionnaire]:
            raise ValueError

    plugins = load(raises=Raises())
    assert plugins.problems == (coqs.Problem("raises", "coqs_questionnaires", "ValueError"),)
    assert plugins.rubric("banking") == COUNTER
    with pytest.raises(coqs.NotFoundError, match="raises had a problem"):
        plugins.questionnaire("banking")


def test_coqs_questionnaires_of_one_id_from_two_plugins_is_an_error_that_names_both() -> None:
    class Other:
        @coqs.hookimpl
        def coqs_questionnaires(self) -> list[coqs.Questionnaire]:
            return [ASKED]

    plugins = load(clerk=Clerk(), other=Other())
    assert dict(plugins.questionnaires()) == {}
    assert plugins.rubric("banking") == COUNTER
    with pytest.raises(
        coqs.PluginContractError, match=r"'banking': must come from one plugin, got 'clerk'"
    ) as caught:
        plugins.questionnaire("banking")
    assert caught.value.hook == "coqs_questionnaires"
    reasons = {info.name: (info.state, info.reason) for info in plugins.listing()}
    assert reasons["other"] == (
        "conflict",
        "questionnaire 'banking' is also offered by 'clerk' (the application); block one of them",
    )
    with pytest.raises(coqs.PluginContractError, match="questionnaire 'banking'"):
        coqs.load_plugins(only=[], plugins={"clerk": Clerk(), "other": Other()}, strict=True)


def test_coqs_readers_is_called_once_while_plugins_are_loaded() -> None:
    clerk = Clerk()
    plugins = load(clerk=clerk)
    assert plugins.reader("notes") == plugins.readers()["notes"] == NOTES
    assert clerk.asked_for_readers == 1


def test_coqs_readers_marks_each_reader_with_where_it_came_from() -> None:
    origin = load(clerk=Clerk()).reader("notes").origin
    assert origin is not None
    assert (origin.plugin, origin.distribution, origin.version) == ("clerk", None, None)


@pytest.mark.parametrize(
    ("returned", "got"),
    [
        (None, "got None"),
        ({"notes": NOTES}, "got dict"),
        (["notes"], "got str at position 0"),
        ([NOTES, None], "got None at position 1"),
        ([NOTES, NOTES], "got 'notes' twice"),
    ],
)
def test_coqs_readers_returns_a_list_of_readers_and_nothing_else(returned: object, got: str) -> None:
    class Odd:
        @coqs.hookimpl
        def coqs_readers(self) -> object:
            return returned

    plugins = load(odd=Odd(), clerk=Clerk())
    assert plugins.problems == (coqs.Problem("odd", "coqs_readers", "PluginContractError"),)
    assert [got in info.reason for info in plugins.listing() if info.name == "odd"] == [True]
    assert list(plugins.readers()) == ["notes"]
    with pytest.raises(coqs.PluginContractError, match=got):
        coqs.load_plugins(only=[], plugins={"odd": Odd()}, strict=True)


def test_coqs_readers_may_offer_none_and_may_raise_without_harm_to_rubrics() -> None:
    class Half:
        @coqs.hookimpl
        def coqs_rubrics(self) -> list[coqs.Rubric]:
            return [COUNTER]

        @coqs.hookimpl
        def coqs_readers(self) -> list[coqs.Reader]:
            raise OSError

    plugins = load(half=Half())
    assert plugins.problems == (coqs.Problem("half", "coqs_readers", "OSError"),)
    assert (list(plugins.rubrics()), list(plugins.readers())) == (["banking"], [])


def test_coqs_forms_is_called_once_while_plugins_are_loaded_and_marks_where_each_came_from() -> None:
    clerk = Clerk()
    plugins = load(clerk=clerk)
    reader = plugins.form("slips")
    assert reader == plugins.forms()["slips"] == SLIPS
    assert clerk.asked_for_forms == 1
    assert reader.origin is not None
    assert (reader.origin.plugin, reader.origin.distribution) == ("clerk", None)


@pytest.mark.parametrize(
    ("returned", "got"),
    [
        (None, "got None"),
        ({"slips": SLIPS}, "got dict"),
        ([NOTES], "got Reader at position 0"),
        ([SLIPS, None], "got None at position 1"),
        ([SLIPS, SLIPS], "got 'slips' twice"),
    ],
)
def test_coqs_forms_returns_a_list_of_readers_of_forms_and_nothing_else(returned: object, got: str) -> None:
    class Odd:
        @coqs.hookimpl
        def coqs_forms(self) -> object:
            return returned

    plugins = load(odd=Odd(), clerk=Clerk())
    assert plugins.problems == (coqs.Problem("odd", "coqs_forms", "PluginContractError"),)
    assert [got in info.reason for info in plugins.listing() if info.name == "odd"] == [True]
    assert list(plugins.forms()) == ["slips"]


def test_coqs_forms_of_one_name_from_two_plugins_is_an_error_that_names_both() -> None:
    class Other:
        @coqs.hookimpl
        def coqs_forms(self) -> list[coqs.FormReader]:
            return [SLIPS]

    plugins = load(clerk=Clerk(), other=Other())
    assert dict(plugins.forms()) == {}
    with pytest.raises(
        coqs.PluginContractError, match=r"form reader 'slips': must come from one plugin"
    ) as caught:
        plugins.form("slips")
    assert caught.value.hook == "coqs_forms"


def test_coqs_rate_gets_the_whole_batch_in_one_call() -> None:
    clerk = Clerk()
    plugins = load(clerk=clerk)
    plugins.rate(BATCH, plugins.rubric("banking"), raters=["clerk"])
    (interactions, given) = clerk.calls[-1]
    assert len(clerk.calls) == 2
    assert interactions is BATCH
    assert given == COUNTER


def test_coqs_rate_may_abstain_on_everything_by_returning_none() -> None:
    (answer,) = load(clerk=Clerk()).rate(BATCH, COUNTER, raters=["clerk"])
    assert (answer.plugin, answer.value, answer.problem) == ("clerk", None, None)


def test_coqs_rate_returns_columns() -> None:
    columns = coqs.RatedColumns(
        interaction=[0], criterion=["acknowledged"], level=["yes"], turn=[0], start=[0], end=[5]
    )
    (answer,) = load(clerk=Clerk(columns)).rate(BATCH, COUNTER, raters=["clerk"])
    assert answer.value is columns


@pytest.mark.parametrize("returned", [[], {"acknowledged": "yes"}, 1.0])
def test_coqs_rate_returns_columns_and_nothing_else(returned: object) -> None:
    (answer,) = load(clerk=Clerk(returned)).rate(BATCH, COUNTER, raters=["clerk"])
    assert answer.problem == coqs.Problem("clerk", "coqs_rate", "PluginContractError")
    assert answer.value is None


def test_a_plugin_asks_for_the_arguments_it_wants_in_any_order_and_manner() -> None:
    seen: list[object] = []

    class Turned:
        @coqs.hookimpl
        def coqs_rate(self, rubric: object, interactions: object = None) -> None:
            seen.append(interactions if rubric is COUNTER else None)

    class Named:
        @coqs.hookimpl
        def coqs_rate(self, *, interactions: object) -> None:
            seen.append(interactions)

    class Neither:
        @coqs.hookimpl
        def coqs_rate(self) -> None:
            seen.append(BATCH)

    plugins = load(turned=Turned(), named=Named(), neither=Neither())
    answers = plugins.rate(BATCH, COUNTER, raters=["turned", "named", "neither"])
    assert [answer.problem for answer in answers] == [None, None, None]
    assert all(each is BATCH for each in seen)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_answers_its_five_questions_in_order(hook: str) -> None:
    text = inspect.getdoc(HOOKS[hook]) or ""
    places = [text.index(question) for question in QUESTIONS]
    assert places == sorted(places)
    assert "`None`" in text
    example = text.split("Examples\n--------\n")[1].splitlines()
    assert len(example) <= 4
    assert all(line.startswith((">>> ", "... ")) for line in example)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_has_the_prefix_and_frozen_arguments_without_defaults(hook: str) -> None:
    assert hook.startswith("coqs_")
    parameters = inspect.signature(HOOKS[hook], eval_str=True).parameters.values()
    assert all(parameter.default is parameter.empty for parameter in parameters)
    assert all(parameter.annotation.__module__.startswith("coqs.") for parameter in parameters)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_spec_is_never_run(hook: str) -> None:
    values = dict.fromkeys(inspect.signature(HOOKS[hook]).parameters)
    with pytest.raises(NotImplementedError):
        HOOKS[hook](**values)


def test_a_clerk_implements_every_hook() -> None:
    """Keep this file honest: a new hook needs a new method of `Clerk` and tests above."""
    hooks = {info.name: info.hooks for info in load(clerk=Clerk()).listing()}
    assert hooks["clerk"] == tuple(sorted(HOOKS))
