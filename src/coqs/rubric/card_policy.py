"""Say in plain words how a policy counts, for the card of a rubric.

Choices that cannot matter to the rubric at hand are left out: how a bonus counts where there is none.
"""

from __future__ import annotations

from collections.abc import Iterator

from coqs.rubric.criteria import Criterion, Gate
from coqs.rubric.policy import Override, Policy
from coqs.rubric.scales import SeveralChoice
from coqs.rubric.speech import Speech, plain


def counting_lines(policy: Policy, speech: Speech) -> Iterator[str]:
    """Yield how answers become a score."""
    say, form = speech.say, speech.form
    yield say("policy", name=speech.quoted(plain(policy.name)))
    yield _combine(policy, speech)
    if policy.combine not in ("deduction", "error_accuracy"):
        yield say(f"normalise.{policy.normalise}")
    if any(isinstance(each.scale, SeveralChoice) for each in form.criteria):
        cap = say("cap.open") if policy.option_cap is None else speech.number(policy.option_cap)
        yield say(f"several_choice.{policy.several_choice}", cap=cap)
    if any(each.bonus for each in form.criteria):
        whole = say("per_cent", number="100")
        yield say(f"policy.bonus.{policy.bonus}", whole=whole)
    if any(each.gate for each in form.criteria):
        yield from _gates(policy, speech)
    yield from _ends(policy, speech)
    yield from _rounding(policy, speech)
    yield say(f"over_interactions.{policy.over_interactions}")


def _combine(policy: Policy, speech: Speech) -> str:
    say = speech.say
    baseline = "" if policy.baseline is None else speech.number(policy.baseline)
    ceiling = say("ceiling.open") if policy.ceiling is None else speech.number(policy.ceiling)
    told = say(f"combine.{policy.combine}", baseline=baseline, ceiling=ceiling)
    if policy.error_class is None:
        return told
    return f"{told} {say('error_class', error_class=say(f'class.{policy.error_class}'))}"


def _gates(policy: Policy, speech: Speech) -> Iterator[str]:
    say, scope = speech.say, speech.say(f"scope.{policy.gate_scope}")
    cap = "" if policy.gate_cap is None else speech.mark(policy.gate_cap)
    yield say(f"gate_effect.{policy.gate_effect}", cap=cap, scope=scope)
    if policy.strikes:
        yield say("strikes", scope=scope, strikes=str(policy.strikes))


def _ends(policy: Policy, speech: Speech) -> Iterator[str]:
    """Yield floors and set rules, and which of them has the last word."""
    floors = {"floor": policy.floor, "stage_floor": policy.stage_floor}
    known = {name: floor for name, floor in floors.items() if floor is not None}
    yield from (speech.say(name, share=speech.mark(floor)) for name, floor in known.items())
    yield from (_override(rule, speech) for rule in policy.overrides)
    if known or policy.overrides:
        order = ", ".join(speech.say(f"order.{each}") for each in policy.precedence)
        yield speech.say("precedence", order=order)


def _override(rule: Override, speech: Speech) -> str:
    condition, share = speech.condition(rule.when), speech.mark(rule.score)
    if rule.stage is None:
        return speech.say("override", condition=condition, share=share)
    stage = speech.quoted(speech.name("stage", rule.stage))
    return speech.say("override.stage", condition=condition, share=share, stage=stage)


def _rounding(policy: Policy, speech: Speech) -> Iterator[str]:
    if policy.rounding != "none":
        what = speech.say(f"rounding_of.{policy.rounding_of}")
        yield speech.say(f"rounding.{policy.rounding}", what=what, digits=str(policy.rounding_digits))


def grave(criterion: Criterion, gate: Gate, policy: Policy, speech: Speech) -> str:
    """Say at which answers a gate counts: the levels that it names, or what the policy says instead.

    Those that an ethics gate names count under every policy, and so do those of a gate whose answers have
    no points to compare.
    """
    named = speech.answers(criterion.id, gate.on)
    if policy.gate_trigger == "chosen_levels" or gate.stages or not _has_points(criterion):
        return named
    share = "" if policy.trigger_share is None else speech.mark(policy.trigger_share)
    told = speech.say(f"gate.{policy.gate_trigger}", share=share)
    return speech.listed([named, told], "or") if gate.error_class == "ethics" else told


def _has_points(criterion: Criterion) -> bool:
    points = [criterion.points_of(place) for place in range(len(criterion.scale.ids))]
    return bool(criterion.ideal) or None not in points


def absence_lines(policy: Policy, speech: Speech) -> Iterator[str]:
    """Yield how each way in which an answer can be missing counts."""
    say = speech.say
    yield say("not_asked")
    yield say(f"not_applicable.{policy.not_applicable}")
    level = policy.default_level or ""
    named = say(f"level.{level}") if level in ("best", "worst") else speech.quoted(plain(level))
    yield say(f"unanswered.{policy.unanswered}", level=named)
    yield say("abstained")
    if any(each.gate for each in speech.form.criteria):
        yield say("unobserved")
    yield say("unscored")
