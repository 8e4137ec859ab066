"""Whether content quality says which texts readers vote for: `python bench/content.py --data ../shared/data`.

Three sites: Amazon reviews (votes for being helpful), a Discourse forum (likes of posts), and Xiaohongshu comments
(likes). Each is asked how often a score orders two texts about one product, topic or note as their votes do, where
the votes differ by two or more (by `--gap` more or fewer). Scores are out of fold: neither the item nor the author of a
text had a part in its weights. The shipped weights were made from these Amazon reviews, so there the ridge draws to
nothing in the place of them.

Then votes are shuffled within products: what is learned of them must not be accepted. Ratings are turned round, which
must change no rank. On the forum, what a person's first post says of the votes of the later ones. At the end the
cost, of reviews made of the Amazon ones with a word of their own each.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import re
import resource
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from graphkoc import Projection, load, open_store, project
from graphkoc.arrays import Values
from graphkoc.qualify.authenticity.near_copies import copies
from graphkoc.qualify.quality.fit import (
    FEWEST_TEXTS,
    FOLDS,
    GAP,
    MOST,
    Votes,
    fit_site,
    fit_weights,
    length_score,
    out_of_fold,
    score_pairs,
    shipped,
)
from graphkoc.qualify.quality.peers import ENOUGH, find_peers
from graphkoc.qualify.quality.people import PRIOR, measure_quality, read_texts
from graphkoc.qualify.quality.texts import Texts
from graphkoc.qualify.quality.traits import count_traits

NOTHING = np.zeros(len(shipped()))
SHUFFLES = 20
LATER = 10
"""Later posts from which on a person's votes are looked at."""
MILLION = 1_000_000


def amazon(folder: Path) -> Projection:
    with tempfile.TemporaryDirectory() as place:
        store = open_store(f"ladybug:{Path(place) / 'amazon.lbug'}")
        load(store, "amazon", sorted((folder / "amazon").glob("*.tsv.gz")))
        projection = project(store)
        store.close()
    return projection


def forum(folder: Path) -> pd.DataFrame:
    """A row a post that a person wrote: topic, category, number, user, at, text, pictures, reads, likes."""
    rows = []
    with tarfile.open(next((folder / "discourse").glob("*.tar.xz"))) as archive:
        for member in archive:
            if not member.isfile() or not member.name.endswith(".json"):
                continue
            topic = json.load(archive.extractfile(member))
            rows += [
                {
                    "topic": topic["id"],
                    "category": topic.get("category_id"),
                    "number": post["post_number"],
                    "user": post["username"],
                    "at": post["created_at"],
                    "text": re.sub(r"(?s)<(aside|blockquote).*?</\1>", "", post["cooked"]),
                    "pictures": len(re.findall(r"<(?:img|video)\b(?![^>]*class=\"(?:emoji|avatar))", post["cooked"])),
                    "reads": post.get("reads") or 0,
                    "likes": sum(act.get("count", 0) for act in post.get("actions_summary", []) if act["id"] == 2),
                }
                for post in topic["post_stream"]["posts"]
                if post.get("post_type") == 1
            ]
    table = pd.DataFrame(rows).astype({"text": "str"})
    return table.assign(at=pd.to_datetime(table["at"])).sort_values(["at", "topic", "number"], ignore_index=True)


def forum_votes(posts: pd.DataFrame) -> Votes:
    """Nuisances: reads, position, first post, year, standing (posts so far, and in all)."""
    nuisances = [
        np.log1p(posts["reads"]),
        np.log(posts["number"]),
        posts["number"] == 1,
        np.log1p(posts.groupby("user").cumcount()),
        np.log(posts["user"].map(posts["user"].value_counts())),
        *pd.get_dummies(posts["at"].dt.year).to_numpy(dtype=float).T,
    ]
    return votes_of(posts["text"], posts["pictures"], posts["likes"], posts["topic"], posts["user"], nuisances)


