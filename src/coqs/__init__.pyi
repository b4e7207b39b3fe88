"""The front door's names with their types, for editors and type checkers."""

from coqs.answers import (
    Answers as Answers,
)
from coqs.comparisons.policies import (
    PolicyComparison as PolicyComparison,
    compare_policies as compare_policies,
)
from coqs.comparisons.versions import (
    Backtest as Backtest,
    Bridge as Bridge,
    MoverTable as MoverTable,
    ScoreComparison as ScoreComparison,
    backtest as backtest,
    bridge as bridge,
    compare_scores as compare_scores,
)
from coqs.errors import (
    ComparisonError as ComparisonError,
    CoqsError as CoqsError,
    MissingDependencyError as MissingDependencyError,
    NotFoundError as NotFoundError,
    PluginCallError as PluginCallError,
    PluginContractError as PluginContractError,
    PluginError as PluginError,
    PluginLoadError as PluginLoadError,
    PolicyError as PolicyError,
    RecordError as RecordError,
    RubricError as RubricError,
)
from coqs.hookspecs import (
    hookimpl as hookimpl,
)
from coqs.insights import (
    StepTable as StepTable,
    next_steps as next_steps,
)
from coqs.interactions import (
    Interaction as Interaction,
    Interactions as Interactions,
    Turn as Turn,
)
from coqs.io import (
    FormScores as FormScores,
    ImportedEvaluations as ImportedEvaluations,
    read_answers as read_answers,
    read_evaluations as read_evaluations,
    read_events as read_events,
    read_form as read_form,
    read_interactions as read_interactions,
    read_ratings as read_ratings,
    write_contacts as write_contacts,
    write_ratings as write_ratings,
    write_scores as write_scores,
    write_worklist as write_worklist,
)
from coqs.journeys import (
    Journeys as Journeys,
    Observations as Observations,
    Series as Series,
)
from coqs.journeys.blind_spots import (
    BlindSpots as BlindSpots,
    blind_spots as blind_spots,
)
from coqs.journeys.charts import (
    Baseline as Baseline,
    Chart as Chart,
    RuleSet as RuleSet,
)
from coqs.journeys.checkpoints import (
    Checkpoint as Checkpoint,
    CheckpointLog as CheckpointLog,
)
from coqs.journeys.clock import (
    Clock as Clock,
    ClockTable as ClockTable,
    LeadTable as LeadTable,
)
from coqs.journeys.events import (
    BeforeAfter as BeforeAfter,
    EventRegister as EventRegister,
)
from coqs.journeys.expected import (
    ExpectedTable as ExpectedTable,
    against_expected as against_expected,
)
from coqs.journeys.issues import (
    Issues as Issues,
    IssueTable as IssueTable,
    issues as issues,
)
from coqs.journeys.missteps import (
    ContactTable as ContactTable,
    FlipTable as FlipTable,
    Misstep as Misstep,
    Reevaluation as Reevaluation,
    misstep as misstep,
    reevaluate as reevaluate,
)
from coqs.journeys.promises import (
    PromiseCurve as PromiseCurve,
    PromiseGroups as PromiseGroups,
    Promises as Promises,
    Worklist as Worklist,
    promises as promises,
)
from coqs.journeys.relationships import (
    Relationships as Relationships,
    relationships as relationships,
)
from coqs.manager import (
    PluginInfo as PluginInfo,
    Plugins as Plugins,
    list_plugins as list_plugins,
    load_plugins as load_plugins,
)
from coqs.model import (
    CUSTOMER_SETS as CUSTOMER_SETS,
    STAGES as STAGES,
    Absence as Absence,
    AllowedException as AllowedException,
    Band as Band,
    CustomerSet as CustomerSet,
    Detail as Detail,
    Event as Event,
    Promise as Promise,
    Provider as Provider,
    Stage as Stage,
    Standing as Standing,
)
from coqs.raters import (
    rate as rate,
)
from coqs.ratings import (
    RatedColumns as RatedColumns,
    Ratings as Ratings,
)
from coqs.readers import (
    FormEvaluation as FormEvaluation,
    FormQuestion as FormQuestion,
    FormReader as FormReader,
    FormSection as FormSection,
    ImportedForm as ImportedForm,
    PrintedScore as PrintedScore,
    Reader as Reader,
)
from coqs.report import (
    write_report as write_report,
)
from coqs.results import (
    Counterfactual as Counterfactual,
    Explanation as Explanation,
    GroupTable as GroupTable,
    OneScore as OneScore,
    Problem as Problem,
    Provenance as Provenance,
    Scores as Scores,
    Tally as Tally,
)
from coqs.rubric import (
    Criterion as Criterion,
    Detect as Detect,
    Fact as Fact,
    Finding as Finding,
    Gate as Gate,
    Ideal as Ideal,
    Level as Level,
    Option as Option,
    Override as Override,
    Policy as Policy,
    Rubric as Rubric,
)
from coqs.rubric.diff import (
    RubricDiff as RubricDiff,
)
from coqs.rubric.questionnaire import (
    Questionnaire as Questionnaire,
)
from coqs.sample_data import (
    make_sample as make_sample,
)
from coqs.scoring import (
    Scorer as Scorer,
    score as score,
)
from coqs.scoring.counterfactual import (
    counterfactual as counterfactual,
)
from coqs.scoring.explain import (
    explain as explain,
)
from coqs.surveys import (
    ExceedsCheck as ExceedsCheck,
    SurveyScores as SurveyScores,
    exceeds_check as exceeds_check,
    join_answers as join_answers,
    score_answers as score_answers,
)
from coqs.tables import (
    Encoded as Encoded,
)

__version__: str
