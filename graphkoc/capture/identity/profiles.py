"""What accounts are compared by, beside exact keys: names, ties, taste, writing and hours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import anyascii
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from graphkoc.arrays import number_ids
from graphkoc.files import read_toml
from graphkoc.stores import Store

__all__ = ["Profiles", "profiles", "romanised"]

LETTERS = 20_000
"""Letters of an account's writing that are weighed, the newest first."""
WORD = re.compile(r"[^\W\d_]{3,}|[\u3400-\u9fff]+")
HAN = re.compile(r"[\u3400-\u9fff]")
MARKS = re.compile(r"([^\w\s])\1*")
FUNCTION_WORDS = 150
"""The words that most accounts use show how somebody writes, the others what about."""
MIDNIGHT = 0.9
"""Minimum share of times at midnight for them to be dates, which have no hour."""


@dataclass(frozen=True, eq=False)
class Profiles:
    """A row per account, sorted by key; the rows of a matrix are of length 1, or 0 where nothing is known.

    accounts: consumer, platform, person (empty unless linked). names: (n, 2) str, handle and name in Latin
    letters, "" for none. full_names: (n,) str, see `_share_full_names`. grams: of names. company: the accounts that
    this one follows or engages with, or that follow it or engage with it. taste, style: of its texts. hours: of its
    texts (UTC).
    """

    accounts: pd.DataFrame
    names: NDArray[np.object_]
    full_names: NDArray[np.object_]
    grams: csr_array
    company: csr_array
    taste: csr_array
    style: csr_array
    hours: csr_array


def romanised(names: pd.Series[str]) -> pd.Series[str]:
    """Names in small Latin letters and digits alone, whatever script they are in; "" for none."""
    distinct = {name: _romanise(name) for name in names.dropna().unique()}
    return _text(names.map(distinct))


