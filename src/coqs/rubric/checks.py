"""What makes a rubric contradict itself; each problem has the key path of its place.

Weaknesses that are no contradictions are found by `lint`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from coqs.errors import RubricError, many_failures, suggest
from coqs.model import RESERVED, Absence
from coqs.rubric.check_bands import band_problems
from coqs.rubric.check_criteria import criterion_problems
from coqs.rubric.conditions import criteria_read
from coqs.rubric.form import FACT_KINDS, Form
from coqs.rubric.keys import LANGUAGE
from coqs.rubric.policy_fit import misfits

RUBRIC_ID = re.compile(r"[a-z][a-z0-9_-]{0,63}")
ID = re.compile(r"[a-z][a-z0-9_]{0,63}")
VALUE = re.compile(r"[^|\s](?:[^|]{0,62}[^|\s])?")
STAGE_RESERVED = ("overall",)  # beside the stages, marks and accounts have this one
Problem = tuple[str, str, str | None]


def check(form: Form) -> None:
    """Raise `RubricError` for everything in which the rubric contradicts itself."""
    problems: list[Problem] = []
    for look in (_heads, _names, _marks, _references, _cycles, _weights, _policy):
        problems.extend(look(form))
    for place, criterion in enumerate(form.criteria):
        problems.extend(
            (f"criteria[{place}]{key}", f"{message} (criterion {criterion.id!r})", criterion.id)
            for key, message in criterion_problems(criterion, form)
        )
    if problems:
        message = many_failures("", [f"{path}: {text}" for path, text, _ in problems])
        raise RubricError(message, rubric=form.id, criterion=problems[0][2])


def _heads(form: Form) -> Iterator[Problem]:
    if not RUBRIC_ID.fullmatch(form.id):
        yield "id", f"must be lower-case letters, digits, - or _, got {form.id!r}; rename it", None
    if not form.version.strip():
        yield "version", 'must be a text, got an empty one; write for example "1.0"', None
    if not re.fullmatch(LANGUAGE, form.language):
        yield "language", f'must be a language code, got {form.language!r}; write for example "en"', None
    if not form.criteria:
        yield "criteria", "must have at least one criterion, got none; add one", None
    if not form.stages:
        yield "stages", "must have at least one stage, got none; add one", None


def _names(form: Form) -> Iterator[Problem]:
    criteria = form.criterion_ids
    yield from id_problems("stages", form.stage_ids, ID)
    yield from id_problems("criteria", criteria, ID)
    yield from id_problems("facts", form.fact_ids, ID)
    yield from id_problems("sets", tuple(each.id for each in form.sets), ID)
    for id in (*criteria, *form.fact_ids):
        if id in RESERVED or id in tuple(Absence):
            yield (
                f"{'criteria' if id in criteria else 'facts'}",
                f"must not use the reserved name {id!r}; rename it",
                None,
            )
    for id in form.stage_ids:
        if id in STAGE_RESERVED:
            yield "stages", f"must not use the reserved name {id!r}; rename it", None
    yield from _facts(form)


def _facts(form: Form) -> Iterator[Problem]:
    for id in form.fact_ids:
        if id in form.criterion_ids:
            yield f"facts.{id}", f"must not share its name with a criterion, got {id!r}; rename one", None
    for fact in form.facts:
        if fact.kind not in FACT_KINDS:
            yield (
                f"facts.{fact.id}",
                f"must be category, number or boolean, got {fact.kind!r}; choose one",
                None,
            )
        if (fact.kind == "category") != bool(fact.values):
            yield (
                f"facts.{fact.id}",
                "must list the values of a category and of nothing else; mend the list",
                None,
            )
        yield from id_problems(f"facts.{fact.id}", fact.values, VALUE, rule="of 1 to 64 characters without |")


def id_problems(
    path: str, ids: Sequence[str], pattern: re.Pattern[str], *, rule: str = "lower-case letters, digits or _"
) -> Iterator[Problem]:
    """Yield what is wrong with ids: their characters, or that one comes twice."""
    for place, id in enumerate(ids):
        if not pattern.fullmatch(id):
            yield f"{path}[{place}]", f"must be {rule}, got {id!r}; rename it", None
        if id in ids[:place]:
            yield f"{path}[{place}]", f"must be unique, got {id!r} twice; rename one", None


def _marks(form: Form) -> Iterator[Problem]:
    yield from ((key.removeprefix("."), message, None) for key, message in band_problems(form.bands))
    marks: list[tuple[str, Fraction | None]] = [("pass_mark", form.pass_mark)]
    marks += [(f"stages[{place}].pass_mark", stage.pass_mark) for place, stage in enumerate(form.stages)]
    for path, mark in marks:
        if mark is not None and not 0 <= mark <= 1:
            yield path, f'must be a share from 0 to 1, got {mark}; write for example "4/5"', None
    for place, stage in enumerate(form.stages):
        yield from ((f"stages[{place}]{key}", message, None) for key, message in band_problems(stage.bands))
        if stage.weight < 0:
            yield f"stages[{place}].weight", f"must be at least 0, got {stage.weight}; mend it", None


def _references(form: Form) -> Iterator[Problem]:
    for place, criterion in enumerate(form.criteria):
        path, id = f"criteria[{place}]", criterion.id
        if criterion.stage not in form.stage_ids:
            cure = suggest(criterion.stage, form.stage_ids)
            yield f"{path}.stage", f"must be a stage of the rubric, got {criterion.stage!r}; {cure}", id
        for at, each in enumerate(criterion.applies_to):
            if each not in form.set_ids:
                cure = suggest(each, form.set_ids)
                yield f"{path}.applies_to[{at}]", f"must be a customer set, got {each!r}; {cure}", id
            if each in criterion.applies_to[:at]:
                yield f"{path}.applies_to[{at}]", f"must be named once, got {each!r} twice; drop one", id


def _cycles(form: Form) -> Iterator[Problem]:
    reads = {criterion.id: criteria_read(criterion.when) for criterion in form.criteria}
    cycle = _first_cycle(reads)
    if cycle:
        place = form.criterion_ids.index(cycle[0])
        round_trip = " -> ".join([*cycle, cycle[0]])
        yield (
            f"criteria[{place}].when",
            f"must not depend on itself, got {round_trip}; break the cycle",
            cycle[0],
        )


def _first_cycle(reads: dict[str, tuple[str, ...]]) -> list[str]:
    done: set[str] = set()
    for start in reads:
        trail: list[str] = []
        found = _walk(start, reads, done, trail)
        if found:
            return found
    return []


def _walk(id: str, reads: dict[str, tuple[str, ...]], done: set[str], trail: list[str]) -> list[str]:
    """Follow what a criterion reads, without recursion; return the first cycle that is met."""
    pending: list[tuple[str, Iterator[str]]] = [(id, iter(reads.get(id, ())))]
    trail.append(id)
    while pending:
        current, following = pending[-1]
        step = next((each for each in following if each in reads and each not in done), None)
        if step is None:
            done.add(current)
            pending.pop()
            trail.pop()
        elif step in trail:
            return trail[trail.index(step) :]
        else:
            pending.append((step, iter(reads[step])))
            trail.append(step)
    return []


def _weights(form: Form) -> Iterator[Problem]:
    weight_of: Callable[[str], Fraction] = {stage.id: stage.weight for stage in form.stages}.get  # type: ignore[assignment]
    asked = [each for each in form.criteria if not each.record_only and not each.bonus]
    if asked and not any(each.weight and weight_of(each.stage) for each in asked):
        yield (
            "criteria",
            "must have a criterion with a weight in a stage with a weight, got only zeros; weigh one",
            None,
        )


def _policy(form: Form) -> Iterator[Problem]:
    """What the rubric cannot follow of its own policy."""
    if form.policy is not None:
        for _, path, message in misfits(form, form.policy):
            yield f"policy.{path}", message, None
