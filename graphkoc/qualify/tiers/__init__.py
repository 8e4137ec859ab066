"""Tiers: which audiences are small and which are wide, by published limits or by relative ones.

Published limits contradict each other (key opinion consumers: under 1,000, 1,000 to 5,000, under 10,000,
1,000 to 50,000), so they are data: one file per platform in this folder, with its version, its profiles and their
sources, the default profile and why it is the default, and the limits of the gates (`graphkoc.qualify.gates`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from graphkoc.errors import AnalysisError, UsageError
from graphkoc.files import read_toml
from graphkoc.qualify.audience import FOLLOWERS
from graphkoc.text import count

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "OTHERS",
    "RELATIVE",
    "SMALLEST",
    "UNKNOWN",
    "Band",
    "Limits",
    "Profile",
    "Sizes",
    "Tiers",
    "check_tiers",
    "count_kols",
    "label_accounts",
    "largest_stated",
    "limits",
    "profiles",
    "relative",
    "sized",
]

RELATIVE = "relative"
SIZES = ("tiny", "small", "wide")
WIDELY_FOLLOWED = "widely followed here"
"""The label of a wide audience that is known and not stated: no tier was published for it, so it is no KOL's."""
UNKNOWN = "unknown"
OTHERS = ""
"""Stands for every platform that has no tier file."""


@dataclass(frozen=True)
class Band:
    """A tier of a profile: its label there, its size (tiny, small or wide), and the fewest followers in it."""

    label: str
    size: str
    least: int


@dataclass(frozen=True)
class Profile:
    """Published tiers.

    source: where they were published. says: the limits in words. bands: from the smallest, the first from 0
    followers; none in the relative profile, whose limits come from the data.
    """

    name: str
    title: str
    version: str
    platforms: tuple[str, ...]
    default: bool
    why: str
    source: str
    says: str
    bands: tuple[Band, ...]

    @property
    def small(self) -> tuple[float, float]:
        """Followers of the small tier, the fewest and the most."""
        after = [band.least for band in self.bands if band.size == "wide"]
        return min(b.least for b in self.bands if b.size == "small"), (after[0] - 1 if after else np.inf)


class Limits(TypedDict):
    """The limits of a tier file's gates, see `graphkoc.qualify.gates`; required: the gates that a rank needs.

    version: the tier file's.
    """

    version: str
    required: list[str]
    days: float
    reviews: float
    purchases: float
    letters: float
    own_share: float
    unpaid_share: float
    knit_z: float


@cache
def _read_files() -> dict[str, dict[str, Any]]:
    return {path.stem: read_toml(path) for path in sorted(Path(__file__).parent.glob("*.toml"))}


SMALLEST: int = _read_files()[RELATIVE][RELATIVE]["least"]
"""Known followers below which an audience is too small to say anything about."""
WIDEST: int = _read_files()[RELATIVE][RELATIVE]["percentile"]
"""Percentile of known audiences above 0 up to which an audience is small."""
COMPARED: int = _read_files()[RELATIVE][RELATIVE]["people"]
"""People with a known audience that must be there for their order to say something."""
ABOUT = ("version", "title", "platforms", "default", "why", "gates")


@cache
def profiles() -> dict[str, Profile]:
    """Every profile by name, the relative one first, then by file."""
    found = {}
    for _, file in sorted(_read_files().items(), key=lambda item: item[0] != RELATIVE):
        for name, profile in file.items():
            if name not in ABOUT:
                bands = tuple(Band(**band) for band in profile.get("bands", ()))
                about = {key: file[key] for key in ("title", "version", "why")}
                found[name] = Profile(
                    name=name,
                    **about,
                    platforms=tuple(file["platforms"]),
                    default=file["default"] == name,
                    source=profile["source"],
                    says=profile["says"],
                    bands=bands,
                )
    return found


def check_tiers(name: str | None) -> None:
    """Raises UsageError for an unknown profile; None is the default one."""
    if name is not None and name not in profiles():
        raise UsageError(f"there are no tiers called {name!r}", hint=f"There are: {', '.join(profiles())}.")


