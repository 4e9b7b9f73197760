"""Which sentences ask to be told of a change, and of which."""

import pytest

from bot.watches.watch import asks_to_be_told, drop_filler, watch_in_words

REQUESTS = {
    "tell me when well-1 is back": "well-1 until online",
    "Ping me when well-1 comes back online, please": "well-1 until online",
    "let me know once pump-7 is online": "pump-7 until online",
    "notify me when it is back": "it until online",
    "can you let us know as soon as Tank 3, Bakersfield is up again?": (
        "Tank 3, Bakersfield until online"
    ),
    "hey, tell me when it’s back!": "it until online",
    "tell me when well-1 and pump-7 are back": "well-1 and pump-7 until online",
    "tell us when all of them are back": "it until online",
    "ping us once both are back": "it until online",
    "ping me when the SIM is back": "it until online",
    "alert me if well-1 goes down": "well-1 until offline",
    "warn me if well-1 goes offline again": "well-1 until offline",
    "let me know if pump-7 drops off": "pump-7 until offline",
    "ping me when well-1 reconnects": "well-1 until online",
    "tell me when well-1 changes": "well-1 until changes",
    "watch until well-1 is back": "well-1 until online",
}


@pytest.mark.parametrize("text", REQUESTS)
def test_who_asks_to_be_told_watches(text):
    """As `watch` understands it."""
    assert REQUESTS[text] == watch_in_words(text)
    assert asks_to_be_told(text)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("tell me when well-1 uses too much data", True),
        ("let me know if well-1 has problems", True),
        ("ping me when well-1 is back and running on the new firmware in the lab", True),
        ("tell me if well-1 is online", True),
        ("let me know when you know why pump-7 is down", True),
        ("tell me when van-9 usually goes offline", True),
        ("let me know when the site with van-9 goes offline", True),
        ("tell me when and why van-9 goes offline", True),
        ("tell me when did van-9 go down", False),
        ("let me know if it is back", True),
        ("tell me when well-1 was online", False),
        ("tell me when pump-7 last reported", False),
        ("tell me about well-1", False),
        ("well-1 is back", False),
        ("when is well-1 back", False),
        ("tell me when " + "well-1 " * 100 + "is back", False),
        ("", False),
    ],
)
def test_what_is_no_watch(text, asks):
    """A request that is not understood is told from a question."""
    assert (None, asks) == (watch_in_words(text), asks_to_be_told(text))


def test_filler():
    """A word between the subcommand and the SIM says nothing, unless a length of time follows."""
    for text, behind in (
        ("of pump-7", "pump-7"),
        ("for pump-7 14d", "pump-7 14d"),
        ("on pump-7", "pump-7"),
        ("for 2h", "for 2h"),
        ("for half an hour until online", "for half an hour until online"),
        ("forge-7", "forge-7"),
        ("of", "of"),
        ("", ""),
    ):
        assert behind == drop_filler(text), text
