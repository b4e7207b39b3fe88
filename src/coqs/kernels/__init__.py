"""Formulas on arrays, named as in the literature; floor 0, numpy and the standard library only."""

from coqs.kernels.exact_sums import carried, exact_integers, exact_sums
from coqs.kernels.intervals import (
    clustered_share_interval,
    mean_interval,
    ratio_interval,
    student_t_quantile,
    wilson_interval,
)

__all__ = [
    "carried",
    "clustered_share_interval",
    "exact_integers",
    "exact_sums",
    "mean_interval",
    "ratio_interval",
    "student_t_quantile",
    "wilson_interval",
]
