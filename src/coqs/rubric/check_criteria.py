"""In what one criterion can contradict itself or the rubric around it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from coqs.errors import suggest
from coqs.model import Absence
from coqs.rubric.check_bands import band_problems
from coqs.rubric.conditions import Condition, CriterionIn, Every, FactBetween, FactIn, Some, leaves, nodes
from coqs.rubric.criteria import CONTROLLERS, ERROR_CLASSES, ETHICS_KINDS, Criterion, Ideal
from coqs.rubric.form import Form
from coqs.rubric.scales import Numeric, SeveralChoice, SingleChoice

MOST_LEVELS, MOST_OPTIONS = 100, 63
LEVEL_ID = re.compile(r"(?!\d+\Z)[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")
KeyProblem = tuple[str, str]


def criterion_problems(criterion: Criterion, form: Form) -> Iterator[KeyProblem]:
    """Yield (key below the criterion, problem) for each contradiction."""
    yield from _modes(criterion)
    yield from _answers(criterion)
    if isinstance(criterion.scale, SeveralChoice):
        yield from _options(criterion.scale)
    elif isinstance(criterion.scale, Numeric):
        yield from _ranges(criterion.scale)
    if criterion.ideal:
        yield from _ideal(criterion, criterion.ideal, form)
    else:
        yield from _points(criterion)
    yield from _gate(criterion, form)
    yield from _irreversible(criterion)
    yield from _detect(criterion)
    yield from condition_problems(criterion.when, form)
    yield from band_problems(criterion.bands)


def condition_problems(condition: Condition | None, form: Form) -> Iterator[KeyProblem]:
    """Yield (key, problem) for each name in a condition that the rubric does not know, and the like."""
    for leaf in leaves(condition):
        yield from _leaf(leaf, form)
    for node in nodes(condition):
        if isinstance(node, Every | Some) and not node.conditions:
            yield ".when", "must hold at least one condition, got none; add one or drop it"


def _member(key: str, what: str, name: str, known: Sequence[str]) -> Iterator[KeyProblem]:
    if name not in known:
        yield key, f"must be {what}, got {name!r}; {suggest(name, known)}"


def _members(key: str, what: str, names: Iterable[str], known: Sequence[str]) -> Iterator[KeyProblem]:
    for place, name in enumerate(names):
        yield from _member(f"{key}[{place}]", what, name, known)


def _modes(criterion: Criterion) -> Iterator[KeyProblem]:
    if criterion.weight < 0:
        yield ".weight", f"must be at least 0, got {criterion.weight}; use negative points instead"
    if criterion.record_only and criterion.bonus:
        yield ".bonus", "must not stand with record_only, got both; keep one"
    yield from _member(
        ".controlled_by", "one of those in the reference", criterion.controlled_by, CONTROLLERS
    )


def _answers(criterion: Criterion) -> Iterator[KeyProblem]:
    several = isinstance(criterion.scale, SeveralChoice)
    key, ids = (".options" if several else ".levels"), criterion.scale.ids
    fewest, most = (1, MOST_OPTIONS) if several else (2, MOST_LEVELS)
    if not fewest <= len(ids) <= most:
        yield key, f"must hold {fewest} to {most} entries, got {len(ids)}; mend the list"
    for place, id in enumerate(ids):
        if not LEVEL_ID.fullmatch(id):
            yield (
                f"{key}[{place}].id",
                f"must be letters, digits, _, . or -, and not digits only, got {id!r}; rename it",
            )
        if id.casefold() in tuple(Absence):  # tables write absences in any case
            yield f"{key}[{place}].id", f"must not be the name of an absence, got {id!r}; rename it"
        if id in ids[:place]:
            yield f"{key}[{place}].id", f"must be unique, got {id!r} twice; rename one"


def _points(criterion: Criterion) -> Iterator[KeyProblem]:
    key = ".options" if isinstance(criterion.scale, SeveralChoice) else ".levels"
    points = [criterion.points_of(place) for place in range(len(criterion.scale.ids))]
    if criterion.record_only:
        return
    for place, each in enumerate(points):
        if each is None:
            yield f"{key}[{place}].points", "must be a number, got nothing; say what it earns"
    if None in points or not points:
        return
    if isinstance(criterion.scale, SeveralChoice):
        if not any(each is not None and each > 0 for each in points):
            yield key, "must have an option with points above 0, got none; mend the points"
    elif len(set(points)) == 1:
        yield key, "must not all earn the same points, got one value; use record_only to only report"


def _ranges(scale: Numeric) -> Iterator[KeyProblem]:
    levels = scale.levels
    for place, (lower, upper) in enumerate(itertools.pairwise(levels)):
        if lower.high is None or upper.low is None or lower.high != upper.low:
            yield (
                f".levels[{place + 1}].from",
                "must continue where the range before it ends; mend from or below",
            )
    for place, level in enumerate(levels):
        if level.low is not None and level.high is not None and float(level.low) >= float(level.high):
            yield (
                f".levels[{place}]",
                f"must rise, got from {level.low} below {level.high}; mend from or below",
            )


def _options(scale: SeveralChoice) -> Iterator[KeyProblem]:
    if scale.cap is not None and scale.cap <= 0:
        yield ".cap", f"must be above 0, got {scale.cap}; mend it or leave it out"
    if scale.meets_at is not None and scale.exceeds_at is not None and scale.exceeds_at <= scale.meets_at:
        yield ".exceeds_at", f"must lie above meets_at, got {scale.exceeds_at}; mend one of them"
    marks = {".meets_at": scale.meets_at, ".exceeds_at": scale.exceeds_at}
    for key, mark in marks.items():
        if mark is None:
            continue
        if not 0 <= mark <= 1:
            yield key, f"must be a share from 0 to 1, got {mark}; mend it"
        if any(option.points is None for option in scale.options):
            yield key, "must have points on every option to compare with; add points"
        elif not any(option.points and option.points > 0 for option in scale.options):
            yield key, "must have an option with points above 0 to compare with, got none; mend the points"


def _ideal(criterion: Criterion, ideal: Ideal, form: Form) -> Iterator[KeyProblem]:
    if not isinstance(criterion.scale, SingleChoice):
        yield ".ideal", "must stand with a single choice, got another scale; drop ideal"
        return
    ids = criterion.scale.ids
    yield from _ideal_best(ideal, form, ids)
    if any(level.points is not None for level in criterion.scale.levels):
        yield ".levels", "must have no points beside ideal, got some; the points stand in ideal.points"
    farthest = max(
        (max(ids.index(best), len(ids) - 1 - ids.index(best)) for _, best in ideal.best if best in ids),
        default=0,
    )
    if len(ideal.points) <= farthest:
        yield (
            ".ideal.points",
            f"must have an entry for every distance, got {len(ideal.points)}; write {farthest + 1}",
        )
    yield from _ideal_points(ideal.points)


def _ideal_best(ideal: Ideal, form: Form, ids: Sequence[str]) -> Iterator[KeyProblem]:
    yield from _member(".ideal.fact", "a declared fact", ideal.fact, form.fact_ids)
    if not ideal.best:
        yield ".ideal.best", "must name the best level for a value, got none; add one"
    if ideal.fact in form.fact_ids:
        allowed = form.fact(ideal.fact).allowed
        for value, level in ideal.best:
            yield from _member(f".ideal.best.{value}", "a value of the fact", value, allowed)
            yield from _member(f".ideal.best.{value}", "a level", level, ids)


def _ideal_points(points: tuple[Fraction, ...]) -> Iterator[KeyProblem]:
    if any(nearer < farther for nearer, farther in itertools.pairwise(points)):
        yield ".ideal.points", "must not rise with distance from the best; sort them downwards"
    elif len(set(points)) < 2:
        yield ".ideal.points", "must not all be the same, got one value; let distance cost something"


def _gate(criterion: Criterion, form: Form) -> Iterator[KeyProblem]:
    gate = criterion.gate
    if gate is None:
        return
    yield from _member(".gate.class", "an error class", gate.error_class, ERROR_CLASSES)
    if not gate.on:
        yield ".gate.on", "must name the levels that trigger it, got none; add one"
    yield from _members(".gate.on", "a level or option of the criterion", gate.on, criterion.scale.ids)
    yield from _members(".gate.stages", "a stage of the rubric", gate.stages, form.stage_ids)
    if gate.error_class == "ethics":
        yield from _member(".gate.kind", "unethical, illegal or immoral", gate.kind or "", ETHICS_KINDS)
    elif gate.kind is not None:
        yield ".gate.kind", "must stand with class ethics only, got another class; drop kind"


def _irreversible(criterion: Criterion) -> Iterator[KeyProblem]:
    if not criterion.irreversible or criterion.ideal:
        return
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        if scale.meets_at is None:
            yield ".meets_at", "must be given where irreversible is true; say from which share it meets"
    elif any(level.standing is None for level in scale.levels):
        yield ".levels", "must say `is` on every level where irreversible is true; add it"


def _detect(criterion: Criterion) -> Iterator[KeyProblem]:
    if criterion.detect is None:
        return
    if not isinstance(criterion.scale, SingleChoice):
        yield ".detect", "must stand with a single choice, got another scale; drop detect"
        return
    named = {"present": criterion.detect.present, "absent": criterion.detect.absent}
    for key, level in named.items():
        if level is not None:
            yield from _member(f".detect.{key}", "a level", level, criterion.scale.ids)


def _leaf(leaf: FactIn | FactBetween | CriterionIn, form: Form) -> Iterator[KeyProblem]:
    if isinstance(leaf, CriterionIn):
        yield from _member(".when", "a criterion of the rubric", leaf.criterion, form.criterion_ids)
        if not leaf.ids:
            yield ".when", "must list what the answer is in, got nothing; add in = [...]"
        if leaf.criterion in form.criterion_ids:
            yield from _members(".when.in", "a level", leaf.ids, form.criterion(leaf.criterion).scale.ids)
        return
    yield from _member(".when.fact", "a declared fact", leaf.fact, form.fact_ids)
    if leaf.fact in form.fact_ids:
        yield from _fact_leaf(leaf, form)


def _fact_leaf(leaf: FactIn | FactBetween, form: Form) -> Iterator[KeyProblem]:
    fact = form.fact(leaf.fact)
    if (fact.kind == "number") != isinstance(leaf, FactBetween):
        wanted = "from or below" if fact.kind == "number" else "in"
        yield ".when", f"must test the {fact.kind} {fact.id!r} with {wanted}; mend it"
    elif isinstance(leaf, FactIn):
        if not leaf.values:
            yield ".when.in", "must list values, got none; add one"
        yield from _members(".when.in", "a value of the fact", leaf.values, fact.allowed)
    elif leaf.low is None and leaf.high is None:
        yield ".when", "must have from or below, got neither; add one"
    elif leaf.low is not None and leaf.high is not None and float(leaf.low) >= float(leaf.high):
        yield ".when", f"must rise, got from {leaf.low} below {leaf.high}; mend one"
