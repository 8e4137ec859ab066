"""How many of the true pairs `identity suggest` finds, and how many false ones: `python bench/identity.py`.

Of the people of tests/planted_people.py, whose accounts on two platforms share friends, tastes, habits and hours; and
of the invented brand (`graphkoc demo --brand`), after its files and links are loaded, whose people share a
circle and a category, and nothing else but a name. Of both, 40 pairs on two platforms are left without an exact key.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import graphkoc
from graphkoc.capture import identity, sources, synthetic

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from planted_people import planted

PAIR = {"discourse", "xiaohongshu"}


def of_planted(folder: Path, rng_seed: int) -> tuple[int, int, int]:
    """Suggested, of these true, and true in all."""
    world = planted(rng_seed)
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    store.upsert(world.tables)
    identity.settle(store)
    found = {(row["account"], row["other"]) for row in graphkoc.suggest_links(store)["suggestions"]}
    store.close()
    return len(found), len(found & world.hidden), len(world.hidden)


def of_the_brand(folder: Path, rng_seed: int) -> tuple[tuple[int, int, int], tuple[int, int]]:
    """The same of forum and Xiaohongshu; and suggested and true on any two platforms."""
    synthetic.write(folder, 500, rng_seed)
    shop = folder / "files" / "crm"
    sources.find_source("crm").scaffold(sorted(shop.glob("*.csv")), shop)
    store = graphkoc.open_store(f"ladybug:{folder / 'graphkoc.lbug'}")
    for source in synthetic.SOURCES:
        graphkoc.load(store, source, [folder / "files" / source], key_file=folder / "key")
    graphkoc.link_file(store, folder / "links.csv")
    rows = graphkoc.suggest_links(store)["suggestions"]
    persons = store.table("identities").set_index("account")["person"].to_dict()
    store.close()
    people = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["people"]
    owner = {account: number for number, accounts in people.items() for account in accounts}
    right = [owner.get(row["account"], row["account"]) == owner.get(row["other"]) for row in rows]
    both = [set(row["platforms"].split(" + ")) == PAIR for row in rows]
    hidden = 0
    for accounts in people.values():
        one, other = ([a for a in accounts if a.startswith(f"{name}:")] for name in sorted(PAIR))
        hidden += bool(one and other and (one[0] not in persons or persons[one[0]] != persons.get(other[0])))
    return (sum(both), sum(r for r, b in zip(right, both, strict=True) if b), hidden), (len(rows), sum(right))


def summary_line(what: str, rng_seed: int, suggested: int, right: int, hidden: int) -> str:
    precision = f"{right / suggested:.3f}" if suggested else ""
    return f"| {what} | {rng_seed} | {suggested} | {right} of {hidden} | {precision} | {right / hidden:.3f} |"


def main() -> None:
    """Print a table in Markdown."""
    print("| people | rng_seed | suggested | true | precision | recall |\n|---|---|---|---|---|---|")
    for rng_seed in range(6):
        with tempfile.TemporaryDirectory() as folder:
            print(summary_line("planted", rng_seed, *of_planted(Path(folder), rng_seed)), flush=True)
    every = []
    for rng_seed in range(3):
        with tempfile.TemporaryDirectory() as folder:
            found, anywhere = of_the_brand(Path(folder), rng_seed)
        every.append(f"{anywhere[1]} of {anywhere[0]}")
        print(summary_line("brand", rng_seed, *found), flush=True)
    print(f"\nOn any two platforms of the brand: {', '.join(every)} suggestions are true.")


if __name__ == "__main__":
    main()
