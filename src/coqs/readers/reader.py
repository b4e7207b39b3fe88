"""The reader, and how a mapping file becomes one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import attrs

from coqs.errors import RecordError
from coqs.readers.file import Placed, ReaderFile
from coqs.readers.form import layout_of
from coqs.readers.mapped import MappedReading
from coqs.readers.toml_in import content_of, entries_of
from coqs.rubric import Origin


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


@attrs.frozen(kw_only=True)
class Reader:
    """A way to read interactions from files of some layout.

    Made from a function, by a plugin on the hook `coqs_readers`, or from a mapping file by
    `Reader.from_toml`. `coqs.read_interactions` applies it.
    """

    name: str = attrs.field(validator=attrs.validators.instance_of(str))
    """What it is asked for by: letters, digits, hyphens and the like, without a slash."""
    text: str = attrs.field(validator=attrs.validators.instance_of(str))
    """What it reads, in a line for people."""
    read: Callable[[ReaderFile], Iterable[Placed]] = attrs.field(
        repr=False, validator=attrs.validators.is_callable()
    )
    """Goes through a file once, and yields records with their places."""
    extensions: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    """How names of its files end, such as ``.vtt``: which files of a folder it reads."""
    origin: Origin | None = attrs.field(default=None, eq=False)
    """The plugin that it came from; written by the manager."""

    @name.validator
    def _check_name(self, _: Any, name: str) -> None:
        if not name.strip() or os.sep in name or "/" in name or name.casefold().endswith(".toml"):
            problem = "reader: name must be a text without a slash and without .toml at its end"
            raise RecordError(f"{problem}, got {name[:40]!r}; rename it")  # the shell takes those for paths

    @extensions.validator
    def _check_extensions(self, _: Any, extensions: tuple[str, ...]) -> None:
        for each in extensions:
            if not str(each).startswith(".") or each != str(each).casefold():
                problem = f"reader {self.name!r}: extensions must begin with a dot, in lower case"
                raise RecordError(f"{problem}, got {str(each)[:40]!r}; write for example '.json'")

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str] | Any) -> Self:
        """Make a reader from a mapping file: a path, or a resource of a package.

        Raises
        ------
        RecordError
            The file cannot be read, is not UTF-8 or TOML, or holds what does not belong; the message
            names the key path, or the line of a syntax error.
        """
        name = Path(str(source)).name
        try:
            entries = entries_of(content_of(source))
            return cls.from_mapping(entries, name=Path(name).stem)
        except RecordError as error:
            raise RecordError(f"{name}: {error.message}", path=name, failures=error.failures) from None

    @classmethod
    def from_mapping(cls, entries: Mapping[str, Any], *, name: str = "mapping") -> Self:
        """Make a reader from the nested mapping that a mapping file holds.

        `name` is for a mapping that states none.

        Raises
        ------
        RecordError
            It holds what does not belong; the message names the key path.
        """
        layout = layout_of(entries, name=name)
        return cls(
            name=layout.name,
            text=layout.text,
            read=MappedReading(layout),
            extensions=layout.extensions,
        )
