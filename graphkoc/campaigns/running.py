"""Campaigns that run: made of a plan or a sheet, kept up with by status sheets, and shown as they stand on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from graphkoc.activate.outcome.units import read_units
from graphkoc.activate.running.campaign import Wanted, make_campaign
from graphkoc.activate.running.deadlines import list_late
from graphkoc.activate.running.journal import find_standing, read_journal, record
from graphkoc.activate.running.overview import describe_campaign, join_standing
from graphkoc.activate.running.people_sheet import read_people
from graphkoc.activate.running.rates import describe_rates
from graphkoc.activate.running.substitutes import find_substitutes, say_shortfall
from graphkoc.campaigns.reading import read_sheet
from graphkoc.campaigns.showing import show_campaign
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import table_file
from graphkoc.errors import DataError, UsageError
from graphkoc.invite.decisions import list_refused
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.marks import Sheet
from graphkoc.invite.opted_out import list_opted_out
from graphkoc.invite.references import References
from graphkoc.invite.saved import (
    campaigns_folder,
    check_list_name,
    plans_folder,
    read_list,
    read_lists,
    save_list,
)
from graphkoc.runs.run import Run
from graphkoc.stores import Store
from graphkoc.text import count, person_name

__all__ = [
    "find_campaign",
    "list_late_people",
    "list_substitutes",
    "new_campaign",
    "read_campaign",
    "record_events",
    "update_campaign",
]

STATED = ("name", "handle", "url", "platform", "label", "role")
"""What a run adds to the people of a sheet that does not state it."""


def new_campaign(
    store: Store,
    run: Run,
    name: str,
    source: str,
    wanted: Wanted | None = None,
    *,
    encoding: str | None = None,
    today: date | None = None,
) -> dict[str, Any]:
    """Make a campaign of a saved plan or of a sheet of people, and save it beside the runs and in the store.

    source: the name of a plan, or a file (.csv or .xlsx), see `graphkoc.activate.running.people_sheet`. encoding: of a
    text file where it cannot be detected. A campaign of that name is replaced, and its journal goes on. People whom the
    client refused or who may not be contacted are left out, unless the campaign is over. today: by default the day of
    the clock (UTC). Returns {campaign, from, product, client, starts, ends, budget, currency, targets, people, roster,
    reserve, left_out (sentences), not_taken (sentences, of a sheet)}.

    Raises UsageError for an unknown plan and for a name that cannot be, DataError for a sheet that cannot be read, and
    AnalysisError where nobody is left.
    """
    name, wanted = check_list_name(name), wanted or Wanted()
    folder, accounts = campaigns_folder(Path(run.folder)), map_persons(run)
    plans, file = plans_folder(Path(run.folder)), Path(source)
    plan: dict[str, Any] | None = None
    not_taken: list[str] = []
    if file.is_file():
        people, not_taken = _read_people(run, file, accounts, encoding)
    else:
        plan = read_list(plans, source, "plan")
        people = [{**one, "consumer": accounts.get(one["consumer"], one["consumer"])} for one in plan["people"]]
    client = wanted.client or (plan or {}).get("client")
    # A campaign that is over asks nobody: it keeps everybody who was asked.
    over = wanted.ends is not None and wanted.ends < (today or _find_today())
    document, left_out = make_campaign(
        name,
        people,
        wanted,
        plan,
        refused=list_refused(plans, client, accounts) if client and not over else (),
        unwilling=() if over else list_opted_out(run),
    )
    document |= {"from": source if plan is None else plan["name"], "run": run.name}
    save_list(folder, document)
    show_campaign(store, folder, name)
    places = [one["place"] for one in document["people"]]
    return {
        "campaign": name,
        **{
            key: document[key]
            for key in ("from", "product", "client", "starts", "ends", "budget", "currency", "targets")
        },
        "people": len(places),
        "roster": sum(place != "reserve" for place in places),
        "reserve": places.count("reserve"),
        "left_out": left_out,
        "not_taken": not_taken,
    }


def update_campaign(
    store: Store,
    run: Run,
    file: Path,
    campaign: str | None = None,
    *,
    correction: str = "",
    dates: str = "",
    encoding: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Read a status sheet, and add to the journal what it says that is new.

    campaign: the name; may be left out where there is one campaign alone. correction: why rows that contradict the
    journal are right. dates: which part of 03/04/2024 is the day (dmy, mdy or ymd), where the column does not show it.
    encoding: of a text file where it cannot be detected. now: by default the time of the clock. The rows of a person
    are taken together or not at all, and a file that is read twice adds nothing.

    Returns {campaign, file, rows (read), added (entries), known (events that say nothing new), people (with new
    entries), states, not_taken (sentences), notes (sentences)}. Raises UsageError for an unknown campaign, DataError
    for a file that is none, and StoreError where the journal cannot be written.
    """
    folder = campaigns_folder(Path(run.folder))
    document = find_campaign(folder, campaign)
    read = read_sheet(file, "campaign", f"campaign:{document['name']}", dates=dates, encoding=encoding)
    events = read.tables.get("campaign_events")
    rows = [] if events is None else events.astype(object).where(events.notna(), None).to_dict("records")
    named = [{str(name): cell for name, cell in row.items()} for row in rows]
    done = record_events(run, folder, document, named, file.name, "campaign", correction=correction, now=now)
    # Also where nothing is new: the store may have failed when the journal was written.
    show_campaign(store, folder, document["name"])
    standing = find_standing(read_journal(folder, document["name"]), document["people"])
    return {
        "campaign": document["name"],
        "file": str(file),
        "rows": read.rows,
        "added": len(done["added"]),
        "known": done["known"],
        "people": len({entry["consumer"] for entry in done["added"]}),
        "states": {str(state): int(n) for state, n in standing["state"].value_counts().items()},
        "not_taken": [*read.rejected, *done["not_taken"]],
        "notes": read.notes,
    }


