"""Any scores at all have a report, and nothing in them becomes markup."""

from __future__ import annotations

from html.parser import HTMLParser

from depth import examples
from hypothesis import given, settings
from strategies import rated, texts

import coqs
from coqs.report.report import render
from coqs.report.view import page_of

TAGS = """
html head meta title style body header main section footer h1 h2 p ul ol li b div
table caption thead tbody tr th td span bdi figure figcaption details summary svg path rect text
"""


class Tags(HTMLParser):
    """The names of a page's elements and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}


@settings(max_examples=examples(15))
@given(ratings=rated(), title=texts)
def test_any_scores_have_a_report_and_no_text_becomes_markup(ratings: coqs.Ratings, title: str) -> None:
    html = render(page_of(coqs.score(ratings), title=title))
    page = Tags(html)
    assert page.tags <= set(TAGS.split())
    assert not {name for name in page.attributes if name.startswith("on") or name in {"href", "src"}}
    html.encode("utf-8")