def comments(folder: Path) -> Votes:
    """Comments on notes, not answers to comments. Nuisances: hours after the note, order, and whether both are unknown.

    A spreadsheet has written some times as 1.74E+12, which may be 58 days off: such a time is unknown.
    """
    read = {"dtype": "str", "encoding": "utf-8-sig"}
    rows = pd.read_csv(next((folder / "xiaohongshu").glob("*comments*.gz")), **read)
    notes = pd.read_csv(next((folder / "xiaohongshu").glob("*contents*.gz")), **read)
    count = rows["like_count"].str.extract(r"^([0-9.]+)(万?)$")
    rows["likes"] = pd.to_numeric(count[0]) * np.where(count[1] == "万", 10_000, 1)
    rows = rows[(rows["parent_comment_id"] == "0") & rows["content"].notna() & rows["likes"].notna()]
    posted = pd.to_numeric(notes.drop_duplicates("note_id").set_index("note_id")["time"])
    at = pd.to_numeric(rows["create_time"]).mask(rows["create_time"].str.fullmatch(r"\d\.\d{1,3}E\+12"))
    hours = ((at - rows["note_id"].map(posted)) / 3.6e6).clip(lower=0)
    order = at.groupby(rows["note_id"]).rank()
    nuisances = [np.log1p(hours).fillna(0), np.log(order).fillna(0), hours.isna()]
    pictures = rows["pictures"].notna()
    return votes_of(rows["content"], pictures, rows["likes"], rows["note_id"], rows["user_id"], nuisances)


def votes_of(
    text: pd.Series[str], pictures: Values, votes: Values, item: Values, person: Values, nuisances: list[Values]
) -> Votes:
    titles = pd.Series([None] * len(text), dtype="str")
    traits = count_traits(titles, text.astype("str"), np.asarray(pictures, dtype=float))
    return Votes(
        traits.values,
        np.asarray(votes, dtype=float),
        pd.factorize(item)[0].astype(np.int64),
        pd.factorize(person)[0].astype(np.int64),
        np.column_stack(nuisances).astype(float),
    )


def figure(name: str, value: str, must: str) -> None:
    print(f"| {name} | {value} | {must} |", flush=True)


def share(scores: Values, site: Votes, gap: float, item: NDArray[np.int64] | None = None) -> Values:
    right, pairs = score_pairs(scores, site.votes, site.item if item is None else item, gap)
    return right.sum(axis=0) / pairs.sum()


def compare(name: str, site: Votes, prior: Values, gap: float, must: str, enough: int = 3_000) -> None:
    learned, length = share(np.column_stack([out_of_fold(site, prior), length_score(site.values)]), site, gap)
    fit = fit_site(site, enough, prior=prior)
    used = "used" if fit.weights else "not used"
    figure(f"{name}: learned, out of fold", f"{learned:.3f} (length {length:.3f})", must)
    figure(f"{name}: site fit", f"{used}: {fit.why}", "used only above 0")


def score_by_item(site: Votes, prior: Values, rng_seed: int = 0) -> Values:
    """(k,) float64: as `out_of_fold`, in folds of items alone: nobody who wrote about an item of the fold is learned
    from. On the forum this would leave next to nothing; on Xiaohongshu most people write below one note."""
    score = np.empty(len(site.votes))
    fold = (np.random.default_rng(rng_seed).permutation(int(site.item.max()) + 1) % FOLDS)[site.item]
    for number in range(FOLDS):
        test = fold == number
        train = site.take(~test & ~np.isin(site.person, site.person[test]))
        mean = train.values.mean(axis=0)
        score[test] = (site.values[test] - mean) @ fit_weights(train.values - mean, train, prior)
    return score


def by_fifth(name: str, score: Values, votes: Values, group: NDArray[np.int64], must: str) -> None:
    """Votes over those of the peers, by fifth of the percentile among them."""
    table = pd.DataFrame({"score": score, "votes": np.minimum(votes, MOST), "group": group})
    groups = table.groupby("group")
    table = table.assign(percentile=groups["score"].rank(pct=True), expected=groups["votes"].transform("mean"))
    table = table[groups["score"].transform("size") >= ENOUGH]
    sums = table.groupby(np.minimum((table["percentile"] * 5).astype(int), 4))[["votes", "expected"]].sum()
    ratios = " ".join(f"{ratio:.2f}" for ratio in sums["votes"] / sums["expected"])
    figure(f"{name}: votes over the peers', by fifth", ratios, must)


