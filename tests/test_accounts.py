"""Analyses count persons: what becomes of accounts that are one."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import click.testing
import pandas as pd
import pytest

import graphkoc
from graphkoc.cli import cli


def times(*texts: str | None) -> Any:
    return pd.Series(pd.to_datetime(list(texts), format="ISO8601")).astype("datetime64[us]")


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """Ann writes notes and keeps a second name in the forum; Bob and Cyd are there twice too, Dan once."""
    store = graphkoc.open_store(f"ladybug:{tmp_path / 'graphkoc.lbug'}")
    store.upsert(
        {
            "consumers": pd.DataFrame(
                {
                    "consumer": ["f:ann", "x:ann", "f:bob", "x:bob", "f:dan"],
                    "name": [None, "安", "bob", "Bob", "Dan"],
                    "platform": ["forum", "notes", "forum", "notes", "forum"],
                    "followers": pd.array([3, 900, None, None, 7], "Int64"),
                    "joined_at": times("2020-02-01", "2020-03-01", None, None, None),
                }
            ),
            "reviews": pd.DataFrame(
                {
                    "review": ["r1", "r2", "r3", "r4", "r5"],
                    "consumer": ["x:ann", "x:ann", "f:ann", "f:bob", "f:dan"],
                    "product": ["p", "q", "p", "p", "q"],
                    "created_at": times("2021-01-01", "2021-01-02", "2021-01-03", "2021-01-04", "2021-01-05"),
                }
            ),
            "follows": pd.DataFrame({"follower": ["f:bob", "f:dan", "f:dan"], "followee": ["f:ann", "f:ann", "f:bob"]}),
            "engagements": pd.DataFrame(
                {
                    "engagement": ["e1", "e2", "e3"],
                    "consumer": ["x:bob", "x:bob", "x:cyd"],
                    "review": ["r1", "r2", "r1"],
                    "created_at": times("2021-01-01", "2021-01-02", "2021-01-03"),
                }
            ),
            "purchases": pd.DataFrame({"consumer": ["x:ann", "f:ann"], "product": ["p", "p"], "order": ["o1", "o2"]}),
        }
    )
    yield store
    store.close()


def test_persons_take_the_place_of_their_accounts_and_unlinking_gives_them_back(store: graphkoc.Store) -> None:
    apart = graphkoc.project(store)
    ties = apart.ties()
    assert apart.accounts.empty
    graphkoc.link_accounts(store, "x:ann", "f:ann", "same face")
    graphkoc.link_accounts(store, "x:bob", "f:bob", "same face")
    one = graphkoc.project(store)

    people = one.consumers.set_index("consumer")
    assert people.index.tolist() == ["f:ann", "f:bob", "f:dan", "x:cyd"]
    assert people.loc["f:ann", ["name", "platform", "followers"]].tolist() == ["安", "notes", 900]
    assert people.loc["f:ann", "joined_at"] == pd.Timestamp("2020-02-01")
    assert people.loc["f:bob", ["name", "platform"]].tolist() == ["bob", "forum"]
    assert one.accounts[["consumer", "account", "platform", "reviews"]].to_numpy().tolist() == [
        ["f:ann", "f:ann", "forum", 1],
        ["f:ann", "x:ann", "notes", 2],
        ["f:bob", "f:bob", "forum", 1],
        ["f:bob", "x:bob", "notes", 0],
    ]
    assert one.reviews["consumer"].tolist() == ["f:ann", "f:ann", "f:ann", "f:bob", "f:dan"]
    assert one.purchases["consumer"].tolist() == ["f:ann", "f:ann"]
    network = one.log().network
    edges = {(network.ids[s], network.ids[t]) for s, t in zip(network.source, network.target, strict=True)}
    assert edges == {("f:ann", "f:bob"), ("f:ann", "f:dan"), ("f:bob", "f:dan"), ("f:ann", "x:cyd")}
    assert one.ties_of() == apart.ties_of() == {"forum": "follows", "notes": "engagements", "unknown": "none"}
    assert len(one.log().day) == len(apart.log().day) - 1  # the two reviews of one product are one

    graphkoc.unlink_accounts(store, "x:ann", "f:ann")
    graphkoc.unlink_accounts(store, "x:bob")
    again = graphkoc.project(store)
    for name, frame in vars(again).items():
        pd.testing.assert_frame_equal(frame, getattr(apart, name), obj=name)
    pd.testing.assert_frame_equal(again.ties(), ties)


def test_own_accounts_that_follow_each_other_are_no_audience(store: graphkoc.Store) -> None:
    graphkoc.link_accounts(store, "f:dan", "f:bob", "same desk")
    follows = graphkoc.project(store).follows
    assert follows[["source", "target"]].to_numpy().tolist() == [["f:ann", "f:bob"]]


def test_on_one_platform_a_person_has_her_accounts_there(store: graphkoc.Store) -> None:
    graphkoc.link_accounts(store, "x:ann", "f:ann", "same face")
    notes = graphkoc.project(store, platform="notes")
    assert notes.consumers["consumer"].tolist() == ["x:ann", "x:bob"]
    assert notes.accounts.empty


@pytest.mark.parametrize("platform", [None, "notes"])
def test_every_query_that_explain_quotes_gives_the_number_of_a_person_with_several_accounts(
    store: graphkoc.Store, tmp_path: Path, platform: str | None
) -> None:
    graphkoc.link_accounts(store, "x:ann", "f:ann", "same face")
    graphkoc.link_accounts(store, "x:bob", "f:bob", "same face")
    run = graphkoc.analyse(store, tmp_path / "run", graphkoc.Settings(platform=platform))
    store.close()
    assert run.info["score"]["kind"] == "formula"
    shell = click.testing.CliRunner()
    seen = {}
    for consumer in run.people["consumer"]:
        for part in graphkoc.explain_consumer(run, consumer)["parts"]:
            words = shlex.split(part["query"])
            done = shell.invoke(cli, ["--store", store.url, *words[1:], "--format", "json"], prog_name=words[0])
            assert done.exit_code == 0, done.output
            (row,) = json.loads(done.stdout)
            seen[consumer, part["part"]] = part["value"]
            assert (row["activity"] or 0) == pytest.approx(part["value"], rel=1e-9), (consumer, part)
    ann = {None: "f:ann", "notes": "x:ann"}[platform]
    assert seen[ann, "own_activity"] > 1.5
    assert (seen[ann, "audience_activity"] > 0) == (platform is None)
