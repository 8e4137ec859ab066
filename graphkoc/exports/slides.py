"""Slides as a file for PowerPoint: a title, a sentence, and a picture or a table on each."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from typing import Any

from graphkoc.exports.rows import without_controls
from graphkoc.text import measure_text, replace_illegal, wrap_text

__all__ = ["Deck", "Drawing", "Grid", "Slide", "as_slides"]

WIDE, HIGH = 13.333, 7.5
"""Size of a slide in inches: 16 to 9."""
EDGE, TOP, BOTTOM = 0.6, 1.5, 6.75
"""The empty edge, and where the content of a slide begins and ends, in inches."""
POINTS = 72.0
TITLES = ((28, 1), (24, 2), (20, 2), (17, 3))
"""Sizes of a title in points, with its lines at most."""
BODY, NOTE, CELL = 16, 11, 12
"""Sizes of sentences, of the foot and of the cells of a table, in points."""
SPACING = 1.25
"""From line to line, in sizes of the letters."""
ROW, DEEP = 0.36, 3
"""Height of a row of a table with one line, in inches, and its lines at most."""
PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""The style of a table that has none: no colours and no grid."""
PORTRAIT = 1.6
"""Width to height of a picture, below which its sentences stand beside it."""
INK, MUTED, ACCENT, LINE, GROUND = "16181D", "565B66", "B5390B", "E2E0D9", "FAF9F5"
LATIN, CHINESE = "Arial", "Microsoft YaHei"
"""Fonts that are on most computers; `measure_text` is of the first."""
CREATED = datetime(2000, 1, 1)
"""The date in a file: equal slides are equal bytes."""
ZIPPED = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Drawing:
    """A picture: PNG, and what it shows, for who cannot see it."""

    png: bytes
    alt: str


