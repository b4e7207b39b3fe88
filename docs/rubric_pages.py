"""Write a page for every rubric that comes with coqs, from what the rubric says of itself.

The pages stand in `reference/rubrics`, which git ignores; the build makes them before it reads anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

import coqs

PAGES = Path("reference", "rubrics")
LANGUAGES = {"en": "English", "es": "Español"}
"""Languages that have pages of their own, where a rubric speaks them; the first one's stand on top."""
MARKS = re.compile(r"([\\`*_{}\[\]<>#|$~])")


def write_rubric_pages(app: Sphinx) -> None:
    """Bring the folder up to date: write what changed, and drop pages of rubrics that are gone."""
    folder = Path(app.srcdir) / PAGES
    pages = dict(pages_of(built_in()))
    for path in folder.rglob("*.md"):
        if path.relative_to(folder).as_posix() not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


def built_in() -> list[coqs.Rubric]:
    """List the rubrics of the plugins that coqs itself brings, whatever else is installed."""
    names = [info.name for info in coqs.list_plugins() if info.distribution == "coqs"]
    return list(coqs.load_plugins(only=names, strict=True).rubrics().values())


def pages_of(rubrics: list[coqs.Rubric]) -> Iterator[tuple[str, str]]:
    """Yield the place within the folder and the text of each page."""
    for rubric in rubrics:
        spoken = {rubric.language} | {language for language, _ in rubric.title.translations}
        for place, language in enumerate(each for each in LANGUAGES if each in spoken):
            yield page_name(rubric, language, first=not place), page(rubric, language)


def page_name(rubric: coqs.Rubric, language: str, *, first: bool) -> str:
    """Return the place of a page within the folder."""
    return f"{rubric.id}.md" if first else f"{language}/{rubric.id}.md"


def page(rubric: coqs.Rubric, language: str) -> str:
    """Return a page: what the rubric says of itself, and what a program needs to name it."""
    card = rubric.to_card(language) if hasattr(rubric, "to_card") else plain_card(rubric, language)
    if not card.startswith("# "):
        card = f"# {plain(rubric.title.in_language(language))}\n\n{card}"
    return f"{card.rstrip()}\n\n---\n\n{named(rubric)}\n"


def named(rubric: coqs.Rubric) -> str:
    """Say how the rubric is named in a program, and its fingerprints."""
    made = rubric.fingerprint
    return (
        f"`coqs.load_plugins().rubric({rubric.id!r})`, version {rubric.version}. "
        f"Scoring fingerprint `{made.scoring[:19]}`, content fingerprint `{made.content[:19]}`."
    )


def plain_card(rubric: coqs.Rubric, language: str) -> str:
    """Return the stages of a rubric, each with a table of its criteria."""
    lines = [f"# {plain(rubric.title.in_language(language))}", "", plain(rubric.words.in_language(language))]
    for stage in rubric.stages:
        lines += ["", f"## {stage.id}", "", plain(stage.words.in_language(language)), ""]
        lines += ["| criterion | levels or options |", "|---|---|"]
        asked = [each for each in rubric.criteria if each.stage == stage.id]
        lines += [f"| {_asked(each, language)} | {_answers(each, language)} |" for each in asked]
    return "\n".join(lines) + "\n"


def _asked(criterion: coqs.Criterion, language: str) -> str:
    return f"{plain(criterion.words.in_language(language))} (`{criterion.id}`)"


def _answers(criterion: coqs.Criterion, language: str) -> str:
    scale = criterion.scale
    answers = getattr(scale, "levels", None) or getattr(scale, "options", ())
    return "<br>".join(plain(each.words.in_language(language) or each.id) for each in answers)


def plain(text: str) -> str:
    """Return a text of a rubric as Markdown that shows it as it is."""
    return MARKS.sub(r"\\\1", " ".join(text.split()))
