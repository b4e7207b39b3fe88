"""A text in the language it was written in, with its translations."""

from __future__ import annotations

from collections.abc import Iterable

import attrs


def _by_language(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(pairs))


@attrs.frozen(slots=True)
class Words:
    """A text and its translations, which never change what it means for a score.

    >>> words = Words("Says good morning", translations=(("es", "Da los buenos días"),))
    >>> words.in_language("es"), words.in_language("fr")
    ('Da los buenos días', 'Says good morning')
    """

    text: str = ""
    """The text in the rubric's own language."""
    translations: tuple[tuple[str, str], ...] = attrs.field(default=(), kw_only=True, converter=_by_language)
    """(language, text) pairs, sorted by language."""

    def in_language(self, language: str) -> str:
        """Return the text in `language`, or the original where there is no translation."""
        return dict(self.translations).get(language, self.text)

    def __bool__(self) -> bool:
        return bool(self.text or self.translations)
