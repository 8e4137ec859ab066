"""The demonstration of the invented brand as tests share it: made once, whole, and as it was before its campaigns."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

import graphkoc
from graphkoc.campaigns.demonstration import WALKING

__all__ = ["BEFORE", "DEMO", "DONE", "PEOPLE", "STORE", "make_brand"]

PEOPLE = 240
DEMO, BEFORE, STORE, DONE = "brand", "before", "graphkoc.lbug", "done.json"
"""In a folder that `make_brand` fills: what the demonstration wrote, the same before its campaigns, the store that it
was given, and what it returned."""


def make_brand(folder: Path) -> None:
    """Run the demonstration of an invented brand in a store that it is given; see BEFORE.

    BEFORE has the files, the store and the runs, loaded and analysed, and no campaign.
    """

    def keep(step: str, *_: object) -> None:
        if step == WALKING[0] and not (folder / BEFORE).exists():
            shutil.copytree(folder / DEMO, folder / BEFORE)
            for part in folder.glob(f"{STORE}*"):
                shutil.copy(part, folder / BEFORE)

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("GRAPHKOC_KEY", raising=False)
        with closing(graphkoc.open_store(f"ladybug:{folder / STORE}")) as store:
            done = graphkoc.demo_brand(folder / DEMO, store=store, people=PEOPLE, progress=keep)
    (folder / DONE).write_text(json.dumps(done), encoding="utf-8")
