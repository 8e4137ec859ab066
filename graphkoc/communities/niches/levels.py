"""One level of niches, found in a log and in the same log with shuffled reviews."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.communities.niches.distinct import distinct
from graphkoc.communities.niches.features import Features
from graphkoc.communities.niches.idle import find_idle
from graphkoc.communities.niches.overindex import over_indexing, shuffle_reviews
from graphkoc.communities.niches.traits import Traits, by_category, by_content
from graphkoc.graph.action_log import Log

__all__ = ["Level", "of_categories", "of_content"]


@dataclass(frozen=True, eq=False)
class Level:
    """Niches that are made in one way.

    traits: the candidates. members: as `over_indexing` returns them. merged: for each niche, which is a trait, the
    traits that are the same niche, itself first. control: how many niches there are with shuffled reviews; if there
    are any, members and merged are empty.
    """

    traits: Traits
    members: pd.DataFrame
    merged: dict[int, list[int]]
    control: int


def of_categories(log: Log, min_size: int, rng_seed: int) -> Level:
    """The categories that at least `min_size` people over-index on; trait i is category i."""
    traits = by_category(log)
    chance = over_indexing(shuffle_reviews(log.person, traits.scope, rng_seed), traits, min_size)
    members = over_indexing(log.person, traits, min_size)
    merged = {int(trait): [int(trait)] for trait in np.unique(members["trait"])}
    return _gated(Level(traits, members, merged, chance["trait"].nunique()))


def of_content(
    log: Log, scope: NDArray[np.int32], features: Features, parents: pd.DataFrame, min_size: int, rng_seed: int
) -> Level:
    """The traits that at least `min_size` people over-index on within each scope, each niche once.

    scope: (k,) int32, of each review, -1 for none. parents: person and trait (a scope): the people of
    the niche that is made finer, which a trait that says nothing about its people does not do.
    """
    one = _distinct(log, scope, features, parents, min_size, rng_seed)
    chance = replace(log, person=shuffle_reviews(log.person, scope, rng_seed))
    control = _distinct(chance, scope, features, parents, min_size, rng_seed)
    return _gated(replace(one, control=len(control.merged)))


def _distinct(
    log: Log, scope: NDArray[np.int32], features: Features, parents: pd.DataFrame, min_size: int, rng_seed: int
) -> Level:
    traits = by_content(log, scope, features, min_size, rng_seed)
    members = over_indexing(log.person, traits, min_size)
    members = members[~find_idle(log, traits, features, inside=len(parents) > 0)[members["trait"]]]
    merged = distinct(members, traits, parents)
    return Level(traits, members[members["trait"].isin(list(merged))], merged, 0)


def _gated(level: Level) -> Level:
    return replace(level, members=level.members[:0], merged={}) if level.control else level
