"""A file that is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, packed: bytes) -> None:
    """Write a file, and its folder if that is missing; where it fails, what was there is there still, and no more.

    Raises OSError, with whatever name: who calls knows what the user calls it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.graphkoc-new")
    try:
        fresh.write_bytes(packed)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
