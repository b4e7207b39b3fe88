"""Interactions as a columnar batch: ids, times, turns and facts; one interaction is a view.

Floor 2. Records become columns here and in `coqs.ratings`, nowhere else. Files are read in `coqs.io`.
"""

from coqs.interactions.batch import Interaction, Interactions, Turn, utc_datetime

__all__ = ["Interaction", "Interactions", "Turn", "utc_datetime"]
