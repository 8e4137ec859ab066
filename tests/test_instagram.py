"""Instagram: an official export, what Instaloader saved, and the Graph API's media."""

from __future__ import annotations

import json
import shutil
from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from sources import file_counts, fixture, rows_without
from sources import read as read_source

from graphkoc.capture import load
from graphkoc.errors import DataError

FIXTURE = fixture("instagram")
read, rows = partial(read_source, "instagram"), rows_without("instagram:")
EXPORT = FIXTURE / "instagram-ann_b-2024-05-01-AbCd12Ef"


@pytest.fixture(scope="module")
def loaded() -> load.Loaded:
    return read(FIXTURE)


def test_every_row_is_accounted_for(loaded: load.Loaded) -> None:
    lists = "connections/followers_and_following"
    assert file_counts(loaded) == {
        "cem.oz_20210501/followers_and_following/followers.json": (2, 2, 0, 0),
        f"{EXPORT.name}/{lists}/followers_1.json": (4, 3, 1, 0),
        f"{EXPORT.name}/{lists}/followers_2.json": (3, 3, 0, 0),
        f"{EXPORT.name}/{lists}/following.json": (3, 2, 1, 0),
        f"{EXPORT.name}/personal_information/personal_information/personal_information.json": (1, 1, 0, 0),
        "instaloader/#airdry/2024-04-05_11-00-00_UTC.json": (1, 1, 0, 0),
        "instaloader/#airdry/2024-04-06_11-00-00_UTC.json": (1, 0, 0, 1),
        "instaloader/ann_b/2024-04-01_10-00-00_UTC.json": (1, 1, 0, 0),
        "instaloader/ann_b/2024-04-01_10-00-00_UTC_comments.json": (2, 2, 0, 0),
        "instaloader/ann_b/2024-04-02_10-00-00_UTC.json.xz": (1, 1, 0, 0),
        "instaloader/ann_b/2024-04-03_10-00-00_UTC.json.xz": (1, 1, 0, 0),
        "instaloader/ann_b/ann_b_501000.json.xz": (1, 0, 1, 0),
        "media.json": (2, 2, 0, 0),
    }
    assert [file.file for file in loaded.unread] == [f"{EXPORT.name}/{lists}/close_friends.json"]
    assert loaded.rejects["reason"].tolist() == ["no table takes this row"]


def test_followers_and_following_in_every_spelling(loaded: load.Loaded) -> None:
    times = {follow[:2]: follow[2] for follow in rows(loaded.tables["follows"], "follower", "followee", "since")}
    assert times == {
        ("ann_b", "brand.airdry"): pd.Timestamp("2023-07-22 04:30:00"),
        ("ann_b", "cem.oz"): pd.Timestamp("2020-09-13 12:26:40"),
        ("ann_b", "hal"): pd.Timestamp("2023-07-22 04:31:40"),
        ("bob.k", "ann_b"): pd.Timestamp("2023-11-14 22:13:20"),
        ("cem.oz", "ann_b"): pd.Timestamp("2023-11-14 22:15:00"),
        ("dora_99", "ann_b"): None,
        ("eve", "ann_b"): pd.Timestamp("2025-10-09 08:53:20"),
        ("fay__", "ann_b"): None,
        ("gus", "ann_b"): pd.Timestamp("2025-10-09 08:56:40"),
        ("ivy", "cem.oz"): pd.Timestamp("2020-09-13 12:28:20"),
    }


def test_a_post_is_a_review_and_a_sponsor_pays(loaded: load.Loaded) -> None:
    columns = ("review", "consumer", "product", "text", "likes", "comments", "views", "media", "origin", "tags")
    assert rows(loaded.tables["reviews"], *columns) == [
        (
            "CaaA1",
            "ann_b",
            "778899",
            "Trocken in 5 Minuten! #AirDry #locken #AirDry",
            120,
            2,
            None,
            1,
            "paid",
            "airdry locken",
        ),
        ("CaaA2", "ann_b", None, "#广告 头发护理 #hair", None, 0, None, 3, "paid", "hair 广告"),
        ("CaaA3", "ann_b", None, None, 9, 0, 812, 1, "paid", None),
        ("CbbB1", "brand.airdry", "778901", "New: AirDry 4", 77, 5, None, 1, "unknown", None),
        ("CbbB2", "brand.airdry", None, None, 7, 0, None, 2, "unknown", None),
        ("CzzZ9", "id-504", None, "Won it in a giveaway", 3, 1, None, 1, "unknown", None),
    ]
    assert loaded.tables["reviews"]["created_at"].dt.strftime("%m-%d %H").tolist() == [
        *("04-01 10", "04-02 10", "04-03 10", "04-10 08", "04-11 08", "04-05 11")
    ]
    assert rows(loaded.tables["products"], "product", "title", "brand") == [
        ("778899", "AirDry 3", "brand.airdry"),
        ("778900", "Diffuser", "brand.airdry"),
        ("778901", "AirDry 4", None),
    ]


