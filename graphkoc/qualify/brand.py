"""The brand's view: how many people of each niche buy and review us, or our rivals, and the share of voice."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy

from graphkoc.errors import UsageError
from graphkoc.graph.action_log import YEAR
from graphkoc.graph.network import days
from graphkoc.runs.tables import TABLES, shaped

__all__ = ["Brand", "bought", "unheard", "view"]

FEWEST_EXPECTED = 5
"""People of ours that a niche should have, below which its affinity is unknown."""


@dataclass(frozen=True)
class Brand:
    """Our brand names and our rivals', as products state them; case, width and spaces make no difference.

    Raises UsageError for a name that is on both sides.
    """

    own: tuple[str, ...]
    rivals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if both := sorted({_fold_name(name) for name in self.own} & {_fold_name(name) for name in self.rivals}):
            raise UsageError(
                f"the brand {both[0]!r} is our own and a rival's", hint="Take it out of `own` or of `rivals`."
            )


def unheard(brand: Brand, products: pd.DataFrame) -> list[str]:
    """A sentence for each name of the brand that no product bears, with the nearest that some do.

    products: brand. A warning and no error, since a rival may just not have come up yet.
    """
    there = {_fold_name(name): name for name in sorted(products["brand"].dropna().unique(), reverse=True)}
    sentences = []
    for name in (*brand.own, *brand.rivals):
        if _fold_name(name) not in there:
            near = [there[other] for other in difflib.get_close_matches(_fold_name(name), sorted(there))]
            sentences.append(f"no product is of the brand {name!r}" + (f"; near is {', '.join(near)}" if near else ""))
    return sentences


def view(
    reviews: pd.DataFrame,
    purchases: pd.DataFrame,
    products: pd.DataFrame,
    members: pd.DataFrame,
    brand: Brand,
    as_of: float,
) -> pd.DataFrame:
    """The brand's figures for everybody and for each niche, at `as_of`, the reference date in days since 1970.

    reviews: consumer, product, created_at; of a person's reviews of one product the first counts.
    purchases: consumer, product, bought_at. products: product, brand. members: consumer, niche. What has
    no time counts as long past. at: days since 1970.

    Returns one row of everybody who has reviewed or bought anything, whose niche is null, then one row a
    niche, sorted: niche, people, buyers and reviewers (who bought, who reviewed ours), rivals_people (who
    bought or reviewed a rival's and nothing of ours), voice (ours, of the reviews of ours and rivals' in
    the year up to `as_of`; NaN without any), voice_reviews (how many these are), voice_before and
    voice_reviews_before (the same of the year before), affinity, affinity_low, affinity_high.

    Affinity is how many of the niche's people bought or reviewed ours over how many would if they were
    like everybody who has touched as many products: an indirectly standardised ratio, in strata of 1, 2
    to 3, 4 to 7 and so on products (Breslow and Day, "Statistical Methods in Cancer Research", volume 2,
    1987). Beside everybody's plain share, half of Ciao's niches stood out for randomly chosen brands,
    since people in niches review more. The interval is Wilson's at 95 % ("Probable inference", JASA 22,
    1927) for the niche's share, the expectation being taken as known. All three are NaN where fewer than
    five people of ours are expected (Cochran's rule, Biometrics 10, 1954).
    """
    side = _find_sides(brand, products)
    past = [
        _list_touches(reviews, "created_at", side, as_of).sort_values("day").drop_duplicates(["consumer", "product"]),
        _list_touches(purchases, "bought_at", side, as_of),
    ]
    reviewed, bought = past
    touched = pd.concat(past)
    there = pd.concat([touched["consumer"], members["consumer"]]).unique()
    people = pd.DataFrame({"people": 1}, index=pd.Index(there, name="consumer").sort_values())

    def count(rows: pd.DataFrame) -> pd.Series[int]:
        return rows["consumer"].value_counts().reindex(people.index, fill_value=0)

    people["buyers"] = count(bought[bought["side"] == "own"]) > 0
    people["reviewers"] = count(reviewed[reviewed["side"] == "own"]) > 0
    people["ours"] = people["buyers"] | people["reviewers"]
    people["rivals_people"] = (count(touched[touched["side"] == "rival"]) > 0) & ~people["ours"]
    for suffix, end in (("", as_of), ("_before", as_of - YEAR)):
        window = reviewed[(reviewed["day"] > end - YEAR) & (reviewed["day"] <= end)]
        for name in ("own", "rival"):
            people[name + suffix] = count(window[window["side"] == name])
    things = count(touched.drop_duplicates(["consumer", "product"]))
    stratum = np.log2(things.clip(lower=0.5)).astype(int)
    people["expected"] = people.groupby(stratum)["ours"].transform("mean")

    inside = members[["consumer", "niche"]].drop_duplicates().merge(people, left_on="consumer", right_index=True)
    niches = inside.drop(columns="consumer").groupby("niche").sum().reset_index()
    everybody = people[things > 0].sum().to_frame().T
    table = pd.concat([everybody.assign(niche=None), niches], ignore_index=True)
    for suffix in ("", "_before"):
        heard = table[f"own{suffix}"] + table[f"rival{suffix}"]
        table[f"voice{suffix}"] = (table[f"own{suffix}"] / heard).where(heard > 0)
        table[f"voice_reviews{suffix}"] = heard
    table[["affinity", "affinity_low", "affinity_high"]] = [
        _find_affinity(int(ours), int(size), expected)
        for ours, size, expected in table[["ours", "people", "expected"]].astype(float).to_numpy()
    ]
    return shaped("brand", table[TABLES["brand"].names])


def bought(purchases: pd.DataFrame, products: pd.DataFrame, brand: Brand) -> pd.DataFrame:
    """The purchases of our own brand's products: consumer, product, day (days since 1970, -infinity for none).

    purchases: consumer, product, bought_at. products: product, brand.
    """
    touched = _list_touches(purchases, "bought_at", _find_sides(brand, products), np.inf)
    return touched.loc[touched["side"] == "own", ["consumer", "product", "day"]]


def _fold_name(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _find_sides(brand: Brand, products: pd.DataFrame) -> pd.Series[str]:
    """own or rival for each product that is one or the other; index the product."""
    sides = {_fold_name(name): "rival" for name in brand.rivals} | {_fold_name(name): "own" for name in brand.own}
    known = {name: sides.get(_fold_name(name)) for name in products["brand"].dropna().unique()}
    return products.set_index("product")["brand"].map(known).dropna().astype("str")


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
