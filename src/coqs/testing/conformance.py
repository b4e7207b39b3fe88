"""Checks that every plugin has to pass, for use with pytest in the plugin's own tests."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.metadata import entry_points
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import attrs

from coqs.errors import MissingDependencyError, NotFoundError, PluginError, RecordError, RubricError
from coqs.interactions import Interactions
from coqs.io import read_evaluations, read_form, read_interactions
from coqs.manager import Plugins, load_plugins
from coqs.raters import rate
from coqs.readers import FormReader, Reader
from coqs.rubric import Policy, Rubric
from coqs.rubric.questionnaire import Questionnaire
from coqs.testing.golden import Golden, differences, read_golden

GOLDEN_FILE = "golden.toml"
FEWEST_GOLDEN = 1


@attrs.frozen(slots=True)
class Check:
    """One check of a plugin; call it, and it raises `AssertionError` where the plugin falls short."""

    name: str
    run: Callable[[], None]

    def __call__(self) -> None:
        """Run the check."""
        self.run()


def plugin_checks(plugin: str) -> tuple[Check, ...]:
    """Return the checks for an installed plugin, by its entry point's name.

    A plugin is checked for what it offers: its rubrics (they lint without errors, survive a round
    trip through TOML, and score their golden interactions as worked by hand), its policies (they say
    what they are, and survive a mapping), its questionnaires (they
    lint without errors and warnings, survive TOML, and are about what its rubrics hold), its rater (it
    keeps to the rubric, judges each interaction alone, and abstains where nothing was said), its readers
    (they pickle, and refuse what is no file of theirs with a `RecordError` that holds no word of it) and
    its readers of forms (the same, with a `RubricError` or a `RecordError`).

    Raises
    ------
    NotFoundError
        No installed distribution has an entry point of that name in the group `coqs`.
    """
    names = sorted(entry.name for entry in entry_points(group="coqs"))
    if plugin not in names:
        raise NotFoundError("plugin", plugin, names)
    plugins = load_plugins(only=[plugin])
    rubrics = list(plugins.rubrics().values())
    checks = [Check("loads", lambda: _loads(plugins, plugin))]
    for rubric in rubrics:
        checks.extend(_rubric_checks(rubric, plugin))
    for policy in plugins.policies().values():
        checks.extend(_policy_checks(policy) if policy.origin is not None else ())
    for questionnaire in plugins.questionnaires().values():
        checks.extend(_questionnaire_checks(questionnaire, plugins))
    if plugin in plugins.raters():
        checks.extend(_rater_checks(plugin, plugins))
    for reader in plugins.readers().values():
        checks.extend(_reader_checks(reader))
    for form in plugins.forms().values():
        checks.extend(_form_checks(form))
    return tuple(checks)


def parametrize_plugin_checks(plugin: str) -> Any:
    """Return a pytest decorator that runs a test function once for each check of a plugin.

    Examples
    --------
    ::

        @parametrize_plugin_checks("banking")
        def test_conformance(check):
            check()
    """
    try:
        import pytest
    except ImportError:
        raise MissingDependencyError("checking a plugin", library="pytest", extra="test") from None
    checks = plugin_checks(plugin)
    return pytest.mark.parametrize("check", checks, ids=[check.name for check in checks])


def _demand(holds: bool, message: str) -> None:
    if not holds:
        raise AssertionError(message)


def _loads(plugins: Plugins, plugin: str) -> None:
    (info,) = [info for info in plugins.listing() if info.name == plugin]
    _demand(info.state == "loaded" and not info.reason, f"{plugin}: {info.state}, {info.reason}")
    _demand(bool(info.hooks), f"{plugin}: implements no hook")


def _rubric_checks(rubric: Rubric, plugin: str) -> Iterator[Check]:
    yield Check(f"{rubric.id}-lints-without-errors", lambda: _lints(rubric))
    yield Check(f"{rubric.id}-survives-toml", lambda: _survives(rubric))
    golden = [each for each in _golden_of(plugin) if each.rubric in (None, rubric.id)]
    yield Check(f"{rubric.id}-has-golden-interactions", lambda: _has_golden(rubric, golden))
    for each in golden:
        yield Check(f"{rubric.id}-scores-{each.id}", lambda each=each: _scores(rubric, each))  # type: ignore[misc]


def _golden_of(plugin: str) -> tuple[Golden, ...]:
    (entry,) = entry_points(group="coqs", name=plugin)
    file = files(entry.module) / GOLDEN_FILE
    return read_golden(file) if file.is_file() else ()


def _policy_checks(policy: Policy) -> Iterator[Check]:
    yield Check(f"policy-{policy.name}-says-what-it-is", lambda: _says_what_it_is(policy))
    yield Check(f"policy-{policy.name}-survives-a-mapping", lambda: _is_the_same(policy))


def _says_what_it_is(policy: Policy) -> None:
    told = policy.about is not None and bool(policy.about.text)
    _demand(told, f"{policy.name}: does not say what it is; give it about={{'text': …}}")


def _is_the_same(policy: Policy) -> None:
    again = Policy.from_mapping(policy.to_mapping())
    _demand(again == policy and again.about == policy.about, f"{policy.name}: changed by a mapping")


def _lints(rubric: Rubric) -> None:
    errors = [str(finding) for finding in rubric.lint() if finding.severity == "error"]
    _demand(not errors, "\n".join(errors))


def _survives(rubric: Rubric) -> None:
    again = Rubric.from_toml_text(rubric.to_toml())
    _demand(again == rubric and again.fingerprint == rubric.fingerprint, f"{rubric.id}: changed by TOML")


def _has_golden(rubric: Rubric, golden: Sequence[Golden]) -> None:
    message = f"{rubric.id}: {GOLDEN_FILE} beside the plugin's module must hold {FEWEST_GOLDEN} or more"
    _demand(len(golden) >= FEWEST_GOLDEN, message)


def _scores(rubric: Rubric, golden: Golden) -> None:
    found = differences(rubric, golden)
    _demand(not found, "\n".join(found))


def _questionnaire_checks(asked: Questionnaire, plugins: Plugins) -> Iterator[Check]:
    rubric = plugins.rubrics().get(asked.rubric or "")
    name = f"questionnaire-{asked.id}"
    yield Check(f"{name}-lints-without-warnings", lambda: _asks_well(asked, rubric))
    yield Check(f"{name}-survives-toml", lambda: _is_read_back(asked))


def _asks_well(asked: Questionnaire, rubric: Rubric | None) -> None:
    found = [str(finding) for finding in asked.lint(rubric) if finding.severity != "info"]
    _demand(not found, "\n".join(found))


def _is_read_back(asked: Questionnaire) -> None:
    again = Questionnaire.from_toml_text(asked.to_toml())
    _demand(again == asked and again.fingerprint == asked.fingerprint, f"{asked.id}: changed by TOML")


def _rater_checks(plugin: str, plugins: Plugins) -> Iterator[Check]:
    rubrics = load_plugins().rubrics()
    for rubric in rubrics.values():
        yield Check(f"rates-{rubric.id}", lambda rubric=rubric: _rates(plugin, plugins, rubric))  # type: ignore[misc]


def _rates(plugin: str, plugins: Plugins, rubric: Rubric) -> None:
    batch = Interactions.from_records(SAMPLE)
    whole = rate(batch, rubric, raters=[plugin], plugins=plugins, strict=True)
    for row in range(len(batch)):
        alone = rate(batch.rows(row, row + 1), rubric, raters=[plugin], plugins=plugins, strict=True)
        same = all(alone.codes[id][0] == whole.codes[id][row] for id in rubric.criterion_ids)
        _demand(same, f"{plugin}: {batch.ids[row]} is judged otherwise in a batch than alone")
    silent = [batch.ids.index(id) for id in SILENT]
    answered = [id for id in rubric.criterion_ids if any(whole.codes[id][row] >= 0 for row in silent)]
    _demand(not answered, f"{plugin}: {answered} are answered where nothing was said")


def _reader_checks(reader: Reader) -> Iterator[Check]:
    yield Check(f"reader-{reader.name}-pickles", lambda: _pickles(reader))
    for what, content in NOT_THEIRS.items():
        name = f"reader-{reader.name}-survives-{what}"
        yield Check(name, lambda content=content: _refuses(reader, content))  # type: ignore[misc]


def _form_checks(reader: FormReader) -> Iterator[Check]:
    yield Check(f"form-{reader.name}-pickles", lambda: _pickles(reader))
    for what, content in NOT_THEIRS.items():
        name = f"form-{reader.name}-refuses-{what}"
        yield Check(name, lambda content=content: _refuses_form(reader, content))  # type: ignore[misc]


def _refuses_form(reader: FormReader, content: bytes) -> None:
    """Demand that what is no form is refused, as a form and as an evaluation, in the right way."""
    reads: list[Callable[[], object]] = [lambda: read_form(io.BytesIO(content), reader=reader)]
    if reader.read_evaluation is not None:
        reads.append(lambda: read_evaluations(io.BytesIO(content), reader=reader))
    for read in reads:
        try:
            read()
        except (RecordError, RubricError) as error:
            _demand(WORDS not in str(error), f"{reader.name}: a message holds words of the file")
        except PluginError as error:
            raise AssertionError(f"{reader.name}: {error}") from None
        else:
            raise AssertionError(f"{reader.name}: reads what is no form")


def _pickles(reader: Reader | FormReader) -> None:
    try:
        again = pickle.loads(pickle.dumps(reader))  # noqa: S301  # what was pickled a moment ago
    except (pickle.PicklingError, AttributeError, TypeError):
        again = None
    _demand(
        again == reader, f"{reader.name}: does not pickle; let what it reads with be a function of a module"
    )


def _refuses(reader: Reader, content: bytes) -> None:
    """Demand that a file is read, or refused in the right way."""
    try:
        read_interactions(io.BytesIO(content), reader=reader)
    except RecordError as error:
        _demand(WORDS not in str(error), f"{reader.name}: a message holds words of the file")
    except PluginError as error:
        raise AssertionError(f"{reader.name}: {error}") from None


WORDS = "my card number is 4000 1234"
NOT_THEIRS: Mapping[str, bytes] = MappingProxyType(
    {
        "an-empty-file": b"",
        "text": f"{WORDS}\n\n{WORDS}\n".encode(),
        "bytes": bytes(range(256)),
        "half-a-value": f'[{{"id": "{WORDS}", '.encode(),
        "other-values": f'[1, null, "{WORDS}", [], ["{WORDS}"], {{}}]'.encode(),
        "other-keys": f'[{{"words": "{WORDS}", "turns": ["{WORDS}"]}}]'.encode(),
        "a-table": f"id,text\n1,{WORDS}\n".encode(),
        "an-object": f'{{"words": "{WORDS}", "items": ["{WORDS}"]}}'.encode(),
    }
)
SILENT = ("provider-blank", "nothing-said")
SAMPLE = (
    {
        "id": "spoken",
        "turns": [
            {"speaker": "customer", "text": "Good morning."},
            {"speaker": "provider", "text": "Good morning, how can I help you today?"},
            {"speaker": "customer", "text": "I am looking for the lift."},
            {"speaker": "provider", "text": "It is round the corner. Is there anything else? Goodbye!"},
        ],
    },
    {"id": "provider-silent", "turns": [{"speaker": "customer", "text": "Hello, is anybody there?"}]},
    {"id": "provider-blank", "turns": [{"speaker": "provider", "text": " "}]},
    {"id": "nothing-said", "turns": []},
)
