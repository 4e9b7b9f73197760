"""`handover [link]`."""

import pytest

from bot.errors import NoThread
from handlers.handover import thread_of
from handlers.payloads import Request

LINK = "https://acme-iot.slack.com/archives/C0FLEETOP/p1767614400000100"


def asked(text="", thread=None):
    """What Ana asks in #fleet-ops."""
    return Request(team="T1", user="U1", channel="C0FLEETOP", text=text, thread=thread)


@pytest.mark.parametrize(
    ("request_", "root"),
    [
        (asked(thread="1.1"), "1.1"),
        (asked("  ", thread="1.1"), "1.1"),
        (asked(LINK), "1767614400.000100"),
        (asked(LINK, thread="1.1"), "1767614400.000100"),
    ],
)
def test_the_thread_is_that_of_the_link_or_of_the_mention(request_, root):
    """It is handed over aloud, for all who read it."""
    found = thread_of(request_)

    assert (root, True, True) == (found.thread, found.aloud, found.is_public)


@pytest.mark.parametrize(
    "request_",
    [asked(), asked("pump-7"), asked("pump-7", thread="1.1"), asked(LINK.replace("C0F", "C0G"))],
)
def test_no_other_thread_is_guessed(request_):
    """Neither of what is no link, nor of another channel."""
    with pytest.raises(NoThread):
        thread_of(request_)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("handover", "Which thread?"),
        ("handover pump-7", "Which thread?"),
        (
            "handover https://acme-iot.slack.com/archives/C0GENERAL/p1767614400000100",
            "another channel",
        ),
    ],
)
async def test_which_thread_must_be_told(whole, text, says):
    """A command is in no thread, and a link elsewhere would post where the asker may not be."""
    await whole.type(text)

    assert says in whole.answer().text
    assert whole.answer().ephemeral_to
