"""What to do about it: which criteria, met where they were not, would raise a score the most.

Floor 6, above scoring, which is asked what the score would be. What lives here: findings about what
was scored, each with how sure it is. What does not: scores and summaries themselves.
"""

from coqs.insights.steps import StepTable, next_steps

__all__ = ["StepTable", "next_steps"]
