"""Random rubrics that use every feature, and random tables of ratings for them.

A rubric is drawn piece by piece, so that it shrinks; a table comes from a seed, so that it is fast.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import attrs
from hypothesis import assume, strategies as st

import coqs
from coqs.model import Band, CustomerSet, Stage, Standing, Words
from coqs.rubric import (
    Condition,
    Criterion,
    CriterionIn,
    Detect,
    Every,
    Fact,
    FactBetween,
    FactIn,
    Gate,
    Ideal,
    Level,
    Negation,
    Numeric,
    Option,
    SeveralChoice,
    SingleChoice,
    Some,
)
from coqs.rubric.criteria import CONTROLLERS, ERROR_CLASSES, ETHICS_KINDS

F = Fraction
WEIGHTS = [
    F(1),
    F(1),
    F(2),
    F(0),
    F(1, 3),
    F(10, 3),
    F(1, 10),
    F(7, 11),
    F(5, 2),
    F(10**6 + 1, 7),
    F(1, 10**4),
]
HUGE = [F(10**17 + 3, 10**9 + 7), F(3, 2**61 - 1), F(10**20)]
"""Weights whose sums need more digits than a float or an int64 has."""
POINTS = [F(0), F(1), F(2), F(3), F(1, 3), F(7, 10), F(-1), F(-5, 2), F(10), F(100)]
MARKS = [None, None, F(0), F(1), F(4, 5), F(1, 2), F(2, 3), F(1, 10**20)]
EDGES = [F(-3), F(0), F(1, 10), F(1, 3), F(10), F(25, 2), F(60)]
SETS = ("client", "employees", "co_workers", "visitors", "self", "contractors")
FACTS = (
    Fact("situation", "category", ("incident", "lost visitor", "Ünïcode")),
    Fact("urgent", "boolean"),
    Fact("wait", "number"),
)
LETTERS = "aé|\"'\\ \n\t<&=#日\x7f"
texts = st.text(alphabet=LETTERS, max_size=8)
any_words = st.builds(
    lambda text, translations: Words(text, translations=tuple(sorted(translations.items()))),
    texts,
    st.dictionaries(st.sampled_from(["es", "fr", "pt-BR", "gsw"]), texts.filter(bool), max_size=2),
)
bands = st.sampled_from(
    [
        (),
        (),
        (Band("all"),),
        (Band("needs_improvement"), Band("meets", F(3, 5)), Band("exceeds", F(9, 10))),
        (Band("poor"), Band("some", F(1, 10**20)), Band("all", F(1))),
    ]
)
seeds = st.integers(0, 2**32 - 1)


def one(choices: Any) -> Any:
    """Draw one of some choices."""
    return st.sampled_from(list(choices))


@st.composite
def conditions(draw: Any, read: tuple[Criterion, ...], depth: int = 2) -> Condition:
    """Draw a tree over facts and over the answers to earlier criteria."""
    kinds = ["category", "boolean", "number", *(["answer"] * 3 if read else [])]
    kinds += ["not", "and", "or"] if depth else []
    match draw(one(kinds)):
        case "category":
            return FactIn("situation", tuple(draw(st.lists(one(FACTS[0].values), min_size=1, unique=True))))
        case "boolean":
            return FactIn("urgent", (draw(one(["true", "false"])),))
        case "number":
            low, high = draw(one([(F(3), None), (None, F(10)), (F(3), F(10)), (F(1, 3), F(5))]))
            return FactBetween("wait", low, high)
        case "answer":
            other = draw(one(read))
            return CriterionIn(other.id, tuple(draw(st.lists(one(other.scale.ids), min_size=1, unique=True))))
        case "not":
            return Negation(draw(conditions(read, depth - 1)))
        case kind:
            parts = tuple(draw(st.lists(conditions(read, depth - 1), min_size=1, max_size=3)))
            return Every(parts) if kind == "and" else Some(parts)


def points_of(count: int, *, positive: bool = False) -> Any:
    """Draw points that can be told apart, of which one is positive where that is needed."""
    drawn = st.lists(one(POINTS), min_size=count, max_size=count)
    return drawn.filter(lambda found: max(found) > 0 if positive else len(set(found)) > 1)


@st.composite
def scales(draw: Any, kind: str, *, bare: bool, strict: bool, words: Any) -> Any:
    """Draw a scale; `bare` levels have no points, `strict` ones all say how they stand."""
    count = draw(st.integers(2, 4))
    ids = ["poor", "fair", "good", "0.best"][:count]
    if kind == "several":
        points = [None] * count if bare else draw(points_of(count, positive=True))
        options = tuple(Option(id, p, draw(words)) for id, p in zip(ids, points, strict=True))
        if bare:
            return SeveralChoice(options)
        meets = draw(one([F(0), F(1, 3), F(1, 2)] + ([] if strict else [None])))
        cap = draw(one([None, None, F(1), F(2, 3), F(5)]))
        return SeveralChoice(options, meets, draw(one([None, F(2, 3), F(1)])), cap)
    standings = [draw(one([*Standing] + ([] if strict else [None]))) for _ in ids]
    points = [None] * count if bare else draw(points_of(count))
    levels = [Level(*each) for each in zip(ids, points, standings, strict=True)]
    levels = [attrs.evolve(level, words=draw(words)) for level in levels]
    if kind == "single":
        return SingleChoice(tuple(levels))
    edges = sorted(draw(st.lists(one(EDGES), min_size=count + 1, max_size=count + 1, unique=True)))
    lows = [None if draw(st.booleans()) else edges[0], *edges[1:-1]]
    highs = [*edges[1:-1], None if draw(st.booleans()) else edges[-1]]
    ranges = [attrs.evolve(x, low=low, high=high) for x, low, high in zip(levels, lows, highs, strict=True)]
    return Numeric(tuple(ranges), unit=draw(one(["", "seconds"])))


@st.composite
def criteria(
    draw: Any, id: str, stages: tuple[str, ...], read: tuple[Criterion, ...], *, huge: bool, words: Any
) -> Any:
    """Draw a criterion that may read those before it."""
    kind = draw(one(["single", "single", "numeric", "several"]))
    ideal = kind == "single" and draw(one([False, False, True]))
    mode = draw(one(["", "", "", "record_only", "bonus"]))
    irreversible = draw(one([False, False, True]))
    unscored = mode == "record_only" and not (kind == "several" and irreversible) and draw(st.booleans())
    scale = draw(scales(kind, bare=ideal or unscored, strict=irreversible, words=words))
    ids = scale.ids
    return Criterion(
        id,
        draw(one(stages)),
        scale,
        weight=draw(one(WEIGHTS + (HUGE if huge else []))),
        words=draw(words),
        bands=draw(bands),
        applies_to=tuple(draw(one([(), (), (), ("visitors",), ("self", "contractors")]))),
        when=draw(st.none() | conditions(read)),
        record_only=mode == "record_only",
        bonus=mode == "bonus",
        irreversible=irreversible,
        gate=draw(st.none() | gates(ids, stages)),
        ideal=draw(ideals(ids)) if ideal else None,
        controlled_by=draw(one(CONTROLLERS)),
        detect=Detect("greeting", ids[-1], draw(one([None, ids[0]]))) if kind == "single" else None,
    )


@st.composite
def gates(draw: Any, ids: tuple[str, ...], stages: tuple[str, ...]) -> Gate:
    """Draw a gate on some of the answers, now and then one that names the stages which it takes down."""
    error_class = draw(one(ERROR_CLASSES))
    kind = draw(one(ETHICS_KINDS)) if error_class == "ethics" else None
    on = tuple(draw(st.lists(one(ids), min_size=1, max_size=2, unique=True)))
    down = draw(one([(), (), (), stages[:1], stages[-1:], stages]))
    return Gate(error_class, on, kind, down)


@st.composite
def ideals(draw: Any, ids: tuple[str, ...]) -> Ideal:
    """Draw best levels for some values of a fact."""
    fact = draw(one(FACTS[:2]))
    values = draw(st.lists(one(fact.allowed), min_size=1, unique=True))
    points = tuple(F(point) for point in draw(one([(4, 3, 1, 0), (2, 0, 0, 0), (1, F(1, 3), F(-1), F(-1))])))
    return Ideal(fact.id, tuple((value, draw(one(ids))) for value in values), points[: max(2, len(ids))])


@st.composite
def rubrics(draw: Any, *, most: int = 6, wordy: bool = True) -> coqs.Rubric:
    """Draw a rubric with every feature that a rubric can have; without words it is drawn faster."""
    words = any_words if wordy else st.just(Words())
    huge = draw(one([False, False, False, True]))
    stages = tuple(
        Stage(
            id, draw(one(WEIGHTS + (HUGE if huge else []))), draw(one(MARKS)), draw(words), bands=draw(bands)
        )
        for id in ("greeting", "responding", "future")[: draw(st.integers(1, 3))]
    )
    asked: tuple[Criterion, ...] = ()
    for number in range(draw(st.integers(1, most))):
        ids = tuple(stage.id for stage in stages)
        asked += (draw(criteria(f"c{number}", ids, asked, huge=huge, words=words)),)
    weight = {stage.id: stage.weight for stage in stages}
    scoring = [each for each in asked if not (each.record_only or each.bonus)]
    assume(not scoring or any(each.weight * weight[each.stage] for each in scoring))
    return coqs.Rubric(
        id=draw(one(["door", "front-desk_2"])),
        version=draw(one(["1.0", "2026-05"])),
        stages=stages,
        criteria=tuple(draw(st.permutations(asked))),
        facts=FACTS,
        sets=(CustomerSet("contractors", draw(words)), CustomerSet("client", draw(words))),
        language=draw(one(["en", "es"])),
        title=draw(words),
        words=draw(words),
        pass_mark=draw(one(MARKS)),
        bands=draw(bands),
        policy=draw(one([None, coqs.Policy(), coqs.Policy(name="ours")])),
    )


ABSENT = (None, "not_applicable", "n/a", "not_asked", "abstained", "failed", "unanswered")


def cell(rnd: random.Random, criterion: Criterion, *, absent: float = 0.3) -> str | float | None:
    """Make up one cell as a table would hold it."""
    if rnd.random() < absent:
        return rnd.choice(ABSENT)
    scale = criterion.scale
    if isinstance(scale, SeveralChoice):
        return "|".join(id for id in scale.ids if rnd.random() < 0.5) or "|"
    if isinstance(scale, SingleChoice):
        return rnd.choice(scale.ids)
    return number_in(rnd, rnd.choice(scale.levels))


def number_in(rnd: random.Random, level: Level) -> float:
    """Make up a number of a range: often its very edge."""
    low = float(level.high) - 5.5 if level.low is None else float(level.low)
    high = low + 5.5 if level.high is None else float(level.high)
    return rnd.choice([low, low, low + (high - low) / 2])


def make_rows(
    rubric: coqs.Rubric, seed: int, n: int, *, absent: float = 0.3, raters: int = 3
) -> dict[str, list[Any]]:
    """Make up a wide table of n rows, some interactions having several raters."""
    rnd = random.Random(seed)
    table: dict[str, list[Any]] = {"interaction": [], "rater": [], "customer_set": [], "provider": []}
    table |= {fact.id: [] for fact in rubric.facts} | {id: [] for id in rubric.criterion_ids}
    interaction = 0
    while len(table["interaction"]) < n:
        times = min(rnd.randint(1, raters), n - len(table["interaction"]))
        shared = _interaction(rnd, rubric)
        for rater in rnd.sample(["ann", "bob", None], times):
            row = {"interaction": f"i{interaction}", "rater": rater, **shared}
            row |= {each.id: cell(rnd, each, absent=absent) for each in rubric.criteria}
            for name, column in table.items():
                column.append(row[name])
        interaction += 1
    return table


def _interaction(rnd: random.Random, rubric: coqs.Rubric) -> dict[str, Any]:
    facts = {
        "situation": rnd.choice([*FACTS[0].values, None]),
        "urgent": rnd.choice([True, False, "true", None]),
        "wait": rnd.choice([0, 3, 10, 1 / 3, 4.9, None]),
    }
    known = {fact.id: facts[fact.id] for fact in rubric.facts}
    return {"customer_set": rnd.choice([*SETS, None]), "provider": rnd.choice(["p1", "p2", None]), **known}


@st.composite
def rated(draw: Any, n: int = 12, **how: Any) -> coqs.Ratings:
    """Draw a rubric, and ratings under it."""
    rubric = draw(rubrics())
    return coqs.Ratings.from_table(make_rows(rubric, draw(seeds), n, **how), rubric)
