"""Who can be in a plan, with what a run knows of each of them.

KOLs are those whom the platform's followers make one (role kol), and without stated followers those who are widely
followed here (wide). KOCs are those with a rank (koc, possible).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pandas as pd

from graphkoc.invite.channels import NO_MESSAGES
from graphkoc.invite.flags import OPTED_OUT, REFUSED, list_flags
from graphkoc.runs.roles import RANKED, WIDE_ROLES
from graphkoc.runs.run import Run
from graphkoc.text import count

__all__ = ["count_left_out", "list_candidates"]

STATED = (
    *("consumer", "name", "handle", "url", "platform", "label", "tier", "followers", "audience", "ties", "reads"),
    *("quote", "agency", "circle", "client", "consent", "last_review", "engagements_per_post", "score", "rank"),
)
LEFT_OUT = {
    "excluded": "left out by you",
    "refused": REFUSED,
    "not_to_contact": OPTED_OUT,
    "open_complaint": "an open dispute or refund, or an order that was refunded lately",
    "rival_ad": "advertised a rival in the last 90 days",
    "brand_or_staff": "account of a brand or of staff",
}
"""Why somebody with a role is no candidate, in the order in which the reasons are looked for."""


def list_candidates(
    run: Run,
    excluded: Collection[str] = (),
    refused: Collection[str] = (),
    invited: Collection[str] = (),
    unwilling: Collection[str] = (),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The candidates of a plan, and those with a role who are none.

    excluded: ids that the user leaves out. refused: ids that the client does not want. invited: ids that an earlier
    plan or group has. unwilling: ids of those who asked not to be contacted. Returns two frames, sorted by consumer.
    Candidates: the columns of `people` in STATED; account and platform, where the person is written to: the account
    whose stated followers give the tier, else the main one, and Amazon's only where there is no other; role (kol or
    koc), niches (ids, a list), checks (names, a list), flags (checks and patterns in words, a list) and new (bool: not
    in `invited`). Left out: consumer, why (a key of LEFT_OUT).
    """
    people = run.people
    listed = people[people["role"].isin([*RANKED, *WIDE_ROLES])].sort_values("consumer", ignore_index=True)
    checks = _gather(run.checks, "check", listed)
    why = pd.Series(pd.NA, listed.index, dtype="str")
    for reason, found in {
        "excluded": listed["consumer"].isin(excluded),
        "refused": listed["consumer"].isin(refused),
        "not_to_contact": checks.map(lambda names: "not_to_contact" in names)
        | (listed["consent"] == "no")
        | listed["consumer"].isin(unwilling),
        **{name: checks.map(lambda names, name=name: name in names) for name in ("open_complaint", "rival_ad")},
        "brand_or_staff": listed["gate_person"] == "failed",
    }.items():
        why = why.mask(why.isna() & found, reason)
    left = listed.assign(why=why)[["consumer", "why"]].dropna().reset_index(drop=True)
    wide = listed["role"].isin(WIDE_ROLES)
    members = run.members_of("niche")
    frame = listed[list(STATED)].assign(
        role=wide.map({True: "kol", False: "koc"}),
        niches=_gather(members, "niche", listed),
        checks=checks,
        flags=listed["consumer"].map(list_flags(run)).map(lambda words: words if isinstance(words, list) else []),
        new=~listed["consumer"].isin(invited),
    )
    frame["account"] = frame["consumer"]
    frame = _choose_accounts(frame, listed["tier_platform"], run.accounts)
    return frame[why.isna()].reset_index(drop=True), left


def count_left_out(left: pd.DataFrame) -> list[str]:
    """How many are left out for each reason, in words; left: as `list_candidates` returns it."""
    counts = left["why"].value_counts()
    return [f"{count(counts[why], 'people')}: {words}" for why, words in LEFT_OUT.items() if why in counts]


def _gather(frame: pd.DataFrame, column: str, people: pd.DataFrame) -> pd.Series[Any]:
    """The values of a column for each of the people, sorted: (n,) lists."""
    found = frame.groupby("consumer")[column].agg(lambda values: sorted(set(values)))
    return people["consumer"].map(found).map(lambda names: names if isinstance(names, list) else [])


def _choose_accounts(frame: pd.DataFrame, sized_on: pd.Series[str], accounts: pd.DataFrame) -> pd.DataFrame:
    """The frame with the account, platform, handle, address and followers where each person with several is written
    to."""
    wanted = sized_on.fillna(frame["platform"])
    order = accounts.merge(
        pd.DataFrame({"consumer": frame["consumer"], "wanted": wanted, "main": frame["platform"]}), on="consumer"
    )
    order = order.assign(
        preference=order["platform"].isin(NO_MESSAGES) * 4
        + (order["platform"] != order["wanted"]) * 2
        + (order["platform"] != order["main"]),
        unknown=-order["followers"].fillna(-1).astype(float),
    ).sort_values(
        ["consumer", "preference", "unknown", "reviews", "account"], ascending=[True, True, True, False, True]
    )
    best = order.drop_duplicates("consumer").set_index("consumer")
    several = frame["consumer"].isin(best.index)
    moved = several & (frame["consumer"].map(best["platform"]) != frame["platform"])
    made = frame.copy()
    made["account"] = made["consumer"].map(best["account"]).astype("str").fillna(made["consumer"])
    for column in ("platform", "handle"):
        made.loc[moved, column] = made.loc[moved, "consumer"].map(best[column])
    made.loc[moved, "followers"] = made["consumer"].map(best["followers"].astype("Float64")).astype(float)[moved]
    # The address in `people` is that of the main account.
    made.loc[moved, "url"] = None
    return made
