"""The groups of a report: a row of facts for each niche and circle, and what its card says.

A niche or circle has four parts, by who reaches its people (`graphkoc.runs.reached`). Where whom they follow is known
of fewer than FEWEST_KNOWN, all count as not known, and so does the white space.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from graphkoc.report.view import View
from graphkoc.runs.group_names import APART
from graphkoc.runs.members import find_platforms
from graphkoc.runs.reached import PARTS, count_parts, parts_of
from graphkoc.runs.roles import RANKED
from graphkoc.text import display_name, number_or_none, text_or_none

__all__ = [
    "anchor_of",
    "count_distinct",
    "divide",
    "knows_follows",
    "list_finer",
    "list_rows",
    "list_types",
    "make_cards",
    "order_rows",
]

FEWEST_KNOWN = 10
"""People of whom it has to be known whom they follow, before a report states who reaches their group."""
KOCS = 3
"""Key opinion consumers that a card names, the first by rank."""
WORDS = 6
"""Words that a card lists."""
TITLE = 60
"""Characters of the title of a product."""

Row = dict[str, Any]


def anchor_of(kind: str, group: str) -> str:
    """The id of a group's card on the page: niche-teapots, circle-c3."""
    return f"{kind}-{group}"


def knows_follows(view: View) -> bool:
    """Whether any follow or engagement between people is known; without one no report states who reaches whom."""
    return set(view.run.info["ties_of"].values()) - {"none"} != set()


def divide(view: View, parts: Mapping[str, int]) -> Row:
    """What the four parts of some people show: {parts, white, white_share, kol_share}.

    parts is None where no follows are known at all. white: people in the white space. It and the shares are None where
    too little is known.
    """
    people = sum(parts.values())
    if not knows_follows(view):
        return {"parts": None, "white": None, "white_share": None, "kol_share": None}
    if people - parts["not_known"] < FEWEST_KNOWN:
        hatched = dict.fromkeys(PARTS, 0) | {"not_known": people}
        return {"parts": hatched, "white": None, "white_share": None, "kol_share": None}
    white = parts["only_koc"] + parts["nobody"]
    shares = {"white_share": white / people, "kol_share": parts["reached_kol"] / people}
    return {"parts": dict(parts), "white": white, **shares}


def list_rows(view: View, kind: str) -> list[Row]:
    """A row for each niche that is not inside another, or for each circle; in the order of `order_rows`.

    {kind, id, name, label, platform, people, kocs, parts, white, white_share, kol_share, change, text, summary,
    anchor}. label: the name without the platform where rows of the same platform need none. change: people more in the
    white space than in the last run, None where not known. text: the name and the summary.
    """
    table = view.run.niches if kind == "niche" else view.run.circles
    if kind == "niche":
        table = table[table["level"] != "finer"]
    platforms = _find_circle_platforms(view) if kind == "circle" else {}
    rows = [_make_row(view, kind, row, platforms.get(str(row[kind]))) for row in table.to_dict("records")]
    _shorten_names(view, rows)
    return order_rows(rows)


def list_finer(view: View) -> list[Row]:
    """A row as those of `list_rows` for each niche that is inside another, with its parent, the id of that one."""
    table = view.run.niches
    finer = table[table["level"] == "finer"].to_dict("records")
    return [_make_row(view, "niche", row, None) | {"parent": str(row["parent"])} for row in finer]


def order_rows(rows: list[Row]) -> list[Row]:
    """Rows by white space, the largest share first, and those of which it is not known last."""

    def place(row: Row) -> tuple[bool, float, int, str]:
        return row["white_share"] is None, -(row["white_share"] or 0.0), -row["people"], row["name"]

    return sorted(rows, key=place)


def list_types(view: View) -> list[Row]:
    """Rows as those of `list_rows` for the product types that people review most, where there are no groups."""
    people = view.run.people.dropna(subset=["main_type"])
    ranked = people[people["role"].isin(RANKED)]["main_type"].value_counts()
    rows = []
    for name, counted in count_parts(people, "main_type").iterrows():
        parts = parts_of(counted)
        group = {"type": str(name), "name": str(name), "people": sum(parts.values()), "kocs": int(ranked.get(name, 0))}
        rows.append(_make_row(view, "type", group | parts, None) | {"anchor": None})
    return order_rows(rows)


def count_distinct(view: View, kind: str, groups: Collection[str]) -> dict[str, int]:
    """The four parts of everybody who is in one of these groups, each person once."""
    members = view.run.members_of(kind)
    inside = set(members.loc[members[kind].isin(list(groups)), "consumer"])
    people = view.run.people[view.run.people["consumer"].isin(inside)]
    return {part: int((people["part"] == part).sum()) for part in PARTS}


def make_cards(view: View, rows: list[Row]) -> list[Row]:
    """A card for each row: {kind, anchor, name, summary, kocs, words, products, stable, overlaps, finer}.

    kocs: the first by rank, as `View.who` gives them. overlaps: {name, anchor, text}, the groups of the other kind that
    share more people with it than chance explains. finer: {name, anchor, summary}, the niches inside it. What is
    unknown is empty.
    """
    first, words, products = _find_kocs(view), _find_words(view), _find_products(view)
    finer = _find_finer(view)
    overlaps = _find_overlaps(view, rows, {one["anchor"] for inside in finer.values() for one in inside})
    circles = {row["circle"]: row for row in view.run.rows("circles", ["circle", "stability", "status"])}
    return [
        {name: row[name] for name in ("kind", "anchor", "name", "summary")}
        | {
            "kocs": [view.who(consumer) for consumer in first[row["kind"], row["id"]]],
            "words": words[row["kind"], row["id"]],
            "products": products[row["kind"], row["id"]],
            "stable": _describe_stability(view, circles[row["id"]]) if row["kind"] == "circle" else None,
            "overlaps": overlaps[row["kind"], row["id"]],
            "finer": finer[row["id"]] if row["kind"] == "niche" else [],
        }
        for row in rows
    ]


