"""The topics of the guide, each with its queries: the folders of `cypher/explore`, in an order for readers."""

from __future__ import annotations

from dataclasses import dataclass

from graphkoc import assets
from graphkoc.files import read_toml
from graphkoc.stores.queries import Query, queries

__all__ = ["Topic", "read_topics"]

ORDER = "explore/topics.toml"


@dataclass(frozen=True)
class Topic:
    """A folder of queries: its name, its title, what its queries answer, and the queries in their order."""

    name: str
    title: str
    about: str
    queries: list[Query]


def read_topics() -> list[Topic]:
    """The topics in the order of `cypher/explore/topics.toml`; a query that is not listed there comes last."""
    declared = read_toml(assets.folder("cypher") / ORDER)
    found: dict[str, list[Query]] = {}
    for query in queries().values():
        step, _, rest = query.name.partition("/")
        if step == "explore":
            found.setdefault(rest.partition("/")[0], []).append(query)
    topics = []
    for name, topic in declared.items():
        listed = {f"explore/{name}/{query}": at for at, query in enumerate(topic["queries"])}
        ordered = sorted(found.get(name, []), key=lambda query: (listed.get(query.name, len(listed)), query.name))
        topics.append(Topic(name, topic["title"], topic["about"], ordered))
    return topics
