"""Content quality: how good the texts are that people write, as the readers of their site receive it.

On product reviews, how much is written is nearly all that tells which of them readers vote for; on a forum more does
(`bench/content.py`). So the traits of a text (`traits`) are weighed as the site's own votes say where that was shown to
beat length (`fit`), and by length else; a text is compared with its peers (`peers`), and a person has the mean of their
own, uncopied texts, drawn to the middle. Ratings are described and never rated: they enter no score.
"""

__all__ = []
