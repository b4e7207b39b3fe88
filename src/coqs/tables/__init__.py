"""Columns: text encoded by dictionary, times in UTC, numbers; and the door for tables of others.

Floor 1: knows arrays and mappings of arrays, and no type of ours above it.
"""

from coqs.tables.cells import Place, Refusals, as_number, digits_of, is_missing, kind_of
from coqs.tables.columns import Floats, columns_of, number_column, text_column
from coqs.tables.encoded import Encoded
from coqs.tables.frozen import FrozenMapping, frozen_array, read_only
from coqs.tables.times import TIME_UNIT, Times, time_column, times_array, zone_named

__all__ = [
    "TIME_UNIT",
    "Encoded",
    "Floats",
    "FrozenMapping",
    "Place",
    "Refusals",
    "Times",
    "as_number",
    "columns_of",
    "digits_of",
    "frozen_array",
    "is_missing",
    "kind_of",
    "number_column",
    "read_only",
    "text_column",
    "time_column",
    "times_array",
    "zone_named",
]
