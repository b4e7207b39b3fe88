"""Two versions of a rubric: what moves, which verdicts flip, and what must not be compared."""

from coqs.comparisons.versions.backtesting import backtest
from coqs.comparisons.versions.bridging import Bridge, bridge
from coqs.comparisons.versions.movers import MoverTable
from coqs.comparisons.versions.outcome import Backtest
from coqs.comparisons.versions.scores import ScoreComparison, compare_scores

__all__ = [
    "Backtest",
    "Bridge",
    "MoverTable",
    "ScoreComparison",
    "backtest",
    "bridge",
    "compare_scores",
]
