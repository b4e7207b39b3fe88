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
from coqs.kernels.survival import (
    AalenJohansen,
    KaplanMeier,
    aalen_johansen,
    kaplan_meier,
    log_log_interval,
)

__all__ = [
    "AalenJohansen",
    "KaplanMeier",
    "aalen_johansen",
    "carried",
    "clustered_share_interval",
    "exact_integers",
    "exact_sums",
    "kaplan_meier",
    "kendall_tau_b",
    "log_log_interval",
    "mean_interval",
    "mover_interval",
    "ratio_interval",
    "student_t_quantile",
    "tango_interval",
    "wilson_interval",
]
