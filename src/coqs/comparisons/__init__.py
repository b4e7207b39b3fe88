"""The same interactions scored in two ways, side by side, and what moved the numbers.

Floor 5, above scoring, which is asked what each way gives. What lives here: which choices of two policies
move each score, and by how much; what another version of a rubric moves, which verdicts flip, and what must
not be compared. What does not: the scores, and how a rubric changed as a text (`coqs.rubric.diff`).
"""

from coqs.comparisons.account import PolicyAccount
from coqs.comparisons.comparison import PolicyComparison
from coqs.comparisons.players import Player
from coqs.comparisons.policies import compare_policies

__all__ = ["Player", "PolicyAccount", "PolicyComparison", "compare_policies"]
