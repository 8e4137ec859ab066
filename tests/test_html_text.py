"""HTML to words: what its author wrote stays, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.capture.reading.html_text import plain

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
        (QUOTE.format("<p>his</p>") + "<p>mine</p>", "mine"),
        (QUOTE.format(QUOTE.format("hers") + "his") + "mine", "mine"),
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
    assert plain(html) == text


@given(
    st.lists(st.sampled_from([*"<>/&;\"' ", "aside", "class", "quote", "svg", "p", "=", "\n"]), max_size=60).map(
        "".join
    )
)
def test_whatever_the_markup_there_is_a_text(html: str) -> None:
    text = plain(html)
    assert text == text.strip()
    assert "\n\n" not in text


@pytest.mark.parametrize("piece", ["<", '<aside class="quote">', "<svg>", '<div class="meta">', "&", "\n ", "<p><"])
def test_hostile_markup_is_read_in_one_go(piece: str) -> None:
    plain(piece * (1_000_000 // len(piece)))


def test_very_deep_quotes_end() -> None:
    assert plain('<aside class="quote">' * 20_000 + "x" + "</aside>" * 20_000) in ("", "x")
