"""What an analysis leaves in the graph: a run, and the data it was made of, as rows of the tables of results."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd

from graphkoc import analysis
from graphkoc.analysis import Settings
from graphkoc.errors import UsageError
from graphkoc.graph.network import Network
from graphkoc.graph.projection import Projection
from graphkoc.qualify import persons
from graphkoc.qualify.backtest.verdict import Chance
from graphkoc.qualify.brand_names import Brand, read_brands
from graphkoc.runs.run import Run
from graphkoc.runs.summary import describe_backtest
from graphkoc.tables.schema import RESULTS
from graphkoc.text import as_lines

__all__ = ["HISTORY", "add_history", "find_settings", "list_changed", "list_results", "remove_run"]

HISTORY = ("runs", "continues", "run_loads")
"""The tables that also have rows of runs whose results the graph showed before."""

ALIVE = {"circle": "circles", "niche": "niches"}
"""The kinds of groups, and the tables that hold those that exist."""


def list_results(run: Run, projection: Projection) -> dict[str, pd.DataFrame]:
    """The rows of each table of results but `loads`.

    run: with the user edits that the graph is to show. projection: what the run was made of, that is the store's data
    on the run's platform and up to its date.
    """
    log, _ = analysis.read_log(projection, find_settings(run))
    whose = persons.name_persons(projection)

    def by_person(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(person=frame["consumer"].map(whose))

    people, accounts = persons.list_persons(run, projection)
    ties = persons.list_ties(log.network, projection)
    niches, circles = run.niches.assign(run=run.name), run.circles.assign(run=run.name)
    events = _list_events(run)
    frames = {
        "runs": _describe_run(run),
        "continues": _list_previous(run),
        "run_loads": pd.DataFrame({"load": [one["load"] for one in run.info["loads"]]}, dtype="str").assign(
            run=run.name
        ),
        "scores": by_person(people.assign(run=run.name)),
        "persons": by_person(accounts),
        "hears": ties.assign(listener=ties["listener"].map(whose), speaker=ties["speaker"].map(whose)),
        "niches": niches.assign(name=niches["name"].fillna(niches["niche"]), terms=niches["terms"].map(_split_terms)),
        "niche_categories": niches[niches["category"].isin(projection.products["category"].dropna())],
        "finer": niches[niches["parent"].isin(niches["niche"])],
        "circles": circles.assign(name=circles["name"].fillna(circles["circle"])),
        "circle_bridges": run.circle_bridges[
            run.circle_bridges[["circle_a", "circle_b"]].isin(circles["circle"].tolist()).all(axis=1)
        ],
        "bridges": by_person(_list_bridges(run, log.network)),
        "members": by_person(run.members_of("niche")),
        "circle_members": by_person(run.members_of("circle")),
        "reach": by_person(run.reach),
        "carries": run.carries,
        "events": events,
        **{f"{kind}_events": _list_alive(events, kind, run.table(table)[kind]) for kind, table in ALIVE.items()},
        "product_results": _list_products(projection, _find_brand(run)),
        "copies": run.copies,
    }
    return {name: frame[[c for c in RESULTS[name].names if c in frame]] for name, frame in frames.items()}


def find_settings(run: Run) -> Settings:
    """The settings of a run that decide what it reads of a store: its platform, and the date it is limited to."""
    settings = run.info["settings"]
    until = datetime.fromisoformat(settings["until"]) if settings["until"] else None
    return Settings(platform=settings["platform"], until=until)


def add_history(results: dict[str, pd.DataFrame], before: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The results of one run, with the runs whose results the graph showed before it.

    before: the tables of HISTORY as the store has them. A run continues only one that the graph knows.
    """
    (run,) = results["runs"]["run"]
    kept = {name: rows[rows["run"] != run] for name, rows in before.items()}
    kept["runs"] = kept["runs"].assign(shown="no", name=kept["runs"]["name"].fillna(kept["runs"]["run"]))
    joined = {
        name: pd.concat([rows, results[name]], ignore_index=True) if len(rows) else results[name]
        for name, rows in kept.items()
    }
    joined["continues"] = joined["continues"][joined["continues"]["before"].isin(joined["runs"]["run"])]
    return results | joined


