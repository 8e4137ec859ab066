"""Saved lists as files for other tools, with contacts of those who consent where the user names a file of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.campaigns.sheets import check_sheet, write_sheet
from graphkoc.capture.contact_book import Book, match_people, read_contact_book
from graphkoc.capture.contacts import find_key
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.invite.decisions import list_refused
from graphkoc.invite.flags import OPTED_OUT, REFUSED, list_flags
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.presets import CONTACTS, Preset, build_table, find_preset
from graphkoc.invite.profile import clean_url, describe_profile
from graphkoc.invite.saved import ROSTER, campaigns_folder, check_list_name, plans_folder, read_list, read_lists
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.pipeline import check_key
from graphkoc.runs.run import Run
from graphkoc.stores import Store
from graphkoc.text import count, person_name

__all__ = ["export_list"]

ACCOUNTS = (
    "UNWIND $ids AS id MATCH (c:Consumer {consumer: id})"
    " OPTIONAL MATCH (c)-[:BELONGS_TO]->(:Person)<-[:BELONGS_TO]-(o:Consumer)"
    " RETURN id AS consumer, o.consumer AS account"
)
STATED = (
    "UNWIND $ids AS id MATCH (c:Consumer {consumer: id})"
    " RETURN c.consumer AS account, c.consent AS consent, c.contact_key AS contact_key"
)


def export_list(
    store: Store,
    run: Run,
    name: str,
    preset: str,
    file: Path,
    *,
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    contacts: Path | None = None,
    key_file: Path | None = None,
    encoding: str | None = None,
) -> dict[str, Any]:
    """Write a saved plan or group as a file of a preset; see `graphkoc.invite.presets`.

    kind: of the list, campaign, plan or focus-group; where there is no campaign of that name its plan is meant. Any
    kind by default. columns: of the file, in place of the preset's own: the
    name of each = our field. contacts: a file of a CRM, whose names, addresses and numbers are joined for people who
    consent, and are written into this file alone. key_file: of the secret for contacts, as a load has it. encoding: of
    a text file where it cannot be detected. People who may not be contacted, whom the client of the list has refused
    since, and who are no longer in the store are left out.

    Returns {file, preset, list, people, with_contacts, left_out (sentences), notes (sentences)}. Raises UsageError for
    an unknown list, preset or field, DataError for a file of contacts that cannot be read or a secret that is not the
    store's, and AnalysisError where nobody is left.
    """
    check_sheet(file)
    if contacts is not None and file.resolve() == contacts.resolve():
        raise UsageError(f"{file} is the file of contacts itself", hint="Name another file to write.")
    chosen = find_preset(preset, columns)
    folder, campaigns = plans_folder(Path(run.folder)), campaigns_folder(Path(run.folder))
    saved = _read_list(folder, campaigns, name, kind)
    accounts = map_persons(run)
    refused = list_refused(folder, saved["client"], accounts) if saved.get("client") else set()
    unwilling = list_unwilling(campaigns, accounts)
    people = _list_people(store, run, saved["people"])
    book, notes = _join_contacts(store, people, contacts, key_file, encoding) if contacts else (Book(), [])
    why = Counter[str]()
    kept = []
    for person in people:
        consents = {person["consent"], book.consents.get(person["consumer"])}
        if person["consumer"] in unwilling:
            consents.add("no")
        if reason := _find_obstacle(person, consents, refused, chosen):
            why[reason] += 1
        else:
            kept.append({**person, **(book.fields.get(person["consumer"], {}) if "yes" in consents else {})})
    left_out = [f"{count(number, 'people')}: {reason}" for reason, number in why.items()]
    if not kept:
        raise AnalysisError(f"nobody on the list {name} is left to export", hint="; ".join(left_out) + ".")
    rows, phones = build_table(chosen, kept, contacts is not None)
    write_sheet(file, rows, verbatim=phones)
    return {
        "file": str(file),
        "preset": chosen.name,
        "list": saved["name"],
        "people": len(kept),
        "with_contacts": sum(any(person.get(field) for field in CONTACTS) for person in kept),
        "left_out": left_out,
        "notes": notes,
    }


def _read_list(folder: Path, campaigns: Path, name: str, kind: str | None) -> dict[str, Any]:
    """The campaign of a name, where a campaign may be meant and there is one; else the saved list of that name."""
    if kind in (None, "campaign"):
        if any(one["name"] == check_list_name(name) for one in read_lists(campaigns)):
            return _add_states(read_list(campaigns, name), read_journal(campaigns, check_list_name(name)))
        return read_list(folder, name, kind and "plan")
    return read_list(folder, name, kind)


def _add_states(campaign: dict[str, Any], entries: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A campaign whose people have the state that the journal gives them as their status."""
    standing = find_standing([dict(entry) for entry in entries], campaign["people"])
    states = dict(zip(standing["consumer"], standing["state"], strict=True))
    return campaign | {"people": [one | {"status": states[one["consumer"]]} for one in campaign["people"]]}


