"""Files in and out: interactions, ratings, answers and scores, as JSON lines, CSV or Parquet, or by readers.

Floor 5, above scoring. Lines are of bounded length, texts UTF-8 unless told; files are written
whole or not at all. What a record or a table means is settled by the rooms below; pages for
people are written by `coqs.report`.
"""

from coqs.io.answers_in import AnswersFile, read_answers
from coqs.io.background import behind
from coqs.io.events_in import EventsFile, read_events
from coqs.io.form_scores import FormScores, ImportedEvaluations
from coqs.io.forms_in import read_evaluations, read_form
from coqs.io.interactions_in import read_interactions, reader_named
from coqs.io.lines import MAX_LINE_BYTES
from coqs.io.promises_in import PromisesFile
from coqs.io.ratings_in import RatingsFile, read_ratings
from coqs.io.ratings_out import (
    scores_columns,
    write_contacts,
    write_evidence,
    write_promises,
    write_ratings,
    write_scores,
    write_worklist,
)
from coqs.io.tables_out import table_in, write_table
from coqs.io.whole_interactions import Recurrence

__all__ = [
    "MAX_LINE_BYTES",
    "AnswersFile",
    "EventsFile",
    "FormScores",
    "ImportedEvaluations",
    "PromisesFile",
    "RatingsFile",
    "Recurrence",
    "behind",
    "read_answers",
    "read_evaluations",
    "read_events",
    "read_form",
    "read_interactions",
    "read_ratings",
    "reader_named",
    "scores_columns",
    "table_in",
    "write_contacts",
    "write_evidence",
    "write_promises",
    "write_ratings",
    "write_scores",
    "write_table",
    "write_worklist",
]
