"""Customer Oriented Quality Service: ratings in; scores, gates and explanations out.

This is the front door. Every public name is reached as ``coqs.NAME`` and is imported from its room
when it is first asked for, so that ``import coqs`` itself loads nothing. The roof of the house: it
knows the rooms by name only, and no room imports from it but the plugins, who are strangers, and
`Scores.load`, which needs a scorer from a higher floor.
"""

from __future__ import annotations

from types import MappingProxyType

# The one list of the public names, by the room that each lives in. `__init__.pyi` repeats it for
# editors and type checkers, and a test holds the two together.
_ROOMS = MappingProxyType(
    {
        "errors": (
            "CoqsError",
            "RecordError",
            "RubricError",
            "PolicyError",
            "ComparisonError",
            "NotFoundError",
            "PluginError",
            "PluginLoadError",
            "PluginContractError",
            "PluginCallError",
            "MissingDependencyError",
        ),
        "model": (
            "CUSTOMER_SETS",
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
        ),
        "tables": ("Encoded",),
        "rubric": (
            "Criterion",
            "Detect",
            "Fact",
            "Finding",
            "Gate",
            "Ideal",
            "Level",
            "Option",
            "Override",
            "Policy",
            "Rubric",
        ),
        "rubric.diff": ("RubricDiff",),
        "rubric.questionnaire": ("Questionnaire",),
        "interactions": ("Interaction", "Interactions", "Turn"),
        "ratings": ("RatedColumns", "Ratings"),
        "readers": (
            "FormEvaluation",
            "FormQuestion",
            "FormReader",
            "FormSection",
            "ImportedForm",
            "PrintedScore",
            "Reader",
        ),
        "answers": ("Answers",),
        "results": (
            "Counterfactual",
            "Explanation",
            "GroupTable",
            "OneScore",
            "Problem",
            "Provenance",
            "Scores",
            "Tally",
        ),
        "hookspecs": ("hookimpl",),
        "manager": ("PluginInfo", "Plugins", "list_plugins", "load_plugins"),
        "scoring": ("Scorer", "score"),
        "scoring.counterfactual": ("counterfactual",),
        "scoring.explain": ("explain",),
        "raters": ("rate",),
        "comparisons.policies": ("PolicyComparison", "compare_policies"),
        "comparisons.versions": (
            "Backtest",
            "Bridge",
            "MoverTable",
            "ScoreComparison",
            "backtest",
            "bridge",
            "compare_scores",
        ),
        "surveys": ("ExceedsCheck", "SurveyScores", "exceeds_check", "join_answers", "score_answers"),
        "journeys": ("Journeys", "Observations", "Series"),
        "journeys.charts": ("Baseline", "Chart", "RuleSet"),
        "journeys.blind_spots": ("BlindSpots", "blind_spots"),
        "journeys.checkpoints": ("Checkpoint", "CheckpointLog"),
        "journeys.clock": ("Clock", "ClockTable", "LeadTable"),
        "journeys.events": ("BeforeAfter", "EventRegister"),
        "journeys.expected": ("ExpectedTable", "against_expected"),
        "journeys.issues": ("IssueTable", "Issues", "issues"),
        "journeys.missteps": (
            "ContactTable",
            "FlipTable",
            "Misstep",
            "Reevaluation",
            "misstep",
            "reevaluate",
        ),
        "journeys.promises": ("PromiseCurve", "PromiseGroups", "Promises", "Worklist", "promises"),
        "journeys.relationships": ("Relationships", "relationships"),
        "sample_data": ("make_sample",),
        "io": (
            "FormScores",
            "ImportedEvaluations",
            "read_answers",
            "read_evaluations",
            "read_events",
            "read_form",
            "read_interactions",
            "read_ratings",
            "write_contacts",
            "write_ratings",
            "write_scores",
            "write_worklist",
        ),
        "insights": ("StepTable", "next_steps"),
        "report": ("write_report",),
    }
)

__all__ = tuple(sorted(["__version__", *(name for names in _ROOMS.values() for name in names)]))


def __getattr__(name: str) -> object:
    """Fetch a public name, or a room, when it is first asked for."""
    value = _fetch(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _fetch(name: str) -> object:
    from importlib import import_module, util

    for room, names in _ROOMS.items():
        if name in names:
            return getattr(import_module(f"coqs.{room}"), name)
    if name == "__version__":
        from importlib.metadata import version

        return version("coqs")
    if not name.startswith("_") and util.find_spec(f"coqs.{name}") is not None:
        return import_module(f"coqs.{name}")
    raise AttributeError(_unknown(name), name=name)


def _unknown(name: str) -> str:
    message = f"module 'coqs' has no attribute {name!r}"
    if name.startswith("_"):  # asked for by tools (`__path__`, `__wrapped__`, …), not mistyped by people
        return message
    from coqs.errors import suggest

    return f"{message}; {suggest(name, __all__)}"