def test_comments_and_their_answers_are_engagements(loaded: load.Loaded) -> None:
    assert rows(loaded.tables["engagements"], "engagement", "consumer", "review", "parent", "text") == [
        ("17900000000000001", "bob.k", "CaaA1", None, "Welche Stufe?"),
        ("17900000000000002", "ann_b", "CaaA1", "17900000000000001", "@bob.k die kleine"),
        ("17900000000000003", "dora_99", "CaaA1", None, "=1+1"),
    ]


def test_accounts(loaded: load.Loaded) -> None:
    people = {
        row[0]: row[1:] for row in rows(loaded.tables["consumers"], "consumer", "name", "followers", "kind", "bio")
    }
    assert set(people) == {
        *("ann_b", "bob.k", "brand.airdry", "cem.oz", "dora_99", "eve", "fay__", "gus", "hal", "id-504", "ivy")
    }
    assert people["ann_b"] == ("Ann B.", 4321, None, "Locken 💇 · IG only")
    assert people["brand.airdry"] == (None, None, "brand", None)
    assert people["bob.k"] == ("Bob K", None, None, None)


def test_nothing_of_contacts_is_read(loaded: load.Loaded) -> None:
    everything = " ".join(frame.to_csv() for frame in loaded.tables.values()) + loaded.rejects.to_csv()
    assert "Locken" in everything
    assert "mail.example" not in everything
    assert "1701234567" not in everything


def test_the_zip_as_it_was_downloaded_is_the_same(tmp_path: Path) -> None:
    packed = Path(shutil.make_archive(str(tmp_path / EXPORT.name), "zip", EXPORT))
    whole = read(EXPORT)
    for name, frame in read(packed).tables.items():
        pd.testing.assert_frame_equal(frame, whole.tables[name])


def test_the_owner_of_a_list_is_found_in_the_profile_or_the_folder_name_or_is_required(tmp_path: Path) -> None:
    follower = [{"title": "", "string_list_data": [{"href": "", "value": "bob", "timestamp": 1700000000}]}]
    profile = {"profile_user": [{"string_map_data": {"Benutzername": {"value": "Zoe"}}}]}

    def written(folder: str, *, known: bool) -> Path:
        lists = tmp_path / folder / "connections" / "followers_and_following"
        lists.mkdir(parents=True)
        (lists / "followers_1.json").write_text(json.dumps(follower))
        if known:
            (tmp_path / folder / "personal_information").mkdir()
            (tmp_path / folder / "personal_information" / "personal_information.json").write_text(json.dumps(profile))
        return tmp_path / folder

    def followee(path: Path) -> list[str]:
        return list(read(path).tables["follows"]["followee"])

    assert followee(written("instagram-yan-yan-2024-05-01-x", known=True)) == ["instagram:zoe"]
    assert followee(written("instagram-yan-yan-2024-06-01-x", known=False)) == ["instagram:yan-yan"]
    with pytest.raises(DataError, match=r"whose list connections/.*followers_1\.json is stands neither in a folder"):
        followee(written("export", known=False))


def test_exports_in_folders_of_one_name_are_of_two_accounts(tmp_path: Path) -> None:
    """A folder is often called instagram by whoever unpacks it; what lies above it tells the exports apart."""
    for name, other in (("ann", "x"), ("bea", "y")):
        export = exported(tmp_path / name, {"Username": name}, other)
        packed = tmp_path / "packed" / name
        packed.mkdir(parents=True)
        shutil.make_archive(str(packed / "instagram"), "zip", export, "export")
    expected = [("x", "ann"), ("y", "bea")]
    for given in ([tmp_path / "ann", tmp_path / "bea"], sorted((tmp_path / "packed").rglob("*.zip"))):
        assert rows(read(*given).tables["follows"], "follower", "followee") == expected
    shutil.rmtree(tmp_path / "bea" / "export" / "personal_information")
    with pytest.raises(DataError, match=r"whose list .*/export/.*followers_1\.json is stands neither"):
        read(tmp_path / "ann", tmp_path / "bea")


