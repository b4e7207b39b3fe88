"""Two policies: which of their choices moves each score, and by how much."""

from coqs.comparisons.policies.account import PolicyAccount
from coqs.comparisons.policies.comparing import compare_policies
from coqs.comparisons.policies.comparison import PolicyComparison
from coqs.comparisons.policies.players import Player

__all__ = ["Player", "PolicyAccount", "PolicyComparison", "compare_policies"]
