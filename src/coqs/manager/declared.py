"""What plugins declare: rubrics, policies, readers and the like, each by its own hook; who claims which.

A kind is data: its word, its class and what tells one from another. A hook of the declare tier that is
new needs a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from coqs.errors import PluginContractError
from coqs.manager.discovery import Candidate
from coqs.readers import FormReader, Reader
from coqs.rubric import Policy, Rubric
from coqs.rubric.questionnaire import Questionnaire

Declared = Rubric | Policy | Questionnaire | Reader | FormReader


@attrs.frozen
class Kind:
    """One kind of what plugins declare."""

    word: str
    """In messages, such as rubric."""
    type: type[Any]
    """No subclass passes, as its code would run outside the `try`."""
    key: str = "id"
    """The attribute that tells one from another."""
    plural: str = attrs.field(default=attrs.Factory(lambda self: f"{self.word}s", takes_self=True))
    """Its word for several."""
    taken: Callable[[], tuple[str, ...]] = tuple
    """Gives the keys that are ours, and no plugin's; asked when a plugin declares something."""
    noun: str = attrs.field(default=attrs.Factory(lambda self: self.word, takes_self=True))
    """What a message calls one that is sought by its key."""

    @property
    def hook(self) -> str:
        """The hook by which it is declared."""
        return f"coqs_{self.plural}"

    def key_of(self, declared: Declared) -> str:
        """Return what tells it from the others of its kind."""
        key: str = getattr(declared, self.key)
        return key

    def checked(self, returned: object) -> tuple[Any, ...]:
        """Check what the hook returned: a list of this kind, each with a key of its own."""
        if type(returned) is not list and type(returned) is not tuple:
            raise TypeError(f"a list of {self.type.__name__}, got {_named(returned)}")
        for position, each in enumerate(returned):
            if type(each) is not self.type:
                raise TypeError(f"a list of {self.type.__name__}, got {_named(each)} at position {position}")
        keys = [self.key_of(each) for each in returned]
        for key in keys:
            if keys.count(key) > 1:
                raise TypeError(f"{self.plural} with {self.key}s of their own, got {key!r} twice")
            if key in self.taken():
                raise TypeError(
                    f"{self.plural} with {self.key}s of their own, got {key!r}, which is built in"
                )
        return tuple(returned)


KINDS = (
    Kind("rubric", Rubric),
    Kind("policy", Policy, key="name", plural="policies", taken=Policy.names),
    Kind("questionnaire", Questionnaire),
    Kind("reader", Reader, key="name"),
    Kind("form", FormReader, key="name", noun="form reader"),
)


def _named(value: object) -> str:
    return "None" if value is None else type(value).__name__


@attrs.frozen
class Claims:
    """Which plugins claim which keys of one kind."""

    kind: Kind
    offers: Sequence[tuple[Candidate, tuple[Any, ...]]]
    """Each plugin, in their order, and what of this kind it declares."""

    @property
    def owners(self) -> Mapping[str, tuple[Candidate, ...]]:
        """Return who claims each key."""
        owners: dict[str, tuple[Candidate, ...]] = {}
        for candidate, declared in self.offers:
            for each in declared:
                key = self.kind.key_of(each)
                owners[key] = (*owners.get(key, ()), candidate)
        return owners

    @property
    def clashes(self) -> dict[str, tuple[Candidate, ...]]:
        """Return the keys that more than one plugin claims, and which these are."""
        return {key: same for key, same in self.owners.items() if len(same) > 1}

    def refuse_clashes(self) -> None:
        """Raise for the first key that two plugins claim."""
        if clashes := self.clashes:
            raise clash(self.kind, min(clashes), clashes[min(clashes)])

    def undisputed(self) -> dict[str, Any]:
        """Return what one plugin alone claims, by key, sorted."""
        clashes = self.clashes
        found = {self.kind.key_of(each): each for _, declared in self.offers for each in declared}
        return {key: found[key] for key in sorted(found) if key not in clashes}

    def shared_by(self, candidate: Candidate) -> list[str]:
        """Say which keys of a plugin another claims too."""
        clashes = self.clashes
        return [
            f"{self.kind.word} {key!r} is also offered by {other.name!r} ({other.source})"
            for owner, declared in self.offers
            if owner is candidate
            for key in map(self.kind.key_of, declared)
            for other in clashes.get(key, ())
            if other is not candidate
        ]


def kind_of(word: str) -> Kind:
    """Return the kind of this word."""
    return next(kind for kind in KINDS if kind.word == word)


def clash(kind: Kind, key: str, owners: Iterable[Candidate]) -> PluginContractError:
    """Say which plugins, of which distributions, claim one key."""
    claiming = list(owners)
    who = " and ".join(f"{each.name!r} ({each.source})" for each in claiming)
    names = " or ".join(repr(each.name) for each in claiming)
    return PluginContractError(
        f"{kind.noun} {key!r}: must come from one plugin, got {who}; block {names}",
        plugin=claiming[0].name,
        hook=kind.hook,
    )
