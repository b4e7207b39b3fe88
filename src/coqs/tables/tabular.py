"""What every result that is a table of columns can do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy.typing as npt

from coqs.errors import NotFoundError
from coqs.tables.cells import is_missing
from coqs.tables.encoded import Encoded
from coqs.tables.kinds import Kind, arrow_stream, table_of_kind


class Tabular:
    """Columns of equal length under names, as rows and as tables of other libraries."""

    __slots__ = ()
    columns: Mapping[str, npt.NDArray[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        if name not in self.columns:
            raise NotFoundError("column", name, self.columns)
        return self.columns[name]

    def rows(self) -> list[dict[str, Any]]:
        """Return each row as a mapping of plain values; None where it cannot be told."""
        lists = [self.columns[name].tolist() for name in self.columns]
        return [
            {
                name: None if is_missing(value) else value
                for name, value in zip(self.columns, row, strict=True)
            }
            for row in zip(*lists, strict=True)
        ]

    def to_table(self, kind: Kind | None = None) -> Any:
        """Return the columns as a new mapping, or as a table of another library.

        Parameters
        ----------
        kind
            "polars", "pandas", "arrow" (a pyarrow table) or "duckdb" (a relation), in which texts are
            categorical and what cannot be told is null; None for the mapping.

        Raises
        ------
        NotFoundError
            No such kind of table.
        MissingDependencyError
            The library of that kind is not installed.
        """
        return dict(self.columns) if kind is None else table_of_kind(self.encoded(), kind)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return the table as an Arrow stream, which libraries that know Arrow take; needs pyarrow."""
        return arrow_stream(self.encoded(), requested_schema)

    def encoded(self) -> dict[str, Encoded | npt.NDArray[Any]]:
        """Return the columns with their texts encoded."""
        return {
            name: Encoded.from_values(column.tolist()) if column.dtype.kind in "OU" else column
            for name, column in self.columns.items()
        }
