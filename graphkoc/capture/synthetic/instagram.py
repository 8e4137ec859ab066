"""Instagram: the brand's own export with its followers, and the posts that Instaloader saved."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from graphkoc.capture.synthetic.catalogue import OWN
from graphkoc.capture.synthetic.people import UNTIL
from graphkoc.capture.synthetic.world import World

__all__ = ["write"]

SINCE = 1_700_000_000


def write(world: World, folder: Path) -> None:
    """`instagram-nordkessel-2025-10-20-Invented/` and `instaloader/`."""
    rng = world.rng("instagram")
    people = world.on("instagram")
    brand = OWN.lower()
    lists = folder / f"instagram-{brand}-2025-10-20-Invented" / "connections" / "followers_and_following"
    followers = [_list_entry(person.instagram, SINCE + 3600 * person.number) for person in people]
    _write(lists / "followers_1.json", followers)
    following = [_list_entry(person.instagram, SINCE + 7200) for person in people[::5]]
    _write(lists / "following.json", {"relationships_following": following})
    for person in people:
        for place in range(int(rng.integers(1, 4))):
            product = world.products[rng.integers(len(world.products))]
            at = UNTIL - timedelta(days=float(rng.uniform(2, 400)))
            ad = " #ad" if rng.random() < 0.2 else ""
            caption = person.compose(rng, product, int(rng.integers(3, 6)), person.language) + ad
            node: dict[str, Any] = {
                "__typename": "GraphImage",
                "id": f"{person.number}{place}",
                "shortcode": f"Inv{person.number:04}{place}",
                "is_video": False,
                "taken_at_timestamp": round((at - datetime(1970, 1, 1)).total_seconds()),
                "edge_media_to_caption": {"edges": [{"node": {"text": caption}}]},
                "edge_media_preview_like": {"count": int(rng.integers(5, 90))},
                "edge_media_to_comment": {"count": 0},
                "edge_media_to_sponsor_user": {"edges": []},
                "owner": {"id": str(person.number), "username": person.instagram, "full_name": person.name},
                "product_tags": {
                    "in": [
                        {"product": {"product_id": str(product.number), "name": product.title}, "position": [0.5, 0.5]}
                    ]
                },
            }
            document = {"instaloader": {"node_type": "Post", "version": "4.14.1"}, "node": node}
            _write(folder / "instaloader" / person.instagram / f"{at:%Y-%m-%d_%H-%M-%S}_UTC.json", document)


def _list_entry(name: str, since: int) -> dict[str, Any]:
    link = {"href": f"https://www.instagram.com/{name}", "value": name, "timestamp": since}
    return {"title": "", "media_list_data": [], "string_list_data": [link]}


def _write(path: Path, document: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
