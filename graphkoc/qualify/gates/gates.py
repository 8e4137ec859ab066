"""The gates: who may be a key opinion consumer, each with a number, a limit, and an answer.

The formula is *active client + creative content + relevant audience size*. `graphkoc.qualify.gates.words` lists the
gates; the limits are those of a tier file (`graphkoc.qualify.tiers`). A gate is passed, failed, or unknown where the
data are missing, and an unknown gate keeps nobody out. The gates that the tier file requires decide who is ranked; the
others are reported beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.arrays import Values, number_ids
from graphkoc.graph.action_log import Log
from graphkoc.graph.network import days
from graphkoc.graph.projection import Projection
from graphkoc.measures import audience
from graphkoc.qualify import tiers
from graphkoc.qualify.brand import list_wanted
from graphkoc.qualify.brand_names import Brand
from graphkoc.qualify.gates.originality import own_content
from graphkoc.qualify.gates.words import GATES, STATES, limits_of
from graphkoc.qualify.tiers import Limits
from graphkoc.runs.roles import RANKED

__all__ = ["Orders", "add_orders", "count_failed", "count_gates", "gates", "leave_out", "roles", "share_of"]


class Orders:
    """The dated orders of everybody, whatever was bought."""

    def __init__(self, purchases: pd.DataFrame, ids: NDArray[Any]) -> None:
        """purchases: order, consumer, bought_at. ids: (n,) consumers, sorted."""
        first = purchases.dropna(subset=["bought_at"]).groupby(["consumer", "order"])["bought_at"].min().reset_index()
        self._who, self._day, self._n = number_ids(ids, first["consumer"]), days(first["bought_at"]), len(ids)

    def count(self, as_of: float, window: Values) -> NDArray[np.int64]:
        """(n,) orders in each person's window up to `as_of`; window: (n,) days."""
        inside = (self._day > as_of - window[self._who]) & (self._day <= as_of)
        return np.bincount(self._who[inside], minlength=self._n)


def add_orders(reviews: Values, orders: NDArray[np.int64], has_written: NDArray[np.bool_]) -> tuple[Values, Values]:
    """What counts for the gate active: reviews and orders in the window together, and of these the orders.

    reviews: (n,) in the window, NaN where unknown. An order counts for people who have written something by the day,
    however long ago: without a text there is no opinion to consume, and a list of customers would be a list of KOCs.
    """
    counted = np.where(has_written, orders, 0).astype(float)
    return np.where(np.isnan(reviews) & (counted > 0), counted, reviews + counted), counted


