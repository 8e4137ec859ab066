"""Xiaohongshu as MediaCrawler saved it before July 2026: notes, comments, profiles, with their defects."""

from __future__ import annotations

import csv
import json
from collections.abc import Container, Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from graphkoc.capture.synthetic import texts
from graphkoc.capture.synthetic.people import UNTIL, Person
from graphkoc.capture.synthetic.world import Review, World

__all__ = ["list_addresses", "state_fans", "write"]

PROFILE = (
    "user_id",
    "nickname",
    "gender",
    "avatar",
    "desc",
    "ip_location",
    "follows",
    "fans",
    "interaction",
    "tag_list",
)


TITLES = (
    "{product}用了一阵子的感受",
    "{setting}必备？{product}实测",
    "真实体验｜{product}",
    "{product}值不值得买",
    "说说我的{product}",
    "{setting}党看过来：{product}",
    "{product}优缺点",
    "被问了很多次的{product}",
)
NOTES = "https://www.xiaohongshu.com/explore"
COMMENTED = {"kol": 0.08}
"""Share of a leader's followers who comment on a note; of other people's OFTEN do."""
OFTEN = 0.3
ASKED, ANSWERED = 0.3, 0.6
"""Shares of the comments that are questions, and of these that a careful author answers."""
LIKES = {"careful": 12.0, "plain": 4.0, "stock": 1.0}
"""Likes for each comment, by how the author writes."""
TAGGED = 0.7
"""Share of notes with the product and the setting among the tags."""


def write(world: World, folder: Path) -> None:
    """`xhs/jsonl` with two crawls that overlap, and `xhs/csv` with the profiles."""
    followers = world.followers("xiaohongshu")
    notes: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    tied: set[tuple[int, int]] = set()
    for place, (rng, review) in enumerate(world.list_texts("notes", "xiaohongshu")):
        note = _number_note(place)
        account = review.person.second if review.person.second and place % 2 else review.person.xiaohongshu
        written = list(_write_comments(rng, review, followers.get(review.person.number, [])))
        if place < len(world.notes):
            tied.update((person.number, review.person.number) for person, *_ in written)
        else:
            written = list(_keep_tied(written, review.person, tied))
        notes.append(_make_note(rng, review, note, account, len(written)))
        for person, text, at, answers in written:
            parent = comments[-1]["comment_id"] if answers else 0
            comments.append(_make_comment(person, len(comments), note, text, at, parent))
    lines = folder / "xhs" / "jsonl"
    lines.mkdir(parents=True)
    half, overlap = len(world.notes) // 2, max(len(world.notes) // 20, 1)
    for day, part in (("2025-10-19", notes[: half + overlap]), ("2025-10-20", notes[half:])):
        there = {note["note_id"] for note in part}
        _write_lines(lines / f"search_contents_{day}.jsonl", part)
        _write_lines(lines / f"search_comments_{day}.jsonl", [one for one in comments if one["note_id"] in there])
    _write_profiles(world, folder / "xhs" / "csv")


def list_addresses(world: World) -> dict[tuple[int, int], str]:
    """The address of each campaign's note, by the numbers of its author and product; of those taken down, too."""
    written = [note for campaign in world.campaigns for note in campaign.notes]
    gone = [guest.post for campaign in world.campaigns for guest in campaign.guests if guest.outcome == "taken_down"]
    return {
        (note.person.number, note.product.number): f"{NOTES}/{_number_note(place)}"
        for place, note in enumerate((*written, *(note for note in gone if note)), len(world.notes))
    }


def state_fans(person: Person) -> str:
    """Followers as the platform writes them: 3.9万 from ten thousand on."""
    return f"{person.fans / 10_000:.1f}万" if person.fans >= 10_000 else str(person.fans)


def _number_note(place: int) -> str:
    return f"68{place:06x}{'0' * 8}{place:08x}"


