"""Exact keys: what two accounts share only when they are one person's.

A name is not a key, because namesakes are common. A handle is one on its own platform, where it belongs to one account
at a time, and where a profile names it together with its platform.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.files import read_toml

__all__ = ["ACCOUNT", "COMPARED", "KEYS", "MOST", "SHARED", "exact", "keyed", "shared"]

COMPARED = ["contact_key", "unionid", "url", "handle", "bio"]
ACCOUNT = ["consumer", "name", "platform", *COMPARED]
"""Columns of consumers that keys are read from."""

KEYS = {
    "unionid": "the same WeCom unionid",
    "contact_key": "the same contact key",
    "address": "the same profile address",
    "handle": "the same handle on the same platform",
    "profile": "one profile names the other",
}
"""Rule -> its description, the surest first."""

SHARED = ("unionid", "contact_key", "address", "handle")
"""Rules whose keys two accounts have in common."""

SHORTEST = 3
"""Letters of a handle. A shorter one is often the number of a row in a list."""

MOST = 10
"""Accounts that may share a key. A key that more of them share is, for example, an office's telephone."""

# Every repetition is bounded, or a profile of a million letters would take quadratic time.
ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,63})(/[\w@%./~-]{0,500})", re.IGNORECASE
)
HANDLE = r"[\w](?:[\w.\-]{1,62}[\w])"