def record_events(
    run: Run,
    folder: Path,
    campaign: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    file: str,
    source: str = "",
    *,
    correction: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:
    """Add rows of events to the journal of a campaign, of people as a sheet calls them.

    rows: as in `campaign_events`, consumer being whatever the sheet has of a person. source: the name of the source
    that read them. Returns {added: entries, known: number, not_taken: sentences}. Raises StoreError where the journal
    cannot be written.
    """
    accounts = map_persons(run)
    known = References.of(campaign["people"], accounts)
    found, not_taken = [], dict[str, None]()
    for row in rows:
        consumer, why = known.find(str(row["consumer"]), source)
        if consumer is None:
            not_taken[why] = None
        else:
            found.append({**row, "consumer": consumer})
    names = {one["consumer"]: person_name({"name": None, **one}) for one in campaign["people"]}
    done = record(folder, campaign["name"], found, file, names=names, persons=accounts, correction=correction, now=now)
    return {"added": done.added, "known": done.known, "not_taken": [*not_taken, *done.not_taken]}


def read_campaign(run: Run, campaign: str | None = None, today: date | None = None) -> dict[str, Any]:
    """A campaign as it stands on a day: see `graphkoc.activate.running.overview.describe_campaign`.

    campaign: the name; may be left out where there is one campaign alone. today: by default the day of the clock (UTC).
    Raises UsageError for an unknown campaign.
    """
    folder = campaigns_folder(Path(run.folder))
    document = find_campaign(folder, campaign)
    entries = read_journal(folder, document["name"])
    return describe_campaign(document, entries, read_units(folder, document["name"]), today or _find_today())


def list_late_people(
    run: Run, campaign: str | None = None, language: str = "en", today: date | None = None
) -> dict[str, Any]:
    """Who is late with what in a campaign, by the limits of `graphkoc/activate/running/deadlines.toml`.

    Returns {campaign, day, late: [{consumer, name, rule, days, why, handle, url, platform}], left_out (sentences)}.
    People who declined or may not be contacted are not on it. campaign, today: as in `read_campaign`.
    """
    folder = campaigns_folder(Path(run.folder))
    document, day = find_campaign(folder, campaign), today or _find_today()
    people = join_standing(
        document["people"], find_standing(read_journal(folder, document["name"]), document["people"])
    )
    away = people["consumer"].isin(list_opted_out(run))
    listed = {one["consumer"]: one for one in document["people"]}
    rows = [
        {"consumer": one["consumer"], "name": _name(listed, one["consumer"]), **one}
        | {field: listed.get(one["consumer"], {}).get(field) for field in ("handle", "url", "platform")}
        for one in list_late(people[~away], day, language)
    ]
    hidden = {one["consumer"] for one in list_late(people[away].assign(state="received"), day)}
    left_out = [f"{count(len(hidden), 'people')}: may not be contacted"] if hidden else []
    return {"campaign": document["name"], "day": day.isoformat(), "late": rows, "left_out": left_out}


def list_substitutes(run: Run, campaign: str | None = None, today: date | None = None) -> dict[str, Any]:
    """Who can take the places that people left in a campaign, and how many posts it will end short.

    Returns {campaign, day, substitutes: [{place_of, place_name, state, role, consumer, name, source, platform, handle,
    url, cost}], posts: {live, expected, planned}, sentence, rates (how they were learned; None where too few are
    known)}. A substitute is neither refused by the client nor unwilling, and no rule of their platform forbids what is
    given; see `graphkoc.activate.running.substitutes`. campaign, today: as in `read_campaign`.
    """
    folder = campaigns_folder(Path(run.folder))
    document, day = find_campaign(folder, campaign), today or _find_today()
    found = find_substitutes(run, document, day)
    posts = found["posts"]
    shortfall = say_shortfall(document["name"], posts["planned"], posts["live"], posts["expected"], found["open"])
    rates = found["rates"]
    return {
        "campaign": document["name"],
        "day": day.isoformat(),
        "substitutes": found["substitutes"],
        "posts": posts,
        "sentence": shortfall,
        "rates": None if rates is None else describe_rates(rates, found["campaigns"]),
    }


def find_campaign(folder: Path, name: str | None) -> dict[str, Any]:
    """The campaign of a name, or the only one. UsageError where there is none, and where there are several."""
    if name is not None:
        return read_list(folder, name, "campaign")
    found = read_lists(folder)
    if len(found) != 1:
        names = ", ".join(one["name"] for one in found)
        hint = f"Name one: {names}." if found else "`graphkoc campaign new` makes one."
        raise UsageError("there are several campaigns" if found else "there is no campaign yet", hint=hint)
    return found[0]


def _read_people(
    run: Run, file: Path, accounts: Mapping[str, str], encoding: str | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """The people of a sheet, with what the run knows of them, and sentences on rows that were not taken."""
    cells = table_file.read_cells(file, encodings.check(encoding) if encoding else None)
    everybody = {row["consumer"]: row for row in run.rows("people", ["consumer", *STATED])}
    sheets = [Sheet(name, rows) for name, (rows, _) in cells.items()]
    people, faults = read_people(sheets, References.of(everybody.values(), accounts))
    faults += [f"{one.file}, row {one.row}: {one.reason}" for _, bad in cells.values() for one in bad]
    if not people:
        raise DataError(f"nobody in {file} is in the run {run.name}", hint="; ".join(faults[:3]))
    return [{**everybody[one["consumer"]], **one} for one in people], faults


def _name(people: Mapping[str, Mapping[str, Any]], consumer: str) -> str:
    return person_name({"name": None, **people.get(consumer, {}), "consumer": consumer})


def _find_today() -> date:
    return datetime.now(UTC).date()
