"""From an agency's sheet of results to the wrap-up: nothing is lost, and what is printed is what a pivot says."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xlsxwriter
from command import run as graphkoc_command
from small_campaign import Campaign

import graphkoc
from graphkoc.activate.outcome import posts as ledger
from graphkoc.activate.running.campaign import Wanted
from graphkoc.activate.running.journal import read_journal
from graphkoc.campaigns.running import new_campaign, update_campaign
from graphkoc.errors import UsageError
from graphkoc.invite.saved import campaigns_folder
from graphkoc.runs.ledger import add_entries

HEADER = (
    *("发布链接", "内容方向", "笔记类型", "资源含税成本价", "资源含税售价", "内容形式", "总消耗", "曝光量", "阅读量"),
    *("点赞量", "收藏量", "评论量", "转发量", "互动量", "CPM", "CPC", "CPE", "CTR"),
)
"""The 18 columns of an agency's base table, in order."""
URL = "https://www.xiaohongshu.com/explore/{:024x}"
COSTS = (300.10, 450.55, 1_280.00, 99.99, 210.05, 333.33)
SELLING = (390.13, 585.72, 1_664.00, 129.99, 273.07, 433.33)
"""What is planned for each person, to the cent."""
BILLED = {1: (463.05, 585.72), 4: (210.05, 273.08)}
"""Those of whom the sheet has another cost or selling price."""
FIGURES = (
    (12_345, 1_234, 210, 88, 12, 4, 314),
    (98_000, 8_800, 1_450, 301, 77, 25, 1_853),
    (260_000, 31_000, 2_900, 1_100, 240, 96, 4_336),
    (3_300, 401, 33, 5, 0, 1, 39),
    (45_000, 3_960, 512, 140, 31, 9, 692),
    (7_777, 650, 61, 20, 3, 0, 84),
)
"""Impressions, reads, likes, saves, comments, shares and engagements of each post; the last is by an unknown author."""
MONEY_COLUMNS = ("资源含税成本价", "资源含税售价", "总消耗")
NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


def as_typed(number: int) -> str | int:
    """A figure as an agency types it, without losing any of it."""
    if number >= 10_000 and number % 1_000 == 0:
        return f"{number / 10_000:g}w"
    return f"{number:,}" if number >= 1_000 else number


