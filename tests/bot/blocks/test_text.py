"""Foreign text cannot speak to Slack."""

import pytest

from bot.blocks.text import clean, cut, escape, sentence
from tests.bot.blocks.reports import HOSTILE


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("pump-7", "pump-7"),
        ("truck_42_b", "truck_42_b"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U1>", "&lt;@U1&gt;"),
        ("a & b", "a &amp; b"),
        ("&lt;", "&amp;lt;"),
        ("*b*", "∗b∗"),
        ("_s_", "ˍsˍ"),
        ("~x~ `y`", "∼x∼ ˋyˋ"),
        ("one\r\ntwo\tthree", "one two three"),
        ("\x1b[31mred", "[31mred"),
        ("\u202eab\u2066c", "abc"),
        ("a\u2028b", "a b"),
        ("\u200b\u202e", "(blank)"),
        ("", "(blank)"),
        ("x" * 81, "x" * 79 + "…"),
        ("\ud800!", "�!"),
        ("Überwachung 🚚 ١٢٣", "Überwachung 🚚 ١٢٣"),
    ],
)
def test_escape(typed, shown):
    """
    Text is shown as it is, without what Slack would act upon.
    """
    assert shown == escape(typed)


@pytest.mark.parametrize("name", HOSTILE)
def test_escape_leaves_nothing_to_act_upon(name):
    """
    No hostile name keeps a mark, a line end or an unencodable character.
    """
    shown = escape(name)

    assert not set("<>*~`\n\r\x1b\u202e") & set(shown)
    assert shown.encode()
    assert len(clean(name)) <= 80


@pytest.mark.parametrize(
    ("text", "limit", "shown"),
    [
        ("short", 10, "short"),
        ("0123456789", 10, "0123456789"),
        ("0123456789a", 10, "012345678…"),
        ("see <https://a.example|a>", 12, "see …"),
        ("a &amp; b", 5, "a …"),
        ("<a> &amp; b", 9, "<a> …"),
    ],
)
def test_cut(text, limit, shown):
    """
    Finished mrkdwn is shortened without leaving half a token.
    """
    assert shown == cut(text, limit)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("I read `pmp-7` as a name.", "I read `pmp-7` as a name."),
        ("I read `a*b_<!here>`.", "I read `a*b_&lt;!here&gt;`."),
        ("an *odd* ` tick", "an ∗odd∗ ˋ tick"),
        ("`a` <@U1> `b`", "`a` &lt;@U1&gt; `b`"),
    ],
)
def test_sentence(said, shown):
    """
    An error's sentence keeps its code spans and nothing else.
    """
    assert shown == sentence(said)
