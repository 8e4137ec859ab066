"""What comes with the package: where `cypher`, `loaders` and `examples` are, and how a page vouches for its sources."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

__all__ = ["folder", "hash_source"]

PACKAGE = Path(__file__).resolve().parent
CHECKOUT = PACKAGE.parent


def folder(name: str) -> Path:
    """The folder `name`: beside the package in a checkout, in `_data` once installed.

    Raises FileNotFoundError when the package was built without it, which is a packaging bug.
    """
    in_checkout = (CHECKOUT / "pyproject.toml").is_file() and (CHECKOUT / name).is_dir()
    path = CHECKOUT / name if in_checkout else PACKAGE / "_data" / name
    if not path.is_dir():
        raise FileNotFoundError(f"graphkoc was installed without its {name}/ folder: {path}")
    return path


def hash_source(text: str) -> str:
    """The source expression of a content security policy that allows exactly this text as a script or style."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
