"""The five customer sets that staff serve every day; a rubric may add more."""

from __future__ import annotations

import attrs

from coqs.model.words import Words


@attrs.frozen(slots=True)
class CustomerSet:
    """A set of people who are served; a rubric says who they are in its trade."""

    id: str
    """Stable id, used in columns and in `applies_to`."""
    words: Words = Words()
    """Who this set is, in the trade at hand."""


CUSTOMER_SETS: tuple[CustomerSet, ...] = (
    CustomerSet("client", Words("whoever engages the service")),
    CustomerSet("employees", Words("the people who work for the client")),
    CustomerSet("co_workers", Words("colleagues, and for a manager the staff")),
    CustomerSet("visitors", Words("visitors and vendors")),
    CustomerSet("self", Words("the provider, served by self-review")),
)
