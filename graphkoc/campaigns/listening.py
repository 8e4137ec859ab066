"""Listening: answers are read as feedback and summed up as findings; replies say what became of these."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import pandas as pd

from graphkoc.annotations import find_settings
from graphkoc.campaigns.heard import find_list, hear, list_with_answers
from graphkoc.campaigns.people_files import write_texts
from graphkoc.campaigns.products import find_products
from graphkoc.campaigns.reading import read_sheet
from graphkoc.campaigns.showing import show_campaign
from graphkoc.errors import UsageError
from graphkoc.invite.flags import OPTED_OUT
from graphkoc.invite.listening.feedback import add_answers, make_answer
from graphkoc.invite.listening.finding_status import add_status
from graphkoc.invite.listening.points import name_point
from graphkoc.invite.listening.replies import gather_replies, list_reply_languages, write_reply
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.opted_out import list_opted_out
from graphkoc.invite.references import References
from graphkoc.invite.saved import campaigns_folder
from graphkoc.qualify.remarks.spoken import detect_languages
from graphkoc.runs.run import Run
from graphkoc.stores import Store
from graphkoc.text import count, person_name, text_or_none

__all__ = ["read_findings", "record_feedback", "reply_to_answers", "set_finding"]

SOURCE: Literal["feedback"] = "feedback"


def record_feedback(
    store: Store,
    run: Run,
    file: Path,
    campaign: str,
    *,
    dates: str = "",
    encoding: str | None = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Read a file of answers, and keep them as feedback of a campaign or focus group.

    Feedback is a ledger of its own, and a node of its own in the graph: it is no review, and no score, plan or share of
    voice reads it. campaign: the name.
    dates, encoding: see `graphkoc.campaigns.reading.read_sheet`. Returns {file, campaign, rows, people, new, known,
    not_taken (sentences), notes}. Raises UsageError for an unknown campaign, DataError for a file that cannot be read
    and StoreError where the ledger or the store cannot be written.
    """
    listed = find_list(run, campaign)
    name = str(listed["name"])
    sheet = read_sheet(file, SOURCE, f"{listed['kind']}:{name}", dates=dates, encoding=encoding)
    rows = sheet.tables[SOURCE].to_dict("records") if SOURCE in sheet.tables else []
    people = References.of(listed["people"], map_persons(run))
    named = [text_or_none(row["product"]) or listed.get("product") or "" for row in rows]
    products = {asked: found for asked, (found, _) in find_products(store, named).items()}
    answers, refused = [], []
    for row, product in zip(rows, named, strict=True):
        consumer, why = people.find(str(row["consumer"]), SOURCE)
        answer = make_answer(name, file.name, consumer or "", products.get(product, product) or None, row, now)
        if consumer is None:
            refused.append(why)
        elif answer["rating"] is None and not (answer["text"] or "").strip():
            refused.append(f"{consumer} says nothing")
        else:
            answers.append(answer)
    folder = campaigns_folder(Path(run.folder))
    added = add_answers(folder, answers)
    show_campaign(store, folder, name)
    return {
        "file": str(file),
        "campaign": name,
        "rows": sheet.rows,
        "people": len({answer["consumer"] for answer in answers}),
        "new": len(added),
        "known": len(answers) - len(added),
        "not_taken": [*sheet.rejected, *dict.fromkeys(refused)],
        "notes": list(sheet.notes),
    }


def read_findings(store: Store, run: Run, name: str | None = None, *, language: str = "en") -> list[dict[str, Any]]:
    """The findings of a campaign or group, or of all of them; see
    `graphkoc.invite.listening.findings.describe_findings`.

    Raises UsageError for an unknown name or language, and where nobody has answered.
    """
    return [heard.describe(language) for heard in hear(store, run, list_with_answers(run, name))]


def set_finding(
    store: Store,
    run: Run,
    finding: str,
    *,
    campaign: str | None = None,
    status: str | None = None,
    owner: str | None = None,
    due: date | None = None,
    note: str | None = None,
) -> dict[str, Any]:
    """Record what became of a finding: {campaign, finding, theme, status, owner, due, note, at}.

    finding: its id. campaign: needed where several have a finding of that id. What is not given stays as it is. Raises
    UsageError for an unknown finding or status and where nothing is given, and StoreError where it cannot be written.
    """
    heard = hear(store, run, list_with_answers(run, campaign))
    points = {one.listed["name"]: one.list_points() for one in heard}
    having = [name for name, ids in points.items() if finding in ids]
    if not having:
        ids = sorted({one for found in points.values() for one in found})
        hint = f"There are: {', '.join(ids)}." if ids else "Nobody who answered raises what somebody else does."
        raise UsageError(f"there is no finding {finding!r}", hint=hint)
    if len(having) > 1:
        raise UsageError(f"{' and '.join(having)} have a finding {finding}", hint="Say which: --campaign NAME.")
    point = points[having[0]][finding]
    folder = campaigns_folder(Path(run.folder))
    entry = add_status(folder, having[0], finding, point, status=status, owner=owner, due=due, note=note)
    shown = {key: entry.get(key) for key in ("campaign", "finding", "status", "owner", "due", "note", "at")}
    return shown | {"theme": name_point(point.words, "en")}


def reply_to_answers(
    store: Store,
    run: Run,
    name: str | None = None,
    folder: Path | None = None,
    *,
    brand: str = "",
    sender: str = "",
) -> dict[str, Any]:
    """Draft what to tell the people who raised findings that are done, taken or declined, in their language.

    name: of a campaign or group; all by default. folder: write a text file for each person into it. brand: by default
    the client of the list, or the run's own brand. sender: who writes. Whoever may not be contacted gets no reply.

    Returns {folder, replies: [{campaign, consumer, name, language, findings (ids), file, text}], left_out (sentences)}.
    Raises UsageError as `read_findings` does and where no brand is known, and StoreError where a file cannot be
    written.
    """
    unwilling = list_opted_out(run)
    own = find_settings(run).brand
    replies: list[dict[str, Any]] = []
    left_out = 0
    for heard in hear(store, run, list_with_answers(run, name)):
        listed = heard.listed
        raised = gather_replies(heard.describe()["findings"])
        left_out += sum(consumer in unwilling for consumer in raised)
        spoken = detect_languages(pd.DataFrame(heard.answers, columns=["consumer", "text"]))
        called = brand or listed.get("client") or (own.own[0] if own and own.own else "")
        if raised and not called:
            raise UsageError("no brand is known that the replies are from", hint="Add --brand NAME.")
        people = {person["consumer"]: person for person in listed["people"]}
        stated = listed.get("product") or ""
        _, product = find_products(store, [stated]).get(stated, (stated, stated))
        for consumer, points in raised.items():
            if consumer in unwilling:
                continue
            shown = person_name({"name": None} | people.get(consumer, {}) | {"consumer": consumer})
            language = spoken.get(consumer, "en")
            language = language if language in list_reply_languages() else "en"
            text = write_reply(language, shown, called, points, product=product, sender=sender)
            ids = [point["finding"] for point in points]
            replies.append({"campaign": listed["name"], "consumer": consumer, "name": shown, "language": language})
            replies[-1] |= {"findings": ids, "file": None, "text": text}
    if folder is not None:
        write_texts(folder, replies, ".txt")
    sentences = [f"{count(left_out, 'people')}: {OPTED_OUT}"] if left_out else []
    return {"folder": None if folder is None else str(folder), "replies": replies, "left_out": sentences}
