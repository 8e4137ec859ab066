"""Score, tiers and backtest: identities that hold on any log."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from zoo import log_of

from graphkoc.errors import AnalysisError, UntestableError
from graphkoc.measures import audience
from graphkoc.qualify import score, tiers
from graphkoc.qualify.backtest import NAMED, _rewire, backtest, top_share

rankings = hnp.arrays(float, 30, elements=st.integers(0, 5).map(float))
gains = hnp.arrays(float, 30, elements=st.integers(0, 4).map(float))


def town(rng_seed: int = 0, people: int = 300):
    """A log in which people follow at random and review what those they follow reviewed."""
    rng = np.random.default_rng(rng_seed)
    ties = [
        (f"p{a:03}", f"p{b:03}") for a in range(people) for b in rng.integers(0, people, rng.integers(2, 15)) if a != b
    ]
    ties = sorted(set(ties))
    rows = [
        (f"p{person:03}", f"x{int(rng.integers(0, 60))}", float(rng.integers(1, 1000)))
        for person in range(people)
        for _ in range(int(rng.integers(1, 25)))
    ]
    return log_of(rows, ties)


@given(rankings, gains, st.integers(1, 30))
def test_a_top_collects_between_nothing_and_everything_and_all_of_it_is_everything(r, g, n: int) -> None:
    share = top_share(r, g, n)[0]
    if not g.sum():
        assert np.isnan(share)
        return
    assert 0 <= share <= 1 + 1e-12
    assert top_share(r, g, 30)[0] == pytest.approx(1)
    assert share <= top_share(g, g, n)[0] + 1e-12


@given(rankings, gains, st.integers(1, 30), st.randoms(use_true_random=False))
def test_ties_are_averaged_so_that_row_order_is_no_luck(r, g, n: int, random) -> None:
    order = list(range(30))
    random.shuffle(order)
    np.testing.assert_allclose(top_share(r, g, n), top_share(r[order], g[order], n))
    assert top_share(np.zeros(30), np.ones(30), n)[0] == pytest.approx(n / 30)


@given(rankings, gains, st.integers(1, 30))
def test_a_person_drawn_twice_counts_twice(r, g, n: int) -> None:
    counts = np.random.default_rng(0).integers(0, 3, (1, 30)).astype(np.int32)
    repeated = np.repeat(np.arange(30), counts[0])
    if g[repeated].sum() and len(repeated) >= n:
        np.testing.assert_allclose(top_share(r, g, n, counts), top_share(r[repeated], g[repeated], n))


def test_the_oracle_beats_every_ranking_and_random_is_the_size_of_the_top() -> None:
    tested = backtest(town())
    oracle = tested.row("oracle").mean
    assert all(row.mean <= oracle + 1e-12 for row in tested.rows)
    for share, n, candidates in zip(tested.row("random").shares, tested.n, tested.candidates.n, strict=True):
        assert share == n / candidates
    assert all(row.low <= row.mean <= row.high for row in tested.rows)
    assert all(0 <= hit <= NAMED for row in tested.rows for hit in row.hits)


def test_a_platform_by_itself_is_judged_as_if_there_were_no_other() -> None:
    log = town()
    half, everybody = np.arange(len(log.network)) % 2 == 0, np.ones(len(log.network), dtype=bool)
    groups = {"platform": {"all": everybody, "half": half, "none": ~everybody}}
    (part,) = backtest(log, groups=groups).parts
    tested = backtest(log)
    assert (part.by, part.name) == ("platform", "half")
    assert 50 <= part.candidates < np.mean(tested.candidates.n)
    assert 10 <= part.credit < np.mean(tested.credit)
    assert part.low <= part.score <= part.high
    # Of so few a top is the twenty that are named at least.
    assert part.random == pytest.approx(NAMED / part.candidates, rel=0.05)


def test_the_same_log_gives_the_same_backtest() -> None:
    assert backtest(town()) == backtest(town())


def test_the_placebos_are_reported_beside_the_real_thing() -> None:
    tested = backtest(town())
    assert [placebo.name for placebo in tested.placebos] == ["real", "time reversed", "followees shuffled"]
    real = tested.placebos[0]
    assert real.credit == pytest.approx(np.mean(tested.credit))
    assert real.share == pytest.approx(tested.row("score").mean)


def test_where_reviews_are_dealt_at_random_there_is_no_signal_beyond_chance() -> None:
    tested = backtest(town())
    assert tested.chance.copies == 19
    assert not tested.chance.beaten
    assert tested.verdict.startswith("There is no signal beyond chance")


def test_shuffling_followees_keeps_how_many_follow_and_are_followed() -> None:
    network = town().network
    shuffled = _rewire(network, np.random.default_rng(1))
    # Ties that come twice or lead to oneself fall out, so a few are lost and none is won.
    assert (audience(shuffled) <= audience(network)).all()
    assert audience(shuffled).sum() >= 0.9 * audience(network).sum()


def test_nothing_to_check_is_said_in_words() -> None:
    with pytest.raises(UntestableError, match="small audience") as found:
        backtest(log_of([("a", "x", 1.0), ("b", "y", 1.0), ("b", "z", 9.0)], [("a", "b")]))
    assert found.value.lacks == "candidates"
    with pytest.raises(UntestableError, match="there are no reviews") as found:
        backtest(log_of([], [("a", "b")]))
    assert found.value.lacks == "reviews"


def test_the_parts_of_a_score_add_up_and_nothing_earns_nothing() -> None:
    log = town()
    scored = score.formula(log, 900.0)
    np.testing.assert_allclose(sum(scored.points.values()), scored.total, atol=1e-9)
    assert set(scored.points) == {part.name for part in score.PARTS}
    nobody = scored.values["audience_activity"] == 0
    assert (scored.points["audience_activity"][nobody] == 0).all()


@given(hnp.arrays(float, 20, elements=st.floats(0, 1e6)), hnp.arrays(float, 20, elements=st.floats(0, 1e6)))
def test_points_rank_as_the_formula_does(own, theirs) -> None:
    by_hand = np.log((own + 0.01) * (theirs + 0.01))
    by_points = score.points(own) + score.points(theirs)
    np.testing.assert_allclose(by_points - by_hand, 2 * np.log(100), atol=1e-6)
    assert (score.points(own) >= 0).all()


def test_tiers_are_tiny_small_and_wide_with_both_limits_in_the_small_one() -> None:
    sizes = np.array([0, 4, 5, 6, 7, 8, 9, 10, 20, 30.0])
    limits = tiers.relative(sizes)
    assert limits.low == 5
    assert limits.of(sizes).tolist() == ["tiny", "tiny", *["small"] * 6, "wide", "wide"]
    assert limits.small(sizes).tolist() == (limits.of(sizes) == "small").tolist()
    with pytest.raises(AnalysisError, match="nobody who has reviewed has a known follower"):
        tiers.relative(np.zeros(3))
