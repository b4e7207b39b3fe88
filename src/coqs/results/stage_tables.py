"""Stage scores by keys: one row for each group and stage."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.results.grouping import group_rows, known_keys
from coqs.results.groups import GroupTable
from coqs.results.measures import Scored, mean_measures
from coqs.results.tally import columns_of, kind_of_tally
from coqs.results.tally_table import table_of
from coqs.results.units import Units
from coqs.tables import freeze

STAGE = "stage"


def stages_by(
    scores: Scored,
    keys: tuple[str, ...],
    *,
    every: str | None,
    tz: str | None,
    confidence: float,
    minimum_n: int,
) -> GroupTable:
    """Summarise each stage within groups; see `Scores.stages_by`."""
    if not keys and every is None:
        raise NotFoundError("key", "", known_keys(scores.ratings), where="stages_by")
    kind = kind_of_tally(scores, keys, every=every, tz=tz, cluster=None)
    group, labels = group_rows(columns_of(scores, kind), len(scores.ratings))
    units = Units.of(group, scores.ratings.interaction.codes, len(labels))
    tables = [
        table_of(kind, labels, mean_measures(values, units), confidence=confidence, minimum_n=minimum_n)
        for values in scores.stages.values()
    ]
    first = tables[0]
    stages = np.array([*scores.stages] * len(first), dtype=object)
    columns = {name: freeze(_interleaved(tables, name)) for name in first.columns}
    named = {name: columns[name] for name in first.keys} | {STAGE: freeze(stages)} | columns
    return GroupTable((*first.keys, STAGE), named, confidence, minimum_n, None, kind.tz)


def _interleaved(tables: list[GroupTable], name: str) -> npt.NDArray[Any]:
    """Return a column with one row of each table after the other, group by group."""
    return np.stack([table[name] for table in tables], axis=1).reshape(-1)
