"""By whom everybody is reached, and how many KOLs are loaded to say so of each platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.graph.network import Network
from graphkoc.qualify import tiers
from graphkoc.runs.reached import FEWEST_KOLS, PARTS
from graphkoc.runs.roles import WIDE_ROLES

__all__ = ["describe_platforms", "find_parts"]


def describe_platforms(
    people: pd.DataFrame, accounts: pd.DataFrame, ties_of: Mapping[str, str]
) -> list[dict[str, Any]]:
    """What is loaded of the wide-audience accounts of each platform: [{platform, ties, stated, kols, posts, enough}].

    people: consumer, platform, tier, tier_profile, role, audience, posts. accounts: those of people with several, as
    `graphkoc.qualify.tiers.label_accounts` returns them. ties_of: for each platform follows, engagements or none.
    stated: whether anybody there has a label by stated followers. kols: KOLs by stated followers with anybody known in
    the audience or, where none are stated, accounts that are widely followed here. posts: what these have written
    there. enough: whether they suffice to say of anybody there that none reaches them.
    """
    everybody = _list_accounts(people, accounts)
    by_stated = tiers.count_kols(everybody)
    wide = everybody[everybody["role"].isin(WIDE_ROLES) & (everybody["audience"] > 0)]
    found = []
    for platform, ties in ties_of.items():
        stated, here = platform in by_stated, wide[wide["platform"] == platform]
        kols = by_stated.get(platform, here["consumer"].nunique())
        found.append(
            {
                "platform": platform,
                "ties": ties,
                "stated": stated,
                "kols": int(kols),
                "posts": int(here["posts"].sum()),
                "enough": not stated or kols >= FEWEST_KOLS,
            }
        )
    return found


def find_parts(
    network: Network, people: pd.DataFrame, accounts: pd.DataFrame, platforms: list[dict[str, Any]]
) -> NDArray[Any]:
    """(n,) object: everybody's part, see `graphkoc.runs.reached`.

    people: consumer, platform, hears_kol, hears_koc, a row per node. platforms: from `describe_platforms`. A person
    with an account on a platform of which too few KOLs are loaded may be reached there, so they are in the first part
    or in the last.
    """
    short = {one["platform"] for one in platforms if not one["enough"]}
    there = set(accounts.loc[accounts["platform"].isin(short), "consumer"])
    enough = ~(people["platform"].isin(short) | people["consumer"].isin(there)).to_numpy(dtype=bool)
    hears = np.zeros(len(people), dtype=bool)
    hears[network.target] = True
    wide, koc = (people[f"hears_{role}"].to_numpy(dtype=bool) for role in ("kol", "koc"))
    return np.select([wide, koc & enough, hears & enough], PARTS[:3], PARTS[3]).astype(object)


def _list_accounts(people: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """Every account: consumer, platform, tier (null where not by stated followers), role, audience, posts."""
    names = ["consumer", "platform", "tier", "role", "audience", "posts"]
    alone = people[~people["consumer"].isin(accounts["consumer"])]
    alone = alone.assign(
        platform=alone["platform"].fillna("unknown"),
        tier=alone["tier"].where(alone["tier_profile"] != tiers.RELATIVE),
    )
    whose = accounts.assign(platform=accounts["platform"].fillna("unknown")).rename(columns={"reviews": "posts"})
    whose = whose.merge(people[["consumer", "role", "audience"]], on="consumer")
    return pd.concat([alone[names], whose[names]], ignore_index=True)
