"""Followers of wave 1 against those of wave 2, by drawing the waves again."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from graphkoc.activate.lift.waves import DRAWS, WaveLift, compare_waves
from graphkoc.activate.waves import split_waves

PEOPLE, FOLLOWERS = 40, 12


def draw(rng_seed: int, people: int = PEOPLE) -> tuple[pd.DataFrame, csr_array]:
    """People with followers of their own, whom chance put into two waves."""
    follows = csr_array(np.kron(np.eye(people), np.ones(FOLLOWERS)))
    names = [f"p{number:02}" for number in range(people)]
    return split_waves(names, [None] * people, follows, rng_seed).people, follows


def compare(people: pd.DataFrame, follows: csr_array, adopted: np.ndarray) -> WaveLift:
    found = compare_waves(people, follows, adopted, np.full(follows.shape[1], 0.1))
    assert found is not None
    return found


def test_a_planted_effect_of_wave_1_is_found() -> None:
    people, follows = draw(1)
    chance = np.random.default_rng(1).random(follows.shape[1])
    first = np.repeat(people["wave"].to_numpy() == 1, FOLLOWERS)
    found = compare(people, follows, chance < np.where(first, 0.25, 0.1))
    assert (found.first, found.second) == (PEOPLE // 2 * FOLLOWERS,) * 2
    assert found.p <= 0.01
    assert found.lift == pytest.approx(found.adopters - found.waiting)
    assert found.draws == DRAWS + 1


def test_waves_without_an_effect_are_seldom_found_to_have_one() -> None:
    rng = np.random.default_rng(3)
    people, follows = draw(2, people=16)
    alarms = [compare(people, follows, rng.random(follows.shape[1]) < 0.1).p <= 0.05 for _ in range(200)]
    assert 0 <= np.mean(alarms) <= 0.10


def test_with_few_pairs_every_draw_is_looked_at_and_none_can_be_rare() -> None:
    people, follows = draw(1, people=6)
    first = np.repeat(people["wave"].to_numpy() == 1, FOLLOWERS)
    found = compare(people, follows, first)
    assert found.draws == 2**3
    assert found.p == 1 / 8, "the largest of eight, and no rarer"


def test_followers_of_people_of_both_waves_are_not_compared() -> None:
    people = pd.DataFrame({"consumer": ["a", "b"], "wave": [1, 2], "unit": ["a", "b"], "pair": [0, 0]})
    follows = csr_array(np.array([[1.0, 1, 0, 0], [0.0, 1, 1, 1]]))
    found = compare_waves(people, follows, np.array([True, True, False, True]), np.array([0.0, 0.0, 0.0, np.nan]))
    assert found is not None
    assert (found.first, found.second, found.adopters, found.waiting) == (1, 1, 1, 0)
    both = csr_array(np.array([[0.0, 1, 0, 0], [0.0, 1, 0, 0]]))
    assert compare_waves(people, both, np.ones(4, dtype=bool), np.zeros(4)) is None
