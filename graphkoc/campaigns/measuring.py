"""Whether a campaign was worth it: its lift, by what a store has of the time since; kept beside the runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc import analysis
from graphkoc.activate.lift import Lift, measure_lift
from graphkoc.activate.lift_document import Sides, describe_figures, describe_parts, describe_pooled, find_sides
from graphkoc.activate.lift_ledger import keep_lift, read_lifts, restore_lift
from graphkoc.activate.lift_words import say_verdict
from graphkoc.activate.purchased import list_purchases
from graphkoc.activate.strata import Window
from graphkoc.activate.wave_lift import compare_waves
from graphkoc.annotations import find_settings
from graphkoc.arrays import Indices, number_ids
from graphkoc.campaigns.activated import Activated, read_activated, read_seeded
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.graph.action_log import Log, moment
from graphkoc.graph.network import Network
from graphkoc.graph.projection import TAKEN_BACK, Projection
from graphkoc.invite.saved import campaigns_folder, read_list, read_lists
from graphkoc.pipeline import project
from graphkoc.runs.run import Run
from graphkoc.stores import Store
from graphkoc.text import count, text_or_none

__all__ = ["measure_campaign"]

AFTER = 90.0
"""Days after the last post in which followers' reviews count, unless the end is stated."""
NAMED = 5
"""Products of one name that an error lists."""

People = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Setting:
    """What a campaign is measured in: the log up to `end`, the follows known at `begin`, and the two sides."""

    projection: Projection
    log: Log
    people: Activated
    network: Network
    sides: Sides
    begin: float
    end: float

    def mark(self, consumers: object) -> People:
        """(n,) bool: where some people are; those whom the store does not have are passed over."""
        return _mark(self.network, consumers)


def measure_campaign(
    store: Store,
    run: Run,
    *,
    campaign: str | None = None,
    product: str | None = None,
    begin: date | None = None,
    end: date | None = None,
    organic: bool = False,
) -> dict[str, Any]:
    """The lift of a campaign, which is kept beside the runs: a document for JSON.

    campaign: its name; the people are those who posted by its journal, the product is its own, and the days are from
    the first post to AFTER days after the last. Without one, product, begin and end are needed, and the people are the
    authors of gifted, paid and invited reviews of the product in these days. product: id or title. begin, end: days,
    both included, in place of those of the posts. organic: leave out the people whose posts were boosted and their
    followers, because a boosted post is shown to others than followers.

    Returns {campaign, product: {product, title}, from, to, people, followers, adoptions, expected, lift, low, high, p,
    controls, controls_as_large, would_have_shown, by_person, by_niche, purchases, waves, boosted, pooled, verdict,
    notes, figures}. low and high are the ends of the 90 % interval. Raises UsageError for what does not exist, and
    AnalysisError where nothing can be compared.
    """
    folder = campaigns_folder(Path(run.folder))
    document = None if campaign is None else read_list(folder, campaign, "campaign")
    if document is None and (product is None or begin is None or end is None):
        raise UsageError("a lift needs a campaign, or a product and two days", hint="Add --campaign.")
    if begin is not None and end is not None and end < begin:
        raise UsageError(f"the days end on {end}, before they begin", hint="Correct --from or --to.")
    settings = find_settings(run)
    projection = project(store, platform=settings.platform, until=settings.until)
    log, as_of = analysis.read_log(projection, settings)
    wanted = product or (document or {}).get("product")
    if not wanted:
        raise UsageError(f"the campaign {campaign} has no product", hint="Add --product.")
    item, about = _find_product(log, projection, wanted)
    if document is not None:
        accounts = projection.accounts
        persons = dict(zip(accounts["account"], accounts["consumer"], strict=True))
        people = read_activated(folder, document, persons)
    else:
        assert begin is not None
        assert end is not None
        people = read_seeded(projection, about["product"], _at(begin), _at(end) + timedelta(days=1))
    setting = _find_setting(projection, log, as_of, people, begin, end, organic)
    window = Window(log.items, setting.network, setting.begin, setting.end)
    barred = _list_barred(folder, campaign, log, projection)
    lift = measure_lift(window, setting.sides.group, setting.sides.others, item, barred)
    found = _describe(window, setting, item, lift, run) | {
        "purchases": _measure_purchases(store, setting, about["product"], barred_products=_name_items(log, barred)),
        "waves": _measure_waves(setting, item),
        "boosted": _describe_boosted(people, organic),
    }
    done = {
        "campaign": None if document is None else document["name"],
        "product": about,
        "from": f"{moment(setting.begin):%Y-%m-%d}",
        "to": f"{_find_last_day(setting.end):%Y-%m-%d}",
        "people": len(setting.sides.posted),
        **found,
    }
    done["pooled"] = _pool(folder, done, lift)
    done["verdict"] = say_verdict(done)
    done["notes"] = _list_notes(done, setting, end)
    done["figures"] = {
        "matched": lift.matched,
        "deviation": lift.deviation,
        "controls": [round(z, 4) for z in lift.controls.tolist()],
    }
    keep_lift(folder, done)
    return done


