"""`coqs journey`: clocks, a chart and a checkpoint of many journeys on the terminal, and their files."""

from __future__ import annotations

import contextlib
from argparse import Namespace

import attrs

from coqs.cli.inputs import files_read, what_to_score
from coqs.cli.journey_told import Told, in_lines, in_plain_values
from coqs.cli.outputs import Write, check_places, write_beside
from coqs.cli.progress import progress
from coqs.cli.text import show, show_json
from coqs.errors import CoqsError
from coqs.io import MAX_LINE_BYTES, EventsFile, write_table
from coqs.journeys import Journeys
from coqs.journeys.charts import Baseline
from coqs.journeys.checkpoints import Checkpoint, CheckpointLog
from coqs.journeys.clock import Clock
from coqs.journeys.events import BeforeAfter, EventRegister
from coqs.journeys.moments import moment


@attrs.frozen(kw_only=True)
class Beside:
    """What is read beside the ratings; None for what was not named."""

    events: EventRegister | None
    log: CheckpointLog | None
    baseline: Baseline | None


def journey(arguments: Namespace) -> int:
    """Read and score the ratings, tell how journeys go, and write what is asked for."""
    _check_options(arguments)
    beside = _beside(arguments)
    journeys = _followed(arguments)
    told = _told(arguments, journeys, beside)
    if arguments.out is not None and told.clock is None:
        raise CoqsError(f"--out: must have a clock to write, got {_no_target(arguments)}; give --target")
    _write(arguments, told, beside.log)
    if arguments.json:
        show_json(in_plain_values(told))
        return 0
    show(in_lines(told, without=_no_target(arguments)))
    show(_written(arguments, told))
    return 0


def _check_options(arguments: Namespace) -> None:
    """Refuse what does not go together, and places that could not be written, before any work."""
    wants = (
        ("--append", arguments.append, "--log", arguments.log),
        ("--append", arguments.append, "--checkpoint", arguments.checkpoint),
        ("--reason", arguments.reason, "--checkpoint", arguments.checkpoint),
    )
    for option, given, other, value in wants:
        if given and value is None:
            raise CoqsError(f"{option}: must stand with {other}, got none; add it")
    if arguments.arl0 is not None and arguments.baseline is not None:
        raise CoqsError("--arl0: must not stand with --baseline, which has its own; drop one")
    beside = [each for each in (arguments.events, arguments.baseline) if each is not None]
    given = files_read(arguments.ratings, arguments.rubric, arguments.policy)
    check_places(arguments.out, arguments.save_baseline, arguments.log, given=[*given, *beside])


def _beside(arguments: Namespace) -> Beside:
    if arguments.checkpoint is not None:
        moment(arguments.checkpoint, arguments.tz or "UTC", "--checkpoint")  # tell of a wrong one at once
    return Beside(
        events=None if arguments.events is None else _register(arguments),
        log=None if arguments.log is None else CheckpointLog.open(arguments.log),
        baseline=None if arguments.baseline is None else Baseline.load(arguments.baseline),
    )


def _register(arguments: Namespace) -> EventRegister:
    path: str = arguments.events
    if path.casefold().endswith(".json"):
        return EventRegister.load(path)
    most = arguments.max_line_bytes or MAX_LINE_BYTES
    names = ("encoding", "separator", "tz")
    how = {name: getattr(arguments, name) for name in names}
    return EventsFile(path=path, max_line_bytes=most, **how).whole()


def _followed(arguments: Namespace) -> Journeys:
    file, scorer = what_to_score(arguments)
    with progress("reading ratings") as shown:
        scores = scorer(file.reporting(shown).whole())
    return Journeys.from_scores(
        scores, by=arguments.by, every=arguments.every, tz=arguments.tz, measures=arguments.measure
    )


def _told(arguments: Namespace, journeys: Journeys, beside: Beside) -> Told:
    how = {} if arguments.arl0 is None else {"arl0": arguments.arl0}
    return Told(
        journeys=journeys,
        clock=_clock(arguments, journeys, beside.log),
        chart=journeys.chart(baseline=beside.baseline, **how),
        checkpoint=_checkpoint(arguments, journeys, beside.log),
        around=_around(journeys, beside.events),
    )


def _clock(arguments: Namespace, journeys: Journeys, log: CheckpointLog | None) -> Clock | None:
    """Return the clocks, by the target that is given, by those of the log, or by the mark; None without."""
    measure = journeys.measure()
    if arguments.target is not None:
        return journeys.clock(target=arguments.target)
    given = {group: () if log is None else log.targets(measure.name, group) for group in journeys.groups}
    mark = () if measure.mark is None else (("1970-01-01", measure.mark),)
    targets = {group: pairs or mark for group, pairs in given.items()}
    return journeys.clock(target=targets) if all(targets.values()) else None


def _no_target(arguments: Namespace) -> str:
    return f"no target for {arguments.measure!r}"


def _checkpoint(arguments: Namespace, journeys: Journeys, log: CheckpointLog | None) -> Checkpoint | None:
    if arguments.checkpoint is None:
        return None
    targets = {} if arguments.target is None else {arguments.measure: arguments.target}
    return journeys.checkpoint(at=arguments.checkpoint, targets=targets, log=log, reason=arguments.reason)


def _around(journeys: Journeys, register: EventRegister | None) -> tuple[BeforeAfter, ...]:
    """Return what changed around events, one kind after the other; of unjustified complaints nothing."""
    if register is None:
        return ()
    kinds = [register.of_kind(kind) for kind in register.kinds]
    return tuple(
        journeys.before_after(kind) for kind in kinds if any(each.justified is not False for each in kind)
    )


def _write(arguments: Namespace, told: Told, log: CheckpointLog | None) -> None:
    """Write the files together; the log, which only grows, once the others stand ready."""
    outputs: list[tuple[str, Write]] = []
    if arguments.out is not None and told.clock is not None:
        readings = told.clock.history().encoded()
        outputs.append((arguments.out, lambda path: write_table(readings, path)))
    if arguments.save_baseline is not None:
        outputs.append((arguments.save_baseline, told.chart.baseline.save))
    with contextlib.ExitStack() as places:
        for target, write in outputs:
            write_beside(places, target, write)
        if arguments.append and log is not None and told.checkpoint is not None:
            log.append(told.checkpoint)


def _written(arguments: Namespace, told: Told) -> list[str]:
    lines = [f"wrote {each}" for each in (arguments.out, arguments.save_baseline) if each is not None]
    if arguments.append:
        lines.append(f"wrote the checkpoint into {arguments.log}")
    elif told.checkpoint is not None:
        lines.append("the checkpoint is not written: --append keeps it in --log")
    return ["", *lines] if lines else []
