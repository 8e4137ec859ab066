"""The steps of graphkoc, end to end. The only module that knows both the store and the analysis."""

from __future__ import annotations

import hashlib
import json
import os
import platform as host
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from graphkoc import assets, cypher, loaders, measures, niches, report, score, tiers
from graphkoc.backtest import SPLITS, TOP, Backtest, backtest
from graphkoc.errors import AnalysisError, StoreError
from graphkoc.log import Log, moment
from graphkoc.measures.activity import pairs, past_credit
from graphkoc.network import days
from graphkoc.raw import Progress
from graphkoc.runs import DEFAULT_FOLDER, FORMAT, Run, check_free
from graphkoc.stores import Store, open_store
from graphkoc.tables import CANONICAL

__all__ = ["Projection", "analyse", "demo", "doctor", "load", "project", "run_backtest", "run_query", "status"]

ORIGINS = ("earned", "gifted", "paid", "invited", "unknown")
YEAR = 365.0


def load(
    store: Store,
    source: str,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    encoding: str | None = None,
    progress: Progress | None = None,
) -> loaders.Loaded:
    """Read raw files of a source, or of a loader folder's path, and put them into the store; twice is once.

    With dry_run the store stays as it is. encoding says what text files are in where their bytes leave it
    open. Raises UsageError for an unknown source, DataError for files
    that cannot be read as what they should be, StoreError when the store refuses.
    """
    loaded = loaders.read(loaders.find_source(source), paths, encoding=encoding, progress=progress)
    if not dry_run:
        store.upsert({**loaded.tables, "loads": loaded.record(datetime.now(UTC))}, progress)
    return loaded


def run_query(store: Store, name: str, **given: object) -> pd.DataFrame:
    """The rows of a query in `cypher/`, by name; QueryError for a wrong name or parameter."""
    found = cypher.query(name)
    return store.read(found.text(store.dialect), found.bind(given))


@dataclass(frozen=True, eq=False)
class Projection:
    """What an analysis reads, as `cypher/project/` returns it, sorted by key.

    follows: source, target, weight, since. reviews: review, consumer, product, rating, created_at,
    origin. consumers: consumer, name, platform, followers, kind. products: product, title, brand,
    category. loads: load, source, loaded_at, files.
    """

    follows: pd.DataFrame
    reviews: pd.DataFrame
    consumers: pd.DataFrame
    products: pd.DataFrame
    loads: pd.DataFrame

    def log(self) -> Log:
        """The dated log of the projection."""
        return Log.from_frames(self.follows, self.reviews, self.products, self.consumers)

    def inputs(self) -> dict[str, dict[str, Any]]:
        """Rows and a hash of each table, which row order does not change."""
        return {
            name: {
                "rows": len(frame),
                "sha256": hashlib.sha256(
                    pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes()
                ).hexdigest(),
            }
            for name, frame in vars(self).items()
            if name != "loads"
        }


def _projected(store: Store, name: str) -> pd.DataFrame:
    query = cypher.query(f"project/{name}")
    if query.table is None:
        return run_query(store, query.name)
    columns = query.table.columns
    rows = store.table(query.table.table, [column for column in columns.values() if isinstance(column, str)])
    return pd.DataFrame({out: rows[c] if isinstance(c, str) else c for out, c in columns.items()}, index=rows.index)


def project(store: Store, *, platform: str | None = None, until: datetime | None = None) -> Projection:
    """Read what an analysis needs out of the store; of one platform, or as it was at `until` (UTC).

    Raises AnalysisError when the store, or the platform in it, holds no consumer.
    """
    frames = {name: _projected(store, name) for name in Projection.__dataclass_fields__}
    keys = {"follows": ["source", "target"], "reviews": ["review"], "consumers": ["consumer"], "products": ["product"]}
    for name, key in keys.items():
        frames[name] = frames[name].sort_values(key, ignore_index=True)
    if platform is not None:
        platforms = sorted(frames["consumers"]["platform"].dropna().unique())
        frames["consumers"] = frames["consumers"].query("platform == @platform").reset_index(drop=True)
        if frames["consumers"].empty:
            hint = f"There are: {', '.join(platforms)}." if platforms else ""
            raise AnalysisError(f"the store holds nobody on the platform {platform!r}", hint=hint)
        there = frames["consumers"]["consumer"]
        frames["reviews"] = frames["reviews"][frames["reviews"]["consumer"].isin(there)].reset_index(drop=True)
        ends = frames["follows"][["source", "target"]].isin(set(there)).all(axis=1)
        frames["follows"] = frames["follows"][ends].reset_index(drop=True)
    if until is not None:
        frames["reviews"] = frames["reviews"][~(frames["reviews"]["created_at"] > until)].reset_index(drop=True)
        frames["follows"] = frames["follows"][~(frames["follows"]["since"] > until)].reset_index(drop=True)
    if frames["consumers"].empty:
        raise AnalysisError("the store holds no consumers", hint="Load something first: `graphkoc load SOURCE PATH`.")
    return Projection(**frames)