def _find_product(log: Log, projection: Projection, wanted: str) -> tuple[int, dict[str, Any]]:
    """The number of a product among the items of a log, and what it is called; by id, title, or a tag with its #."""
    products, names = projection.products, log.item_names()
    rows = products[products["product"] == wanted]
    if rows.empty:
        rows = products[products["title"].str.casefold() == wanted.casefold()]
    if len(rows) > 1:
        some = ", ".join(rows["product"].head(NAMED)) + (", …" if len(rows) > NAMED else "")
        raise UsageError(f"{len(rows):,} products are called {wanted}", hint=f"Give an id: {some}.")
    found = wanted.casefold() if rows.empty else rows["product"].iloc[0]
    (place,) = number_ids(pd.Index(names), [found]).tolist()
    if place < 0:
        raise AnalysisError(
            f"no review of {wanted!r} is known, so nothing can be compared",
            hint="Give the product's id or title, or # and a tag; load the reviews since the campaign.",
        )
    title = None if rows.empty else text_or_none(rows["title"].iloc[0])
    return place, {"product": found, "title": title}


def _find_setting(
    projection: Projection,
    log: Log,
    as_of: float,
    people: Activated,
    begin: date | None,
    end: date | None,
    organic: bool,
) -> _Setting:
    """The days and sides of a campaign. AnalysisError where the data end before it begins, or nobody is in them."""
    first = float(np.floor(min(people.posted.values()))) if begin is None else _count_days(begin)
    last = people.last + AFTER if end is None else _count_days(end) + 1
    if as_of <= first:
        raise AnalysisError(
            f"the data end on {moment(as_of):%Y-%m-%d}, before anybody could have followed on",
            hint="Load what was written since, and measure again.",
        )
    network = log.network.subset(log.known(first))
    posted = _mark(network, people.posted)
    unsure = _mark(network, people.boosted) & posted if organic else np.zeros(len(network), dtype=bool)
    if not (posted & ~unsure).any():
        why = "the posts of everybody were boosted" if posted.any() else "nobody who posted is in the store"
        raise AnalysisError(f"{why}, so nothing can be compared", hint="Load the accounts of those who posted.")
    staff = projection.consumers.loc[projection.consumers["kind"].isin(["brand", "staff"]), "consumer"]
    aside = _mark(network, people.asked) | _mark(network, staff)
    sides = find_sides(network, posted & ~unsure, aside, unsure)
    return _Setting(projection, log, people, network, sides, first, min(last, as_of))


def _describe(window: Window, setting: _Setting, item: int, lift: Lift, run: Run) -> dict[str, Any]:
    """The figures, for each person and for each niche of the run."""
    ids, people = setting.network.ids, setting.people
    names = run.niches.set_index("niche")["name"]
    members = run.members_of("niche")
    places = {
        str(niche): rows[rows >= 0].tolist()
        for niche, group in members.groupby("niche")
        for rows in [number_ids(ids, group["consumer"])]
    }
    by_person, by_niche = describe_parts(window, setting.sides, item, lift, places)
    called = setting.projection.consumers.set_index("consumer")["name"]
    consumers = ids[setting.sides.posted].tolist()
    return {
        "followers": int((setting.sides.group & ~np.isnan(window.find_rates(setting.sides.others, item))).sum()),
        **describe_figures(lift),
        "by_person": [
            {"consumer": consumer, "name": text_or_none(called.get(consumer)), **part}
            | {"boosted": people.boosted.get(consumer, 0)}
            for consumer, part in zip(consumers, by_person, strict=True)
        ],
        "by_niche": [
            {"niche": part["niche"], "name": text_or_none(names.get(part["niche"])), **part} for part in by_niche
        ],
    }


def _measure_purchases(
    store: Store, setting: _Setting, product: str, barred_products: list[str]
) -> dict[str, Any] | None:
    """What followers bought, compared as their reviews are, and the orders with the codes of those who posted.

    None where the store has neither.
    """
    projection, window = setting.projection, None
    items, names = list_purchases(projection.purchases, projection.products, setting.network.ids)
    figures: dict[str, Any] = dict.fromkeys(("adoptions", "expected", "lift", "low", "high", "p", "verdict"))
    if product in names:
        window = Window(items, setting.network, setting.begin, setting.end)
        item = names.index(product)
        barred = number_ids(pd.Index(names), barred_products)
        lift = measure_lift(window, setting.sides.group, setting.sides.others, item, barred[barred >= 0])
        compared = setting.sides.group & ~np.isnan(window.find_rates(setting.sides.others, item))
        figures = describe_figures(lift) | {"followers": int(compared.sum())}
        figures["verdict"] = say_verdict(figures)
    codes = _count_codes(store, setting)
    return None if window is None and codes is None else figures | {"codes": codes}


