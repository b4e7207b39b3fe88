"""The same interactions scored in two ways, side by side, and what moved the numbers.

Floor 4, above scoring. What lives here: which choices of two policies move each score, and by how much.
What does not: the scores themselves.
"""

from coqs.comparisons.account import PolicyAccount
from coqs.comparisons.comparison import PolicyComparison
from coqs.comparisons.players import Player
from coqs.comparisons.policies import compare_policies

__all__ = ["Player", "PolicyAccount", "PolicyComparison", "compare_policies"]
