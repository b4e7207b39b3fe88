"""Formulas on arrays, named as in the literature; floor 0, numpy and the standard library only.

Those under control charts are loaded when they are first asked for: a score needs none of them.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from coqs.kernels.bernoulli_cusum import BernoulliCusum, bernoulli_cusum_arl, bernoulli_cusum_limit
    from coqs.kernels.chart_constants import c4, d2, d3
    from coqs.kernels.count_limit_columns import (
        CountLimitColumns,
        binomial_limit_columns,
        poisson_limit_columns,
    )
    from coqs.kernels.count_limits import (
        CountLimits,
        binomial_limits,
        exponential_limits,
        geometric_limits,
        poisson_limits,
    )
    from coqs.kernels.proportions import CountChart, p_chart, u_chart
    from coqs.kernels.rule_chains import chain_arl
    from coqs.kernels.rule_run_lengths import FittedRules, SimulatedRunLength, fitted_rules, rule_set_arl
    from coqs.kernels.run_lengths import (
        cusum_arl,
        cusum_interval,
        ewma_arl,
        ewma_limit,
        shewhart_arl,
        shewhart_limit,
    )
    from coqs.kernels.run_rules import RunRule, completes
    from coqs.kernels.smoothing import cusum, ewma, ewma_variance

_OF_CHARTS = MappingProxyType(
    {
        "bernoulli_cusum": (
            "BernoulliCusum",
            "bernoulli_cusum_arl",
            "bernoulli_cusum_limit",
        ),
        "chart_constants": (
            "c4",
            "d2",
            "d3",
        ),
        "count_limit_columns": (
            "CountLimitColumns",
            "binomial_limit_columns",
            "poisson_limit_columns",
        ),
        "count_limits": (
            "CountLimits",
            "binomial_limits",
            "exponential_limits",
            "geometric_limits",
            "poisson_limits",
        ),
        "proportions": (
            "CountChart",
            "p_chart",
            "u_chart",
        ),
        "rule_chains": ("chain_arl",),
        "rule_run_lengths": (
            "FittedRules",
            "SimulatedRunLength",
            "fitted_rules",
            "rule_set_arl",
        ),
        "run_lengths": (
            "cusum_arl",
            "cusum_interval",
            "ewma_arl",
            "ewma_limit",
            "shewhart_arl",
            "shewhart_limit",
        ),
        "run_rules": (
            "RunRule",
            "completes",
        ),
        "smoothing": (
            "cusum",
            "ewma",
            "ewma_variance",
        ),
    }
)

__all__ = [
    "AalenJohansen",
    "BernoulliCusum",
    "CountChart",
    "CountLimitColumns",
    "CountLimits",
    "FittedRules",
    "KaplanMeier",
    "RunRule",
    "SimulatedRunLength",
    "aalen_johansen",
    "bernoulli_cusum_arl",
    "bernoulli_cusum_limit",
    "binomial_limit_columns",
    "binomial_limits",
    "c4",
    "carried",
    "chain_arl",
    "clustered_share_interval",
    "completes",
    "cusum",
    "cusum_arl",
    "cusum_interval",
    "d2",
    "d3",
    "ewma",
    "ewma_arl",
    "ewma_limit",
    "ewma_variance",
    "exact_integers",
    "exact_sums",
    "exponential_limits",
    "fitted_rules",
    "geometric_limits",
    "kaplan_meier",
    "kendall_tau_b",
    "log_log_interval",
    "mean_interval",
    "mover_interval",
    "p_chart",
    "poisson_limit_columns",
    "poisson_limits",
    "ratio_interval",
    "rule_set_arl",
    "shewhart_arl",
    "shewhart_limit",
    "student_t_quantile",
    "tango_interval",
    "u_chart",
    "wilson_interval",
]


def __getattr__(name: str) -> object:
    """Fetch a formula of control charts when it is first asked for."""
    from importlib import import_module

    for module, names in _OF_CHARTS.items():
        if name in names:
            globals()[name] = value = getattr(import_module(f"coqs.kernels.{module}"), name)
            return value
    raise AttributeError(f"module 'coqs.kernels' has no attribute {name!r}", name=name)