def shuffled(name: str, site: Votes, enough: int, must: str) -> None:
    accepted = 0
    for draw in range(SHUFFLES):
        order = np.lexsort((np.random.default_rng(draw).random(len(site.votes)), site.item))
        votes = np.empty(len(site.votes))
        votes[np.lexsort((np.arange(len(votes)), site.item))] = site.votes[order]
        accepted += fit_site(dataclasses.replace(site, votes=votes), enough, draw).weights is not None
    figure(f"{name}: site fits accepted with shuffled votes", f"{accepted} of {SHUFFLES}", must)


def person_level(posts: pd.DataFrame, site: Votes, must: str) -> None:
    """Rank correlation of the first post's percentile with the votes of the later ones, over the mean of their topics.

    Of people with LATER later posts or more, whose votes say something.
    """
    group = posts.groupby(["category", posts["at"].dt.year]).ngroup()
    percentile = pd.Series(out_of_fold(site, shipped())).groupby(group).rank(pct=True).to_numpy()
    table = pd.DataFrame({"user": posts["user"], "votes": np.minimum(site.votes, MOST), "quality": percentile})
    table["expected"] = table["votes"].groupby(site.item).transform("mean")
    number = table.groupby("user").cumcount()
    later = table[number > 0].groupby("user")[["votes", "expected"]].sum()
    many = later.index[table[number > 0].groupby("user").size() >= LATER]
    ratio = ((later["votes"] + PRIOR) / (later["expected"] + PRIOR))[many]
    first = table[number == 0].set_index("user").loc[many]
    found = spearmanr(first["quality"], ratio).statistic
    voted = spearmanr((first["votes"] + PRIOR) / (first["expected"] + PRIOR), ratio).statistic
    shown = f"{found:.3f} of {len(many)} people (the first post's own votes: {voted:.3f})"
    figure("forum: first post and later votes, rank correlation", shown, must)


def later_votes(texts: Texts, when: NDArray[np.int64], must: str) -> None:
    """What a person's first review says of the votes of the later ones, over the mean of their products and half-years.

    The claim that careful writers are found is this one: who of the first quarter by the first review is in the first
    quarter by the later votes, beside the share of all, which equals make larger than a quarter. `when` numbers product
    and half-year.
    """
    order = np.lexsort((texts.review, texts.day))
    table = pd.DataFrame({"person": texts.person, "votes": np.minimum(texts.votes, MOST), "peers": when})
    table["quality"] = find_peers(texts).rank(length_score(texts.traits.values))
    table["expected"] = table.groupby("peers")["votes"].transform("mean")
    table = table.iloc[order]
    number = table.groupby("person").cumcount()
    later = table[number > 0].groupby("person")[["votes", "expected"]].sum()
    ratio = (later["votes"] + PRIOR) / (later["expected"] + PRIOR)
    first = table[number == 0].set_index("person").loc[ratio.index].dropna(subset=["quality"])
    ratio = ratio[first.index]
    found = spearmanr(first["quality"], ratio).statistic
    top = first["quality"] >= first["quality"].quantile(0.75)
    voted = ratio >= ratio.quantile(0.75)
    shown = f"{found:.3f} of {len(ratio):,} people; in the first quarter by later votes {voted[top].mean():.0%}"
    shown += f" of the first quarter by quality, {voted.mean():.0%} of all"
    figure("Amazon: first review and later votes, rank correlation", shown, must)


def inverted(projection: Projection, copied: pd.Series[str], must: str) -> None:
    ids = projection.log().network.ids
    turned = dataclasses.replace(projection, reviews=projection.reviews.assign(rating=5 - projection.reviews["rating"]))
    one, other = (measure_quality(given, ids, copied) for given in (projection, turned))
    columns = ["quality", "quality_rank", "quality_unknown", "quality_quotes"]
    pairs = [(one.people[name], other.people[name]) for name in columns] + [
        (one.texts["quality"], other.texts["quality"])
    ]
    moved = sum(not before.equals(after) for before, after in pairs)
    figure("ratings inverted: columns with another rank or percentile", f"{moved} of {len(pairs)}", must)


