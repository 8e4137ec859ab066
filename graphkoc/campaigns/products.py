"""Which product a list or a sheet means, by its id or its title."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from graphkoc.stores import Store
from graphkoc.text import text_or_none

__all__ = ["find_products"]

PRODUCTS = (
    "UNWIND $names AS name MATCH (p:Product) WHERE p.product = name OR p.title = name"
    " RETURN name, min(p.product) AS product, min(p.title) AS title"
)


def find_products(store: Store, names: Iterable[Any]) -> dict[str, tuple[str, str]]:
    """The id and the title of the product that each name means, by name; the id for a product without a title.

    Of several products of one title it is that with the lowest id. Names that the store does not have, and what is no
    text, are passed over. Raises StoreError where the store cannot be read.
    """
    asked = sorted({name for name in names if isinstance(name, str) and name})
    if not asked:
        return {}
    rows = store.read(PRODUCTS, {"names": asked}).to_dict("records")
    return {row["name"]: (row["product"], text_or_none(row["title"]) or row["product"]) for row in rows}
