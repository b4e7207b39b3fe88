"""The ratings themselves: a row a pair of interaction and rater, a column a criterion."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Literal, Self, get_args

import attrs
import numpy as np
import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.facts import FactColumn, fact_at, same_facts, take_fact
from coqs.model import Absence
from coqs.ratings.columns_out import long_columns, wide_columns
from coqs.ratings.rows import RowIndex
from coqs.ratings.sheet import Answer, Sheet
from coqs.ratings.spans import EvidenceTable, PromiseTable
from coqs.ratings.tables_in import columns_of_ratings, row_number
from coqs.ratings.tables_out import context_table, long_table, wide_table
from coqs.rubric import Rubric
from coqs.tables import Encoded, Place, Times, frozen_array, read_only, times_array
from coqs.tables.kinds import Kind, table_of_kind

UNNAMED = "(unnamed)"
Layout = Literal["wide", "long"]
Codes = npt.NDArray[np.int8]
Numbers = npt.NDArray[np.float64]
Choices = npt.NDArray[np.uint64]


def _no_rater(interaction: str, rater: str | None, raters: Iterable[str]) -> NotFoundError:
    """Make the error for a rater who did not rate an interaction, or for none where there are several."""
    names, where = [each or UNNAMED for each in raters], f"interaction {interaction!r}"
    if rater is not None:
        return NotFoundError("rater", rater or UNNAMED, names, where=where)
    hint = ' (rater="" for the unnamed one)' if UNNAMED in names else ""
    problem = f"several raters rated it: name one with rater={hint}"
    return NotFoundError("rater", "", names, where=where, problem=problem)


def _codes(columns: Mapping[str, npt.ArrayLike]) -> Mapping[str, Codes]:
    return read_only({id: frozen_array(column, np.int8) for id, column in columns.items()})


def _numbers(columns: Mapping[str, npt.ArrayLike]) -> Mapping[str, Numbers]:
    return read_only({id: frozen_array(column, np.float64) for id, column in columns.items()})


def _choices(columns: Mapping[str, npt.ArrayLike]) -> Mapping[str, Choices]:
    return read_only({id: frozen_array(column, np.uint64) for id, column in columns.items()})


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Ratings:
    """What raters said: n rows, each an (interaction, rater) pair.

    All arrays are read-only. Made by `Ratings.from_table`, `coqs.read_ratings` or `coqs.rate`.
    """

    rubric: Rubric
    """What was asked."""
    interaction: Encoded
    """(n,) ids of the interactions."""
    rater: Encoded
    """(n,) ids of the raters; missing for a rater without a name."""
    context: Mapping[str, Encoded] = attrs.field(converter=read_only)
    """provider, provider_grade, customer, customer_set, site, channel, issue: (n,) each."""
    at: Times = attrs.field(converter=times_array)
    """(n,) datetime64[us] in UTC, NaT where unknown."""
    facts: Mapping[str, FactColumn] = attrs.field(converter=read_only)
    """What was recorded before rating: (n,) encoded texts or floats."""
    codes: Mapping[str, Codes] = attrs.field(converter=_codes)
    """Criterion id to (n,) int8: the level's position from 0, or a negative `Absence.code`. A several
    choice has 0 where it is answered."""
    numbers: Mapping[str, Numbers] = attrs.field(converter=_numbers)
    """Numeric criteria: (n,) the values, NaN where absent."""
    choices: Mapping[str, Choices] = attrs.field(converter=_choices)
    """Several choice: (n,) bit sets, bit k for option k."""
    evidence: EvidenceTable = attrs.field(factory=EvidenceTable.empty)
    """Where in the dialogues machine raters saw what they judged."""
    promises: PromiseTable = attrs.field(factory=PromiseTable.empty)
    """What machine raters heard the provider promise, and when it is due."""
    problems: tuple[Any, ...] = ()
    """What went wrong in plugins while rating; each a `coqs.Problem`."""
    _rows: RowIndex = attrs.field(init=False)

    @_rows.default
    def _no_rows_yet(self) -> RowIndex:
        return RowIndex(self.interaction)

    @classmethod
    def from_table(
        cls,
        table: Any,
        rubric: Rubric,
        *,
        columns: Mapping[str, str] | None = None,
        absences: Mapping[str, str] | None = None,
        facts: Iterable[str] = (),
        tz: str | None = None,
    ) -> Self:
        """Read ratings from a table of any library, wide or long.

        Parameters
        ----------
        table
            A mapping of columns (lists, arrays, series), a table of pandas, polars, pyarrow or DuckDB, or
            what has `__arrow_c_stream__` or `__dataframe__`. Wide: a row a pair, a column named after
            each criterion that was rated. Long: columns `interaction`, `criterion`, `level`. Both may
            have `rater`, `provider`, `provider_grade`, `customer`, `customer_set`, `site`, `channel`,
            `at`, `issue` and facts.
        rubric
            What was asked. A cell holds a level's id, its position from 0, a number (numeric
            criteria), options as `a|b` (`|` alone: none chosen), an absence, or nothing (unanswered).
        columns
            Our name to the table's name, for columns that are called differently.
        absences
            The table's own words for absences, such as {"NA": "not_applicable"}.
        facts
            Columns to keep as facts although the rubric does not declare them.
        tz
            The zone of times that state none; without it they are refused. A time that its clocks
            skipped is refused too; of one that they showed twice the first is meant, unless a
            datetime's `fold` says otherwise.

        Raises
        ------
        RecordError
            Unknown or repeated columns, unknown levels or customer sets, duplicate pairs, cells of the
            wrong kind, codes beyond their dictionary, a `tz` that is no zone: all counted, the first ten
            named by row and column, never by their words. Or a query or a stream failed while its table
            was computed.
        MissingDependencyError
            The library that reads such a table is not installed: narwhals for data frames (the extra
            `tables`), pyarrow for streams of Arrow (`arrow`). Or `tz` names a zone, and this machine has
            no zone data (`zones`).
        """
        return cls.from_placed_table(
            table, rubric, columns=columns, absences=absences, facts=facts, tz=tz, place=row_number
        )

    @classmethod
    def from_placed_table(cls, table: Any, rubric: Rubric, *, place: Place, **how: Any) -> Self:
        """Read ratings from a table whose rows have places of their own, as lines."""
        return cls(rubric=rubric, **columns_of_ratings(table, rubric, place=place, **how))

    def __len__(self) -> int:
        return len(self.interaction)

    def __repr__(self) -> str:
        raters = len(self.rater.categories) + bool((~self.rater.present).any())
        stands = np.zeros(len(self.interaction.categories) + 1, np.bool_)  # the last one: without an id
        stands[self.interaction.codes] = True
        interactions = int(stands.sum())
        return (
            f"<Ratings: {len(self)} rows of {interactions} interactions by {raters} raters, "
            f"rubric {self.rubric.id!r} {self.rubric.fingerprint.scoring[:19]}>"
        )

    def row_of(self, interaction: str, *, rater: str | None = None) -> int:
        """Return the row of an interaction, and of a rater where several rated it.

        A rater without a name is asked for with an empty text.

        Raises
        ------
        NotFoundError
            No such interaction, no such rater of it, or several raters and none was named.
        """
        interaction = str(interaction)  # a number that was read as an id may be asked for as one
        rows = self._rows.rows(interaction)
        if not rows:
            raise NotFoundError("interaction", interaction, self.interaction.categories)
        raters = [self.rater[row] or "" for row in rows]
        if rater is None and len(rows) == 1:
            return rows[0]
        if rater not in raters:
            raise _no_rater(interaction, rater, raters)
        return rows[raters.index(rater)]

    def sheet(self, row: int) -> Sheet:
        """Return one row as plain values."""
        facts = {name: fact_at(column, row) for name, column in self.facts.items()}
        return Sheet(
            interaction=self.interaction[row] or "",
            rater=self.rater[row],
            customer_set=self.context["customer_set"][row],
            facts={name: value for name, value in facts.items() if value is not None},
            answers={id: self.answer(row, id) for id in self.rubric.criterion_ids},
        )

    def answer(self, row: int, criterion: str) -> Answer:
        """Return one answer as plain values."""
        code = int(self.codes[criterion][row])
        if code < 0:
            return Answer(absence=Absence.from_code(code))
        if criterion in self.choices:
            bits = int(self.choices[criterion][row])
            return Answer(chosen=tuple(k for k in range(bits.bit_length()) if bits >> k & 1))
        number = float(self.numbers[criterion][row]) if criterion in self.numbers else None
        return Answer(position=code, number=number)

    def take(self, rows: Any) -> Ratings:
        """Return some rows (an index array, a mask or a slice); evidence and promises do not travel."""
        return Ratings(
            rubric=self.rubric,
            interaction=self.interaction.take(rows),
            rater=self.rater.take(rows),
            context={name: column.take(rows) for name, column in self.context.items()},
            at=self.at[rows],
            facts={name: take_fact(column, rows) for name, column in self.facts.items()},
            codes={id: column[rows] for id, column in self.codes.items()},
            numbers={id: column[rows] for id, column in self.numbers.items()},
            choices={id: column[rows] for id, column in self.choices.items()},
            problems=self.problems,
        )

    def context_table(self) -> dict[str, list[Any]]:
        """Return the ids, and the context and facts that any row has, as plain columns."""
        return context_table(self)

    def to_table(self, layout: Layout = "wide", *, kind: Kind | None = None) -> Any:
        """Return the ratings as a table, from which `from_table` makes equal ones.

        Parameters
        ----------
        layout
            "wide", a row an (interaction, rater) pair and a column a criterion; or "long", a row an answer.
        kind
            "polars", "pandas", "arrow" (a pyarrow table) or "duckdb" (a relation), whose texts are
            categorical; None for a mapping of lists.

        Raises
        ------
        NotFoundError
            No such layout, or no such kind of table.
        MissingDependencyError
            The library of that kind is not installed.
        """
        if layout not in get_args(Layout):
            raise NotFoundError("layout", layout, get_args(Layout), where="to_table")
        if kind is not None:
            return table_of_kind(long_columns(self) if layout == "long" else wide_columns(self), kind)
        return long_table(self) if layout == "long" else wide_table(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ratings):
            return NotImplemented
        return (
            self.rubric == other.rubric
            and self.interaction == other.interaction
            and self.rater == other.rater
            and self.context == other.context
            and np.array_equal(self.at, other.at, equal_nan=True)
            and same_facts(self.facts, other.facts)
            and self.codes == other.codes
            and self.numbers == other.numbers
            and self.choices == other.choices
            and self.evidence == other.evidence
            and self.promises == other.promises
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {field.name: getattr(self, field.name) for field in attrs.fields(Ratings) if field.init}
        return partial(Ratings, **parts), ()  # what unpickles comes back writeable; making freezes it again