def gates(
    projection: Projection,
    log: Log,
    as_of: float,
    sizes: tiers.Sizes,
    limits: Mapping[str, Limits],
    ledger: pd.DataFrame,
    knit_z: Values,
    copied: pd.Series[str],
    brand: Brand | None,
) -> pd.DataFrame:
    """Every consumer's gates at `as_of`, the reference date in days since 1970, a row per node of log.network.

    limits: by platform (`graphkoc.qualify.tiers.limits`). ledger: unpaid_low and unpaid_high, a row per node
    (`graphkoc.qualify.gates.origins`). knit_z: (n,) how tightly knit each audience is (`graphkoc.measures.closure`),
    NaN for none. copied: the reviews that nearly copy a text by somebody else (`graphkoc.qualify.authenticity`).
    brand: ours; without it the client gate is unknown.

    Returns for each gate x `gate_x` (passed, failed or unknown) and, but for person, `gate_x_value` (the
    number, NaN where unknown) and `gate_x_least` (the limit it must reach); for small `gate_small_most` too.
    Then `role`, as `roles` says.

      person: failed for a brand or staff, unknown where the platform does not state the kind of account.
      active: first reviews of a product, and orders, in the window (`add_orders`); where no review has a date, unknown
      for everybody with any and no order. gate_active_orders are the orders.
      client: failed only for people who are known to buy, and bought nothing of ours or of our categories in the
      window; unknown where no purchase of theirs is known, or one of these has no date.
      creative: share of the reviews that are their own content, of those where that is known; see
      `graphkoc.qualify.gates.originality`. Unknown for people who have written nothing.
      small: by the tiers of their platform (`graphkoc.qualify.tiers.sized`); unknown where too few people have a known
      audience.
      unpaid: passed when the lower bound of the share of unpaid reviews is high enough, failed when the upper bound is
      not; the number is the bound that decides, or the upper one.
      knit: unknown without a follower.
    """
    n = len(log.network)
    consumers = projection.consumers.set_index("consumer").loc[log.network.ids]
    code, platforms = pd.factorize(consumers["platform"].fillna("").to_numpy(dtype=object))
    by_platform = [dict(limits_of(limits, platform)) for platform in platforms]
    limit = {
        name: np.array([one[name] for one in by_platform], dtype=float)[code]
        for name in ("days", "reviews", "purchases", "letters", "own_share", "unpaid_share", "knit_z")
    }
    table = pd.DataFrame(index=range(n))
    kind = consumers["kind"].astype(object).to_numpy()
    table["gate_person"] = _name_states(kind == "person", np.isin(kind, ["brand", "staff"]))

    recent = np.bincount(log.person[log.day > as_of - limit["days"][log.person]], minlength=n).astype(float)
    if projection.undated:
        recent[recent > 0] = np.nan
    orders = Orders(projection.purchases, log.network.ids).count(as_of, limit["days"])
    recent, table["gate_active_orders"] = add_orders(recent, orders, np.isfinite(log.first_day))
    _add_gate(table, "active", recent, limit["reviews"])
    _add_gate(table, "client", _count_purchases(projection, log, as_of, limit["days"], brand), limit["purchases"])
    _add_gate(table, "creative", _share_own_content(projection, log, limit["letters"], copied), limit["own_share"])

    size = sizes.table
    unknown = (size["tier"] == tiers.UNKNOWN).to_numpy()
    small = (size["tier"] == "small").to_numpy()
    table["gate_small"] = _name_states(small, ~small & ~unknown)
    table["gate_small_value"] = np.where(unknown, np.nan, size["tier_size"].to_numpy())
    table["gate_small_least"] = size["tier_low"].to_numpy()
    table["gate_small_most"] = size["tier_high"].to_numpy()

    low, high = ledger["unpaid_low"].to_numpy(), ledger["unpaid_high"].to_numpy()
    enough = limit["unpaid_share"]
    table["gate_unpaid"] = _name_states(low >= enough, high < enough)
    table["gate_unpaid_value"] = np.where(low >= enough, low, high)
    table["gate_unpaid_least"] = enough
    _add_gate(table, "knit", knit_z, limit["knit_z"])

    platform, tier = consumers["platform"].to_numpy(), size["tier"].to_numpy()
    whose = table.assign(
        platform=platform, tier=tier, tier_profile=size["tier_profile"].to_numpy(), audience=audience(log.network)
    )
    table["role"] = roles(whose, limits)
    return table.astype({f"gate_{gate.name}": "str" for gate in GATES} | {"role": "str"})


def roles(people: pd.DataFrame, limits: Mapping[str, Limits]) -> NDArray[Any]:
    """(n,) object: everybody's role, one of ROLES.

    people: platform, tier, tier_profile, audience and the gates. limits: by platform (`graphkoc.qualify.tiers.limits`),
    of a run `info["limits"]`.

    KOL goes before KOC: a person over the upper limit of a small audience is `kol`, whatever the gates say, where that
    limit is of followers that a platform states, and `wide` where it is of known followers: the count of those whom we
    happen to know makes nobody a KOL.
    Of the others, a person who fails a gate that is required on the platform is `none`; a person whose
    audience cannot be compared, or who has nobody known in it, whatever the platform states, is `possible`; everybody
    else is `koc`.
    """
    wide = (people["tier"] == "wide").to_numpy(dtype=bool)
    unknown = ((people["gate_small"] == "unknown") | (people["audience"] == 0)).to_numpy(dtype=bool)
    stated = (people["tier_profile"] != tiers.RELATIVE).to_numpy(dtype=bool)
    tests = [wide & stated, wide, count_failed(people, limits) > 0, unknown]
    return np.select(tests, ["kol", "wide", "none", "possible"], "koc").astype(object)


