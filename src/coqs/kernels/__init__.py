"""Formulas on arrays, named as in the literature; floor 0, numpy and the standard library only."""

from coqs.kernels.differences import mover_interval, tango_interval
from coqs.kernels.exact_sums import carried, exact_integers, exact_sums
from coqs.kernels.intervals import (
    clustered_share_interval,
    mean_interval,
    ratio_interval,
    student_t_quantile,
    wilson_interval,
)
from coqs.kernels.rank_correlation import kendall_tau_b

__all__ = [
    "carried",
    "clustered_share_interval",
    "exact_integers",
    "exact_sums",
    "kendall_tau_b",
    "mean_interval",
    "mover_interval",
    "ratio_interval",
    "student_t_quantile",
    "tango_interval",
    "wilson_interval",
]
