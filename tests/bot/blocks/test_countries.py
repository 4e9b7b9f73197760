"""Country codes to flags."""

import pytest

from bot.blocks.countries import flag, flagged


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("USA", "🇺🇸"),
        ("US", "🇺🇸"),
        ("usa", "🇺🇸"),
        ("PRI", "🇵🇷"),
        ("VIR", "🇻🇮"),
        ("MEX", "🇲🇽"),
        ("CHE", "🇨🇭"),
        ("DEU", "🇩🇪"),
        ("GBR", "🇬🇧"),
        ("ZAF", "🇿🇦"),
        ("XKX", "🇽🇰"),
    ],
)
def test_flag(code, shown):
    """
    Two and three letters give the flag of the same country.
    """
    assert shown == flag(code)


@pytest.mark.parametrize("code", ["", "U", "ZZ", "ZZZ", "USAX", "310", "<!channel>", "UK"])
def test_no_flag(code):
    """
    What is no country's code has no flag.
    """
    assert flag(code) is None
    assert code == flagged(code)


def test_flagged():
    """
    The code stands beside the flag.
    """
    assert "🇺🇸 USA" == flagged("USA")
