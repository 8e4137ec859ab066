"""Plans: a run and what is learned of a store's data, under a request; saved beside the runs and in the store."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from graphkoc import analysis
from graphkoc.activate.codes import read_codes
from graphkoc.activate.costs import read_prices
from graphkoc.activate.phases import make_calendar, read_phases
from graphkoc.activate.plan import make_plan
from graphkoc.activate.preparation import find_niches, prepare
from graphkoc.activate.probability import Learned, learn, read_probabilities, write_probabilities
from graphkoc.activate.request import PlanRequest
from graphkoc.activate.running.rates import describe_rates, gather_invitations, learn_rates
from graphkoc.activate.yields import read_rates
from graphkoc.annotations import find_settings, list_changed
from graphkoc.campaigns.showing import show_saved
from graphkoc.capture.reading.table_file import read_cells
from graphkoc.errors import DataError, UsageError
from graphkoc.files import append_lines, replace_file, translate_errors
from graphkoc.invite.decisions import list_refused
from graphkoc.invite.longlist import map_persons
from graphkoc.invite.saved import campaigns_folder, check_list_name, last_invited, plans_folder, save_list
from graphkoc.invite.unwilling import list_unwilling
from graphkoc.pipeline import project
from graphkoc.progress import Clock, Progress
from graphkoc.runs.run import Run
from graphkoc.stores import Store

__all__ = ["plan_campaign"]

OVERRIDES = "overrides.jsonl"
"""The journal of rules that were set aside, beside the saved lists."""
TAGS = (
    "MATCH (r:Review)-[:ABOUT]->(p:Product) WHERE (p.product = $product OR p.title = $product) AND r.tags IS NOT NULL"
    " UNWIND r.tags AS tag RETURN tag, count(*) AS reviews ORDER BY reviews DESC, tag LIMIT 5"
)


def plan_campaign(
    store: Store,
    run: Run,
    request: PlanRequest,
    *,
    name: str | None = None,
    prices: Path | None = None,
    rates: Path | None = None,
    phases: Path | None = None,
    codes: Path | None = None,
    calendar: Path | None = None,
    today: datetime | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Plan a campaign: a document for JSON, see `graphkoc.activate.plan.make_plan`.

    The first plan of a run reads the store and keeps what it learns in the run folder; later ones need the run alone.
    Rules that are set aside are journalled beside the saved lists. name: save the plan under it, beside the runs and in
    the store. prices, rates: tables of the user's, see `graphkoc.activate.costs` and `graphkoc.activate.yields`;
    without rates those of earlier campaigns count, where enough is known of them, and are in the document. phases,
    codes: files in place of graphkoc's phases, and of codes, one a line. calendar: where to write the calendar as .ics.
    today: by default the day of the clock (UTC). Raises UsageError, DataError and AnalysisError for what cannot be
    planned, and UsageError where nothing is learned yet and the store's data are no longer those of the run.
    """
    folder, campaigns = plans_folder(Path(run.folder)), campaigns_folder(Path(run.folder))
    kept = None if name is None else check_list_name(name)
    if calendar is not None and request.launch is None:
        raise UsageError("a calendar needs the day of the launch", hint="Add --launch.")
    now = datetime.now(UTC) if today is None else today
    earlier, sentence = _learn_rates(campaigns, now.date()) if rates is None else (None, "")
    accounts = map_persons(run)
    # What is wrong with names, prices and the budget is not to be found out after a minute of learning.
    find_niches(run, request)
    prepared = prepare(
        run,
        request,
        None if prices is None else read_prices(_read(prices)),
        earlier if rates is None else read_rates(_read(rates)),
        refused=list_refused(folder, request.client, accounts) if request.client else (),
        invited=last_invited(folder, kept or "", campaigns),
        unwilling=list_unwilling(campaigns, accounts),
    )
    clock = Clock(progress)
    with clock("learning how followers follow on"):
        learned, why = _find_learned(store, run)
    with clock("planning"), threadpool_limits(limits=1):
        document = make_plan(
            run,
            request,
            prepared,
            learned,
            why,
            phases=None if phases is None else read_phases(phases),
            codes=None if codes is None else read_codes(codes),
            today=now.date(),
        )
    if earlier is not None:
        document |= {"rates": earlier.to_dict("records"), "notes": [*document["notes"], sentence]}
    document["tags"] = store.read(TAGS, {"product": request.product})["tag"].tolist() if request.product else []
    if calendar is not None:
        _write_calendar(calendar, document, kept or run.name, now)
    if document["overrides"]:
        _record_overrides(folder, document["overrides"], kept or run.name, now)
    if kept is not None:
        saved = {**document, "name": kept}
        save_list(folder, saved)
        show_saved(store, saved, campaigns_folder(Path(run.folder)))
    return {"name": kept, **document}


def _learn_rates(campaigns: Path, today: date) -> tuple[pd.DataFrame | None, str]:
    """The rates of all campaigns beside the runs, and a sentence on them; None and empty where too little is known."""
    invitations, counted = gather_invitations(campaigns, today)
    rates = learn_rates(invitations)
    return rates, "" if rates is None else describe_rates(rates, counted)


def _find_learned(store: Store, run: Run) -> tuple[Learned | None, str]:
    """What was learned of a run's data, now or before; None and why where nothing can be."""
    folder = Path(run.folder)
    if (learned := read_probabilities(folder)) is not None:
        return learned, learned.why
    settings = find_settings(run)
    projection = project(store, platform=settings.platform, until=settings.until)
    if changed := list_changed(run, projection):
        raise UsageError(
            f"the data in the store have changed since the run {run.name} ({', '.join(changed)}), so nothing can be"
            " learned of what it was made of",
            hint="Analyse again, and plan with that run.",
        )
    with threadpool_limits(limits=1):
        learned, why = learn(*analysis.read_log(projection, settings))
    if learned is not None:
        with translate_errors(f"what was learned cannot be written to {folder}", "Is the disk full?"):
            write_probabilities(folder, learned)
    return learned, why


def _record_overrides(folder: Path, overrides: Sequence[Mapping[str, Any]], name: str, now: datetime) -> None:
    """Add the rules that were set aside to the journal, with the reason and the people."""
    lines = [json.dumps({"at": now.isoformat(), "plan": name, **one}, ensure_ascii=False) for one in overrides]
    with translate_errors(f"{folder} cannot be made"):
        folder.mkdir(parents=True, exist_ok=True)
    append_lines(folder / OVERRIDES, lines)


def _read(path: Path) -> pd.DataFrame:
    """A table of the user's: the first sheet with rows, whose first row names the columns, here in lower case."""
    rows = next((rows for rows, _ in read_cells(path).values() if rows), None)
    if rows is None:
        raise DataError(f"{path} has no rows", hint="Its first row names the columns.")
    (_, header), *body = rows
    names = [str(name or "").strip().casefold() for name in header]
    wide = [[*cells, *[None] * len(names)][: len(names)] for _, cells in body]
    return pd.DataFrame(wide, columns=names, dtype=object)


def _write_calendar(path: Path, document: Mapping[str, Any], name: str, now: datetime) -> None:
    tasks = pd.DataFrame(document["calendar"])
    for end in ("starts", "ends"):
        tasks[end] = pd.to_datetime(tasks[end])
    with translate_errors(f"{path} cannot be written", "Is the disk full, or the folder not yours?"):
        replace_file(path, make_calendar(tasks[["step", "phase", "role", "starts", "ends", "people"]], name, now))
