"""Suggestions: who is likely one person, on people whose truth is known."""

from __future__ import annotations

import click.testing
import pandas as pd
import pytest
from planted_people import Planted, planted

import graphkoc
from graphkoc.capture import identity
from graphkoc.capture.identity.profiles import romanised
from graphkoc.cli import cli
from graphkoc.tables.schema import TABLES


@pytest.fixture(scope="module")
def world() -> Planted:
    return planted(0)


@pytest.fixture(scope="module")
def store(world: Planted, tmp_path_factory: pytest.TempPathFactory):
    """The invented brand in a store, with its exact keys linked."""
    store = graphkoc.open_store(f"ladybug:{tmp_path_factory.mktemp('brand') / 'graphkoc.lbug'}")
    store.upsert(world.tables)
    identity.settle(store)
    yield store
    store.close()


@pytest.fixture(scope="module")
def suggested(store: graphkoc.Store) -> list[dict]:
    return graphkoc.suggest_links(store)["suggestions"]


def pairs(rows: list[dict]) -> set[tuple[str, str]]:
    return {(row["account"], row["other"]) for row in rows}


def test_exact_keys_link_every_true_pair_that_has_one_and_no_false_pair(world: Planted, store: graphkoc.Store) -> None:
    found = graphkoc.identity_report(store)
    assert pairs(found["links"]) == world.keyed
    assert found["by_rule"] == {"contact_key": 10, "profile": 10}
    assert (found["accounts"], found["persons"], found["linked"]) == (560, 540, 40)


def test_suggestions_are_precise_and_find_most_of_the_pairs_without_a_key(
    world: Planted, suggested: list[dict]
) -> None:
    hits = pairs(suggested) & world.hidden
    assert len(hits) / len(suggested) >= 0.95
    assert len(hits) / len(world.hidden) >= 0.8
    assert [row["bits"] for row in suggested] == sorted((row["bits"] for row in suggested), reverse=True)


def test_a_suggestion_shows_its_evidence_and_a_name_alone_is_none(suggested: list[dict]) -> None:
    for row in suggested:
        bits = {one["what"]: one["bits"] for one in row["evidence"]}
        assert sum(value for what, value in bits.items() if what != "names") >= 0.98
        assert row["probability"] >= 0.6
        assert row["why"].startswith("alike in ")


def test_namesakes_are_not_suggested(world: Planted, suggested: list[dict]) -> None:
    consumers = world.tables["consumers"].set_index("consumer")
    handles = consumers["handle"]
    same = {pair for pair in pairs(suggested) if handles[pair[0]] == handles[pair[1]]}
    assert same <= world.hidden


