"""A lift in words: whether one is seen, and what that rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphkoc.text import count, display_name, person_name

__all__ = ["describe_lift", "say_verdict"]

FEWEST = 19
"""Control products under which nothing is tested."""
LISTED = 10
"""People and niches that are listed; JSON has all."""
BLIND = "What people are shown without following anybody, and what they buy elsewhere, is not in these figures."

Document = Mapping[str, Any]


def say_verdict(found: Document) -> str:
    """In one sentence, whether an effect is seen. found: the figures of a lift, and followers."""
    if not found["followers"]:
        return "Nobody is known to follow those who posted, so no effect could have been seen."
    if found["p"] is None:
        return (
            f"Whether there was an effect cannot be told: {count(found['controls'], 'other products')} can be compared"
            f" with, and {FEWEST} are needed."
        )
    if found["low"] > 0:
        return (
            f"An effect is seen: {found['lift']:+,.1f} ({found['low']:+,.1f} to {found['high']:+,.1f}) beyond the"
            f" {found['expected']:,.1f} expected of {count(found['followers'], 'followers')};"
            f" {found['controls_as_large']} of {count(found['controls'], 'control products')} show as much."
        )
    shown = found["would_have_shown"]
    if shown > found["followers"] - found["adoptions"]:
        return (
            f"No effect seen; {count(found['followers'], 'followers')} are too few, as only one of +{shown:,} or more"
            " would have shown."
        )
    return f"No effect seen; one of +{shown:,} or more would have shown."


def describe_lift(found: Document) -> list[str]:
    """The document as lines for a terminal: the verdict first, then what it rests on."""
    product = found["product"]
    name = display_name(product["title"] or "") or product["product"]
    lines = [
        f"{name}, {found['from']} to {found['to']}: {count(found['people'], 'people')} posted, and"
        f" {count(found['followers'], 'followers')} of theirs did not know it before.",
        found["verdict"],
        f"  reviews: {_describe_figures(found)}",
    ]
    bought = found["purchases"]
    if bought is not None and bought["adoptions"] is not None:
        lines.append(f"  purchases: {_describe_figures(bought)}")
        lines.append(f"  {bought['verdict']}")
    if bought is not None and bought["codes"] is not None:
        codes = bought["codes"]
        lines.append(f"  codes: {count(codes['orders'], 'orders')} by {count(codes['buyers'], 'people')}")
    if (waves := found["waves"]) is not None:
        lines.append(
            f"  waiting list, {waves['from']} to {waves['to']}: {waves['adoptions']:,} of"
            f" {count(waves['first'], 'followers')} of wave 1 alone, and {waves['waiting']:,} of {waves['second']:,} of"
            f" wave 2 alone; {waves['lift']:+.1f} by it, p = {waves['p']:.3f} among {waves['draws']:,} draws"
        )
    if (pooled := found["pooled"]) is not None:
        names = ", ".join(display_name(one) for one in pooled["campaigns"])
        lines.append(f"  with other campaigns ({names}): {_describe_figures(pooled)}")
    lines += _list_parts("By person (a follower of several counts in parts):", found["by_person"], person_name)
    lines += _list_parts("By niche (a follower may be in several):", found["by_niche"], lambda part: part["name"])
    return [*lines, "", BLIND]


def _describe_figures(found: Document) -> str:
    interval = "" if found["low"] is None else f" ({found['low']:+,.1f} to {found['high']:+,.1f})"
    rank = "" if found["p"] is None else f", p = {found['p']:.3f}"
    return f"{found['adoptions']:,}, expected {found['expected']:,.1f}, lift {found['lift']:+,.1f}{interval}{rank}"


def _list_parts(title: str, parts: Sequence[Document], name: Any) -> list[str]:
    if not parts:
        return []
    ordered = sorted(parts, key=lambda part: -part["lift"])[:LISTED]
    return [
        "",
        title,
        *(
            f"  {display_name(str(name(part)))}: {part['adoptions']:,.1f} of {part['followers']:,},"
            f" expected {part['expected']:,.1f}"
            for part in ordered
        ),
        *([f"  and {len(parts) - LISTED:,} more"] if len(parts) > LISTED else []),
    ]