def _write_comments(
    rng: np.random.Generator, review: Review, followers: list[Person]
) -> Iterator[tuple[Person, str, datetime, bool]]:
    """What followers say under a note, and what a careful author answers: person, text, time, whether it answers."""
    share = COMMENTED.get(review.person.role, OFTEN)
    for person in followers:
        if rng.random() >= share:
            continue
        at = person.write_at(rng, review.at + timedelta(hours=float(rng.uniform(0.1, 200))))
        if at >= UNTIL:
            continue
        asks = rng.random() < ASKED
        question, answer = texts.ask_and_answer(rng, review.product, "zh")
        yield person, question if asks else texts.comment(rng, "zh"), at, False
        later = at + timedelta(hours=3)
        if asks and review.person.writer == "careful" and later < UNTIL and rng.random() < ANSWERED:
            yield review.person, answer, later, True


def _keep_tied(
    comments: Iterable[tuple[Person, str, datetime, bool]], author: Person, tied: Container[tuple[int, int]]
) -> Iterator[tuple[Person, str, datetime, bool]]:
    """The comments under a campaign's note of those who commented on its author before, with the answers to them.

    A campaign ties nobody to its authors: the network is the one that there is without it.
    """
    is_kept = False
    for person, text, at, answers in comments:
        is_kept = is_kept if answers else (person.number, author.number) in tied
        if is_kept:
            yield person, text, at, answers


def _make_note(rng: np.random.Generator, review: Review, note: str, account: str, comments: int) -> dict[str, Any]:
    author, kind = review.person, review.product.kind
    setting = texts.name_setting(author.setting, "zh")
    extra = [review.product.tag, setting] if rng.random() < TAGGED else []
    tags = [kind.chinese, review.product.brand, *extra, *([review.label] if review.label else [])]
    title = TITLES[int(rng.integers(len(TITLES)))]
    pictures = int(rng.integers(4, 10)) if author.writer == "careful" else int(rng.integers(1, 4))
    return {
        "note_id": note,
        "type": "normal",
        "title": title.format(product=f"{review.product.title} {kind.chinese}", setting=setting),
        "desc": review.text + "".join(f" #{tag}[话题]#" for tag in tags),
        "video_url": "",
        "time": _to_milliseconds(review.at),
        "last_update_time": _to_milliseconds(review.at),
        "user_id": account,
        "nickname": author.nickname,
        "avatar": "",
        "liked_count": _draw_count(rng, 1 + comments * LIKES[author.writer]),
        "collected_count": _draw_count(rng, comments * LIKES[author.writer] / 2),
        "comment_count": str(comments),
        "share_count": str(comments // 3),
        "ip_location": "",
        "image_list": ",".join(f"http://invented.example/{number}.webp" for number in range(pictures)),
        "tag_list": ",".join(tags),
        "last_modify_ts": _to_milliseconds(UNTIL),
        "note_url": f"{NOTES}/{note}",
        "source_keyword": kind.chinese,
        "xsec_token": "",
    }


def _make_comment(person: Person, number: int, note: str, text: str, at: datetime, parent: str | int) -> dict[str, Any]:
    return {
        "comment_id": f"68{number:06x}{'0' * 8}{number + 1:08x}",
        "create_time": _to_milliseconds(at),
        "ip_location": "",
        "note_id": note,
        "content": text,
        "user_id": person.xiaohongshu,
        "nickname": person.nickname,
        "avatar": "",
        "sub_comment_count": 0,
        "pictures": "",
        "parent_comment_id": parent,
        "last_modify_ts": _to_milliseconds(UNTIL),
        "like_count": "0",
    }


def _write_profiles(world: World, folder: Path) -> None:
    folder.mkdir()
    with (folder / "creator_creators_2025-10-20.csv").open("w", encoding="utf-8-sig", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow([*PROFILE, "last_modify_ts"])
        for person in world.on("xiaohongshu"):
            for number in (person.xiaohongshu, person.second):
                if number:
                    row = (number, person.nickname, "", "", "", "", 12, state_fans(person), "99+", "{}")
                    writer.writerow([*row, _to_milliseconds(UNTIL)])


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _to_milliseconds(at: datetime) -> int:
    return round((at - datetime(1970, 1, 1)).total_seconds()) * 1000


def _draw_count(rng: np.random.Generator, about: float) -> str:
    count = int(about * rng.uniform(0.7, 1.3))
    return f"{count / 10_000:.1f}万" if count >= 10_000 else str(count)
