"""What the findings need to know of scores; parts of a file add up to the whole of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Self

import attrs
import numpy as np

from coqs.results import REASONS, Provenance, Scores, Tally
from coqs.results.columns import VERDICTS

FAIL = VERDICTS.index("fail")


@attrs.frozen
class Summary:
    """Counts and sums of scores; never the scores themselves."""

    provenance: Provenance
    gates: tuple[str, ...]
    """The error classes."""
    whole: Tally
    stages: Tally
    groups: tuple[Tally, ...]
    """One for each table that was asked for."""
    raters: frozenset[str | None]
    counts: Counter[str]
    """rows; answered, asked, ignored (answers); unobserved (gates), unobserved_rows, irreversible_rows,
    gate_failures, fail, rows by reason."""

    @classmethod
    def of(cls, scores: Scores, tables: Sequence[Sequence[str]] = ()) -> Self:
        """Sum up scores; `tables` are the keys of each table that is wanted."""
        rater = scores.ratings.rater
        present = rater.codes[rater.present]
        none = [] if len(present) == len(rater) else [None]
        return cls(
            provenance=scores.provenance,
            gates=tuple(scores.gates),
            whole=Tally.of(scores),
            stages=Tally.of_stages(scores),
            groups=tuple(Tally.of(scores, *keys) for keys in tables),
            raters=frozenset([*(rater.categories[code] for code in np.unique(present).tolist()), *none]),
            counts=_counts(scores),
        )

    def __add__(self, other: Summary) -> Summary:
        return attrs.evolve(
            self,
            whole=self.whole + other.whole,
            stages=self.stages + other.stages,
            groups=tuple(mine + theirs for mine, theirs in zip(self.groups, other.groups, strict=True)),
            raters=self.raters | other.raters,
            counts=self.counts + other.counts,
        )

    def n_with_reason(self, reason: str) -> int:
        """Return how many rows are not scored for a reason; an empty one is scored."""
        return self.counts[f"reason {reason}"]

    @property
    def n_unscored(self) -> int:
        """How many rows are not scored."""
        return self.counts["rows"] - self.n_with_reason("")


def _counts(scores: Scores) -> Counter[str]:
    reasons = np.bincount(scores.details.reason_codes, minlength=len(REASONS)).tolist()
    answers = {name: int(column.sum()) for name, column in scores.counts.items()}
    unobserved, irreversible = scores.gates_unobserved, scores.irreversible
    counts = {f"reason {name}": n for name, n in zip(REASONS, reasons, strict=True)}
    counts |= {
        "rows": len(scores),
        "answered": answers["answered"],
        "asked": sum(answers[name] for name in ("answered", "unanswered", "abstained", "failed")),
        "ignored": answers["ignored"],
        "unobserved": int(unobserved.sum()),
        "unobserved_rows": int((unobserved > 0).sum()),
        "irreversible_rows": int((irreversible > 0).sum()),
        "gate_failures": sum(int((column > 0).sum()) for column in scores.gates.values()),
        "fail": int((scores.verdict_codes == FAIL).sum()),
    }
    return Counter(counts)
