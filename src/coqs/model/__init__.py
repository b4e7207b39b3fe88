"""Who is served, in which stage, by whom: the plain vocabulary of the method.

Floor 1: frozen attrs classes and enumerations; no numpy, no pluggy, no files.
"""

from coqs.model.absence import Absence, Standing
from coqs.model.allowed import AllowedException
from coqs.model.bands import Band, as_bands, band_of
from coqs.model.context import CONTEXT, RESERVED
from coqs.model.customer_sets import CUSTOMER_SETS, CustomerSet
from coqs.model.details import Detail
from coqs.model.events import Event
from coqs.model.exact import exact, exact_and_value, exact_each, exact_or_none
from coqs.model.moments import moment
from coqs.model.people import Provider
from coqs.model.promises import PROMISE_KINDS, PROMISE_STATES, Promise
from coqs.model.stages import STAGES, Stage
from coqs.model.words import Words

__all__ = [
    "CONTEXT",
    "CUSTOMER_SETS",
    "PROMISE_KINDS",
    "PROMISE_STATES",
    "RESERVED",
    "STAGES",
    "Absence",
    "AllowedException",
    "Band",
    "CustomerSet",
    "Detail",
    "Event",
    "Promise",
    "Provider",
    "Stage",
    "Standing",
    "Words",
    "as_bands",
    "band_of",
    "exact",
    "exact_and_value",
    "exact_each",
    "exact_or_none",
    "moment",
]
