"""The answers themselves: a row a sheet, a column an item."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any, Self, get_args

import attrs
import numpy as np
import numpy.typing as npt

from coqs.answers.beside import Recorded, recorded_beside
from coqs.answers.cells import Codes
from coqs.answers.tables_in import columns_of_answers
from coqs.answers.tables_out import long_columns, plain, wide_columns
from coqs.errors import NotFoundError
from coqs.facts import FactColumn, same_facts, take_fact
from coqs.ratings.ratings import Layout
from coqs.ratings.tables_in import row_number
from coqs.rubric.questionnaire import Questionnaire
from coqs.tables import Encoded, Place, Times, frozen_array, read_only, times_array
from coqs.tables.kinds import Kind, table_of_kind


def _codes(columns: Mapping[str, npt.ArrayLike]) -> Mapping[str, Codes]:
    return read_only({id: frozen_array(column, np.int8) for id, column in columns.items()})


@attrs.frozen(slots=True, eq=False, repr=False, kw_only=True)
class Answers:
    """What customers answered: n rows, each the sheet of one respondent on one interaction.

    All arrays are read-only. Made by `Answers.from_table` or `coqs.read_answers`. Words of a customer's
    own are not kept.
    """

    questionnaire: Questionnaire
    """What was asked."""
    interaction: Encoded
    """(n,) ids of the interactions; missing for a sheet that is about none."""
    respondent: Encoded
    """(n,) ids of those who answered; missing where they are not named."""
    context: Mapping[str, Encoded] = attrs.field(converter=read_only)
    """provider, provider_grade, customer, customer_set, site, channel, issue: (n,) each."""
    at: Times = attrs.field(converter=times_array)
    """(n,) when it was answered: datetime64[us] in UTC, NaT where unknown."""
    facts: Mapping[str, FactColumn] = attrs.field(converter=read_only)
    """What else was recorded: (n,) encoded texts or floats."""
    codes: Mapping[str, Codes] = attrs.field(converter=_codes)
    """SurveyItem id to (n,) int8: the box's position from 0 in the order of the file, or a negative
    `Absence.code`. Free text has 0 where something was written."""

    @classmethod
    def from_table(
        cls,
        table: Any,
        questionnaire: Questionnaire,
        *,
        columns: Mapping[str, str] | None = None,
        absences: Mapping[str, str] | None = None,
        facts: Iterable[str] = (),
        tz: str | None = None,
    ) -> Self:
        """Read answers from a table of any library, wide or long.

        Parameters
        ----------
        table
            As for `Ratings.from_table`. Wide: a row a sheet, a column named after each item. Long: columns
            `item` and `answer`. Either has `interaction` or `respondent` or both, and may have
            `provider`, `provider_grade`, `customer`, `customer_set`, `site`, `channel`, `at`, `issue`.
        questionnaire
            What was asked. A cell holds an option's id, or its points where every option has points of
            its own; a number (ratings); yes or no; words (free text, of which only is kept that there
            were any); an absence; or nothing (unanswered). An item that stands nowhere in the table was
            not asked.
        columns
            Our name to the table's name, for columns that are called differently.
        absences
            The table's own words for absences, such as {"NA": "not_applicable"}.
        facts
            Columns to keep as facts.
        tz
            The zone of times that state none; without it they are refused.

        Raises
        ------
        RecordError
            Unknown or repeated columns, answers that are not offered, sheets that come twice or are of
            nobody, cells of the wrong kind: all counted, the first ten named by row and column, never by
            their words.
        MissingDependencyError
            The library that reads such a table is not installed.

        Examples
        --------
        >>> import coqs
        >>> asked = coqs.Questionnaire.from_toml_text('''
        ... schema = 1
        ... id = "visit"
        ... version = "1"
        ... [[items]]
        ... id = "helped"
        ... text = "Did we find what you came for?"
        ... answer = "yes_no"
        ... ''')
        >>> coqs.Answers.from_table({"interaction": ["a", "b"], "helped": ["yes", None]}, asked)
        <Answers: 2 sheets on 2 interactions, questionnaire 'visit' sha256:7c32cd210d44>
        """
        return cls.from_placed_table(
            table, questionnaire, columns=columns, absences=absences, facts=facts, tz=tz, place=row_number
        )

    @classmethod
    def from_placed_table(cls, table: Any, questionnaire: Questionnaire, *, place: Place, **how: Any) -> Self:
        """Read answers from a table whose rows have places of their own, as lines."""
        return cls(
            questionnaire=questionnaire, **columns_of_answers(table, questionnaire, place=place, **how)
        )

    def __len__(self) -> int:
        return len(self.interaction)

    def beside(self, recorded: Recorded) -> Answers:
        """Return the answers with what is recorded of their interactions, matched by id.

        Where a sheet has no provider, site … or fact of its own, it gets that of its interaction; its own
        go before. Times stay its own: when it was answered. Of several rows of ratings of one
        interaction the first that says something counts.

        Parameters
        ----------
        recorded
            `Interactions` or `Ratings`.
        """
        context, facts = recorded_beside(self, recorded)
        return attrs.evolve(self, context=context, facts=facts)

    def take(self, rows: Any) -> Answers:
        """Return some sheets (an index array, a mask or a slice)."""
        return Answers(
            questionnaire=self.questionnaire,
            interaction=self.interaction.take(rows),
            respondent=self.respondent.take(rows),
            context={name: column.take(rows) for name, column in self.context.items()},
            at=self.at[rows],
            facts={name: take_fact(column, rows) for name, column in self.facts.items()},
            codes={id: column[rows] for id, column in self.codes.items()},
        )

    def to_table(self, layout: Layout = "wide", *, kind: Kind | None = None) -> Any:
        """Return the answers as a table, from which `from_table` makes equal ones.

        Free text that was written stands as `answered`.

        Parameters
        ----------
        layout
            "wide", a row a sheet and a column an item; or "long", a row an answer.
        kind
            "polars", "pandas", "arrow" (a pyarrow table) or "duckdb" (a relation); None for a mapping of
            lists.

        Raises
        ------
        NotFoundError
            No such layout, or no such kind of table.
        MissingDependencyError
            The library of that kind is not installed.
        """
        if layout not in get_args(Layout):
            raise NotFoundError("layout", layout, get_args(Layout), where="to_table")
        columns = long_columns(self) if layout == "long" else wide_columns(self)
        return plain(columns) if kind is None else table_of_kind(columns, kind)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Answers):
            return NotImplemented
        return (
            self.questionnaire == other.questionnaire
            and self.interaction == other.interaction
            and self.respondent == other.respondent
            and self.context == other.context
            and np.array_equal(self.at, other.at, equal_nan=True)
            and same_facts(self.facts, other.facts)
            and self.codes == other.codes
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        stands = np.unique(self.interaction.codes[self.interaction.present]).size
        return (
            f"<Answers: {len(self)} sheets on {stands} interactions, questionnaire "
            f"{self.questionnaire.id!r} {self.questionnaire.fingerprint.scoring[:19]}>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        parts = {field.name: getattr(self, field.name) for field in attrs.fields(Answers)}
        return partial(Answers, **parts), ()  # what unpickles comes back writeable; making freezes it again
