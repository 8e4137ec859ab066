"""What came of a campaign: results of posts are read, and the wrap-up is made of all that is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd

from graphkoc.activate.outcome.gathering import gather_outcome
from graphkoc.activate.outcome.posts import add_posts
from graphkoc.activate.outcome.recap import make_recap
from graphkoc.activate.outcome.recap_sheets import list_sheets
from graphkoc.activate.outcome.recap_text import write_recap
from graphkoc.activate.outcome.units import add_units
from graphkoc.activate.running.journal import read_journal, record
from graphkoc.campaigns.listening import read_findings
from graphkoc.campaigns.reading import read_sheet
from graphkoc.campaigns.running import find_campaign
from graphkoc.campaigns.sheets import write_sheet
from graphkoc.campaigns.showing import show_campaign
from graphkoc.files import replace_file, translate_errors
from graphkoc.invite.listening.feedback import read_answers
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.references import References
from graphkoc.invite.saved import campaigns_folder
from graphkoc.qualify.remarks.remarks import find_critical
from graphkoc.runs.run import Run
from graphkoc.stores import Store
from graphkoc.text import count, fold_address, is_missing, person_name

__all__ = ["recap_campaign", "record_results", "save_recap"]

SOURCE: Final = "results"
RETURNED = (
    " RETURN r.review AS review, c.consumer AS account, r.url AS url, r.rating AS rating, r.text AS text,"
    " r.created_at AS created_at"
)
WRITTEN = "UNWIND $ids AS id MATCH (c:Consumer {consumer: id})-[:WROTE]->(r:Review)" + RETURNED
THERE = "MATCH (c:Consumer)-[:WROTE]->(r:Review) WHERE r.url IN $ids" + RETURNED
"""The reviews of accounts, and those at addresses."""
DAY = pd.Timedelta(days=1)
"""A post and the store's review of it may be a day apart, as clocks and zones differ."""
PAGE = "recap.md"
"""The name of the page in a folder."""


