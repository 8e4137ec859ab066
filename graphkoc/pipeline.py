"""The steps of graphkoc, end to end. The only module that knows both the store and the analysis."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from graphkoc import analysis
from graphkoc.analysis import Settings
from graphkoc.annotations import HISTORY, add_history, find_settings, list_changed, list_results, remove_run
from graphkoc.capture import contacts, identity, synthetic
from graphkoc.capture.answers import NOTHING, Answers, read_answers
from graphkoc.capture.load import Loaded, read, read_recognised
from graphkoc.capture.recognise import Recognised, recognise
from graphkoc.capture.sources import find_source, sources
from graphkoc.errors import AnalysisError, DataError, QueryError, UsageError
from graphkoc.files import TemporaryFolder
from graphkoc.graph.projection import COLUMNS, Projection
from graphkoc.graph.seeded import SEEDING
from graphkoc.measures import check_known
from graphkoc.progress import Clock, Progress
from graphkoc.qualify.authenticity.near_copies import copies
from graphkoc.qualify.backtest import SPLITS, TOP, Backtest, backtest
from graphkoc.qualify.candidates import AUDIENCE, Candidates, validate_definition
from graphkoc.qualify.doctor import checks
from graphkoc.qualify.lookalikes import similar
from graphkoc.qualify.score.forecast import Past
from graphkoc.qualify.tiers import check_tiers
from graphkoc.runs.edited import apply_edits
from graphkoc.runs.folder import new_run, next_run, run_folders
from graphkoc.runs.run import DEFAULT_FOLDER, Run, previous_run
from graphkoc.stores import Store, queries
from graphkoc.stores.neo4j.bulk import Bulk
from graphkoc.stores.neo4j.bulk import export_bulk as write_bulk
from graphkoc.tables.schema import CANONICAL, list_result_types

__all__ = [
    "analyse",
    "check_key",
    "doctor",
    "explain_query",
    "export_bulk",
    "first_checks",
    "forget_run",
    "load",
    "lookalikes",
    "project",
    "publish",
    "recognise_files",
    "run_backtest",
    "run_query",
    "status",
]

OF_RESULTS = re.compile(rf"[:|](?:{'|'.join(sorted(list_result_types()))})\b")
"""What a query has that asks for results of an analysis."""

OLDER_RUNS = "MATCH (r:Run) WHERE r.run IS NOT NULL AND r.shown IS NULL RETURN count(r) AS runs"
"""The runs that a version wrote which kept the newest alone."""

SCANS = "NodeByLabelScan|AllNodesScan"
"""Operators of Neo4j that read every node of a label, or every node."""

QUICKLY_CHECKED = 300_000
"""Rows of a store that can be looked through in a second or two."""


def load(
    store: Store,
    source: str | None,
    paths: Sequence[Path],
    *,
    answers: Answers = NOTHING,
    dry_run: bool = False,
    encoding: str | None = None,
    key_file: Path | None = None,
    new_key_file: Path | None = None,
    without_contacts: bool = False,
    accept_partial: bool = False,
    progress: Progress | None = None,
) -> Loaded:
    """Read raw files and put them into the store.

    source: the name of a source, or the path of a loader folder; None to recognise each file by its columns. answers:
    what the user states of files that leave something open.

    Idempotent: loading the same files again changes nothing. Returns what was read, what it changed in the store, and
    the accounts that its identities name and the store does not hold.

    dry_run: leave the store as it is. encoding: of text files whose encoding cannot be detected. key_file: the file of
    the secret for contacts, by default that of GRAPHKOC_KEY_FILE, or GRAPHKOC_KEY itself. new_key_file: where one is
    made if there are contacts and no secret. without_contacts: pass over addresses and numbers. accept_partial: take
    also a file of which less than half can be taken. Raises UsageError for an unknown source, DataError for files that
    do not hold what the source needs, and for contacts where those in the store were made into keys with another
    secret, StoreError where the store cannot be written.
    """
    if dry_run and new_key_file is not None:
        # What is only tried leaves nothing behind.
        trial = TemporaryFolder()
        new_key_file = new_key_file if new_key_file.exists() else trial.path / "key"
    options: dict[str, Any] = {
        "encoding": encoding,
        "key_file": key_file,
        "new_key_file": new_key_file,
        "without_contacts": without_contacts,
        "accept_partial": accept_partial,
        "progress": progress,
    }
    if source is None:
        loaded = read_recognised(paths, answers, **options)
    else:
        loaded = read(find_source(source), paths, answers=answers, **options)
    if dry_run:
        return replace(loaded, new_key=None)
    tables = {name: rows for name, rows in loaded.tables.stored.items() if name != "identities"}
    stated = loaded.tables.get("identities")
    keys = loaded.tables.get("consumers", pd.DataFrame()).reindex(columns=identity.COMPARED)
    settles = stated is not None or keys.notna().any(axis=None) or store.decisions()
    book = loaded.record(datetime.now(UTC), all(map(synthetic.is_of, paths)))
    secret = contacts.find_key(key_file or (new_key_file if new_key_file and new_key_file.exists() else None))
    if keys["contact_key"].notna().any() and secret:
        try:
            check_key(store, secret)
        except DataError:
            if loaded.new_key:
                loaded.new_key.unlink()  # no later command is to take it for the key of this store
            raise
        book["key_fingerprint"] = contacts.fingerprint(secret)
    changes = store.upsert({**tables, "loads": book}, progress, identity.settlement(stated) if settles else None)
    missing = identity.find_missing(store, stated["account"]) if stated is not None else []
    return replace(loaded, changes=changes, missing_accounts=tuple(missing))


def recognise_files(paths: Sequence[Path], answers: Answers = NOTHING, encoding: str | None = None) -> list[Recognised]:
    """What each file, sheet and member of an archive under the paths is; nothing is loaded.

    Raises DataError for a path that does not exist and for an archive that cannot be read.
    """
    return recognise(paths, list(sources().values()), read_answers(paths, answers), encoding, counted=True)


def check_key(store: Store, secret: bytes) -> None:
    """Raise DataError where contact keys in the store were made with another secret."""
    theirs = store.key_fingerprint()
    if theirs in (None, contacts.fingerprint(secret)):
        return
    if store.table("consumers", ["contact_key"])["contact_key"].notna().any():
        raise DataError(
            "the contact keys in this store were made with another secret, so nobody would be known again",
            hint="Use that secret (--key-file, GRAPHKOC_KEY_FILE or GRAPHKOC_KEY), or another store.",
        )


def run_query(store: Store, name: str, **given: object) -> pd.DataFrame:
    """The rows of a query in `cypher/`, by name.

    Raises QueryError for a wrong name or parameter, and where the query asks for results that an older version wrote.
    """
    rows = _ask(store, name, **given)
    # A property that an older version did not write is null, also once a load has made an embedded store anew.
    if OF_RESULTS.search(queries.query(name).text(store.dialect)) and store.read(OLDER_RUNS)["runs"].sum():
        raise QueryError(
            "an older version of graphkoc wrote the results in this store", hint="Analyse once, and ask again."
        )
    return rows


def _ask(store: Store, name: str, **given: object) -> pd.DataFrame:
    """The rows of a query, whichever version wrote what it asks for."""
    found = queries.query(name)
    return store.read(found.text(store.dialect), found.bind(given))


def explain_query(store: Store, name: str, **given: object) -> dict[str, Any]:
    """How the store would answer a query in `cypher/`, which is not run: {plan, scans}.

    plan: the rows of `Store.explain`. scans: on a server, what the plan looks for among all nodes of a label, or of the
    graph, such as c:Consumer. Raises QueryError for a wrong name or parameter.
    """
    found = queries.query(name)
    plan = store.explain(found.text(store.dialect), found.bind(given))
    scans = plan[plan["operator"].str.contains(SCANS)]["details"].tolist() if "operator" in plan else []
    return {"plan": plan.to_dict("records"), "scans": scans}


def export_bulk(store: Store, folder: Path, progress: Progress | None = None) -> Bulk:
    """Write the whole graph of a store as files that `neo4j-admin database import` reads.

    It is for a first load of more than ten million rows into a Neo4j server. See `graphkoc.stores.neo4j.bulk`. Raises
    StoreError where there is something else at `folder`, or files cannot be written.
    """
    return write_bulk(store, folder, progress)


def _read_query(store: Store, name: str) -> pd.DataFrame:
    query = queries.query(f"project/{name}")
    return store.read_columns(query.text(store.dialect), (COLUMNS | SEEDING)[name])


def project(store: Store, *, platform: str | None = None, until: datetime | None = None) -> Projection:
    """Read what an analysis needs from the store, of one platform or up to `until` (UTC).

    The queries in `cypher/project/` define what is read. Raises AnalysisError when the store, or the platform in it,
    holds no consumer, and QueryError for a query whose columns are not those of `graphkoc.graph.projection.COLUMNS` and
    `graphkoc.graph.seeded.SEEDING`.
    """
    tables = {name: _read_query(store, name) for name in (*COLUMNS, *SEEDING)}
    return Projection.from_tables(tables, platform, until)


def analyse(
    store: Store,
    out: Path | None = None,
    settings: Settings | None = None,
    *,
    write_back: bool = True,
    processes: int | None = None,
    progress: Progress | None = None,
) -> Run:
    """Analyse the store: save the result as a run folder, and write it back into the store.

    A side analysis, of one platform or up to a date (`Settings.limited`), is saved alone: the store keeps the results
    that it has, and `publish` puts these in their place.

    out: the run folder, by default a new one in ./runs named after the time. The run continues the newest run in the
    same folder that is of the same platform and people (see `graphkoc.runs.run.previous_run`): groups keep their ids.
    settings: see `graphkoc.Settings`; the notice is by default the one on synthetic data, where there are any.
    write_back: False to leave the store as it is with any analysis. processes: how many to use, by default one for each
    processor; the result is the same. When the analysis is interrupted or fails, there is no run folder and the
    embedded store is unchanged. Raises AnalysisError where there is nothing to analyse, or no review by
    `settings.until`; UsageError for an unknown measure or tier profile; and BusyError when another process is writing
    to the folder, or for long to the store.
    """
    settings = settings or Settings()
    check_known(settings.measures)
    check_tiers(settings.tiers)
    clock = Clock(progress)
    with ExitStack() as stack:
        if out is None:
            folder, fresh = stack.enter_context(next_run(DEFAULT_FOLDER, f"{clock.started:%Y-%m-%dT%H%M%S}"))
        else:
            folder, fresh = out, stack.enter_context(new_run(out))
        with clock("reading the store"):
            projection = project(store, platform=settings.platform, until=settings.until)
            limited = settings.until is not None
            previous, passed_over = previous_run(folder, settings.platform, projection.consumers, limited)
        settings = replace(settings, notice=settings.notice or synthetic.notice(projection.loads))
        # Sums of floats depend on how many threads share them; a run does not depend on the machine.
        with threadpool_limits(limits=1):
            run = analysis.analyse(projection, folder, settings, clock, previous, processes)
        run.info["passed_over"] = passed_over
        run.write(fresh)
        if write_back and not settings.limited:
            _show(store, apply_edits(run), projection, progress)
    return run


def publish(store: Store, run: Run, progress: Progress | None = None) -> None:
    """Put the results of a saved run into the store, in the place of those that it shows.

    run: with the user edits, as `graphkoc.find_run` gives it. Who hears whom, consents, accounts and products are read
    from the store again. Raises UsageError where the data that the run read there have changed since, and with them
    these: rows of other platforms, or from after the date that the run was limited to, are none of them.
    """
    settings = find_settings(run)
    projection = project(store, platform=settings.platform, until=settings.until)
    if changed := list_changed(run, projection):
        raise UsageError(
            f"the data in the store have changed since the run {run.name} ({', '.join(changed)}), so its ties and"
            " consents would not be those that it was made of",
            hint="Analyse again, and publish that run.",
        )
    _show(store, run, projection, progress)


def forget_run(store: Store, name: str, progress: Progress | None = None) -> bool:
    """Take a run out of the store: its results where the store shows them, else the run alone. True for the first.

    name: as `(:Run)` has it, which is that of its folder. Raw data and the run folder stay as they are. Raises
    UsageError for a run that the store does not have.
    """
    left = remove_run(name, _read_history(store))
    store.annotate(left, progress)
    return len(left) > len(HISTORY)


def _show(store: Store, run: Run, projection: Projection, progress: Progress | None) -> None:
    """Put the results of a run into the store, in the place of those that are there."""
    store.annotate(add_history(list_results(run, projection), _read_history(store)), progress)


def _read_history(store: Store) -> dict[str, pd.DataFrame]:
    return {name: store.table(name) for name in HISTORY}


def run_backtest(
    store: Store,
    splits: Sequence[float] = SPLITS,
    top: float = TOP,
    *,
    candidates: str = "eligible",
    progress: Progress | None = None,
) -> Backtest:
    """Check the score on what the store's own past says; see `graphkoc.qualify.backtest`.

    candidates: whom to rank, one of `graphkoc.qualify.candidates.DEFINITIONS`. Raises UsageError for another name.
    """
    validate_definition(candidates)
    with threadpool_limits(limits=1):
        projection = project(store)
        log = projection.log()
        who: Candidates = AUDIENCE
        if candidates != AUDIENCE.definition:
            who = analysis.choose_candidates(projection, log, copies(projection.reviews, projection.texts))
        groups = {"platform": analysis.on_platforms(projection, log)}
        return backtest(log, splits, top, progress=progress, past=Past(log, candidates=who), groups=groups)


def lookalikes(store: Store, run: Run, consumer: str, limit: int = 10) -> list[dict[str, Any]]:
    """The people most like a consumer of a run, by taste, circle and audience; see `graphkoc.qualify.lookalikes`.

    Raises UsageError for a consumer who is not in the store.
    """
    settings = find_settings(run)
    projection = project(store, platform=settings.platform, until=settings.until)
    names = {kind: table.set_index(kind)["name"] for kind, table in (("niche", run.niches), ("circle", run.circles))}
    niches, circles = (
        run.members_of(kind).assign(**{kind: lambda frame, kind=kind: frame[kind].map(names[kind])}) for kind in names
    )
    return similar(projection.log().network, projection.reviews, projection.products, niches, circles, consumer, limit)


def status(store: Store, runs: Path = DEFAULT_FOLDER) -> dict[str, Any]:
    """The contents of a store: {store, dialect, tables: {name: rows}, last_load, runs, shown, notice}.

    notice: which data are synthetic, or None. shown: the name of the run whose results the store shows, or None.

    last_load: {source, loaded_at, files} of the newest load that brought something, or None.
    """
    sizes = _ask(store, "sizes").set_index("what")["how_many"]
    loads, shown = _ask(store, "project/loads"), store.table("runs", ["run", "shown"])
    last = None
    if len(loads):
        row = loads.iloc[-1]
        last = {"source": row["source"], "loaded_at": row["loaded_at"].isoformat(), "files": json.loads(row["files"])}
    return {
        "store": store.url,
        "dialect": store.dialect,
        "tables": {name: int(sizes.get(name, 0)) for name in CANONICAL},
        "last_load": last,
        "runs": [path.name for path in run_folders(runs)],
        "shown": next(iter(shown.loc[shown["shown"] != "no", "run"]), None),
        "notice": synthetic.notice(loads),
    }


def first_checks(store: Store, most: int = 3) -> list[dict[str, Any]]:
    """The checks of the data that matter most after a load: those that fail, in their order, and then the others.

    Empty where the store is large, which takes minutes to look through, and where it holds no consumer.
    """
    if _ask(store, "sizes")["how_many"].sum() > QUICKLY_CHECKED:
        return []
    try:
        found = _check_data(store)
    except AnalysisError:  # products alone, or links between accounts that are not loaded yet
        return []
    return sorted(found, key=lambda check: bool(check["ok"]))[:most]


def doctor(store: Store) -> list[dict[str, Any]]:
    """Whether the store itself is well, and which analyses its data support: [{check, ok, detail, hint}].

    A load fails where one of `graphkoc.NEEDED_TO_LOAD` is not ok. Raises StoreError only when the store cannot be
    opened at all.
    """
    of_store = [asdict(one) | {"hint": "" if one.ok else one.hint} for one in store.inspect()]
    try:
        return of_store + _check_data(store)
    except AnalysisError as error:
        return [*of_store, {"check": "people", "ok": False, "detail": str(error), "hint": error.hint}]


def _check_data(store: Store) -> list[dict[str, Any]]:
    """Which analyses the store's data support; raises AnalysisError where it holds no consumer."""
    return checks(project(store), store.table("consumers", ["contact_key", "unionid"]))
