"""Score many rows by columns: lookup tables, applied block by block.

Floor 4. A criterion's answers and absences are its *states*; what each adds to a stage is worked out
once, in rationals. The states of a stage together are one number, by which a table is looked up. One
sheet is scored in rationals next door; this room must give the same, row by row.
"""

from coqs.scoring.bulk.asking import asked_codes
from coqs.scoring.bulk.bounds import bounds_of
from coqs.scoring.bulk.columns import score_columns
from coqs.scoring.bulk.compiled import Compiled, CompiledStage, compiled_form
from coqs.scoring.bulk.compiling import make_plan
from coqs.scoring.bulk.details import Details, detail_columns
from coqs.scoring.bulk.plan import Plan
from coqs.scoring.bulk.standings import answer_columns
from coqs.scoring.bulk.tables import Lookup

__all__ = [
    "Compiled",
    "CompiledStage",
    "Details",
    "Lookup",
    "Plan",
    "answer_columns",
    "asked_codes",
    "bounds_of",
    "compiled_form",
    "detail_columns",
    "make_plan",
    "score_columns",
]
