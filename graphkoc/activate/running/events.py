"""What can happen with a person in a campaign: the order of events, and their words in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["EVENTS", "STATES", "Event", "describe_state"]


@dataclass(frozen=True)
class Event:
    """A kind of event.

    stage: how far the campaign has come with the person; an event of an earlier stage may not follow one of a later
    stage. None for an event of any time. reopens: what is undone by it, such as a parcel that is lost: events of this
    stage and later ones may follow again. None where nothing is.
    """

    stage: int | None
    en: str
    zh: str
    reopens: int | None = None


EVENTS: Mapping[str, Event] = {
    "invited": Event(1, "invited", "已邀约"),
    "accepted": Event(2, "accepted", "已确认合作"),
    "declined": Event(2, "declined", "已婉拒", reopens=1),
    "shipped": Event(3, "shipped", "已寄样"),
    "received": Event(4, "received", "已签收"),
    "lost": Event(4, "lost in the post", "丢件", reopens=3),
    "returned": Event(5, "returned", "已退回", reopens=3),
    "posted": Event(5, "posted", "已发布"),
    "taken_down": Event(6, "taken down", "已删除", reopens=5),
    "paid": Event(None, "paid", "已结算"),
    "withdrawn": Event(None, "withdrew consent", "已撤回同意"),
    "do_not_contact": Event(None, "not to be contacted", "请勿联系"),
}
"""The events of `graphkoc.tables.schema.EVENTS`, in their order."""

LISTED = {"planned": ("to be invited", "待邀约"), "reserve": ("in reserve", "候补")}
STATES = (*LISTED, *EVENTS)
"""What the state of a person can be: an event, or before any of them planned or reserve."""


def describe_state(state: str, language: str = "en") -> str:
    """A state in words; language: en or zh."""
    chinese = language == "zh"
    if state in LISTED:
        return LISTED[state][chinese]
    return EVENTS[state].zh if chinese else EVENTS[state].en
