"""Score thresholds of Amazon Connect as bands."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import coqs
from coqs.plugins.forms.document import Node, words_of

NEEDS, EXCEEDS = "NEEDS_IMPROVEMENT", "EXCEEDS_EXPECTATIONS"
BETWEEN = "meets_expectations"
PER_CENT = 100


def bands_of(holder: Node | None) -> tuple[coqs.Band, ...]:
    """Return the bands of a form, a section or a question; none where it has no thresholds.

    Theirs name the lowest and the highest stretch; what lies between has no name, and is called *meets
    expectations* here.
    """
    if holder is None or not holder.said("ScoreThresholds"):
        return ()
    found = {
        each.choice("PerformanceCategory", (NEEDS, EXCEEDS), needed=True): each for each in _nodes(holder)
    }
    path = holder.at("ScoreThresholds")
    edges = {
        NEEDS: _edge(found.get(NEEDS), "MaxScorePercentage", "MinScorePercentage", 0),
        EXCEEDS: _edge(found.get(EXCEEDS), "MinScorePercentage", "MaxScorePercentage", PER_CENT),
    }
    if len(found) < len(holder.values("ScoreThresholds")):
        holder.told.refuse(path, "must name each category once, got one again; drop one")
    needs, exceeds = edges[NEEDS], edges[EXCEEDS]
    if needs is not None and exceeds is not None and needs > exceeds:
        holder.told.refuse(
            path, "must not overlap, got a highest stretch that begins in the lowest; mend one"
        )
        return ()
    message = "a score on the edge of two stretches is taken as of the upper one, which is not documented"
    holder.told.mention("F104", path, message, "compare with printed categories")
    return _bands(needs, exceeds)


def _nodes(holder: Node) -> list[Node]:
    nodes = list(holder.items("ScoreThresholds"))
    for each in nodes:
        each.close(("PerformanceCategory", "MinScorePercentage", "MaxScorePercentage"))
    return nodes


def _edge(node: Node | None, key: str, other: str, usual: int) -> Fraction | None:
    """Return the edge of a stretch that lies within the scores; the other is the end of all scores."""
    if node is None:
        return None
    end = node.number(other, 0, PER_CENT)
    if end is not None and end != usual:
        message = f"is left out: the stretch is taken to reach to {usual} %"
        node.told.note("F204", node.at(other), message, f"let it be {usual}")
    edge = node.number(key, 0, PER_CENT)
    if edge is None and not node.said(key):
        node.told.refuse(node.at(key), "must be given, got nothing; say where the stretch ends")
    return None if edge is None else edge / PER_CENT


def _bands(needs: Fraction | None, exceeds: Fraction | None) -> tuple[coqs.Band, ...]:
    parts: list[tuple[str, Any]] = []
    if needs is not None:
        parts.append((NEEDS.casefold(), None))
    if needs is None or needs != exceeds:
        parts.append((BETWEEN, needs))
    if exceeds is not None:
        parts.append((EXCEEDS.casefold(), exceeds))
    return tuple(coqs.Band(id, low, words_of(id.replace("_", " ").capitalize())) for id, low in parts)
