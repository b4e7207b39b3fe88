"""The hooks that a plugin may implement, and the marker that says which function does.

Floor 3. A hook that works on data gets a whole batch, never one interaction, and each argument is a
frozen value of ours without a default. A plugin asks for the arguments it wants, by name. What is
called, when, and what becomes of a failure is the business of `coqs.manager`; nothing here is ever
run. Only this file and the manager know pluggy.
"""

from __future__ import annotations

from pluggy import HookimplMarker, HookspecMarker

from coqs.interactions import Interactions
from coqs.ratings import RatedColumns
from coqs.readers import FormReader, Reader
from coqs.rubric import Policy, Rubric
from coqs.rubric.questionnaire import Questionnaire

PROJECT = "coqs"

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)


@hookspec
def coqs_rubrics() -> list[Rubric]:
    """Offer rubrics.

    **When.** Once for each plugin that is loaded, while `coqs.load_plugins` runs.

    **Arguments.** None.

    **Return.** A list of rubrics, each with an id of its own; an empty list is allowed. `None` is
    refused, for it is what a forgotten ``return`` gives. Where a rubric came from is written on it
    (`origin`) by the manager.

    **If it raises.** The plugin stays loaded without rubrics, `problems` of the loaded plugins holds
    a `Problem`, and the others go on; under ``strict=True`` `coqs.load_plugins` raises.

    Examples
    --------
    >>> import coqs
    >>> @coqs.hookimpl
    ... def coqs_rubrics():
    ...     return [coqs.Rubric.from_toml("rubric.toml")]
    """
    raise NotImplementedError


@hookspec
def coqs_policies() -> list[Policy]:
    """Offer policies: the choices by which answers become scores, each under a name.

    **When.** Once for each plugin that is loaded, while `coqs.load_plugins` runs.

    **Arguments.** None.

    **Return.** A list of policies, each with a name of its own that no built-in policy has; an empty list is
    allowed. `None` is refused, for it is what a forgotten ``return`` gives. Where one came from is written
    on it (`origin`) by the manager; `about` is for where its choices are stated, and which are assumed.

    **If it raises.** The plugin stays loaded without policies, `problems` of the loaded plugins holds
    a `Problem`, and the others go on; under ``strict=True`` `coqs.load_plugins` raises.

    Examples
    --------
    >>> import coqs
    >>> @coqs.hookimpl
    ... def coqs_policies():
    ...     return [coqs.Policy(name="our-house", combine="pooled_points", gate_effect="zero")]
    """
    raise NotImplementedError


@hookspec
def coqs_questionnaires() -> list[Questionnaire]:
    """Offer questionnaires.

    **When.** Once for each plugin that is loaded, while `coqs.load_plugins` runs.

    **Arguments.** None.

    **Return.** A list of questionnaires, each with an id of its own; an empty list is allowed. `None` is
    refused, for it is what a forgotten ``return`` gives. Where one came from is written on it (`origin`)
    by the manager. A questionnaire may have the id of a rubric; they are named apart.

    **If it raises.** The plugin stays loaded without questionnaires, `problems` of the loaded plugins
    holds a `Problem`, and the others go on; under ``strict=True`` `coqs.load_plugins` raises.

    Examples
    --------
    >>> import coqs
    >>> @coqs.hookimpl
    ... def coqs_questionnaires():
    ...     return [coqs.Questionnaire.from_toml("questionnaire.toml")]
    """
    raise NotImplementedError


@hookspec
def coqs_readers() -> list[Reader]:
    """Offer readers of files in other layouts than ours.

    **When.** Once for each plugin that is loaded, while `coqs.load_plugins` runs. The function `read`
    of a reader is called later: once for each file that `coqs.read_interactions` reads with it.

    **Arguments.** None. The function `read` gets the file: open, unpacked, decoded, and gone through
    once, so that a reader never opens anything.

    **Return.** A list of readers, each with a name of its own; an empty list is allowed. `None` is
    refused, for it is what a forgotten ``return`` gives. The function `read` gives pairs of a place and
    a record of the form that `coqs.Interactions.from_records` takes, one at a time.

    **If it raises.** The plugin stays loaded without readers, `problems` of the loaded plugins holds
    a `Problem`, and the others go on; under ``strict=True`` `coqs.load_plugins` raises. Where `read`
    raises `RecordError`, the file cannot be used, or within `each` that record; anything else is a
    `PluginCallError`, without its message, which may hold a customer's words.

    Examples
    --------
    >>> import coqs
    >>> @coqs.hookimpl
    ... def coqs_readers():
    ...     return [coqs.Reader(name="ours", text="Our calls", read=lambda file: file.each(dict))]
    """
    raise NotImplementedError


@hookspec
def coqs_forms() -> list[FormReader]:
    """Offer readers of other systems' evaluation forms, and perhaps of their evaluations.

    **When.** Once for each plugin that is loaded, while `coqs.load_plugins` runs. The functions of a
    reader are called later: `read_form` once for each form that `coqs.read_form` or
    `coqs.read_evaluations` reads with it, `read_evaluation` once for each evaluation.

    **Arguments.** None. The functions get a JSON object as plain values, and what was chosen or the form.

    **Return.** A list of readers, each with a name of its own; an empty list is allowed. `None` is
    refused, for it is what a forgotten ``return`` gives. `read_form` gives an `ImportedForm`,
    `read_evaluation` a `FormEvaluation`; what the model cannot carry is a finding or an error, with its
    path, and never dropped in silence.

    **If it raises.** The plugin stays loaded without readers of forms, `problems` of the loaded plugins
    holds a `Problem`, and the others go on; under ``strict=True`` `coqs.load_plugins` raises. Where a
    function raises `RubricError` or `RecordError`, the form or the evaluation cannot be used; anything
    else is a `PluginCallError`, without its message, which may hold a customer's words.

    Examples
    --------
    >>> import coqs
    >>> @coqs.hookimpl
    ... def coqs_forms():
    ...     return [coqs.FormReader(name="ours", text="Our forms", read_form=made)]
    """
    raise NotImplementedError


@hookspec
def coqs_rate(interactions: Interactions, rubric: Rubric) -> RatedColumns | None:
    """Rate a batch of interactions by a rubric, as a machine rater.

    **When.** In a call of `coqs.rate` that names this plugin among its raters, once for each block of
    at most 4,096 interactions, so judge each interaction by itself; never for a plugin not named.

    **Arguments.** `interactions` is the block, columns with one row an interaction; `rubric` is what
    is asked. Both are frozen, and their arrays are read-only.

    **Return.** One row for each (interaction, criterion) that was judged, with the level and, where
    there is one, the evidence; beside them the promises that were heard, if any. Pairs left out count as
    abstained, so `None` means that the plugin abstains on the whole block.

    **If it raises.** The result holds a `Problem` with the plugin, the hook and the type of the
    exception, but not its message, which may hold a customer's words; the other raters go on. Under
    ``strict=True`` it raises `PluginCallError`.

    Examples
    --------
    >>> import coqs
    >>> @coqs.hookimpl
    ... def coqs_rate(interactions, rubric):
    ...     return None  # abstains on everything
    """
    raise NotImplementedError
