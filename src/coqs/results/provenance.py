"""Where a number comes from."""

from __future__ import annotations

import attrs

from coqs.rubric import Fingerprint, Policy, Rubric


def installed_version() -> str:
    """Return the version of coqs that is installed."""
    from importlib.metadata import version  # loads much of the standard library

    return version("coqs")


@attrs.frozen(slots=True)
class Provenance:
    """What a score names: rubric, fingerprints, policy, plugin and versions."""

    rubric: str
    rubric_version: str
    fingerprint: Fingerprint
    policy: Policy
    plugin: str | None
    distribution: str | None
    plugin_version: str | None
    coqs_version: str
    controlled_by: str | None = None
    """Whose criteria alone were scored; None for everybody's."""

    @classmethod
    def of(
        cls, rubric: Rubric, policy: Policy, *, coqs_version: str, controlled_by: str | None = None
    ) -> Provenance:
        """Return the provenance of scores of this rubric under this policy."""
        origin = rubric.origin
        return cls(
            rubric=rubric.id,
            rubric_version=rubric.version,
            fingerprint=rubric.fingerprint,
            policy=policy,
            plugin=origin.plugin if origin else None,
            distribution=origin.distribution if origin else None,
            plugin_version=origin.version if origin else None,
            coqs_version=coqs_version,
            controlled_by=controlled_by,
        )

    def to_dict(self) -> dict[str, str | None]:
        """Return the parts as plain values."""
        return {
            "rubric": self.rubric,
            "rubric_version": self.rubric_version,
            "fingerprint_scoring": self.fingerprint.scoring,
            "fingerprint_content": self.fingerprint.content,
            "policy": self.policy.name,
            "plugin": self.plugin,
            "distribution": self.distribution,
            "plugin_version": self.plugin_version,
            "coqs_version": self.coqs_version,
            "controlled_by": self.controlled_by,
        }
