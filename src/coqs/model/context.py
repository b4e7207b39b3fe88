"""What is recorded of an interaction beside its answers: the names of the columns."""

from __future__ import annotations

CONTEXT = ("provider", "provider_grade", "customer", "customer_set", "site", "channel", "issue")
"""Who, whom, where and on what matter: columns of texts."""
RESERVED = ("interaction", "rater", "at", *CONTEXT, "criterion", "level", "overall", "verdict", "reason")
"""Names of columns that no criterion and no fact may have."""
