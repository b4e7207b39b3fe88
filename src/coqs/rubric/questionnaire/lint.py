"""Find weaknesses of a questionnaire that are no contradictions, each with a code, a place and a cure.

The codes are stable: Q1xx the form, Q2xx scales, Q3xx wording, Q4xx measures, Q5xx translations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from coqs.model import Words
from coqs.rubric.findings import SEVERITIES, Finding
from coqs.rubric.questionnaire.form import Form
from coqs.rubric.questionnaire.items import Choice, Rating, SurveyItem
from coqs.rubric.questionnaire.measures import DETRACTORS, PROMOTERS
from coqs.rubric.rubric import Rubric

MANY_ITEMS, MANY_BOXES, MANY_WORDS = 5, 11, 25
TWO_AT_ONCE = MappingProxyType(
    {
        "en": re.compile(r"\b(?:and|as well as|and/or)\b", re.IGNORECASE),
        "es": re.compile(r"\b(?:y|e|así como)\b", re.IGNORECASE),
    }
)
LEADING = MappingProxyType(
    {
        "en": re.compile(
            r"\b(?:isn't|wasn't|weren't|don't|didn't|wouldn't) (?:you|it|we|our)\b|\bagree that\b"
            r"|\bhow much did you (?:like|love|enjoy)\b"
            r"|\b(?:excellent|outstanding|wonderful|great|amazing|friendly|world-class)\b",
            re.IGNORECASE,
        ),
        "es": re.compile(
            r"\b(?:no (?:le|te) (?:parece|pareció)|está de acuerdo en que|cuánto (?:le|te) gustó)\b"
            r"|\b(?:excelente|maravillos[oa]|estupend[oa]|magnífic[oa])\b",
            re.IGNORECASE,
        ),
    }
)
NEGATION = MappingProxyType(
    {
        "en": re.compile(r"\b(?:not|never|no longer)\b|n't\b", re.IGNORECASE),
        "es": re.compile(r"\b(?:no|nunca|jamás)\b", re.IGNORECASE),
    }
)
GOOD = re.compile(
    r"\b(?:good|well|excellent|great|satisfied|happy|better|easy|easily|agree|likely|warmly|helpful)\b",
    re.IGNORECASE,
)
BAD = re.compile(
    r"\b(?:poor|poorly|bad|badly|dissatisfied|unhappy|worse|hard|difficult|disagree|unlikely|coldly|not)\b",
    re.IGNORECASE,
)


def lint(form: Form, rubric: Rubric | None = None) -> tuple[Finding, ...]:
    """Return the findings on a questionnaire, errors first, each kind in the order of the form."""
    found = [*_form(form), *_about(form, rubric), *_duplicates(form), *_measures(form), *_translations(form)]
    for place, item in enumerate(form.items):
        found.extend(_scale(item, f"items[{place}]", form.language))
        found.extend(_wording(item, f"items[{place}].text", form.language))
    return tuple(sorted(found, key=lambda finding: (SEVERITIES.index(finding.severity), finding.code)))


def _form(form: Form) -> Iterator[Finding]:
    if len(form.items) > MANY_ITEMS:
        message = f"{len(form.items)} items, and each one costs customers who finish"
        yield Finding("Q101", "warning", "items", message, f"keep {MANY_ITEMS} at most")
    if not form.measures:
        yield Finding("Q102", "warning", "measures", "nothing is worked out of the answers", "add a measure")
    used = {id for measure in form.measures for id in measure.items}
    for place, item in enumerate(form.items):
        if item.is_scored and item.id not in used and form.measures:
            yield Finding("Q103", "info", f"items[{place}]", "it is in no measure", "use it or drop it")


def _about(form: Form, rubric: Rubric | None) -> Iterator[Finding]:
    for place, item in enumerate(form.items):
        if form.rubric and item.is_scored and not item.about:
            message = "it does not say which stage or criterion it corresponds to"
            yield Finding("Q104", "info", f"items[{place}].about", message, "name one")
        known = {*rubric.stage_ids, *rubric.criterion_ids} if rubric else set(item.about)
        for at, id in enumerate(item.about):
            if id not in known:
                message = f"the rubric has no stage or criterion {id!r}"
                yield Finding("Q105", "warning", f"items[{place}].about[{at}]", message, "mend the id")


def _scale(item: SurveyItem, path: str, language: str) -> Iterator[Finding]:
    scale = item.scale
    lacks = isinstance(scale, Choice) and not all(option.words for option in scale.options)
    if lacks or (isinstance(scale, Rating) and not (scale.low_words and scale.high_words)):
        message = "an answer has no anchor, so each customer reads it otherwise"
        yield Finding("Q201", "warning", path, message, "say what the options, or both ends, mean")
    if isinstance(scale, Choice) and _is_lopsided(scale, language):
        yield Finding(
            "Q202", "warning", f"{path}.options", "one side of the scale has more room", "balance the options"
        )
    if len(scale.boxes) > MANY_BOXES:
        message = f"{len(scale.boxes)} boxes are more than people tell apart"
        yield Finding("Q203", "info", path, message, f"offer {MANY_BOXES} at most")


def _is_lopsided(scale: Choice, language: str) -> bool:
    """Tell whether points or, in English, words leave more room on one side of the middle."""
    points = [each for each in scale.points if each is not None]
    if len({low + high for low, high in zip(points, reversed(points), strict=True)}) > 1:
        return True
    texts = [option.words.text for option in scale.options] if language.startswith("en") else []
    bad = [bool(BAD.search(text)) for text in texts]
    good = [bool(GOOD.search(text)) and not is_bad for text, is_bad in zip(texts, bad, strict=True)]
    return abs(sum(good) - sum(bad)) > 1


def _wording(item: SurveyItem, path: str, language: str) -> Iterator[Finding]:
    text, spoken = item.words.text, language.partition("-")[0]
    if not text.strip():
        yield Finding("Q301", "error", path, "there is no question", "write a text")
        return
    looks = (
        ("Q302", "warning", TWO_AT_ONCE, "it may ask two things at once", "split it or drop the 'and'"),
        ("Q303", "warning", LEADING, "it leads to an answer", "ask it so that either answer is as easy"),
        ("Q305", "info", NEGATION, "a negation is easily misread", "ask for what happened"),
    )
    for code, severity, pattern, message, cure in looks:
        if spoken in pattern and pattern[spoken].search(text):
            yield Finding(code, severity, path, message, cure)
    words = len(re.findall(r"\w+", text))
    if words > MANY_WORDS:
        yield Finding("Q306", "info", path, f"{words} words are much to explain", f"use {MANY_WORDS} at most")


def _duplicates(form: Form) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for place, item in enumerate(form.items):
        text = " ".join(re.findall(r"\w+", item.words.text.lower()))
        if text and text in seen:
            message = f"it reads like {seen[text]!r}"
            yield Finding("Q304", "warning", f"items[{place}].text", message, "merge or reword them")
        seen.setdefault(text, item.id)


def _measures(form: Form) -> Iterator[Finding]:
    for place, measure in enumerate(form.measures):
        if measure.is_net and measure.cut_points != (PROMOTERS, DETRACTORS):
            message = "its cut points are not the published ones, so it compares with no other"
            yield Finding("Q401", "info", f"measures[{place}].promoters", message, "say so beside the number")


def _translations(form: Form) -> Iterator[Finding]:
    shown = dict(_shown(form))
    languages = {language for words in shown.values() for language, _ in words.translations}
    for language in sorted(languages - {form.language}):
        lacking = [path for path, words in shown.items() if language not in dict(words.translations)]
        if lacking:
            message = f"{len(lacking)} texts are not in {language!r}, first {lacking[0]}"
            yield Finding("Q501", "warning", "items", message, "translate all that a customer reads, or none")


def _shown(form: Form) -> Iterator[tuple[str, Words]]:
    """Yield the path and the words of all that a customer reads."""
    texts = [("title", form.title), ("text", form.words)]
    for place, item in enumerate(form.items):
        path = f"items[{place}]"
        texts.append((f"{path}.text", item.words))
        if isinstance(item.scale, Choice):
            options = enumerate(item.scale.options)
            texts += [(f"{path}.options[{at}].text", option.words) for at, option in options]
        elif isinstance(item.scale, Rating):
            texts.append((f"{path}.rating.low_text", item.scale.low_words))
            texts.append((f"{path}.rating.high_text", item.scale.high_words))
    yield from ((path, words) for path, words in texts if words)
