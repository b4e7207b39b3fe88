"""Right the first time: interactions linked into issues, and which of them needed no second one."""

from coqs.journeys.issues.issues import Issues, IssueTable, issues

__all__ = ["IssueTable", "Issues", "issues"]
