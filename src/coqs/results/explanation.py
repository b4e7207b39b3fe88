"""The exact account of one interaction's score."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import attrs

from coqs.model import Standing
from coqs.results.html import html_table
from coqs.results.provenance import Provenance
from coqs.tables import read_only


@attrs.frozen(slots=True, kw_only=True)
class Item:
    """What one criterion did to the score."""

    criterion: str
    stage: str
    text: str
    """What was asked, in the rubric's words."""
    answer: str
    """Level or option ids, a number, or the name of an absence."""
    weight: Fraction
    """As the rubric states it."""
    points: Fraction | None = None
    """Raw points of the answer."""
    share: Fraction | None = None
    """The answer's share of the criterion."""
    counted_share: Fraction | None = None
    """The share that went into the score: perhaps lowered by a gate, or filled in for an absence; None
    where none did."""
    applied_weight: Fraction = Fraction(0)
    """Share of the overall score that it carried, after redistribution."""
    contribution: Fraction = Fraction(0)
    """What it added to the overall score; with the steps the contributions sum to it exactly."""
    standing: Standing | None = None
    gate: str | None = None
    """Error class of its gate, where that was hit or fires under the policy."""
    irreversible_failed: bool = False
    band: str = ""
    """The band that the answer's share lies in; empty without one."""
    evidence: tuple[tuple[int, int, int], ...] = ()
    """(turn, start, end) of what a machine rater saw."""
    rule: str = ""
    """Which rule was applied, in words."""


@attrs.frozen(slots=True, kw_only=True)
class StageAccount:
    """What one stage did to the score."""

    stage: str
    weight: Fraction
    applied_weight: Fraction = Fraction(0)
    """Share of the overall score, after the weight of unscored stages was redistributed."""
    score: Fraction | None = None
    """None where nothing in it was scored."""
    pass_mark: Fraction | None = None
    missed: bool = False
    band: str = ""
    """The band that its score lies in; empty without one."""


@attrs.frozen(slots=True)
class Step:
    """A change of the overall score that no single criterion made."""

    name: str
    """baseline, errors, floor, gate, override, clamp or rounding."""
    stage: str | None
    """The stage that it changed first; None where it changed the overall score."""
    amount: Fraction
    """What it added to the overall score."""
    rule: str = ""
    """Why, in words."""


@attrs.frozen(slots=True, kw_only=True, repr=False)
class Explanation:
    """How one interaction got its score; `print` it, or take `to_dict` or `to_json`."""

    interaction: str
    rater: str | None
    overall: Fraction | None
    verdict: str
    reason: str
    """Why it is unscored; empty where it is scored."""
    because: tuple[str, ...]
    """What failed the verdict, in words."""
    stages: tuple[StageAccount, ...]
    items: tuple[Item, ...]
    steps: tuple[Step, ...] = ()
    """Changes of the score that no single criterion made, in their order."""
    bounds: tuple[Fraction, Fraction] | None
    """Lowest and highest score that the missing answers allow; None where they allow none, and where
    there are too many ways to try them."""
    counts: Mapping[str, int] = attrs.field(converter=read_only)
    """How many criteria were answered, not applicable, not asked and so on."""
    pass_mark: Fraction | None
    band: str = ""
    """The band that the overall score lies in; empty without one."""
    points: Fraction = Fraction(0)
    """Raw points of what counts."""
    provenance: Provenance

    @property
    def coverage(self) -> Fraction | None:
        """Share of the asked criteria that were answered; None where none was asked."""
        missing = self.counts["unanswered"] + self.counts["abstained"] + self.counts["failed"]
        asked = self.counts["answered"] + missing
        return Fraction(self.counts["answered"], asked) if asked else None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values: each fraction as text and as a float."""
        parts = {field.name: _plain(getattr(self, field.name)) for field in attrs.fields(Explanation)}
        return {**parts, "coverage": _plain(self.coverage), "provenance": self.provenance.to_dict()}

    def to_json(self, *, indent: int | None = 2) -> str:
        """Return `to_dict` as JSON text."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False)

    def __repr__(self) -> str:
        return (
            f"<Explanation of {self.interaction!r}: {shown(self.overall)}, verdict {self.verdict}, "
            f"{len(self.items)} criteria, rubric {self.provenance.rubric!r}>"
        )

    def _repr_html_(self) -> str:
        heads = ["criterion", "answer", "share", "weight", "contribution", "rule"]
        rows = [[each.criterion, each.answer, *map(shown, _numbers(each)), each.rule] for each in self.items]
        return html_table(heads, rows, caption="; ".join(_head(self)))

    def __str__(self) -> str:
        return "\n".join(
            [*_head(self), *_stage_lines(self), *_item_lines(self), *_step_lines(self), *_foot(self)]
        )


