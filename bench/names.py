"""Whether names are on topic: `python bench/names.py FOLDER [ONLINE_SHOPPING_ZIP]`.

FOLDER has `amazon/` (English reviews of hair dryers and of microwaves) and `xiaohongshu/` (Chinese
comments below the notes of six people); what is not there is left out. The zip is
`online_shopping_10_cats.zip`, Chinese reviews of ten kinds of things, from the repository
SophonPlus/ChineseNlpCorpus on GitHub, folder datasets/online_shopping_10_cats. Nothing is downloaded.

Of each set half of the people are named and half judge. Of the half that is named 25 % of the reviews are
put into a wrong group, and each group gets a spammer who says the same two hundred times. A word is on
topic where, among the judges with their right labels, the share of people who use it is highest in its
group, at least twice that of all the others together, and at least three judges use it. Beside log-odds
by people stand log-odds by tokens and class TF-IDF (Grootendorst, arXiv 2203.05794) by either, on the
same words.

The last two sets are harder than what a name is for: products that are nearly all hair dryers, and notes of
which many are about the same old lady's days. "Words of random groups" are those of randomly drawn groups, of as
many people as the others: there is nothing to tell of them.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from graphkoc.communities import labels as names
from graphkoc.communities.labels import log_odds as apart
from graphkoc.graph.action_log import Log
from graphkoc.graph.terms import Words
from graphkoc.runs.run import TOP

MISPLACED = 0.25
SPAM = 200
SLOGAN = "promocode superdeal clickhere freegift bargain 优惠券 加微信 代购 免费领 限时抢购"
FEWEST = 120
"""People of a label, half of them judges."""


def amazon(folder: Path) -> pd.DataFrame:
    """Two kinds of things."""
    return _amazon(folder).drop(columns="product")


def products(folder: Path) -> pd.DataFrame:
    """The products that most was written about, by their titles."""
    rows = _amazon(folder)
    return rows.assign(label=rows.pop("product").str.slice(0, 50))


def _amazon(folder: Path) -> pd.DataFrame:
    frames = []
    for kind in ("hair_dryer", "microwave"):
        path = folder / "amazon" / f"amazon_reviews_us_{kind}.tsv.gz"
        rows = pd.read_csv(path, sep="\t", dtype="str", quoting=csv.QUOTE_NONE)
        text = rows["review_headline"].fillna("") + " . " + rows["review_body"].fillna("")
        rows_of = {"person": rows["customer_id"], "label": kind, "text": text, "product": rows["product_title"]}
        frames.append(pd.DataFrame(rows_of))
    return pd.concat(frames, ignore_index=True)


def accounts(folder: Path) -> pd.DataFrame:
    """Comments, by the account whose notes they are below."""
    comments, contents = _xiaohongshu(folder)
    return comments.assign(label=comments["label"].map(contents["user_id"])).dropna()


def notes(folder: Path) -> pd.DataFrame:
    """Comments, by the note that they are below; the twenty notes that have most."""
    comments, contents = _xiaohongshu(folder)
    often = comments[comments["label"].isin(comments["label"].value_counts().index[:20])]
    return often.assign(label=often["label"].str.slice(-4) + " " + often["label"].map(contents["title"]).fillna("?"))


def _xiaohongshu(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    path = folder / "xiaohongshu"
    comments = pd.read_csv(path / "search_comments_2025-08-10.csv.gz", dtype="str").drop_duplicates("comment_id")
    contents = pd.read_csv(path / "search_contents_2025-08-10.csv.gz", dtype="str").drop_duplicates("note_id")
    columns = {"user_id": "person", "note_id": "label", "content": "text"}
    return comments[list(columns)].dropna().rename(columns=columns), contents.set_index("note_id")


def shopping(path: Path) -> pd.DataFrame:
    """Ten kinds of things in Chinese; the authors are unknown, so each review is a person's."""
    rows = pd.read_csv(path, dtype="str").dropna(subset=["review"]).drop_duplicates("review")
    return pd.DataFrame({"person": np.arange(len(rows)).astype("U"), "label": rows["cat"], "text": rows["review"]})


