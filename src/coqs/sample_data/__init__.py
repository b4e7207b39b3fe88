"""A made-up sample to look at: four weeks of one guard post, drawn from a simple latent model.

Floor 4, above scoring, which settles what the drawn sheets would have asked. Nothing in it is real:
officers have a skill, raters a severity, and every answer is a draw from both; `story` adds what does
not come by chance. The officer's review of the own shift (the set `self`) is never observed, so that the
sample has a blind spot.
"""

from coqs.sample_data.sample import make_sample

__all__ = ["make_sample"]