def test_the_order_of_rows_changes_nothing(
    world: Planted, suggested: list[dict], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = graphkoc.open_store(f"ladybug:{tmp_path_factory.mktemp('again') / 'graphkoc.lbug'}")
    store.upsert({name: frame.sample(frac=1, random_state=1) for name, frame in world.tables.items()})
    identity.settle(store)
    assert graphkoc.suggest_links(store)["suggestions"] == suggested
    store.close()


def test_a_pair_is_suggested_until_it_is_linked_or_unlinked_and_unlinking_restores_the_graph(
    store: graphkoc.Store, suggested: list[dict], tmp_path_factory: pytest.TempPathFactory
) -> None:
    def content() -> dict[str, pd.DataFrame]:
        return {name: store.table(name).sort_values(list(t.key), ignore_index=True) for name, t in TABLES.items()}

    before = content()
    first, second = suggested[0], suggested[1]
    file = tmp_path_factory.mktemp("likely") / "likely.csv"
    shell = click.testing.CliRunner()
    done = shell.invoke(cli, ["--store", store.url, "identity", "suggest", "--limit", "2", "-o", str(file)])
    assert done.exit_code == 0, done.output
    assert pairs(pd.read_csv(file).to_dict("records")) == pairs([first, second])
    store.close()
    linked = graphkoc.link_file(store, file)
    assert (linked["read"], linked["linked_rows"], linked["persons"]) == (2, 2, 538)
    graphkoc.unlink_accounts(store, first["account"], first["other"])
    graphkoc.unlink_accounts(store, second["account"])
    for name, table in content().items():
        pd.testing.assert_frame_equal(table, before[name], obj=name)
    assert not pairs(graphkoc.suggest_links(store)["suggestions"]) & pairs([first, second])


def test_a_store_with_nothing_to_compare_suggests_nothing(tmp_path_factory: pytest.TempPathFactory) -> None:
    store = graphkoc.open_store(f"ladybug:{tmp_path_factory.mktemp('bare') / 'graphkoc.lbug'}")
    ids = [f"a:{i}" for i in range(3)] + [f"b:{i}" for i in range(3)]
    store.upsert({"consumers": pd.DataFrame({"consumer": ids, "platform": ["a"] * 3 + ["b"] * 3})})
    assert graphkoc.suggest_links(store)["suggestions"] == []
    same = pd.DataFrame({"consumer": ids, "handle": ["anna", "bea", "cyd"] * 2})
    store.upsert({"consumers": same})
    assert graphkoc.suggest_links(store)["suggestions"] == []
    store.close()


def test_names_are_compared_across_scripts() -> None:
    names = pd.Series(["小美咖啡_92", "Xiao.Mei Ka-Fei 92", "Ｘｉａｏ", "Мария", "O'Hára", None, "☕"])
    assert romanised(names).tolist()[:6] == ["xiaomeikafei92", "xiaomeikafei92", "xiao", "mariya", "ohara", ""]


def customers(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Accounts among a hundred others on each platform, all of whose names differ: (consumer, platform, name)."""
    names = (f"{one}{two}{one}{end} {two}{one}{two}o" for end in "aei" for one in "bdfgklmnprst" for two in "aeiouvwyz")
    others = [
        (f"{platform}:{number}", platform, name)
        for number, (platform, name) in enumerate(zip(["crm", "Judge.me", "discourse"] * 200, names, strict=False))
    ]
    return pd.DataFrame([*rows, *others], columns=["consumer", "platform", "name"])


@pytest.mark.parametrize(
    ("rows", "suggested"),
    [
        pytest.param(
            [("crm:x", "crm", "Zoë Lindqvist"), ("crm:y", "crm", "ZOE LINDQVIST")],
            {("crm:x", "crm:y")},
            id="guest twice",
        ),
        pytest.param(
            [("crm:x", "crm", "Zoë Lindqvist"), ("judge:y", "Judge.me", "Zoe Lindqvist")],
            {("crm:x", "judge:y")},
            id="two tools of one shop, however they are written",
        ),
        pytest.param([("crm:x", "crm", "zoe"), ("crm:y", "crm", "Zoe")], set(), id="a nickname"),
        pytest.param([("crm:x", "crm", "Zoe L."), ("crm:y", "crm", "Zoe L.")], set(), id="an initial"),
        pytest.param([(f"crm:{one}", "crm", "Zoe Lindqvist") for one in "xyz"], set(), id="three who may be anybody"),
        pytest.param(
            [("d:x", "discourse", "Zoe Lindqvist"), ("d:y", "discourse", "Zoe Lindqvist")], set(), id="no shop"
        ),
    ],
)
def test_a_full_name_that_one_shop_has_twice_is_weak_evidence_and_links_nobody(
    rows: list[tuple[str, str, str]], suggested: set[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = graphkoc.open_store(f"ladybug:{tmp_path_factory.mktemp('shop') / 'graphkoc.lbug'}")
    store.upsert({"consumers": customers(*rows)})
    identity.settle(store)
    found = graphkoc.suggest_links(store)
    assert pairs(found["suggestions"]) == suggested
    for row in found["suggestions"]:
        assert {"what": "a full name that one shop has twice", "agreement": 1.0, "bits": 1.0} in row["evidence"]
    assert found["linked"] == 0, "namesakes stay two"
    for one, other in suggested:
        graphkoc.unlink_accounts(store, one, other)
    assert graphkoc.suggest_links(store)["suggestions"] == []
    store.close()
