"""The laws' own set-up: one profile for hypothesis, and the shared strategies within reach."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings

sys.path.insert(0, str(Path(__file__).parent))  # `strategies` and `naive` are modules of this folder

from depth import examples

settings.register_profile(
    "coqs",
    deadline=None,
    derandomize=True,  # the same examples everywhere, so that a red run can be repeated
    database=None,
    max_examples=examples(20),
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.load_profile("coqs")
