"""Pictures as files: SVG as they are, and PNG as the computer's browser draws them, twice as large."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from graphkoc.errors import StoreError, UsageError
from graphkoc.files import replace_file, translate_errors
from graphkoc.report.browser import ask_browser, find_browser, say_limit
from graphkoc.report.pictures.picture import Picture
from graphkoc.report.pictures.pictures import list_pictures

__all__ = ["make_png", "make_pngs", "save_picture", "save_pictures"]

SCALE, DPI = 2, 96
"""Pixels of a PNG to one of the SVG, in each direction, and pixels of an SVG to an inch."""
TALLEST, SPARE = 6000, 200
"""Pixels of a sheet of pictures, above which another one is begun, and below the last: a window can lose some."""
INSTEAD = "Write it as .svg, which needs no browser."


def save_picture(document: Mapping[str, Any], path: Path) -> Picture:
    """Write the picture that the file is named after, such as map.svg or map.png, whole or not at all, and return it.

    Raises UsageError for a name that no picture of the report has, StoreError when it cannot be written, and what
    `make_png` raises.
    """
    pictures = {picture.name: picture for picture in list_pictures(document)}
    picture = pictures.get(path.stem)
    if picture is None:
        there = f"There are: {', '.join(pictures)}." if pictures else "This run has none."
        raise UsageError(f"the report has no figure called {path.stem}", hint=f"Name the file after one. {there}")
    _write(path, make_png(picture) if path.suffix.lower() == ".png" else picture.svg.encode())
    return picture


def save_pictures(document: Mapping[str, Any], folder: Path) -> list[Picture]:
    """Write every picture of the report into a folder, as NAME.svg and NAME.png, and return them.

    Where there is no browser that draws, they are SVG alone. Raises StoreError when a file cannot be written, or the
    browser does not draw, then without a file.
    """
    pictures = list_pictures(document)
    drawn = make_pngs(pictures) if find_browser() else []
    for picture in pictures:
        _write(folder / f"{picture.name}.svg", picture.svg.encode())
    for picture, png in zip(pictures, drawn, strict=False):
        _write(folder / f"{picture.name}.png", png)
    return pictures


def make_png(picture: Picture) -> bytes:
    """The picture as a PNG. Raises UsageError where there is no browser, and StoreError where it does not draw."""
    return make_pngs([picture])[0]


def make_pngs(pictures: Sequence[Picture]) -> list[bytes]:
    """The pictures as PNG, as `make_png` has each: a browser draws many at once."""
    if not pictures:
        return []
    browser = find_browser()
    if browser is None:
        raise UsageError("a PNG is drawn by Chromium, Chrome or Edge, and none of them is installed", hint=INSTEAD)
    sheets: list[list[Picture]] = [[]]
    for picture in pictures:
        if sheets[-1] and sum(one.height for one in (*sheets[-1], picture)) > TALLEST:
            sheets.append([])
        sheets[-1].append(picture)
    return [png for sheet in sheets for png in _draw_sheet(browser, sheet)]


def _draw_sheet(browser: str, pictures: Sequence[Picture]) -> list[bytes]:
    """The pictures of one sheet, on which they stand one below the other."""
    from PIL import Image, UnidentifiedImageError

    tops, y = [], 0
    for picture in pictures:
        tops.append(y)
        y += round(picture.height) + 1
    width = round(max(picture.width for picture in pictures))
    options = (f"--window-size={width},{y + SPARE}", f"--force-device-scale-factor={SCALE}", "--hide-scrollbars")
    with translate_errors("the figures cannot be drawn", INSTEAD):
        content = ask_browser(browser, _write_page(pictures, tops), "--screenshot", ".png", options)
    if content is None:
        raise StoreError(f"{browser} did not draw the figures within {say_limit()}", hint=INSTEAD)
    try:
        sheet = Image.open(io.BytesIO(content)).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise StoreError(f"{browser} drew no figures", hint=INSTEAD) from error
    if sheet.width < SCALE * width or sheet.height < SCALE * y:
        raise StoreError(f"{browser} drew only a part of the figures", hint=INSTEAD)
    found = []
    for picture, top in zip(pictures, tops, strict=True):
        box = (0, SCALE * top, SCALE * round(picture.width), SCALE * (top + round(picture.height)))
        sink = io.BytesIO()
        sheet.crop(box).save(sink, "PNG", dpi=(SCALE * DPI, SCALE * DPI))
        found.append(sink.getvalue())
    return found


def _write_page(pictures: Sequence[Picture], tops: Sequence[int]) -> str:
    """A page of the files themselves: what is drawn is what another program gets."""
    images = "".join(
        f'<img style="position:absolute;left:0;top:{top}px" alt="" src="data:image/svg+xml;base64,'
        f'{base64.b64encode(picture.svg.encode()).decode()}">'
        for picture, top in zip(pictures, tops, strict=True)
    )
    return f'<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">{images}'


def _write(path: Path, content: bytes) -> None:
    with translate_errors(f"the figure cannot be written to {path}", "Name another file or folder.", StoreError):
        replace_file(path, content)