def _count_codes(store: Store, setting: _Setting) -> dict[str, Any] | None:
    """The orders with the codes of the campaign's people, within its days; None where there are no codes."""
    codes = setting.people.codes
    if not codes:
        return None
    bought = store.table("purchases", ["order", "consumer", "bought_at", "code", "status"])
    when = bought["bought_at"]
    kept = bought[
        bought["code"].str.strip().str.casefold().isin(list(codes))
        & ~bought["status"].isin(TAKEN_BACK)
        & (when.isna() | ((when >= moment(setting.begin)) & (when < moment(setting.end))))
    ]
    whose = kept["code"].str.strip().str.casefold().map(codes)
    by_person = kept.groupby(whose)["order"].nunique().sort_index()
    return {
        "orders": int(kept["order"].nunique()),
        "buyers": int(kept["consumer"].nunique()),
        "by_person": [{"consumer": consumer, "orders": int(n)} for consumer, n in by_person.items()],
    }


def _measure_waves(setting: _Setting, item: int) -> dict[str, Any] | None:
    """Followers of wave 1 against those of wave 2 until it began; None where there was no waiting list."""
    waves = setting.people.waves
    if waves is None:
        return None
    network, sides = setting.network, setting.sides
    place = number_ids(network.ids, waves["consumer"])
    waves, place = waves[place >= 0], place[place >= 0]
    end = setting.end if setting.people.second is None else min(float(np.floor(setting.people.second)), setting.end)
    if end <= setting.begin:
        return None
    window = Window(setting.log.items, network, setting.begin, end)
    begins = np.searchsorted(network.source, np.arange(len(network) + 1))
    follows = csr_array((np.ones(len(network.target)), network.target, begins), shape=(len(network),) * 2)[place]
    reached = np.asarray(follows.sum(axis=0)).reshape(-1) > 0
    rates = np.where(sides.group | sides.others, window.find_rates(sides.others & ~reached, item), np.nan)
    found = compare_waves(waves, follows, window.find_adopters(item), rates)
    if found is None:
        return None
    return {
        "from": f"{moment(setting.begin):%Y-%m-%d}",
        "to": f"{_find_last_day(end):%Y-%m-%d}",
        "first": found.first,
        "second": found.second,
        "adoptions": found.adopters,
        "waiting": found.waiting,
        "lift": found.lift,
        "p": found.p,
        "draws": found.draws,
    }


def _describe_boosted(people: Activated, organic: bool) -> dict[str, Any]:
    return {"people": len(people.boosted), "posts": sum(people.boosted.values()), "left_out": organic}


def _pool(folder: Path, done: Mapping[str, Any], lift: Lift) -> dict[str, Any] | None:
    """This campaign and all others whose lift was measured, as one."""
    if done["campaign"] is None:
        return None
    others = {entry["campaign"]: restore_lift(entry) for entry in read_lifts(folder) if entry["campaign"]}
    others = {name: one for name, one in others.items() if name != done["campaign"] and one.p is not None}
    return describe_pooled({done["campaign"]: lift} | dict(sorted(others.items())))


def _list_barred(folder: Path, campaign: str | None, log: Log, projection: Projection) -> Indices:
    """The items of other campaigns: no controls, because somebody was paid for them too."""
    names = {
        str(one["product"]).casefold()
        for one in read_lists(folder)
        if one["kind"] == "campaign" and one["name"] != campaign and one.get("product")
    }
    products = projection.products
    called = products["product"].str.casefold().isin(names) | products["title"].str.casefold().isin(names)
    places = number_ids(pd.Index(log.item_names()), products.loc[called, "product"])
    return places[places >= 0]


def _name_items(log: Log, items: Indices) -> list[str]:
    return [str(name) for name in log.item_names()[items]]


def _list_notes(done: Mapping[str, Any], setting: _Setting, end: date | None) -> list[str]:
    """What has to be known before the figures are used."""
    notes = []
    missing = len(setting.people.posted) - len(setting.sides.posted)
    boosted = done["boosted"]
    if boosted["people"] and boosted["left_out"]:
        notes.append(
            f"{count(boosted['people'], 'people')} with boosted posts are left out, and so are those who follow them"
            " alone."
        )
    elif boosted["people"]:
        posts = f"{count(boosted['posts'], 'posts')} {'was' if boosted['posts'] == 1 else 'were'} boosted"
        notes.append(
            f"{posts}, and so shown to others than followers: the comparison understates the effect. --organic leaves"
            " out these people and whoever follows them alone."
        )
    if missing - (boosted["people"] if boosted["left_out"] else 0) > 0:
        notes.append(f"{count(missing, 'people')} of those who posted are not in the comparison.")
    wanted = _count_days(end) + 1 if end is not None else setting.people.last + AFTER
    if setting.end < wanted:
        notes.append(f"The data end on {moment(setting.end):%Y-%m-%d}: measure again when more is loaded.")
    return notes


def _mark(network: Network, consumers: Any) -> People:
    found = np.zeros(len(network), dtype=bool)
    place = number_ids(network.ids, pd.Series(list(consumers), dtype="str"))
    found[place[place >= 0]] = True
    return found


def _find_last_day(end: float) -> datetime:
    """The last day before a moment."""
    return moment(end - 1e-6)


def _at(day: date) -> datetime:
    return datetime.combine(day, time.min)


def _count_days(day: date) -> float:
    return float((day - date(1970, 1, 1)).days)
