"""What to look at before a person is invited, as sentences of the catalogue, most urgent first."""

from __future__ import annotations

from graphkoc.report.people.evidence import read_evidence, shows_shares, to_date
from graphkoc.report.view import Person, View
from graphkoc.runs.checks import QUIET
from graphkoc.text import number_or_none

__all__ = ["list_cautions", "list_tags"]

AD_DAYS = 90
PAID = 0.1
"""Share of reviews that are marked as paid, from which it is a caution."""
COPIED = "copied_text"
"""The pattern whose reviews are counted apart."""
INTERNAL = {"open_complaint"}
"""Checks that are between the brand's service and a customer."""
URGENT = ("not_to_contact", "open_complaint", "rival_ad")
"""Checks that come before what the columns of a person say; the others come after."""


def list_cautions(view: View, consumer: str) -> list[str]:
    """What speaks for a second look at a person, a sentence each, the most urgent first; empty for nothing."""
    checks = _list_checks(view, consumer)
    patterns = [pattern for pattern in _list_patterns(view.people[consumer]) if pattern != COPIED]
    found: list[str | None] = [
        *(_say_check(view, consumer, check) for check in checks if check in URGENT),
        _say_quiet(view, consumer),
        _say_copies(view, consumer),
        _say_paid(view, consumer),
        *(view.say(f"people.caution_{pattern}") for pattern in patterns),
        *(_say_check(view, consumer, check) for check in checks if check not in URGENT),
    ]
    return [sentence for sentence in found if sentence is not None]


def list_tags(view: View, consumer: str) -> list[str]:
    """The checks and suspicious patterns of a person, a few words each."""
    checks, patterns = _list_checks(view, consumer), _list_patterns(view.people[consumer])
    return [view.say(f"people.tag_{name}") for name in (*checks, *patterns)]


def _list_checks(view: View, consumer: str) -> list[str]:
    found = view.once(read_evidence).checks.get(consumer, [])
    return [check for check in found if not (view.reader.is_client and check in INTERNAL)]


def _list_patterns(person: Person) -> list[str]:
    """The suspicious patterns of a person, as keys."""
    return [name.replace(" ", "_").replace("-", "_") for name in (person["patterns"] or "").split("; ") if name]


def _say_check(view: View, consumer: str, check: str) -> str:
    if check == "rival_ad" and (day := _find_rival_ad(view, consumer)) is not None:
        return view.say("people.caution_rival_ad_day", day=day)
    return view.say(f"people.caution_{check}")


def _find_rival_ad(view: View, consumer: str) -> str | None:
    """The day of the newest labelled advertisement for a rival, as the reader's language writes it."""
    for post in view.once(read_evidence).posts.get(consumer, []):
        if post["side"] == "rival" and post["origin"] in ("paid", "gifted") and post["day"] is not None:
            day = to_date(post["day"])
            return view.say.day(day) if (view.as_of - day).days <= AD_DAYS else None
    return None


def _say_quiet(view: View, consumer: str) -> str | None:
    last = view.people[consumer]["last_review"]
    if last is None or (view.as_of - last.date()).days <= QUIET:
        return None
    return view.say("people.caution_quiet", day=view.say.day(last.date()))


def _say_copies(view: View, consumer: str) -> str | None:
    copies, posts = view.once(read_evidence).copies.get(consumer, 0), view.people[consumer]["posts"]
    return view.say("people.caution_copies", n=copies, reviews=view.say.count(posts, "reviews")) if copies else None


def _say_paid(view: View, consumer: str) -> str | None:
    paid = number_or_none(view.people[consumer]["origin_paid"]) or 0.0
    if paid < PAID:
        return None
    if not shows_shares(view):
        return view.say("people.caution_paid_some")
    return view.say("people.caution_paid", share=view.say.percent(paid))
