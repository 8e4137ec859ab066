"""From accounts to persons: the frames of a projection with the accounts of each person made one."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from graphkoc.arrays import is_among

__all__ = ["ACCOUNTS", "by_person"]

ACCOUNTS = ["consumer", "account", "platform", "name", "handle", "followers", "reviews", "consent", "agency"]
"""Columns of an account: the person, the account, what is stated of it, and how many reviews it wrote."""

ENDS = {
    "follows": ["source", "target"],
    "engaged": ["source", "target"],
    "reviews": ["consumer"],
    "engagements": ["consumer"],
    "purchases": ["consumer"],
    "complaints": ["consumer"],
}


def by_person(frames: Mapping[str, pd.DataFrame], identities: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The frames of a projection with a person in the place of their accounts, and `accounts`.

    frames: as `Projection` has them, of accounts. identities: account, person. A person's id is the smallest id among
    their accounts that are there, so it is a consumer of the store too. Someone who follows them on two platforms
    counts once. Name, platform, followers, handle and address are those of the account that wrote
    most; the earliest joining date counts, and the price, reads, audience, agency and location that any account states.
    Nobody may be contacted of whom one account says so, else they may be where one says yes. Follows between accounts
    of one person are dropped. accounts: the columns of ACCOUNTS, a row for each account of a person
    with several, sorted. Without such persons the frames are returned unchanged.
    """
    consumers = frames["consumers"]
    several = identities[is_among(identities["account"], consumers["consumer"])]
    several = several[several["person"].map(several["person"].value_counts()) > 1]
    first = several.groupby("person")["account"].transform("min")
    person = pd.Series(first.to_numpy(), pd.Index(several["account"]), dtype="str")
    written = frames["reviews"]["consumer"].value_counts()
    accounts = consumers[is_among(consumers["consumer"], person.index)].rename(columns={"consumer": "account"})
    accounts["consumer"] = accounts["account"].map(person).astype("str")
    accounts["reviews"] = accounts["account"].map(written).fillna(0).astype("int64")
    accounts = accounts.sort_values(["consumer", "account"], ignore_index=True)
    found = dict(frames) | {"accounts": accounts[ACCOUNTS]}
    if person.empty:
        return found
    for name, ends in ENDS.items():
        frame = found[name]
        found[name] = frame.assign(**{end: frame[end].map(person).fillna(frame[end]) for end in ends})
    for name in ("follows", "engaged"):
        ties = found[name][found[name]["source"] != found[name]["target"]]
        others = {column: "first" for column in ties.columns if column not in (*ENDS[name], "since", "weight")}
        weight = "max" if name == "follows" else "sum"
        by_pair = ties.groupby(ENDS[name], as_index=False)
        found[name] = by_pair.agg({"weight": weight, "since": "min"} | others)[list(ties.columns)]
    for name in ("purchases", "complaints"):
        bought = found[name].sort_values(["order", "product", "consumer", "bought_at"], kind="stable")
        found[name] = bought.drop_duplicates(["order", "product", "consumer"], ignore_index=True)
    found["consumers"] = _merge_consumers(consumers, accounts)
    return found


def _merge_consumers(consumers: pd.DataFrame, accounts: pd.DataFrame) -> pd.DataFrame:
    """The consumers with one row per person, from the account with most reviews, then with most followers."""
    order = accounts.assign(followers_known=accounts["followers"].fillna(-1).astype("float64"))
    order = order.sort_values(
        ["consumer", "reviews", "followers_known", "account"], ascending=[True, False, False, True], kind="stable"
    )
    home = order.drop_duplicates("consumer").set_index("consumer")
    whole = order.groupby("consumer")
    home["name"] = whole["name"].first()
    home["joined_at"] = whole["joined_at"].min()
    stated = ["quote", "reads", "agency", "audience_stated", "location"]
    home[stated] = whole[stated].first()
    for answer in ("yes", "no"):
        given = (accounts["consent"] == answer).groupby(accounts["consumer"]).any()
        home.loc[given, "consent"] = answer
    alone = consumers[~is_among(consumers["consumer"], accounts["account"])]
    made = home.reset_index()[consumers.columns]
    return pd.concat([alone, made.astype(consumers.dtypes)]).sort_values("consumer", ignore_index=True)