def remove_run(name: str, before: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables of results without a run; those of its results are among them, without a row, where it is shown.

    before: the tables of HISTORY as the store has them. Raises UsageError for a run that is not among them.
    """
    runs = dict(zip(before["runs"]["run"], before["runs"]["shown"], strict=True))
    if name not in runs:
        known = ", ".join(sorted(runs)) or "none"
        raise UsageError(f"the store has no run called {name!r}", hint=f"It has: {known}.")
    kept = {table: rows[rows["run"] != name] for table, rows in before.items()}
    kept["continues"] = kept["continues"][kept["continues"]["before"] != name]
    if runs[name] == "no":
        return kept
    # A store of an older version holds one run, which does not say that it is shown.
    return {table: pd.DataFrame(columns=RESULTS[table].names) for table in RESULTS if table != "loads"} | kept


def list_changed(run: Run, projection: Projection) -> list[str]:
    """The names of the frames of a projection that are not what the run was made of."""
    now, then = projection.inputs(), run.info["inputs"]
    return [name for name in now if now[name] != then.get(name)]


def _describe_run(run: Run) -> pd.DataFrame:
    """The row of a run in the graph: which analysis the results are of, and whether to rely on them."""
    info, tested = run.info, run.info["backtest"]
    signal = "not checked" if tested is None else "yes" if Chance(**tested["chance"]).beaten else "no"
    platform, until = info["settings"]["platform"], info["settings"]["until"]
    times = {"at": info["at"], "made_at": info["started_at"], "until": until}
    limits = [platform, until and f"until {until[:10]}"]
    row = {
        "run": run.name,
        "name": " · ".join([run.name, *(limit for limit in limits if limit)]),
        "shown": "yes",
        **{name: _to_utc(time) for name, time in times.items()},
        "platform": platform,
        "method": info["score"]["kind"],
        "signal": signal,
        "warning": None if signal == "yes" else describe_backtest(run),
        "people": info["counts"]["consumers"],
        "reviews": info["counts"]["reviews"],
        "version": info["versions"]["graphkoc"],
        "invented": info["settings"]["notice"],
    }
    return pd.DataFrame([row]).astype(dict.fromkeys(times, "datetime64[us]"))


def _to_utc(time: str | None) -> datetime | None:
    if time is None:
        return None
    read = datetime.fromisoformat(time)
    return read.astimezone(UTC).replace(tzinfo=None) if read.tzinfo else read


def _list_previous(run: Run) -> pd.DataFrame:
    """The run that this one continues; none where it replaced that one."""
    previous = run.info["previous"]
    found = [] if previous is None or previous["run"] == run.name else [(run.name, previous["run"])]
    return pd.DataFrame(found, columns=["run", "before"], dtype="str")


def _split_terms(terms: Any) -> str | None:
    return as_lines(terms.split(", ")) if isinstance(terms, str) else None


def _list_events(run: Run) -> pd.DataFrame:
    """What became of each group: the columns of the table of events."""
    events = run.events
    named = pd.concat([run.table(table).set_index(kind)["name"] for kind, table in ALIVE.items()])
    return events.assign(
        event=events["kind"] + " " + events["group"] + " " + events["event"],
        name=events["group"].map(named[~named.index.duplicated()]).fillna(events["group"]) + ": " + events["words"],
        run=run.name,
        at=_to_utc(run.info["at"]),
        group_id=events["group"],
        happened=events["event"],
        before=events["people_before"],
        now=events["people_now"],
    ).astype({"at": "datetime64[us]"})


def _list_alive(events: pd.DataFrame, kind: str, groups: pd.Series[str]) -> pd.DataFrame:
    """The events of the groups of a kind that exist: event, and the group in a column named after the kind."""
    alive = events[(events["kind"] == kind) & events["group_id"].isin(groups)]
    return alive[["event"]].assign(**{kind: alive["group_id"]})


def _list_bridges(run: Run, network: Network) -> pd.DataFrame:
    """The people with followers in two circles or more, and these circles: consumer, circle."""
    ties = pd.DataFrame({"consumer": network.ids[network.source], "follower": network.ids[network.target]})
    ties = ties[ties["consumer"].isin(run.bridges.loc[run.bridges["circles"] >= 2, "consumer"])]
    inside = run.members_of("circle")[["consumer", "circle"]].rename(columns={"consumer": "follower"})
    found = ties.merge(inside, on="follower")[["consumer", "circle"]].drop_duplicates(ignore_index=True)
    return found[found.groupby("consumer")["circle"].transform("size") >= 2]


def _find_brand(run: Run) -> Brand | None:
    named = run.info["settings"]["brand"]
    return Brand(tuple(named["own"]), tuple(named["rivals"])) if named else None


def _list_products(projection: Projection, brand: Brand | None) -> pd.DataFrame:
    """What is known of the products from the brands that they name and from their reviews."""
    by_product = projection.reviews.groupby("product")["created_at"]
    counted = pd.DataFrame({"first_at": by_product.min(), "reviews": by_product.size()}).reset_index()
    read = read_brands(projection.products, brand)
    branded = pd.DataFrame({"product": projection.products["product"], "brand_read": read}).dropna()
    return branded.merge(counted, on="product", how="outer").astype({"reviews": "Int64"})
