"""HTML to text: the words of its author stay, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.capture.reading.html_text import plain_text

QUOTE = (
    '<aside class="quote no-group" data-username="bob"><div class="title">bob:</div><blockquote>{}</blockquote></aside>'
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("", ""),
        ("no markup at all", "no markup at all"),
        ("<p>One</p>\n<p>two<br>three</p>", "One\ntwo\nthree"),
        ("<ul>\n<li>a</li>\n<li>b</li>\n</ul>", "a\nb"),
        ("<p>2 &lt; 3 &amp; <code>&lt;b&gt;</code>&nbsp;&#39;x&#39; &hellip;</p>", "2 < 3 & <b> 'x' …"),
        ("<table><tr><td>a</td><td>b</td></tr></table>", "a b"),
        (QUOTE.format("<p>theirs</p>") + "<p>mine</p>", "mine"),
        (QUOTE.format(QUOTE.format("first") + "second") + "mine", "mine"),
        ('<blockquote>kept</blockquote><aside class="onebox">kept too</aside>', "kept\nkept too"),
        ('so <img class="emoji only-emoji" alt=":tea:" src="x"> good', "so :tea: good"),
        ('<a href="https://example.com/?a=1&amp;b=2"><img src="x" alt="no">link</a>', "link"),
        ('<div class="meta"><svg><use></use></svg><span>tea.jpg</span> 10 KB</div>after', "after"),
        ("<script>alert(1)</script><style>p {}</style>after", "after"),
        ("a < b and c > d", "a d"),
        ("unclosed <b", "unclosed <b"),
    ],
)
def test_html_becomes_its_words(html: str, text: str) -> None:
    assert plain_text(html) == text


@given(
    st.lists(st.sampled_from([*"<>/&;\"' ", "aside", "class", "quote", "svg", "p", "=", "\n"]), max_size=60).map(
        "".join
    )
)
def test_any_markup_gives_a_text_without_blank_lines(html: str) -> None:
    text = plain_text(html)
    assert text == text.strip()
    assert "\n\n" not in text


@pytest.mark.parametrize(
    ("piece", "left"),
    [
        *(("<", "<"), ("<p><", "<"), ("&", "&"), ("<!--", "<!--"), ("<b>x</b>", "x"), ("<br>x", "x\n")),
        *((hidden, "") for hidden in ('<aside class="quote">', "<svg>", '<div class="meta">', "\n ")),
    ],
)
def test_a_million_letters_of_hostile_markup_are_read_like_a_few(piece: str, left: str) -> None:
    times = 1_000_000 // len(piece)
    assert plain_text(piece * times) == (left * times).strip()


def test_very_deep_quotes_end() -> None:
    assert plain_text('<aside class="quote">' * 20_000 + "x" + "</aside>" * 20_000) in ("", "x")
