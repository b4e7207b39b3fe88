"""Lay out a report and write it, whole or not at all."""

from __future__ import annotations

import os
import re
from importlib.resources import files
from typing import Any

from coqs.errors import MissingDependencyError
from coqs.report.view import Page, page_of
from coqs.results import Scores
from coqs.whole_file import write_whole

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What HTML does not allow in a text, and halves of characters that UTF-8 cannot hold."""


def write_report(scores: Scores, path: str | os.PathLike[str], *, title: str | None = None) -> None:
    """Write a report of scores as one HTML file that needs nothing else.

    Parameters
    ----------
    scores
        What `coqs.score` returned; nobody in them gives a report that says so.
    path
        The file; it appears whole or not at all, and replaces one that is there.
    title
        The heading; None, or nothing but blanks, for the rubric's title.

    Raises
    ------
    MissingDependencyError
        jinja2 is not installed; the extra `report` brings it.
    OSError
        The file cannot be written there.

    Examples
    --------
    >>> import coqs, pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> coqs.write_report(coqs.score(coqs.make_sample(n=20)), folder / "report.html")
    >>> (folder / "report.html").read_text("utf-8")[:15]
    '<!doctype html>'
    """
    write_whole(path, render(page_of(scores, title=title)))


def render(page: Page) -> str:
    """Return the page as HTML text."""
    try:
        import jinja2
    except ImportError:
        raise MissingDependencyError("the report", library="jinja2", extra="report") from None
    environment = jinja2.Environment(
        autoescape=True,
        finalize=_printable,
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    source = files(__package__).joinpath("template.html").read_text("utf-8")
    return environment.from_string(source).render(page=page)


def _printable(value: Any) -> Any:
    # Text that a macro has laid out (a subclass of str) went through here piece by piece.
    return UNPRINTABLE.sub("\ufffd", value) if type(value) is str else value
