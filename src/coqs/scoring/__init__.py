"""Apply a rubric and a policy to ratings: exactly for one sheet, by columns for a batch.

Floor 4. `exact` is the truth, in rationals; `compiled`, `asking` and `columns` do the same for a
batch, with the same verdicts, gates and reasons on every row. Other numbers agree to 1e-12. What
accounts for one score is loaded where it is asked for: `coqs.scoring.explain.explain`.
"""

from coqs.scoring.scorer import Scorer, score

__all__ = ["Scorer", "score"]
