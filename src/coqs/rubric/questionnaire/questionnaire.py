"""The questionnaire: immutable, checked, fewer than ten items, in a TOML file like a rubric."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import Any, Self

import attrs

from coqs.errors import RubricError
from coqs.rubric.files import Readable, entries_of_toml, text_of_file, toml_of_entries
from coqs.rubric.findings import Finding
from coqs.rubric.fingerprints import Fingerprint
from coqs.rubric.origin import Origin
from coqs.rubric.questionnaire.checks import MOST_ITEMS, check
from coqs.rubric.questionnaire.form import Form
from coqs.rubric.questionnaire.prints import fingerprint_of
from coqs.rubric.questionnaire.reading import parts_from_document
from coqs.rubric.questionnaire.writing import document
from coqs.rubric.rubric import Rubric

__all__ = ["MOST_ITEMS", "Questionnaire"]


@attrs.frozen(slots=False, kw_only=True)
class Questionnaire(Form):
    """What customers are asked, and what is worked out of their answers.

    Every item that is shown counts, and ten are refused: nobody could explain them to a customer.
    Built from TOML or from its parts; either way contradictions raise `RubricError` with the key path.

    Examples
    --------
    >>> asked = Questionnaire.from_toml_text('''
    ... schema = 1
    ... id = "visit"
    ... version = "1"
    ... [[items]]
    ... id = "helped"
    ... text = "Did we find what you came for?"
    ... answer = "yes_no"
    ... [[measures]]
    ... id = "found"
    ... kind = "top_box"
    ... items = ["helped"]
    ... top = 1
    ... ''')
    >>> asked.item_ids, asked.measure("found").unit
    (('helped',), 'share')
    """

    def __attrs_post_init__(self) -> None:
        check(self)

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str] | Readable) -> Self:
        """Read a questionnaire from a TOML file: a path, or a resource of a package.

        Raises
        ------
        RubricError
            The file cannot be read, is not UTF-8 or TOML, has ten items or more, or contradicts
            itself; the message names the key path, or the line of a syntax error.
        """
        name, text = text_of_file(source, what="questionnaire")
        return cls.from_toml_text(text, name=name)

    @classmethod
    def from_toml_text(cls, text: str, *, name: str = "questionnaire") -> Self:
        """Read a questionnaire from the text of a TOML file; `name` stands in messages."""
        try:
            return cls.from_mapping(entries_of_toml(text))
        except RubricError as error:
            raise RubricError(
                f"{name}: {error.message}", rubric=error.rubric, criterion=error.criterion
            ) from None

    @classmethod
    def from_mapping(cls, entries: Mapping[str, Any], *, origin: Origin | None = None) -> Self:
        """Read a questionnaire from the nested mapping that its file holds, as `to_mapping` gives it.

        Raises
        ------
        RubricError
            It contradicts itself, or holds what does not belong; the message names the key path.
        """
        return cls(**parts_from_document(entries), origin=origin)

    def to_mapping(self) -> dict[str, Any]:
        """Return the nested mapping that the file holds; its numbers are exact."""
        return document(self)

    def to_toml(self) -> str:
        """Write it as TOML text, from which `from_toml_text` makes an equal questionnaire.

        Raises
        ------
        MissingDependencyError
            tomli-w is not installed; the extra `toml` brings it.
        """
        return toml_of_entries(document(self), what="questionnaire")

    @functools.cached_property
    def fingerprint(self) -> Fingerprint:
        """The two fingerprints: `scoring` for what can change a number, `content` for every word."""
        return fingerprint_of(self)

    def lint(self, rubric: Rubric | None = None) -> tuple[Finding, ...]:
        """Look for weaknesses that are no contradictions; each finding has a code and a cure.

        With a rubric, what the items are `about` is looked for in it.
        """
        from coqs.rubric.questionnaire.lint import lint

        return lint(self, rubric)

    def __repr__(self) -> str:
        return (
            f"<Questionnaire {self.id!r} version {self.version!r}: {len(self.items)} items, "
            f"{len(self.measures)} measures, scoring {self.fingerprint.scoring[:19]}>"
        )