def _romanise(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", anyascii.anyascii(unicodedata.normalize("NFKC", name)).casefold())


def profiles(store: Store) -> Profiles:
    """The profiles of all accounts that have a platform."""
    accounts = store.table("consumers", ["consumer", "platform", "name", "handle"])
    accounts = accounts[accounts["platform"].notna()].sort_values("consumer", ignore_index=True)
    person = store.table("identities").set_index("account")["person"]
    accounts["person"] = _text(accounts["consumer"].map(person))
    names = pd.DataFrame({"handle": romanised(accounts["handle"]), "name": romanised(accounts["name"])})
    reviews = store.table("reviews", ["review", "consumer", "product", "created_at", "title", "text", "tags"])
    engagements = store.table("engagements", ["engagement", "consumer", "review", "created_at", "text"])
    everything = _list_texts(reviews, engagements, store.table("products", ["product", "title", "brand", "category"]))
    written = everything.groupby("consumer")["words"].agg("\n".join).str.slice(stop=LETTERS)
    texts = _text(accounts["consumer"].map(written)).tolist()
    common = _find_common(texts)
    return Profiles(
        accounts[["consumer", "platform", "person"]],
        names.to_numpy(dtype=object),
        _share_full_names(accounts),
        _weigh((names["handle"] + " " + names["name"]).tolist(), _grams),
        _weigh_ties(store, accounts, names, reviews, engagements),
        _weigh(texts, lambda text: [word for word in _words(text) if word not in common]),
        _weigh(texts, lambda text: _marks(text) + [word for word in _words(text) if word in common]),
        _count_hours(everything, accounts["consumer"]),
    )


def _share_full_names(accounts: pd.DataFrame) -> NDArray[np.object_]:
    """(n,) str: the family and full name that an account shares with one other of the same family, "" for all others.

    A full name has a first and a last one, of two letters or more. One that a third person bears says nothing. Accounts
    of one person count as one.
    """
    families = {platform: family for family, names in _read_families().items() for platform in names}
    words = accounts["name"].dropna().str.split()
    full = _text(words.map(_join_full_name).reindex(accounts.index))
    family = _text(accounts["platform"].str.casefold().map(families))
    shared = (family + " " + full).where((family != "") & (full != ""), "")
    who = accounts["person"].where(accounts["person"] != "", accounts["consumer"])
    bearers = who.groupby(shared).transform("nunique")
    found: NDArray[np.object_] = shared.where(bearers == 2, "").to_numpy(dtype=object)
    return found


def _join_full_name(words: list[str]) -> str:
    """A name's words in Latin letters and in one order, whichever comes first; "" where it has no two words."""
    latin = sorted(filter(None, map(_romanise, words)))
    return " ".join(latin) if len(latin) > 1 and min(map(len, latin)) > 1 else ""


@cache
def _read_families() -> dict[str, list[str]]:
    return read_toml(Path(__file__).with_name("families.toml"))


def _list_texts(reviews: pd.DataFrame, engagements: pd.DataFrame, products: pd.DataFrame) -> pd.DataFrame:
    """Every text, newest first: consumer, created_at, words."""
    about = _join(products.set_index("product"))
    words = _join(reviews[["title", "text", "tags"]]) + " " + _text(reviews["product"].map(about))
    rows = pd.concat(
        [
            reviews[["consumer", "created_at"]].assign(words=words),
            engagements[["consumer", "created_at"]].assign(words=_text(engagements["text"])),
        ]
    )
    return rows.sort_values(["created_at", "consumer", "words"], ascending=[False, True, True], ignore_index=True)


def _text(values: pd.Series[Any]) -> pd.Series[str]:
    """Texts with "" where there are none."""
    return values.astype("object").where(values.notna(), "").astype("str")


def _join(table: pd.DataFrame) -> pd.Series[str]:
    """The columns of a table as one text a row."""
    whole = pd.Series("", table.index, dtype="str")
    for name in table:
        whole = whole + " " + _text(table[name])
    return whole


def _words(text: str) -> list[str]:
    """Words of three letters or more, and pairs of Chinese characters."""
    found = []
    for word in WORD.findall(text.casefold()):
        if HAN.match(word):
            found += [word[i : i + 2] for i in range(max(1, len(word) - 1))]
        else:
            found.append(word)
    return found


def _marks(text: str) -> list[str]:
    """Punctuation and emoji, and whether they are doubled."""
    return [mark.group()[:2] for mark in MARKS.finditer(text)]


def _grams(text: str) -> list[str]:
    return [f" {name} "[i : i + 3] for name in text.split() for i in range(len(name))]


def _find_common(texts: list[str]) -> set[str]:
    """The words that most accounts use."""
    users = pd.Series([word for text in texts for word in set(_words(text))], dtype="str").value_counts()
    return set(users.head(FUNCTION_WORDS)[users > 0.2 * sum(map(bool, texts))].index)


def _weigh(texts: list[str], tokens: Callable[[str], list[str]]) -> csr_array:
    """A row per text: the tokens that two texts or more have, by how often (log) and how rare."""
    made = TfidfVectorizer(analyzer=tokens, min_df=2, sublinear_tf=True)
    try:
        return csr_array(made.fit_transform(texts))
    except ValueError:  # no token is in two of them
        return csr_array((len(texts), 1), dtype=float)


def _weigh_ties(
    store: Store, accounts: pd.DataFrame, names: pd.DataFrame, reviews: pd.DataFrame, engagements: pd.DataFrame
) -> csr_array:
    """The accounts that each is tied to: as persons, or by name where the person is unknown."""
    follows = store.table("follows", ["follower", "followee"])
    author = engagements["review"].map(reviews.set_index("review")["consumer"])
    one = pd.concat([follows["follower"], engagements["consumer"]], ignore_index=True)
    two = pd.concat([follows["followee"], author], ignore_index=True)
    ties = pd.DataFrame({"one": pd.concat([one, two]), "two": pd.concat([two, one])}).dropna().drop_duplicates()
    called = names["handle"].where(names["handle"] != "", names["name"])
    token = ("=" + accounts["person"]).where(accounts["person"] != "", called)
    keys = pd.Series(token.to_numpy(), accounts["consumer"])
    ties["key"] = _text(ties["two"].map(keys))
    ties = ties[(ties["one"] != ties["two"]) & (ties["key"] != "")].sort_values(["one", "key"])
    lists = ties.groupby("one")["key"].agg("\n".join)
    texts = _text(accounts["consumer"].map(lists)).tolist()
    return _weigh(texts, lambda text: sorted(set(text.split("\n")) - {""}))


def _count_hours(texts: pd.DataFrame, consumers: pd.Series[str]) -> csr_array:
    """At which hours accounts write, smoothed round the clock; the square root of shares."""
    times = texts.loc[texts["created_at"].notna(), ["consumer", "created_at"]]
    if not len(times) or (times["created_at"].dt.normalize() == times["created_at"]).mean() > MIDNIGHT:
        return csr_array((len(consumers), 24), dtype=float)
    row = number_ids(consumers, times["consumer"])
    hour = times["created_at"].dt.hour.to_numpy(dtype=int)
    counts = np.zeros((len(consumers), 24))
    np.add.at(counts, (row[row >= 0], hour[row >= 0]), 1.0)
    smooth = counts + 0.5 * (np.roll(counts, 1, axis=1) + np.roll(counts, -1, axis=1))
    return csr_array(normalize(np.sqrt(smooth)))
