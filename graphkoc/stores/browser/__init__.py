"""A pack for Neo4j Browser: a guide, favourites, a style sheet and a picture of the model, for the user's own store."""

from graphkoc.stores.browser.pack import write_browser_pack
from graphkoc.stores.browser.serving import open_browser_server

__all__ = ["open_browser_server", "write_browser_pack"]
