"""Control charts over series: what is news, and what is only chance.

Room of floor 5, beside the series that it reads. Limits, run lengths and patterns are kernels; here are the
kinds of charts and what they suit, baselines that are frozen and saved, rule sets as data, and the picture.
"""

from coqs.journeys.charts.baselines import Baseline
from coqs.journeys.charts.charting import ChartOptions, chart
from coqs.journeys.charts.charts import Chart
from coqs.journeys.charts.dispersion import Dispersion, count_dispersion
from coqs.journeys.charts.rule_sets import Rule, RuleSet
from coqs.journeys.charts.signals import SignalTable

__all__ = [
    "Baseline",
    "Chart",
    "ChartOptions",
    "Dispersion",
    "Rule",
    "RuleSet",
    "SignalTable",
    "chart",
    "count_dispersion",
]
