"""Events: a register of what happened, and what the service was before and after."""

from coqs.journeys.events.before_after import BeforeAfter, before_after
from coqs.journeys.events.register import EventRegister

__all__ = ["BeforeAfter", "EventRegister", "before_after"]
