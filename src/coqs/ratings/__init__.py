"""Ratings as columns: one row for each (interaction, rater) pair, one column for each criterion.

Floor 2. Five kinds of absence are kept apart. What a machine rater returns is `RatedColumns`.
"""

from coqs.ratings.rated import RatedColumns
from coqs.ratings.ratings import Ratings
from coqs.ratings.sheet import Answer, Sheet
from coqs.ratings.spans import EvidenceTable, PromiseTable

__all__ = ["Answer", "EvidenceTable", "PromiseTable", "RatedColumns", "Ratings", "Sheet"]
