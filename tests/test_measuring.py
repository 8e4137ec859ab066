"""The command `lift`: a planted campaign is found, another shows nothing, and neither counts who never posted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import command
import lift_market
import numpy as np
import pandas as pd
import pytest

import graphkoc
from graphkoc.activate.lift.ledger import FILE, read_lift, read_lifts
from graphkoc.activate.running.journal import record
from graphkoc.campaigns.measuring import measure_campaign
from graphkoc.errors import AnalysisError, UsageError
from graphkoc.invite.saved import save_list
from graphkoc.runs.ledger import add_entries, read_entries

SEED, ADDED = 17, 16
ORIGIN = datetime(2022, 1, 1)
START = ORIGIN + timedelta(days=lift_market.BEGIN)
SPRING, SUMMER = "m:i003", "m:i020"
CODE = "SPRING10"


@dataclass(frozen=True)
class World:
    """A folder with a store, a run and two campaigns; whom each asked, and who posted."""

    folder: Path
    store: graphkoc.Store
    run: graphkoc.Run
    posted: dict[str, list[str]]
    adopters: list[str]
    silent: str

    @property
    def campaigns(self) -> Path:
        return self.folder / "runs" / "campaigns"

    def measure(self, **choices: Any) -> dict[str, Any]:
        return measure_campaign(self.store, self.run, **choices)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("lift")
    rng = np.random.default_rng(SEED)
    items, network = lift_market.draw_items(rng), lift_market.draw_network(rng)
    people = [f"m:{one}" for one in network.ids]
    reviews = pd.DataFrame(
        {
            "consumer": [people[one] for one in items.person],
            "product": [f"m:i{one:03}" for one in items.item],
            "created_at": [ORIGIN + timedelta(days=float(day)) for day in items.day],
        }
    )
    chosen = rng.permutation(lift_market.PEOPLE)
    posted = {"spring": chosen[:12], "summer": chosen[12:24]}
    silent = int(chosen[24])
    follows = np.isin(network.source, posted["spring"]) & ~np.isin(network.target, chosen[:25])
    knew = set(reviews.loc[reviews["product"] == SPRING, "consumer"])
    followers = [people[one] for one in np.unique(network.target[follows]) if people[one] not in knew]
    adopters = rng.choice(followers, ADDED, replace=False).tolist()
    later = {"product": SPRING, "created_at": START + timedelta(days=20)}
    reviews = pd.concat([reviews, pd.DataFrame([{"consumer": one, **later} for one in adopters])], ignore_index=True)
    reviews["review"] = [f"m:r{number}" for number in range(len(reviews))]
    reviews["created_at"] = reviews["created_at"].astype("datetime64[us]")
    bought = pd.DataFrame(
        {
            "consumer": adopters[:3],
            "product": SPRING,
            "order": ["m:o1", "m:o2", "m:o3"],
            "bought_at": pd.Series([START + timedelta(days=15)] * 3).astype("datetime64[us]"),
            "code": [CODE, CODE.lower(), None],
            "status": ["paid", "refunded", "paid"],
        }
    )
    ties = {"follower": [people[one] for one in network.target], "followee": [people[one] for one in network.source]}
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    store.upsert(
        {
            "consumers": pd.DataFrame({"consumer": people, "name": [one[2:] for one in people], "platform": "m"}),
            "products": pd.DataFrame(
                {
                    "product": [f"m:i{one:03}" for one in range(lift_market.ITEMS)],
                    "title": [f"Kettle {one}" for one in range(lift_market.ITEMS)],
                    "category": [f"kind {one % 8}" for one in range(lift_market.ITEMS)],
                }
            ),
            "reviews": reviews,
            "follows": pd.DataFrame(ties).assign(since=ORIGIN).astype({"since": "datetime64[us]"}),
            "purchases": bought,
        }
    )
    graphkoc.analyse(store, folder / "runs" / "first")
    names = {name: [people[one] for one in rows.tolist()] for name, rows in posted.items()}
    for name, product in (("spring", SPRING), ("summer", "Kettle 20")):
        listed = [{"consumer": one, "place": "roster"} for one in [*names[name], people[silent]]]
        listed[0]["code"] = CODE
        document = {"kind": "campaign", "name": name, "run": "first", "product": product, "people": listed}
        save_list(folder / "runs" / "campaigns", document)
        rows = [{"consumer": one["consumer"], "event": "invited", "happened_at": START} for one in listed]
        rows += [{"consumer": one, "event": "posted", "happened_at": START + timedelta(days=2)} for one in names[name]]
        assert not record(folder / "runs" / "campaigns", name, rows, "status.csv").not_taken
    yield World(folder, store, graphkoc.find_run(str(folder / "runs" / "first")), names, adopters, people[silent])
    store.close()


def test_a_planted_effect_is_found_and_measured(world: World) -> None:
    found = world.measure(campaign="spring")
    assert found["people"] == 12
    assert found["product"] == {"product": SPRING, "title": "Kettle 3"}
    assert (found["from"], found["to"]) == ("2024-01-03", "2024-04-01")
    assert found["adoptions"] >= ADDED
    assert found["p"] <= 0.05
    assert found["low"] > 0
    assert found["low"] < found["lift"] < found["high"]
    assert abs(found["lift"] - ADDED) < 6
    assert found["verdict"].startswith("An effect is seen: +")
    assert 19 < found["controls"] <= 99


def test_people_add_up_to_the_campaign_and_niches_are_its_followers(world: World) -> None:
    found = world.measure(campaign="spring")
    for name in ("adoptions", "expected", "lift"):
        assert sum(person[name] for person in found["by_person"]) == pytest.approx(found[name])
    assert [person["consumer"] for person in found["by_person"]] == sorted(world.posted["spring"])
    assert all(niche["followers"] <= found["followers"] for niche in found["by_niche"])


def test_without_an_effect_the_one_that_would_have_shown_is_named(world: World) -> None:
    found = world.measure(campaign="summer")
    assert found["p"] > 0.05
    assert found["low"] <= 0
    shown = found["would_have_shown"]
    assert found["verdict"] == f"No effect seen; one of +{shown} or more would have shown."
    assert shown > 0


def test_who_never_posted_has_no_followers_in_it_and_is_in_no_comparison(world: World) -> None:
    found = world.measure(campaign="spring")
    assert world.silent not in [person["consumer"] for person in found["by_person"]]


def test_campaigns_that_were_measured_are_pooled_and_kept_once(world: World) -> None:
    world.measure(campaign="spring")
    first = world.measure(campaign="summer")
    assert first["pooled"]["campaigns"] == ["summer", "spring"]
    spring = read_lift(world.campaigns, "spring")
    assert spring is not None
    assert first["pooled"]["adoptions"] == spring["adoptions"] + first["adoptions"]
    lines = len(read_entries(world.campaigns / FILE))
    world.measure(campaign="summer")
    assert len(read_entries(world.campaigns / FILE)) == lines, "a lift that says the same is known"
    assert [one["campaign"] for one in read_lifts(world.campaigns)] == ["spring", "summer"]


def test_purchases_and_codes_are_counted_where_they_are_known(world: World) -> None:
    found = world.measure(campaign="spring")["purchases"]
    assert found["adoptions"] == 2, "a refunded order is no purchase"
    assert found["p"] is None
    assert found["verdict"].startswith("Whether there was an effect is not known")
    assert (found["codes"]["orders"], found["codes"]["buyers"]) == (1, 1)
    assert found["codes"]["by_person"] == [{"consumer": world.posted["spring"][0], "orders": 1}]
    assert world.measure(campaign="summer")["purchases"]["adoptions"] is None


def test_boosted_posts_are_named_and_can_be_left_out(world: World) -> None:
    boosted = world.posted["summer"][0]
    post = {"campaign": "summer", "post": "x:1", "consumer": boosted, "boost": 300.0}
    before = world.measure(campaign="summer")
    assert before["boosted"] == {"people": 0, "posts": 0, "left_out": False}
    add_entries(world.campaigns / "posts.jsonl", lambda _: [post, post])
    found = world.measure(campaign="summer")
    assert found["boosted"] == {"people": 1, "posts": 1, "left_out": False}
    assert found["adoptions"] == before["adoptions"]
    assert any("1 post was boosted" in note for note in found["notes"])
    organic = world.measure(campaign="summer", organic=True)
    assert organic["people"] == 11
    assert organic["followers"] < found["followers"]
    (world.campaigns / "posts.jsonl").unlink()


def test_a_waiting_list_is_compared_by_its_own_draw(world: World) -> None:
    people = world.posted["spring"]
    waves = [
        {"consumer": one, "wave": 1 + place % 2, "unit": one, "pair": place // 2} for place, one in enumerate(people)
    ]
    document = json.loads((world.campaigns / "spring.json").read_text())
    save_list(world.campaigns, document | {"name": "waiting", "waves": {"people": waves}})
    rows = [{"consumer": one, "event": "posted", "happened_at": START + timedelta(days=2)} for one in people[::2]]
    rows += [{"consumer": one, "event": "invited", "happened_at": START + timedelta(days=40)} for one in people[1::2]]
    record(world.campaigns, "waiting", rows, "status.csv")
    found = world.measure(campaign="waiting")["waves"]
    assert (found["from"], found["to"]) == ("2024-01-03", "2024-02-09"), "until wave 2 is asked"
    assert found["draws"] == 2**6
    assert 0 < found["p"] <= 1
    assert found["adoptions"] + found["waiting"] <= found["first"] + found["second"]


def test_without_a_campaign_seeded_reviews_of_the_days_are_taken(world: World) -> None:
    with pytest.raises(AnalysisError, match="no gifted, paid or invited review"):
        world.measure(product=SPRING, begin=date(2024, 1, 1), end=date(2024, 3, 1))
    review = {"review": ["m:gift"], "consumer": [world.posted["spring"][0]], "product": [SPRING], "origin": ["gifted"]}
    gift = pd.DataFrame(review).assign(created_at=pd.Series([START + timedelta(days=1)]).astype("datetime64[us]"))
    world.store.upsert({"reviews": gift})
    found = world.measure(product="Kettle 3", begin=date(2024, 1, 1), end=date(2024, 3, 1))
    assert (found["campaign"], found["people"], found["pooled"]) == (None, 1, None)
    assert (found["from"], found["to"]) == ("2024-01-01", "2024-03-01")


@pytest.mark.parametrize(
    ("choices", "kind", "sentence"),
    [
        ({}, UsageError, "a lift needs a campaign"),
        ({"campaign": "autumn"}, UsageError, "there is no saved campaign called 'autumn'"),
        ({"campaign": "spring", "product": "Teapot"}, AnalysisError, "no review of 'Teapot' is known"),
        ({"campaign": "spring", "begin": date(2030, 1, 1)}, AnalysisError, "the data end on"),
        ({"campaign": "spring", "begin": date(2024, 2, 1), "end": date(2024, 1, 1)}, UsageError, "the days end on"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    world: World, choices: dict[str, Any], kind: type[Exception], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        world.measure(**choices)


def test_nobody_having_posted_is_one_sentence(world: World) -> None:
    document = json.loads((world.campaigns / "spring.json").read_text())
    save_list(world.campaigns, document | {"name": "silent"})
    with pytest.raises(AnalysisError, match="nobody is known to have posted for silent"):
        world.measure(campaign="silent")


def test_the_command_prints_the_verdict_and_json_has_every_figure(world: World) -> None:
    world.store.close()
    done = command.run("lift", "--campaign", "spring", cwd=world.folder)
    assert done.returncode == 0, done.stderr
    assert "An effect is seen" in done.stdout
    assert "By person" in done.stdout
    document = json.loads(command.run("lift", "--campaign", "spring", "--format", "json", cwd=world.folder).stdout)
    figures = {"adoptions", "expected", "lift", "low", "high", "p", "controls", "would_have_shown"}
    parts = {"by_person", "by_niche", "purchases", "waves", "boosted", "pooled", "verdict"}
    assert figures | parts <= {*document}