def write_sheet(file: Path) -> Path:
    """The base table with a merged title, numbers as text, an empty row, a total that is wrong, and a note below."""
    rows: list[Sequence[Any]] = []
    for number, (figures, cost, selling) in enumerate(zip(FIGURES, COSTS, SELLING, strict=True)):
        cost, selling = BILLED.get(number, (cost, selling))
        shown, reads, *_, engagements = figures
        rates = (f"{1000 * selling / shown:.2f}", f"{selling / reads:.2f}", f"{selling / engagements:.2f}")
        kind = "报备" if number % 2 else "非报备"
        money = (f"¥{cost:,.2f}", selling, "图文", "¥500.00" if number == 2 else "0")
        url = URL.format(number) + "?xsec_token=AB&xsec_source=pc"
        rows.append((url, "露营", kind, *money, *map(as_typed, figures), *rates, f"{reads / shown:.1%}"))
    total = ["合计", "", "", "¥9,999.99", "¥9,999.99", "", "500", "100w", "9,999"]
    with xlsxwriter.Workbook(file, {"strings_to_numbers": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("笔记底表")
        sheet.merge_range(0, 0, 0, len(HEADER) - 1, "Luto Mini 项目笔记底表 2026年6月")
        for row, cells in enumerate([HEADER, *rows[:3], (), *rows[3:], total, ("注：数据截至2026年6月30日",)], 1):
            for column, cell in enumerate(cells):
                sheet.write(row, column, cell)
    return file


def pivot(file: Path) -> pd.Series[float]:
    """The sum of every column of the sheet by a pivot table over its cells, with nothing of graphkoc."""
    cells = pd.read_excel(file, header=None, engine="calamine", dtype=str)
    table = cells.iloc[2:].set_axis(cells.iloc[1], axis=1)
    table = table[table["发布链接"].fillna("").str.startswith("http")]

    def parse(text: str) -> float:
        plain = re.sub(r"[¥,]", "", text)
        return float(plain[:-1]) * 10_000 if plain.endswith("w") else float(plain)

    columns = [*MONEY_COLUMNS, *HEADER[7:14]]
    numbers = table[columns].map(parse).assign(笔记类型=table["笔记类型"])
    made = numbers.pivot_table(index="笔记类型", values=columns, aggfunc="sum", margins=True, margins_name="total")
    return pd.Series(made.loc["total"], dtype=float).round(2)


@dataclass(frozen=True)
class Market:
    """A copy of the small campaign with a campaign of five people, whose posts the journal has by address."""

    folder: Path
    people: tuple[str, ...]

    @property
    def run(self) -> graphkoc.Run:
        return graphkoc.find_run(str(self.folder / "run"))

    @property
    def campaigns(self) -> Path:
        return campaigns_folder(self.folder / "run")

    def open(self) -> graphkoc.Store:
        return graphkoc.open_store(f"ladybug:{self.folder / 'graphkoc.lbug'}")

    def read(self, file: Path, **more: Any) -> dict[str, Any]:
        store = self.open()
        try:
            return graphkoc.record_results(store, self.run, file, "spring", now=NOW, **more)
        finally:
            store.close()

    def recap(self, **more: Any) -> dict[str, Any]:
        store = self.open()
        try:
            return graphkoc.recap_campaign(store, self.run, "spring", today=date(2026, 7, 15), **more)
        finally:
            store.close()


@pytest.fixture
def market(small_campaign: Campaign, tmp_path: Path) -> Market:
    return make_market(small_campaign, tmp_path)


@pytest.fixture(scope="module")
def told(small_campaign: Campaign, tmp_path_factory: pytest.TempPathFactory) -> tuple[Market, dict[str, Any]]:
    """A market after the sheet of results was read, and what the command said."""
    market = make_market(small_campaign, tmp_path_factory.mktemp("told"))
    return market, market.read(write_sheet(market.folder / "笔记底表.xlsx"))


def make_market(small_campaign: Campaign, place: Path) -> Market:
    folder = Path(shutil.copytree(small_campaign.folder, place / "market"))
    rows = small_campaign.run.rows("people", ["consumer", "followers", "consent"])
    people = tuple(
        row["consumer"] for row in sorted(rows, key=lambda row: str(row["consumer"])) if row["consent"] != "no"
    )[:5]
    with (folder / "people.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["id", "cost", "selling", "incentive"])
        sheet.writerows([one, COSTS[n], SELLING[n], "paid"] for n, one in enumerate(people))
    with (folder / "status.csv").open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow(["Consumer", "Invited", "Accepted", "Received", "Posted", "Post URL"])
        for n, one in enumerate(people):
            posted = ["2026-06-12", URL.format(n)] if n != 3 else ["", ""]
            sheet.writerow([one, "2026-06-01", "2026-06-02", "2026-06-05", *posted])
    found = Market(folder, people)
    store = found.open()
    wanted = Wanted(
        "p0", "Kettle & Co", date(2026, 6, 1), date(2026, 6, 30), 3_000.0, "CNY", {"posts": 5, "impressions": 400_000}
    )
    new_campaign(store, found.run, "spring", str(folder / "people.csv"), wanted)
    done = update_campaign(store, found.run, folder / "status.csv", "spring", now=NOW)
    assert done["not_taken"] == []
    store.close()
    return found


def test_every_post_of_a_dirty_sheet_is_taken_and_the_wrong_total_is_named(told: tuple[Market, dict[str, Any]]) -> None:
    market, done = told
    assert (done["posts"], done["new"], done["not_taken"]) == (6, 6, [])
    assert done["authors"] == 4, "by the addresses in the journal; one has none there, and one is nobody's"
    assert any("9,999" in note or "total" in note.lower() for note in done["notes"]), done["notes"]
    assert any("author of 2 posts is not known" in note for note in done["notes"])
    again = market.read(market.folder / "笔记底表.xlsx")
    assert (again["new"], again["known"], again["events"]) == (0, 6, 0)


def test_plan_and_sheet_reconcile_to_the_cent(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    money = market.recap()["money"]
    billed = [BILLED.get(n, (COSTS[n], SELLING[n])) for n in range(6)]
    for place, kind in enumerate(("cost", "selling")):
        cents = [round(100 * amounts[place]) for amounts in billed]
        assert round(100 * money[kind]["value"]) == sum(cents)
        by_people = sum(round(100 * (row[kind] or 0)) for row in money["people"])
        assert by_people + round(100 * money["unplanned"][kind]) == sum(cents)
    assert round(100 * money["planned_cost"]["value"]) == sum(round(100 * one) for one in COSTS[:5])
    found = {row["consumer"]: (row["cost_difference"], row["selling_difference"]) for row in money["differences"]}
    assert found == {market.people[1]: (12.5, 0.0), market.people[4]: (0.0, 0.01)}
    assert money["unplanned"]["posts"] == 2
    assert [row["posts"] for row in money["people"]] == [1, 1, 1, 0, 1]


def test_the_five_largest_figures_are_those_of_a_pivot_table(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    recap = market.recap()
    every, money = recap["engagement"]["all"], recap["money"]
    names = ("impressions", "reads", "likes", "collects", "comments", "shares", "engagements")
    mine = {column: every[name]["value"] for column, name in zip(HEADER[7:14], names, strict=True)}
    mine |= {
        column: money[name]["value"] for column, name in zip(MONEY_COLUMNS, ("cost", "selling", "boost"), strict=True)
    }
    made = pivot(market.folder / "笔记底表.xlsx")
    largest = made.nlargest(5)
    assert list(largest.index) == ["曝光量", "阅读量", "互动量", "点赞量", "资源含税售价"]
    assert {column: mine[column] for column in made.index} == pytest.approx(made.to_dict(), abs=1e-9)
    shown = graphkoc.write_recap(recap, "zh")
    for column, value in largest.items():
        written = f"{value:,.2f} CNY" if column in MONEY_COLUMNS else f"{value:,.0f}"
        assert f"| {written} |" in shown, column


def test_rates_are_made_of_the_sums_and_not_taken_from_the_sheet(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    parts = market.recap()["engagement"]
    plain = [n for n in range(6) if n != 2]
    cents = sum(round(100 * BILLED.get(n, (COSTS[n], 0))[0]) for n in plain)
    assert parts["plain"]["by_cost"]["cpm"]["value"] == pytest.approx(10 * cents / sum(FIGURES[n][0] for n in plain))
    assert parts["boosted"]["by_cost"]["cpc"]["value"] == pytest.approx((1_280.00 + 500) / 31_000)


def test_the_journal_and_the_figures_are_one_in_the_wrap_up(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    recap = market.recap()
    assert [recap["delivery"][name]["value"] for name in ("invited", "received", "posted")] == [5, 5, 4]
    assert recap["delivery"]["live"]["value"] == 6
    assert recap["targets"][0]["target"] == 5
    assert recap["content"][0]["posted"] == "2026-06-12", "the day is the journal's"


def test_a_post_that_the_journal_alone_has_counts_without_figures(market: Market) -> None:
    recap = market.recap()
    assert recap["delivery"]["live"]["value"] == 4
    assert recap["engagement"]["all"]["impressions"]["value"] is None
    assert recap["findings"] is None
    assert recap["lift"] is None
    shown = graphkoc.write_recap(recap)
    assert "Not measured yet." in shown
    assert not re.search(r"\bnan\b", shown)


def test_posts_with_a_day_are_added_to_the_journal_once(market: Market) -> None:
    file = market.folder / "notes.csv"
    file.write_text(
        "Post URL,Account,Posted,Likes,Impressions\n"
        f"{URL.format(0)},{market.people[0]},2026-06-12,12,100\n"
        f"{URL.format(33)},{market.people[3]},2026-06-20,5,90\n"
        f"{URL.format(44)},nobody at all,2026-06-21,7,80\n",
        encoding="utf-8",
    )
    done = market.read(file)
    assert (done["posts"], done["events"]) == (3, 1)
    posted = [one for one in read_journal(market.campaigns, "spring") if one["event"] == "posted"]
    assert [one["url"] for one in posted if one["consumer"] == market.people[3]] == [URL.format(33)]
    assert market.read(file)["events"] == 0
    assert market.recap()["delivery"]["unknown_authors"] == 1


def test_the_store_shows_the_posts(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    store = market.open()
    shown = store.table("posts", ["consumer", "cost", "impressions"])
    store.close()
    assert sorted(shown["consumer"].dropna()) == sorted(one for n, one in enumerate(market.people) if n != 3)
    assert round(shown["cost"].sum(), 2) == round(463.05 + sum(COSTS[n] for n in (0, 2, 4)), 2)


def test_results_change_no_run(told: tuple[Market, dict[str, Any]], small_campaign: Campaign) -> None:
    market, _ = told
    for file in sorted((small_campaign.folder / "run").iterdir()):
        assert (market.folder / "run" / file.name).read_bytes() == file.read_bytes()


def test_a_damaged_line_of_a_ledger_is_passed_over(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    before = market.recap()
    with (market.campaigns / ledger.LEDGER).open("a") as file:
        file.write('{"campaign": "spring", "post": \n[]\n"text"\n')
    add_entries(market.campaigns / ledger.LEDGER, lambda _: [{"campaign": "spring"}])
    assert market.recap() == before


def test_a_folder_has_the_page_and_three_sheets_of_the_same_figures(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    recap = market.recap()
    files = graphkoc.save_recap(recap, market.folder / "wrap-up")
    assert [Path(file).name for file in files] == ["recap.md", "kpis.csv", "people.csv", "content.csv"]
    kpis = pd.read_csv(files[1])
    shown = kpis[kpis["part"] == "all"].set_index("figure")["value"]
    for name in ("impressions", "reads", "engagements"):
        assert shown[name] == recap["engagement"]["all"][name]["value"]
    assert shown["cost"] == recap["money"]["cost"]["value"]
    people, content = pd.read_csv(files[2]), pd.read_csv(files[3])
    assert round(people["cost"].sum() + recap["money"]["unplanned"]["cost"], 2) == shown["cost"]
    assert round(content["selling"].sum(), 2) == shown["selling"]
    assert len(content) == 6


def test_a_clients_folder_has_no_costs(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    files = graphkoc.save_recap(market.recap(), market.folder / "client", reader="client", language="zh")
    for file in map(Path, files):
        text = file.read_text(encoding="utf-8-sig")
        assert not re.search(r"463\.05|300\.1\b|1280\.0|\bcost\b|margin|committed", text), file.name
    page = graphkoc.save_recap(market.recap(), market.folder / "spring.md", reader="client")
    assert page == [str(market.folder / "spring.md")]
    assert "costs" in Path(page[0]).read_text().split("\n\n")[2]


def test_units_of_a_programme_are_in_the_funnel(market: Market) -> None:
    file = market.folder / "vine.csv"
    file.write_text("ASIN,Enrolled,Available,Claimed,Reviews\nB0TEST0001,30,4,26,19\n", encoding="utf-8")
    done = market.read(file)
    assert (done["units"], done["posts"]) == (1, 0)
    recap = market.recap()
    assert recap["delivery"]["units"]["claimed"] == 26 + 5, "those of the programme, and those of the people"
    assert recap["delivery"]["units"]["reviewed"] == 19 + 4
    assert "claimed 31 · " in graphkoc.write_recap(recap)


def test_commands(told: tuple[Market, dict[str, Any]]) -> None:
    market, _ = told
    file = market.folder / "笔记底表.xlsx"
    again = graphkoc_command("results", file, "--run", "run", cwd=market.folder)
    assert (again.returncode, again.stdout.splitlines()[0]) == (
        0,
        "spring: 6 posts, 0 with new figures, the author of 4 known",
    ), again.stderr
    page = graphkoc_command("recap", "--run", "run", "--lang", "zh", "--today", "2026-07-15", cwd=market.folder)
    assert page.stdout.startswith("# 结案报告：spring\n")
    document = graphkoc_command("recap", "spring", "--run", "run", "--format", "json", cwd=market.folder)
    assert json.loads(document.stdout)["kind"] == "recap"
    client = graphkoc_command(
        "recap", "spring", "--run", "run", "--format", "json", "--for", "client", cwd=market.folder
    )
    assert set(json.loads(client.stdout)) == {"campaign", "markdown"}
    wrong = graphkoc_command("recap", "summer", "--run", "run", cwd=market.folder)
    assert (wrong.returncode, "Traceback" in wrong.stderr) == (2, False)


def test_an_unknown_campaign_is_one_sentence(market: Market) -> None:
    store = market.open()
    with pytest.raises(UsageError, match="no saved campaign called 'summer'"):
        graphkoc.recap_campaign(store, market.run, "summer")
    store.close()
