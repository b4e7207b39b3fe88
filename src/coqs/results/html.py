"""A small table in HTML, for notebooks: every text is escaped, and the notebook's own style is kept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def html_table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, caption: str) -> str:
    """Return a table whose first column names its rows.

    >>> html = html_table(["site", "n"], [["<gate>", "3"]], caption="Sites")
    >>> html[html.index("<tbody>") :]
    '<tbody><tr><th scope="row">&lt;gate&gt;</th><td>3</td></tr></tbody></table>'
    """
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    title = f"<caption>{escape(caption)}</caption>"
    return f"<table>{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _row(row: Sequence[str]) -> str:
    name, *cells = row
    return f'<th scope="row">{escape(name)}</th>' + "".join(f"<td>{escape(text)}</td>" for text in cells)
