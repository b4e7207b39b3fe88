"""What is asked: scales, criteria, conditions, policy, the rubric and its file.

Floor 2, without numpy and pluggy. Applying a rubric to ratings is the business of `coqs.scoring`.
"""

from coqs.rubric.conditions import (
    Condition,
    CriterionIn,
    Every,
    FactBetween,
    FactIn,
    Negation,
    Some,
)
from coqs.rubric.criteria import Criterion, Detect, Gate, Ideal
from coqs.rubric.findings import Finding
from coqs.rubric.policy import Override, Policy
from coqs.rubric.policy_about import About
from coqs.rubric.rubric import Fact, Fingerprint, Origin, Rubric
from coqs.rubric.scales import Level, Numeric, Option, Scale, SeveralChoice, SingleChoice

__all__ = [
    "About",
    "Condition",
    "Criterion",
    "CriterionIn",
    "Detect",
    "Every",
    "Fact",
    "FactBetween",
    "FactIn",
    "Finding",
    "Fingerprint",
    "Gate",
    "Ideal",
    "Level",
    "Negation",
    "Numeric",
    "Option",
    "Origin",
    "Override",
    "Policy",
    "Rubric",
    "Scale",
    "SeveralChoice",
    "SingleChoice",
    "Some",
]
