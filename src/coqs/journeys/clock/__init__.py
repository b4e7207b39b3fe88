"""The clock: where a journey stands between floor and ceiling, and whether it climbs or winds down."""

from coqs.journeys.clock.clock import Clock, ClockTable
from coqs.journeys.clock.leads import LeadTable
from coqs.journeys.clock.making import clock_of

__all__ = ["Clock", "ClockTable", "LeadTable", "clock_of"]