def analyse(
    store: Store,
    out: Path | None = None,
    *,
    platform: str | None = None,
    until: datetime | None = None,
    min_size: int = 10,
    rng_seed: int = 0,
    progress: Progress | None = None,
) -> Run:
    """The whole analysis: measures, niches, score, tiers, backtest; saved as a run folder, and written
    back into the store.

    out: the run folder, by default one named by the clock under ./runs. until: look out from this time
    (UTC) instead of the newest review's. min_size: people that a niche must have. Raises AnalysisError
    when there are no dated reviews or no follows.
    """
    started = datetime.now(UTC)
    folder = out or DEFAULT_FOLDER / f"{started:%Y-%m-%dT%H%M%S}"
    check_free(folder)
    clock = _Clock(progress)
    with clock("reading the store"):
        projection = project(store, platform=platform, until=until)
    with clock("building the network"):
        log = projection.log()
        if not len(log.day):
            raise AnalysisError(
                "no review has a date, which the score needs", hint="`graphkoc doctor` says what is there."
            )
        at = log.last_day if until is None else float(days(pd.Series([until]))[0])
        log = log.until(at)
        if not len(log.day):
            raise AnalysisError(f"there is no review before {moment(at):%Y-%m-%d}", hint="Look out from a later day.")
    with clock("measuring"):
        table = measures.table(log.network)
        limits = tiers.relative(table["audience"].to_numpy())
    with clock("finding niches"):
        found = niches.segments(log, min_size, rng_seed)
    with clock("scoring"):
        scored = score.formula(log, at)
        people = _people(projection, log, at, table, limits, scored, found)
    with clock("checking against the past"):
        tested, why_not = _tested(log, rng_seed)
    info = {
        "format": FORMAT,
        "started_at": started.isoformat(timespec="seconds"),
        "seconds": clock.seconds,
        "at": moment(at).isoformat(),
        "settings": {
            "platform": platform,
            "until": until.isoformat() if until else None,
            "min_size": min_size,
            "rng_seed": rng_seed,
        },
        "versions": {name: version(name) for name in ("graphkoc", "igraph", "numpy", "pandas", "scipy", "duckdb")}
        | {"python": host.python_version()},
        "inputs": projection.inputs(),
        "loads": [
            {"load": row.load, "source": row.source, "files": json.loads(str(row.files))}
            for row in projection.loads.sort_values("load").itertuples()
        ],
        "counts": {
            "consumers": len(log.network),
            "products": len(projection.products),
            "follows": len(log.network.source),
            "undated_follows": int(np.isnan(log.network.since).sum()),
            "reviews": len(projection.reviews),
            "first_reviews": len(log.day),
            "undated_reviews": log.undated,
            "categories": len(log.categories),
            "first_review": moment(float(log.day[0])).isoformat(),
            "last_review": moment(log.last_day).isoformat(),
        },
        "tiers": {"name": "relative", **asdict(limits), "people": people["tier"].value_counts().sort_index().to_dict()},
        "score": {"kind": scored.kind, "why": scored.why},
        "niche_control": found.control,
        "backtest": tested.to_dict() if tested else None,
        "backtest_why_not": why_not,
    }
    run = Run(str(folder), info, people, _niche_table(found, people, log), found.members)
    run.save()
    if progress:
        progress("writing back", 0, 0, 0)
    store.annotate(_annotations(run))
    return run


