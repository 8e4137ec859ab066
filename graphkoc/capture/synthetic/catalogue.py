"""The invented brand, its rivals and their products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

__all__ = ["KINDS", "OWN", "RIVALS", "Kind", "Product", "make_products"]

OWN, RIVALS = "Nordkessel", ("Brisko", "Tessin")
MODELS = (
    *("Mini", "Classic", "Pro", "Plus", "Slim", "Duo", "Solo", "Grande", "Air", "Steel", "Uno", "Max"),
    *("Nano", "Prime", "Eco", "Stone", "Copper", "Noir", "Blanc", "Travel", "Home", "Studio", "Light", "Trio"),
)


@dataclass(frozen=True)
class Kind:
    """A product type: its names in the three languages, and the product line of each brand, in the order of brands."""

    category: str
    english: str
    chinese: str
    german: str
    lines: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    kind.category: kind
    for kind in (
        Kind("Kettles", "kettle", "水壶", "Wasserkocher", ("Luto", "Presto", "Alba")),
        Kind("Teapots", "teapot", "茶壶", "Teekanne", ("Halden", "Camelia", "Mira")),
        Kind("Coffee Grinders", "coffee grinder", "磨豆机", "Kaffeemühle", ("Mahla", "Rondo", "Corvo")),
        Kind("Pans", "pan", "平底锅", "Pfanne", ("Fjell", "Siena", "Brasa")),
        Kind("Kitchen Scales", "kitchen scale", "厨房秤", "Küchenwaage", ("Vekt", "Gramo", "Libra")),
        Kind("Blenders", "blender", "搅拌机", "Mixer", ("Virvel", "Turba", "Ciclo")),
    )
}
"""By category, as a shop calls it."""


@dataclass(frozen=True)
class Product:
    """A product of the brand or of a rival."""

    number: int
    title: str
    brand: str
    category: str
    price: float

    @property
    def kind(self) -> Kind:
        """What it is."""
        return KINDS[self.category]

    @property
    def asin(self) -> str:
        """Amazon's id of it."""
        return f"B0INV{self.number:05}"

    @property
    def sku(self) -> str:
        """The shop's."""
        return f"NK-{self.number:03}"

    @property
    def tag(self) -> str:
        """The title as one word, as people tag it."""
        return self.title.replace(" ", "")


def make_products(rng: np.random.Generator) -> list[Product]:
    """Every model of every line of every brand: titles of three words, each its own."""
    shelves = [
        (category, brand, line, model)
        for category, kind in KINDS.items()
        for brand, line in zip((OWN, *RIVALS), kind.lines, strict=True)
        for model in MODELS
    ]
    return [
        Product(number, f"{brand} {line} {model}", brand, category, float(rng.integers(19, 180)) - 0.1)
        for number, (category, brand, line, model) in enumerate(shelves)
    ]
