"""Candidates: today's are those of the list, yesterday's are what a list of that day would have had."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_run import small_market

import graphkoc
from graphkoc import analysis
from graphkoc.analysis import Settings, analyse
from graphkoc.errors import UsageError
from graphkoc.graph.action_log import moment
from graphkoc.graph.projection import Projection
from graphkoc.measures import audience
from graphkoc.progress import Clock
from graphkoc.qualify.authenticity.near_copies import copies
from graphkoc.qualify.backtest import backtest
from graphkoc.qualify.candidates import AUDIENCE, Eligible
from graphkoc.qualify.score.forecast import Past
from graphkoc.qualify.tiers import SMALLEST
from graphkoc.runs.roles import RANKED


@pytest.fixture(scope="module")
def market() -> Projection:
    return small_market(60)


def eligible(projection: Projection) -> tuple[graphkoc.Log, Eligible]:
    log = projection.log()
    who = analysis.choose_candidates(projection, log, copies(projection.reviews, projection.texts))
    assert isinstance(who, Eligible)
    return log, who


def on_the_list(projection: Projection, folder: Path, as_of: float) -> pd.DataFrame:
    """The people whom an analysis as of a day ranks."""
    until = moment(as_of) + timedelta(microseconds=1)
    run = analyse(projection, folder / "run", Settings(until=until), Clock(None), processes=1)
    return run.people[run.people["role"].isin(RANKED)]


def test_a_misspelt_definition_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    store = graphkoc.open_store(f"ladybug:{tmp_path / 'none.lbug'}")
    with pytest.raises(UsageError, match="there are no candidates 'eligble'") as caught:
        graphkoc.run_backtest(store, candidates="eligble")
    assert caught.value.hint == "There are: eligible, audience."


@pytest.mark.parametrize("quantile", [0.4, 0.7, 1.0])
def test_they_are_the_list_of_that_day(market: Projection, quantile: float, tmp_path: Path) -> None:
    log, who = eligible(market)
    as_of = float(np.quantile(log.day, quantile))
    listed = on_the_list(market, tmp_path, as_of)
    known = audience(log.network.subset(log.known(as_of)))
    assert set(log.network.ids[who.list_people(log, known, as_of)]) == set(listed["consumer"])
    found = set(log.network.ids[who.find(log, known, as_of)])
    assert found == set(listed.loc[listed["audience"] >= SMALLEST, "consumer"])
    assert who.count_unchecked(log, known, as_of) == len(listed) - len(found)


@pytest.mark.parametrize("quantile", [0.6, 1.0])
def test_orders_up_to_the_day_make_the_same_people_active(market: Projection, quantile: float, tmp_path: Path) -> None:
    some = market.reviews["consumer"].str[-1].isin(list("02468"))
    then = market.reviews["created_at"].where(~some, market.reviews["created_at"] - timedelta(days=500))
    quiet = replace(market, reviews=market.reviews.assign(created_at=then))
    log, who = eligible(quiet)
    as_of = float(np.quantile(log.day[log.day > log.last_day - 200], quantile))
    listed = on_the_list(quiet, tmp_path, as_of)
    known = audience(log.network.subset(log.known(as_of)))
    assert set(log.network.ids[who.list_people(log, known, as_of)]) == set(listed["consumer"])
    by_order = listed[(listed["gate_active_orders"] > 0) & (listed["reviews_365"] == 0)]
    assert len(by_order) > 0
    without = eligible(replace(quiet, purchases=quiet.purchases.head(0)))[1]
    assert set(log.network.ids[without.list_people(log, known, as_of)]) == set(listed["consumer"]) - set(
        by_order["consumer"]
    )


def test_what_comes_later_changes_no_candidate(market: Projection) -> None:
    log, who = eligible(market)
    as_of = float(np.quantile(log.day, 0.5))
    known = audience(log.network.subset(log.known(as_of)))
    later = market.reviews["created_at"] > moment(as_of)
    other = replace(market, reviews=market.reviews.assign(origin=market.reviews["origin"].where(~later, "paid")))
    expected = who.find(log, known, as_of)
    assert len(expected)
    assert eligible(other)[1].find(log, known, as_of).tolist() == expected.tolist()
    assert eligible(other)[1].find(log, known, log.last_day).tolist() != who.find(log, known, log.last_day).tolist()


def test_a_backtest_says_whom_it_ranks_and_who_of_the_list_is_not_checked(market: Projection) -> None:
    log, who = eligible(market)
    tested = backtest(log, past=Past(log, candidates=who)).candidates
    assert tested.definition == "eligible"
    assert tested.listed_unchecked == who.count_unchecked(log, audience(log.network), log.last_day)
    by_audience = backtest(log).candidates
    assert (by_audience.definition, by_audience.listed_unchecked) == ("audience", None)


def test_without_dates_there_is_no_other_day_and_the_audience_decides(market: Projection) -> None:
    still = replace(market, reviews=market.reviews.assign(created_at=pd.NaT).astype({"created_at": "datetime64[us]"}))
    log = still.log()
    assert analysis.choose_candidates(still, log, copies(still.reviews, still.texts)) is AUDIENCE