def _find_obstacle(
    person: Mapping[str, Any], consents: Collection[str | None], refused: Collection[str], preset: Preset
) -> str | None:
    """Why a person on a list is not in its file; None for one who is."""
    if not person["accounts"]:
        return "no longer in the store"
    if "no" in consents:
        return OPTED_OUT
    if person["consumer"] in refused:
        return REFUSED
    if preset.places and person["place"] not in preset.places:
        return f"{person['place']}, and this preset takes {' and '.join(preset.places)} alone"
    return None


def _list_people(store: Store, run: Run, listed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The fields of each person on a list that need no contact, and their accounts as the store has them now."""
    ids = [one["consumer"] for one in listed]
    found = store.read(ACCOUNTS, {"ids": ids})
    accounts: dict[str, set[str]] = {}
    for consumer, account in zip(found["consumer"], found["account"], strict=True):
        accounts.setdefault(consumer, {consumer}).update({account} if isinstance(account, str) else ())
    stated = store.read(STATED, {"ids": sorted(set().union(*accounts.values()))}).set_index("account")
    stated = stated.astype(object).where(stated.notna(), None)
    whose, flags = map_persons(run), list_flags(run)
    wanted = {whose.get(one, one) for one in ids}
    known = {row["consumer"]: row for row in run.rows("people", where=("consumer", wanted))}
    people = []
    for one in listed:
        mine = stated.loc[sorted(accounts.get(one["consumer"], ()))]
        consents = set(mine["consent"])
        keys = sorted({key for cell in mine["contact_key"] if cell for key in cell.split()})
        consumer = whose.get(one["consumer"], one["consumer"])
        profile = describe_profile(known.get(consumer, {}), one)
        more = {field: value for field, value in one.items() if field not in CONTACTS}
        people.append(
            more
            | profile
            | {
                "consumer": consumer,
                "name": person_name({"name": profile["name"], "consumer": consumer}),
                "profile_name": profile["handle"] or profile["name"],
                "url": clean_url(profile["url"]),
                "place": one.get("place") or ROSTER,
                "price": one.get("selling"),
                "flags": list(dict.fromkeys([*flags.get(consumer, []), *one.get("flags", [])])),
                "consent": next((word for word in ("no", "yes") if word in consents), "unknown"),
                "contact_key": " ".join(keys),
                "accounts": set(mine.index),
            }
        )
    return people


def _join_contacts(
    store: Store, people: Sequence[Mapping[str, Any]], file: Path, key_file: Path | None, encoding: str | None
) -> tuple[Book, list[str]]:
    """What a CRM's file says of these people, and sentences on what could not be told."""
    secret = find_key(key_file)
    if secret is not None:
        check_key(store, secret)
    entries, bad = read_contact_book(file, secret, encoding)
    accounts = {account: person["consumer"] for person in people for account in person["accounts"]}
    ids = sorted({known for entry in entries for known in entry.ids})
    strangers = set(store.read(STATED, {"ids": ids})["account"]) - set(accounts)
    keys = {person["consumer"]: set(person["contact_key"].split()) for person in people}
    book = match_people(entries, accounts, keys, strangers)
    notes = []
    if secret is None:
        notes.append("there is no key, so people were found by customer id alone (--key-file names one)")
    if book.unclear:
        notes.append(f"{count(book.unclear, 'rows')} of {file.name} fit several people, and gave no contact")
    if bad:
        notes.append(f"{count(bad, 'rows')} of {file.name} cannot be read, and may hold a refusal")
    return book, notes