def record_results(
    store: Store,
    run: Run,
    file: Path,
    campaign: str | None = None,
    *,
    dates: str = "",
    encoding: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Read a file of results into the ledgers of a campaign: posts with their figures, and units of programmes.

    campaign: its name; may be left out where there is one alone. dates, encoding: see
    `graphkoc.campaigns.reading.read_sheet`. The author of a post is whom the file names, else who posted that address
    by the journal, else who wrote the store's review with it; a post of nobody who is known counts all the same. Posts
    that the journal lacks are added to it, where their day is known. now: by default the time of the clock.

    Returns {campaign, file, rows, posts, new, known, authors (posts whose author is known), units, events (added to the
    journal), not_taken (sentences), notes (sentences)}. Raises UsageError for an unknown campaign, DataError for a file
    that cannot be read, and StoreError where a ledger cannot be written.
    """
    folder, time = campaigns_folder(Path(run.folder)), now or datetime.now(UTC)
    document = find_campaign(folder, campaign)
    name = document["name"]
    sheet = read_sheet(file, SOURCE, f"campaign:{name}", dates=dates, encoding=encoding)
    found = sheet.tables.get("posts", pd.DataFrame(columns=["consumer", "url", "posted_at"]))
    posts, notes = _find_authors(store, run, folder, document, found)
    added = add_posts(folder, name, posts, file.name, time) if len(posts) else []
    offers = sheet.tables.get("campaign_units")
    units = [] if offers is None else add_units(folder, name, offers, file.name, time)
    events, not_taken = _record_posted(run, folder, document, posts, file.name, time)
    # Also where nothing is new: the store may have failed when the ledgers were written.
    show_campaign(store, folder, name)
    undated = int(posts["posted_at"].isna().sum())
    if undated:
        notes.append(f"{count(undated, 'posts')} without a day, which are in no journal")
    return {
        "campaign": name,
        "file": str(file),
        "rows": sheet.rows,
        "posts": len(posts),
        "new": len(added),
        "known": len(posts) - len(added),
        "authors": int(posts["consumer"].notna().sum()),
        "units": len(units),
        "events": events,
        "not_taken": [*sheet.rejected, *not_taken],
        "notes": [*sheet.notes, *notes],
    }


def recap_campaign(
    store: Store, run: Run, campaign: str | None = None, *, language: str = "en", today: date | None = None
) -> dict[str, Any]:
    """The wrap-up of a campaign as a document: see `graphkoc.activate.outcome.recap.make_recap`.

    campaign: its name; may be left out where there is one alone. language: of the findings' themes. today: by default
    the day of the clock (UTC). Raises UsageError for an unknown campaign or language.
    """
    folder = campaigns_folder(Path(run.folder))
    document = find_campaign(folder, campaign)
    outcome = gather_outcome(run, folder, document, today or datetime.now(UTC).date())
    findings = None
    if read_answers(folder, document["name"]):
        [heard] = read_findings(store, run, document["name"], language=language)
        findings = heard["findings"]
    return make_recap(replace(outcome, findings=findings, opinions=_read_opinions(store, run, outcome.posts)))


def save_recap(recap: Mapping[str, Any], place: Path, *, language: str = "en", reader: str = "team") -> list[str]:
    """Write a wrap-up as a Markdown file or, where the place has another name than FILE.md, into a folder with three
    sheets beside it; returns the files.

    language, reader: see `graphkoc.activate.outcome.recap_text.write_recap`. Raises StoreError where one cannot be
    written.
    """
    page = write_recap(recap, language, reader).encode()
    if place.suffix.lower() == ".md":
        _write(place, page)
        return [str(place)]
    with translate_errors(f"{place} cannot be made", "Name another folder with -o."):
        place.mkdir(parents=True, exist_ok=True)
    sheets = {place / f"{name}.csv": rows for name, rows in list_sheets(recap, reader == "client").items()}
    _write(place / PAGE, page)
    for file, rows in sheets.items():
        write_sheet(file, rows)
    return [str(file) for file in (place / PAGE, *sheets)]


def _write(file: Path, content: bytes) -> None:
    with translate_errors(f"{file} cannot be written", "Is the disk full, or the folder not yours?"):
        replace_file(file, content)


def _find_authors(
    store: Store, run: Run, folder: Path, campaign: Mapping[str, Any], posts: pd.DataFrame
) -> tuple[pd.DataFrame, list[str]]:
    """The posts of a file with the consumers in lists who wrote them, null for those that nobody can tell, and with the
    day where another source has it; and sentences on authors who are not known."""
    accounts = map_persons(run)
    references = References.of(campaign["people"], accounts)
    journal = {
        _fold(entry.get("url")): (entry["consumer"], entry.get("happened_at"))
        for entry in read_journal(folder, campaign["name"])
        if entry["event"] == "posted" and _fold(entry.get("url"))
    }
    listed = {person["consumer"] for person in campaign["people"]}
    theirs = [*listed, *(account for account, consumer in accounts.items() if consumer in listed)]
    reviews = _index_addresses(_read_reviews(store, WRITTEN, theirs))
    strange = [url for url in posts["url"].dropna() if _fold(url) not in {*journal, *reviews}]
    reviews |= _index_addresses(_read_reviews(store, THERE, strange))
    authors, days, unknown = [], [], []
    for row in posts.to_dict("records"):
        address = _fold(row["url"])
        consumer, why = references.find(str(row["consumer"]), SOURCE)
        known, day = journal.get(address, (None, None))
        review = reviews.get(address, {})
        if consumer is None and (known or review):
            consumer = known or accounts.get(review["account"], review["account"])
        if consumer is None:
            unknown.append(why)
        authors.append(consumer)
        stated = [row["posted_at"], day, review.get("created_at")]
        days.append(next((one for one in stated if not is_missing(one)), None))
    posted = pd.to_datetime(pd.Series(days, index=posts.index, dtype=object), utc=True, format="ISO8601")
    found = posts.assign(
        consumer=pd.Series(authors, index=posts.index, dtype=object), posted_at=posted.dt.tz_localize(None)
    )
    notes = [f"the author of {count(len(unknown), 'posts')} is not known: {'; '.join(unknown[:3])}"] if unknown else []
    return found, notes


def _record_posted(
    run: Run, folder: Path, campaign: Mapping[str, Any], posts: pd.DataFrame, file: str, now: datetime
) -> tuple[int, list[str]]:
    """Add the posts of the campaign's people that the journal lacks to it, where their day is known; how many these
    were, and sentences on those that it does not take."""
    names = {one["consumer"]: person_name({"name": None, **one}) for one in campaign["people"]}
    there = {_fold(entry.get("url")) for entry in read_journal(folder, campaign["name"]) if entry["event"] == "posted"}
    rows = [
        {"consumer": row["consumer"], "event": "posted", "happened_at": row["posted_at"], "url": row["url"]}
        | {"filing": row["filing"], "label_seen": row["label_seen"]}
        for row in posts.to_dict("records")
        if row["consumer"] in names and not is_missing(row["posted_at"]) and _fold(row["url"]) not in there
    ]
    done = record(folder, campaign["name"], rows, file, names=names, persons=map_persons(run), now=now)
    return len(done.added), done.not_taken


def _read_reviews(store: Store, query: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The store's reviews that a query finds: review, account, url, rating, text and created_at of each."""
    found = store.read(query, {"ids": sorted(ids)}) if ids else pd.DataFrame()
    rows = found.astype(object).where(found.notna(), None).to_dict("records")
    return [{str(key): cell for key, cell in row.items()} for row in rows]


def _index_addresses(reviews: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {address: row for row in reviews if (address := _fold(row["url"]))}


def _read_opinions(store: Store, run: Run, posts: pd.DataFrame) -> pd.DataFrame:
    """What the store's reviews say of which posts there are: post, rating, constructive and quote.

    A review is a post's where it has its address or, where it has none, is the only one of its author on that day.
    """
    authors = set(posts["consumer"].dropna())
    accounts = map_persons(run)
    theirs = [*authors, *(account for account, consumer in accounts.items() if consumer in authors)]
    reviews = _read_reviews(store, WRITTEN, theirs)
    addresses = _index_addresses(reviews)
    found = []
    for row in posts.to_dict("records"):
        review = addresses.get(_fold(row["url"]))
        if review is None and not is_missing(row["posted_at"]):
            same = [
                one
                for one in reviews
                if accounts.get(one["account"], one["account"]) == row["consumer"]
                and not one["url"]
                and one["created_at"] is not None
                and abs(pd.Timestamp(one["created_at"]).normalize() - row["posted_at"].normalize()) <= DAY
            ]
            review = same[0] if len(same) == 1 else None
        if review is not None:
            found.append({**review, "post": row["post"]})
    table = pd.DataFrame(found, columns=["post", "review", "rating", "text"])
    wanted = ("review", set(table["review"]))
    critical = {row["review"] for row in run.rows("texts", ["review", "constructive"], wanted) if row["constructive"]}
    rated = pd.to_numeric(table["rating"], errors="coerce").astype("float64")
    table = table.assign(rating=rated, quote=table["text"])
    table["constructive"] = table["review"].isin(critical) | find_critical(table["text"], rated)
    return table[["post", "rating", "constructive", "quote"]]


def _fold(url: Any) -> str:
    return "" if is_missing(url) else fold_address(str(url))