def _numbers(item: Item) -> tuple[Fraction | None, Fraction, Fraction]:
    return item.share, item.applied_weight, item.contribution


def _plain(value: Any) -> Any:
    match value:
        case Fraction():
            return {"exact": str(value), "value": float(value)}
        case Item() | StageAccount() | Step():
            return {field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
        case tuple() | list():
            return [_plain(each) for each in value]
        case Mapping():
            return dict(value)
        case Standing():
            return str(value)
        case _:
            return value


def shown(value: Fraction | None) -> str:
    """Show a fraction exactly and as per cent.

    >>> shown(Fraction(37, 45))
    '37/45 = 82.22 %'
    """
    return "unscored" if value is None else f"{value} = {float(value) * 100:.2f} %"


def _head(account: Explanation) -> list[str]:
    rater = f" by {account.rater}" if account.rater else ""
    lines = [f"{account.interaction}{rater}: {shown(account.overall)}, verdict {account.verdict}"]
    if account.reason:
        lines.append(f"  unscored because: {account.reason.replace('_', ' ')}")
    lines += [f"  band {account.band}"] if account.band else []
    lines += [f"  failed because: {each}" for each in account.because]
    if account.pass_mark is not None:
        lines.append(f"  pass mark {shown(account.pass_mark)}")
    return lines


def _stage_lines(account: Explanation) -> list[str]:
    lines = ["", "  stage             score                 weight -> applied"]
    for stage in account.stages:
        missed = f"  misses its mark {shown(stage.pass_mark)}" if stage.missed else ""
        missed += f"  band {stage.band}" if stage.band else ""
        lines.append(
            f"  {stage.stage:<16}  {shown(stage.score):<20}  {stage.weight} -> {stage.applied_weight}{missed}"
        )
    return lines


def _item_lines(account: Explanation) -> list[str]:
    lines = ["", "  criterion: answer, share x applied weight = contribution; rule"]
    for item in account.items:
        if item.share is None and item.counted_share is None:
            lines.append(f"  {item.criterion}: {item.answer}; {item.rule}")
            continue
        standing = f" ({item.standing})" if item.standing else ""
        standing += f", band {item.band}" if item.band else ""
        lines.append(f"  {item.criterion}: {item.answer}{standing}, {_product(item)}; {item.rule}")
    return lines


def _product(item: Item) -> str:
    """Say what an item added: its share times its weight, or what a bonus or a deduction brings."""
    share = item.share if item.counted_share is None else item.counted_share
    if share is None or share * item.applied_weight != item.contribution:
        return f"adds {item.contribution}"
    return f"{share} x {item.applied_weight} = {item.contribution}"


def _step_lines(account: Explanation) -> list[str]:
    if not account.steps:
        return []
    told = [
        f"  {step.name}{f' of {step.stage}' if step.stage else ''}: {_signed(step.amount)}; {step.rule}"
        for step in account.steps
    ]
    return ["", "  step: what it added; rule", *told]


def _signed(amount: Fraction) -> str:
    return f"adds {amount}" if amount >= 0 else f"takes {-amount}"


def _foot(account: Explanation) -> list[str]:
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