def halves(texts: pd.DataFrame, rng_seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Those that are named, and those that judge; each person on one side."""
    people = np.sort(texts["person"].unique())
    chosen = np.random.default_rng(rng_seed).permutation(people)[: len(people) // 2]
    side = texts["person"].isin(chosen)
    return texts[side], texts[~side]


def muddled(texts: pd.DataFrame, rng_seed: int) -> pd.DataFrame:
    """The texts with a quarter in a wrong group, and a spammer in each."""
    rng = np.random.default_rng(rng_seed)
    labels = np.sort(texts["label"].unique())
    code = np.searchsorted(labels, texts["label"].to_numpy(dtype=str))
    wrong = rng.random(len(texts)) < MISPLACED
    code = np.where(wrong, (code + rng.integers(1, len(labels), len(texts))) % len(labels), code)
    spam = [pd.DataFrame({"person": f"spam {label}", "label": label, "text": [SLOGAN] * SPAM}) for label in labels]
    return pd.concat([texts.assign(label=labels[code]), *spam], ignore_index=True)


def words_and_log(texts: pd.DataFrame) -> tuple[Words, Log, pd.DataFrame]:
    """What `describe` reads; someone who writes in two groups is a person in each."""
    texts = texts.assign(consumer=texts["label"] + "/" + texts["person"])
    texts["review"] = [f"r{at}" for at in range(len(texts))]
    reviews = texts[["review", "consumer"]].assign(product=pd.NA, created_at=pd.Timestamp("2020-01-01"))
    nothing = pd.DataFrame({"product": [], "title": [], "category": []}, dtype="str")
    follows = pd.DataFrame({"source": [], "target": [], "weight": []}).astype({"weight": float})
    members = texts[["label", "consumer"]].drop_duplicates().rename(columns={"label": "group"})
    log = Log.from_frames(follows, reviews.astype({"product": "str"}), nothing, members)
    written = texts[["review", "text"]].assign(title=pd.NA, tags=pd.NA)
    words = Words.from_frames(written, reviews.astype({"product": "str"}), nothing, log.network.ids)
    return words, log, members.assign(confidence=1.0)


def tables(words: Words, log: Log, members: pd.DataFrame, by_people: bool) -> tuple[np.ndarray, np.ndarray]:
    """How often each group uses each term: (g, t); and the labels, sorted."""
    of = members.set_index("consumer")["group"].reindex(log.network.ids).to_numpy(dtype=str)
    labels, code = np.unique(of, return_inverse=True)
    pairs = np.column_stack([words.person if by_people else words.review, words.term])
    pairs = np.unique(pairs, axis=0)
    group = code[pairs[:, 0]] if by_people else code[words.author[pairs[:, 0]]]
    counts = np.bincount(group * len(words.terms) + pairs[:, 1], minlength=len(labels) * len(words.terms))
    return counts.reshape(len(labels), len(words.terms)).astype(float), labels


def class_tf_idf(counts: np.ndarray) -> np.ndarray:
    """BERTopic's score of each word for each class."""
    each = counts / counts.sum(axis=1, keepdims=True)
    return each * np.log(1 + counts.sum() / len(counts) / np.maximum(counts.sum(axis=0), 1))


def log_odds(counts: np.ndarray) -> np.ndarray:
    """The z of each word for each class against the others together; see `graphkoc.communities.labels`."""
    total, n = counts.sum(axis=0), counts.sum(axis=1, keepdims=True)
    weight, m = apart.PRIOR * n, total.sum() - n
    prior = weight * total / total.sum()
    mine, theirs = counts + prior, total - counts + prior
    distance = np.log(mine / (n + weight - mine)) - np.log(theirs / (m + weight - theirs))
    return distance / np.sqrt(1 / mine + 1 / theirs)


def on_topic(judges: pd.DataFrame) -> dict[str, set[str]]:
    """For each label the words that are on its topic, as the judges have it."""
    words, log, members = words_and_log(judges)
    counts, labels = tables(words, log, members, by_people=True)
    people = members["group"].value_counts().reindex(labels).to_numpy(dtype=float)
    mine = counts / people[:, None]
    others = (counts.sum(axis=0) - counts) / (people.sum() - people)[:, None]
    good = (mine == mine.max(axis=0)) & (mine >= 2 * others) & (counts >= 3)
    return {label: set(words.terms[row].tolist()) for label, row in zip(labels.tolist(), good, strict=True)}


def measured(texts: pd.DataFrame, rng_seed: int, show: bool = False) -> dict[str, float]:
    """The share of top words that are on topic, by each score."""
    sizes = texts.groupby("label")["person"].nunique()
    named, judges = halves(texts[texts["label"].isin(sizes.index[sizes >= FEWEST])], rng_seed)
    words, log, members = words_and_log(muddled(named, rng_seed))
    good = on_topic(judges)
    start = time.perf_counter()
    described = names.describe(pd.DataFrame({"group": sorted(good)}), members, log, words)
    seconds = time.perf_counter() - start
    ours = described.words.groupby("group")["word"].apply(list).to_dict()
    tops = {"log-odds, by people": ours}
    for name, score, by_people in (
        ("class TF-IDF, by people", class_tf_idf, True),
        ("log-odds, by tokens", log_odds, False),
        ("class TF-IDF, by tokens", class_tf_idf, False),
    ):
        counts, labels = tables(words, log, members, by_people)
        best = np.argsort(-score(counts), axis=1, kind="stable")[:, :TOP]
        tops[name] = dict(zip(labels.tolist(), words.terms[best].tolist(), strict=True))
    lots = members.assign(group=np.random.default_rng(rng_seed).permutation(members["group"]))
    by_lot = names.describe(pd.DataFrame({"group": sorted(good)}), lots, log, words)
    if show:
        for row in described.table.itertuples():
            marked = [word if word in good[row.group] else f"[{word}]" for word in ours.get(row.group, [])]
            say(f"  {row.group}: {row.name} | {row.evidence}\n      {' '.join(marked)}")
    shares = {name: np.mean([word in good[g] for g in good for word in top.get(g, [])]) for name, top in tops.items()}
    counts = {"words": len(described.words), "words of random groups": len(by_lot.words)}
    return shares | {name: count / len(good) for name, count in counts.items()} | {"seconds": seconds}


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


SETS: dict[str, tuple[Callable[[Path], pd.DataFrame], str]] = {
    "amazon, 2 kinds": (amazon, "amazon"),
    "xiaohongshu, 6 accounts": (accounts, "xiaohongshu"),
    "amazon, products": (products, "amazon"),
    "xiaohongshu, 20 notes": (notes, "xiaohongshu"),
}


def main() -> None:
    """Print the means over some muddles, and the lowest and highest: a paragraph a set."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("shopping", type=Path, nargs="?")
    parser.add_argument("--repeat", type=int, default=5, help="muddle so many times")
    parser.add_argument("--show", action="store_true", help="print names and words too; those off topic in []")
    given = parser.parse_args()
    sets = [
        (name, lambda read=read: read(given.folder))
        for name, (read, of) in SETS.items()
        if (given.folder / of).is_dir()
    ]
    if given.shopping:
        sets.insert(0, ("online shopping, 10 kinds", lambda: shopping(given.shopping)))
    for name, texts_of in sets:
        texts = texts_of()
        runs = pd.DataFrame([measured(texts, seed, given.show and not seed) for seed in range(given.repeat)])
        say(name)
        for column in runs:
            say(f"  {column:24} {runs[column].mean():6.3f}   ({runs[column].min():.3f} to {runs[column].max():.3f})")


if __name__ == "__main__":
    main()
