"""Listening, from a file of answers to findings, replies and briefs: feedback is shown and counts in nothing."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from command import run as graphkoc_command
from small_campaign import Campaign

import graphkoc
from graphkoc.activate.running import journal
from graphkoc.invite.saved import save_list

FAULTY = (
    "The lid drips when you pour into a thermos.",
    "Nice colour, but the lid leaks.",
    "往保温杯里倒水的时候盖子会滴水。",
    "盖子漏水，颜值很高。",
    "Der Deckel tropft, wenn man in eine Thermoskanne gießt, und das ist nicht schön.",
    "The lid dripped twice.",
)
PLEASED = ("It is quiet and looks good.", "Quiet, and the lid does not drip.")
NOTE = "New gasket since April"


@dataclass(frozen=True)
class Market:
    """A copy of the small campaign in which a group of eight KOCs was asked, and a plan invites ten people."""

    folder: Path
    people: tuple[str, ...]

    def call(self, *words: object) -> subprocess.CompletedProcess[str]:
        return graphkoc_command(*words, "--run", "run", cwd=self.folder)

    def ask(self, *words: object) -> Any:
        done = self.call(*words, "--format", "json")
        assert done.returncode in (0, 7), done.stderr
        return json.loads(done.stdout)

    def write_answers(self, name: str = "answers.csv", rows: Sequence[tuple[str, str]] | None = None) -> Path:
        """A file of answers: person and text; by default of the whole group."""
        said = list(zip(self.people, (*FAULTY, *PLEASED), strict=False)) if rows is None else rows
        with (self.folder / name).open("w", encoding="utf-8", newline="") as file:
            sheet = csv.writer(file)
            sheet.writerow(["consumer", "product", "rating", "text", "given_at"])
            sheet.writerows([who, "p0", text and 3, text, "2026-06-20"] for who, text in said)
        return self.folder / name


@pytest.fixture(scope="module")
def asked(small_campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> Market:
    """The market before anybody has answered; only to be copied."""
    folder = Path(shutil.copytree(small_campaign.folder, tmp_path_factory.mktemp("asked") / "market"))
    kocs = [row["consumer"] for row in graphkoc.find_run(str(folder / "run")).rows("people", ["consumer"])]
    refusing = {f"{number}" for number in range(2, 60, 3)}
    people = tuple(one for one in sorted(kocs) if str(int(one.partition(":")[2])) not in refusing)[:10]
    rows = [
        {"consumer": one, "name": f"Person {one}", "platform": ("xiaohongshu", "forum")[n % 2]}
        for n, one in enumerate(people)
    ]
    group = {"kind": "focus-group", "name": "tea", "run": "run", "client": "Kettle & Co", "product": "p0"}
    save_list(folder / "plans", group | {"settings": {"product": "p0"}, "people": rows[:8]})
    posting = {
        "step": "posting",
        "phase": "burst",
        "role": "all",
        "starts": "2026-07-01",
        "ends": "2026-07-09",
        "people": 9,
    }
    plan = group | {"kind": "plan", "name": "spring", "settings": {}, "tags": ["travelkettle"], "calendar": [posting]}
    codes = [row | {"code": f"CODE{n}", "incentive": "gift"} for n, row in enumerate(rows)]
    save_list(folder / "plans", plan | {"people": codes})
    return Market(folder, people)


@pytest.fixture(scope="module")
def answered(asked: Market, tmp_path_factory: pytest.TempPathFactory) -> Market:
    """The market after the group has answered; only to be copied."""
    market = copy_market(asked, tmp_path_factory.mktemp("answered"))
    assert market.call("feedback", market.write_answers(), "--campaign", "tea").returncode == 0
    return market


def copy_market(market: Market, folder: Path) -> Market:
    return Market(Path(shutil.copytree(market.folder, folder / "market")), market.people)


@pytest.fixture
def market(asked: Market, tmp_path: Path) -> Market:
    return copy_market(asked, tmp_path)


@pytest.fixture
def heard(answered: Market, tmp_path: Path) -> Market:
    return copy_market(answered, tmp_path)


def hash_files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def measure(folder: Path) -> dict[str, Any]:
    """What a new analysis of the store finds, and the plan that is made of it, without what changes with the clock."""
    with_store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    run = graphkoc.analyse(
        with_store, folder / "again", graphkoc.Settings(brand=graphkoc.Brand(("Kettle & Co",), ("Other",)))
    )
    costs = graphkoc.read_costs({"product": 10})
    request = graphkoc.PlanRequest(budget=100, costs=costs)
    plan = graphkoc.plan_campaign(with_store, run, request, today=datetime(2026, 7, 1, tzinfo=UTC))
    with_store.close()
    tables = {name: digest for name, digest in hash_files(folder / "again").items() if name.endswith(".parquet")}
    assert "brand.parquet" in tables  # the share of voice
    shutil.rmtree(folder / "again")
    return {"tables": tables, "plan": plan}


# --- feedback ---------------------------------------------------------------------------------------------------------


def test_feedback_changes_no_score_rank_plan_or_share_of_voice(market: Market) -> None:
    before = measure(market.folder)
    run = hash_files(market.folder / "run")
    market.call("feedback", market.write_answers(), "--campaign", "tea")
    market.ask("findings", "tea")
    graphkoc_command("explain", market.people[0], "run", cwd=market.folder)
    assert measure(market.folder) == before
    assert hash_files(market.folder / "run") == run
    assert before["plan"]["people"]


def test_feedback_of_people_who_are_not_on_the_list_is_named_and_the_rest_is_read(market: Market) -> None:
    file = market.write_answers(
        rows=[(market.people[0], "The lid drips"), ("nobody:1", "Hello"), (market.people[1], "")]
    )
    done = market.call("feedback", file, "--campaign", "tea")
    assert done.returncode == 7
    assert done.stdout == "1 new answer by 1 person, 0 known before\n"
    assert "Not taken: nobody on the list is called nobody:1." in done.stderr.splitlines()


def test_a_file_that_is_read_twice_adds_nothing(heard: Market) -> None:
    ledger = heard.folder / "campaigns" / "feedback.jsonl"
    before = ledger.read_bytes()
    done = heard.ask("feedback", heard.write_answers(), "--campaign", "tea")
    assert (done["new"], done["known"], done["not_taken"]) == (0, 8, [])
    assert ledger.read_bytes() == before


def test_answers_are_in_the_graph_as_feedback_of_the_group_and_not_as_reviews(heard: Market) -> None:
    store = graphkoc.open_store(f"ladybug:{heard.folder / 'graphkoc.lbug'}")
    found = store.read(
        "MATCH (c:Consumer)-[:GAVE]->(f:Feedback)-[:ANSWERS]->(g:Campaign), (f)-[:CONCERNS]->(p:Product)"
        " RETURN c.consumer AS consumer, g.campaign AS campaign, p.product AS product, f.rating AS rating"
        " ORDER BY consumer"
    )
    store.close()
    assert found["consumer"].tolist() == sorted(heard.people[:8])
    assert found[["campaign", "product", "rating"]].drop_duplicates().to_numpy().tolist() == [
        ["focus-group:tea", "p0", 3.0]
    ]


def test_an_unknown_campaign_and_none_are_one_sentence(market: Market) -> None:
    file = market.write_answers()
    unknown = market.call("feedback", file, "--campaign", "coffee")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "there is no campaign or focus group called 'coffee'" in unknown.stderr
    assert "There are: spring, tea." in unknown.stderr
    assert "--campaign NAME" in market.call("feedback", file).stderr
    assert "no answer of tea has been read" in market.call("findings", "tea").stderr
    assert not (market.folder / "campaigns").exists()


def test_explain_shows_what_a_person_answered(heard: Market) -> None:
    why = json.loads(graphkoc_command("explain", heard.people[0], "run", "--format", "json", cwd=heard.folder).stdout)
    (answer,) = why["feedback"]
    assert (answer["campaign"], answer["text"], answer["rating"]) == ("tea", FAULTY[0], 3.0)
    shown = graphkoc_command("explain", heard.people[0], "run", cwd=heard.folder).stdout
    assert "Feedback when asked, which counts in no score\n  tea, 2026-06-20, rated 3: “The lid drips" in shown
    silent = json.loads(
        graphkoc_command("explain", heard.people[9], "run", "--format", "json", cwd=heard.folder).stdout
    )
    assert silent["feedback"] == []


# --- findings ---------------------------------------------------------------------------------------------------------


def test_six_of_eight_who_name_the_same_fault_are_the_first_finding(heard: Market) -> None:
    (document,) = heard.ask("findings")
    first = document["findings"][0]
    assert (first["id"], first["critical"], first["of"], first["status"]) == ("lid-drips", 6, 8, "open")
    assert (first["difference"], first["before_of"] >= 10) == ("new", True)
    shown = heard.call("findings", "tea").stdout
    assert shown.startswith(
        "tea: 8 answers by 8 people, rated 3.0 on average\n 1. lid: drips [lid-drips]: 7 people, 6 critical"
    )
    assert "“The lid drips when you pour into a thermos.” (Person crm:0)" in " ".join(shown.split())
    assert "优先反馈产品团队" in heard.call("findings", "tea", "--lang", "zh").stdout


def test_a_finding_has_status_owner_date_and_note_from_then_on(heard: Market) -> None:
    done = heard.call("findings", "set", "lid-drips", "--status", "taken", "--owner", "Ada", "--due", "2026-08-01")
    assert done.stdout == "lid: drips of tea: taken, Ada, 2026-08-01\n"
    heard.call("findings", "set", "lid-drips", "--status", "done", "--note", NOTE)
    finding = next(one for one in heard.ask("findings", "tea")[0]["findings"] if one["id"] == "lid-drips")
    assert (finding["status"], finding["owner"], finding["due"], finding["note"]) == ("done", "Ada", "2026-08-01", NOTE)
    unknown = heard.call("findings", "set", "spout", "--status", "done")
    assert unknown.returncode == 2
    assert "there is no finding 'spout'" in unknown.stderr


def test_answers_of_somebody_who_took_their_consent_back_are_not_used(heard: Market) -> None:
    rows = [{"consumer": heard.people[0], "event": "withdrawn", "happened_at": datetime(2026, 6, 25)}]
    journal.record(heard.folder / "campaigns", "spring", rows, "mail")
    (document,) = heard.ask("findings", "tea")
    assert (document["answers"], document["findings"][0]["critical"]) == (7, 5)
    why = graphkoc_command("explain", heard.people[0], "run", "--format", "json", cwd=heard.folder).stdout
    assert json.loads(why)["feedback"] == []


def test_answers_of_a_list_that_is_gone_are_passed_over(heard: Market) -> None:
    heard.call("feedback", heard.write_answers(), "--campaign", "spring")
    (heard.folder / "plans" / "tea.json").unlink()
    assert [document["campaign"] for document in heard.ask("findings")] == ["spring"]
    assert heard.call("brief", "spring", "-o", "briefs").returncode == 0


def test_two_campaigns_with_a_finding_of_one_id_have_to_be_named(heard: Market) -> None:
    heard.call("feedback", heard.write_answers(), "--campaign", "spring")
    refused = heard.call("findings", "set", "lid-drips", "--status", "done")
    assert "spring and tea have a finding lid-drips" in refused.stderr
    done = heard.ask("findings", "set", "lid-drips", "--status", "done", "--campaign", "tea")
    assert (done["campaign"], done["status"]) == ("tea", "done")


# --- what becomes of them ---------------------------------------------------------------------------------------------


def test_a_finding_that_is_done_is_in_the_reply_to_those_who_said_it_and_in_no_other(heard: Market) -> None:
    assert heard.ask("findings", "reply", "tea")["replies"] == []
    heard.call("findings", "set", "lid-drips", "--status", "done", "--note", NOTE)
    done = heard.ask("findings", "reply", "tea", "--sender", "Ada", "-o", "replies")
    assert [one["consumer"] for one in done["replies"]] == list(heard.people[:6])
    assert [one["language"] for one in done["replies"]] == ["en", "en", "zh", "zh", "de", "en"]
    texts = [Path(heard.folder / one["file"]).read_text(encoding="utf-8") for one in done["replies"]]
    assert texts == [one["text"] for one in done["replies"]]
    assert all(NOTE in text and "Kettle & Co" in text for text in texts)
    assert (
        "this is Ada from Kettle & Co." in texts[0] and "我们的改进" in texts[2] and "Was wir getan haben" in texts[4]
    )


def test_whoever_may_not_be_contacted_gets_neither_reply_nor_brief(heard: Market) -> None:
    heard.call("findings", "set", "lid-drips", "--status", "done")
    rows = [{"consumer": heard.people[0], "event": "do_not_contact", "happened_at": datetime(2026, 6, 25)}]
    journal.record(heard.folder / "campaigns", "spring", rows, "mail")
    done = heard.ask("findings", "reply", "tea")
    assert [one["consumer"] for one in done["replies"]] == list(heard.people[1:6])
    assert done["left_out"] == ["1 person: may not be contacted"]
    briefs = heard.ask("brief", "spring", "-o", "briefs")
    assert heard.people[0] not in [one["consumer"] for one in briefs["briefs"]]
    assert "1 person: may not be contacted" in briefs["left_out"]


def test_a_finding_that_is_done_is_in_the_briefs_of_a_campaign_for_the_same_product(heard: Market) -> None:
    heard.call("findings", "set", "lid-drips", "--status", "done", "--note", NOTE)
    done = heard.ask("brief", "spring", "-o", "briefs")
    assert [one["consumer"] for one in done["briefs"]] == list(heard.people)
    texts = [Path(heard.folder / one["file"]).read_text(encoding="utf-8") for one in done["briefs"]]
    assert all(f"“lid: drips”, named by 6: it was changed: {NOTE}." in text for text in texts)
    assert all(f"**CODE{n}**" in text for n, text in enumerate(texts))
    assert all("- travelkettle\n" in text and "Post from 2026-07-01 to 2026-07-09." in text for text in texts)
    assert [one["label"] for one in done["briefs"]][:2] == ["Brand partnership", "Advertisement"]
    assert "Its number: ________" in texts[0] and "filed" not in texts[1]
    assert "no legal advice" in done["notice"]


def test_a_campaign_has_briefs_with_the_days_and_terms_of_its_plan(heard: Market) -> None:
    assert heard.call("campaign", "new", "launch", "--from", "spring").returncode == 0
    heard.call("findings", "set", "lid-drips", "--status", "done", "--note", NOTE)
    done = heard.ask("brief", "launch", "--person", heard.people[1], "-o", "one.md")
    text = (heard.folder / "one.md").read_text(encoding="utf-8")
    assert done["briefs"][0]["findings"] == ["lid-drips"]
    assert "Post from 2026-07-01 to 2026-07-09." in text and "- travelkettle\n" in text and "**CODE1**" in text


def test_one_brief_is_a_file_in_the_language_that_is_asked_for(heard: Market) -> None:
    done = heard.ask("brief", "spring", "--person", heard.people[1], "--lang", "zh", "-o", "one.md")
    (one,) = done["briefs"]
    assert (heard.folder / "one.md").read_text(encoding="utf-8").startswith("# 创作需求（Brief）：p0")
    assert (one["file"], one["language"]) == ("one.md", "zh")
    several = heard.call("brief", "spring", "-o", "all.md")
    assert "all.md is a file, and there are several briefs" in several.stderr
    assert "nobody on the list is called zoe" in heard.call("brief", "spring", "--person", "zoe", "-o", "z.md").stderr


def test_a_brief_has_what_the_journal_knows(heard: Market) -> None:
    rows = [
        {"consumer": heard.people[1], "event": "accepted", "happened_at": datetime(2026, 6, 1), "filing": "PGY-7"},
        {"consumer": heard.people[2], "event": "declined", "happened_at": datetime(2026, 6, 1)},
    ]
    journal.record(heard.folder / "campaigns", "spring", rows, "status.csv")
    done = heard.ask("brief", "spring", "-o", "briefs")
    consumers = [one["consumer"] for one in done["briefs"]]
    assert heard.people[2] not in consumers and "1 person: declined" in done["left_out"]


def test_a_hostile_name_stays_in_its_folder(heard: Market) -> None:
    plan = json.loads((heard.folder / "plans" / "spring.json").read_text(encoding="utf-8"))
    plan["people"][0]["name"] = "../../evil\n# [x](javascript:1)"
    (heard.folder / "plans" / "spring.json").write_text(json.dumps(plan), encoding="utf-8")
    done = heard.ask("brief", "spring", "-o", "briefs")
    files = [heard.folder / one["file"] for one in done["briefs"]]
    assert {file.parent for file in files} == {heard.folder / "briefs"}
    assert re.fullmatch(r"01-evil-x-javascript-1\.md", files[0].name)
    assert "\n# [x]" not in files[0].read_text(encoding="utf-8")