LIST = [{"title": "", "string_list_data": [{"href": "", "value": "bob", "timestamp": 1700000000}]}]


def mangled(text: str) -> str:
    """A text as exports of Meta write it: each byte as a letter."""
    return text.encode().decode("latin-1")


def exported(folder: Path, fields: dict[str, str], follower: str = "bob") -> Path:
    """An export, in a folder without a name, of an account whose own page has these fields and whom one follows."""
    lists, page = folder / "export/connections/followers_and_following", folder / "export/personal_information"
    lists.mkdir(parents=True)
    page.mkdir()
    (lists / "followers_1.json").write_text(json.dumps(LIST).replace("bob", follower))
    values = {mangled(name): {"href": "", "value": mangled(value)} for name, value in fields.items()}
    profile = {"profile_user": [{"string_map_data": values}]}
    (page / "personal_information.json").write_text(json.dumps(profile))
    return folder


@pytest.mark.parametrize(
    ("username", "name", "bio"),
    [
        ("Username", "Name", "Bio"),
        ("Benutzername", "Name", "Steckbrief"),
        ("Nom d’utilisateur", "Nom", "Bio"),
        ("Nombre de usuario", "Nombre", "Presentación"),
        ("Nome utente", "Nome", "Biografia"),
        ("Nome de usuário", "Nome", "Bio"),
        ("Имя пользователя", "Имя", "Биография"),
        ("Kullanıcı adı", "Ad", "Biyografi"),
        ("用户名", "姓名", "个人简介"),
        ("ユーザーネーム", "名前", "自己紹介"),
    ],
)
def test_an_accounts_own_page_is_read_in_its_language(tmp_path: Path, username: str, name: str, bio: str) -> None:
    found = read(exported(tmp_path, {"Email": "x@y.example", name: "Zoé", username: "ann_b", bio: "café"}))
    assert rows(found.tables["follows"], "follower", "followee") == [("bob", "ann_b")]
    people = {row[0]: row[1:] for row in rows(found.tables["consumers"], "consumer", "name", "bio")}
    assert people == {"ann_b": ("Zoé", "café"), "bob": (None, None)}


def test_a_hashtag_is_nobody_and_one_who_was_unfollowed_is_not_followed(tmp_path: Path) -> None:
    lists = tmp_path / "instagram-ann_b-2025-11-01-x" / "connections" / "followers_and_following"
    lists.mkdir(parents=True)
    (lists / "following.json").write_text(json.dumps({"relationships_following": LIST}))
    others = ("following_hashtags", "recently_unfollowed_accounts", "followers_you_hid")
    for name in others:
        (lists / f"{name}.json").write_text(json.dumps({f"relationships_{name}": LIST}))
    found = read(tmp_path)
    assert rows(found.tables["follows"], "follower", "followee") == [("ann_b", "bob")]
    assert found.rejects.empty
    assert all(any(name in str(unread) for unread in found.unread) for name in others)


def saved(folder: Path, **more: object) -> load.Loaded:
    """A post as Instaloader saves it after a login."""
    node = {"shortcode": "Cabc", "date": 1744189043, "owner": {"username": "ann_b"}, "iphone_struct": more}
    node["edge_media_preview_like"] = {"count": 3}
    (folder / "2025-04-09_08-57-23_UTC.json").write_text(json.dumps({"node": node}))
    return read(folder)


def test_a_sponsor_that_stands_in_the_saved_struct_pays(tmp_path: Path) -> None:
    found = saved(tmp_path, sponsor_tags=[{"sponsor": {"username": "BrandX"}}])
    assert rows(found.tables["reviews"], "review", "origin") == [("Cabc", "paid")]
    assert ("brandx", "brand") in rows(found.tables["consumers"], "consumer", "kind")


@pytest.mark.parametrize("tags", [None, []])
def test_without_a_sponsor_nothing_is_known_of_who_paid(tmp_path: Path, tags: object) -> None:
    assert rows(saved(tmp_path, sponsor_tags=tags).tables["reviews"], "origin") == [("unknown",)]


@pytest.mark.parametrize(("hidden", "likes"), [(True, None), (False, 3)])
def test_hidden_likes_are_missing(tmp_path: Path, hidden: bool, likes: int | None) -> None:
    found = saved(tmp_path, like_and_view_counts_disabled=hidden)
    assert rows(found.tables["reviews"], "likes") == [(likes,)]