def exact(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pairs of accounts that share an exact key: account, other, rule, why; sorted, each pair once.

    accounts: the columns of ACCOUNT, a row per consumer. Of a key that several share, each is paired with the
    smallest. Keys that more than MOST share pair nobody.
    """
    found = [_pair_by_key(keyed(accounts, rule), rule) for rule in SHARED]
    found.append(_pair_by_profile(accounts))
    pairs = pd.concat(found, ignore_index=True)
    order = pairs["rule"].map(list(KEYS).index)
    pairs = pairs.assign(order=order).sort_values(["account", "other", "order"], kind="stable")
    pairs = pairs.drop_duplicates(["account", "other"]).drop(columns="order").reset_index(drop=True)
    return pairs.assign(why=pairs["rule"].map(KEYS)).astype("str")


def keyed(accounts: pd.DataFrame, rule: str) -> pd.DataFrame:
    """consumer and key: the keys of a rule that accounts have, each once; an account may have several."""
    if rule == "address":
        parts = accounts["url"].astype("str").str.extract(ADDRESS)
        path = parts[1].str.rstrip("/")
        key = (parts[0] + path).where(path.fillna("").str.len() > 0)
        rows = pd.DataFrame({"consumer": accounts["consumer"], "key": key.str.casefold()})
    elif rule == "handle":
        handle = accounts["handle"].astype("str").str.casefold().str.lstrip("@")
        key = accounts["platform"].astype("str").str.casefold().map(_name_platforms()) + "/" + handle
        rows = pd.DataFrame({"consumer": accounts["consumer"], "key": key.where(handle.str.len() >= SHORTEST)})
    else:
        rows = pd.DataFrame({"consumer": accounts["consumer"], "key": accounts[rule].astype("str").str.split()})
        rows = rows.explode("key")
    return rows.dropna().drop_duplicates().reset_index(drop=True)


def shared(accounts: pd.DataFrame) -> dict[str, int]:
    """For each rule, how many keys more than MOST accounts share."""
    sizes = {rule: keyed(accounts, rule)["key"].value_counts() for rule in SHARED}
    return {rule: int((size > MOST).sum()) for rule, size in sizes.items()}


def _pair_by_key(rows: pd.DataFrame, rule: str) -> pd.DataFrame:
    """The smallest account of each key with every other one."""
    rows = rows[rows["key"].map(rows["key"].value_counts()).between(2, MOST)].sort_values(["key", "consumer"])
    first = rows.groupby("key")["consumer"].transform("first")
    pairs = pd.DataFrame({"account": first, "other": rows["consumer"]})
    return pairs[pairs["account"] != pairs["other"]].assign(rule=rule)


@cache
def _read_platforms() -> dict[str, dict[str, list[str]]]:
    return read_toml(Path(__file__).with_name("platforms.toml"))


@cache
def _name_platforms() -> dict[str, str]:
    """What data call a platform -> its name. Forums are many, and each has handles of its own: they have no hosts."""
    known = {name: names for name, names in _read_platforms().items() if names["hosts"]}
    return {word.casefold(): name for name, names in known.items() for word in (name, *names["words"])}


def _names_of(platforms: set[str]) -> dict[str, dict[str, list[str]]]:
    """Platform as the data call it -> the words and hosts by which profiles name it."""
    found = {}
    for name, names in _read_platforms().items():
        called = sorted(platforms & {name, *names["words"]})
        if len(called) == 1:
            found[called[0]] = names
    return found


def _pair_by_profile(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pairs of which one profile names the other's account on another platform, and no second one there.

    An account that two accounts of one platform name is a celebrity's or a false claim, and pairs with neither.
    """
    profiles = accounts.loc[accounts["bio"].notna(), ["consumer", "platform", "bio"]]
    profiles = profiles.assign(platform=profiles["platform"].fillna("")).reset_index(drop=True)
    known = _list_handles(accounts)
    platforms = set(known["platform"])
    mentions = pd.concat([_find_addresses(profiles, platforms), _find_handles(profiles, platforms)], ignore_index=True)
    urls = keyed(accounts, "address").rename(columns={"consumer": "named", "key": "address"})
    by_url = mentions.dropna(subset=["address"]).merge(urls, on="address")[["row", "named"]]
    by_handle = mentions.merge(known, left_on=["on", "handle"], right_on=["platform", "handle"])[["row", "named"]]
    pairs = pd.concat([by_url, by_handle]).drop_duplicates()
    pairs = pairs.join(profiles, on="row")
    pairs["on"] = pairs["named"].map(accounts.set_index("consumer")["platform"]).fillna("")
    pairs = pairs[(pairs["on"] != pairs["platform"]) & (pairs["named"] != pairs["consumer"])]
    pairs = pairs[~pairs.duplicated(["consumer", "on"], keep=False)]
    pairs = pairs[~pairs.duplicated(["named", "platform"], keep=False)]
    ends = pairs[["consumer", "named"]].astype("str")
    made = pd.DataFrame({"account": ends.min(axis=1), "other": ends.max(axis=1)}, dtype="str")
    return made.drop_duplicates().assign(rule="profile")


def _list_handles(accounts: pd.DataFrame) -> pd.DataFrame:
    """platform, handle, named: the accounts that a handle, or the id in the key, identifies on its platform."""
    local = accounts["consumer"].str.replace(r"^[^:]*:", "", regex=True)
    rows = pd.concat(
        [
            pd.DataFrame({"platform": accounts["platform"], "handle": column, "named": accounts["consumer"]})
            for column in (accounts["handle"], local)
        ]
    ).dropna()
    rows["handle"] = rows["handle"].astype("str").str.casefold().str.lstrip("@")
    rows = rows[rows["handle"] != ""].drop_duplicates()
    return rows[~rows.duplicated(["platform", "handle"], keep=False)]


def _find_addresses(profiles: pd.DataFrame, platforms: set[str]) -> pd.DataFrame:
    """The addresses in profiles: row, address, and the platform and handle of those whose host is known."""
    hosts = {host: name for name, names in _names_of(platforms).items() for host in names["hosts"]}
    found = profiles["bio"].astype("str").str.extractall(ADDRESS).reset_index(level=1, drop=True)
    host, path = found[0].str.casefold(), found[1].str.rstrip("/.").str.casefold()
    return pd.DataFrame(
        {
            "row": found.index,
            "address": (host + path).where(path != ""),
            "on": host.map(hosts),
            "handle": path.str.replace(r"^.*/@?", "", regex=True),
        }
    ).reset_index(drop=True)


def _find_handles(profiles: pd.DataFrame, platforms: set[str]) -> pd.DataFrame:
    """The handles that profiles give with a platform's name before them: row, on, handle."""
    words = {word.casefold(): name for name, names in _names_of(platforms).items() for word in names["words"]}
    words |= {platform.casefold(): platform for platform in platforms}
    empty: dict[str, Any] = {"row": [], "on": [], "handle": []}
    if not words or profiles.empty:
        return pd.DataFrame(empty)
    choice = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    pattern = (
        rf"(?i)(?<![a-z0-9])({choice})\s{{0,9}}(?:号|账号|帳號|id)?\s{{0,9}}(?:[:：=→@]|is|是)\s{{0,9}}@?({HANDLE})"
    )
    found = profiles["bio"].astype("str").str.extractall(pattern).reset_index(level=1, drop=True)
    return pd.DataFrame(
        {
            "row": found.index,
            "on": found[0].str.casefold().map(words),
            "handle": found[1].str.casefold(),
        }
    ).reset_index(drop=True)
