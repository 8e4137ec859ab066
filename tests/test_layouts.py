"""Every layout of what goes into the store: its files are recognised by their columns, and each row has one fate."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import neo4j_server
import pandas as pd
import pytest
from sources import fixture, rows

import graphkoc
from graphkoc.capture import answers, load
from graphkoc.capture.answers import Answers
from graphkoc.capture.reading import layouts
from graphkoc.capture.recognise import recognise
from graphkoc.capture.sources import COMMANDS, find_source, sources
from graphkoc.errors import DataError

FOLDER = fixture("exports")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANSWERS = Answers(direction={"result.csv": "followers"})
EXPECTED = {
    "Trustpilot_reviews.csv": ("reviewsites", "trustpilot", (2, 2, 0, 0, 0)),
    "apify_followers.csv": ("social", "apify_followers", (2, 2, 0, 0, 0)),
    "commenters.csv": ("social", "phantombuster_comments", (1, 1, 0, 0, 0)),
    "crm_flags.csv": ("crm", "graphkoc_flags", (2, 2, 0, 0, 0)),
    "customers_export.csv": ("crm", "shopify_customers", (2, 2, 0, 0, 0)),
    "google_maps.csv": ("reviewsites", "google_maps_apify", (1, 1, 0, 0, 0)),
    "google_outscraper.csv": ("reviewsites", "google_maps_outscraper", (1, 1, 0, 0, 0)),
    "instagram_comments.json": ("social", "apify_instagram_comments", (2, 2, 0, 0, 0)),
    "instagram_posts.json": ("social", "apify_instagram_posts", (1, 1, 0, 0, 0)),
    "judgeme.csv": ("reviewsites", "judgeme", (3, 2, 0, 0, 1)),
    "judgeme_template.csv": ("reviewsites", "judgeme_import", (2, 2, 0, 0, 0)),
    "klaviyo.csv": ("crm", "klaviyo", (2, 2, 0, 0, 0)),
    "loox.csv": ("reviewsites", "loox", (3, 2, 0, 0, 1)),
    "orders_export_1.csv": ("crm", "shopify_orders", (4, 3, 0, 0, 1)),
    "result.csv": ("social", "phantombuster_followers", (3, 2, 0, 0, 1)),
    "tiktok_comments.json": ("social", "apify_tiktok_comments", (2, 2, 0, 0, 0)),
    "tiktok_videos.csv": ("social", "apify_tiktok_posts", (1, 1, 0, 0, 0)),
    "trustpilot_products.xlsx": ("reviewsites", "trustpilot_products", (1, 1, 0, 0, 0)),
    "wc_customers.csv": ("crm", "woocommerce_customers", (1, 0, 1, 0, 0)),
    "wc_order_list.csv": ("crm", "woocommerce_analytics_orders", (1, 1, 0, 0, 0)),
    "wc_orders.csv": ("crm", "woocommerce_orders", (2, 2, 0, 0, 0)),
    "xhs_comments.xlsx": ("social", "smcopilot_comments", (2, 2, 0, 0, 0)),
    "xhs_creators.xlsx": ("social", "smcopilot_creators", (1, 1, 0, 0, 0)),
    "xhs_notes.xlsx": ("social", "smcopilot_notes", (2, 1, 0, 0, 1)),
    "xingtu.xlsx": ("roster", "roster", (1, 1, 0, 0, 0)),
    "youzan_customers.csv": ("crm", "youzan_customers", (2, 1, 0, 1, 0)),
    "youzan_orders.csv": ("crm", "youzan_orders", (2, 1, 0, 0, 1)),
    "新红_笔记.xlsx": ("social", "xinhong_notes", (1, 1, 0, 0, 0)),
}
"""File -> source, layout, and its rows: read, loaded, duplicate, rejected, skipped. None is in conflict."""
BY_DATA_ALONE = (
    "woocommerce_orders",
    "woocommerce_customers",
    "loox",
    "google_maps_apify",
    "klaviyo",
    "youzan_customers",
)
"""Layouts that were added to a family that was there, as lines of TOML."""


@pytest.fixture(scope="module")
def secret() -> pytest.MonkeyPatch:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRAPHKOC_KEY", "k" * 40)
        yield patch


@pytest.fixture(scope="module")
def loaded(secret: pytest.MonkeyPatch) -> load.Loaded:
    return load.read_recognised([FOLDER], ANSWERS, now=NOW)


def test_every_layout_is_recognised_with_all_of_its_columns() -> None:
    found = {one.file: one for one in recognise([FOLDER], list(sources().values()), ANSWERS)}
    assert {file: (one.source, one.layout) for file, one in found.items()} == {
        file: expected[:2] for file, expected in EXPECTED.items()
    }
    assert [file for file, one in found.items() if one.reason or (one.layout != "roster" and one.sure < 0.8)] == []
    stored = [source for source in sources().values() if source.name not in COMMANDS]
    known = {layout.name for source in stored for layout in source.layouts}
    assert known - {one.layout for one in found.values()} == {
        "instagram_followers",
        "instagram_followers_before_2023",
        "instagram_following",
        "phantombuster_posts",
        "priced",
    }


def test_every_row_has_one_fate(loaded: load.Loaded) -> None:
    assert {
        one.file: (one.source, one.layout, (one.read, one.loaded, one.duplicate, one.rejected, one.skipped))
        for one in loaded.files
    } == EXPECTED
    assert [one.file for one in loaded.files if one.conflict] == []
    assert loaded.unread == ()
    assert loaded.rejects[["file", "row", "reason", "fate"]].values.tolist() == [
        ["youzan_customers.csv", 3, "no consumer", "rejected"]
    ]


def test_a_reply_that_repeats_another_s_id_is_a_part_of_its_row_and_no_row_in_conflict(
    tmp_path: Path, secret: pytest.MonkeyPatch
) -> None:
    comments = json.loads((FOLDER / "instagram_comments.json").read_text(encoding="utf-8"))
    row, answered = next((row, one) for row, one in enumerate(comments, 1) if one["replies"])
    answered["replies"] += [answered["replies"][0] | {"text": "another text"}]
    (tmp_path / "instagram_comments.json").write_text(json.dumps(comments), encoding="utf-8")
    again = load.read_recognised([tmp_path], now=NOW)
    assert [(one.read, one.loaded, one.conflict) for one in again.files] == [(len(comments), len(comments), 0)]
    assert again.rejects[["row", "table", "fate"]].values.tolist() == [[row, "engagements", "partial"]]
    assert "stands for other content" in again.rejects["reason"][0]


def test_what_is_no_record_is_counted_with_the_reason(loaded: load.Loaded) -> None:
    assert {one.file: one.why_skipped for one in loaded.files if one.skipped} == {
        "judgeme.csv": {"not published": 1},
        "loox.csv": {"not published": 1},
        "orders_export_1.csv": {"cancelled order": 1},
        "result.csv": {"the scraper got nothing": 1},
        "xhs_notes.xlsx": {"the scraper got nothing": 1},
        "youzan_orders.csv": {"cancelled order": 1},
    }


def test_reviews_of_shops_have_their_writer_by_address_and_their_pictures_counted(loaded: load.Loaded) -> None:
    reviews = loaded.tables["reviews"]
    people = loaded.tables["consumers"].set_index("consumer")["contact_key"]
    judgeme = reviews[reviews["text"].str.startswith("Pours", na=False)].iloc[0]
    assert (judgeme["rating"], judgeme["media"], judgeme["product"]) == (5.0, 2, "reviewsites:7001")
    assert judgeme["created_at"] == pd.Timestamp("2025-04-01 08:00:00")
    key = judgeme["consumer"].removeprefix("reviewsites:contact-")
    same = people[people.str.contains(key, na=False)].index.tolist()
    assert same == ["crm:8101", judgeme["consumer"], "trustpilot:u900"]
    assert reviews.set_index("review").loc["trustpilot:tp1", "verified"] == 1
    assert reviews.set_index("review").loc["google:g1", ["media", "likes"]].tolist() == [2, 2]


def test_two_people_of_one_name_who_have_accounts_are_two(loaded: load.Loaded) -> None:
    consumers = loaded.tables["consumers"]
    assert consumers.loc[consumers["name"] == "Ida B", "consumer"].tolist() == [
        "google:1090",
        "reviewsites:name-Ida B",
        "trustpilot:u900",
        "trustpilot:u901",
    ]


def test_the_order_of_day_and_month_is_that_of_the_column(loaded: load.Loaded) -> None:
    reviews = loaded.tables["reviews"]
    days = reviews.loc[reviews["product"] == "reviewsites:7002", "created_at"].dt.strftime("%Y-%m-%d")
    assert sorted(days) == ["2025-03-21", "2025-04-05"]


def test_orders_are_purchases_and_their_buyers_customers(loaded: load.Loaded) -> None:
    frame = loaded.tables["purchases"]
    found = rows(
        frame[frame["order"].isin(["crm:#2001", "crm:#2003", "crm:3101"])],
        *("order", "product", "consumer", "quantity", "amount"),
    )
    assert found == [
        ("crm:#2001", "crm:FIL-1", "crm:8101", 2.0, 12.0),
        ("crm:#2001", "crm:KET-1", "crm:8101", 1.0, 79.0),
        ("crm:#2003", "crm:FIL-1", "crm:8102", 1.0, 6.0),
        ("crm:3101", "crm:Gooseneck Kettle", "crm:Ida Berg", 1.0, None),
        ("crm:3101", "crm:Paper Filters", "crm:Ida Berg", 2.0, None),
    ]
    states = frame.drop_duplicates("order").set_index("order")["status"].to_dict()
    assert (states["crm:3001"], states["crm:3002"]) == ("completed", "refunded")
    packed = frame[frame["order"] == "crm:E1"]
    assert packed["product"].tolist() == ["crm:手冲壶", "crm:滤纸"]
    assert packed["bought_at"].tolist() == [pd.Timestamp("2025-05-03 12:01:11")] * 2


def test_followers_follow_and_the_accounts_of_all_files_meet(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["follows"], "follower", "followee") == [
        ("instagram:kessel.shop", "instagram:ida.brews"),
        ("instagram:noor_az", "instagram:ida.brews"),
        ("instagram:noor_az", "instagram:kessel.shop"),
        ("instagram:paulroth9", "instagram:ida.brews"),
    ]
    engagements = loaded.tables["engagements"]
    assert rows(engagements[engagements["review"] == "instagram:Ckettle1"], "consumer", "parent", "text") == [
        ("instagram:noor_az", None, "so pretty"),
        ("instagram:ida.brews", "instagram:ic1", "thank you"),
        ("instagram:lou_k", None, "gifted?"),
        ("instagram:paulroth9", None, "which kettle is this?"),
    ]
    posts = loaded.tables["reviews"].set_index("review")
    assert posts.loc["instagram:Ckettle1", ["consumer", "media", "origin"]].tolist() == [
        "instagram:ida.brews",
        2,
        "gifted",
    ]
    assert pd.isna(posts.loc["instagram:Ckettle1", "likes"])


def test_a_comment_on_tiktok_names_the_author_of_the_video(secret: pytest.MonkeyPatch) -> None:
    alone = load.read_recognised([FOLDER / "tiktok_comments.json"], now=NOW)
    assert rows(alone.tables["reviews"], "review", "consumer") == [("tiktok:7600000000000000001", "tiktok:ida.brews")]
    assert rows(alone.tables["engagements"], "engagement", "consumer", "parent") == [
        ("tiktok:c1", "tiktok:noor_az", None),
        ("tiktok:c2", "tiktok:ida.brews", "tiktok:c1"),
    ]


def test_notes_comments_and_creators_of_xiaohongshu_are_of_the_same_people(loaded: load.Loaded) -> None:
    notes = loaded.tables["reviews"].set_index("review")
    note = notes.loc["xiaohongshu:670000000000000000000001"]
    assert (note["likes"], note["media"], note["created_at"]) == (12_000, 2, pd.Timestamp("2025-05-20 10:12:00"))
    people = loaded.tables["consumers"].set_index("consumer")
    author = people.loc[note["consumer"]]
    assert (author["name"], author["handle"], author["followers"]) == ("茶壶日记", "chahu88", 13_000)
    assert author["bio"] == "手冲 邮箱 [@]"
    comments = loaded.tables["engagements"]
    answer = comments.set_index("engagement").loc["xiaohongshu:68c2"]
    assert (answer["consumer"], answer["parent"]) == (note["consumer"], "xiaohongshu:68c1")
    assert notes.loc["xiaohongshu:670000000000000000000002", "origin"] == "paid"


def test_a_list_waits_until_somebody_says_whose_or_which_way_round_it_is(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "result.csv", tmp_path)
    (one,) = recognise([tmp_path], list(sources().values()))
    assert one.missing == ("direction",)
    assert one.reason.endswith("load it with --direction result.csv=followers (or following)")
    with pytest.raises(DataError, match=r"result\.csv: the file does not state whether it lists followers"):
        load.read_recognised([tmp_path], now=NOW)
    (tmp_path / "graphkoc-load.toml").write_text('["result.csv"]\ndirection = "following"\n')
    follows = load.read_recognised([tmp_path], now=NOW).tables["follows"]
    assert rows(follows, "follower", "followee") == [
        ("instagram:ida.brews", "instagram:noor_az"),
        ("instagram:ida.brews", "instagram:paulroth9"),
    ]
    named = shutil.copy(FOLDER / "result.csv", tmp_path / "ida_followers.csv")
    (tmp_path / "result.csv").unlink()
    assert load.read_recognised([Path(named)], now=NOW).tables["follows"]["followee"].unique() == [
        "instagram:ida.brews"
    ]


@pytest.mark.parametrize(
    ("name", "key", "follow"),
    [
        ("followers_1.json", "", ("instagram:noor_az", "instagram:ida.brews")),
        ("followers.json", "relationships_followers", ("instagram:noor_az", "instagram:ida.brews")),
        ("following.json", "relationships_following", ("instagram:ida.brews", "instagram:noor_az")),
        ("renamed.json", "relationships_following", ("instagram:ida.brews", "instagram:noor_az")),
    ],
)
def test_a_list_of_an_instagram_export_out_of_its_folder_waits_for_its_owner(
    tmp_path: Path, name: str, key: str, follow: tuple[str, str]
) -> None:
    """In the folder of the export `instagram` finds the owner out; both sources know these files."""
    entry = {"title": "", "string_list_data": [{"href": "https://www.instagram.com/noor_az", "value": "noor_az"}]}
    (tmp_path / name).write_text(json.dumps({key: [entry]} if key else [entry]))
    with pytest.raises(DataError, match=rf"whose list it is: load it with --owner {name}=ACCOUNT"):
        load.read_recognised([tmp_path], now=NOW)
    stated = Answers(owner={name: "instagram:ida.brews"})
    follows = load.read_recognised([tmp_path], stated, now=NOW).tables["follows"]
    assert rows(follows, "follower", "followee") == [follow]


def test_a_file_of_another_source_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"it is a Shopify order export: graphkoc load crm FILE"):
        load.read(find_source("reviewsites"), [FOLDER / "orders_export_1.csv"], now=NOW)
    with pytest.raises(DataError, match=r"it is a 新红 list of Xiaohongshu notes: graphkoc load social FILE"):
        load.read(find_source("roster"), [FOLDER / "新红_笔记.xlsx"], now=NOW)


@pytest.mark.parametrize("source", ["csv", "amazon", "ciao", "discourse", "xiaohongshu"])
def test_a_source_that_reads_nothing_of_it_names_the_one_that_does(source: str) -> None:
    with pytest.raises(DataError, match=rf"judgeme\.csv is a Judge\.me review export, and not read by {source}"):
        load.read(find_source(source), [FOLDER / "judgeme.csv"], now=NOW)


def test_the_source_may_be_named_as_well(secret: pytest.MonkeyPatch) -> None:
    one = load.read(find_source("crm"), [FOLDER / "orders_export_1.csv"], now=NOW)
    assert [(file.layout, file.loaded, file.skipped) for file in one.files] == [("shopify_orders", 3, 1)]


@pytest.mark.parametrize("name", BY_DATA_ALONE)
def test_a_layout_of_a_family_that_is_there_is_a_few_lines(name: str) -> None:
    text = "".join(path.read_text("utf-8") for path in sorted(Path("loaders").rglob(layouts.NAME)))
    section = text.split(f"\n[{name}]\n")[1]
    lines = [line for line in section.split("\n\n")[0].splitlines() if line]
    assert len(lines) <= 20, lines


@pytest.mark.parametrize("engine", ["ladybug", neo4j_server.LTS])
def test_both_stores_hold_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: str, loaded: load.Loaded
) -> None:
    store = graphkoc.open_store(neo4j_server.empty_store(engine, tmp_path, monkeypatch))
    try:
        first = graphkoc.load(store, None, [FOLDER], answers=ANSWERS)
        for name, frame in loaded.tables.items():
            key = list(graphkoc.TABLES[name].key)
            held = store.table(name, list(frame.columns)).sort_values(key, ignore_index=True)
            there = held.merge(frame[key], on=key).sort_values(key, ignore_index=True)
            wanted = frame.sort_values(key, ignore_index=True)
            pd.testing.assert_frame_equal(there, wanted, check_dtype=False, check_column_type=False)
        again = graphkoc.load(store, None, [FOLDER], answers=ANSWERS)
    finally:
        store.close()
    assert first.changes is not None
    assert again.changes is not None
    assert {name: one.new for name, one in first.changes.tables.items()} == first.tables.sizes
    assert {name: one.known for name, one in again.changes.tables.items()} == again.tables.sizes
    assert not again.changes.wrote


@pytest.mark.parametrize("content", ["a = ", f"a = {'9' * 5000}", f"a = {'[' * 9_000}", b"a = '\xff'"])
@pytest.mark.parametrize("name", [layouts.NAME, answers.NAME])
def test_a_file_that_is_not_toml_is_one_sentence_with_its_name(tmp_path: Path, name: str, content: str | bytes) -> None:
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=rf"{name} is not TOML"):
        layouts.read_layouts(tmp_path, {}) if name == layouts.NAME else answers.read_answers([tmp_path])
