"""Ratings as columns: one row for each (interaction, rater) pair, one column for each criterion.

Floor 2. Five kinds of absence are kept apart. What a machine rater returns is `RatedColumns`.
"""

from coqs.ratings.rated import EvidenceTable, RatedColumns
from coqs.ratings.ratings import Ratings
from coqs.ratings.sheet import Answer, Sheet

__all__ = ["Answer", "EvidenceTable", "RatedColumns", "Ratings", "Sheet"]
