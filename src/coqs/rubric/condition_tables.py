"""Conditions as tables of a file: how they are read and how they are written."""

from __future__ import annotations

from typing import Any

from coqs.errors import RubricError, suggest
from coqs.rubric.conditions import Condition, CriterionIn, Every, FactBetween, FactIn, Negation, Some
from coqs.rubric.keys import Keys, as_text, filled, plain_number

DEEPEST_CONDITION = 20


def condition_from(entry: Any, path: str) -> Condition:
    """Read a condition from its table, or raise `RubricError` with its key path."""
    if path.count(".not") + path.count(".and[") + path.count(".or[") > DEEPEST_CONDITION:
        raise RubricError(
            f"{path[:60]}...: must nest at most {DEEPEST_CONDITION} deep, got more; simplify it"
        )
    keys = Keys(entry, path)
    condition = _condition_parts(keys)
    keys.close()
    return condition


def _condition_parts(keys: Keys) -> Condition:
    kinds = ("fact", "criterion", "not", "and", "or")
    given = [kind for kind in kinds if keys.holds(kind)]
    if len(given) != 1:
        nearest = (
            "; ".join(suggest(key, kinds) for key in keys.untaken() if key not in kinds) or "split it up"
        )
        raise RubricError(
            f"{keys.path}: must have one of fact, criterion, not, and, or, got {given}; {nearest}"
        )
    match given[0]:
        case "fact":
            return _fact_condition(keys)
        case "criterion":
            return CriterionIn(keys.text("criterion"), keys.each("in", as_text))
        case "not":
            return Negation(condition_from(keys.take("not"), keys.at("not")))
        case "and":
            return Every(keys.each("and", condition_from))
        case _:
            return Some(keys.each("or", condition_from))


def _fact_condition(keys: Keys) -> Condition:
    fact = keys.text("fact")
    if keys.holds("in"):
        return FactIn(fact, keys.each("in", _fact_value))
    return FactBetween(fact, low=keys.number("from"), high=keys.number("below"))


def _fact_value(value: Any, path: str) -> str:
    return str(value).lower() if isinstance(value, bool) else as_text(value, path)


def condition_table(condition: Condition | None) -> dict[str, Any] | None:
    """Write a condition as the table that `condition_from` reads; None where there is none."""
    match condition:
        case None:
            return None
        case FactIn(fact, values):
            return {"fact": fact, "in": list(values)}
        case FactBetween(fact, low, high):
            return {"fact": fact, **filled(**{"from": plain_number(low), "below": plain_number(high)})}
        case CriterionIn(criterion, ids):
            return {"criterion": criterion, "in": list(ids)}
        case Negation(inner):
            return {"not": condition_table(inner)}
        case Every(parts):
            return {"and": [condition_table(part) for part in parts]}
        case Some(parts):
            return {"or": [condition_table(part) for part in parts]}
