"""What the words of a wrap-up mean: what a viral post is, whose tiers hold, which money a rate counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphkoc.errors import DataError
from graphkoc.files import read_toml
from graphkoc.qualify.tiers import profiles

__all__ = ["Definitions", "describe_tiers", "list_benchmarks", "read_definitions"]

CHINESE = ("CNY", "RMB", "元", "¥", "￥", "人民币")
"""Names by which a currency is the one of China's benchmarks."""


@dataclass(frozen=True)
class Definitions:
    """The definitions of a version.

    viral_likes: likes from which on a post is viral. excellent, passable: shares of viral posts. fewest: posts under
    which a share is called neither. plain, boosted: columns of a post that add up to the cost of its rates. best,
    critical: posts that are named at most. benchmarks: figure, value or low and high, source, and for some currency
    and platform.
    """

    version: str
    viral_likes: int
    excellent: float
    passable: float
    fewest: int
    viral_source: str
    plain: tuple[str, ...]
    boosted: tuple[str, ...]
    best: int
    critical: int
    benchmarks: tuple[dict[str, Any], ...]


@cache
def read_definitions() -> Definitions:
    """The definitions as definitions.toml has them."""
    file = read_toml(Path(__file__).parent / "definitions.toml", DataError)
    viral, cost, shown = file["viral"], file["cost"], file["shown"]
    return Definitions(
        file["version"],
        viral["likes"],
        viral["excellent"],
        viral["passable"],
        viral["fewest"],
        viral["source"],
        tuple(cost["plain"]),
        tuple(cost["boosted"]),
        shown["best"],
        shown["critical"],
        tuple(file["benchmarks"]),
    )


def describe_tiers(platforms: Iterable[str]) -> list[dict[str, Any]]:
    """The published tiers that hold on each of these platforms, as far as there are any.

    Returns platform, bands ({label, least}, in followers), version, source.
    They are those of `graphkoc.qualify.tiers`, by which an analysis labels accounts too.
    """
    return [
        {"platform": platform, "version": one.version, "source": one.source}
        | {"bands": [{"label": band.label, "least": band.least} for band in one.bands]}
        for platform in sorted(set(platforms))
        for one in profiles().values()
        if one.default and platform in one.platforms
    ]


def list_benchmarks(definitions: Definitions, platforms: Iterable[str], currency: str) -> list[dict[str, Any]]:
    """The benchmarks that can stand beside a campaign: of its platforms and its currency, where they have one."""
    there, chinese = set(platforms), currency.strip().upper() in CHINESE
    return [
        one
        for one in definitions.benchmarks
        if one.get("platform") in (None, *there) and ("currency" not in one or chinese)
    ]
