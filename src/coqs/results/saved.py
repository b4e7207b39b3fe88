"""Scores in a file that lasts: every column, with the rubric, the policy and the ratings that they came from.

What is shown after loading is what was saved, by the coqs that the provenance names. `Scores.save` and
`Scores.load` are the door; how such a file looks inside stands in `coqs.tables.archive`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self, TypeVar

import attrs

from coqs.errors import CoqsError, RecordError
from coqs.ratings import Ratings
from coqs.results.columns import DetailColumns, ScoreColumns
from coqs.results.provenance import Provenance
from coqs.results.saved_ratings import arrays_of, problems_of, ratings_from
from coqs.rubric import Origin, Policy, Rubric
from coqs.tables.archive import Archive, Array, Key, Path, as_read, read_archive, write_archive

C = TypeVar("C", ScoreColumns, DetailColumns)
WHAT = "coqs scores"
SCHEMA = 1


class Saveable(Protocol):
    """What a file of scores is made from."""

    @property
    def ratings(self) -> Ratings: ...
    @property
    def columns(self) -> ScoreColumns: ...
    @property
    def details(self) -> DetailColumns: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def range(self) -> tuple[float, float]: ...


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Saved:
    """The parts of scores, as a file has them."""

    ratings: Ratings
    columns: ScoreColumns
    details: DetailColumns
    provenance: Provenance
    range: tuple[float, float]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file of scores; see `Scores.load`."""
        archive = read_archive(path, what=WHAT, schema=SCHEMA)
        try:
            return cls(**_parts(archive))
        except (CoqsError, KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            name = str(path)
            made = str(archive.values.get("coqs_version", ""))[:20]
            problem = str(error) if isinstance(error, CoqsError) else "parts that do not fit together"
            raise RecordError(
                f"{name}: must hold scores that fit their rubric, got {problem}; "
                f"it was written by coqs {made!r}, save it again",
                path=name,
            ) from None


def save(scores: Saveable, path: Path) -> None:
    """Write scores as one file; see `Scores.save`."""
    values = _values(scores)
    Rubric.from_mapping(as_read(values["rubric"]))  # its numbers may be longer than any file may hold,
    Policy.from_mapping(as_read(values["policy"]))  # and so may those of the policy
    arrays = arrays_of(scores.ratings)
    arrays |= _arrays("columns", scores.columns) | _arrays("details", scores.details)
    write_archive(path, values, arrays)


def _values(scores: Saveable) -> dict[str, Any]:
    made, rubric = scores.provenance, scores.ratings.rubric
    return {
        "format": WHAT,
        "schema": SCHEMA,
        "coqs_version": made.coqs_version,
        "rows": len(scores.ratings),
        "provenance": made.to_dict(),
        "policy": made.policy.to_mapping(),
        "rubric": rubric.to_mapping(),
        "origin": rubric.origin and attrs.asdict(rubric.origin),
        "range": list(scores.range),
        "facts": list(scores.ratings.facts),
        "problems": problems_of(scores.ratings),
    }


def _arrays(name: str, columns: ScoreColumns | DetailColumns) -> dict[Key, Array]:
    arrays: dict[Key, Array] = {}
    for field in attrs.fields_dict(type(columns)):
        value = getattr(columns, field)
        if isinstance(value, Mapping):
            arrays |= {(name, field, key): array for key, array in value.items()}
        else:
            arrays[name, field] = value
    return arrays


def _parts(archive: Archive) -> dict[str, Any]:
    values = archive.values
    origin = values["origin"] and Origin(**values["origin"])
    rubric = Rubric.from_mapping(values["rubric"], origin=origin)
    provenance = _provenance(values["provenance"], rubric, Policy.from_mapping(values["policy"]))
    low, high = map(float, values["range"])
    columns = _columns(archive, "columns", ScoreColumns)
    if tuple(columns.stages) != rubric.stage_ids:
        raise ValueError("scores of other stages")
    return {
        "ratings": ratings_from(archive, rubric),
        "columns": columns,
        "details": _columns(archive, "details", DetailColumns),
        "provenance": provenance,
        "range": (low, high),
    }


def _provenance(saved: Mapping[str, str | None], rubric: Rubric, policy: Policy) -> Provenance:
    """Return where the scores came from, if the rubric of the file is the one that is named there."""
    made = Provenance.of(
        rubric, policy, coqs_version=str(saved["coqs_version"]), controlled_by=saved["controlled_by"]
    )
    differing = [name for name, value in made.to_dict().items() if saved[name] != value]
    if differing:
        raise RecordError(f"another {differing[0]} than its provenance names")
    return made


def _columns(archive: Archive, name: str, kind: type[C]) -> C:
    found = archive.below(name)
    for field in attrs.fields(kind):
        if field.converter is not None:  # a mapping, which may have no columns at all
            found.setdefault(field.name, {})
    made = kind.taking(**found)
    if {len(array) for array in made.arrays().values()} != {archive.values["rows"]}:
        raise ValueError("columns of different lengths")
    return made
