"""Answers beside ratings: what each customer felt as a fact of the interaction."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.answers import Answers
from coqs.answers.beside import same_ids
from coqs.errors import NotFoundError, RecordError
from coqs.model import RESERVED
from coqs.ratings import Ratings
from coqs.rubric.questionnaire import Measure
from coqs.surveys.values import Ruler, values_of
from coqs.tables import freeze

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


def join_answers(ratings: Ratings, answers: Answers, *measures: str) -> Ratings:
    """Return ratings that have what the customers felt as facts, so that scores can be grouped by it.

    For each measure the fact of its name is a number: the mean over the sheets of the interaction, in the
    measure's own unit (1 for an answer among the best boxes and 0 for another; 1, 0 or -1 for a net score;
    points for a raw mean); missing where nobody answered.

    Parameters
    ----------
    ratings
        What raters said; scores do not change.
    answers
        What customers said, matched by the id of the interaction.
    measures
        Ids of measures; none for all.

    Raises
    ------
    NotFoundError
        No such measure.
    RecordError
        A measure has the name of a criterion, a fact or a column of the ratings.

    Examples
    --------
    `coqs.score(coqs.join_answers(ratings, answers, "csat")).by("csat")` tells the mean score where the
    customer was satisfied, and where not.
    """
    asked = answers.questionnaire
    wanted = [asked.measure(id) for id in measures or asked.measure_ids]
    taken = {*RESERVED, *ratings.context, *ratings.facts, *ratings.rubric.criterion_ids}
    taken |= {*ratings.rubric.fact_ids}
    facts = dict(ratings.facts)
    of_row, of_sheet = same_ids(ratings.interaction, answers.interaction)
    for measure in wanted:
        if measure.id in taken:
            raise RecordError(
                f"join_answers: a measure must have a name of its own, got {measure.id!r}, which the ratings "
                "have; rename it"
            )
        facts[measure.id] = freeze(_at(felt(answers, measure, of_sheet), of_row))
    return attrs.evolve(ratings, facts=facts)


def felt(answers: Answers, measure: Measure, of_sheet: Places) -> Floats:
    """Return the mean value of each interaction's sheets in the measure's unit; NaN where none counts.

    `of_sheet` is (n,) the number of each sheet's interaction, -1 for none.
    """
    ruler = Ruler.of(answers.questionnaire, measure)
    return ruler.read(mean_values(answers, measure, of_sheet))


def mean_values(answers: Answers, measure: Measure, of_sheet: Places) -> Floats:
    """Return the same before it is put into the measure's unit."""
    values = values_of(answers, measure).means
    rows = np.flatnonzero((of_sheet >= 0) & ~np.isnan(values))
    rows = rows[np.lexsort((values[rows], of_sheet[rows]))]  # so that the order of sheets never shows
    size = int(of_sheet.max(initial=-1)) + 1
    n = np.bincount(of_sheet[rows], minlength=size)
    total = np.bincount(of_sheet[rows], values[rows], size)
    return np.where(n > 0, total / np.maximum(n, 1), np.nan)


def _at(values: Floats, places: Places) -> Floats:
    """Return the values at some places, NaN beyond them."""
    inside = (places >= 0) & (places < len(values))
    return np.where(inside, np.append(values, np.nan)[np.where(inside, places, -1)], np.nan)


def one_measure(answers: Answers, id: str | None, *, where: str) -> Measure:
    """Return the measure that is meant: the only one, where none is named."""
    asked = answers.questionnaire
    if id is not None:
        return asked.measure(id)
    if len(asked.measures) != 1:
        problem = f"{len(asked.measures)} measures: name one with measure="
        raise NotFoundError("measure", "", asked.measure_ids, where=where, problem=problem)
    return asked.measures[0]
