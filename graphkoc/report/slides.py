"""A report as slides: each figure of its page with its sentence, whom to invite, what changed, and what to rely on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from graphkoc.errors import StoreError
from graphkoc.exports.slides import Deck, Drawing, Grid, Slide, as_slides
from graphkoc.files import replace_file, translate_errors
from graphkoc.report.browser import find_browser
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.pictures.files import make_pngs
from graphkoc.report.pictures.picture import Picture
from graphkoc.report.pictures.pictures import list_pictures
from graphkoc.report.readers import write_name

__all__ = ["make_deck", "save_slides"]

FIRST, LISTED = 6, 10
"""People with their reason, and rows of a table of people."""
LINES = 8
"""Changes, groups and the like that a slide has at most."""

Facts = Mapping[str, Any]


def save_slides(document: Facts, path: Path) -> Deck:
    """Write the slides of a report to `path`, whole or not at all, and return them.

    Figures are drawn by the computer's browser; where it has none, a table has their numbers. Raises StoreError when
    the file cannot be written, or the browser does not draw.
    """
    pictures = list_pictures(document)
    drawn = dict(zip((one.name for one in pictures), make_pngs(pictures), strict=True)) if find_browser() else {}
    deck = make_deck(document, drawn)
    written = as_slides(deck)
    with translate_errors(f"the slides cannot be written to {path}", "Name another file with -o.", StoreError):
        replace_file(path, written)
    return deck


def make_deck(document: Facts, drawn: Mapping[str, bytes]) -> Deck:
    """The slides of a document of facts (`graphkoc.report.make_document`), a pure function of both.

    drawn: its pictures as PNG, by name; a picture that is not among them is a table.
    """
    maker = _Maker(document, drawn)
    slides = [maker.make_cover()]
    for section, make in MAKERS.items():
        if document["sections"].get(section):
            slides += make(maker, document["sections"][section])
    return Deck(slides, maker.foot, document["language"])


class _Maker:
    """Makes the slides of one document."""

    def __init__(self, document: Facts, drawn: Mapping[str, bytes]) -> None:
        self.document, self.drawn, self.say = document, drawn, Catalogue(document["language"])
        self.pictures = {one.name: one for one in list_pictures(document)}
        day = document["as_of"]
        data = [self.say("first.data", day=self.say.day(day))] if day else []
        self.foot = " · ".join(["graphkoc", document["run"], *data])

    def make_cover(self) -> Slide:
        """What the report finds first, of which run and day, and whether its data are invented."""
        first, document = self.document["sections"]["first"], self.document
        named = self.say("slides.named", named=self.say.count(document["named"], "people"))
        why = document["names_because"]
        lines = [
            document["notice"],
            first["subline"],
            named,
            self.say("page.names_because", why=why) if why else None,
            self.say("page.made", version=document["version"], run=document["run"]),
        ]
        return self._make(first["title"], [line for line in lines if line], "first")

    def show_first(self, facts: Facts) -> Iterator[Slide]:
        """What to do this week, and who reaches whom."""
        if facts["actions"]:
            yield self._make(self.say("first.actions"), facts["actions"], "first", points=True)
        yield from self._draw("reach", "first")

    def show_people(self, facts: Facts) -> Iterator[Slide]:
        """The first of those to invite with their reason, how much they write, and a table of more."""
        say, rows = self.say, facts["rows"]
        if not rows:
            return
        reasons = [f"{place}. {_write_who(card)}" for place, card in enumerate(facts["cards"][:FIRST], 1)]
        lead = [text for text in (facts["lead"],) if text]
        yield self._make(facts["heading"], [*lead, *reasons], "people")
        yield from self._draw("months", "people")
        columns = [name for name in COLUMNS if name in facts["columns"] or name in ("audience", "reviews", "score")]
        head = ["#", say("plan.who_head"), *(say(COLUMNS[name]) for name in columns)]
        cells = [
            [say.number(row["who"]["rank"]), write_name(row["who"]), *(self._write_cell(row, one) for one in columns)]
            for row in rows[:LISTED]
        ]
        numbers = frozenset({0, *(place for place, name in enumerate(columns, 2) if name in NUMBERS)})
        caption = [facts["caption"]] if facts["caption"] else []
        yield self._make(facts["list"], caption, "people", Grid(head, cells, numbers))

    def _write_cell(self, row: Facts, name: str) -> str:
        say, value = self.say, row[name]
        if name == "last":
            return say.day(value) if value else say.number(None)
        if name == "type":
            return str(value or "–")
        return say.number(value, 1 if name == "score" else 0)

    def show_niches(self, facts: Facts) -> Iterator[Slide]:
        """The map, the groups and the circles."""
        note = self.say("niches.map_note" if facts["reached"] else "niches.map_note_plain")
        yield from self._draw("map", "niches", more=[note])
        for name in ("niches", "circles", "histogram"):
            yield from self._draw(name, "niches")

    def show_changes(self, facts: Facts) -> Iterator[Slide]:
        """What changed since the run before."""
        lines = [f"{card['mark']} {card['line']}" for card in facts["cards"]]
        white = [facts["white_space"]] if facts["white_space"] else []
        more = [*facts["settings"], *white, *facts["groups"]]
        yield self._make(facts["heading"], [facts["lead"], *lines, *more[:LINES]], "changes")

    def show_plan(self, facts: Facts) -> Iterator[Slide]:
        """What the plan comes to, what each budget reaches, and who is on its roster."""
        say = self.say
        figures = [[one["label"], one["value"], one["text"]] for one in facts["figures"]]
        lead = [text for text in (facts["lead"], facts["caption"]) if text]
        head = ["", "", ""]
        yield self._make(facts["headline"], lead, "plan", Grid(head, figures, frozenset({1})))
        yield from self._draw("curves", "plan")
        if facts["roster"]:
            head = [say(f"plan.{name}_head") for name in ("order", "who", "niche", "reached", "flags")]
            rows = [
                [
                    say.number(row["order"]),
                    write_name(row["person"]),
                    str(row["niche"] or "–"),
                    say.number(row["reached"]),
                    say.join(row["flags"]),
                ]
                for row in facts["roster"][:LISTED]
            ]
            grid = Grid(head, rows, frozenset({0, 3}))
            shown = say("slides.of", n=len(rows), of=len(facts["roster"]))
            yield self._make(say("plan.roster"), [shown], "plan", grid)

    def show_campaign(self, facts: Facts) -> Iterator[Slide]:
        """How the campaign that runs stands, what became of the others, and what people answered."""
        say = self.say
        yield from self._draw("funnel", "campaign")
        for number, row in enumerate(facts["rows"], 1):
            if row["figures"]:
                head = [say(f"campaign.{name}") for name in ("figure", "target", "actual", "state")]
                cells = [
                    [
                        one["name"],
                        one["target"] or "–",
                        one["value"],
                        say(f"campaign.{one['mark']}") if one["mark"] else "",
                    ]
                    for one in row["figures"]
                ]
                grid = Grid(head, cells, frozenset({1, 2}))
                yield self._make(row["headline"], [row["definitions"]], "campaign", grid)
            yield from self._draw(f"funnel-{number}", "campaign")
            yield from self._draw(f"lift-{number}", "campaign")
        if facts["findings"]:
            texts = [_write_finding(row) for row in facts["findings"][:LINES]]
            yield self._make(say("campaign.findings"), texts, "campaign", points=True)

    def show_trust(self, facts: Facts) -> Iterator[Slide]:
        """How far to trust the ranking, and what its test does not show."""
        if not facts["tested"]:
            yield self._make(facts["short"], [facts["line"]], "trust")
            return
        yield from self._draw("trust", "trust", title=facts["short"], more=[facts["shown"]])
        yield self._make(self.say("trust.limits"), facts["limits"], "trust", points=True)

    def show_details(self, facts: Facts) -> Iterator[Slide]:
        """Whom reviews are about, and what the data cover."""
        yield from self._draw("brands", "details")
        yield from self._draw("coverage", "details")

    def _draw(self, name: str, section: str, *, title: str | None = None, more: list[str] | None = None) -> list[Slide]:
        """The slide of a picture, with a table in its place where it is not drawn; none where the run has none."""
        if name not in self.pictures:
            return []
        picture = self.pictures[name]
        sentences = [text for text in (picture.sentence, *(more or [])) if text]
        return [self._make(title or picture.title, sentences, section, self._show(picture))]

    def _show(self, picture: Picture) -> Drawing | Grid | None:
        if picture.name in self.drawn:
            alt = picture.title if not picture.sentence else f"{picture.title}: {picture.sentence}"
            return Drawing(self.drawn[picture.name], alt)
        return Grid(picture.head, picture.rows, frozenset(range(1, len(picture.head)))) if picture.rows else None

    def _make(
        self,
        title: str,
        sentences: list[str],
        section: str,
        content: Drawing | Grid | None = None,
        *,
        points: bool = False,
    ) -> Slide:
        """A slide, with the section of the report in its notes that it is from."""
        key = f"{section}.link"
        name = self.say(key) if self.say.has(key) else self.say("slides.first")
        notes = self.say("slides.source", section=name, foot=self.foot)
        return Slide(title, sentences, content, notes, points)


MAKERS = {
    "first": _Maker.show_first,
    "people": _Maker.show_people,
    "niches": _Maker.show_niches,
    "changes": _Maker.show_changes,
    "plan": _Maker.show_plan,
    "campaign": _Maker.show_campaign,
    "trust": _Maker.show_trust,
    "details": _Maker.show_details,
}
"""What makes the slides of each section, in the order of the deck."""
COLUMNS = {
    "type": "people.column_type",
    "audience": "people.column_audience",
    "reviews": "people.column_reviews",
    "quality": "people.column_quality",
    "score": "slides.score",
    "last": "people.column_last",
}
"""The columns of the table of people, by their name in the facts."""
NUMBERS = {"audience", "reviews", "quality", "score"}


def _write_who(card: Facts) -> str:
    return f"{write_name(card['who'])}: {card['reason']}"


def _write_finding(row: Facts) -> str:
    return " ".join(part for part in (f"{row['theme']} ({row['status']}).", row["text"], row["note"]) if part)
