"""Lay out a report and write it, whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any

from coqs.errors import MissingDependencyError
from coqs.journeys.blind_spots import check_shares
from coqs.report.groups import NO_SHARES
from coqs.report.view import MACHINES, Page, page_of
from coqs.results import Scores
from coqs.whole_file import write_whole

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What HTML does not allow in a text, and halves of characters that UTF-8 cannot hold."""


def write_report(
    scores: Scores,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    tz: str | None = None,
    machines: Collection[str] = MACHINES,
    expected: Mapping[str, float] = NO_SHARES,
    journey: str | None = None,
) -> None:
    """Write a report of scores as one HTML file that needs nothing else.

    It opens with what to do next, in words; every picture has its table. It needs no script, prints on A4,
    and reads on a phone.

    Parameters
    ----------
    scores
        What `coqs.score` returned; nobody in them gives a report that says so.
    path
        The file; it appears whole or not at all, and replaces one that is there.
    title
        The heading; None, or nothing but blanks, for the rubric's title.
    tz
        The zone of the hours and days in which interactions were observed, such as Europe/Madrid; UTC
        unless told.
    machines
        Names of the raters that are machines; where people rated the same interactions, the report says
        how often both say the same.
    expected
        Customer set to the share of the interactions that it should have, from 0 to 1; it stands beside
        the share that was observed. Sets left out have none stated.
    journey
        A stretch of time by which providers are followed (clocks, charts, slips, issues, promises), such as
        week; None: they are not.

    Raises
    ------
    MissingDependencyError
        jinja2 is not installed; the extra `report` brings it.
    RecordError, NotFoundError, PolicyError
        There is no such zone; an expected share is none, or for a set that the rubric does not know; there is
        no such stretch of time.
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
    check_shares(expected, scores.rubric.set_ids)
    machines = [machines] if isinstance(machines, str) else machines
    page = page_of(scores, title=title, tz=tz, machines=machines, expected=expected, journey=journey)
    write_whole(path, render(page))


def render(page: Page) -> str:
    """Return the page as HTML text."""
    try:
        import jinja2
        import markupsafe
    except ImportError:
        raise MissingDependencyError("the report", library="jinja2", extra="report") from None
    environment = jinja2.Environment(
        autoescape=True,
        finalize=_printable,
        loader=jinja2.FunctionLoader(_template),
        lstrip_blocks=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    # What `to_html` made is escaped already; what cannot be printed in it is taken out here.
    environment.filters["fragment"] = lambda html: markupsafe.Markup(_printable(html))  # noqa: S704
    return environment.get_template("page.html").render(page=page)


def _template(name: str) -> str:
    return files(__package__).joinpath("templates", name).read_text("utf-8")


def _printable(value: Any) -> Any:
    # Text that a macro has laid out (a subclass of str) went through here piece by piece.
    return UNPRINTABLE.sub("\ufffd", value) if type(value) is str else value