def leave_out(people: pd.DataFrame) -> NDArray[Any]:
    """(n,) object: the roles, with `none` for those whom a check that the user chose takes off the list.

    people: role and excluded (the checks, null for none). A KOL stays one, and is not ranked anyway.
    """
    out = people["excluded"].notna() & people["role"].isin(RANKED)
    return people["role"].astype(object).where(~out, "none").to_numpy()


def count_failed(people: pd.DataFrame, limits: Mapping[str, Limits]) -> NDArray[np.int64]:
    """(n,) int64: how many gates that are required on the platform each fails; people: platform and the gates."""
    code, platforms = pd.factorize(people["platform"].fillna("").to_numpy(dtype=object))
    failed = np.zeros(len(people), dtype=np.int64)
    for gate in GATES:
        required = np.array(
            [gate.name in limits_of(limits, platform)["required"] for platform in platforms], dtype=bool
        )
        failed += required[code] & (people[f"gate_{gate.name}"] == "failed").to_numpy(dtype=bool)
    return failed


def _name_states(passed: NDArray[np.bool_], failed: NDArray[np.bool_]) -> NDArray[Any]:
    return np.select([passed, failed], ["passed", "failed"], "unknown").astype(object)


def _add_gate(table: pd.DataFrame, name: str, value: Values, least: Values) -> None:
    """A gate whose number must reach its limit; without a number it is unknown."""
    table[f"gate_{name}"] = _name_states(value >= least, value < least)
    table[f"gate_{name}_value"] = value
    table[f"gate_{name}_least"] = least


def _count_purchases(projection: Projection, log: Log, as_of: float, window: Values, brand: Brand | None) -> Values:
    """(n,) purchases of our brand or its categories in the window up to `as_of`; NaN where these are not known."""
    n = len(log.network)
    wanted = list_wanted(projection.purchases, projection.products, brand)
    if wanted is None:
        return np.full(n, np.nan)
    known = np.zeros(n, dtype=bool)
    known[number_ids(log.network.ids, projection.purchases["consumer"])] = True
    who, day = number_ids(log.network.ids, wanted["consumer"]), wanted["day"].to_numpy()
    inside = (day > as_of - window[who]) & (day <= as_of)
    bought = np.bincount(who[inside], minlength=n)
    known[who[np.isnan(day)]] = False
    return np.where(known | (bought > 0), bought, np.nan)


def _share_own_content(projection: Projection, log: Log, letters: Values, copied: pd.Series[str]) -> Values:
    """(n,) share of each person's reviews that is creative content; NaN where none is known to be or not to be."""
    n = len(log.network)
    reviews = projection.reviews
    who = number_ids(log.network.ids, reviews["consumer"])
    platform = reviews["consumer"].map(projection.consumers.set_index("consumer")["platform"])
    near = reviews["review"].isin(copied).to_numpy()
    content = own_content(reviews, projection.texts, platform, letters[who], near)
    known = content["known"].to_numpy()
    return share_of(who[known & content["own"].to_numpy()], who[known], n)


def share_of(some: NDArray[np.intp], all_: NDArray[np.intp], n: int) -> Values:
    """(n,) how often each of n people is among `some`, as a share of `all_`; NaN for who is in neither."""
    of = np.bincount(all_, minlength=n)
    share: Values = np.divide(np.bincount(some, minlength=n), of, out=np.full(n, np.nan), where=of > 0)
    return share


def count_gates(people: pd.DataFrame, limits: Mapping[str, Limits]) -> list[dict[str, Any]]:
    """How many pass each gate: [{gate, who, what, required, passed, failed, unknown}]; people: a run's.

    limits: by platform (`graphkoc.qualify.tiers.limits`). required: whether it is on anybody's platform.
    """
    used = [limits_of(limits, platform) for platform in people["platform"].astype(object).unique()]
    needed = {name for one in used for name in one["required"]}
    counts = {gate.name: people[f"gate_{gate.name}"].value_counts() for gate in GATES}
    return [
        {"gate": gate.name, "who": gate.who, "what": gate.what, "required": gate.name in needed}
        | {state: int(counts[gate.name].get(state, 0)) for state in STATES}
        for gate in GATES
    ]
