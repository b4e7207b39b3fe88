"""What makes the definition of a measure incomplete, or at odds with the items that it names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from coqs.errors import suggest
from coqs.rubric.questionnaire.items import Rating, SurveyItem
from coqs.rubric.questionnaire.measures import (
    DETRACTORS,
    KINDS,
    OVER,
    POINTS,
    PROMOTERS,
    STATISTICS,
    Measure,
)

Problems = Iterator[tuple[str, str]]


def measure_problems(measure: Measure, known: Mapping[str, SurveyItem]) -> Problems:
    """Yield (key below the measure, problem) for each contradiction."""
    if measure.kind not in KINDS:
        cure = suggest(measure.kind, KINDS)
        yield ".kind", f"must be one of {', '.join(KINDS)}, got {measure.kind!r}; {cure}"
        return
    named = list(_items(measure, known))
    yield from named
    yield from _definition(measure)
    if named:
        return
    items = [known[id] for id in measure.items]
    if measure.is_net:
        yield from _net(measure, items)
    elif measure.is_mean:
        yield from _mean(measure, items)
    else:
        yield from _share(measure, items)


def _items(measure: Measure, known: Mapping[str, SurveyItem]) -> Problems:
    if not measure.items:
        yield ".items", "must name at least one item, got none; add one"
    for place, id in enumerate(measure.items):
        if id not in known:
            yield f".items[{place}]", f"must be an item, got {id!r}; {suggest(id, known)}"
        elif not known[id].is_scored:
            yield f".items[{place}]", f"must be an item that is scored, got the free text {id!r}; drop it"
        if id in measure.items[:place]:
            yield f".items[{place}]", f"must be named once, got {id!r} twice; drop one"


def _definition(measure: Measure) -> Problems:
    """Yield what the definition leaves open, with the definitions that there are, and what is not of it."""
    yield from _stated(measure, "statistic", measure.kind in ("csat", "ces"), STATISTICS)
    settled = measure.kind not in ("csat", "ces") or measure.statistic in STATISTICS
    if settled:
        yield from _stated(measure, "points", measure.is_mean, POINTS)
        yield from _boxes(measure)
    yield from _stated(measure, "over", len(measure.items) > 1, OVER)
    yield from _at_least(measure)
    for key in ("promoters", "detractors"):
        if getattr(measure, key) is not None and not measure.is_net:
            yield f".{key}", f"must stand with nps only, got {measure.kind}; drop it"


def _stated(measure: Measure, key: str, needed: bool, known: Mapping[str, str]) -> Problems:
    said: str = getattr(measure, key)
    told = "; ".join(f'"{name}": {meaning}' for name, meaning in known.items())
    if needed and said not in known:
        got = repr(said) if said else "nothing"
        yield f".{key}", f"must say which definition is meant, got {got}; {told}"
    if said and not needed:
        yield f".{key}", f"must not stand here, got {said!r}; this measure has no use for it, drop it"


def _boxes(measure: Measure) -> Problems:
    given = [key for key in ("top", "boxes") if getattr(measure, key) not in (None, ())]
    if measure.is_share and len(given) != 1:
        yield (
            ".top",
            (
                f"must say which boxes count, got {' and '.join(given) or 'nothing'}; "
                "write top = 1, 2 … for the best ones, or boxes = [...] for their ids"
            ),
        )
    if given and not measure.is_share:
        yield f".{given[0]}", "must stand with a share only; drop it"


def _at_least(measure: Measure) -> Problems:
    several = len(measure.items) > 1 and measure.over == "respondents"
    if several and (measure.at_least is None or not 1 <= measure.at_least <= len(measure.items)):
        got = "nothing" if measure.at_least is None else measure.at_least
        yield (
            ".at_least",
            (
                f"must say how many of the {len(measure.items)} items a sheet must have answered to count, "
                f"got {got}; write 1 to {len(measure.items)}"
            ),
        )
    if measure.at_least is not None and not several:
        yield ".at_least", 'must stand with several items over "respondents" only; drop it'


def _net(measure: Measure, items: list[SurveyItem]) -> Problems:
    if len(items) != 1:
        yield ".items", f"must name one item in an nps, got {len(items)}; make a measure of each"
        return
    scale = items[0].scale
    if not isinstance(scale, Rating) or items[0].reverse:
        yield ".items[0]", "must be a rating that is not reversed in an nps, got another; ask from 0 to 10"
        return
    published = (scale.low, scale.high) == (0, 10)
    if not published and (measure.promoters is None or measure.detractors is None):
        yield (
            ".promoters",
            (
                f"must be stated on a scale that is not 0 to 10, got {scale.low} to {scale.high}; published "
                f"are promoters from {PROMOTERS} and detractors to {DETRACTORS} on 0 to 10 alone"
            ),
        )
        return
    promoters, detractors = measure.cut_points
    if not scale.low <= detractors < promoters <= scale.high:
        yield (
            ".detractors",
            (
                f"must lie below promoters, both within {scale.low} to {scale.high}, "
                f"got {detractors} and {promoters}; mend them"
            ),
        )


def _mean(measure: Measure, items: list[SurveyItem]) -> Problems:
    for place, item in enumerate(items):
        if item.span is None:
            yield f".items[{place}]", f"must have points on every option, got none in {item.id!r}; add them"
    spans = {item.span for item in items}
    if measure.points == "raw" and None not in spans and len(spans) > 1:
        yield ".points", 'must be "min_max" where the items\' points run differently, got "raw"; mend it'


def _share(measure: Measure, items: list[SurveyItem]) -> Problems:
    for item in items:
        boxes = item.scale.boxes
        if measure.top is not None and not 1 <= measure.top < len(boxes):
            most = len(boxes) - 1
            yield ".top", f"must be 1 to {most} of the {len(boxes)} boxes of {item.id!r}, got {measure.top}"
        for place, box in enumerate(measure.boxes):
            if box not in boxes:
                yield (
                    f".boxes[{place}]",
                    f"must be a box of {item.id!r}, got {box!r}; {suggest(box, boxes)}",
                )
        if measure.boxes and set(boxes) <= set(measure.boxes):
            yield ".boxes", f"must leave out a box of {item.id!r}, got all; everything would count"
    if len(set(measure.boxes)) < len(measure.boxes):
        yield ".boxes", "must name each box once, got one twice; drop one"
