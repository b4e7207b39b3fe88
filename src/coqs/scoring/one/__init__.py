"""One interaction at a time: for programs that are asked for a score and wait for it.

Every answer's part of every sum is worked out once (`tables`), so that a score is one addition an answer
(`quick`) and a few divisions (`floats`). What no table can hold is scored in full by `exact`.
"""

from coqs.scoring.one.scorer import OneScorer

__all__ = ["OneScorer"]
