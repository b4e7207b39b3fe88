"""Files in and out: interactions from JSON lines, ratings from CSV, ratings and scores to CSV.

Floor 5, above scoring. Files are UTF-8, read line by line with a bound on a line's length, and
written whole or not at all. What a record or a table means is settled by the rooms below; pages for
people are written by `coqs.report`.
"""

from coqs.io.csv_in import read_ratings
from coqs.io.csv_out import write_evidence, write_ratings, write_scores
from coqs.io.jsonl import read_interactions
from coqs.io.lines import MAX_LINE_BYTES

__all__ = [
    "MAX_LINE_BYTES",
    "read_interactions",
    "read_ratings",
    "write_evidence",
    "write_ratings",
    "write_scores",
]
