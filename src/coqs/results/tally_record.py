"""Tallies as plain values, so that processes and engines can hand them to each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from coqs.errors import CoqsError, RecordError
from coqs.results.exact import ExactSums
from coqs.results.grouping import Labels
from coqs.results.measures import Measures
from coqs.results.tally_kind import TallyKind
from coqs.rubric import Policy
from coqs.tables import Encoded, freeze, kind_of
from coqs.tables.archive import as_read

SCHEMA = 1
CURE = "write it with Tally.to_dict"
BEFORE, AFTER = 1000, 4096
"""Most bits that a sum has before and after the point: enough for any float, and its square."""


def to_record(kind: TallyKind, labels: Labels, measures: Measures, edges: frozenset[str]) -> dict[str, Any]:
    """Return a tally as plain values; exact sums are hexadecimal whole numbers in units of 2**-bits."""
    policy = as_read(kind.policy.to_mapping())
    own = attrs.asdict(kind, recurse=False) | {"policy": policy, "keys": [*kind.keys]}
    return {
        "schema": SCHEMA,
        "kind": own,
        "n": len(labels),
        "labels": [{"texts": [*each.categories], "codes": each.codes.tolist()} for each in labels.columns],
        "counts": {name: column.tolist() for name, column in measures.counts.items()},
        "sums": {name: _sum_record(each) for name, each in measures.sums.items()},
        "edges": sorted(edges),
    }


def _sum_record(sums: ExactSums) -> dict[str, Any]:
    return {"bits": sums.bits, "values": [f"{value:x}" for value in sums.integers().tolist()]}


def from_record(record: Any) -> dict[str, Any]:
    """Return the parts of a tally from its plain values."""
    schema = record.get("schema") if isinstance(record, Mapping) else None
    if schema != SCHEMA:
        raise RecordError(f"tally: must be of schema {SCHEMA}, got {kind_of(schema)}; {CURE}")
    try:
        labels = Labels(tuple(_texts(each) for each in record["labels"]), record["n"])
        counts = {name: freeze(np.array(column, np.int64)) for name, column in record["counts"].items()}
        sums = {name: _sums(each) for name, each in record["sums"].items()}
        kind = _kind(record["kind"])
        edges = frozenset(_strings(record["edges"]))
        _check(kind, labels, Measures(counts, sums))
    except RecordError:
        raise
    except (CoqsError, KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise RecordError(f"tally: must be whole, got {type(error).__name__} on reading; {CURE}") from None
    return {"kind": kind, "labels": labels, "measures": Measures(counts, sums), "edges": edges}


def _kind(record: Mapping[str, Any]) -> TallyKind:
    parts = {"policy": Policy.from_mapping(record["policy"]), "keys": tuple(_strings(record["keys"]))}
    return TallyKind(**{**record, **parts})


def _strings(values: Any) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise TypeError
    return values


def _texts(record: Mapping[str, Any]) -> Encoded:
    return Encoded(np.array(record["codes"], np.int32), _strings(record["texts"]))


def _sums(record: Mapping[str, Any]) -> ExactSums:
    bits, values = record["bits"], [int(value, 16) for value in record["values"]]
    most = max((value.bit_length() for value in values), default=0)
    if not isinstance(bits, int) or not 0 <= bits <= AFTER or most > BEFORE + bits:
        raise OverflowError
    return ExactSums.from_integers(values, bits)


def _needed(kind: TallyKind) -> frozenset[str]:
    """Name what a table is made of."""
    mean = {"n", "n_ratings", "n_scored", "overall", "overall*overall"}
    if kind.of == "stages":
        return frozenset(mean)
    if kind.policy.over_interactions == "ratio_of_sums":
        mean |= {"earned", "possible", "earned*earned", "earned*possible", "possible*possible"}
    if kind.policy.over_interactions == "mean_of_stage_means":
        mean |= {"n_staged", "staged", "staged*staged"}
    if kind.cluster is not None:
        mean |= {"pass*pass"}
    standing = {"exceeds*exceeds", "exceeds*answered", "answered*answered"}
    counts = {"n_verdicts", "n_answering", "n_answers"}
    return frozenset({*mean, *standing, *counts, "pass", "below", "meets", "exceeds", "answered", "asked"})


def _is_band(name: str) -> bool:
    return name.startswith("band_") and "*" not in name


def _check(kind: TallyKind, labels: Labels, measures: Measures) -> None:
    """Refuse what does not fit together."""
    lengths = {len(column) for column in measures.counts.values()}
    lengths |= {len(column) for column in labels.columns}
    lengths |= {each.limbs.shape[1] for each in measures.sums.values()}
    clustered_bands = {f"{name}*{name}" for name in measures.sums if kind.cluster and _is_band(name)}
    lacking = (_needed(kind) | clustered_bands) - measures.names
    if lacking:
        raise RecordError(f"tally: must have {min(lacking)!r}, got none; {CURE}")
    fits = len(labels.columns) == kind.width and lengths == {len(labels)}
    if not fits or (labels.columns and len(labels.merged()[1]) < len(labels)):
        raise RecordError(f"tally: must have one value a group, got {len(labels)} groups; {CURE}")
