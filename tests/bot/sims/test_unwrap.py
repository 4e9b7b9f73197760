import pytest

from bot.sims.errors import NotASim
from bot.sims.unwrap import MAX_LINK, MAX_TEXT, Unwrapped, unwrap


@pytest.mark.parametrize(
    ("text", "meant", "typed", "outer"),
    [
        ("pump-7", "pump-7", "pump-7", "pump-7"),
        ("“pump–7”,", "pump-7", "pump–7", "“pump–7”,"),
        ("<tel:1|8901 2600>", "8901 2600", "8901 2600", "8901 2600"),
        ("<http://a.co|a.co>", "a.co", "a.co", "a.co"),
        ("<http://a.co>", "http://a.co", "http://a.co", "http://a.co"),
        ("<#C01|pumps>", "pumps", "pumps", "pumps"),
        ("<!here> pump", "pump", "pump", "pump"),
        ("a &lt;b&gt; &amp; c", "a <b> & c", "a <b> & c", "a <b> & c"),
        ("a\u2028\u00a0b", "a b", "a b", "a b"),
        ("(a)(b)", "a)(b", "a)(b", "(a)(b)"),
    ],
)
def test_three_readings(text, meant, typed, outer):
    """
    What is meant, what was typed and what was typed with its quotes are all kept.
    """
    assert Unwrapped(meant, typed, outer) == unwrap(text)


@pytest.mark.parametrize("text", ["x" * MAX_TEXT, "https://x.test/" + "x" * (MAX_LINK - 15)])
def test_long_enough(text):
    """
    A name of 200 characters is read, and a link of 2,000.
    """
    assert text == unwrap(text).text


@pytest.mark.parametrize(
    "text", ["x" * (MAX_TEXT + 1), "https://x.test/" + "x" * (MAX_LINK - 14), "ﷺ" * 20, "`" * 5000]
)
def test_too_long(text):
    """
    Beyond that it is refused, also where it grows when it is written plainly.
    """
    with pytest.raises(NotASim, match="characters"):
        unwrap(text)


@pytest.mark.parametrize("code", [0x00, 0x08, 0x1B, 0x7F, 0x9C, 0xDC80, 0xFFFD])
def test_control_characters(code):
    """
    Control characters and what could not be decoded are refused wherever they stand.
    """
    with pytest.raises(NotASim, match="cannot be read"):
        unwrap(f"pump{chr(code)}-7")
