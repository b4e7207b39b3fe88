"""Let a reader go through a file, or a form, and keep what breaks in it from passing for a fault of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from coqs.errors import CoqsError, PluginCallError, PluginContractError, RecordError, Spot
from coqs.manager.calling import place_of
from coqs.readers import (
    FormChoices,
    FormEvaluation,
    FormReader,
    ImportedForm,
    Placed,
    Reader,
    ReaderFile,
)

T = TypeVar("T")
HOOK, FORMS_HOOK = "coqs_readers", "coqs_forms"
OURS = ("coqs.io", "coqs.readers")
"""What stands between this room and the code of a reader."""


def records_read(reader: Reader, file: ReaderFile) -> Iterator[Placed]:
    """Yield what a reader gives, checked.

    An error of ours is the file's and passes through. Any other that the reader raises is the reader's
    own fault: told by its type and place, without its message, which may hold a customer's words.
    """
    plugin = _plugin_of(reader)
    try:
        records = iter(reader.read(file))
    except CoqsError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a stranger's code may raise anything
        raise _call_error(reader, plugin, error) from None
    while True:
        try:
            each = next(records)
        except StopIteration:
            return
        except CoqsError:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001  # a stranger's code may raise anything
            raise _call_error(reader, plugin, error) from None
        yield _checked(each, reader, plugin)


def _checked(each: object, reader: Reader, plugin: str) -> Placed:
    match each:
        case (Spot() as place, (Mapping() | RecordError()) as record):
            return place, record
    problem = f"must yield pairs of a place and a record, got {type(each).__name__}"
    raise PluginContractError(
        f"plugin {plugin!r}: reader {reader.name!r} {problem}; mend the plugin", plugin=plugin, hook=HOOK
    )


def form_read(reader: FormReader, document: Mapping[str, Any], choices: FormChoices) -> ImportedForm:
    """Return the form that a reader makes of a JSON object, guarded as `records_read` guards."""
    return _guarded(reader, ImportedForm, lambda: reader.read_form(document, choices))


def evaluation_read(reader: FormReader, document: Mapping[str, Any], form: ImportedForm) -> FormEvaluation:
    """Return the evaluation that a reader makes of a JSON object, guarded as `records_read` guards."""
    read = reader.read_evaluation
    if read is None:
        problem = f"must know evaluations to read them, got reader {reader.name!r}, which knows forms only"
        raise RecordError(f"reader: {problem}; export its ratings as a table, and use coqs.read_ratings")
    return _guarded(reader, FormEvaluation, lambda: read(document, form))


def _guarded(reader: FormReader, kind: type[T], read: Callable[[], T]) -> T:
    plugin = _plugin_of(reader)
    try:
        found = read()
    except CoqsError:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001  # a stranger's code may raise anything
        raise _call_error(reader, plugin, error, hook=FORMS_HOOK) from None
    if type(found) is not kind:
        problem = f"form reader {reader.name!r} must give {kind.__name__}, got {type(found).__name__}"
        raise PluginContractError(
            f"plugin {plugin!r}: {problem}; mend the plugin", plugin=plugin, hook=FORMS_HOOK
        )
    return found


def _plugin_of(reader: Reader | FormReader) -> str:
    return reader.origin.plugin if reader.origin is not None else reader.name


def _call_error(
    reader: Reader | FormReader, plugin: str, error: BaseException, *, hook: str = HOOK
) -> PluginCallError:
    got = f"got {type(error).__name__}{place_of(error, through=OURS)}"
    cure = "mend the plugin, or let it raise coqs.RecordError for what is wrong with a record"
    message = f"plugin {plugin!r}: reader {reader.name!r} must not raise, {got}; {cure}"
    return PluginCallError(message, plugin=plugin, hook=hook)
