"""Briefs: a campaign, its journal and what became of findings, as one page for each person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.activate.running.journal import find_standing, read_journal
from graphkoc.campaigns.heard import Heard, find_list, hear, list_known
from graphkoc.campaigns.people_files import write_texts
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.files import replace_file, translate_errors
from graphkoc.invite.flags import OPTED_OUT
from graphkoc.invite.listening.brief import write_brief
from graphkoc.invite.listening.feedback import read_answers
from graphkoc.invite.listening.finding_states import CLOSED, FINDING_LANGUAGES
from graphkoc.invite.listening.search_terms import assign_terms, find_terms
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.opted_out import list_opted_out
from graphkoc.invite.profile import describe_profile
from graphkoc.invite.references import References
from graphkoc.invite.rules import INCENTIVES, Checked, check_invitations
from graphkoc.invite.saved import campaigns_folder, plans_folder, read_lists
from graphkoc.runs.run import Run
from graphkoc.stores import Store
from graphkoc.text import count, person_name

__all__ = ["write_briefs"]

GONE = ("declined", "lost", "returned", "withdrawn", "do_not_contact")
"""States in which nobody needs a brief."""
FILING = "filing_number"
GIVEN = "gift"
"""What a post is taken to be given for where the list does not say it: a product is sent."""
FROM_JOURNAL = ("variant", "code", "filing", "rights_until", "exclusive_until")
SUFFIX = ".md"


def write_briefs(
    store: Store,
    run: Run,
    name: str,
    output: Path,
    *,
    person: str | None = None,
    language: str | None = None,
) -> dict[str, Any]:
    """Write the briefs of a campaign, a Markdown page for each person who is invited.

    name: of a campaign, plan or group. output: a folder, or with `person` (id, handle, name or address) the file of
    theirs. language: en or zh; by default Chinese for those who write Chinese, else English. Labels and filing come
    from `graphkoc.invite.rules`, search terms from what is written about the product, and what became of findings from
    every campaign and group about the same product.

    Returns {campaign, briefs: [{consumer, name, language, terms, label, findings (ids), file}], left_out (sentences),
    notice}. Raises UsageError for an unknown campaign, person or language, AnalysisError where nobody is left, and
    StoreError where a file cannot be written.
    """
    if language not in (None, *FINDING_LANGUAGES):
        raise UsageError(f"there is no brief in {language!r}", hint=f"There are: {', '.join(FINDING_LANGUAGES)}.")
    listed = _add_plan(run, find_list(run, name))
    wanted = None if person is None else _find_person(run, listed, person)
    if wanted is None and output.suffix:
        raise UsageError(f"{output} is a file, and there are several briefs", hint="Name a folder, or --person.")
    related = hear(store, run, _list_related(run, listed))
    people, left_out = _list_people(run, listed, wanted)
    spoken = {one["consumer"]: language or one["language"] for one in people}
    checked = {used: _check_rules(run, listed, people, used) for used in set(spoken.values())}
    allowed = {consumer for one in checked.values() for consumer in one.people.query("allowed")["consumer"]}
    left_out += [
        f"{one['name']}: {row['sentence']}"
        for one in people
        for row in checked[spoken[one["consumer"]]].people.to_dict("records")
        if row["consumer"] == one["consumer"] and not row["allowed"]
    ]
    people = [one for one in people if one["consumer"] in allowed]
    if not people:
        raise AnalysisError(
            f"nobody in {listed['name']} is to get a brief", hint="; ".join(left_out) or "Ask somebody."
        )
    findings = [
        finding
        for heard in related
        if heard.answers
        for finding in heard.describe()["findings"]
        if finding["status"] in CLOSED
    ]
    given = assign_terms(_find_terms(related[0]), {one["consumer"]: spoken[one["consumer"]] for one in people})
    briefs = []
    for one in people:
        consumer, used = one["consumer"], spoken[one["consumer"]]
        (rule,) = checked[used].people.query("consumer == @consumer").to_dict("records")
        label = rule["label"] if isinstance(rule["label"], str) else None
        needs = FILING in rule["fields"]
        text = write_brief(listed, one, used, label=label, needs_filing=needs, terms=given[consumer], findings=findings)
        row = {"consumer": consumer, "name": one["name"], "language": used, "terms": given[consumer], "label": label}
        briefs.append(row | {"findings": [finding["id"] for finding in findings], "file": None, "text": text})
    _write(output, briefs, wanted is not None)
    notice = next(iter(checked.values())).notice
    kept = [{key: value for key, value in brief.items() if key != "text"} for brief in briefs]
    return {"campaign": listed["name"], "briefs": kept, "left_out": left_out, "notice": notice}


def _write(output: Path, briefs: list[dict[str, Any]], alone: bool) -> None:
    """One brief into a file, or each into a file of a folder."""
    if alone and output.suffix:
        with translate_errors(f"{output} cannot be written", "Is the disk full, or the folder not yours?"):
            replace_file(output, briefs[0]["text"].encode())
        briefs[0]["file"] = str(output)
    else:
        write_texts(output, briefs, SUFFIX)


def _add_plan(run: Run, listed: dict[str, Any]) -> dict[str, Any]:
    """A campaign with what only its plan keeps: the calendar, the tags, and the rules that were set aside."""
    plans = {one["name"]: one for one in read_lists(plans_folder(Path(run.folder))) if one["kind"] == "plan"}
    plan = plans.get(listed.get("plan") or "", {})
    return {key: plan[key] for key in ("calendar", "tags", "overrides") if key in plan} | listed


def _find_person(run: Run, listed: Mapping[str, Any], text: str) -> str:
    consumer, why = References.of(listed["people"], map_persons(run)).find(text)
    if consumer is None:
        raise UsageError(why, hint="Give an id, a handle or a name of the list.")
    return consumer


def _list_related(run: Run, listed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The list itself, and the campaigns and groups about the same product whose people answered."""
    asked, known = {entry["campaign"] for entry in read_answers(campaigns_folder(Path(run.folder)))}, list_known(run)
    others = [known[name] for name in sorted(asked - {listed["name"]}) if name in known]
    product = _fold(listed.get("product"))
    return [dict(listed), *(one for one in others if product and _fold(one.get("product")) == product)]


