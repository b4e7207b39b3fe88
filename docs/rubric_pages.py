"""Write a page for every rubric that comes with coqs, from what the rubric says of itself.

The pages stand in `reference/rubrics`, which git ignores; the build makes them before it reads anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import coqs

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAGES = Path("reference", "rubrics")
LANGUAGES = {"en": "English", "es": "Español"}
"""Languages that have pages of their own, where a rubric speaks them; the first one's stand on top."""


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
    return f"{rubric.to_card(language).rstrip()}\n\n---\n\n{named(rubric)}\n"


def named(rubric: coqs.Rubric) -> str:
    """Say how the rubric is named in a program, and its fingerprints."""
    made = rubric.fingerprint
    return (
        f"`coqs.load_plugins().rubric({rubric.id!r})`, version {rubric.version}. "
        f"Scoring fingerprint `{made.scoring[:19]}`, content fingerprint `{made.content[:19]}`."
    )
