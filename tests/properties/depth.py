"""How many examples a law is tried on: some by default, all of them where slow tests run."""

from __future__ import annotations

import os

THOROUGH = "COQS_TESTS_THOROUGH"
PART = 3
FEWEST = 4


def examples(most: int) -> int:
    """Return `most` where `--run-slow` is given, and else a third of it, but never less than a few."""
    return most if os.environ.get(THOROUGH) else min(most, max(FEWEST, most // PART))
