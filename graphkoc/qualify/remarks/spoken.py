"""The language of texts, detected from the texts alone."""

from __future__ import annotations

import numpy as np
import pandas as pd

from graphkoc.arrays import number_ids
from graphkoc.qualify.quality.traits import count_traits, find_foreign, find_languages, find_other_languages

__all__ = ["detect_languages"]

CODES = {"Chinese": "zh", "English": "en"}


def detect_languages(texts: pd.DataFrame) -> dict[str, str]:
    """The language of each person's texts, as ISO 639 has it, by consumer; whose language is not known is not in it.

    texts: consumer, text. Any other id may stand for a consumer, such as that of the text itself.
    """
    rows = texts.dropna(subset=["text"]).astype({"text": "str"})
    ids = np.unique(rows["consumer"].to_numpy(dtype=str))
    person = number_ids(ids, rows["consumer"])
    title = pd.Series(index=rows.index, dtype="str")
    traits = count_traits(title, rows["text"], np.zeros(len(rows)))
    foreign = find_foreign(title, rows["text"], traits, person, len(ids))
    found = find_languages(traits, foreign, person)
    others = find_other_languages(title, rows["text"], person, len(ids))
    spoken = zip(ids.tolist(), found.tolist(), others.tolist(), strict=True)
    languages = {one: CODES.get(language, other) for one, language, other in spoken if language is not None}
    return {one: language for one, language in languages.items() if language is not None}
