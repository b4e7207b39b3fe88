"""The rubric: an immutable, checked form that reads and writes TOML and knows its fingerprints."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs

from coqs.errors import RubricError
from coqs.rubric.checks import check
from coqs.rubric.conditions import criteria_read
from coqs.rubric.criteria import Criterion
from coqs.rubric.files import Readable, text_of_file
from coqs.rubric.findings import Finding
from coqs.rubric.fingerprints import Fingerprint, fingerprint_of
from coqs.rubric.form import Fact, Form
from coqs.rubric.origin import Origin
from coqs.rubric.toml_in import parts_from_document, parts_from_toml
from coqs.rubric.toml_out import document, toml_from_form

if TYPE_CHECKING:
    from coqs.rubric.diff import RubricDiff

__all__ = ["Fact", "Fingerprint", "Origin", "Rubric"]


@attrs.frozen(slots=False, kw_only=True)
class Rubric(Form):
    """What is asked of an interaction and what each answer earns.

    Built from TOML or from its parts; either way contradictions raise `RubricError` with the key
    path. A rubric never changes: `attrs.evolve` makes another.
    """

    def __attrs_post_init__(self) -> None:
        check(self)

    @classmethod
    def from_toml(cls, source: str | os.PathLike[str] | Readable) -> Self:
        """Read a rubric from a TOML file: a path, or a resource of a package.

        Raises
        ------
        RubricError
            The file cannot be read, is larger than 16 MiB, is not UTF-8 or TOML, or
            contradicts itself; the message names the key path, or the line of a syntax error.
        """
        name, text = text_of_file(source, what="rubric")
        return cls.from_toml_text(text, name=name)

    @classmethod
    def from_toml_text(cls, text: str, *, name: str = "rubric") -> Self:
        """Read a rubric from the text of a TOML file; `name` stands in messages."""
        try:
            return cls(**parts_from_toml(text))
        except RubricError as error:
            raise RubricError(
                f"{name}: {error.message}", rubric=error.rubric, criterion=error.criterion
            ) from None

    @classmethod
    def from_mapping(cls, entries: Mapping[str, Any], *, origin: Origin | None = None) -> Self:
        """Read a rubric from the nested mapping that its file holds, as `to_mapping` gives it.

        Raises
        ------
        RubricError
            It contradicts itself, or holds what does not belong; the message names the key path.
        """
        return cls(**parts_from_document(entries), origin=origin)

    def to_mapping(self) -> dict[str, Any]:
        """Return the nested mapping that the rubric's file holds.

        Its numbers are integers, decimals or texts such as "10/3".
        """
        return document(self)

    def to_toml(self) -> str:
        """Write the rubric as TOML text, from which `from_toml_text` makes an equal rubric.

        Raises
        ------
        MissingDependencyError
            tomli-w is not installed; the extra `toml` brings it.
        """
        return toml_from_form(self)

    @functools.cached_property
    def fingerprint(self) -> Fingerprint:
        """The two fingerprints: `scoring` for what can change a number, `content` for every word."""
        return fingerprint_of(self)

    def lint(self) -> tuple[Finding, ...]:
        """Look for weaknesses that are no contradictions; each finding has a code and a cure."""
        from coqs.rubric.lint import lint

        return lint(self)

    def diff(self, other: Form) -> RubricDiff:
        """Tell how `other`, a later version of the rubric or any rubric, differs from it, by stable ids.

        Returns
        -------
        RubricDiff
            What was added, removed, reworded, reweighted, rescaled or changed otherwise, each with the
            old and the new value and whether it can change a number.

        Examples
        --------
        >>> old = Rubric.from_toml_text('''
        ... schema = 1
        ... id = "door"
        ... version = "1"
        ... [[criteria]]
        ... id = "greets"
        ... stage = "greeting"
        ... levels = [{ id = "no", points = 0 }, { id = "yes", points = 1 }]
        ... ''')
        >>> new = attrs.evolve(old, criteria=[attrs.evolve(old.criteria[0], weight="3/2")])
        >>> diff = old.diff(new)
        >>> diff.reweighted, diff.is_scoring
        (('greets',), True)
        """
        from coqs.rubric.diff import RubricDiff

        return RubricDiff(self, other)

    def to_card(self, language: str = "en") -> str:
        """Explain the rubric in plain words, as Markdown, to those who are judged by it or served.

        The card's own phrases are in English or Spanish, English for every other language; the
        rubric's texts are in `language` as far as they are translated.

        Raises
        ------
        NotFoundError
            The language is neither one of the card's nor one that any of the rubric's texts is in.
        """
        from coqs.rubric.card import card

        return card(self, self.fingerprint, language)

    @functools.cached_property
    def asking_order(self) -> tuple[str, ...]:
        """The criterion ids, each after those whose answers its `when` reads."""
        reads = {each.id: criteria_read(each.when) for each in self.criteria}
        placed: dict[str, None] = {}
        for id in self.criterion_ids:
            pending = [id]
            while pending:  # not by recursion: a chain may be longer than Python's stack
                unplaced = [read for read in reads[pending[-1]] if read not in placed]
                pending.extend(unplaced)
                if not unplaced:
                    placed[pending.pop()] = None
        return tuple(placed)

    def with_criteria(self, criteria: tuple[Criterion, ...]) -> Self:
        """Return the rubric with other criteria, unchecked: for parts of a rubric that was checked.

        A part may be what a rubric must not be, such as one in which nothing has a weight.
        """
        part = object.__new__(type(self))
        parts = attrs.asdict(self, recurse=False)
        part.__dict__.update(parts | {"criteria": criteria})
        return part

    def __repr__(self) -> str:
        return (
            f"<Rubric {self.id!r} version {self.version!r}: {len(self.criteria)} criteria, "
            f"{len(self.stages)} stages, scoring {self.fingerprint.scoring[:19]}>"
        )
