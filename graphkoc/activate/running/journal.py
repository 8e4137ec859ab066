"""The journal of campaigns: what happened with whom, in a ledger that is only added to.

`campaigns/events.jsonl` has an entry a line: at (UTC), campaign (its name), entry (an id), file (that says so), the
consumer in lists, event, happened_at, the DETAILS of `graphkoc.activate.running.history`, and correction, the reason of
an entry that contradicts an earlier one and takes its place. An entry has what was stated, and not more. How things
stand with a person is put together of all their entries, so that what was and what is are both known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.activate.running.events import EVENTS, Event, describe_state
from graphkoc.activate.running.history import DETAILS, Fact, History
from graphkoc.exports.rows import jsonable
from graphkoc.invite.unwilling import ASKED, FILE, find_unwilling
from graphkoc.runs.ledger import Entry, add_entries, read_entries
from graphkoc.text import display_name, is_missing

__all__ = ["FILE", "Recorded", "find_standing", "group_histories", "read_journal", "record"]

EARLY = timedelta(days=1)
"""A day may begin elsewhere before it does in UTC."""
LAST = ("code", "variant", "courier", "tracking", "filing", "label_seen", "decision", "note")
"""Details of which a standing has the one that was stated last."""
TIMES = tuple(f"{event}_at" for event in EVENTS)
UNTIL = ("rights_until", "exclusive_until")
REMARKS = ("decision", "note")
"""Of several lines of a file on one event, those of the first are kept."""
LONGEST = 2_000
"""Characters that are kept of a text."""


@dataclass
class Recorded:
    """What was made of the rows of a file.

    added: the new entries. known: how many rows say nothing new. not_taken: a sentence for each person whose rows were
    not taken.
    """

    added: list[Entry] = field(default_factory=list)
    known: int = 0
    not_taken: list[str] = field(default_factory=list)


def record(
    folder: Path,
    campaign: str,
    rows: Iterable[Mapping[str, Any]],
    file: str,
    *,
    names: Mapping[str, str] | None = None,
    persons: Mapping[str, str] | None = None,
    correction: str = "",
    now: datetime | None = None,
) -> Recorded:
    """Add to the journal what rows say of the people of a campaign, where it is new.

    folder: as `graphkoc.invite.saved.campaigns_folder` gives it. campaign: its name. rows: consumer (of the list),
    event, happened_at (a time, or missing) and what is known of DETAILS. file: that they are from. names: of the
    people, for sentences. persons: as in `graphkoc.invite.unwilling.find_unwilling`. correction: why rows that
    contradict the journal are right; they then take the place of what they contradict. now: by default the time of the
    clock.

    The rows of a person are taken together or not at all. Where two write at once the second sees what the first has
    written. Raises StoreError when the journal cannot be written; it is then as it was.
    """
    done = Recorded()
    at = (now or datetime.now(UTC)).isoformat(timespec="seconds")
    by_person: dict[str, list[Entry]] = {}
    for row in rows:
        entry = {"at": at, "campaign": campaign, "entry": "", "file": file, **_read_row(row)}
        by_person.setdefault(entry["consumer"], []).append(entry)

    def make(held: list[Entry]) -> Sequence[Entry]:
        mine = group_histories(_select(held, campaign))
        objections = find_unwilling(held, persons)
        for consumer, entries in by_person.items():
            objection = objections.get((persons or {}).get(consumer, consumer))
            fresh, why = _check(mine.get(consumer, History()), entries, objection, correction.strip())
            if why:
                done.not_taken.append(f"{display_name((names or {}).get(consumer, '')) or consumer}: {why}")
            else:
                done.known += len(entries) - len(fresh)
                done.added += fresh
        for number, entry in enumerate(done.added, len(held) + 1):
            entry["entry"] = f"campaign:{number}"
        return done.added

    add_entries(folder / FILE, make)
    return done


def read_journal(folder: Path, campaign: str | None = None) -> list[Entry]:
    """The entries of a campaign, or of all, the oldest first. StoreError when the journal cannot be read."""
    return _select(read_entries(folder / FILE), campaign)


def group_histories(entries: Iterable[Entry]) -> dict[str, History]:
    """What is known of each person in one campaign, by consumer; entries in the journal's order."""
    found: dict[str, History] = {}
    for entry in entries:
        found.setdefault(entry["consumer"], History()).add(entry)
    return found


