"""How a person may be invited: by which channel, and what a gift needs there."""

from __future__ import annotations

from graphkoc.invite.channels import choose_platform
from graphkoc.invite.rules import Rule, read_rules
from graphkoc.report.people.evidence import read_evidence
from graphkoc.report.view import View

__all__ = ["describe_invitation"]

VINE = "amazon_reviews"
"""The rule that leaves one way for a free product on Amazon."""
GIFT = {"incentive": "gift"}


def describe_invitation(view: View, consumer: str) -> str | None:
    """The channel and the rules for a gift in one sentence; None where no channel is known, and no rule."""
    person, evidence = view.people[consumer], view.once(read_evidence)
    accounts = evidence.accounts.get(consumer, [person])
    channel = choose_platform(accounts, view.run.info["ties_of"])
    found = [view.say("people.invite_message", platform=view.say.platform(channel))] if channel else []
    platforms = {channel or person["platform"] or "unknown"}
    if "amazon_only" in evidence.checks.get(consumer, []):
        platforms.add("amazon")
    found += _say_rules(view, platforms)
    return view.say("people.then").join(found) or None


def _say_rules(view: View, platforms: set[str]) -> list[str]:
    """What a gift needs for a post on these platforms. What is forbidden needs nothing else."""
    book = read_rules()
    market = next((book.markets[one] for one in sorted(platforms) if one in book.markets), None)
    held = [rule for rule in book.rules if rule.holds_for(GIFT, platforms, market)]
    if any(rule.effect == "forbidden" for rule in held):
        return [view.say("people.gift_vine" if any(rule.name == VINE for rule in held) else "people.gift_forbidden")]
    found = ["people.gift_filing"] if any(rule.field == "filing_number" for rule in held) else []
    return [view.say(key) for key in found] + _say_label(view, held)


def _say_label(view: View, rules: list[Rule]) -> list[str]:
    """The label of the platform itself or, without one, that the post has to be marked."""
    labelling = [rule for rule in rules if rule.effect == "needs_label"]
    own = [rule.label[view.say.language] for rule in labelling if rule.platforms]
    if own:
        return [view.say("people.gift_label", label=own[0])]
    return [view.say("people.gift_marked")] if labelling else []
