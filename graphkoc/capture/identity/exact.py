"""Exact keys: what two accounts can share that one person alone has.

A name or a handle is none of them: namesakes are common, and a handle is a key only where a profile
says that it is hers on that platform.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

__all__ = ["ACCOUNT", "COMPARED", "KEYS", "MOST", "exact", "keyed", "shared"]

COMPARED = ["contact_key", "unionid", "url", "handle", "bio"]
ACCOUNT = ["consumer", "name", "platform", *COMPARED]
"""Columns of consumers that keys are read from."""

KEYS = {
    "unionid": "the same WeCom unionid",
    "contact_key": "the same contact key",
    "address": "the same profile address",
    "profile": "one profile names the other",
}
"""The rules, the surest first, and each in words."""

MOST = 10
"""Accounts that may share a key. What more of them share is an office's telephone, and nobody's key."""

# Everything is of a bounded length, or a profile of a million letters would be read from each of them to the end.
ADDRESS = re.compile(
    r"(?:https?://)?(?:www\.|m\.)?((?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,63})(/[\w@%./~-]{0,500})", re.IGNORECASE
)
HANDLE = r"[\w](?:[\w.\-]{1,62}[\w])"


def exact(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pairs of accounts that share an exact key: account, other, rule, why; sorted, each pair once.

    accounts: the columns of ACCOUNT, a row a consumer. Of a key that several share, each is paired with the
    smallest. Keys that more than MOST share pair nobody.
    """
    found = [_paired(keyed(accounts, rule), rule) for rule in ("unionid", "contact_key", "address")]
    found.append(_named(accounts))
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
    else:
        rows = pd.DataFrame({"consumer": accounts["consumer"], "key": accounts[rule].astype("str").str.split()})
        rows = rows.explode("key")
    return rows.dropna().drop_duplicates().reset_index(drop=True)


def shared(accounts: pd.DataFrame) -> dict[str, int]:
    """For each rule, how many keys more than MOST accounts share."""
    sizes = {rule: keyed(accounts, rule)["key"].value_counts() for rule in ("unionid", "contact_key", "address")}
    return {rule: int((size > MOST).sum()) for rule, size in sizes.items()}


def _paired(rows: pd.DataFrame, rule: str) -> pd.DataFrame:
    """The smallest account of each key with every other one."""
    rows = rows[rows["key"].map(rows["key"].value_counts()).between(2, MOST)].sort_values(["key", "consumer"])
    first = rows.groupby("key")["consumer"].transform("first")
    pairs = pd.DataFrame({"account": first, "other": rows["consumer"]})
    return pairs[pairs["account"] != pairs["other"]].assign(rule=rule)


@cache
def _platforms() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(Path(__file__).with_name("platforms.toml").read_text(encoding="utf-8"))


def _there(platforms: set[str]) -> dict[str, dict[str, list[str]]]:
    """How people name the platforms that are there, by what these are called in the data."""
    found = {}
    for name, names in _platforms().items():
        called = sorted(platforms & {name, *names["words"]})
        if len(called) == 1:
            found[called[0]] = names
    return found


def _named(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pairs of which one profile names the other's account on another platform, and no second one there.

    An account that two of a platform name is a star's, or a lie, and pairs with neither.
    """
    told = accounts.loc[accounts["bio"].notna(), ["consumer", "platform", "bio"]]
    told = told.assign(platform=told["platform"].fillna("")).reset_index(drop=True)
    known = _known(accounts)
    platforms = set(known["platform"])
    mentions = pd.concat([_addresses(told, platforms), _handles(told, platforms)], ignore_index=True)
    urls = keyed(accounts, "address").rename(columns={"consumer": "named", "key": "address"})
    by_url = mentions.dropna(subset=["address"]).merge(urls, on="address")[["row", "named"]]
    by_handle = mentions.merge(known, left_on=["on", "handle"], right_on=["platform", "handle"])[["row", "named"]]
    pairs = pd.concat([by_url, by_handle]).drop_duplicates()
    pairs = pairs.join(told, on="row")
    pairs["on"] = pairs["named"].map(accounts.set_index("consumer")["platform"]).fillna("")
    pairs = pairs[(pairs["on"] != pairs["platform"]) & (pairs["named"] != pairs["consumer"])]
    pairs = pairs[~pairs.duplicated(["consumer", "on"], keep=False)]
    pairs = pairs[~pairs.duplicated(["named", "platform"], keep=False)]
    ends = pairs[["consumer", "named"]].astype("str")
    made = pd.DataFrame({"account": ends.min(axis=1), "other": ends.max(axis=1)}, dtype="str")
    return made.drop_duplicates().assign(rule="profile")


def _known(accounts: pd.DataFrame) -> pd.DataFrame:
    """platform, handle, named: the accounts that a handle, or the id in the key, tells apart on its platform."""
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


def _addresses(told: pd.DataFrame, platforms: set[str]) -> pd.DataFrame:
    """The addresses in profiles: row, address, and the platform and handle of those whose host is known."""
    hosts = {host: name for name, names in _there(platforms).items() for host in names["hosts"]}
    found = told["bio"].astype("str").str.extractall(ADDRESS).reset_index(level=1, drop=True)
    host, path = found[0].str.casefold(), found[1].str.rstrip("/.").str.casefold()
    return pd.DataFrame(
        {
            "row": found.index,
            "address": (host + path).where(path != ""),
            "on": host.map(hosts),
            "handle": path.str.replace(r"^.*/@?", "", regex=True),
        }
    ).reset_index(drop=True)


def _handles(told: pd.DataFrame, platforms: set[str]) -> pd.DataFrame:
    """The handles that profiles give with a platform's name before them: row, on, handle."""
    words = {word.casefold(): name for name, names in _there(platforms).items() for word in names["words"]}
    words |= {platform.casefold(): platform for platform in platforms}
    empty: dict[str, Any] = {"row": [], "on": [], "handle": []}
    if not words or told.empty:
        return pd.DataFrame(empty)
    choice = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    said = rf"(?i)(?<![a-z0-9])({choice})\s{{0,9}}(?:号|账号|帳號|id)?\s{{0,9}}(?:[:：=→@]|is|是)\s{{0,9}}@?({HANDLE})"
    found = told["bio"].astype("str").str.extractall(said).reset_index(level=1, drop=True)
    return pd.DataFrame(
        {
            "row": found.index,
            "on": found[0].str.casefold().map(words),
            "handle": found[1].str.casefold(),
        }
    ).reset_index(drop=True)
