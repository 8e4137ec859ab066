"""Lists of people: the client's sheet, and what comes back of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from graphkoc.campaigns.sheets import check_sheet, write_sheet
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import table_file
from graphkoc.invite import decisions
from graphkoc.invite.decisions import decide_now, find_standing, list_refused
from graphkoc.invite.longlist import CHOICES, build_rows, choose_people, list_quoted, map_persons
from graphkoc.invite.marks import Sheet, read_marks
from graphkoc.invite.saved import campaigns_folder, plans_folder, read_list, read_lists
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.runs.run import Run
from graphkoc.stores import Store

__all__ = ["map_persons", "record_decisions", "write_longlist"]

TEXTS = "UNWIND $ids AS id MATCH (r:Review {review: id}) RETURN r.review AS review, r.text AS text"


def write_longlist(
    store: Store,
    run: Run,
    file: Path,
    *,
    niche: str | None = None,
    limit: int | None = None,
    client: str | None = None,
    plan: str | None = None,
) -> dict[str, Any]:
    """Write the sheet on which a client decides whom to invite; its columns are `graphkoc.invite.longlist.COLUMNS`.

    niche: only its people, by id or name. limit: the most people. client: whose refusals are kept; by default the
    client of the plan. plan: a saved plan or group, whose people come instead of the key opinion consumers by rank.
    Returns {file, client, people, left_out (sentences)}. Raises UsageError for an unknown niche or list and for a file
    of another kind, and AnalysisError where nobody is left.
    """
    check_sheet(file)
    folder = plans_folder(Path(run.folder))
    saved = None if plan is None else read_list(folder, plan)
    client, accounts = client or (saved or {}).get("client"), map_persons(run)
    refused = list_refused(folder, client, accounts) if client else ()
    unwilling = list_unwilling(campaigns_folder(Path(run.folder)), accounts)
    people, left_out = choose_people(run, niche, limit, refused, None if saved is None else saved["people"], unwilling)
    ids = sorted({review for person in people for review in list_quoted(person)})
    found = store.read(TEXTS, {"ids": ids}).dropna()
    rows = build_rows(run, people, dict(zip(found["review"], found["text"], strict=True)))
    write_sheet(file, rows, CHOICES)
    return {"file": str(file), "client": client, "people": len(rows), "left_out": left_out}


def record_decisions(run: Run, file: Path, client: str, encoding: str | None = None) -> dict[str, Any]:
    """Read a client's sheet, however it was changed, and add its decisions to the journal beside the runs.

    A person may be on it who is in the run or on a saved list. encoding: of a text file where it cannot be detected.
    Returns {file, client, people (rows that name one), yes, no, reserve, new (decisions that were not known),
    not_read: [{sheet, row, person, why}], unread (columns with marks that were not read)}. Raises DataError for a file
    without ids or decisions, UsageError for a client without a name, and StoreError where the journal cannot be
    written.
    """
    folder = plans_folder(Path(run.folder))
    accounts = map_persons(run)
    whose = {person["consumer"]: person["consumer"] for one in read_lists(folder) for person in one["people"]}
    whose |= {row["consumer"]: row["consumer"] for row in run.rows("people", ["consumer"])} | accounts
    asked = encodings.check(encoding) if encoding else None
    cells = table_file.read_cells(file, asked)
    read = read_marks([Sheet(name, rows) for name, (rows, _) in cells.items()], whose)
    made = [decide_now(client, mark.consumer, mark.decision, mark.reason, file.name) for mark in read.marks]
    standing = find_standing(decisions.read(folder), client, accounts)
    known = {consumer: (one.decision, one.reason) for consumer, one in standing.items()}
    new = [one for one in made if known.get(one.consumer) != (one.decision, one.reason)]
    if new:
        decisions.append(folder, new)
    faults = [asdict(fault) for fault in read.faults]
    faults += [
        {"sheet": one.file, "row": one.row, "person": "", "why": one.reason} for _, bad in cells.values() for one in bad
    ]
    counts = Counter(mark.decision for mark in read.marks)
    return {
        "file": str(file),
        "client": client,
        "people": read.people,
        **{decision: counts[decision] for decision in decisions.DECISIONS},
        "new": len(new),
        "not_read": faults,
        "unread": read.unread,
    }