def find_standing(entries: Iterable[Entry], people: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """How things stand with the people of one campaign, a row for each, those of the list first and in its order.

    entries: of the campaign, in the journal's order. people: of its list: consumer and place. Columns: consumer, state
    (`graphkoc.activate.running.events.STATES`), since, EVENT_at for each event (of posted the first, else the last,
    UTC), posts (those that were not taken down), urls (list of their addresses, as far as they are known), paid (the
    sum, NaN where no amount is stated), quantity (units sent), rights_until and exclusive_until (the last of each), and
    code, variant, courier, tracking, filing, label_seen, decision and note as stated last, None where they are not.
    """
    histories = group_histories(entries)
    places = {person["consumer"]: person.get("place") for person in people}
    order = [*places, *(consumer for consumer in histories if consumer not in places)]
    rows = [_describe(consumer, histories.get(consumer, History()), places.get(consumer)) for consumer in order]
    columns = ["consumer", "state", "since", *TIMES, "posts", "urls", "paid", "quantity", *UNTIL, *LAST]
    table = pd.DataFrame(rows, columns=columns)
    for name in ("since", *TIMES, *UNTIL):
        table[name] = (
            pd.to_datetime(table[name], format="ISO8601", utc=True).dt.tz_localize(None).astype("datetime64[us]")
        )
    table[list(LAST)] = table[list(LAST)].astype(object).where(table[list(LAST)].notna(), None)
    return table.astype({"posts": "int64", "paid": "float64", "quantity": "float64"})


def _describe(consumer: str, history: History, place: str | None) -> dict[str, Any]:
    current, live = history.find_current(), history.list_live()
    facts = {event: history.list_facts(event) for event in EVENTS}
    amounts = [float(fact.details["amount"]) for fact in facts["paid"] if "amount" in fact.details]
    sent = [float(fact.details.get("quantity", 1)) for fact in facts["shipped"]]
    ordered = sorted(history.facts.values(), key=lambda fact: (fact.time, fact.stage))
    last = {name: value for fact in ordered for name, value in fact.details.items()}
    return {
        "consumer": consumer,
        "state": current.event if current else "reserve" if place == "reserve" else "planned",
        "since": current and current.time,
        **{
            f"{event}_at": found[0 if event == "posted" else -1].time if found else None
            for event, found in facts.items()
        },
        "posts": len(live),
        "urls": [fact.details["url"] for fact in live if fact.details.get("url")],
        "paid": sum(amounts) if amounts else None,
        "quantity": sum(sent) if sent else None,
        **{name: last.get(name) for name in (*UNTIL, *LAST)},
    }


def _check(
    history: History, entries: Sequence[Entry], objection: Mapping[str, Any] | None, correction: str
) -> tuple[list[Entry], str]:
    """Which entries of a person are new, or why none of them can be taken."""
    fresh: list[Entry] = []
    of_file: list[Fact] = []
    furthest = max((EVENTS[entry["event"]].stage or 0 for entry in entries if entry["event"] in EVENTS), default=0)
    for entry in sorted(entries, key=_order):
        if why := _find_fault(history, entry):
            return [], why
        # Of several events without a time the furthest says how things are now, and the others how it came to that.
        passed = not entry["happened_at"] and (EVENTS[entry["event"]].stage or 0) < furthest
        refused = _is_asked_again(history, entry, objection)
        if not refused and not passed and (older := _find_older(history, entry)) is not None:
            return [], _say_backwards(older, entry)
        if (fact := history.find(entry)) is not None and any(fact is one for one in of_file):
            entry = {name: value for name, value in entry.items() if name not in REMARKS}
            if difference := history.find_difference(entry):
                return [], f"the file says two things of {describe_state(entry['event'])}: {difference}"
        if not refused and history.knows(entry):
            of_file += [] if fact is None else [fact]
            continue
        contradicted = {} if passed else history.find_contradicted(entry)
        if refused and objection is not None and not (correction and entry["happened_at"]):
            return [], _say_unwilling(objection, entry)
        if contradicted and not correction:
            return [], _say_backwards(max(contradicted.values(), key=lambda fact: fact.stage), entry)
        stated = {name: value for name, value in entry.items() if value is not None}
        if correction and (contradicted or refused):
            stated["correction"] = correction[:LONGEST]
        of_file.append(history.add(stated))
        if not correction and (pair := history.find_conflict()) is not None:
            return [], f"{describe_state(entry['event'])} cannot be moved: {_say_order(*pair)}"
        fresh.append(stated)
    return fresh, ""


def _find_fault(history: History, entry: Entry) -> str:
    """Why an entry cannot be one of the journal; empty for one that can."""
    event, happened = entry["event"], entry["happened_at"]
    if event not in EVENTS:
        return f"{display_name(str(event)) or 'nothing'} is no event ({', '.join(EVENTS)})"
    if event == "posted" and not happened and history.find(entry) is None:
        return "a post needs the day on which it appeared"
    if happened and datetime.fromisoformat(happened).replace(tzinfo=UTC) > datetime.fromisoformat(entry["at"]) + EARLY:
        return f"{describe_state(event)} on {_write_day(happened)} is still to come"
    return ""


def _find_older(history: History, entry: Entry) -> Fact | None:
    """The current fact, where an entry without a time is of an earlier step that another file has already."""
    stage, current, stated = EVENTS[entry["event"]].stage, history.find_current(), history.find(entry)
    if entry["happened_at"] or not stage or current is None or stated is None or entry["file"] in stated.files:
        return None
    return current if current.stage > stage else None


def _is_asked_again(history: History, entry: Entry, objection: Mapping[str, Any] | None) -> bool:
    """Whether an entry records that somebody was asked, or accepted, after they objected to it."""
    if objection is None or entry["event"] not in ASKED:
        return False
    objected = str(objection.get("happened_at") or objection.get("at"))[:10]
    if entry["happened_at"]:
        return bool(entry["happened_at"][:10] > objected) and not history.knows(entry)
    return history.find(entry) is None


def _say_backwards(older: Fact, entry: Entry) -> str:
    new = f"{describe_state(entry['event'])}" + (
        f" on {_write_day(entry['happened_at'])}" if entry["happened_at"] else ""
    )
    return f"{new} contradicts the journal, which has {describe_state(older.event)} on {_write_day(older.time)}"


def _say_order(earlier: Fact, later: Fact) -> str:
    days = (f"{describe_state(fact.event)} on {_write_day(fact.time)}" for fact in (earlier, later))
    return " would come after ".join(days)


def _say_unwilling(objection: Mapping[str, Any], entry: Entry) -> str:
    day = _write_day(str(objection.get("happened_at") or objection.get("at")))
    objected = "withdrew their consent" if objection["event"] == "withdrawn" else "asked not to be contacted"
    return f"{describe_state(entry['event'])}, though they {objected} on {day} (campaign {objection.get('campaign')})"


def _order(entry: Entry) -> tuple[bool, bool, str, int]:
    """Entries with a day before those without one, and of these what undoes others first, then by day and stage."""
    kind = EVENTS.get(entry["event"], Event(None, "", ""))
    return not entry["happened_at"], kind.reopens is None, (entry["happened_at"] or "")[:10], kind.stage or 0


def _read_row(row: Mapping[str, Any]) -> Entry:
    """What a row states, in the journal's form: times as ISO 8601 in UTC without a zone, days without a time."""
    found = {name: _read_value(row.get(name)) for name in ("consumer", "event", "happened_at", *DETAILS)}
    return {**found, "consumer": str(found["consumer"]), "event": str(found["event"] or "")}


def _read_value(value: Any) -> Any:
    if is_missing(value) or value == "":
        return None
    if isinstance(value, datetime):
        plain = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
        return plain.date().isoformat() if plain == datetime.combine(plain.date(), time.min) else plain.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value[:LONGEST] if isinstance(value, str) else jsonable(value)


def _select(entries: Iterable[Entry], campaign: str | None) -> list[Entry]:
    """The entries that are whole, of a campaign or of all."""
    return [
        entry
        for entry in entries
        if isinstance(entry.get("consumer"), str)
        and entry.get("event") in EVENTS
        and isinstance(entry.get("at"), str)
        and campaign in (None, entry.get("campaign"))
    ]


def _write_day(moment: str) -> str:
    day = date.fromisoformat(moment[:10])
    return f"{day.day} {day:%B %Y}"
