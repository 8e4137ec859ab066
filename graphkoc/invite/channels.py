"""How a person can be reached: by a message on a platform, or by a contact key where they agreed to be contacted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd

from graphkoc.text import display_name

__all__ = ["NO_MESSAGES", "choose_platform", "find_channels"]

NO_MESSAGES = ("amazon",)
"""Platforms on which a brand cannot write to a reviewer, and must not try to from outside."""
ACCOUNT = ["consumer", "account", "platform", "name", "handle", "reviews", "consent"]


def choose_platform(accounts: Iterable[Mapping[str, Any]], ties_of: Mapping[str, str]) -> str | None:
    """The platform on which a person can be written to, as `find_channels` has it; None without one.

    accounts: platform and handle of each account of the person, first the one that wrote most.
    """
    for account in accounts:
        platform = account["platform"]
        public = ties_of.get(platform) in ("follows", "engagements") or account["handle"]
        if public and platform and platform not in NO_MESSAGES:
            return str(platform)
    return None


def find_channels(
    consumers: pd.DataFrame, accounts: pd.DataFrame, ties_of: Mapping[str, str], keys: Collection[str]
) -> pd.Series[Any]:
    """How each person can be reached, in words, by consumer; null for nobody's way.

    consumers, accounts, ties_of: as `graphkoc.graph.projection.Projection` has them. keys: the accounts whose contact
    key the store has. A platform has messages where its people follow or engage with each other, or an account has a
    handle; the account that wrote most is taken. A contact key needs a consent that is yes; nothing shows it.
    """
    alone = consumers[~consumers["consumer"].isin(accounts["consumer"])]
    every = pd.concat([alone.assign(account=alone["consumer"], reviews=0)[ACCOUNT], accounts[ACCOUNT]])
    public = every["platform"].map(ties_of).isin(["follows", "engagements"]) | every["handle"].notna()
    messages = every[public & ~every["platform"].isin(NO_MESSAGES) & every["platform"].notna()]
    messages = messages.sort_values(["consumer", "reviews", "account"], ascending=[True, False, True])
    messages = messages.drop_duplicates("consumer").set_index("consumer")
    shown = ("@" + messages["handle"]).fillna(messages["name"]).fillna(messages["account"]).astype(object)
    by_message = "message on " + messages["platform"].astype(object) + ": " + shown.map(display_name)
    agreed = every[(every["consent"] == "yes") & every["account"].isin(list(keys))].sort_values(["consumer", "account"])
    keyed = agreed.drop_duplicates("consumer").set_index("consumer")["account"]
    by_key = "contact key of " + keyed.astype(object) + ", consent yes"
    found = by_message.reindex(consumers["consumer"])
    return found.where(found.notna(), by_key.reindex(found.index)).astype(object)