def _find_circle_platforms(view: View) -> dict[str, str]:
    """The platform of each circle that has one, by the circle's id."""
    run = view.run
    found = find_platforms(run.members_of("circle"), run.people, run.accounts, run.info["ties_of"])
    return {str(circle): str(platform) for circle, platform in found.items()}


def _make_row(view: View, kind: str, row: Mapping[Any, Any], platform: str | None) -> Row:
    group, parts = str(row[kind]), parts_of(row)
    name = display_name(str(row["name"])) or group
    divided = divide(view, parts)
    before = number_or_none(row.get("white_people_before"))
    known = divided["white"] is not None and before is not None
    summary = _summarise(view, int(row["people"]), int(row["kocs"]), divided["parts"])
    return {
        "kind": kind,
        "id": group,
        "name": name,
        "label": name,
        "platform": platform,
        "people": int(row["people"]),
        "kocs": int(row["kocs"]),
        **divided,
        "change": divided["white"] - int(before or 0) if known else None,
        "text": view.say("niches.named", name=view.say.data(name), summary=summary),
        "summary": summary,
        "anchor": anchor_of(kind, group),
    }


def _summarise(view: View, people: int, kocs: int, parts: Mapping[str, int] | None) -> str:
    """A group in a sentence: how many people, and by whom they are reached."""
    say = view.say
    counted = {"people": say.count(people, "people"), "kocs": say.count(kocs, "kocs")}
    if parts is None:
        return say("niches.counts", **counted)
    clauses = [say(f"niches.{part}", n=parts[part]) for part in PARTS if parts[part]]
    return say("niches.counts_and_parts", **counted, parts=say.join(clauses))


def _shorten_names(view: View, rows: list[Row]) -> None:
    """Labels without the platform, where the rows of that platform still differ."""
    taken: dict[tuple[Any, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["platform"]:
            row["label"] = _drop_platform(row["name"], view.say.platform(row["platform"]))
        taken[row["platform"], row["label"]].append(row)
    for alike in taken.values():
        if len(alike) > 1:
            for row in alike:
                row["label"] = row["name"]


def _drop_platform(name: str, platform: str) -> str:
    """A name without its platform: Pans of "Pans · Forum", and Pans 1 of "Pans · Forum 1"."""
    first, *apart = name.split(APART)
    kept = [first]
    for piece in apart:
        if piece.startswith(f"{platform} ") and piece.removeprefix(f"{platform} ").isdecimal():
            kept[-1] += piece.removeprefix(platform)
        elif piece != platform:
            kept.append(piece)
    return APART.join(kept)


def _find_kocs(view: View) -> dict[tuple[str, str], list[str]]:
    """The first key opinion consumers of each group, by kind and id."""
    places = {person["consumer"]: place for place, person in enumerate(view.kocs)}
    members = view.run.members
    inside = members[members["consumer"].isin(list(places))]
    inside = inside.assign(place=inside["consumer"].map(places)).sort_values("place", kind="stable")
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in inside.groupby(["kind", "group"]).head(KOCS).itertuples():
        found[str(row.kind), str(row.group)].append(str(row.consumer))
    return found


def _find_words(view: View) -> dict[tuple[str, str], list[str]]:
    """The words that set each group apart, the best evidenced first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in view.run.rows("words", ["kind", "group", "word"]):
        word, of_group = display_name(row["word"] or "", TITLE), found[row["kind"], row["group"]]
        if word and len(of_group) < WORDS:
            of_group.append(word)
    return found


def _find_products(view: View) -> dict[tuple[str, str], list[str]]:
    """The products that stand for each group: titles, or the end of the id where there is none."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in view.run.rows("exemplars", ["kind", "group", "what", "id", "title"]):
        if row["what"] == "product":
            title = display_name(text_or_none(row["title"]) or "", TITLE)
            end = display_name(str(row["id"]).rpartition(":")[2], TITLE)
            if title or end:
                found[row["kind"], row["group"]].append(title or view.say("niches.product", id=end))
    return found


def _describe_stability(view: View, circle: Mapping[str, Any]) -> str:
    """How many of a circle's people stay together when the search for circles is repeated, in a sentence."""
    state = "stable" if circle["status"] == "published" else "tentative"
    return view.say(f"niches.{state}", share=view.say.percent(circle["stability"]))


def _find_overlaps(view: View, rows: list[Row], finer: Collection[str]) -> dict[tuple[str, str], list[Row]]:
    """The circles that each niche shares people with, and the niches that each circle does, the closest first.

    finer: the anchors of the niches inside others.
    """
    anchors = {row["anchor"] for row in rows} | set(finer)
    listed = {(row["kind"], row["id"]): row for row in rows}
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    carried = view.run.carries.sort_values(["people", "circle", "niche"], ascending=[False, True, True])
    for both in carried.to_dict("records"):
        for kind, other in (("circle", "niche"), ("niche", "circle")):
            if row := listed.get((kind, both[kind])):
                anchor, people = anchor_of(other, both[other]), view.say.count(row["people"], "people")
                found[kind, row["id"]].append(
                    {
                        "name": view.group(other, both[other])["name"],
                        "anchor": anchor if anchor in anchors else None,
                        "text": view.say("niches.shared", n=int(both["people"]), people=people),
                    }
                )
    return found


def _find_finer(view: View) -> dict[str, list[Row]]:
    """The niches inside each niche."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in view.once(list_finer):
        found[row["parent"]].append({name: row[name] for name in ("name", "anchor", "summary")})
    return found
