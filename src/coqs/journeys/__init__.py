"""Time: what scores become over days, weeks and months.

Floor 5, above scoring. Series of a person, team or site, and what is read from them: charts, clocks,
habits, checkpoints, events, issues, promises, relationships and blind spots. What is done with it, and
pages and files, belong to the floors above.
"""

from coqs.journeys.journeys import Journeys
from coqs.journeys.measures import Yardstick
from coqs.journeys.observations import Observations
from coqs.journeys.series import Series

__all__ = ["Journeys", "Observations", "Series", "Yardstick"]
