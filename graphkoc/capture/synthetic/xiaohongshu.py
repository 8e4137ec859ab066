"""Xiaohongshu as MediaCrawler saved it before July 2026: notes, comments, profiles, with their defects."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from graphkoc.capture.synthetic import words
from graphkoc.capture.synthetic.world import UNTIL, World

__all__ = ["write"]

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


def write(world: World, folder: Path) -> None:
    """`xhs/jsonl` with two crawls that overlap, and `xhs/csv` with the profiles."""
    rng = world.rng("xiaohongshu")
    notes: list[dict[str, Any]] = []
    comments: list[dict[str, Any]] = []
    for place, review in enumerate(world.notes):
        author, note = review.person, f"68{place:06x}{'0' * 8}{place:08x}"
        what = words.CATEGORIES[review.product.category][0]
        tags = [what, review.product.brand] + (["广告"] if author.role == "popular" and rng.random() < 0.3 else [])
        answers = [
            (listener, listener.at(rng, review.at + timedelta(hours=float(rng.uniform(0.1, 200)))))
            for listener in world.on("xiaohongshu")
            if author.number in world.listens["xiaohongshu"][listener.number]
            and rng.random() < (0.8 if author.role == "popular" else 0.3)
        ]
        answers = [(listener, at) for listener, at in answers if at < UNTIL]
        notes.append(
            {
                "note_id": note,
                "type": "normal",
                "title": f"{what}{review.stars}星 {review.product.title}",
                "desc": review.text + "".join(f" #{tag}[话题]#" for tag in tags),
                "video_url": "",
                "time": _to_milliseconds(review.at),
                "last_update_time": _to_milliseconds(review.at),
                "user_id": author.xiaohongshu,
                "nickname": author.nickname,
                "avatar": "",
                "liked_count": _draw_count(rng, len(answers) * 7),
                "collected_count": _draw_count(rng, len(answers) * 3),
                "comment_count": str(len(answers)),
                "share_count": str(len(answers) // 3),
                "ip_location": "",
                "image_list": "http://invented.example/1.webp,http://invented.example/2.webp",
                "tag_list": ",".join(tags),
                "last_modify_ts": _to_milliseconds(UNTIL),
                "note_url": f"https://www.xiaohongshu.com/explore/{note}",
                "source_keyword": what,
                "xsec_token": "",
            }
        )
        for listener, at in answers:
            text = listener.compose(rng, review.product, chinese=listener.chinese or not listener.forum)
            comment = f"68{len(comments):06x}{'0' * 8}{len(comments) + 1:08x}"
            comments.append(
                {
                    "comment_id": comment,
                    "create_time": _to_milliseconds(at),
                    "ip_location": "",
                    "note_id": note,
                    "content": text[:24],
                    "user_id": listener.xiaohongshu,
                    "nickname": listener.nickname,
                    "avatar": "",
                    "sub_comment_count": 0,
                    "pictures": "",
                    "parent_comment_id": 0,
                    "last_modify_ts": _to_milliseconds(UNTIL),
                    "like_count": "0",
                }
            )
    lines = folder / "xhs" / "jsonl"
    lines.mkdir(parents=True)
    half, overlap = len(notes) // 2, max(len(notes) // 20, 1)
    for day, part in (("2025-06-29", notes[: half + overlap]), ("2025-06-30", notes[half:])):
        there = {note["note_id"] for note in part}
        _write_lines(lines / f"search_contents_{day}.jsonl", part)
        _write_lines(lines / f"search_comments_{day}.jsonl", [one for one in comments if one["note_id"] in there])
    _write_profiles(world, folder / "xhs" / "csv")


def _write_profiles(world: World, folder: Path) -> None:
    folder.mkdir()
    with (folder / "creator_creators_2025-06-30.csv").open("w", encoding="utf-8-sig", newline="") as sink:
        writer = csv.writer(sink)
        writer.writerow([*PROFILE, "last_modify_ts"])
        for person in world.on("xiaohongshu"):
            listeners = sum(person.number in others for others in world.listens["xiaohongshu"].values())
            fans = f"{listeners / 10:.1f}万" if person.role == "popular" else listeners * 11
            writer.writerow(
                [person.xiaohongshu, person.nickname, "", "", "", "", 12, fans, "99+", "{}", _to_milliseconds(UNTIL)]
            )


def _write_lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


def _to_milliseconds(at: datetime) -> int:
    return round((at - datetime(1970, 1, 1)).total_seconds()) * 1000


def _draw_count(rng: np.random.Generator, about: int) -> str:
    count = int(about * rng.uniform(0.7, 1.3))
    return f"{count / 10_000:.1f}万" if count >= 10_000 else str(count)
