"""A small market in a store, with a CRM's file whose people consent, refuse, or have said neither.

Each person's forum or social account has the key of the e-mail address with which the shop knows them, so that the two
accounts are one person. Every contact in the file is planted, and looked for in whatever is written.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from small_run import BRAND, small_market

import graphkoc
from graphkoc.capture import contacts

__all__ = ["FORMULA", "KEY", "NAMED", "Campaign", "customer", "make_campaign", "planted", "write_customers"]

PEOPLE = 60
NAMED = 3
"""The number of the person whose name is a formula."""
KEY = b"key of the small campaign"
FORMULA = "=HYPERLINK(A1)"
HEADER = (
    *("Customer ID", "First Name", "Last Name", "Email", "Accepts Email Marketing", "Default Address Address1"),
    *("Default Address City", "Default Address Province Code", "Default Address Country Code", "Default Address Zip"),
    *("Phone", "Total Spent", "Total Orders", "Tax Exempt"),
)
"""As Shopify exports customers."""
CONSENTS = ("yes", "", "no")


@dataclass(frozen=True)
class Campaign:
    """A folder with graphkoc.lbug, run/, customers.csv and key; the names of its KOCs by rank."""

    folder: Path

    @property
    def url(self) -> str:
        return f"ladybug:{self.folder / 'graphkoc.lbug'}"

    @property
    def run(self) -> graphkoc.Run:
        return graphkoc.find_run(str(self.folder / "run"))

    def open(self) -> graphkoc.Store:
        return graphkoc.open_store(self.url)


def customer(number: int, consent: str) -> dict[str, Any]:
    """A row of the file of customers."""
    row = {
        "Customer ID": f"{number}",
        "First Name": f"Planted{number}",
        "Last Name": f"Family{number}",
        "Email": f"planted.{number}@example.com",
        "Accepts Email Marketing": consent,
        "Default Address Address1": f"{number} Planted Street",
        "Default Address City": "Plantedville",
        "Default Address Province Code": "PV",
        "Default Address Country Code": "DE",
        "Default Address Zip": f"{10_000 + number}",
        "Phone": f"+4915112345{number:03}",
    }
    return dict.fromkeys(HEADER, "") | row


def planted(number: int) -> list[str]:
    """The contacts of a customer's row, which may be in no file without consent."""
    row = customer(number, "")
    return [row[name] for name in ("Email", "Phone", "Default Address Address1")]


def write_customers(file: Path, rows: Iterable[dict[str, Any]]) -> Path:
    """A file of customers."""
    with file.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.DictWriter(sink, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return file


def make_campaign(folder: Path) -> Campaign:
    """Load and analyse it: of three people one consents, one says nothing, one refuses; NAMED is called a formula."""
    frames = small_market(PEOPLE)
    hash_contact = contacts.keys(lambda: KEY)
    consumers = frames.consumers.copy()
    numbers = consumers["consumer"].str.partition(":")[2].astype(int)
    consumers["contact_key"] = [hash_contact(customer(n, "")["Email"], "") for n in numbers]
    consumers["url"] = [f"https://forum.example.com/u/{n}?from=share" for n in numbers]
    consumers["kind"] = "person"
    consumers.loc[numbers == NAMED, "name"] = FORMULA
    (folder / "key").write_bytes(KEY)
    rows = [customer(n, CONSENTS[n % 3]) for n in range(PEOPLE)]
    write_customers(folder / "customers.csv", rows)
    campaign = Campaign(folder)
    store = campaign.open()
    reviews = frames.reviews.merge(frames.texts, on="review")
    tables = {
        "consumers": consumers,
        "products": frames.products,
        "follows": frames.follows.rename(columns={"source": "followee", "target": "follower"}),
        "reviews": reviews,
        "purchases": frames.purchases,
    }
    known = {
        name: [column for column in graphkoc.TABLES[name].names if column in frame] for name, frame in tables.items()
    }
    store.upsert({name: frame[known[name]] for name, frame in tables.items()})
    graphkoc.load(store, None, [folder / "customers.csv"], key_file=folder / "key")
    graphkoc.analyse(store, folder / "run", graphkoc.Settings(brand=BRAND))
    store.close()
    return campaign
