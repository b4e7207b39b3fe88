"""The answers of an Amazon Connect question: which scale they are, what they earn, which of them fail."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import attrs

import coqs
from coqs.plugins.forms.amazon_outline import Question
from coqs.plugins.forms.document import Node, shown, words_of
from coqs.plugins.forms.ids import answer_id

POINTS = "POINTS_BASED"
FULL_SCORE, MOST_POINTS = 10, 100
OPTION_KEYS = ("RefId", "Text", "Score", "AutomaticFail", "AutomaticFailConfiguration", "PointsConfiguration")
RANGE_KEYS = ("MinValue", "MaxValue", *OPTION_KEYS[2:])
PROPERTIES = MappingProxyType(
    {"SINGLESELECT": "SingleSelect", "MULTISELECT": "MultiSelect", "NUMERIC": "Numeric"}
)
TYPES = (*PROPERTIES, "TEXT", "DATETIME")
SHAPES = (*PROPERTIES.values(), "Text")


@attrs.frozen
class Answers:
    """What a question can be answered with."""

    scale: Any
    ids: tuple[tuple[str, str], ...]
    """Their id of each option, and ours."""
    scored: bool
    fails: tuple[str, ...]
    """Our ids of the answers that fail automatically."""
    target: str | None
    """Their id of the section that these take down; None for the whole form."""


@attrs.frozen
class _Options:
    """The options of a question before they are levels."""

    nodes: Sequence[Node]
    points: Sequence[Fraction | None]
    question: Question
    mode: str

    @property
    def path(self) -> str:
        return self.nodes[0].path.rpartition("[")[0] if self.nodes else self.question.node.path

    @property
    def scored(self) -> bool:
        return any(each is not None for each in self.points) and not self.question.is_excluded


def answers_of(question: Question, mode: str) -> Answers | None:
    """Return what a question can be answered with; None where it has no scale, or is refused."""
    node = question.node
    kind = node.choice("QuestionType", TYPES, needed=True)
    properties = node.within("QuestionTypeProperties")
    if properties is not None:
        own = PROPERTIES.get(kind, "")
        properties.close((own,), [each for each in SHAPES if each != own])
    if kind not in PROPERTIES:
        return None
    held = properties.within(PROPERTIES[kind]) if properties is not None else None
    if held is None:
        node.told.refuse(node.path, f"must say its options under {PROPERTIES[kind]}, got none; mend the form")
        return None
    held.close(
        ("Options", "MinValue", "MaxValue") if kind == "NUMERIC" else ("Options",),
        ("DisplayAs", "Automation"),
    )
    nodes = list(held.items("Options", needed=kind != "NUMERIC"))
    if not nodes:
        if kind != "NUMERIC":
            node.told.refuse(held.at("Options"), "must hold the options, got none; add them")
        return None
    options = _Options(nodes, [_points(each, mode) for each in nodes], question, mode)
    if not _points_fit(options, several=kind == "MULTISELECT"):
        return None
    build = {"SINGLESELECT": _single, "MULTISELECT": _several, "NUMERIC": _numeric}[kind]
    return build(options, held)


def _points(option: Node, mode: str) -> Fraction | None:
    score = option.whole("Score", 0, FULL_SCORE)
    configured = option.within("PointsConfiguration")
    value = None
    if configured is not None:
        value = configured.whole("PointValue", 0, MOST_POINTS)
        configured.close(("PointValue", "IsBonus"))
        if configured.flag("IsBonus"):
            problem = "must not be a bonus option, got one; no rubric carries it: make it a bonus question"
            option.told.refuse(configured.at("IsBonus"), problem)
    used, other = (value, score) if mode == POINTS else (score, value)
    if other is not None:
        key = "Score" if mode == POINTS else "PointsConfiguration"
        option.told.mention("F203", option.at(key), "has no effect in this scoring mode", "nothing to do")
    return None if used is None else Fraction(used)


def _points_fit(options: _Options, *, several: bool) -> bool:
    """Refuse points that give no share: of a part of the options only, or the same for all."""
    told, key = options.question.node.told, "PointsConfiguration" if options.mode == POINTS else "Score"
    known = [each for each in options.points if each is not None]
    if known and len(known) < len(options.points):
        for node, each in zip(options.nodes, options.points, strict=True):
            if each is None:
                told.refuse(node.at(key), "must be given, as other options have it, got nothing; add it")
        return False
    if not options.scored:
        return True
    if max(known) == 0:
        told.refuse(
            options.path, "must have an option that earns, got none; exclude the question from scoring"
        )
        return False
    if not several and len(set(known)) == 1:
        told.refuse(
            options.path,
            "must not all earn the same, got one score for all; exclude the question from scoring",
        )
        return False
    if options.mode != POINTS and (sum(known) if several else max(known)) < FULL_SCORE:
        _assume_full(options, several=several)
    return True


def _assume_full(options: _Options, *, several: bool) -> None:
    what = "all options together have" if several else "the best option has"
    message = f"{what} fewer than {FULL_SCORE} points; a score is taken as a share of them"
    options.question.node.told.note(
        "F101", options.path, message, f"compare with printed scores, or use {FULL_SCORE}"
    )


def _single(options: _Options, _held: Node) -> Answers:
    ids = _ids(options)
    texts = [words_of(each.text("Text")) for each in options.nodes]
    levels = [
        coqs.Level(id, points, words=words)
        for (_, id), points, words in zip(ids, options.points, texts, strict=True)
    ]
    return _answers(options, coqs.rubric.SingleChoice(levels), ids)


def _several(options: _Options, _held: Node) -> Answers:
    ids = _ids(options)
    texts = [words_of(each.text("Text")) for each in options.nodes]
    found = [
        coqs.Option(id, points, words=words)
        for (_, id), points, words in zip(ids, options.points, texts, strict=True)
    ]
    cap = _most(options) if options.mode == POINTS and options.scored else None
    return _answers(options, coqs.rubric.SeveralChoice(found, cap=cap), ids)


def _most(options: _Options) -> int | None:
    """Return the most points that options can earn together, where that is less than they have."""
    configured = options.question.configured.within("PointsConfiguration")
    most = None if configured is None else configured.whole("MaxPointValue", 0, MOST_POINTS)
    if configured is None or most is None:
        return None
    total = sum(each for each in options.points if each is not None)
    if most == 0:
        problem = "must be above 0, got 0; exclude the question from scoring"
        configured.told.refuse(configured.at("MaxPointValue"), problem)
    elif most > total:
        message = "is more than all options earn together; that sum is taken as the most"
        configured.told.note("F109", configured.at("MaxPointValue"), message, "lower it to their sum")
    return most if 0 < most < total else None


def _ids(options: _Options) -> tuple[tuple[str, str], ...]:
    taken: set[str] = set()
    theirs: set[str] = set()
    found = []
    for node in options.nodes:
        node.close(OPTION_KEYS)
        id = node.text("RefId", needed=True)
        if id and id in theirs:
            node.told.refuse(
                node.at("RefId"), f"must be unique in its question, got {shown(id)} again; rename one"
            )
        theirs.add(id)
        found.append((id, answer_id(id, taken)))
    return tuple(found)


def _numeric(options: _Options, held: Node) -> Answers | None:
    """Return contiguous ranges: whole numbers, of which theirs name the first and the last of each."""
    edges = []
    for node, points in zip(options.nodes, options.points, strict=True):
        node.close(RANGE_KEYS)
        low, high = node.whole("MinValue"), node.whole("MaxValue")
        if low is None or high is None or low > high:
            node.told.refuse(
                node.path, "must say MinValue, and a MaxValue not below it, got others; mend the range"
            )
            return None
        edges.append((low, high, points, node))
    edges.sort(key=lambda each: each[:2])
    if not _contiguous(edges):
        return None
    told = held.told
    ends = {"MinValue": edges[0][0], "MaxValue": edges[-1][1]}
    for key, end in ends.items():
        bound = held.whole(key)
        if bound is not None and ((bound < end) if key == "MinValue" else (bound > end)):
            message = (
                "allows answers that no range scores; such an answer is refused when evaluations are read"
            )
            told.note("F110", held.at(key), message, "let the ranges cover all answers")
    levels = [
        coqs.Level(f"{_written(low)}_to_{_written(high)}", points, low=low, high=high + 1)
        for low, high, points, _ in edges
    ]
    ordered = _Options([each[3] for each in edges], options.points, options.question, options.mode)
    pairs = tuple(("", level.id) for level in levels)
    found = _answers(attrs.evolve(options, nodes=ordered.nodes), coqs.rubric.Numeric(levels), pairs)
    return attrs.evolve(found, ids=())


def _contiguous(edges: Sequence[tuple[int, int, Fraction | None, Node]]) -> bool:
    holds = True
    for (_, before, _, _), (low, _, _, node) in itertools.pairwise(edges):
        if low != before + 1:
            problem = f"must begin where the range before it ends, at {before + 1}, got {low}"
            node.told.refuse(
                node.at("MinValue"), f"{problem}; what scores in a gap or twice is not documented: mend it"
            )
            holds = False
    return holds


def _written(number: int) -> str:
    return f"m{-number}" if number < 0 else str(number)


def _answers(options: _Options, scale: Any, ids: tuple[tuple[str, str], ...]) -> Answers:
    """Return the answers with those that fail automatically, which must all take down the same section."""
    fails: list[str] = []
    targets: dict[str | None, str] = {}
    for node, (_, id) in zip(options.nodes, ids, strict=True):
        configured = node.within("AutomaticFailConfiguration")
        target = configured.text("TargetSection") or None if configured is not None else None
        if configured is not None:
            configured.close(("TargetSection",))
        if node.flag("AutomaticFail"):
            fails.append(id)
            targets.setdefault(target, node.path)
        elif target is not None:
            message = "has no effect, since the option is no automatic fail"
            node.told.mention("F203", node.at("AutomaticFailConfiguration"), message, "nothing to do")
    if len(targets) > 1:
        problem = "must all take down the same section, got several; a rubric's gate has one reach: ask twice"
        options.question.node.told.refuse(options.path, problem)
    return Answers(scale, ids, options.scored, tuple(fails), next(iter(targets), None))
