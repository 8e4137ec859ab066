"""What people say of a topic: who knows it, what they think of it as far as ratings say, and who gives reasons.

Only free opinions count: a review that was gifted, paid or asked for says nothing of what somebody thinks unasked.
Without a rating the sign of an opinion is not known and is not guessed from words.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from graphkoc.arrays import number_ids
from graphkoc.invite.topics import Topic
from graphkoc.qualify.quality.stars import HIGH, LOW
from graphkoc.qualify.quality.traits import count_traits, find_other_languages
from graphkoc.runs.run import Run
from graphkoc.text import display_name, number_or_none, text_or_none

__all__ = [
    "LANGUAGE_NAMES",
    "NOT_KNOWN",
    "SIGNS",
    "find_spoken",
    "gather_opinions",
    "list_quotes",
    "measure_texts",
]

SIGNS = ("low", "middle", "high", "unrated")
"""The columns that count a person's opinions by sign; the last has those without a rating."""
NOT_KNOWN = "not known"
NOT_FREE = ("gifted", "paid", "invited")
"""Origins of a review that somebody asked for."""
LONG = 200.0
"""Letters, about 40 words, from which on a text with a word such as "because" gives reasons. A Chinese character
counts three."""
USEFUL = 60.0
"""Quality from which on a text that names a problem is constructive: a short one often names it in passing alone."""
MIDDLE, PRIOR, DECIMALS = 50.0, 5.0, 9
"""The quality in the middle, what it weighs in a person's own, in texts, and the digits of that which count."""
QUOTED, LONGEST = 3, 240
"""Quotes of a person, and characters of each."""
CODES = {"Chinese": "zh", "English": "en"}
LANGUAGE_NAMES = {
    "zh": "Chinese",
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "pl": "Polish",
    "sv": "Swedish",
    "da": "Danish",
    "tr": "Turkish",
    "id": "Indonesian",
    "ru": "Russian",
}
"""The languages that are told apart, as ISO 639 writes them, with their names."""


def measure_texts(topic: Topic, run: Run) -> pd.DataFrame:
    """The reviews of a topic, in its order, with what is known of each as an opinion.

    Adds free (not gifted, paid or asked for), own (a text that is neither copied nor repeated, as content quality was
    measured on it), quality (percentile among its peers, NaN where unknown), specifics, constructive (it names a
    problem and what to do about it, and is of at least USEFUL quality where that is known), reasons (either of these,
    or long with a word that gives a reason), and low, middle, high and unrated. Words of problems and reasons are known
    of English and Chinese; in other languages a long text counts.
    """
    rows = topic.reviews.assign(free=~topic.reviews["origin"].isin(NOT_FREE))
    measured = run.texts.set_index("review").reindex(rows["review"])
    rows["own"] = measured["consumer"].notna().to_numpy()
    rows["quality"] = measured["quality"].to_numpy(dtype=float)
    for name in ("specifics", "constructive"):
        rows[name] = measured[name].fillna(False).astype(bool).to_numpy()
    rows["constructive"] &= ~(rows["quality"] < USEFUL)
    rows["reasons"] = rows["specifics"] | rows["constructive"]
    rest = rows[rows["own"] & ~rows["reasons"]]
    traits = count_traits(rest["headline"], rest["text"], np.zeros(len(rest)))
    foreign = rest["consumer"].map(run.people.set_index("consumer")["language"]) == "other"
    given = (traits.column("reasons") > 0) | foreign.to_numpy()
    rows.loc[rest.index, "reasons"] = given & (traits.letters + 2 * traits.han >= LONG)
    rating = rows["rating"]
    return rows.assign(
        low=rating <= LOW, middle=(rating > LOW) & (rating < HIGH), high=rating >= HIGH, unrated=rating.isna()
    )


def gather_opinions(texts: pd.DataFrame, since: pd.Timestamp) -> pd.DataFrame:
    """The people with a review of a topic, by id, with what they say of it.

    texts: as `measure_texts` returns them. since: what is older is not lately. Returns texts (their reviews of the
    topic), asked_for (of these the gifted, paid and invited ones), exact (those about the product itself), and of the
    free ones lately, reasons, constructive, specifics, and a column for each of SIGNS; quality (mean percentile of
    these, drawn to the middle, NaN where unknown); latest (the newest, or null).
    """
    free = texts[texts["free"]]
    counted = free.assign(lately=free["created_at"] > since)
    names = ["lately", "reasons", "constructive", "specifics", *SIGNS]
    every = texts.groupby("consumer").agg(texts=("review", "size"), exact=("exact", "sum"), free=("free", "sum"))
    table = every.join(counted.groupby("consumer")[names].sum()).fillna(0).astype("int64")
    known = free.dropna(subset=["quality"]).groupby("consumer")["quality"].agg(["sum", "size"])
    drawn = (known["sum"] + PRIOR * MIDDLE) / (known["size"] + PRIOR)
    table["quality"] = drawn.round(DECIMALS).reindex(table.index)
    table["asked_for"] = table["texts"] - table["free"]
    table["latest"] = counted.groupby("consumer")["created_at"].max().reindex(table.index)
    return table


def find_spoken(texts: pd.DataFrame, run: Run) -> pd.Series[Any]:
    """The language in which each person with a review of the topic writes, as ISO 639 has it, by id; null for none.

    English and Chinese are those of the run; another one is told by the stop words of what they write of the topic.
    """
    ids = np.unique(texts["consumer"].to_numpy(dtype=str))
    language = run.people.set_index("consumer")["language"].reindex(ids)
    found = language.map(CODES).astype(object)
    others = ids[(language == "other").to_numpy()]
    theirs = texts[texts["consumer"].isin(others)]
    person = number_ids(others, theirs["consumer"])
    found[others] = find_other_languages(theirs["headline"], theirs["text"], person, len(others))
    return found.where(found.notna(), None)


def list_quotes(texts: pd.DataFrame) -> list[dict[str, Any]]:
    """What to read first of a person's opinions: [{review, about, rating, created_at, constructive, quote}].

    texts: free ones of one person. Texts about the product itself come first, then those that name a problem and what
    to do about it, then by quality and date; ratings make no difference. The text is as the store has it, in which
    loaders have masked contacts.
    """
    told = texts[texts["own"]].sort_values(
        ["exact", "constructive", "reasons", "quality", "created_at", "review"],
        ascending=[False, False, False, False, False, True],
    )
    return [
        {
            "review": row["review"],
            "about": text_or_none(row["about"]),
            "rating": number_or_none(row["rating"]),
            "created_at": None if pd.isna(row["created_at"]) else row["created_at"].isoformat(),
            "constructive": bool(row["constructive"]),
            "quote": display_name(row["text"] or row["headline"] or "", LONGEST),
        }
        for row in told.head(QUOTED).astype(object).where(told.head(QUOTED).notna(), None).to_dict("records")
    ]
