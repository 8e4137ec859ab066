"""The brand's view: how many people of each niche buy and review us, or our rivals, and the share of voice."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from graphkoc.graph.action_log import YEAR, moment
from graphkoc.graph.network import days
from graphkoc.qualify.brand_names import SOURCES, Brand, find_mentions, find_sides
from graphkoc.runs.tables import TABLES, shaped

__all__ = ["CLIENT", "find_clients", "list_wanted", "view"]

CLIENT = ("yes", "no", "not known")
"""Whether somebody is a client."""

FEWEST_EXPECTED = 5
"""People of ours that a niche should have, below which its affinity is unknown."""


def view(
    reviews: pd.DataFrame,
    purchases: pd.DataFrame,
    products: pd.DataFrame,
    texts: pd.DataFrame,
    members: pd.DataFrame,
    brand: Brand,
    as_of: float,
) -> pd.DataFrame:
    """The brand's figures for everybody and for each niche, at `as_of`, the reference date in days since 1970.

    reviews: review, consumer, product, created_at; of a person's reviews of one product the first counts.
    purchases: consumer, product, bought_at. products: product, title, brand. texts: review, title, text, tags.
    members: consumer, niche. What has no time counts as long past. at: days since 1970. Whose a product is follows
    from its brand or its title, and a review of no such product is about whom it names (`brand_names`).

    Returns one row of everybody who has reviewed or bought anything or named a brand, whose niche is null, then one row
    a niche, sorted: niche, people, buyers (who bought ours; null where no purchase is known), reviewers (who reviewed
    ours), rivals_people (who bought or reviewed a rival's and nothing of ours), voice (ours, of the reviews about ours
    and rivals' in the year up to `as_of`; NaN without any), voice_reviews (how many these are; one about both counts
    for each), of these voice_by_brand, voice_by_title and voice_by_text (where the name was read), voice_before and
    voice_reviews_before (the same of the year before), affinity, affinity_low, affinity_high.

    Affinity is how many of the niche's people bought or reviewed ours over how many would if they were
    like everybody who has touched as many products: an indirectly standardised ratio, in strata of 1, 2
    to 3, 4 to 7 and so on products (Breslow and Day, "Statistical Methods in Cancer Research", volume 2,
    1987). Beside everybody's plain share, half of Ciao's niches stood out for randomly chosen brands,
    since people in niches review more. The interval is Wilson's at 95 % ("Probable inference", JASA 22,
    1927) for the niche's share, the expectation being taken as known. All three are NaN where fewer than
    five people of ours are expected (Cochran's rule, Biometrics 10, 1954).
    """
    sides = find_sides(brand, products)
    side = sides["side"]
    past = [
        _list_touches(reviews, "created_at", side, as_of).sort_values("day").drop_duplicates(["consumer", "product"]),
        _list_touches(purchases, "bought_at", side, as_of),
    ]
    reviewed, bought = past
    touched = pd.concat(past)
    about = _list_about(reviews, reviewed, find_mentions(brand, reviews, texts, side.index), sides["by"], as_of)
    there = pd.concat([touched["consumer"], about["consumer"], members["consumer"]]).unique()
    people = pd.DataFrame({"people": 1}, index=pd.Index(there, name="consumer").sort_values())

    def count(rows: pd.DataFrame) -> pd.Series[int]:
        return rows["consumer"].value_counts().reindex(people.index, fill_value=0)

    people["buyers"] = count(bought[bought["side"] == "own"]) > 0
    people["reviewers"] = count(reviewed[reviewed["side"] == "own"]) > 0
    people["ours"] = people["buyers"] | people["reviewers"]
    people["rivals_people"] = (count(touched[touched["side"] == "rival"]) > 0) & ~people["ours"]
    for suffix, end in (("", as_of), ("_before", as_of - YEAR)):
        window = about[(about["day"] > end - YEAR) & (about["day"] <= end)]
        for name in ("own", "rival"):
            people[name + suffix] = count(window[window["side"] == name])
        if not suffix:
            for by in SOURCES:
                people[f"voice_by_{by}"] = count(window[window["by"] == by])
    things = count(touched.drop_duplicates(["consumer", "product"]))
    stratum = np.log2(things.clip(lower=0.5)).astype(int)
    people["expected"] = people.groupby(stratum)["ours"].transform("mean")

    inside = members[["consumer", "niche"]].drop_duplicates().merge(people, left_on="consumer", right_index=True)
    niches = inside.drop(columns="consumer").groupby("niche").sum().reset_index()
    everybody = people[(things > 0) | (count(about) > 0)].sum().to_frame().T
    table = pd.concat([everybody.assign(niche=None), niches], ignore_index=True)
    for suffix in ("", "_before"):
        heard = table[f"own{suffix}"] + table[f"rival{suffix}"]
        table[f"voice{suffix}"] = (table[f"own{suffix}"] / heard).where(heard > 0)
        table[f"voice_reviews{suffix}"] = heard
    table[["affinity", "affinity_low", "affinity_high"]] = [
        _find_affinity(int(ours), int(size), expected)
        for ours, size, expected in table[["ours", "people", "expected"]].astype(float).to_numpy()
    ]
    if purchases.empty:
        table["buyers"] = pd.NA
    return shaped("brand", table[TABLES["brand"].names])


def list_wanted(purchases: pd.DataFrame, products: pd.DataFrame, brand: Brand | None) -> pd.DataFrame | None:
    """The purchases of our brand, or of a product of its categories, and whether each is of ours; None where unknown.

    purchases: order, product, consumer, bought_at. products: product, title, brand, category. Without a brand of ours,
    or any purchase, nothing is known. Returns order, consumer, day (days since 1970, NaN for none), own (bool).
    """
    if brand is None or not brand.own or purchases.empty:
        return None
    sides = find_sides(brand, products)["side"]
    ours = sides.index[sides == "own"]
    own = products["product"].isin(ours)
    wanted = products.loc[own | products["category"].isin(products.loc[own, "category"].dropna()), "product"]
    rows = purchases[purchases["product"].isin(wanted)]
    return rows[["order", "consumer"]].assign(day=days(rows["bought_at"]), own=rows["product"].isin(ours))


def find_clients(
    ids: NDArray[Any], purchases: pd.DataFrame, products: pd.DataFrame, brand: Brand | None, as_of: float
) -> pd.DataFrame:
    """Whether they bought our brand, or a product of its categories, in the year up to `as_of`; a row per id.

    ids: (n,) consumers, sorted. purchases and products: as of `list_wanted`. Returns client (of CLIENT), client_orders
    (Int64, null where not known), client_own_orders (of these, those of our brand) and client_last_order (datetime64,
    null without one). `no` is only for people of whom purchases are known, none of which without a date may be one of
    these; without a brand of ours nothing is known.
    """
    found = pd.DataFrame({"client": CLIENT[2]}, index=pd.Index(ids, name="consumer"), dtype="str")
    wanted = list_wanted(purchases, products, brand)
    columns = ["client_orders", "client_own_orders"]
    if wanted is None:
        nothing = pd.DataFrame(columns=[*columns, "client_last_order"], index=found.index)
        return found.join(nothing).reset_index(drop=True)
    known = purchases.loc[~(days(purchases["bought_at"]) > as_of), "consumer"]
    found.loc[found.index.isin(known), "client"] = CLIENT[1]
    found.loc[found.index.isin(wanted.loc[wanted["day"].isna(), "consumer"]), "client"] = CLIENT[2]
    these = wanted[(wanted["day"] > as_of - YEAR) & (wanted["day"] <= as_of)]
    orders = these.groupby(["consumer", "order"]).agg({"day": "max", "own": "any"}).groupby("consumer")
    counts = orders.agg(client_orders=("own", "size"), client_own_orders=("own", "sum"), day=("day", "max"))
    found.loc[found.index.isin(counts.index), "client"] = CLIENT[0]
    found = found.join(counts)
    found[columns] = found[columns].astype("Int64")
    found.loc[found["client"] == CLIENT[1], columns] = 0
    found["client_last_order"] = [pd.NaT if np.isnan(day) else moment(day) for day in found.pop("day")]
    return found.reset_index(drop=True)


def _list_about(
    reviews: pd.DataFrame, reviewed: pd.DataFrame, mentions: pd.DataFrame, by: pd.Series[str], as_of: float
) -> pd.DataFrame:
    """The reviews about ours or a rival's up to `as_of`: consumer, day, side, by; one about both has two rows."""
    sold = reviewed[reviewed["side"].notna()]
    named = reviews[["review", "consumer", "created_at"]].merge(mentions, on="review")
    named = named.assign(day=np.nan_to_num(days(named["created_at"]), nan=-np.inf), by="text")
    both = pd.concat([sold.assign(by=sold["product"].map(by)), named[named["day"] <= as_of]])
    return both[["consumer", "day", "side", "by"]]


def _list_touches(events: pd.DataFrame, time: str, side: pd.Series[str], as_of: float) -> pd.DataFrame:
    """Reviews or purchases of something sold up to `as_of`: consumer, product, day (-inf for none), side."""
    day = np.nan_to_num(days(events[time]), nan=-np.inf)
    known = events.assign(day=day)[(day <= as_of) & events["product"].notna()]
    return known[["consumer", "product", "day"]].assign(side=known["product"].map(side).astype("str"))


def _find_affinity(ours: int, people: int, expected: float) -> tuple[float, float, float]:
    """How many of the people are ours over how many should be, and its interval."""
    if expected < FEWEST_EXPECTED:
        return np.nan, np.nan, np.nan
    share = scipy.stats.binomtest(ours, people).proportion_ci(method="wilson")
    return ours / expected, share.low * people / expected, share.high * people / expected
