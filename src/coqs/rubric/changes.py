"""What changed between two versions of a rubric, found in the two forms that its fingerprints are made of.

Whatever differs in the canonical scoring form can change a number; whatever differs in the document
is a change. So a difference that is found here and the fingerprints cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

import attrs

from coqs.rubric.fingerprints import scoring_form
from coqs.rubric.form import Form
from coqs.rubric.policy import Policy
from coqs.rubric.toml_out import document

KINDS = (
    *("added", "removed", "reweighted", "rescaled", "moved", "regated", "rebranched", "remoded", "reaimed"),
    *("remarked", "rebanded", "repoliced", "redeclared", "reworded", "reassigned", "redetected", "reordered"),
    "reissued",
)
Plain = str | int | bool | tuple[str | int | bool, ...] | None
Entry = Mapping[str, Any]
_CRITERION = (
    *(("moved", "stage", "stage"), ("reweighted", "weight", "weight")),
    *(("rebranched", "applies_to", "applies_to"), ("rebranched", "when", "when")),
    *(("remoded", key, "modes") for key in ("record_only", "bonus", "irreversible")),
    *(("regated", "gate", "gate"), ("reaimed", "ideal", "ideal")),
    *(("reassigned", "controlled_by", ""), ("redetected", "detect", ""), ("reworded", "unit", "")),
)
"""The kind of change, the key of the document, and that of the scoring form; empty where none is."""
_TEXTS = ("text", "title")


@attrs.frozen(slots=True)
class Change:
    """One thing that two versions of a rubric say differently."""

    kind: str
    """What was done to it, such as reweighted; `RubricDiff` lists them."""
    path: str
    """Where, as a key path by ids: `criteria.greets.weight`."""
    old: Plain
    """The old value in plain form: numbers as integers or exact texts, tables as JSON; None for none."""
    new: Plain
    """The new value."""
    scoring: bool
    """Whether it can change a number."""
    criterion: str | None = None
    """The criterion that it is about; None where it is about another part."""


def changes_between(old: Form, new: Form) -> tuple[Change, ...]:
    """Return every change, those that can change a number first, then in the order of the new sheet."""
    before, after = document(old), document(new)
    was, now = scoring_form(old), scoring_form(new)
    found = [
        *_heads(before, after),
        *_marks(before, after, ""),
        *_policy(old, new, before.get("policy"), after.get("policy"), was["policy"], now["policy"]),
        *_stages(before, after),
        *_criteria(before, after, _by_id(was["criteria"]), _by_id(now["criteria"])),
        *_facts(before, after, _by_place(was["facts"]), _by_place(now["facts"])),
        *_sets(before.get("sets", {}), after.get("sets", {})),
    ]
    return tuple(sorted(found, key=lambda each: not each.scoring))


def _heads(before: Entry, after: Entry) -> Iterator[Change]:
    for key in ("id", "version"):
        if before[key] != after[key]:
            yield Change("reissued", key, before[key], after[key], scoring=False)
    if before["language"] != after["language"]:
        yield Change("reworded", "language", before["language"], after["language"], scoring=False)
    yield from _texts(before, after, "")


def _texts(before: Entry, after: Entry, path: str, criterion: str | None = None) -> Iterator[Change]:
    """Yield the texts of one table, translations too, that differ."""
    keys = [key for key in _either(before, after) if key.partition("_")[0] in _TEXTS]
    for key in keys:
        if before.get(key) != after.get(key):
            yield Change("reworded", f"{path}{key}", before.get(key), after.get(key), False, criterion)


def _marks(before: Entry, after: Entry, path: str) -> Iterator[Change]:
    """Yield how a pass mark and bands differ, of the whole form or of a stage."""
    if before.get("pass_mark") != after.get("pass_mark"):
        old, new = (plain(each.get("pass_mark")) for each in (before, after))
        yield Change("remarked", f"{path}pass_mark", old, new, scoring=True)
    yield from _bands(before, after, path)


def _bands(before: Entry, after: Entry, path: str, criterion: str | None = None) -> Iterator[Change]:
    old, new = before.get("bands", []), after.get("bands", [])
    was, now = ([_without_texts(each) for each in bands] for bands in (old, new))
    if was != now:
        yield Change("rebanded", f"{path}bands", plain(was), plain(now), True, criterion)
    yield from _texts_of_each(old, new, f"{path}bands", criterion)


def _texts_of_each(
    old: Sequence[Entry], new: Sequence[Entry], path: str, criterion: str | None
) -> Iterator[Change]:
    """Yield the texts that differ of the parts that both have, by their ids."""
    ours, theirs = _by_id(old), _by_id(new)
    for id in _both(ours, theirs):
        yield from _texts(ours[id], theirs[id], f"{path}.{id}.", criterion)


def _policy(old: Form, new: Form, said: Any, says: Any, was: Entry, now: Entry) -> Iterator[Change]:
    """Yield the choices that differ; a policy that is only said or not said differs as a whole."""
    ours, theirs = ((each.policy or Policy()).to_mapping() for each in (old, new))
    changed = [name for name in _either(ours, theirs) if ours.get(name) != theirs.get(name)]
    for name in changed:
        numbers = was.get(name) != now.get(name)
        yield Change("repoliced", f"policy.{name}", plain(ours.get(name)), plain(theirs.get(name)), numbers)
    if said != says and not changed:
        yield Change("repoliced", "policy", plain(said), plain(says), scoring=False)


def _stages(before: Entry, after: Entry) -> Iterator[Change]:
    ours, theirs = _by_id(before["stages"]), _by_id(after["stages"])
    yield from _come_and_gone(ours, theirs, "stages", scoring=True)
    for id in _both(ours, theirs):
        old, new, path = ours[id], theirs[id], f"stages.{id}."
        if old["weight"] != new["weight"]:
            yield Change("reweighted", f"{path}weight", plain(old["weight"]), plain(new["weight"]), True)
        yield from _marks(old, new, path)
        yield from _texts(old, new, path)
    yield from _order(ours, theirs, "stages", "reordered", scoring=False)


def _criteria(before: Entry, after: Entry, was: Entry, now: Entry) -> Iterator[Change]:
    ours, theirs = _by_id(before["criteria"]), _by_id(after["criteria"])
    yield from _come_and_gone(ours, theirs, "criteria", scoring=True)
    for id in _both(ours, theirs):
        yield from _criterion(id, ours[id], theirs[id], was[id], now[id])
    yield from _order(ours, theirs, "criteria", "reordered", scoring=False)


def _criterion(id: str, old: Entry, new: Entry, was: Entry, now: Entry) -> Iterator[Change]:
    path = f"criteria.{id}."
    for kind, key, canonical in _CRITERION:
        if old.get(key) != new.get(key):
            numbers = bool(canonical) and was[canonical] != now[canonical]
            yield Change(kind, f"{path}{key}", plain(old.get(key)), plain(new.get(key)), numbers, id)
    yield from _scale(id, old, new, path)
    yield from _bands(old, new, path, id)
    yield from _texts(old, new, path, id)


def _scale(id: str, old: Entry, new: Entry, path: str) -> Iterator[Change]:
    if ("options" in old) != ("options" in new):
        was, now = ("several choice" if "options" in each else "levels" for each in (old, new))
        yield Change("rescaled", f"{path}scale", was, now, scoring=True, criterion=id)
        return
    answers = "options" if "options" in new else "levels"
    for key in ("meets_at", "exceeds_at"):
        if old.get(key) != new.get(key):
            yield Change("rescaled", f"{path}{key}", plain(old.get(key)), plain(new.get(key)), True, id)
    yield from _answers(id, _by_id(old[answers]), _by_id(new[answers]), f"{path}{answers}")


def _answers(id: str, ours: Entry, theirs: Entry, path: str) -> Iterator[Change]:
    """Yield how levels or options differ: gone, new, worth something else, in another order."""
    for each in _either(ours, theirs):
        if each not in ours or each not in theirs:
            old, new = (each in those and plain(_without_texts(those[each])) for those in (ours, theirs))
            yield Change("rescaled", f"{path}.{each}", old or None, new or None, True, id)
            continue
        was, now = ours[each], theirs[each]
        for key in ("points", "is", "from", "below"):
            if was.get(key) != now.get(key):
                values = plain(was.get(key)), plain(now.get(key))
                yield Change("rescaled", f"{path}.{each}.{key}", *values, scoring=True, criterion=id)
    yield from _texts_of_each(list(ours.values()), list(theirs.values()), path, id)
    yield from _order(ours, theirs, path, "rescaled", scoring=True, criterion=id)


def _facts(before: Entry, after: Entry, was: Entry, now: Entry) -> Iterator[Change]:
    ours, theirs = before.get("facts", {}), after.get("facts", {})
    for id in _either(ours, theirs):
        if ours.get(id) != theirs.get(id):
            kind = "removed" if id not in theirs else "redeclared" if id in ours else "added"
            numbers = was.get(id) != now.get(id)
            yield Change(kind, f"facts.{id}", plain(ours.get(id)), plain(theirs.get(id)), numbers)


def _sets(ours: Entry, theirs: Entry) -> Iterator[Change]:
    yield from _come_and_gone(ours, theirs, "sets", scoring=False)
    for id in _both(ours, theirs):
        yield from _texts(ours[id], theirs[id], f"sets.{id}.")


def _come_and_gone(ours: Entry, theirs: Entry, path: str, *, scoring: bool) -> Iterator[Change]:
    """Yield the parts that only one version has, by their text, or their id where they have none."""
    for id in _either(ours, theirs):
        criterion = id if path == "criteria" else None
        if id not in ours:
            yield Change("added", f"{path}.{id}", None, theirs[id].get("text", id), scoring, criterion)
        elif id not in theirs:
            yield Change("removed", f"{path}.{id}", ours[id].get("text", id), None, scoring, criterion)


def _order(
    ours: Entry, theirs: Entry, path: str, kind: str, *, scoring: bool, criterion: str | None = None
) -> Iterator[Change]:
    """Yield that what both versions have stands in another order."""
    old, new = tuple(id for id in ours if id in theirs), tuple(_both(ours, theirs))
    if old != new:
        yield Change(kind, path, old, new, scoring, criterion)


def plain(value: Any) -> Plain:
    """Return a value of the document as one that never changes: a table is written as JSON.

    >>> plain(Decimal("0.5")), plain(["a", "b"]), plain({"on": ["no"]})
    ('0.5', ('a', 'b'), '{"on": ["no"]}')
    """
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping) or (isinstance(value, list) and any(isinstance(v, Mapping) for v in value)):
        return json.dumps(value, default=str, ensure_ascii=False)
    return tuple(value) if isinstance(value, list) else value


def _without_texts(entry: Entry) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key.partition("_")[0] not in _TEXTS}


def _by_id(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {each["id"]: each for each in entries}


def _by_place(entries: Iterable[Sequence[Any]]) -> dict[str, Any]:
    return {each[0]: each for each in entries}


def _both(ours: Entry, theirs: Entry) -> list[str]:
    return [id for id in theirs if id in ours]


def _either(ours: Entry, theirs: Entry) -> list[str]:
    """List the keys of both, those of the new one first."""
    return [*theirs, *(key for key in ours if key not in theirs)]
