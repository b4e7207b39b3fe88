"""Who was seen in some rows, at which sites and in which groups, and whom an event is about."""

from __future__ import annotations

import attrs
import numpy as np
import numpy.typing as npt

from coqs.journeys.observations import Observations
from coqs.model.events import EVERYBODY
from coqs.tables import Encoded

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]


@attrs.frozen(slots=True, eq=False)
class Crowd:
    """The people of some rows; the last one stands for nobody who was named."""

    people: tuple[str | None, ...]
    of_row: Places
    """(rows,) the place of each row's person."""
    site: Encoded
    group: Places
    groups: tuple[str, ...]

    @classmethod
    def of(cls, rows: Observations) -> Crowd:
        """Return the people of observations."""
        provider = rows.context["provider"]
        people = (*provider.categories, None)
        of_row = np.where(provider.codes < 0, len(people) - 1, provider.codes).astype(np.int64)
        return cls(people, of_row, rows.context["site"], rows.group, rows.groups)

    def concerned(self, about: str, whose: str) -> Mask:
        """Return (people,) whom an event is about, or who is at the sites of those: `whose`.

        It is about the person of that name, or those mostly at the site, or else mostly in the group of that
        name, or everybody.
        """
        if about == EVERYBODY:
            return np.ones(len(self.people), np.bool_)
        if about in self.people:
            own = np.arange(len(self.people)) == self.people.index(about)
        elif about in self.site.categories:
            own = self._mostly(self.site.codes == self.site.categories.index(about))
        elif about in self.groups:
            own = self._mostly(self.group == self.groups.index(about))
        else:
            own = np.zeros(len(self.people), np.bool_)
        return own if whose == "about" else self._beside(own)

    def _mostly(self, there: Mask) -> Mask:
        n = len(self.people)
        found: Mask = 2 * np.bincount(self.of_row[there], minlength=n) > np.bincount(self.of_row, minlength=n)
        return found

    def _beside(self, own: Mask) -> Mask:
        """Return (people,) these, and whoever is mostly at a site that is the home of one of them."""
        n, n_sites = len(self.people), len(self.site.categories)
        known = self.site.codes >= 0
        cell = self.of_row[known] * n_sites + self.site.codes[known]
        visits = np.bincount(cell, minlength=n * n_sites).reshape(n, n_sites)
        home = np.where(visits.any(axis=1), visits.argmax(axis=1) if n_sites else 0, -1)
        return own | (np.isin(home, home[own]) & (home >= 0))
