"""Columns: text encoded by dictionary, times in UTC, numbers; and the door for tables of others.

Floor 1: knows arrays and tables of other libraries, and no type of ours above it.
"""

from coqs.tables.arrow_texts import ArrowTexts, arrow
from coqs.tables.cells import Place, Refusals, as_number, digits_of, is_missing, kind_of
from coqs.tables.columns import Floats, Problem, known_numbers, number_column, refuse_cells, text_column
from coqs.tables.distinct import Coded, Column, Moments, Numbers, coded, first_rows, rows_of, some
from coqs.tables.doors import OpenTable, column_of, open_table
from coqs.tables.encoded import Encoded
from coqs.tables.frozen import FrozenMapping, freeze, frozen_array, read_only
from coqs.tables.times import TIME_UNIT, Times, time_column, times_array
from coqs.tables.zones import zone_named

__all__ = [
    "TIME_UNIT",
    "ArrowTexts",
    "Coded",
    "Column",
    "Encoded",
    "Floats",
    "FrozenMapping",
    "Moments",
    "Numbers",
    "OpenTable",
    "Place",
    "Problem",
    "Refusals",
    "Times",
    "arrow",
    "as_number",
    "coded",
    "column_of",
    "digits_of",
    "first_rows",
    "freeze",
    "frozen_array",
    "is_missing",
    "kind_of",
    "known_numbers",
    "number_column",
    "open_table",
    "read_only",
    "refuse_cells",
    "rows_of",
    "some",
    "text_column",
    "time_column",
    "times_array",
    "zone_named",
]