def limits(platforms: Iterable[Any]) -> dict[str, Limits]:
    """The gates' limits: of those of the platforms that have a tier file, by name, and of all OTHERS.

    platforms: names, some of them null. A run keeps what an analysis used, so a tier file that is edited later
    changes nothing in it.
    """
    files = {platform: file for file in _read_files().values() for platform in file["platforms"]}
    found = {platform: _read_limits(files[platform]) for platform in sorted(set(platforms) & set(files))}
    return {OTHERS: _read_limits(_read_files()[RELATIVE]), **found}


def _read_limits(file: dict[str, Any]) -> Limits:
    gates = file["gates"]
    return Limits(
        version=file["version"],
        required=list(gates["required"]),
        days=gates["active"]["days"],
        reviews=gates["active"]["reviews"],
        purchases=gates["client"]["purchases"],
        letters=gates["creative"]["letters"],
        own_share=gates["creative"]["share"],
        unpaid_share=gates["unpaid"]["share"],
        knit_z=gates["knit"]["z"],
    )


@dataclass(frozen=True)
class Tiers:
    """Limits of the small tier, both included, in known followers; more is wide, fewer is tiny."""

    low: float
    high: float

    def of(self, audience: NDArray[np.float64]) -> NDArray[Any]:
        """(n,) str: tiny, small or wide for each of (n,) audiences."""
        return np.select([audience > self.high, audience >= self.low], ["wide", "small"], "tiny")

    def small(self, audience: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) bool: the audiences in the small tier."""
        return (audience >= self.low) & (audience <= self.high)


def relative(audience: NDArray[np.float64]) -> Tiers:
    """Tiers for a platform that states no follower counts: 5 to the 80th percentile is small.

    Known followers are only part of an audience, so these tiers are relative and are called small and
    wide, not KOC and KOL. Raises AnalysisError when nobody has a follower.
    """
    if not (audience > 0).any():
        hint = "A follow counts from its date, or without one when both ends have reviewed; see `graphkoc doctor`."
        raise AnalysisError("nobody who has reviewed has a known follower", hint=hint)
    return Tiers(float(SMALLEST), float(np.percentile(audience[audience > 0], WIDEST)))


@dataclass(frozen=True, eq=False)
class Sizes:
    """Everybody's tier.

    table: one row per consumer: tier (tiny, small, wide, or unknown), label (the profile's word for it; where followers
    are not stated `tiny audience`, `small audience` or WIDELY_FOLLOWED), tier_profile, tier_platform (whose stated
    followers count, null in the relative profile), tier_size (followers as the platform states them, or known ones),
    tier_low, tier_high (of the small tier, both included). summary: what run.json keeps.
    """

    table: pd.DataFrame
    summary: dict[str, Any]


def largest_stated(consumers: pd.DataFrame, accounts: pd.DataFrame, name: str | None = None) -> pd.DataFrame:
    """Platform and followers of the account that gives each person their tier, in the rows of `consumers`.

    consumers: platform and followers, indexed by consumer. accounts: those of people with several
    (`graphkoc.graph.accounts`). It is the account with the most stated followers for which limits are published; people
    without one keep the platform and followers that `consumers` has. name: as for `sized`.
    """
    stated = accounts[accounts["followers"].notna() & (_choose(accounts["platform"], name) != RELATIVE)]
    order = stated.sort_values(["consumer", "followers", "account"], ascending=[True, False, True])
    largest = order.drop_duplicates("consumer").set_index("consumer")[["platform", "followers"]]
    found = consumers[["platform", "followers"]].copy()
    found.loc[largest.index] = largest.astype(found.dtypes)
    return found


def label_accounts(accounts: pd.DataFrame, name: str | None = None) -> pd.DataFrame:
    """The accounts with two more columns, label and tier, null where no followers are stated or no limits published.

    It is what `sized` gives an account of the same platform with the same stated followers.
    """
    labels = _find_bands(accounts["platform"], accounts["followers"], name)
    return accounts.assign(label=labels["label"].to_numpy(), tier=labels["tier"].to_numpy())


def count_kols(accounts: pd.DataFrame) -> dict[str, int]:
    """How many KOLs by stated followers are loaded of each platform that states followers for which limits exist.

    accounts: platform, followers, tier (null where no followers are stated or no limits published) and audience, the
    known one of the person. An account counts as loaded where anybody in the audience is known: a name on a price list
    says nothing of whom it reaches.
    """
    stated = accounts[accounts["tier"].notna() & accounts["platform"].notna()]
    kols = (stated["tier"] == "wide") & (stated["audience"] > 0)
    return {str(name): int(n) for name, n in kols.groupby(stated["platform"]).sum().sort_index().items()}


def _choose(platform: pd.Series[str], name: str | None) -> NDArray[Any]:
    """(n,) object: the profile that stated followers on each platform are labelled by."""
    if name is not None:
        return np.full(len(platform), name, dtype=object)
    chosen = {p: profile.name for profile in profiles().values() if profile.default for p in profile.platforms}
    return platform.astype("str").map(chosen).fillna(RELATIVE).to_numpy(dtype=object)


def _find_bands(platform: pd.Series[str], followers: pd.Series[Any], name: str | None) -> pd.DataFrame:
    """Labels by stated followers alone: label, tier, tier_profile, tier_size, tier_low, tier_high.

    tier_size: the stated followers, null where there are none. Where there are none, or no limits were published, the
    profile is RELATIVE and label, tier and limits are null.
    """
    import pandas as pd

    stated = followers.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    profile_of = np.where(np.isnan(stated), RELATIVE, _choose(platform, name))
    label, tier = np.full((2, len(stated)), None, dtype=object)
    low, high = np.full((2, len(stated)), np.nan)
    for one in profiles().values():
        inside = profile_of == one.name
        if one.bands and inside.any():
            band = np.searchsorted([b.least for b in one.bands], stated[inside], side="right") - 1
            tier[inside] = np.array([b.size for b in one.bands], dtype=object)[band]
            label[inside] = np.array([b.label for b in one.bands], dtype=object)[band]
            low[inside], high[inside] = one.small
    limited = {"tier_size": stated, "tier_low": low, "tier_high": high}
    return pd.DataFrame({"label": label, "tier": tier, "tier_profile": profile_of, **limited})


def sized(
    platform: pd.Series[str],
    followers: pd.Series[Any],
    audience: NDArray[np.float64],
    name: str | None = None,
    basis: str = FOLLOWERS,
) -> Sizes:
    """Everybody's tier, by the followers that their platform states, or else by known followers.

    platform, followers: (n,), null where not known (of a person with several accounts, see `largest_stated`). audience:
    (n,) known followers. name: the profile for people whose followers are stated, by default that of their platform's
    tier file. Stated followers alone give their label: what is known of their audience plays no part. Where none are
    stated, or with the profile `relative`, known audiences are compared with each other, and nobody is called KOC or
    KOL; with fewer than 20 of them the tier is unknown. basis: what known audiences are counted in, in words (see
    `graphkoc.qualify.audience`). Raises UsageError for an unknown profile.
    """
    # Lists of a run need the profiles, and do not wait for pandas.
    import pandas as pd

    check_tiers(name)
    known = profiles()
    heard = int((audience > 0).sum())
    comparable = heard >= COMPARED
    by_order = relative(audience) if comparable else Tiers(float(SMALLEST), float(SMALLEST))
    place = platform.reset_index(drop=True).astype("str")
    labels = _find_bands(place, followers, name)
    profile_of = labels["tier_profile"].to_numpy(dtype=object)
    by_known = profile_of == RELATIVE
    size = np.where(by_known, audience, labels["tier_size"])
    order = by_order.of(audience).astype(object) if comparable else np.full(len(size), UNKNOWN, dtype=object)
    words = {one: f"{one} audience" for one in (*SIZES, UNKNOWN)} | {"wide": WIDELY_FOLLOWED}
    tier = np.where(by_known, order, labels["tier"])
    label = np.where(by_known, np.array([words[one] for one in order], dtype=object), labels["label"])
    low = np.where(by_known, by_order.low, labels["tier_low"])
    high = np.where(by_known, by_order.high, labels["tier_high"])
    table = pd.DataFrame(
        {
            "tier": tier,
            "label": label,
            "tier_profile": profile_of,
            "tier_platform": place.where(~by_known),
            "tier_size": size,
            "tier_low": low,
            "tier_high": high,
        }
    ).astype(dict.fromkeys(("tier", "label", "tier_profile", "tier_platform"), "str"))
    used = [known[one] for one in known if (profile_of == one).any()]
    most = max(used, key=lambda one: int((profile_of == one.name).sum()))
    limited = comparable or most.name != RELATIVE
    least, highest = (float(limit[profile_of == most.name][0]) for limit in (low, high))
    counted = basis if most.name == RELATIVE else "followers"
    others = [f"{_write_range(*one.small, 'followers')} ({one.title})" for one in used if one.bands and one != most]
    within = "; ".join([_write_range(least, highest, counted), *others])
    why = _explain_choice(name, by_known, place, basis) + (
        "" if comparable or not by_known.any() else _explain_too_few(heard, basis)
    )
    return Sizes(
        table,
        {
            "name": most.name,
            "low": least if limited else None,
            "high": highest if limited else None,
            "basis": counted,
            "small": _describe_small(least, highest, counted, within) if limited else None,
            "within": within if limited and least <= highest else None,
            "why": why,
            "people": table["tier"].value_counts().sort_index().to_dict(),
            "labels": table["label"].value_counts().sort_index().to_dict(),
            "profiles": [
                {
                    "name": one.name,
                    "title": one.title,
                    "version": one.version,
                    "source": one.source,
                    "says": one.says,
                    "people": int((profile_of == one.name).sum()),
                }
                for one in used
            ],
        },
    )


def _write_range(low: float, high: float, basis: str) -> str:
    if low == 0 and np.isfinite(high):
        return f"up to {high:,.0f} {basis}"
    return f"{low:,.0f} " + (f"to {high:,.0f} {basis}" if np.isfinite(high) else f"{basis} or more")


def _describe_small(low: float, high: float, basis: str, within: str) -> str:
    """What a small audience is, in words; within: the limits of every profile in use."""
    if high < low:
        most = f"four in five of the people with an audience have at most {high:,.0f} {basis}"
        return f"no audience is small here: small begins at {low:,.0f}, and {most}"
    return f"a small audience is {within}"


def _explain_too_few(heard: int, basis: str) -> str:
    """Why known audiences are not compared, as the end of a sentence."""
    if not heard:
        return f"; nobody here has {basis}, so tiers are unknown"
    have = "has" if heard == 1 else "have"
    return (
        f"; only {count(heard, 'people')} {have} {basis}, and audience sizes are compared only among {COMPARED} or "
        "more people, so tiers are unknown"
    )


def _explain_choice(name: str | None, by_known: NDArray[np.bool_], platform: pd.Series[str], basis: str) -> str:
    """Why these tiers, in a sentence."""
    stated = int((~by_known).sum())
    if name == RELATIVE:
        return f"relative tiers were chosen: {basis} are compared with each other"
    if not stated:
        lead = f"{name} was chosen, but " if name else ""
        return (
            f"{lead}no platform here states follower counts for which limits are published, so {basis} "
            "are compared with each other"
        )
    others = f"; for the other {int(by_known.sum()):,}, {basis} are compared with each other" if by_known.any() else ""
    if name:
        return f"{name} was chosen for the {count(stated, 'people')} whose followers the platform states{others}"
    whys = dict.fromkeys(
        f"{one.title}, by the tiers {one.name} of {one.version}: {one.why}"
        for one in profiles().values()
        if one.default and set(one.platforms) & set(platform[~by_known])
    )
    return f"stated followers are used for {count(stated, 'people')} ({'; '.join(whys)}){others}"
