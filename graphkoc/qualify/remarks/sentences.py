"""Sentences of texts that strangers wrote, and which of them name a problem or a wish."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from graphkoc.qualify.quality.traits import count_traits

__all__ = ["find_problems", "split_sentences"]

END = re.compile(
    r"(?<=[。！？；…])|(?<=[.!?;])(?=\s)|\n|[~～]+|\^\^|[:;]-?\)|(?<=!)(?=\w)"
    r"|[\u2600-\u27bf\ufe0f\U0001f300-\U0001faff]+"
)
"""Where a sentence ends: at its mark, at a new line, and at the pictures that people end sentences with."""
TAGS = re.compile(r"[#＃]\S+")


def split_sentences(text: str) -> list[str]:
    """The sentences of a text without its tags, pictures and outer marks; those of at least two characters."""
    parts = (part.strip(" ,，、-–!！") for part in END.split(TAGS.sub("\n", text)))
    return [part for part in parts if len(part) > 1]


def find_problems(sentences: pd.Series[str]) -> NDArray[np.bool_]:
    """(k,) bool: the sentences that name a problem, and nothing is negated in them, or a wish.

    English and Chinese; "it does not leak" and 不会漏水 name no problem.
    """
    traits = count_traits(pd.Series(index=sentences.index, dtype="str"), sentences, np.zeros(len(sentences)))
    problem = (traits.column("problem") > 0) & (traits.column("negation") == 0)
    return np.asarray(problem | (traits.column("wish") > 0))
