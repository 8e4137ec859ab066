"""Whether a campaign was worth it: its lift, by what a store has of the time since; kept beside the runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from graphkoc import analysis
from graphkoc.activate.lift.document import Sides, describe_figures, describe_parts, describe_pooled, find_sides
from graphkoc.activate.lift.effect import Lift, measure_lift
from graphkoc.activate.lift.followed_on import count_followed_on
from graphkoc.activate.lift.ledger import keep_lift, read_lifts, restore_lift
from graphkoc.activate.lift.purchased import list_purchases
from graphkoc.activate.lift.strata import Window
from graphkoc.activate.lift.waves import compare_waves
from graphkoc.activate.lift.words import say_verdict
from graphkoc.annotations import find_settings
from graphkoc.arrays import Indices, number_ids
from graphkoc.campaigns.activated import Activated, read_activated, read_seeded
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.graph.action_log import Items, Log, moment
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

People = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class _Setting:
    """What a campaign is measured in: the follows known at `begin`, the two sides, and the days until `end`."""

    projection: Projection
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
    controls, controls_as_large, would_have_shown, by_person, by_niche, purchases, waves, boosted, followed_on (see
    `graphkoc.activate.lift.followed_on`), pooled, verdict, notes, figures}. low and high are the ends of the 90 %
    interval. Raises UsageError for what does not exist, and AnalysisError where nothing can be compared.
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
    names = pd.Index(log.item_names())
    called, about = _find_product(projection, names, wanted)
    places = _find_places(names, called)
    item, items = int(places[0]), log.items.unite(places)
    if document is not None:
        accounts = projection.accounts
        persons = dict(zip(accounts["account"], accounts["consumer"], strict=True))
        people = read_activated(folder, document, persons)
    else:
        assert begin is not None
        assert end is not None
        people = read_seeded(projection, called, _at(begin), _at(end) + timedelta(days=1))
    setting = _find_setting(projection, log, as_of, people, begin, end, organic)
    window = Window(items, setting.network, setting.begin, setting.end)
    others = _list_others(folder, campaign, projection.products)
    lift = measure_lift(window, setting.sides.group, setting.sides.others, item, _find_places(names, others))
    found = _describe(window, setting, item, lift, run) | {
        "purchases": _measure_purchases(store, setting, called, others),
        "waves": _measure_waves(setting, items, item),
        "boosted": _describe_boosted(people, organic),
        "followed_on": count_followed_on(log.items, setting.network, setting.sides.posted, setting.begin, as_of),
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


def _find_product(projection: Projection, names: pd.Index[str], wanted: str) -> tuple[list[str], dict[str, Any]]:
    """What a log calls a product, as far as it has it, and what it is called; by id, title, or a tag with its #."""
    products = projection.products
    called = _list_names(products, wanted)
    found = [name for name in called if name in names]
    if not found:
        raise AnalysisError(
            f"no review of {wanted!r} is known, so nothing can be compared",
            hint="Give the product's id or title, or # and a tag; load the reviews since the campaign.",
        )
    title = products.set_index("product")["title"].reindex(called).dropna()
    return called, {"product": found[0], "title": text_or_none(title.iloc[0]) if len(title) else None}


def _list_names(products: pd.DataFrame, wanted: str) -> list[str]:
    """The names of items that are one product: its id, those of the same title elsewhere, and the title as a tag.

    A note on a platform that has no products names one by its tag alone.
    """
    titles = products["title"].str.casefold()
    there = products["product"] == wanted
    if not there.any():
        there = titles == wanted.casefold()
    if not there.any():
        return [wanted.casefold()]
    same = there | titles.isin(titles[there].dropna())
    tags = dict.fromkeys(f"#{''.join(title.split())}" for title in titles[there].dropna())
    return [*products.loc[there, "product"], *products.loc[same & ~there, "product"], *tags]


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
    return _Setting(projection, people, network, sides, first, min(last, as_of))


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
    store: Store, setting: _Setting, called: Sequence[str], others: Sequence[str]
) -> dict[str, Any] | None:
    """What followers bought, compared as their reviews are, and the orders with the codes of those who posted.

    None where the store has neither.
    """
    projection, window = setting.projection, None
    items, names = list_purchases(projection.purchases, projection.products, setting.network.ids)
    figures: dict[str, Any] = dict.fromkeys(("adoptions", "expected", "lift", "low", "high", "p", "verdict"))
    places = _find_places(pd.Index(names), called)
    if len(places):
        window = Window(items.unite(places), setting.network, setting.begin, setting.end)
        item, barred = int(places[0]), _find_places(pd.Index(names), others)
        lift = measure_lift(window, setting.sides.group, setting.sides.others, item, barred)
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


def _measure_waves(setting: _Setting, items: Items, item: int) -> dict[str, Any] | None:
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
    window = Window(items, network, setting.begin, end)
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


def _list_others(folder: Path, campaign: str | None, products: pd.DataFrame) -> list[str]:
    """What the products of other campaigns are called: no controls, because somebody was paid for them too."""
    return [
        name
        for one in read_lists(folder)
        if one["kind"] == "campaign" and one["name"] != campaign and one.get("product")
        for name in _list_names(products, str(one["product"]))
    ]


def _find_places(names: pd.Index[str], called: Sequence[str]) -> Indices:
    """Where some names are among others; those that are not there are passed over."""
    places = names.get_indexer(pd.Index(called))
    return np.asarray(places[places >= 0], dtype=np.int64)


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
