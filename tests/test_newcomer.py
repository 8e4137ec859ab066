"""A newcomer with six ordinary exports, an empty folder and an empty home: load, analyse, kocs, and nothing else."""

from __future__ import annotations

import csv
import json
import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from command import run as run_here

SHARED = 160
"""People who ordered, reviewed the product and reviewed the shop, each time under their address."""
PRODUCTS = {"7001": "gooseneck-kettle", "7002": "paper-filters", "7003": "hand-grinder", "7004": "server"}
FIRST = ("Ida", "Noor", "Paul", "Lou", "Mina", "Otto", "Rea", "Sven", "Tara", "Uli")
LAST = ("Berg", "Aziz", "Roth", "Kern", "Vogt", "Lang", "Haas", "Wolf")


def names(count: int) -> list[tuple[str, str]]:
    """Full names, of which some are borne by several people."""
    return [(FIRST[n % len(FIRST)], LAST[n * 3 % len(LAST)]) for n in range(count)]


def write_table(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def write_exports(folder: Path) -> None:
    """Orders, two kinds of reviews, followers, comments and an agency's list, as the tools write them."""
    rng = random.Random(5)
    folder.mkdir()
    people = [(first, last, f"{first}.{last}{n}@example.com") for n, (first, last) in enumerate(names(SHARED))]
    day = date(2024, 1, 1)
    orders, judgeme, trustpilot = [], [], []
    for number, (first, last, mail) in enumerate(people):
        on = day + timedelta(days=rng.randrange(600))
        product = rng.choice(list(PRODUCTS))
        orders.append(
            {"Name": f"#{number}", "Email": mail, "Financial Status": "paid", "Created at": f"{on} 09:00:00 +0100"}
            | {"Lineitem quantity": 1, "Lineitem name": PRODUCTS[product], "Lineitem price": "20.00"}
            | {"Lineitem sku": f"S-{product}", "Currency": "EUR", "Billing Name": f"{first} {last}"}
        )
        judgeme.append(
            {"title": "", "body": f"Used it for {number} days and like it", "rating": 4, "curated": "ok"}
            | {"review_date": f"{on + timedelta(days=20)} 08:00:00 UTC", "source": "email", "reviewer_name": first}
            | {"reviewer_email": mail.upper(), "product_id": product, "product_handle": PRODUCTS[product]}
            | {"picture_urls": ""}
        )
        trustpilot.append(
            {"Review Id": f"t{number}", "Review Created (UTC)": f"{on + timedelta(days=9)} 10:00:00"}
            | {"Review Consumer User Id": f"u{number}", "Review Username": f"{first} {last[0]}"}
            | {"Review User Email": f" {mail} ", "Review Stars": 5, "Review Title": "Good", "Review Content": "Quick"}
            | {"Source Of Review": "Organic"}
        )
    write_table(folder / "orders_export_1.csv", orders)
    write_table(folder / "judgeme.csv", judgeme)
    write_table(folder / "Trustpilot_reviews.csv", trustpilot)
    handles = [f"brewer_{n}" for n in range(60)]
    write_table(
        folder / "dataset_instagram-followers.csv",
        [
            {"full_name": "", "id": n, "type": "Followers", "username": handle, "username_scrape": leader}
            for leader in handles[:6]
            for n, handle in enumerate(rng.sample(handles[6:], 25))
        ],
    )
    comments = [
        {"videoWebUrl": f"https://www.tiktok.com/@{rng.choice(handles[:6])}/video/{7000 + n % 40}", "cid": f"c{n}"}
        | {"createTimeISO": f"{day + timedelta(days=rng.randrange(600))}T10:00:00.000Z", "text": "where from?"}
        | {"diggCount": 1, "repliesToId": None, "uid": str(n), "uniqueId": rng.choice(handles)}
        for n in range(300)
    ]
    (folder / "tiktok_comments.json").write_text(json.dumps(comments), encoding="utf-8")
    asked = {"Platform": "Instagram", "Followers": "1.2K", "Price": "90"}
    write_table(
        folder / "creators.csv",
        [{"Nickname": handle, "Username": handle} | asked for handle in handles[:6]],
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("newcomer")
    write_exports(folder / "exports")
    return folder


def test_three_commands_give_a_list_and_each_person_is_one(place: Path) -> None:
    home = {"HOME": str(place / "home"), "XDG_CONFIG_HOME": str(place / "home" / "config")}

    def run(*args: object) -> str:
        done = run_here(*args, cwd=place, env=home)
        assert done.returncode == 0, done.stderr
        return done.stdout

    loaded = json.loads(run("load", "exports", "--format", "json"))
    assert {file["file"]: file["layout"] for file in loaded["files"]} == {
        "Trustpilot_reviews.csv": "trustpilot",
        "creators.csv": "roster",
        "dataset_instagram-followers.csv": "apify_followers",
        "judgeme.csv": "judgeme",
        "orders_export_1.csv": "shopify_orders",
        "tiktok_comments.json": "apify_tiktok_comments",
    }
    assert all(file["read"] == file["loaded"] for file in loaded["files"])
    assert (loaded["unread"], loaded["rejects"]) == ([], None)
    assert loaded["new"]["purchases"] == SHARED
    key = Path(loaded["new_key"])
    assert (key.parent.parent, key.stat().st_mode & 0o777) == (place / "home" / "config", 0o600)

    report = json.loads(run("identity", "report", "--format", "json"))
    by_platform = {row["platform"]: row for row in report["by_platform"]}
    assert [by_platform[name]["linked"] for name in ("crm", "judgeme", "trustpilot")] == [SHARED] * 3
    across = {row["platforms"]: row["persons"] for row in report["across"]}
    assert across["crm + judgeme + trustpilot"] == SHARED

    run("analyse")
    assert json.loads(run("kocs", "--format", "json"))
