"""The page beside stored pictures of it: whoever changes how it looks looks at the new pictures and stores them."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from page_browser import open_page
from playwright.sync_api import Browser

from graphkoc.report import make_document, render
from graphkoc.runs.run import Run

PICTURES = Path(__file__).parent / "data" / "report"
WAYS: dict[str, dict[str, Any]] = {
    "light": {},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}},
    "chinese": {"locale": "zh-CN"},
}
UNLIKE = 0.01
"""Share of pixels that may differ: letters are drawn a little differently on each machine."""
COMPARE = """async ([first, second]) => {
  const read = async (data) => {
    const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(image.width, image.height);
    canvas.getContext("2d").drawImage(image, 0, 0);
    return [image.width, image.height, canvas.getContext("2d").getImageData(0, 0, image.width, image.height).data];
  };
  const [width, height, a] = await read(first);
  const [otherWidth, otherHeight, b] = await read(second);
  if (width !== otherWidth || height !== otherHeight) return 1;
  let unlike = 0;
  for (let i = 0; i < a.length; i += 4) {
    unlike += Math.max(Math.abs(a[i] - b[i]), Math.abs(a[i + 1] - b[i + 1]), Math.abs(a[i + 2] - b[i + 2])) > 48;
  }
  return unlike / (width * height);
}"""


@pytest.mark.soak
@pytest.mark.parametrize("way", WAYS)
def test_the_first_screen_looks_as_it_did(browser: Browser, small_run: Run, tmp_path: Path, way: str) -> None:
    document = make_document(small_run, "zh" if way == "chinese" else "en")
    taken = tmp_path / f"{way}.png"
    open_page(browser, render(document), **WAYS[way]).screenshot(path=taken)
    stored = PICTURES / taken.name
    assert stored.is_file(), f"look at {taken}, and store it as {stored}"
    pictures = [base64.b64encode(path.read_bytes()).decode() for path in (stored, taken)]
    unlike = browser.new_page().evaluate(COMPARE, pictures)
    assert unlike <= UNLIKE, f"{unlike:.1%} of the pixels differ: look at {taken}, and store it where it is better"