def cost(projection: Projection, must: str) -> None:
    """Everything but near copies, of so many times the reviews that they are a million, each with a word of its own."""
    times = -(-MILLION // len(projection.reviews))
    frames: dict[str, list[pd.DataFrame]] = {name: [] for name in ("reviews", "texts", "consumers")}
    for number in range(times):
        for name, made in frames.items():
            frame = getattr(projection, name).copy()
            for key in ("review", "consumer", "product"):
                if key in frame:
                    frame[key] = frame[key] + f"-{number}"
            if name == "texts":
                frame["text"] = frame["text"].fillna("") + f" {number}"
            made.append(frame)
    many = {name: pd.concat(made, ignore_index=True) for name, made in frames.items()}
    larger = dataclasses.replace(projection, **many)
    ids = np.sort(larger.consumers["consumer"].to_numpy(dtype=str))
    spent = time.process_time()
    measured = measure_quality(larger, ids, pd.Series([], dtype="str"))
    seconds = (time.process_time() - spent) * MILLION / len(larger.reviews)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figure(
        "CPU seconds for a million reviews",
        f"{seconds:.0f} ({len(measured.texts):,} texts; {memory:,.0f} MB in all)",
        must,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--gap", type=float, default=GAP, help="votes by which the texts of a pair differ")
    parser.add_argument("--cost", action="store_true", help="measure the cost alone")
    given = parser.parse_args()
    print(f"Pairs of texts whose votes differ by {given.gap:.0f} or more.\n")
    print("| what | measured | must; design |\n|---|---|---|")
    if given.cost:
        cost(amazon(given.data), "must 90; 69")
        return

    projection = amazon(given.data)
    copied = copies(projection.reviews, projection.texts)["review"]
    ids = projection.log().network.ids
    texts = read_texts(projection, ids, copied)
    site = Votes(texts.traits.values, texts.votes, texts.product, texts.person, texts.nuisances)
    scores = np.column_stack([site.values @ shipped(), length_score(site.values)])
    whole, length = share(scores, site, given.gap)
    figure(
        "Amazon: shipped weights T2, made from these",
        f"{whole:.3f} (length {length:.3f})",
        "must .785, not below length; .796 against .791",
    )
    compare("Amazon", site, NOTHING, given.gap, "must .785, not below length")
    stars = site.item * 10 + np.nan_to_num(texts.rating).astype(np.int64)
    whole, length = share(scores, site, given.gap, stars)
    figure("Amazon: T2 at equal stars", f"{whole:.3f} (length {length:.3f})", ".808 against .806")
    half = pd.to_datetime(pd.Series(texts.day), unit="D").dt
    when = site.item * 10_000 + (half.year * 2 + (half.month > 6)).to_numpy()
    by_fifth("Amazon", length_score(site.values), site.votes, when, ".28 .42 .66 .87 2.56")
    shuffled("Amazon", site, 3_000, "must at most 1")
    later_votes(texts, when, ".33")
    inverted(projection, copied, "must 0")

    posts = forum(given.data)
    talk = forum_votes(posts)
    compare("forum", talk, shipped(), given.gap, "must .63; .636 against .567", FEWEST_TEXTS["discourse"])
    group = posts.groupby(["category", posts["at"].dt.year]).ngroup().to_numpy()
    by_fifth("forum", out_of_fold(talk, shipped()), talk.votes, group, ".44 to 1.72")
    shuffled("forum", talk, FEWEST_TEXTS["discourse"], "must at most 1")
    person_level(posts, talk, "must .17; .19")

    notes = comments(given.data)
    compare("Xiaohongshu comments", notes, shipped(), given.gap, "must .75; .756 against .737")
    alone = share(score_by_item(notes, shipped())[:, None], notes, given.gap)[0]
    figure("Xiaohongshu comments: the same, five folds by note", f"{alone:.3f}", "must .75; .756")
    further = share(out_of_fold(notes, shipped())[:, None], notes, given.gap + 1)[0]
    by_length = share(length_score(notes.values)[:, None], notes, given.gap + 1)[0]
    figure("Xiaohongshu comments: pairs a vote further apart", f"{further:.3f} (length {by_length:.3f})", "")
    weights = fit_weights(talk.values - talk.values.mean(axis=0), talk, shipped())
    by_forum = share((notes.values @ weights)[:, None], notes, given.gap)[0]
    figure("Xiaohongshu comments: by the forum's weights", f"{by_forum:.3f}", ".399")
    by_fifth("Xiaohongshu comments", out_of_fold(notes, shipped()), notes.votes, notes.item, ".32 to 2.04")
    shuffled("Xiaohongshu comments", notes, 3_000, "must at most 1")
    cost(projection, "must 90; 69")


if __name__ == "__main__":
    main()
