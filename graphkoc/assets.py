"""Where the folders `cypher`, `loaders` and `examples` are, in a checkout and once installed."""

from __future__ import annotations

from pathlib import Path

__all__ = ["folder"]

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
