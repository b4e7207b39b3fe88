"""What was observed, one row each, in one order: the ground that every journey stands on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import ComparisonError, NotFoundError
from coqs.tables import Encoded, Times, freeze, frozen_array, read_only, times_array

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Label = tuple[str | None, ...]
NO_KEY = "(none)"


def _floats(values: npt.ArrayLike) -> Floats:
    return frozen_array(values, np.float64)


def _places(values: npt.ArrayLike) -> Places:
    return frozen_array(values, np.int64)


def group_name(label: Label) -> str:
    """Return what to call a group: its keys, `(none)` for one that is missing."""
    return " / ".join(NO_KEY if key is None else key for key in label)


def label_order(label: Label) -> tuple[tuple[bool, str], ...]:
    """Return what labels are sorted by: alphabetically, a missing key last."""
    return tuple((key is None, key or "") for key in label)


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Observations:
    """Interactions within groups, or rows of a table that sum up several; one row each.

    Rows stand in the order of time, then of groups, then of ids, whatever order they came in: so parts
    that are put together equal what is made at once. An interaction whose raters name two providers is a
    row of each. Arrays are read-only.
    """

    keys: tuple[str, ...]
    """What groups are named by."""
    labels: tuple[Label, ...]
    """The keys of each group, in alphabetical order; None where one is missing."""
    group: Places = attrs.field(converter=_places)
    """(rows,) place of its group among the labels."""
    at: Times = attrs.field(converter=times_array)
    """(rows,) when, in UTC; what has no time is no row, and is counted in `untimed`."""
    interaction: Encoded
    """(rows,) ids; missing in rows of a table."""
    values: Mapping[str, Floats] = attrs.field(converter=read_only)
    """Measure to (rows,) values, the raters of an interaction averaged; NaN where not known. In rows of a
    table the sum over the row's n."""
    n: Floats = attrs.field(converter=_floats)
    """(rows,) 1 for an interaction; trials, exposure or numbers that a row of a table sums up."""
    within: Floats = attrs.field(converter=_floats)
    """(rows,) sum of squares within the row, 0 for an interaction; NaN where not known."""
    context: Mapping[str, Encoded] = attrs.field(converter=read_only)
    """provider, provider_grade, customer, customer_set, site, channel, issue: (rows,) each; empty for rows
    of a table."""
    untimed: int = 0
    """Interactions without a time, which no period has."""
    no_place: Mapping[str, npt.NDArray[np.bool_]] = attrs.field(factory=dict, converter=read_only)
    """Criterion to (rows,) whether it had no place there: it was not applicable, or not asked."""

    @property
    def groups(self) -> tuple[str, ...]:
        """What each group is called."""
        return tuple(map(group_name, self.labels))

    def measure(self, name: str) -> Floats:
        """Return (rows,) the values of a measure.

        Raises
        ------
        NotFoundError
            No such measure.
        """
        if name not in self.values:
            raise NotFoundError("measure", name, self.values, where="observations")
        found: Floats = self.values[name]
        return found

    def take(self, rows: Any) -> Observations:
        """Return some rows, in their order, with all groups (a mask, a slice, or rising places)."""
        return attrs.evolve(
            self,
            group=self.group[rows],
            at=self.at[rows],
            interaction=self.interaction.take(rows),
            values={name: each[rows] for name, each in self.values.items()},
            n=self.n[rows],
            within=self.within[rows],
            context={name: each.take(rows) for name, each in self.context.items()},
            no_place={name: freeze(each[rows]) for name, each in self.no_place.items()},
        )

    def __add__(self, other: Observations) -> Observations:
        if not isinstance(other, Observations):
            return NotImplemented
        labels = tuple(sorted({*self.labels, *other.labels}, key=label_order))
        parts = [_regrouped(each, labels) for each in (self, other)]
        _check_apart(*parts)
        return in_order(
            attrs.evolve(
                parts[0],
                group=_joined([each.group for each in parts]),
                at=_joined([each.at for each in parts]),
                interaction=_joined_texts([each.interaction for each in parts]),
                values={name: _joined([each.values[name] for each in parts]) for name in self.values},
                n=_joined([each.n for each in parts]),
                within=_joined([each.within for each in parts]),
                context={
                    name: _joined_texts([each.context[name] for each in parts]) for name in self.context
                },
                untimed=self.untimed + other.untimed,
                no_place={name: _joined([each.no_place[name] for each in parts]) for name in self.no_place},
            )
        )

    def __len__(self) -> int:
        return len(self.group)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Observations):
            return NotImplemented
        if (self.keys, self.labels, self.untimed) != (other.keys, other.labels, other.untimed):
            return False
        arrays = ("group", "at", "n", "within")
        same = all(
            np.array_equal(getattr(self, name), getattr(other, name), equal_nan=name != "group")
            for name in arrays
        )
        return (
            same
            and self.interaction == other.interaction
            and self.values == other.values
            and self.context == other.context
            and self.no_place == other.no_place
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Observations: {len(self)} rows of {len(self.labels)} groups by {', '.join(self.keys)}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, ({name: getattr(self, name) for name in attrs.fields_dict(Observations)},)


def _again(parts: dict[str, Any]) -> Observations:
    return Observations(**parts)


def in_order(found: Observations) -> Observations:
    """Return the same rows in the order of time, then of groups, then of ids."""
    rows = np.lexsort((found.group, found.at))
    if _repeats(found.group[rows], found.at[rows]):
        ids = found.interaction
        rank = np.empty(len(ids.categories) + 1, np.int64)
        rank[np.argsort(np.array([*ids.categories, ""]), kind="stable")] = np.arange(len(rank))
        ties = [found.values[name] for name in reversed(tuple(found.values))]
        rows = np.lexsort((found.within, found.n, *ties, rank[ids.codes], found.group, found.at))
    return found if (rows == np.arange(len(rows))).all() else found.take(rows)


def _repeats(group: Places, at: Times) -> bool:
    return bool(((group[1:] == group[:-1]) & (at[1:] == at[:-1])).any())


def relabelled(group: Places, labels: Sequence[Label]) -> tuple[Places, tuple[Label, ...]]:
    """Put labels that occur in alphabetical order; return (rows,) each row's place among them, and them."""
    used = np.unique(group)
    kept = sorted(used.tolist(), key=lambda place: label_order(labels[place]))
    places = np.full(len(labels) + 1, -1, np.int64)
    places[kept] = np.arange(len(kept))
    return places[group], tuple(labels[place] for place in kept)


def _regrouped(part: Observations, labels: tuple[Label, ...]) -> Observations:
    known = {label: place for place, label in enumerate(labels)}
    places = np.array([known[label] for label in part.labels], np.int64)
    return attrs.evolve(part, group=places[part.group], labels=labels)


def _check_apart(left: Observations, right: Observations) -> None:
    """Refuse two parts of which both hold one thing."""
    if not left.context and not right.context:
        mine, theirs = (
            set(zip(each.group.tolist(), each.at.tolist(), strict=True)) for each in (left, right)
        )
        what = "a row of one group and time"
    else:
        mine, theirs = (_pairs(each) for each in (left, right))
        what = "an interaction"
    if mine & theirs:
        raise ComparisonError(
            f"journeys: must not share {what}, got {len(mine & theirs)} in both; follow each once"
        )


def _pairs(part: Observations) -> set[tuple[int, Any]]:
    return set(zip(part.group.tolist(), part.interaction.to_list(), strict=True))


def _moments(part: Observations) -> set[tuple[int, Any]]:
    return set(zip(part.group.tolist(), part.at.tolist(), strict=True))


def _joined(parts: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    return freeze(np.concatenate(parts))


def _joined_texts(parts: list[Encoded]) -> Encoded:
    known: dict[str, int] = {}
    codes = []
    for each in parts:
        places = [known.setdefault(text, len(known)) for text in each.categories]
        codes.append(np.array([*places, -1], np.int32)[each.codes])
    return Encoded(freeze(np.concatenate(codes)), tuple(known))
