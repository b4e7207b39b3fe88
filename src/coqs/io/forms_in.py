"""Evaluation forms of other systems and their evaluations: from JSON files or mappings, by a form reader."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

import attrs

from coqs.errors import RecordError, RubricError, Spot
from coqs.io.form_scores import ImportedEvaluations
from coqs.io.json_records import strict_value
from coqs.io.json_values import json_values
from coqs.io.lines import BOM, MAX_LINE_BYTES, opened, problem_of
from coqs.manager import Plugins, evaluation_read, form_read, load_plugins
from coqs.ratings import Ratings
from coqs.readers import FormChoices, FormEvaluation, FormReader, ImportedForm
from coqs.rubric import Finding
from coqs.tables import kind_of

Document = str | os.PathLike[str] | BinaryIO | Mapping[str, Any]
"""A JSON file (gzip-compressed if its name ends in ``.gz``), or what it holds."""
Placed = tuple[str, Mapping[str, Any]]


def read_form(
    form: Document,
    *,
    reader: str | FormReader,
    error_class: str = "compliance",
    plugins: Plugins | None = None,
) -> ImportedForm:
    """Read another system's evaluation form as a rubric with the policy of that system.

    Parameters
    ----------
    form
        The form as the system's interface gives it, or an evaluation that holds its form: a file of one
        JSON object, or the mapping itself.
    reader
        The name of a plugin's reader of forms, such as ``"amazon-connect"``; or a `FormReader`.
    error_class
        The class of the gates that automatic fails become, since forms know one kind only.
    plugins
        Loaded plugins, to find the reader among; None for all that are installed.

    Raises
    ------
    RubricError
        The form holds what a rubric cannot carry, or contradicts itself: all told at once, by JSON path.
    RecordError
        The file cannot be read, or holds no JSON object.
    NotFoundError
        No plugin that is loaded offers a reader of that name.
    PluginError
        The reader broke, or gave what it may not.

    Examples
    --------
    >>> import coqs
    >>> def made(document, choices):
    ...     rubric = {"schema": 1, "id": "form", "version": "1", "criteria": document["questions"]}
    ...     return coqs.ImportedForm(rubric=coqs.Rubric.from_mapping(rubric))
    >>> ours = coqs.FormReader(name="ours", text="Our forms", read_form=made)
    >>> levels = [{"id": "no", "points": 0}, {"id": "yes", "points": 1}]
    >>> read_form({"questions": [{"id": "kind", "stage": "greeting", "levels": levels}]}, reader=ours)
    <ImportedForm 'form' version '1': 0 questions in 0 sections, 0 left out, 0 findings>
    """
    choices = FormChoices(error_class)
    found = form_reader_named(reader, plugins)
    name, document = _document(form)
    try:
        return form_read(found, document, choices)
    except RubricError as error:
        if name is None:
            raise
        raise RubricError(
            f"{name}: {error.message}", rubric=error.rubric, criterion=error.criterion
        ) from None


def read_evaluations(
    evaluations: Document | Iterable[Document],
    *,
    reader: str | FormReader,
    form: ImportedForm | None = None,
    error_class: str = "compliance",
    plugins: Plugins | None = None,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> ImportedEvaluations:
    """Read another system's evaluations of one form as ratings, and beside them the scores it prints.

    Parameters
    ----------
    evaluations
        One or many: mappings, or JSON files that hold one evaluation, a list of them, or one a line.
    reader
        The name of a plugin's reader of forms that knows evaluations; or a `FormReader`.
    form
        The form that they are of; None for the one that they hold. One that holds another form, or another
        version, is refused.
    error_class, plugins
        As for `read_form`.
    max_line_bytes
        A longer evaluation is refused.

    Raises
    ------
    RubricError
        The form cannot be carried; see `read_form`.
    RecordError
        An evaluation cannot be used: told with its place and JSON path, never with an answer's text.
    NotFoundError, PluginError
        As for `read_form`.
    """
    choices = FormChoices(error_class)
    found = form_reader_named(reader, plugins)
    read: list[FormEvaluation] = []
    forms = _Forms(found, choices, form)
    for place, document in _documents(evaluations, max_line_bytes):
        try:
            of = forms.form_of(document)
            read.append(evaluation_read(found, document, of))
        except RecordError as error:
            failures = [each._replace(message=f"{place}: {each.message}") for each in error.failures]
            raise RecordError(
                f"{place}: {error.message}", path=error.path, line=error.line, failures=failures
            ) from None
    if forms.form is None:
        raise RecordError("evaluations: must hold one evaluation or more, got none; check the paths")
    return ImportedEvaluations(
        form=forms.form,
        ratings=_ratings(read, forms.form),
        evaluations=tuple(each.id for each in read),
        printed=tuple(each.printed for each in read),
        findings=_findings(read),
    )


def form_reader_named(reader: object, plugins: Plugins | None = None) -> FormReader:
    """Return a reader of forms: itself, or that of this name among the plugins."""
    if isinstance(reader, FormReader):
        return reader
    if not isinstance(reader, str):
        problem = f"reader: must be a name or a FormReader, got {kind_of(reader)}"
        raise RecordError(f"{problem}; name one of the plugins' readers of forms")
    return (plugins if plugins is not None else load_plugins()).form(reader)


class _Forms:
    """The one form that all evaluations must be of; a form that was met before is not read again."""

    def __init__(self, reader: FormReader, choices: FormChoices, form: ImportedForm | None) -> None:
        self._reader, self._choices = reader, choices
        self._met: Any = None
        self.form = form

    def form_of(self, document: Mapping[str, Any]) -> ImportedForm:
        """Return the form, once it is sure that the evaluation is of it."""
        held = {key: value for key, value in document.items() if "form" in key.casefold()}
        if self.form is not None and held in ({}, self._met):
            return self.form
        own = form_read(self._reader, document, self._choices)
        if self.form is None:
            self.form = own
        elif own.rubric != self.form.rubric:
            rubric = own.rubric
            problem = f"must be of form {self.form.rubric.id!r} version {self.form.rubric.version!r}"
            raise RecordError(
                f"{problem}, got another: {rubric.id!r} version {rubric.version!r}; read them apart"
            )
        self._met = held
        return self.form


def _findings(read: list[FormEvaluation]) -> tuple[Finding, ...]:
    """Return each finding with its evaluation; what matters to no number once for all of them."""
    found: dict[tuple[Any, ...], Finding] = {}
    for each in read:
        for finding in each.findings:
            of = each.id if finding.severity != "info" else ""
            placed = attrs.evolve(finding, place=f"evaluation {each.id!r}, {finding.place}")
            found.setdefault((of, finding), placed)
    return tuple(found.values())


def _ratings(read: list[FormEvaluation], form: ImportedForm) -> Ratings:
    facts = list(dict.fromkeys(name for each in read for name in each.facts))
    context = {
        "interaction": [each.interaction for each in read],
        "rater": [each.rater for each in read],
        "provider": [each.provider for each in read],
    }
    own = {name: [each.facts.get(name) for each in read] for name in facts}
    answers = {id: [each.answers.get(id) for each in read] for id in form.rubric.criterion_ids}
    return Ratings.from_placed_table(
        {**context, **own, **answers},
        form.rubric,
        facts=facts,
        place=lambda row: Spot(f"evaluation {read[row].id!r}"),
    )


def _document(source: Document) -> tuple[str | None, Mapping[str, Any]]:
    """Return the name and the content of a file of one JSON object, or a mapping without a name."""
    if isinstance(source, Mapping):
        return None, _keyed(source, "form")
    with opened(source) as given:
        try:
            content = given.file.read(MAX_LINE_BYTES + 1)
            text = content.removeprefix(BOM).decode("utf-8") if len(content) <= MAX_LINE_BYTES else None
        except UnicodeDecodeError:
            raise given.refusal("must be UTF-8, got another encoding; save it as UTF-8") from None
        except (OSError, EOFError) as error:
            problem = f"must be readable to its end, got {problem_of(error)!r}; fetch the file again"
            raise given.refusal(problem) from None
        if text is None:
            raise given.refusal(f"must be a form of at most {MAX_LINE_BYTES} bytes, got more; check the path")
        value = strict_value(given, 1, text)
        if not isinstance(value, Mapping):
            raise given.refusal(f"must hold one JSON object, got {kind_of(value)}; check the path")
        return given.name, value


def _documents(sources: Document | Iterable[Document], longest: int) -> Iterator[Placed]:
    """Yield each evaluation with its place in words."""
    for number, source in enumerate(_each(sources)):
        if isinstance(source, Mapping):
            yield f"evaluations[{number}]", _keyed(source, f"evaluations[{number}]")
            continue
        with opened(source) as given:
            for spot, value in json_values(given, max_value_bytes=longest):
                if not isinstance(value, Mapping):
                    problem = f"must hold JSON objects, got {kind_of(value)}; check the path"
                    raise given.refusal(problem, line=spot.line)
                yield f"{given.name}, {spot.words}", value


def _keyed(document: Mapping[Any, Any], place: str) -> Mapping[str, Any]:
    """Refuse a mapping that can be no JSON object."""
    for key in document:
        if not isinstance(key, str):
            problem = f"must have texts as keys, got {kind_of(key)}"
            raise RecordError(f"{place}: {problem}; give it as JSON holds it")
    return document


def _each(sources: Any) -> Iterable[Document]:
    if isinstance(sources, str | os.PathLike | Mapping) or hasattr(sources, "read"):
        return [sources]
    if not isinstance(sources, Iterable):
        problem = f"must be paths or mappings, got {kind_of(sources)}"
        raise RecordError(f"evaluations: {problem}; give a list of them")
    return sources
