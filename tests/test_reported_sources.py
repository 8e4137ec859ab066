"""Shapes of the sources' own files that people reported: each is read right, or refused in one sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from test_reported_shapes import placed, read

from graphkoc.errors import DataError

REVIEW = {"title": "ok", "text": "fine", "images": [], "timestamp": 1588687728924, "helpful_vote": 0}
PRICES = {"None": None, "from 14.99": None, "—": None, "1,299.00": 1299.0, "29.99": 29.99, None: None}
TSV = (
    "marketplace\tcustomer_id\treview_id\tproduct_id\tproduct_parent\tproduct_title\tproduct_category\tstar_rating\t"
    "helpful_votes\ttotal_votes\tvine\tverified_purchase\treview_headline\treview_body\treview_date\n"
)


def placed_lines(folder: Path, name: str, rows: list[dict[str, Any]]) -> None:
    placed(folder, name, "".join(json.dumps(row) + "\n" for row in rows))


def bought(number: int) -> dict[str, Any]:
    product = f"B{number:09}"
    return REVIEW | {"rating": 5.0, "asin": product, "parent_asin": product, "user_id": f"A{number}"}


def test_a_product_without_a_price_that_is_a_number_is_a_product_all_the_same(tmp_path: Path) -> None:
    placed_lines(tmp_path, "All_Beauty.jsonl", [bought(number) for number in range(len(PRICES))])
    products = [
        {"title": f"Kettle {number}", "price": price, "parent_asin": f"B{number:09}", "store": "Acme"}
        for number, price in enumerate(PRICES)
    ]
    placed_lines(tmp_path, "meta_All_Beauty.jsonl", products)
    loaded = read("amazon", tmp_path)
    found = loaded.tables["products"].sort_values("product")["price"]
    assert [None if pd.isna(price) else price for price in found] == list(PRICES.values())
    assert loaded.rejects.empty


def test_amazon_reviews_saved_as_csv_are_refused_by_name(tmp_path: Path) -> None:
    placed(tmp_path, "raw_review_All_Beauty.csv", "rating,title,text,asin,user_id\n5.0,ok,fine,B1,A1\n")
    with pytest.raises(DataError, match=r"raw_review_All_Beauty\.csv"):
        read("amazon", tmp_path)


def test_a_quote_that_never_ends_swallows_no_row(tmp_path: Path) -> None:
    bodies = ['"Great kettle', 'it is 5" and good', "first line\nsecond line", 'ends well"']
    rows = "".join(
        f'US\t100{n}\tR{n}\tB{n}\t1\tKettle 5" tall\tKitchen\t5\t1\t1\tN\tY\th\t{body}\t2015-08-31\n'
        for n, body in enumerate(bodies, 1)
    )
    placed(tmp_path, "amazon_reviews_us_Kitchen_v1_00.tsv", TSV + rows)
    loaded = read("amazon", tmp_path)
    reviews = loaded.tables["reviews"].sort_values("review")
    assert [str(name).split(":")[1] for name in reviews["review"]] == ["R1", "R2", "R4"]
    (count,) = loaded.files
    assert (count.read, count.loaded, count.rejected) == (5, 3, 2)


def test_a_row_longer_than_the_header_is_rejected_and_not_read_one_column_off(tmp_path: Path) -> None:
    header = "review,consumer,product,rating,text,created_at\n"
    rows = "r1,ann,p1,http://live.photo/x,4,ok,2024-01-02\nr2,bob,p1,5,good,2024-01-03\n"
    loaded = read("csv", placed(tmp_path, "reviews.csv", header + rows))
    assert [str(text) for text in loaded.tables["reviews"]["text"]] == ["good"]
    assert loaded.rejects[["file", "row", "reason"]].values.tolist() == [
        ["reviews.csv", 2, "it has 7 cells, the header has 6"]
    ]


def test_half_an_emoji_costs_its_own_note_and_no_other(tmp_path: Path) -> None:
    notes = [
        {"note_id": f"68119600000000002301000{n}", "type": "normal", "title": title, "desc": "words"}
        | {"time": 1744189043000, "user_id": f"u{n}", "nickname": "Ann", "liked_count": "3"}
        | {"collected_count": "1", "comment_count": "0", "share_count": "0", "image_list": "", "tag_list": ""}
        for n, title in enumerate(["cut \ud83d", "whole \U0001f600"], 1)
    ]
    loaded = read("xiaohongshu", placed(tmp_path, "search_contents_2025-04-01.json", json.dumps(notes)))
    assert list(loaded.tables["reviews"]["title"]) == ["whole \U0001f600"]
    assert list(loaded.rejects["reason"]) == ["it holds bytes or half characters that are not UTF-8"]


def test_a_customer_of_wecom_on_two_pages_is_one_with_all_her_staff(tmp_path: Path) -> None:
    def page(*staff: str) -> str:
        contact = {"external_userid": "wmAAA", "name": "Zhang", "type": 1, "gender": 0}
        follows = [{"userid": one, "createtime": 1611111111} for one in staff]
        return json.dumps({"errcode": 0, "external_contact": contact, "follow_user": follows, "next_cursor": ""})

    (tmp_path / "a.json").write_text(page("zhang", "li"), "utf-8")
    (tmp_path / "b.json").write_text(page("wang"), "utf-8")
    temporary = [{"is_customer": False, "name": "K", "tmp_openid": "T1", "follow_userid": "li"}]
    (tmp_path / "c.json").write_text(json.dumps({"errcode": 0, "info_list": temporary}), "utf-8")
    loaded = read("wecom", tmp_path)
    assert len(loaded.tables["follows"]) == 3
    people = {str(name) for name in loaded.tables["consumers"]["consumer"]}
    assert sum("wmAAA" in name for name in people) == 1
    assert not [name for name in people if "T1" in name]


def test_a_sponsor_in_the_newer_layout_of_instaloader_is_seen(tmp_path: Path) -> None:
    newer = {"sponsor_tags": [{"sponsor": {"pk": "7", "username": "brandx"}}], "comment_count": 7, "like_count": 3}
    node = {"shortcode": "Cabc", "id": 3721195959417618234, "__typename": "GraphSidecar", "date": 1744189043}
    node |= {"caption": "two cups #tea", "comments": 7, "iphone_struct": newer}
    node |= {"edge_sidecar_to_children": {"edges": [{"node": {"display_url": "a"}}, {"node": {"display_url": "b"}}]}}
    node |= {"owner": {"id": 1234567890123, "username": "Ann_B", "full_name": "Ann"}}
    (tmp_path / "ann_b").mkdir()
    post = {"node": node, "instaloader": {"version": "4.14", "node_type": "Post"}}
    placed(tmp_path / "ann_b", "2025-04-09_08-57-23_UTC.json", json.dumps(post))
    (review,) = read("instagram", tmp_path).tables["reviews"].to_dict("records")
    assert (review["review"], review["consumer"]) == ("instagram:Cabc", "instagram:ann_b")
    assert (review["origin"], review["media"]) == ("paid", 2)


def test_tags_of_discourse_as_objects_are_those_of_before(tmp_path: Path) -> None:
    written: list[list[Any]] = [
        [{"id": 1, "name": "best-of", "slug": "best-of"}, {"id": 2, "name": "tea", "slug": "tea"}],
        ["best-of", "tea"],
    ]
    (tmp_path / "t").mkdir()
    for number, tags in enumerate(written, 12):
        post = {"id": number * 100, "username": "ann", "user_id": 1, "post_number": 1, "post_type": 1}
        post |= {"created_at": "2025-03-02T10:00:00.000Z", "cooked": "<p>words</p>", "topic_id": number}
        topic = {"id": number, "title": f"Topic {number}", "posts_count": 1, "category_id": 3, "tags": tags}
        topic |= {"created_at": "2025-03-01T10:00:00.000Z", "archetype": "regular"}
        topic |= {"post_stream": {"posts": [post], "stream": [post["id"]]}}
        placed(tmp_path / "t", f"{number}.json", json.dumps(topic))
    assert list(read("discourse", tmp_path).tables["reviews"]["tags"]) == ["category:3 best-of tea"] * 2
