"""A synthetic brand: the files that it would have, each source in its real layout, with the truth beside them."""

from __future__ import annotations

import csv
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.capture.synthetic import amazon, campaign_sheets, discourse, instagram, roster, shop, wecom, xiaohongshu
from graphkoc.capture.synthetic.catalogue import KINDS, OWN, RIVALS, make_products
from graphkoc.capture.synthetic.make import make_world
from graphkoc.capture.synthetic.people import UNTIL, list_accounts, make_people
from graphkoc.capture.synthetic.story import LIN, TRAPS
from graphkoc.capture.synthetic.world import Campaign, World
from graphkoc.errors import UsageError
from graphkoc.files import translate_errors

__all__ = [
    "KINDS",
    "LEAST",
    "LIN",
    "NOTICE",
    "OWN",
    "RIVALS",
    "SOURCES",
    "UNTIL",
    "World",
    "is_of",
    "list_accounts",
    "make_people",
    "make_products",
    "make_world",
    "notice",
    "write",
]

NOTICE = "Everything here is invented: the brand, its products, the people, and what they say."
SOURCES = ("xiaohongshu", "discourse", "amazon", "crm", "wecom", "instagram", "roster")
"""In the order in which they are loaded."""
SIGNED_IN = 0.5
"""Share of the shop's customers on the forum who signed in there with the shop's account."""
MIDDLING = 3
"""Stars under which a post is critical."""
LEAST = 100
"""Least number of people; with fewer there are no circles."""
WRITERS = dict(zip(SOURCES, (xiaohongshu, discourse, amazon, shop, wecom, instagram, roster), strict=True))

README = f"""# {OWN}, an invented brand

{NOTICE}

`files/` has a folder a source, in the layout in which the source really comes, and `campaigns/`, the sheets
of two past campaigns and of one that runs: who was asked, what became of it, and what came of the posts.
`links.csv` lists the accounts that people gave the brand or signed in with. `truth.json` names the key
opinion consumers, the leaders, the careful writers, the circles, the fake reviewers, whom nobody should
invite and why, the accounts of each person, who wrote because of a campaign, and how far each campaign came
with whom. `key` is the secret for contacts; a real brand would keep it elsewhere. The same number of people
and `rng_seed` give the same files, byte for byte.

The addresses end in example.com, and the numbers belong to nobody.
"""


BESIDE = (
    *("links.csv", "README.md", "truth.json", "key", "graphkoc.lbug", "report.html", "run", "run-2025-10-13"),
    *("plans", "campaigns", "recap-spring.md", "recap-summer.md", "guide.md", "replies", "briefs"),
)
"""The other files and folders that the demo makes."""


def write(folder: Path, people: int = 1000, rng_seed: int = 0) -> World:
    """Write the files of a brand with so many people on its forum and Xiaohongshu, and return the truth.

    Raises UsageError for a folder that has any of the demo's files already, so that no other file is overwritten and
    no real store gets invented people; and for too few people for circles.
    """
    if people < LEAST:
        raise UsageError(f"{people} people are too few for circles", hint=f"Take {LEAST} or more.")
    files = folder / "files"
    for name in ("files", *BESIDE):
        if (folder / name).exists():
            raise UsageError(f"{folder / name} is there already", hint="Give another --out, or remove it.")
    world = make_world(people, rng_seed)
    with translate_errors(f"the files cannot be written to {folder}"):
        for source, writer in WRITERS.items():
            writer.write(world, files / source)
        campaign_sheets.write(world, files / "campaigns")
        _write_links(world, folder / "links.csv")
        (folder / "README.md").write_text(README, encoding="utf-8")
        (folder / "truth.json").write_text(json.dumps(_truth(world), ensure_ascii=False, indent=1), encoding="utf-8")
        with os.fdopen(os.open(folder / "key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as sink:
            sink.write(hashlib.sha256(f"invented {rng_seed}".encode()).hexdigest() + "\n")
    return world


def is_of(path: Path) -> bool:
    """Whether a file or folder is one of an invented brand: `truth.json` of `write` is in a folder above it."""
    whole = path.resolve()
    for folder in (whole, *whole.parents):
        try:
            if json.loads((folder / "truth.json").read_text(encoding="utf-8"))["notice"] == NOTICE:
                return True
        except (OSError, ValueError, LookupError, TypeError):
            continue
    return False


def notice(loads: pd.DataFrame) -> str | None:
    """The notice for a store with these loads (source, files), of which all, some or none are invented."""
    made_up = loads["files"].map(lambda files: any(file.get("invented") for file in json.loads(files))).astype(bool)
    if made_up.all() or not made_up.any():
        return NOTICE if len(loads) and made_up.all() else None
    which = ", ".join(sorted(set(loads.loc[made_up, "source"])))
    return f"Some of this is invented: what was loaded from the demo's files of {which}."


def _write_links(world: World, path: Path) -> None:
    """Write the accounts that the brand knows to be one person's: testers', and those who signed in with the shop's."""
    rng = world.rng("links")
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(["account", "other", "why"])
        for person in world.people:
            if person.forum and person.shares_amazon:
                own = f"discourse:{person.forum}"
                writer.writerow([own, f"amazon:{person.amazon}", "stated for the testers' programme"])
            if person.forum and person.crm and (person.handle == LIN or rng.random() < SIGNED_IN):
                writer.writerow([f"discourse:{person.forum}", f"crm:{person.crm}", "signed in with the shop's account"])


def _truth(world: World) -> dict[str, Any]:
    def numbers(role: str) -> list[int]:
        return [person.number for person in world.people if person.role == role]

    circles: dict[int, list[int]] = {}
    for person in world.people:
        if (person.forum or person.xiaohongshu) and person.role != "kol" and not person.trap:
            circles.setdefault(person.circle, []).append(person.number)
    return {
        "notice": NOTICE,
        "rng_seed": world.rng_seed,
        "brand": {"own": [OWN], "rivals": list(RIVALS)},
        "people": {person.number: list_accounts(person) for person in world.people},
        "kocs": [person.number for person in world.people if person.role == "koc" and not person.trap],
        "kols": numbers("kol"),
        "careful": [person.number for person in world.people if person.writer == "careful"],
        "fakes": numbers("fake"),
        "traps": {
            trap: {"why": why, "people": [person.number for person in world.people if person.trap == trap]}
            for trap, why in TRAPS.items()
        },
        "circles": circles,
        "campaigns": {campaign.name: _describe(campaign) for campaign in world.campaigns},
    }


def _describe(campaign: Campaign) -> dict[str, Any]:
    """What is true of a campaign, with people by their numbers."""
    outcomes: dict[str, list[int]] = {}
    for guest in campaign.guests:
        outcomes.setdefault(guest.outcome, []).append(guest.person.number)
    posts = [guest.post for guest in campaign.guests if guest.post]
    return {
        "product": campaign.product.title,
        "starts": f"{campaign.starts:%Y-%m-%d}",
        "ends": f"{campaign.ends:%Y-%m-%d}",
        "target_posts": campaign.target_posts,
        "guests": outcomes,
        "critical": [post.person.number for post in posts if post.stars < MIDDLING],
        "without_label": [post.person.number for post in posts if not post.label],
        "adopters": campaign.adopters,
        "answers": len(campaign.answers),
        "orders": len(campaign.orders),
    }
