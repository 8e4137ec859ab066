"""The sheets of each campaign: who was asked, what became of it, what came of the posts, and what guests answered."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from graphkoc.capture.synthetic import discourse, xiaohongshu
from graphkoc.capture.synthetic.people import UNTIL
from graphkoc.capture.synthetic.world import Campaign, Guest, World
from graphkoc.exports.sheet import make_sheet

__all__ = ["write"]

PEOPLE = ("Account", "Name", "Platform", "Role", "Cost", "Selling", "Currency", "Incentive", "Code", "Wave")
STATUS = (
    *("Account", "Name", "Variant", "Code", "Client decision", "Invited", "Accepted", "Declined", "Shipped", "Courier"),
    *("Tracking", "Received", "Lost", "Returned", "Posted", "Post URL", "Filing number", "Label seen", "Taken down"),
    *("Rights until", "Exclusive until", "Paid", "Amount", "Currency", "Do not contact", "Note"),
)
RESULTS = (
    *(
        "发布链接",
        "博主昵称",
        "内容方向",
        "笔记类型",
        "资源含税成本价",
        "资源含税售价",
        "内容形式",
        "总消耗",
        "曝光量",
        "阅读量",
    ),
    *("点赞量", "收藏量", "评论量", "转发量", "互动量", "CPM", "CPC", "CPE", "CTR"),
)
"""The agency's 18 columns, with the author's name."""
ROLES = {"koc": "KOC", "kol": "KOL"}
CURRENCY = "CNY"
VARIANTS = ("steel", "white", "forest")
COURIERS = {"forum": "DHL", "xiaohongshu": "SF Express"}
DIRECTIONS = ("户外露营", "办公室日常", "开箱测评", "使用教程")
RIGHTS, EXCLUSIVE = 180, 60
"""Days after a post until which it may be used, and its author works for no rival."""
OPENED, SHOWN = 0.17, (0.055, 0.09)
"""A note's reads as a share of the author's followers, and of how often it was shown."""
FEWEST = 240
"""Followers from which on a note is read; notes of small accounts are read by others."""
REACTIONS = {"likes": 0.062, "saves": 0.034, "comments": 0.012, "shares": 0.006}
"""Shares of the reads."""
BOOSTED = 900.0
"""What was spent on boosting a leader's note, in yuan."""
NOTES = {
    "overdue": "Parcel arrived late. No post yet, reminded once",
    "late": "No post yet, reminded once",
    "never": "No post. Does not answer any more",
    "lost": "Parcel lost, claim is open",
    "returned": "Parcel came back, address was wrong",
    "do_not_contact": "Asks not to be contacted again",
    "taken_down": "Note taken down by the platform",
}


def write(world: World, folder: Path) -> None:
    """For each campaign a folder: people.csv, status.xlsx, results.xlsx, and feedback.csv where somebody was asked."""
    addresses = xiaohongshu.list_addresses(world) | discourse.list_addresses(world)
    for campaign in world.campaigns:
        rng = world.rng(f"sheets of {campaign.name}")
        place = folder / campaign.name
        place.mkdir(parents=True)
        _write_table(place / "people.csv", [PEOPLE, *map(_list_guest, campaign.guests)])
        status = [_list_status(rng, number, guest, addresses) for number, guest in enumerate(campaign.guests)]
        (place / "status.xlsx").write_bytes(make_sheet([STATUS, *status]))
        (place / "results.xlsx").write_bytes(make_sheet(_list_results(rng, campaign, addresses), campaign.title))
        if campaign.answers:
            title = campaign.product.title
            answers = [
                (one.guest.account, title, one.rating, one.text, f"{one.at:%Y-%m-%d}") for one in campaign.answers
            ]
            _write_table(place / "feedback.csv", [("Account", "Product", "Rating", "Feedback", "Date"), *answers])


def _list_guest(guest: Guest) -> Sequence[object]:
    platform = "discourse" if guest.platform == "forum" else "xiaohongshu"
    money = (f"{guest.cost:.2f}", f"{guest.selling:.2f}", CURRENCY, "paid" if guest.paid else "gift")
    role = ROLES.get(guest.person.role, "")
    return (guest.account, guest.name, platform, role, *money, guest.code, guest.wave)


