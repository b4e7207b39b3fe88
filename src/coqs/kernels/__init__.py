"""Formulas on arrays, named as in the literature; floor 0, numpy and the standard library only."""

from coqs.kernels.intervals import mean_interval, ratio_interval, student_t_quantile, wilson_interval

__all__ = ["mean_interval", "ratio_interval", "student_t_quantile", "wilson_interval"]