def _list_people(run: Run, listed: Mapping[str, Any], wanted: str | None) -> tuple[list[dict[str, Any]], list[str]]:
    """The people who are to get a brief, with what list, run and journal have of each, and who is left out."""
    name, opted_out, accounts = str(listed["name"]), list_opted_out(run), map_persons(run)
    entries = read_journal(campaigns_folder(Path(run.folder)), name)
    standing = find_standing(entries, listed["people"]).set_index("consumer")
    ids = {accounts.get(one["consumer"], one["consumer"]) for one in listed["people"]}
    known = {row["consumer"]: row for row in run.rows("people", where=("consumer", ids))}
    people, reasons = [], []
    for one in listed["people"]:
        consumer = accounts.get(one["consumer"], one["consumer"])
        now = standing.loc[one["consumer"]]
        if wanted is not None and one["consumer"] != wanted:
            continue
        if {consumer, one["consumer"]} & opted_out:
            reasons.append(OPTED_OUT)
        elif now["state"] in GONE:
            reasons.append(str(now["state"]).replace("_", " "))
        elif wanted is not None or now["state"] != "reserve":
            row = known.get(consumer, {})
            profile = describe_profile(row, one)
            stated = {key: now[key] for key in FROM_JOURNAL if not pd.isna(now[key])}
            people.append(
                {**one, **profile, **stated, **_find_days(listed, one)}
                | {"name": person_name({"name": profile["name"], "consumer": consumer})}
                | {"language": "zh" if row.get("language") == "Chinese" else "en"}
            )
    return people, [f"{count(reasons.count(why), 'people')}: {why}" for why in dict.fromkeys(reasons)]


def _find_days(listed: Mapping[str, Any], person: Mapping[str, Any]) -> dict[str, str]:
    """The first and last posting day of a person's role by the plan's calendar; empty without one."""
    posting = [
        task
        for task in listed.get("calendar") or ()
        if task["step"] == "posting" and task["role"] in ("all", person.get("role") or "koc")
    ]
    if not posting:
        return {}
    return {"starts": min(task["starts"] for task in posting), "ends": max(task["ends"] for task in posting)}


def _check_rules(run: Run, listed: Mapping[str, Any], people: Sequence[Mapping[str, Any]], language: str) -> Checked:
    """What the posts need, in a language."""
    checks: dict[str, list[str]] = {}
    for row in run.rows("checks", ["consumer", "check"]):
        checks.setdefault(row["consumer"], []).append(row["check"])
    rows = [
        {
            "consumer": one["consumer"],
            "platform": one.get("platform") or "",
            "incentive": one.get("incentive") if one.get("incentive") in INCENTIVES else GIVEN,
            "checks": checks.get(one["consumer"], []),
            FILING: one.get("filing"),
            "shopping_link": bool(one.get("link")),
        }
        for one in people
    ]
    table = pd.DataFrame(rows, columns=["consumer", "platform", "incentive", "checks", FILING, "shopping_link"])
    overrides = {one["rule"]: one["why"] for one in listed.get("overrides") or ()}
    return check_invitations(table, overrides, language)


def _find_terms(heard: Heard) -> list[str]:
    """The search terms of a campaign: the tags of its plan, and what posts about the product use."""
    known = [str(tag) for tag in heard.listed.get("tags") or ()]
    if heard.topic is None:
        return known
    reviews = heard.subjects.reviews
    about = reviews[reviews["review"].isin(heard.topic.reviews["review"])]
    return find_terms(about[["consumer", "text", "tags"]], heard.others, known)


def _fold(product: Any) -> str:
    return " ".join(str(product or "").casefold().split())