def _list_status(
    rng: np.random.Generator, number: int, guest: Guest, addresses: dict[tuple[int, int], str]
) -> list[str | float | datetime | None]:
    """A line of the status sheet: a column a date, as project managers keep it."""
    dates, post = guest.dates, guest.post
    variant, parcel = VARIANTS[int(rng.integers(len(VARIANTS)))], int(rng.integers(10**9, 10**10))
    shipped, posted = "shipped" in dates, dates.get("posted")
    filed = guest.paid and posted is not None
    cells: dict[str, str | float | datetime | None] = {
        "Account": guest.account,
        "Name": guest.name,
        "Variant": variant if shipped else None,
        "Code": guest.code or None,
        "Client decision": "approved",
        "Courier": COURIERS[guest.platform] if shipped else None,
        "Tracking": f"INV{parcel}" if shipped else None,
        "Post URL": addresses[post.person.number, post.product.number] if post else None,
        "Filing number": f"PGY{20_250_000 + number}" if filed else None,
        "Label seen": ("yes" if post.label else "no") if post else None,
        "Rights until": posted + timedelta(days=RIGHTS) if posted else None,
        "Exclusive until": posted + timedelta(days=EXCLUSIVE) if posted and guest.paid else None,
        "Amount": guest.fee if "paid" in dates else None,
        "Currency": CURRENCY if "paid" in dates else None,
        "Note": NOTES.get(guest.outcome),
    }
    events = {event.replace("_", " ").capitalize(): at for event, at in dates.items()}
    return [(cells | events).get(column) for column in STATUS]


def _list_results(
    rng: np.random.Generator, campaign: Campaign, addresses: dict[tuple[int, int], str]
) -> list[list[str | float | datetime | None]]:
    """The agency's sheet with its faults: numbers as text, an empty line, sums that are wrong, a remark below."""
    rows: list[list[str | float | datetime | None]] = []
    sums = [0.0] * 5
    for guest in campaign.guests:
        if not guest.post or guest.outcome != "posted" or guest.platform == "forum":
            continue
        boost = BOOSTED if guest.person.role == "kol" else 0.0
        reads = round((FEWEST + OPENED * guest.person.fans) * rng.uniform(0.8, 1.4) * (1 + boost / 1_000))
        shown = round(reads / rng.uniform(*SHOWN))
        counts = [round(reads * share * rng.uniform(0.6, 1.4)) for share in REACTIONS.values()]
        engaged = sum(counts)
        spent = guest.selling + boost
        figures = [shown, reads, *counts, engaged]
        ratios = (f"{1000 * spent / shown:.2f}", f"{spent / reads:.2f}", f"{spent / max(engaged, 1):.2f}")
        rows.append(
            [
                addresses[guest.person.number, campaign.product.number],
                guest.name,
                DIRECTIONS[int(rng.integers(len(DIRECTIONS)))],
                "报备" if guest.paid else "非报备",
                f"¥{guest.cost:,.2f}",
                f"¥{guest.selling:,.2f}",
                "图文",
                f"¥{boost:,.2f}" if boost else "0",
                *map(_state_figure, figures),
                *ratios,
                f"{100 * reads / shown:.1f}%",
            ]
        )
        for place, value in enumerate((guest.cost, guest.selling, boost, *figures[:2])):
            sums[place] += value
    wrong = [campaign.factor * value for value in sums]
    total: list[str | float | datetime | None] = [None] * len(RESULTS)
    total[0] = "合计"
    total[4], total[5], total[7] = (f"¥{value:,.2f}" for value in wrong[:3])
    total[8], total[9] = (f"{value:,.0f}" for value in wrong[3:5])
    remark = f"注：数据截至{min(campaign.ends, UNTIL):%Y年%m月%d日}，互动量含点赞、收藏、评论、转发"
    return [list(RESULTS), *rows, [None], total, [remark]]


def _state_figure(value: int) -> str | int:
    """A number as the agency types it: 1.2w from ten thousand on, 1,234 from a thousand on, and else a number."""
    if value >= 10_000:
        return f"{value / 10_000:.1f}w"
    return f"{value:,}" if value >= 1_000 else value


def _write_table(path: Path, rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as sink:
        csv.writer(sink, lineterminator="\n").writerows(rows)
