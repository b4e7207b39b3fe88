"""Which criteria two rubrics share, so that an answer to one is an answer to the other.

Shared is what has the same id and asks the same: the same answers, worth the same and standing the same,
the same ideal point, asked of the same interactions. Weights, stages, gates and texts may differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from coqs.rubric import CriterionIn, Fact, Policy, Rubric
from coqs.rubric.conditions import criteria_read, leaves
from coqs.rubric.fingerprints import scoring_form
from coqs.rubric.reach import ZERO, counts_in, shares


def not_shared(old: Rubric, new: Rubric) -> dict[str, str]:
    """Return why each criterion of either rubric is not shared, empty where it is; those of the new first."""
    ours, theirs = scoring_criteria(old), scoring_criteria(new)
    why: dict[str, str] = {}
    for id in new.asking_order:  # each after those that its branch reads
        why[id] = "only the new version asks it"
        if id in ours:
            same_kind = type(old.criterion(id).scale) is type(new.criterion(id).scale)
            why[id] = _difference(ours[id], theirs[id], same_kind) or _reading(old, new, id, why)
    gone = {id: "only the old version asks it" for id in old.criterion_ids if id not in theirs}
    return {id: why[id] for id in new.criterion_ids} | gone


def scoring_criteria(rubric: Rubric) -> dict[str, Mapping[str, Any]]:
    """Return each criterion in its canonical scoring form, by id."""
    return {each["id"]: each for each in scoring_form(rubric)["criteria"]}


def _difference(ours: Mapping[str, Any], theirs: Mapping[str, Any], same_kind: bool) -> str:
    if not same_kind or ours["scale"] != theirs["scale"]:
        return "its answers, or what they are worth, differ"
    if ours["ideal"] != theirs["ideal"]:
        return "its ideal point differs"
    if ours["applies_to"] != theirs["applies_to"] or ours["when"] != theirs["when"]:
        return "it is asked of other interactions"
    return ""


def _reading(old: Rubric, new: Rubric, id: str, why: Mapping[str, str]) -> str:
    """Say what a criterion's branch reads that is not shared."""
    for read in criteria_read(new.criterion(id).when):
        if why[read]:
            return f"whether it is asked hangs on {read!r}, which is not shared"
    for fact in facts_read(new, id):
        if _kind(old, fact) != _kind(new, fact):
            return f"whether it is asked hangs on the fact {fact!r}, which is of another kind"
    return ""


def facts_read(rubric: Rubric, id: str) -> Iterator[str]:
    """Yield the facts that decide whether a criterion is asked."""
    criterion = rubric.criterion(id)
    if criterion.ideal:
        yield criterion.ideal.fact
    yield from (each.fact for each in leaves(criterion.when) if not isinstance(each, CriterionIn))


def _kind(rubric: Rubric, fact: str) -> str:
    return rubric.fact(fact).kind


def same_branches(old: Rubric, new: Rubric) -> frozenset[str]:
    """Return the criteria of both of which the same decides whether they are asked, all the way down."""
    ours, theirs = scoring_criteria(old), scoring_criteria(new)
    same: set[str] = set()
    for id in new.asking_order:  # each after those that its branch reads
        if id not in ours or any(ours[id][key] != theirs[id][key] for key in ("applies_to", "when", "ideal")):
            continue
        reads = criteria_read(new.criterion(id).when)
        alike = all(read in same and ours[read]["scale"] == theirs[read]["scale"] for read in reads)
        if alike and all(_kind(old, fact) == _kind(new, fact) for fact in facts_read(new, id)):
            same.add(id)
    return frozenset(same)


def facts_of_both(old: Rubric, new: Rubric) -> tuple[Fact, ...]:
    """Return the facts of the new rubric, with the values that either knows."""
    return tuple(_with_values_of(old, fact) for fact in new.facts)


def _with_values_of(old: Rubric, fact: Fact) -> Fact:
    other = next((each for each in old.facts if each.id == fact.id and each.kind == fact.kind), fact)
    return Fact(fact.id, fact.kind, tuple(dict.fromkeys([*fact.values, *other.values])))


def share_of(rubric: Rubric, policy: Policy, ids: Iterable[str]) -> Fraction | None:
    """Return the share of the overall score that some criteria are, where everything is asked.

    A bonus that counts outside has none. None where scores are no sums of shares.
    """
    weights = weights_of(rubric, policy)
    return None if weights is None else sum((weights[id] for id in ids), ZERO)


def weights_of(rubric: Rubric, policy: Policy) -> dict[str, Fraction] | None:
    """Return each criterion's share of what can be reached; None where scores are no sums of shares."""
    found = shares(rubric, policy)
    if found is None:
        return None
    return {
        each.id: found[each.id] if counts_in(each, policy) == "possible" else ZERO for each in rubric.criteria
    }
