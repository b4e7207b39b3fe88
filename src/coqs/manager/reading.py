"""Let a reader go through a file, and keep what breaks in it from passing for a fault of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coqs.errors import CoqsError, PluginCallError, PluginContractError, RecordError, Spot
from coqs.manager.calling import place_of
from coqs.readers import Placed, Reader, ReaderFile

HOOK = "coqs_readers"
OURS = ("coqs.io", "coqs.readers")
"""What stands between this room and the code of a reader."""


def records_read(reader: Reader, file: ReaderFile) -> Iterator[Placed]:
    """Yield what a reader gives, checked.

    An error of ours is the file's and passes through. Any other that the reader raises is the reader's
    own fault: told by its type and place, without its message, which may hold a customer's words.
    """
    plugin = reader.origin.plugin if reader.origin is not None else reader.name
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


def _call_error(reader: Reader, plugin: str, error: BaseException) -> PluginCallError:
    got = f"got {type(error).__name__}{place_of(error, through=OURS)}"
    cure = "mend the plugin, or let it raise coqs.RecordError for what is wrong with a record"
    message = f"plugin {plugin!r}: reader {reader.name!r} must not raise, {got}; {cure}"
    return PluginCallError(message, plugin=plugin, hook=HOOK)
