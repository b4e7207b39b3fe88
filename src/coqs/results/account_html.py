"""An account as a fragment of HTML: tables with captions, every text escaped, no style and no script.

A table scrolls inside its own box where a screen is narrower; the box can be reached by keyboard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from coqs.results.account_text import both, change_of, head_lines, named, no_weights, shown
from coqs.results.accounts import Account, Item, Moved, StageAccount
from coqs.rubric.reach import NO_SHARES

WIDE = "overflow-x:auto"


def account_html(account: Account) -> str:
    """Return an account as a fragment."""
    head, *more = head_lines(account)
    parts = [_paragraph(head), _list(line.strip() for line in more), _stages(account), _items(account)]
    if account.provenance.policy.combine in NO_SHARES:
        parts.append(_paragraph(no_weights(account)))
    elif account.moved:
        parts.append(_moved(account.moved, _whose(account)))
    if account.events:
        heads = ["what fired, in order", "before and after", "rule"]
        rows = [[named(each), change_of(each), each.rule] for each in account.events]
        parts.append(
            _wide(
                heads, rows, f"What fired in {_whose(account)}: gates, bonuses, floors, caps, rules, rounding"
            )
        )
    return f'<div class="account">{"".join(parts)}</div>'


def _whose(account: Account) -> str:
    return f"{account.interaction} by {account.rater}" if account.rater else account.interaction


def _stages(account: Account) -> str:
    heads = ["stage", "score", "weight", "applied weight"]
    rows = [
        [each.stage, shown(each.score), str(each.weight), both(each.applied_weight)]
        for each in account.stages
    ]
    if any(each.pass_mark is not None for each in account.stages):
        heads.append("mark")
        rows = [[*row, _mark(each)] for row, each in zip(rows, account.stages, strict=True)]
    return _wide(heads, rows, f"Stages of {_whose(account)}")


def _mark(stage: StageAccount) -> str:
    if stage.pass_mark is None:
        return "none"
    return f"{shown(stage.pass_mark)}{', missed' if stage.missed else ''}"


def _items(account: Account) -> str:
    heads = ["criterion", "answer", "share", "applied weight", "contribution", "rule"]
    return _wide(
        heads, map(_item, account.items), f"Criteria of {_whose(account)}: share times weight is contribution"
    )


def _item(item: Item) -> list[str]:
    share = item.share if item.counted_share is None else item.counted_share
    numbers = ["" if share is None else both(share), both(item.applied_weight), both(item.contribution)]
    return [item.criterion, item.answer, *numbers, item.rule]


def _moved(moved: Iterable[Moved], whose: str) -> str:
    heads = ["criterion", "why", "weight", "how it went", "to whom"]
    rows = [
        [
            each.criterion,
            each.why.replace("_", " "),
            both(each.amount),
            each.how,
            ", ".join(f"{gain.criterion} {both(gain.amount)}" for gain in each.gains),
        ]
        for each in moved
    ]
    return _wide(heads, rows, f"Weight that did not count, of {whose}")


def _wide(heads: Sequence[str], rows: Iterable[Sequence[str]], caption: str) -> str:
    """Return a table in a box that scrolls.

    The roles keep it a table, and the labels name its cells, where a page's style lays it out anew.
    """
    head = "".join(f'<th role="columnheader" scope="col">{escape(text)}</th>' for text in heads)
    body = "".join(f'<tr role="row">{_row(heads, row)}</tr>' for row in rows)
    return (
        f'<div role="group" aria-label="{escape(caption)}" tabindex="0" style="{WIDE}"><table role="table">'
        f'<caption>{escape(caption)}</caption><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table></div>'
    )


def _row(heads: Sequence[str], row: Sequence[str]) -> str:
    name, *cells = row
    labelled = zip(heads[1:], cells, strict=True)
    told = (
        f'<td role="cell" data-label="{escape(head)}"><span>{_unbroken(cell)}</span></td>'
        for head, cell in labelled
    )
    return f'<th role="rowheader" scope="row">{escape(name)}</th>{"".join(told)}'


def _unbroken(cell: str) -> str:
    """Escape a cell, and keep a number and its per cent sign on one line."""
    return escape(cell).replace(" %", "&nbsp;%")


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _list(lines: Iterable[str]) -> str:
    items = "".join(f"<li>{escape(line)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if items else ""
