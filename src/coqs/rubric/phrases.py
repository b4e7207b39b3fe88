"""The fixed phrases of a rubric's card; they stand in `phrases.toml`, in every language side by side."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

LANGUAGES = ("en", "es")


def phrases_in(language: str) -> Mapping[str, str]:
    """Read the phrases by key: in English where there are none in the language.

    >>> phrases_in("es")["standing.meets"], phrases_in("es-MX")["and"], phrases_in("fr")["and"]
    ('Lo esperado', 'y', 'and')
    """
    spoken = language.partition("-")[0]
    known = spoken if spoken in LANGUAGES else LANGUAGES[0]
    text = (files("coqs.rubric") / "phrases.toml").read_text("utf-8")
    return MappingProxyType({key: each[known] for key, each in tomllib.loads(text).items()})
