"""Checks for a human to judge: each names its evidence and quotes it. None excludes anybody by itself.

A check says what stands in the data and no more: an advertisement for a rival may be a contract or a single post, and
a word of the user's list may stand in a warning against it. `[safety] exclude` in graphkoc.toml names the checks that
take a person off the list. Ratings do not enter.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from graphkoc.errors import UsageError
from graphkoc.graph.action_log import YEAR, moment
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.qualify.brand_names import Brand, find_mentions, find_sides, find_words
from graphkoc.runs.checks import CHECKS
from graphkoc.text import count, display_name

__all__ = ["find_checks", "list_excluded", "validate_excluding"]

AD = ("paid", "gifted")
"""Origins of a review that carries an advertising label, be it a hashtag, a word or the platform's own."""
AD_DAYS = 90
MOST_BRANDS = 2
"""Brands whose gifts in one year nobody needs to look at."""
NEWEST = 3
"""Reviews that are quoted of one person and check."""
LONGEST = 120
"""Characters of a quote."""
COLUMNS = ["consumer", "check", "evidence", "review", "quote"]


def find_checks(projection: Projection, brand: Brand | None, words: Sequence[str], as_of: float) -> pd.DataFrame:
    """What a human should judge, as of the day `as_of`: consumer, check (of CHECKS), evidence, review, quote.

    brand: ours and our rivals'. words: those of the user's brand-safety list. review and quote are null for what no
    single review shows. A review without a date counts for the words alone. Of one person and check at most NEWEST
    reviews are quoted, the newest first.
    """
    written = projection.reviews.merge(projection.texts, on="review", how="left")
    written = written.assign(day=days(written["created_at"]))
    written = written[((written["day"] > as_of - YEAR) & (written["day"] <= as_of)) | written["day"].isna()]
    written = written.sort_values(["consumer", "day", "review"], ascending=[True, False, True])
    found = [
        _find_rival_ads(projection, written[written["day"] > as_of - AD_DAYS], brand),
        _find_prices(projection.consumers),
        _find_safety_words(written, words),
        _find_gifts(written, projection.products),
    ]
    table = pd.concat([one[COLUMNS] for one in found], ignore_index=True).astype("str")
    place = table["check"].map(list(CHECKS).index)
    return table.assign(place=place).sort_values(["consumer", "place"], kind="stable", ignore_index=True)[COLUMNS]


def validate_excluding(exclude: Sequence[str]) -> None:
    """Raise UsageError for a check that there is none of."""
    if unknown := [name for name in exclude if name not in CHECKS]:
        raise UsageError(f"there is no check {unknown[0]!r}", hint=f"There are: {', '.join(CHECKS)}.")


def list_excluded(checks: pd.DataFrame, consumers: pd.Index, exclude: Sequence[str]) -> pd.Series[str]:
    """The checks that take each consumer off the list, separated by semicolons; null for none."""
    out = checks[checks["check"].isin(list(exclude))].drop_duplicates(["consumer", "check"])
    return out.groupby("consumer")["check"].agg("; ".join).reindex(consumers).astype("str")


def _find_rival_ads(projection: Projection, written: pd.DataFrame, brand: Brand | None) -> pd.DataFrame:
    """Labelled advertisements about a rival's product, or that name a rival and not us."""
    if brand is None or not brand.rivals:
        return pd.DataFrame(columns=COLUMNS)
    labelled = written[written["origin"].isin(AD)]
    side = find_sides(brand, projection.products)["side"]
    named = find_mentions(brand, labelled[["review", "product"]], projection.texts, side.index)
    sides = named.groupby("review")["side"].agg(set)
    only_rival = sides.index[sides.map(lambda one: one == {"rival"}).astype(bool)]
    about = labelled[(labelled["product"].map(side) == "rival") | labelled["review"].isin(only_rival)]
    return _quote(about, "rival_ad", "labelled as " + about["origin"] + ", about a rival", brand.rivals)


def _find_prices(consumers: pd.DataFrame) -> pd.DataFrame:
    """The people on a price list."""
    asked = consumers[consumers["quote"].notna()]
    evidence = [f"on a price list, which asks {price:,.10g} for a post" for price in asked["quote"].astype(float)]
    return asked[["consumer"]].assign(check="for_hire", evidence=evidence, review=None, quote=None)


def _find_safety_words(written: pd.DataFrame, words: Sequence[str]) -> pd.DataFrame:
    """The texts of the last year with a word of the user's list."""
    there = _join(written)
    hits = [there.index[find_words([word], there)] for word in dict.fromkeys(words)]
    which = pd.Series(
        {row: word for word, rows in reversed(list(zip(dict.fromkeys(words), hits, strict=True))) for row in rows},
        dtype="str",
    )
    found = written[written.index.isin(which.index)]
    named = which.reindex(found.index)
    return _quote(found, "safety_words", "has the word " + named, words)


def _find_gifts(written: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """The people whose gifted reviews of the last year are of many brands, as the products state them."""
    gifted = written[(written["origin"] == "gifted") & written["day"].notna()]
    stated = gifted["product"].map(products.set_index("product")["brand"])
    brands = gifted.assign(brand=stated, key=stated.str.strip().str.casefold()).dropna(subset=["key"])
    brands = brands.sort_values(["consumer", "key"], kind="stable").drop_duplicates(["consumer", "key"])
    lists = brands.groupby("consumer")["brand"].agg(list)
    many = lists[lists.map(len).astype(int) > MOST_BRANDS]
    evidence = [
        f"gifts from {count(len(names), 'brands')} in the last year: "
        f"{display_name(', '.join(str(name) for name in names), LONGEST)}"
        for names in many
    ]
    return pd.DataFrame({"consumer": many.index, "check": "many_gifts", "evidence": evidence}).assign(
        review=None, quote=None
    )


def _quote(rows: pd.DataFrame, check: str, evidence: pd.Series[str], words: Sequence[str]) -> pd.DataFrame:
    """The newest reviews of each person, with the day in the evidence and the text around the first of the words."""
    day = ["" if pd.isna(one) else f", {moment(one).day} {moment(one):%B %Y}" for one in rows["day"]]
    found = rows[["consumer", "review"]].assign(
        check=check, evidence=evidence + pd.Series(day, rows.index, dtype="str")
    )
    found["quote"] = [_cut(text, words) for text in _join(rows)]
    return found.groupby("consumer").head(NEWEST)


def _join(rows: pd.DataFrame) -> pd.Series[str]:
    """Title, text and tags of each review."""
    return rows["title"].fillna("") + "\n" + rows["text"].fillna("") + "\n" + rows["tags"].fillna("")


def _cut(text: str, words: Sequence[str]) -> str | None:
    """A piece of the text around the first of the words that is in it, or its beginning; None for no text."""
    whole = display_name(text, len(text) + 1)
    places = [place for word in words if (place := whole.casefold().find(word.casefold())) >= 0]
    begin = max(min(places, default=0) - LONGEST // 3, 0)
    shown = display_name(("…" if begin else "") + whole[begin:], LONGEST)
    return shown or None
