"""Tools for people who write plugins: golden interactions and conformance checks.

On the roof: it may use every room, and no room uses it.
"""

from coqs.testing.conformance import Check, parametrize_plugin_checks, plugin_checks
from coqs.testing.golden import Golden, differences, read_golden

__all__ = ["Check", "Golden", "differences", "parametrize_plugin_checks", "plugin_checks", "read_golden"]