class _Clock:
    """Names each step to `progress` and keeps how long it took."""

    def __init__(self, progress: Progress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    def __call__(self, step: str) -> _Clock:
        self._step = step
        if self._progress:
            self._progress(step, 0, 0, 0)
        return self

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds[self._step] = round(time.perf_counter() - self._start, 3)


def _people(
    projection: Projection,
    log: Log,
    at: float,
    table: pd.DataFrame,
    limits: tiers.Tiers,
    scored: score.Score,
    found: niches.Niches,
) -> pd.DataFrame:
    n = len(log.network)
    audience = table["audience"].to_numpy()
    recent = np.bincount(log.person[log.day > at - YEAR], minlength=n).astype(float)
    last = np.full(n, -np.inf)
    np.maximum.at(last, log.person, log.day)
    followed = pairs(log)
    origins = projection.reviews["origin"].fillna("unknown")
    ledger = pd.crosstab(projection.reviews["consumer"], origins, normalize="index")
    ledger = ledger.reindex(index=log.network.ids, columns=ORIGINS, fill_value=0.0)
    consumers = projection.consumers.set_index("consumer").loc[log.network.ids]

    people = pd.DataFrame({"consumer": log.network.ids}).astype("str")
    people[["name", "platform"]] = consumers[["name", "platform"]].astype("str").to_numpy()
    people["tier"] = limits.of(audience)
    for name, values in table.items():
        people[name] = values.to_numpy()
    people["reviews"] = np.bincount(log.person, minlength=n)
    people["reviews_365"] = recent
    people["audience_reviews_365"] = np.bincount(log.network.source, recent[log.network.target], minlength=n)
    people["last_review"] = [moment(day) if np.isfinite(day) else pd.NaT for day in last]
    people["follow_on"] = past_credit(followed, n, at, np.inf)
    for part in score.PARTS:
        people[part.name] = scored.values[part.name]
        people[f"{part.name}_points"] = scored.points[part.name]
    people["score"] = scored.total
    strongest = found.members.drop_duplicates("consumer").set_index("consumer")["niche"]
    people["niche"] = people["consumer"].map(strongest).astype("str")
    for origin in ORIGINS:
        people[f"origin_{origin}"] = ledger[origin].to_numpy()
    candidates = np.flatnonzero(limits.small(audience) & (recent > 0))
    order = candidates[np.lexsort((candidates, -scored.total[candidates]))]
    rank = pd.array([pd.NA] * n, dtype="Int64")
    rank[order] = np.arange(1, len(order) + 1)
    people["rank"] = rank
    return people.astype({"name": "str", "platform": "str", "tier": "str", "last_review": "datetime64[us]"})


def _niche_table(found: niches.Niches, people: pd.DataFrame, log: Log) -> pd.DataFrame:
    """The niches with who in them is a KOC, who has a wide audience, and how many follow such a one."""
    wide = (people["tier"] == "wide").to_numpy()
    reached = np.zeros(len(people), dtype=bool)
    reached[log.network.target[wide[log.network.source]]] = True
    marks = pd.DataFrame(
        {"consumer": people["consumer"], "kocs": people["rank"].notna(), "kols": wide, "kol_reach": reached}
    )
    inside = (
        found.members.merge(marks, on="consumer")
        .groupby("niche")
        .agg({"kocs": "sum", "kols": "sum", "kol_reach": "mean"})
    )
    table = found.table.join(inside, on="niche")
    table["evidence"] = [
        f"{_percent(hers)} of their reviews are here; of everybody's, {_percent(everybodys)}"
        for hers, everybodys in zip(table["share"].tolist(), table["share_of_all"].tolist(), strict=True)
    ]
    names = ["niche", "name", "evidence", "people", "kocs", "kols", "kol_reach", "share", "share_of_all"]
    return table[names].astype({"evidence": "str"})


def _percent(share: float) -> str:
    return f"{share:.0%}" if share >= 0.095 else f"{share:.1%}"


def _tested(log: Log, rng_seed: int) -> tuple[Backtest | None, str | None]:
    try:
        return backtest(log, SPLITS, TOP, rng_seed), None
    except AnalysisError as error:
        return None, str(error)


def _annotations(run: Run) -> dict[str, pd.DataFrame]:
    scores = run.people[["consumer", "tier", "audience", "score", "rank", "niche"]].astype({"audience": "int64"})
    at = pd.array([datetime.fromisoformat(run.info["at"])], dtype="datetime64[us]")
    return {
        "runs": pd.DataFrame({"run": [run.name], "at": at}),
        "scores": scores,
        "niches": run.niches[["niche", "name", "people"]],
        "members": run.members[["consumer", "niche", "confidence"]],
    }


def run_backtest(
    store: Store, splits: Sequence[float] = SPLITS, top: float = TOP, *, progress: Progress | None = None
) -> Backtest:
    """Check the score on what the store's own past says; see `graphkoc.backtest`."""
    return backtest(project(store).log(), splits, top, progress=progress)


def status(store: Store, runs: Path = DEFAULT_FOLDER) -> dict[str, Any]:
    """What there is: {store, dialect, tables: {name: rows}, last_load, runs}.

    last_load: {source, loaded_at, files} of the newest load that brought something, or None.
    """
    sizes = run_query(store, "explore/sizes").set_index("what")["how_many"]
    loads = run_query(store, "project/loads")
    last = None
    if len(loads):
        row = loads.iloc[-1]
        last = {"source": row["source"], "loaded_at": row["loaded_at"].isoformat(), "files": json.loads(row["files"])}
    return {
        "store": store.url,
        "dialect": store.dialect,
        "tables": {name: int(sizes.get(name, 0)) for name in CANONICAL},
        "last_load": last,
        "runs": sorted(path.parent.name for path in runs.glob("*/run.json")),
    }


def doctor(store: Store) -> list[dict[str, Any]]:
    """What the store can carry: [{check, ok, detail, hint}].

    Raises StoreError only when the store cannot be opened at all.
    """
    projection = project(store)
    reviews, follows = projection.reviews, projection.follows
    dated = int(reviews["created_at"].notna().sum())
    priced = int(reviews["product"].notna().sum())
    kinds = int(projection.products["category"].notna().sum())
    heard = int((follows["source"].value_counts() >= tiers.SMALLEST).sum())
    told = int(reviews["origin"].notna().sum())
    since = int(follows["since"].notna().sum())
    people = len(projection.consumers)

    def found(check: str, ok: bool, detail: str, hint: str) -> dict[str, Any]:
        return {"check": check, "ok": bool(ok), "detail": detail, "hint": "" if ok else hint}

    return [
        found("people", people >= 100, f"{people:,} consumers", "Under 100 people nothing stands out from chance."),
        found(
            "reviews have dates",
            dated > 0 and dated >= 0.9 * len(reviews),
            f"{dated:,} of {len(reviews):,} reviews",
            "Without times there is no recent activity, no score and no backtest.",
        ),
        found(
            "reviews name products",
            priced > 0 and priced >= 0.5 * len(reviews),
            f"{priced:,} of {len(reviews):,} reviews",
            "Follow-on reviews are counted by product.",
        ),
        found(
            "products have categories",
            kinds > 0 and kinds >= 0.5 * len(projection.products),
            f"{kinds:,} of {len(projection.products):,} products",
            "Niches are found in categories.",
        ),
        found(
            "follows",
            heard >= 20,
            f"{len(follows):,} follows; {heard:,} people with at least {tiers.SMALLEST} known followers",
            "Without followers there is no audience to rank by.",
        ),
        found(
            "follows have dates",
            since > 0 and since >= 0.9 * len(follows),
            f"{since:,} of {len(follows):,} follows",
            "A follow without a date counts once both ends have reviewed; the backtest is a little kinder for it.",
        ),
        found(
            "origin of reviews",
            told > 0,
            f"{told:,} of {len(reviews):,} reviews say whether they were earned, gifted or paid",
            "Unpaid opinions cannot be told from paid ones here.",
        ),
    ]


def demo(out: Path = Path("graphkoc-demo"), *, progress: Progress | None = None) -> dict[str, Any]:
    """The main job on the example that ships with graphkoc: load, analyse, report, all under `out`.

    Returns {report, run, seconds}: two paths, and the time that it took.
    """
    start = time.perf_counter()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {out} cannot be made: {os.strerror(error.errno or 0)}") from error
    store = open_store(f"ladybug:{out / 'graphkoc.lbug'}")
    try:
        load(store, "ciao", [assets.folder("examples") / "ciao"], progress=progress)
        run = analyse(store, out / "run", progress=progress)
    finally:
        store.close()
    page = report.write(run, out / "report.html")
    return {"report": str(page), "run": str(out / "run"), "seconds": round(time.perf_counter() - start, 1)}