@dataclass(frozen=True)
class Grid:
    """A table: texts, a head and rows of as many cells; numbers: the columns that stand on the right."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Slide:
    """One slide: its title, sentences or points, a picture or a table, and notes for who speaks.

    points: whether the sentences are a list. The first slide of a deck has no content besides its sentences.
    """

    title: str
    sentences: Sequence[str] = ()
    content: Drawing | Grid | None = None
    notes: str = ""
    points: bool = False


@dataclass(frozen=True)
class Deck:
    """Slides, what stands at the foot of each, and their language, en or zh."""

    slides: Sequence[Slide]
    foot: str
    language: str = "en"

    @property
    def drawn(self) -> int:
        """How many slides have a picture."""
        return sum(isinstance(slide.content, Drawing) for slide in self.slides)


def as_slides(deck: Deck) -> bytes:
    """The deck as .pptx, the same bytes for the same deck.

    Texts are texts: nothing in them is a link or a formula. What has no room on a slide ends in ….
    """
    from pptx import Presentation
    from pptx.util import Inches

    book = Presentation()
    book.slide_width, book.slide_height = Inches(WIDE), Inches(HIGH)
    for number, slide in enumerate(deck.slides, 1):
        _Writer(book, deck).add(slide, number)
    properties = book.core_properties
    properties.title, properties.author = _clean(deck.slides[0].title), "graphkoc"
    properties.created = properties.modified = CREATED
    properties.last_modified_by, properties.revision = "graphkoc", 1
    sink = io.BytesIO()
    book.save(sink)
    return _pack_again(sink.getvalue())


class _Writer:
    """Writes the slides of one deck into a presentation."""

    def __init__(self, book: Any, deck: Deck) -> None:
        self.book, self.deck = book, deck

    def add(self, slide: Slide, number: int) -> None:
        """Write one slide."""
        page = self.book.slides.add_slide(self.book.slide_layouts[5])  # Title Only
        title = page.shapes.title
        if number == 1:
            self._cover(page, slide)
        else:
            size, lines = _fit_title(slide.title)
            self._place(title, EDGE, 0.4, WIDE - 2 * EDGE, 1.0)
            self._write(title.text_frame, lines, size, bold=True, middle=True)
            self._rule(page, 0.4)
            self._fill(page, slide)
            foot = page.shapes.add_textbox(*_inches(EDGE, 6.95, WIDE - 2 * EDGE, 0.35))
            self._write(foot.text_frame, [f"{self.deck.foot} · {number}"], NOTE, colour=MUTED)
        if slide.notes:
            page.notes_slide.notes_text_frame.text = _clean(slide.notes)

    def _cover(self, page: Any, slide: Slide) -> None:
        """The first slide: a large title and the sentences below it."""
        title = page.shapes.title
        self._place(title, EDGE + 0.3, 1.5, WIDE - 2 * EDGE - 0.6, 2.3)
        width = (WIDE - 2 * EDGE - 0.6) * POINTS
        size = next((size for size in (40, 34, 28, 24) if len(wrap_text(slide.title, width, size)) <= 3), 20)
        self._write(title.text_frame, [_shorten(slide.title, width, size, 5)], size, bold=True, low=True)
        self._rule(page, 1.5, 5.0)
        box = page.shapes.add_textbox(*_inches(EDGE + 0.3, 4.0, WIDE - 2 * EDGE - 0.6, 2.6))
        self._write(box.text_frame, slide.sentences, BODY, colour=MUTED)

    def _fill(self, page: Any, slide: Slide) -> None:
        """The sentences and the content of a slide, each where it has room."""
        width, height = WIDE - 2 * EDGE, BOTTOM - TOP
        if slide.content is None:
            self._sentences(page, slide, EDGE, TOP, width, height)
        elif isinstance(slide.content, Grid):
            taken = self._sentences(page, slide, EDGE, TOP, width, 1.4)
            self._table(page, slide.content, TOP + taken, BOTTOM - TOP - taken)
        else:
            wide, high = _find_size(slide.content.png)
            if wide / high < PORTRAIT and slide.sentences:
                drawn = self._picture(page, slide.content, EDGE, TOP, 7.4, height)
                left = EDGE + drawn + 0.4
                self._sentences(page, slide, left, TOP, WIDE - EDGE - left, height)
            else:
                taken = self._sentences(page, slide, EDGE, TOP, width, 1.4)
                self._picture(page, slide.content, EDGE, TOP + taken, width, height - taken)

    def _sentences(self, page: Any, slide: Slide, left: float, top: float, width: float, height: float) -> float:
        """Write the sentences into a box, smaller where there are many, and return the height that they take."""
        if not slide.sentences:
            return 0.0
        texts = [f"• {one}" if slide.points else one for one in slide.sentences]
        room = (width - 0.2) * POINTS
        for size in (18, BODY, 14, 12, NOTE):
            lines = [len(wrap_text(text, room, size)) for text in texts]
            needed = (sum(lines) * size * SPACING + len(texts) * 6) / POINTS + 0.1
            if needed <= height:
                break
        else:
            texts, needed = _cut(texts, room, height), height
        box = page.shapes.add_textbox(*_inches(left, top, width, needed))
        self._write(box.text_frame, texts, size, colour=INK)
        return float(needed) + 0.1

    def _picture(self, page: Any, drawing: Drawing, left: float, top: float, width: float, height: float) -> float:
        """Put a picture into a box, as large as it has room, and return its width."""
        wide, high = _find_size(drawing.png)
        scale = min(width / wide, height / high)
        placed = page.shapes.add_picture(io.BytesIO(drawing.png), *_inches(left, top, wide * scale, high * scale))
        properties = placed._element.nvPicPr.cNvPr
        properties.set("name", "Figure")
        properties.set("descr", _clean(drawing.alt))
        return float(wide * scale)

    def _table(self, page: Any, grid: Grid, top: float, height: float) -> None:
        """A table of as many rows as have room."""
        from pptx.oxml.ns import qn
        from pptx.util import Inches

        head = [grid.head] if any(grid.head) else []
        widths = _share_width(grid)
        cells = [
            [_shorten(text, (width - 0.2) * POINTS, CELL, DEEP) for text, width in zip(row, widths, strict=True)]
            for row in [*head, *grid.rows]
        ]
        deepest = [
            max(len(wrap_text(text, (width - 0.2) * POINTS, CELL)) for text, width in zip(row, widths, strict=True))
            for row in cells
        ]
        heights = [ROW + (lines - 1) * CELL * SPACING / POINTS for lines in deepest]
        shown = max(sum(end <= height for end in accumulate(heights)), len(head) + 1)
        size = _inches(EDGE, top, sum(widths), sum(heights[:shown]))
        table = page.shapes.add_table(shown, len(widths), *size).table
        style = table._tbl.tblPr.find(qn("a:tableStyleId"))
        if style is not None:
            style.text = PLAIN
        table.first_row = bool(head)
        for place, width in enumerate(widths):
            table.columns[place].width = Inches(width)
        for at, row in enumerate(cells[:shown]):
            table.rows[at].height = Inches(heights[at])
            is_head = at < len(head)
            for place, text in enumerate(row):
                cell = table.cell(at, place)
                cell.margin_left = cell.margin_right = Inches(0.08)
                cell.margin_top = cell.margin_bottom = Inches(0.04)
                right = place in grid.numbers
                colour = MUTED if is_head else INK
                self._write(cell.text_frame, [text], CELL, bold=is_head, colour=colour, right=right)
                if (at - len(head)) % 2:
                    cell.fill.solid()
                    cell.fill.fore_color.rgb = _colour(GROUND)
                else:
                    cell.fill.background()

    def _rule(self, page: Any, top: float, height: float = 1.0) -> None:
        """The coloured line left of a title."""
        from pptx.enum.shapes import MSO_SHAPE

        line = page.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_inches(0.32, top + 0.1, 0.07, height - 0.2))
        line.fill.solid()
        line.fill.fore_color.rgb = _colour(ACCENT)
        line.line.fill.background()
        line.name = "Line"

    def _place(self, shape: Any, left: float, top: float, width: float, height: float) -> None:
        shape.left, shape.top, shape.width, shape.height = _inches(left, top, width, height)

    def _write(
        self,
        frame: Any,
        texts: Sequence[str],
        size: float,
        *,
        colour: str = INK,
        bold: bool = False,
        right: bool = False,
        middle: bool = False,
        low: bool = False,
    ) -> None:
        """Write texts into a frame, a paragraph each."""
        from pptx.enum.lang import MSO_LANGUAGE_ID
        from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
        from pptx.util import Inches, Pt

        frame.word_wrap, frame.auto_size = True, MSO_AUTO_SIZE.NONE
        if middle or low:
            frame.vertical_anchor = MSO_ANCHOR.MIDDLE if middle else MSO_ANCHOR.BOTTOM
            frame.margin_left = frame.margin_right = Inches(0.1)
        for place, text in enumerate(texts):
            paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            paragraph.space_after = Pt(6 if len(texts) > 1 else 0)
            run = paragraph.add_run()
            run.text = _clean(text).replace("\n", " ")
            run.font.size, run.font.bold = Pt(size), bold
            run.font.color.rgb = _colour(colour)
            run.font.language_id = (
                MSO_LANGUAGE_ID.SIMPLIFIED_CHINESE if self.deck.language == "zh" else MSO_LANGUAGE_ID.ENGLISH_US
            )


def _fit_title(title: str) -> tuple[int, list[str]]:
    """The size of a title, and the title, cut where it has no room."""
    width = (WIDE - 2 * EDGE - 0.2) * POINTS
    for size, most in TITLES:
        if len(wrap_text(title, width, size)) <= most:
            return size, [title]
    size, most = TITLES[-1]
    return size, [_shorten(title, width, size, most)]


def _cut(texts: Sequence[str], width: float, height: float) -> list[str]:
    """As many texts, in the smallest letters, as have room."""
    found, left = [], height * POINTS
    for text in texts:
        most = int((left - 6) / (NOTE * SPACING))
        if most < 1:
            break
        lines = wrap_text(text, width, NOTE, most)
        found.append(_shorten(text, width, NOTE, most))
        left -= len(lines) * NOTE * SPACING + 6
    return found


def _share_width(grid: Grid) -> list[float]:
    """The widths of the columns in inches: what they need, and where this is too much, a fair part."""
    needed = [
        max(measure_text(cells[place], CELL) for cells in [grid.head, *grid.rows]) / POINTS + 0.22
        for place in range(len(grid.head))
    ]
    room = WIDE - 2 * EDGE
    if sum(needed) < room:
        return [width * room / sum(needed) for width in needed]
    fixed = {place for place in range(len(needed)) if place in grid.numbers}
    while sum(needed) > room + 1e-6:
        longest = max((place for place in range(len(needed)) if place not in fixed), key=lambda one: needed[one])
        needed[longest] -= min(0.1, sum(needed) - room)
        if needed[longest] < 0.6:
            fixed.add(longest)
            if len(fixed) == len(needed):
                return [width * room / sum(needed) for width in needed]
    return needed


def _shorten(text: str, width: float, size: float, most: int) -> str:
    """The text where it has room in so many lines, and else its beginning, with … at its end."""
    if len(wrap_text(text, width, size)) <= most:
        return text
    return " ".join(wrap_text(text, width, size, most))


def _find_size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in its pixels, as its header has them."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _clean(text: str) -> str:
    """Text as XML and a reader take it."""
    return replace_illegal(without_controls(text))


def _inches(*values: float) -> list[Any]:
    from pptx.util import Emu

    return [Emu(math.floor(value * 914_400)) for value in values]


def _colour(colour: str) -> Any:
    from pptx.dml import color

    known: Any = color.RGBColor
    return known.from_string(colour)


def _pack_again(content: bytes) -> bytes:
    """The file with the same days on all its parts, and with fonts for Chinese in its theme."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as fresh:
        for part in packed.infolist():
            body = packed.read(part)
            if part.filename.startswith("ppt/theme/"):
                body = body.replace(b'<a:latin typeface="Calibri"/>', f'<a:latin typeface="{LATIN}"/>'.encode())
                body = body.replace(b'<a:ea typeface=""/>', f'<a:ea typeface="{CHINESE}"/>'.encode())
            entry = zipfile.ZipInfo(part.filename, ZIPPED)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            fresh.writestr(entry, body)
    return sink.getvalue()
