"""Promises: what customers were told would come, and what became of it across interactions.

The ledger, shares of people and sites, the curve over days, and the worklist. Files are written by the
floors above.
"""

from coqs.journeys.promises.curve import PromiseCurve
from coqs.journeys.promises.keeping import promises
from coqs.journeys.promises.ledger import Promises
from coqs.journeys.promises.shares import PromiseGroups
from coqs.journeys.promises.worklist import Worklist

__all__ = ["PromiseCurve", "PromiseGroups", "Promises", "Worklist", "promises"]
