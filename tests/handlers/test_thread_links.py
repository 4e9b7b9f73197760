"""Which thread is meant."""

import pytest

from handlers.thread_links import ThreadLink, thread_in

ROOT = "1767614400.000100"
LINK = "https://acme-iot.slack.com/archives/C0FLEETOP/p1767614400000100"


@pytest.mark.parametrize(
    ("text", "channel", "root"),
    [
        (LINK, "C0FLEETOP", ROOT),
        (f"  <{LINK}>  ", "C0FLEETOP", ROOT),
        (f"<{LINK}|the thread>", "C0FLEETOP", ROOT),
        (f"{LINK}?thread_ts=1767614000.000200&cid=C0FLEETOP", "C0FLEETOP", "1767614000.000200"),
        (f"{LINK}?thread_ts=rubbish", "C0FLEETOP", ROOT),
        (LINK.replace("C0FLEETOP", "G0ONCALL1"), "G0ONCALL1", ROOT),
        (LINK.replace("acme-iot", "acme.enterprise"), "C0FLEETOP", ROOT),
    ],
)
def test_a_link_names_its_thread(text, channel, root):
    """
    As "Copy link" gives it; the link of a reply names its root.
    """
    assert ThreadLink(channel, root) == thread_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pump-7",
        "https://acme-iot.slack.com/archives/C0FLEETOP",
        "https://evil.example/archives/C0FLEETOP/p1767614400000100",
        "https://slack.com.evil.example/archives/C0FLEETOP/p1767614400000100",
        f"{LINK}/more",
        "https://[::1",
    ],
)
def test_anything_else_is_none(text):
    """
    No channel's own link, no other page.
    """
    assert thread_in(text) is None
