"""`coqs questionnaire`: list, show and check questionnaires."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from coqs.cli.inputs import plugins_with_warnings, questionnaire_named
from coqs.cli.rubric import report_findings
from coqs.cli.text import aligned, show
from coqs.errors import NotFoundError
from coqs.rubric.questionnaire import Choice, Measure, Questionnaire, Rating, SurveyItem, YesNo


def questionnaire(arguments: Namespace) -> int:
    """Run one of the three."""
    match arguments.action:
        case "list":
            return _list()
        case "show":
            return _show(arguments)
        case _:
            return report_findings(questionnaire_named(arguments.questionnaire), arguments)


def _list() -> int:
    rows = [["questionnaire", "version", "items", "measures", "plugin", "title"]]
    for id, each in plugins_with_warnings().questionnaires().items():
        plugin = each.origin.plugin if each.origin else ""
        counts = [str(len(each.items)), str(len(each.measures))]
        rows.append([id, each.version, *counts, plugin, each.title.text])
    show(aligned(rows))
    return 0


def _show(arguments: Namespace) -> int:
    found = questionnaire_named(arguments.questionnaire)
    text = found.to_toml().splitlines() if arguments.toml else form_lines(found, arguments.language)
    show(text)
    return 0


def form_lines(asked: Questionnaire, language: str | None = None) -> Iterator[str]:
    """Yield the lines of the form as a customer is asked; then what is worked out of it."""
    spoken = _languages(asked)
    if language is not None and language not in spoken:
        raise NotFoundError("language", language, spoken, where=f"questionnaire {asked.id!r}")
    chosen = language or asked.language
    yield f"{asked.id} {asked.version}: {asked.title.in_language(chosen)}"
    if asked.words:
        yield asked.words.in_language(chosen)
    yield f"languages {', '.join(spoken)}"
    yield f"scoring {asked.fingerprint.scoring}"
    yield f"content {asked.fingerprint.content}"
    for number, item in enumerate(asked.items, 1):
        yield ""
        yield from _item(number, item, chosen)
    if asked.measures:
        yield ""
        yield "MEASURES"
        rows = [
            [each.id, each.kind, _definition(each), each.words.in_language(chosen)] for each in asked.measures
        ]
        yield from aligned(rows, indent="  ")


def _languages(asked: Questionnaire) -> list[str]:
    words = [asked.title, asked.words, *(each.words for each in asked.items)]
    found = {language for each in words for language, _ in each.translations}
    return [asked.language, *sorted(found - {asked.language})]


def _item(number: int, item: SurveyItem, language: str) -> Iterator[str]:
    yield f"{number}. {item.id}: {item.words.in_language(language) or '(no text)'}"
    remarks = ["the first answer is the best"] * item.reverse
    remarks += [f"about {', '.join(item.about)}"] * bool(item.about)
    if remarks:
        yield f"     {'; '.join(remarks)}"
    yield from aligned(_boxes(item, language), indent="     - ")


def _boxes(item: SurveyItem, language: str) -> list[list[str]]:
    match item.scale:
        case Choice(options):
            rows = [
                [each.id, "" if each.points is None else str(each.points), each.words.in_language(language)]
                for each in options
            ]
        case Rating(low, high, low_words, high_words):
            ends = (low, low_words), (high, high_words)
            rows = [[str(number), "", words.in_language(language)] for number, words in ends]
        case YesNo():
            rows = [["no", "", ""], ["yes", "", ""]]
        case _:
            rows = [["(in their own words)", "", ""]]
    return [*rows, ["not_applicable", "", ""]] if item.not_applicable else rows


def _definition(measure: Measure) -> str:
    """Say how a measure is worked out, in a line."""
    of = f"of {', '.join(measure.items)}"
    if measure.is_net:
        promoters, detractors = measure.cut_points
        return f"share from {promoters} up less share up to {detractors}, {of}"
    if measure.is_mean:
        text = f"mean of {measure.points.replace('_', '-')} points, {of}"
    else:
        boxes = f"top {measure.top}" if measure.boxes == () else " or ".join(measure.boxes)
        text = f"share {boxes}, {of}"
    if not measure.over:
        return text
    least = f", {measure.at_least} answered at least" if measure.at_least else ""
    return f"{text}, over {measure.over}{least}"
