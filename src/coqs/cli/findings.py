"""The findings of a batch of scores as text: denominators, gates first, then scores and groups."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from coqs.cli.summary import Summary
from coqs.cli.text import aligned, counted, per_cent
from coqs.results import REASONS, GroupTable


def findings(summary: Summary) -> Iterator[str]:
    """Yield the lines of the findings on all rows; groups are tables of their own."""
    whole = summary.whole.table().rows()[0]
    yield from _head(summary, whole)
    yield ""
    yield from _gates(summary, whole)
    yield ""
    yield from _overall(whole)
    yield ""
    yield from table_lines(summary.stages.table())


def table_lines(table: GroupTable) -> list[str]:
    """Return a table of groups as lines; `scored` is what the score is the mean of."""
    shares = [name for name in ("pass", "exceeds") if f"{name}_share" in table.columns]
    rows = [[" / ".join(table.keys), "n", "scored", "score", "95% interval", *shares]]
    for label, row in zip(table.labels(), table.rows(), strict=True):
        numbers = [f"{row['n']:,}", f"{row['n_scored']:,}", per_cent(row["mean"]), _between(row, "")]
        rows.append([label, *numbers, *(per_cent(row[f"{name}_share"]) for name in shares)])
    return aligned(rows)


def _head(summary: Summary, whole: dict[str, Any]) -> Iterator[str]:
    made = summary.provenance
    yield f"rubric {made.rubric} {made.rubric_version}, policy {made.policy.name}, coqs {made.coqs_version}"
    yield (
        f"{counted(whole['n'], 'interaction')}, {counted(summary.counts['rows'], 'rating')} "
        f"by {counted(len(summary.raters), 'rater')}: {_scored(summary)}"
    )
    counts = summary.counts
    share = per_cent(counts["answered"] / counts["asked"] if counts["asked"] else None)
    yield f"{share} of what was asked was answered: {counts['answered']:,} of {counts['asked']:,}"
    if counts["ignored"]:
        yield (
            f"{counted(counts['ignored'], 'answer')} to criteria that were not asked are left out: these are "
            "for some customer sets only, or under a condition"
        )


def _scored(summary: Summary) -> str:
    counts = {reason: summary.n_with_reason(reason) for reason in REASONS if reason}
    why = ", ".join(f"{n:,} {reason.replace('_', ' ')}" for reason, n in counts.items() if n)
    return f"{summary.n_with_reason(''):,} scored, {summary.n_unscored:,} not" + (f" ({why})" if why else "")


def _gates(summary: Summary, whole: dict[str, Any]) -> Iterator[str]:
    rows = [["gates, by interactions", "failed", "of those answered", ""]]
    for name in summary.gates:
        failed, answered = whole[f"gates_{name}"], whole[f"gates_{name}_observed"]
        share = per_cent(failed / answered) if answered else "cannot tell"
        rows.append([f"  {name}", f"{failed:,}", f"{answered:,}", share])
    yield from aligned(rows)
    counts = summary.counts
    if counts["unobserved"]:
        gates = counted(counts["unobserved"], "gate")
        rows_with = counted(counts["unobserved_rows"], "rating")
        yield f"  not observed: {gates} asked and not answered, in {rows_with}"
    if counts["irreversible_rows"]:
        below = counted(counts["irreversible_rows"], "rating")
        yield f"  irreversible: {below} with a life-safety or other irreversible criterion below expectation"


def _overall(whole: dict[str, Any]) -> list[str]:
    scored = f"of {counted(whole['n_scored'], 'interaction')}"
    judged = f"of {counted(whole['n_verdicts'], 'interaction')} with a verdict"
    standing = "of the answers"
    rows = [
        ["overall", "", "95% interval", ""],
        ["  score", per_cent(whole["mean"]), _between(whole, ""), scored],
        ["  pass", per_cent(whole["pass_share"]), _between(whole, "pass_"), judged],
        ["  exceeds", per_cent(whole["exceeds_share"]), _between(whole, "exceeds_"), standing],
        ["  meets", per_cent(whole["meets_share"]), "", standing],
        ["  below", per_cent(whole["below_share"]), "", standing],
    ]
    return aligned(rows)


def _between(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}ci_low"], row[f"{name}ci_high"]
    return "cannot tell" if low is None or high is None else f"{low:.1%} to {high:.1%}"
