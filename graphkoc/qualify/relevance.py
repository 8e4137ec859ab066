"""How much of an audience is in a person's subject, and how much of it has the language and market of the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from graphkoc.errors import UsageError
from graphkoc.graph.action_log import YEAR, Log
from graphkoc.graph.network import Network
from graphkoc.qualify.brand_names import find_words
from graphkoc.qualify.main_type import list_types
from graphkoc.qualify.quality.traits import LANGUAGES

__all__ = ["find_relevance", "find_target_audience", "validate_languages"]


def validate_languages(languages: Sequence[str]) -> None:
    """Raise UsageError for a language that is not read."""
    if unknown := [name for name in languages if name not in LANGUAGES]:
        raise UsageError(f"the language {unknown[0]!r} is not read", hint=f"There are: {', '.join(LANGUAGES)}.")


def find_relevance(
    log: Log, people: pd.DataFrame, niches: pd.DataFrame, as_of: float, aliases: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """Everybody's relevant audience at day `as_of`, a row per node of log.network.

    people: niche and main_type. niches: niche and category. log, aliases: see `graphkoc.qualify.main_type.list_types`.

    Returns audience_subject (the category of the main niche or, where that has none, main_type; null for neither),
    audience_relevant (Int64: people of the known audience with an item of that subject in the last year; null without a
    subject or an audience), audience_relevance (float64: the same, of the known audience) and audience_relevance_all
    (float64: the share of everybody with one, which is what an audience drawn at random would have).
    """
    n, items = len(log.network), list_types(log, aliases)
    category = people["niche"].map(niches.set_index("niche")["category"]).astype(object)
    subject = category.where(category.notna(), people["main_type"].astype(object))
    code, subjects = pd.factorize(items["type"])
    recent = (items["day"] > as_of - YEAR).to_numpy()
    wrote = np.unique(items["person"].to_numpy(dtype=np.int64)[recent] * len(subjects) + code[recent])
    of = pd.Index(subjects).get_indexer(subject.to_numpy(dtype=object)).astype(np.int64)
    source, target = log.network.source, log.network.target
    has = np.isin(target.astype(np.int64) * len(subjects) + of[source], wrote) & (of[source] >= 0)
    audience = np.bincount(source, minlength=n)
    relevant = np.bincount(source[has], minlength=n)
    known = (of >= 0) & (audience > 0)
    everybody = np.bincount(wrote % max(len(subjects), 1), minlength=len(subjects)) / max(n, 1)
    share_of_all = np.full(n, np.nan)
    share_of_all[of >= 0] = everybody[of[of >= 0]]
    return pd.DataFrame(
        {
            "audience_subject": subject.where(of >= 0).astype("str"),
            "audience_relevant": pd.Series(relevant, dtype="Int64").where(known),
            "audience_relevance": np.divide(relevant, audience, out=np.full(n, np.nan), where=known),
            "audience_relevance_all": share_of_all,
        }
    )


def find_target_audience(
    network: Network, people: pd.DataFrame, languages: Sequence[str], markets: Sequence[str]
) -> pd.DataFrame:
    """How many of everybody's audience write in a target language and are in the market, a row per node of the network.

    people: language (in which each writes) and location (where each is), null where unknown. markets: names of places.
    A location is in the market if it is one of them or contains one as a word, and of Chinese ones in any place; case
    and width make no difference.

    Returns audience_language (Int64: people of the known audience whose language is known), audience_target (Int64: of
    these, those who write one of the languages), audience_location (Int64: people of the known audience whose location
    is known) and audience_market (Int64: of these, those who are in the market); null without languages, or markets.
    """
    language, location = people["language"], people["location"]
    places = pd.Series(location.dropna().unique(), dtype="str")
    inside = location.isin(places[find_words(markets, places)])
    counts = {
        "audience_language": _count_audience(network, language.notna(), languages),
        "audience_target": _count_audience(network, language.isin(languages), languages),
        "audience_location": _count_audience(network, location.notna(), markets),
        "audience_market": _count_audience(network, inside, markets),
    }
    return pd.DataFrame(counts)


def _count_audience(network: Network, which: pd.Series[bool], target: Sequence[str]) -> pd.Series[int]:
    """(n,) Int64: how many of everybody's audience are among these people; null without a target."""
    if not target:
        return pd.Series(pd.array([pd.NA] * len(network), dtype="Int64"))
    members = network.source[which.to_numpy(dtype=bool)[network.target]]
    return pd.Series(np.bincount(members, minlength=len(network)), dtype="Int64")
