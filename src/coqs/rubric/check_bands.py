"""In what the bands of a form, a stage or a criterion can contradict themselves."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from coqs.model import Band

BAND_ID = re.compile(r"[a-z][a-z0-9_]{0,63}")


def band_problems(bands: Sequence[Band]) -> Iterator[tuple[str, str]]:
    """Yield (key, problem) for each contradiction of a list of bands."""
    ids = [band.id for band in bands]
    for place, band in enumerate(bands):
        key = f".bands[{place}]"
        if not BAND_ID.fullmatch(band.id):
            yield f"{key}.id", f"must be lower-case letters, digits or _, got {band.id!r}; rename it"
        if band.id in ids[:place]:
            yield f"{key}.id", f"must be unique, got {band.id!r} twice; rename one"
        if place == 0 and band.low is not None:
            yield f"{key}.from", f"must be left out of the first band, got {band.low}; drop it"
        if place and band.low is None:
            yield f"{key}.from", "must be given in every band but the first, got nothing; say where it begins"
        if band.low is not None and not 0 <= band.low <= 1:
            yield f"{key}.from", f'must be a share from 0 to 1, got {band.low}; write for example "4/5"'
    for place, (lower, upper) in enumerate(itertools.pairwise(bands[1:]), start=2):
        if lower.low is not None and upper.low is not None and lower.low >= upper.low:
            yield f".bands[{place}].from", f"must rise from band to band, got {upper.low}; sort them"
