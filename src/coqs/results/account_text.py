"""An account as lines of text: each number as a fraction and as per cent."""

from __future__ import annotations

from fractions import Fraction

from coqs.results.accounts import Account, Fired, Item, Moved, Step
from coqs.rubric.reach import NO_SHARES


def shown(value: Fraction | None) -> str:
    """Show a fraction exactly and as per cent.

    >>> shown(Fraction(37, 45))
    '37/45 = 82.22 %'
    """
    return "unscored" if value is None else f"{value} = {per_cent(value)}"


def per_cent(value: Fraction) -> str:
    """Show a fraction as per cent with two digits."""
    return f"{float(value) * 100:.2f} %"


def both(value: Fraction | None) -> str:
    """Show a fraction, and as per cent beside it.

    >>> both(Fraction(1, 3))
    '1/3 (33.33 %)'
    """
    return "none" if value is None else f"{value} ({per_cent(value)})"


def account_lines(account: Account) -> list[str]:
    """Return all that an account tells, line by line."""
    return [
        *head_lines(account),
        *_stage_lines(account),
        *_item_lines(account),
        *_moved_lines(account),
        *_event_lines(account),
        *_foot(account),
    ]


def head_lines(account: Account) -> list[str]:
    """Return what stands first: the score, the verdict and why."""
    rater = f" by {account.rater}" if account.rater else ""
    lines = [f"{account.interaction}{rater}: {shown(account.overall)}, verdict {account.verdict}"]
    if account.reason:
        lines.append(f"  unscored because: {account.reason.replace('_', ' ')}")
    lines += [f"  band {account.band}"] if account.band else []
    lines += [f"  failed because: {each}" for each in account.because]
    if account.pass_mark is not None:
        lines.append(f"  pass mark {shown(account.pass_mark)}")
    lines += [f"  {account.counterfactual}"] if account.counterfactual else []
    return lines


def _stage_lines(account: Account) -> list[str]:
    lines = ["", "  stage             score                 weight -> applied"]
    for stage in account.stages:
        missed = f"  misses its mark {shown(stage.pass_mark)}" if stage.missed else ""
        missed += f"  band {stage.band}" if stage.band else ""
        applied = both(stage.applied_weight)
        lines.append(f"  {stage.stage:<16}  {shown(stage.score):<20}  {stage.weight} -> {applied}{missed}")
    return lines


def _item_lines(account: Account) -> list[str]:
    lines = ["", "  criterion: answer, share x applied weight = contribution; rule"]
    for item in account.items:
        if item.share is None and item.counted_share is None:
            lines.append(f"  {item.criterion}: {item.answer}; {item.rule}")
            continue
        standing = f" ({item.standing})" if item.standing else ""
        standing += f", band {item.band}" if item.band else ""
        lines.append(f"  {item.criterion}: {item.answer}{standing}, {product(item)}; {item.rule}")
    return lines


def product(item: Item) -> str:
    """Say what an item added: its share times its weight, or what a bonus or a deduction brings."""
    share = item.share if item.counted_share is None else item.counted_share
    if share is None or share * item.applied_weight != item.contribution:
        return f"adds {both(item.contribution)}"
    return f"{both(share)} x {both(item.applied_weight)} = {both(item.contribution)}"


def _moved_lines(account: Account) -> list[str]:
    if account.provenance.policy.combine in NO_SHARES:
        return ["", f"  {no_weights(account)}"]
    if not account.moved:
        return []
    return ["", "  weight that did not count: why, how it went; to whom", *map(_moved_line, account.moved)]


def no_weights(account: Account) -> str:
    """Say why no weight goes anywhere under a way to combine that has none."""
    return f"under {account.provenance.policy.combine} no criterion has a weight that could go to another"


def _moved_line(moved: Moved) -> str:
    to = ", ".join(f"{gain.criterion} {both(gain.amount)}" for gain in moved.gains)
    return f"  {moved.criterion}: {both(moved.amount)}, {moved.why.replace('_', ' ')}, {moved.how}; {to}"


def _event_lines(account: Account) -> list[str]:
    if not account.events:
        return []
    return ["", "  what fired, in order: before -> after; rule", *map(_event_line, account.events)]


def _event_line(event: Fired | Step) -> str:
    change = f"{change_of(event)}; " if event.before is not None else ""
    return f"  {named(event)}: {change}{event.rule}"


def named(event: Fired | Step) -> str:
    """Return the name of an event, with what it is of."""
    if isinstance(event, Step):
        return f"{event.name}{f' of {event.stage}' if event.stage else ''}"
    return f"{event.name} of {event.criterion}{f' ({event.error_class})' if event.error_class else ''}"


def change_of(event: Fired | Step) -> str:
    """Return the numbers of an event; a change of a stage's score tells also what the whole gets of it."""
    if event.before is None:
        return ""
    change = f"{both(event.before)} -> {both(event.after)}"
    if isinstance(event, Step) and event.stage is not None:
        return f"{change}, which {_signed(event.amount)} overall"
    return change


def _signed(amount: Fraction) -> str:
    return f"adds {both(amount)}" if amount >= 0 else f"takes {both(-amount)}"


def _foot(account: Account) -> list[str]:
    total = sum((part.contribution for part in account.items), Fraction(0))
    total += sum((step.amount for step in account.steps), Fraction(0))
    parts = "contributions and steps" if account.steps else "contributions"
    counts = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in account.counts.items() if n)
    bounds = account.bounds
    allowed = "no score, or cannot tell" if bounds is None else f"{shown(bounds[0])} to {shown(bounds[1])}"
    made = account.provenance
    return [
        "",
        f"  {parts} sum to {shown(total)}" if account.overall is not None else "  nothing was scored",
        f"  criteria: {counts}",
        f"  the missing answers allow: {allowed}",
        f"  rubric {made.rubric} {made.rubric_version}, {made.fingerprint.scoring[:19]}",
        f"  policy {made.policy.name}, coqs {made.coqs_version}",
    ]
