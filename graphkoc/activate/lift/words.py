"""A lift in words: whether one is seen, and what that rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphkoc.text import count, display_name, person_name

__all__ = ["describe_lift", "say_verdict"]

FEWEST = 19
"""Control products under which nothing is tested."""
LISTED = 10
"""People and niches with an adoption that are listed; JSON has all."""
BLIND = "What people are shown without following anybody, and what they buy elsewhere, is not in these figures."

Document = Mapping[str, Any]


def say_verdict(found: Document, language: str = "en") -> str:
    """In one sentence, whether an effect is seen. found: the figures of a lift, and followers; language: en or zh."""
    if language == "zh":
        return _say_verdict_in_chinese(found)
    if not found["followers"]:
        return "Nobody is known to follow those who posted, so no effect could have been seen."
    if found["p"] is None:
        return (
            f"Whether there was an effect is not known: {count(found['controls'], 'other products')} can be compared"
            f" with, and {FEWEST} are needed."
        )
    if found["low"] > 0:
        return (
            f"An effect is seen: {_sign(found['lift'])} ({_sign(found['low'])} to {_sign(found['high'])}) beyond the"
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


def _say_verdict_in_chinese(found: Document) -> str:
    if not found["followers"]:
        return "未知发布者的任何粉丝，无法判断效果。"
    if found["p"] is None:
        return f"无法判断效果：可对照的产品仅 {found['controls']:,} 个，至少需要 {FEWEST} 个。"
    if found["low"] > 0:
        return (
            f"可见效果：{found['followers']:,} 位可见粉丝比预期的 {found['expected']:,.1f} 条多 {found['lift']:,.1f} 条"
            f"（{found['low']:,.1f} 至 {found['high']:,.1f}）；"
            f"{found['controls']:,} 个对照品中仅 {found['controls_as_large']} 个达到。"
        )
    if found["would_have_shown"] > found["followers"] - found["adoptions"]:
        return f"未见效果；可见粉丝仅 {found['followers']:,} 位，增量须达 +{found['would_have_shown']:,} 才能看出。"
    return f"未见效果；若增量达到 +{found['would_have_shown']:,}，应能看出。"


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
        lines.append(f"  purchases: {_describe_figures(bought)}. {bought['verdict']}")
    if bought is not None and bought["codes"] is not None:
        codes = bought["codes"]
        lines.append(f"  codes: {count(codes['orders'], 'orders')} by {count(codes['buyers'], 'people')}")
    if (waves := found["waves"]) is not None:
        lines.append(
            f"  waiting list, {waves['from']} to {waves['to']}: {waves['adoptions']:,} of"
            f" {count(waves['first'], 'followers')} of wave 1 alone, and {waves['waiting']:,} of {waves['second']:,} of"
            f" wave 2 alone; lift {_sign(waves['lift'])}, {_write_p(waves['p'])} among {waves['draws']:,} draws"
        )
    if (pooled := found["pooled"]) is not None:
        names = ", ".join(display_name(one) for one in pooled["campaigns"])
        lines.append(f"  with other campaigns ({names}): {_describe_figures(pooled)}")
    lines += _list_parts("By person (a follower of several counts in parts):", found["by_person"], person_name)
    lines += _list_parts("By niche (a follower may be in several):", found["by_niche"], lambda part: part["name"])
    return [*lines, "", BLIND]


def _describe_figures(found: Document) -> str:
    interval = "" if found["low"] is None else f" ({_sign(found['low'])} to {_sign(found['high'])})"
    rank = "" if found["p"] is None else f", {_write_p(found['p'])}"
    return f"{found['adoptions']:,}, expected {found['expected']:,.1f}, lift {_sign(found['lift'])}{interval}{rank}"


def _sign(number: float) -> str:
    """A number with its sign; what rounds to 0 has a plus."""
    return f"{round(number, 1) + 0.0:+,.1f}"


def _write_p(p: float) -> str:
    return f"p = {p:.3f}" if p >= 0.001 else "p < 0.001"


def _list_parts(title: str, parts: Sequence[Document], name: Callable[[Any], str]) -> list[str]:
    """Those with an adoption, by lift."""
    some = sorted((part for part in parts if part["adoptions"]), key=lambda part: -part["lift"])
    if not some:
        return []
    return [
        "",
        title,
        *(
            f"  {display_name(str(name(part)))}: {part['adoptions']:,.1f} of {part['followers']:,},"
            f" expected {part['expected']:,.1f}"
            for part in some[:LISTED]
        ),
        *([f"  and {len(some) - LISTED:,} more"] if len(some) > LISTED else []),
    ]
