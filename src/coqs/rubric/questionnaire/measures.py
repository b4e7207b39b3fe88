"""What is worked out of answers: each measure by a definition that its file states in full.

Where the literature has several definitions under one name, there is no default: the file says which.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

import attrs

from coqs.model import Words

KINDS = ("top_box", "mean", "nps", "csat", "ces")
STATISTICS = MappingProxyType(
    {
        "share": "the share of answers in the best boxes (say which with top or boxes)",
        "mean": "the mean of their points (say which with points)",
    }
)
POINTS = MappingProxyType(
    {
        "raw": "the points as the scale states them",
        "min_max": "the share of the way from the worst box to the best, from 0 to 1",
    }
)
OVER = MappingProxyType(
    {
        "respondents": "the mean of what each sheet's own answers give, every sheet counting once",
        "answers": "all answers in one pot, so that sheets with more answers count for more",
    }
)
PROMOTERS, DETRACTORS = 9, 6
"""The cut points of the score that was published, on its scale from 0 to 10."""


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(slots=True)
class Measure:
    """A number that is worked out of the answers to one or several items.

    The kinds:

    * `top_box`: the share of answers in the best boxes, or in boxes that are named.
    * `mean`: the mean of the points.
    * `nps`: the share of promoters less that of detractors, in [-1, 1]. F. F. Reichheld, "The one number
      you need to grow", Harvard Business Review 81 (2003): likelihood to recommend from 0 to 10,
      promoters 9 and 10, detractors 0 to 6.
    * `csat`: customer satisfaction, for which the trade has two definitions: a share of the best boxes,
      or a mean. `statistic` says which.
    * `ces`: customer effort, after M. Dixon, K. Freeman and N. Toman, "Stop trying to delight your
      customers", Harvard Business Review 88 (2010). Reported as a mean by some and as the share that
      agrees by others. `statistic` says which.
    """

    id: str
    """Stable id; also the name of the fact that it becomes when answers join ratings."""
    kind: str
    """top_box, mean, nps, csat or ces."""
    items: tuple[str, ...] = attrs.field(converter=_texts)
    """The items that it is made of."""
    statistic: str = ""
    """csat and ces: share or mean."""
    top: int | None = None
    """Shares: how many of the best boxes count."""
    boxes: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    """Shares: the ids of the boxes that count, in place of `top`."""
    points: str = ""
    """Means: raw or min_max."""
    over: str = ""
    """Of several items: respondents or answers."""
    at_least: int | None = None
    """Over respondents: the fewest of the items that a sheet must have answered."""
    promoters: int | None = None
    """nps: the lowest number of a promoter."""
    detractors: int | None = None
    """nps: the highest number of a detractor."""
    words: Words = Words()
    """What it tells, for people."""

    @property
    def is_net(self) -> bool:
        """Tell whether it is a difference of two shares."""
        return self.kind == "nps"

    @property
    def is_mean(self) -> bool:
        """Tell whether it is a mean of points."""
        return self.kind == "mean" or (self.kind in ("csat", "ces") and self.statistic == "mean")

    @property
    def is_share(self) -> bool:
        """Tell whether it is a share of answers."""
        return not self.is_net and not self.is_mean

    @property
    def unit(self) -> str:
        """Return what its numbers are: a share in [0, 1], net in [-1, 1], or points of the scale."""
        if self.is_net:
            return "net"
        return "points" if self.is_mean and self.points == "raw" else "share"

    @property
    def is_pooled(self) -> bool:
        """Tell whether it is taken over all answers rather than over sheets."""
        return self.over == "answers"

    @property
    def needed(self) -> int:
        """Return how many of the items a sheet must have answered to count."""
        return self.at_least or 1

    @property
    def cut_points(self) -> tuple[int, int]:
        """Return from which number on an answer promotes, and up to which it detracts."""
        return (
            PROMOTERS if self.promoters is None else self.promoters,
            DETRACTORS if self.detractors is None else self.detractors,
        )
