"""Amazon's Customer Reviews with the Vine column."""

from __future__ import annotations

from pathlib import Path

from graphkoc.capture.synthetic.world import World

__all__ = ["write"]

COLUMNS = (
    *("marketplace", "customer_id", "review_id", "product_id", "product_parent", "product_title", "product_category"),
    *("star_rating", "helpful_votes", "total_votes", "vine", "verified_purchase", "review_headline", "review_body"),
    "review_date",
)


HELPFUL = {"careful": 5.0, "plain": 1.5, "stock": 0.3}
"""Mean votes for being helpful, by how people write."""


def write(world: World, folder: Path) -> None:
    """One TSV of all categories, as those of the smaller marketplaces are."""
    lines = ["\t".join(COLUMNS)]
    for place, (rng, review) in enumerate(world.list_texts("reviews", "amazon")):
        votes = int(rng.poisson(HELPFUL[review.person.writer]))
        cells = (
            *(
                "DE",
                review.person.amazon,
                f"RINVENTED{place:06}",
                review.product.asin,
                str(700_000 + review.product.number),
            ),
            *(review.product.title, review.product.category, str(review.stars), str(votes), str(votes + 1)),
            *("Y" if review.vine else "N", "Y" if review.verified else "N", f"{review.stars} of 5", review.text),
            f"{review.at:%Y-%m-%d}",
        )
        lines.append("\t".join(cells))
    folder.mkdir(parents=True)
    path = folder / "amazon_reviews_multilingual_DE_v1_00.tsv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")
