"""The Home tab, drawn."""

import json
from datetime import timedelta

import pytest

from bot.blocks.home import Health, Home, health_lines, home_view, no_access_view
from bot.blocks.replies import HelpEntry
from bot.emulators.slack.blocks.whole import is_too_large, view_faults
from bot.ops.metrics import Dependency
from bot.store.errors import StoreFull
from bot.struct import replace
from tests.bot.alerts.test_webhook import ALERT, INCIDENT
from tests.bot.blocks.reports import HOSTILE, NOW, misread, words
from tests.bot.blocks.test_handover import a_watch
from tests.bot.digests.subscriptions import subscription as a_subscription

WELL = Health(Dependency(NOW), Dependency(NOW), None)
ENTRIES = [HelpEntry("/simsessions <sim>", "what it is doing", ("/simsessions pump-7",))]
HOME = Home((), (), {}, WELL, ENTRIES, NOW)


def shown(home):
    return json.dumps(home_view(home), ensure_ascii=False)


def wrongs(view):
    too_large = ["too large"] if is_too_large(view) else []
    return [*misread(view), *view_faults(view, ("home",)), *too_large]


def test_watches_and_digests_stand_on_it():
    """Each with its buttons and its place; without any, what makes one and what can be typed."""
    told = shown(HOME)

    assert "You are not watching any SIM. `/simsessions watch &lt;sim&gt;`" in told
    assert "You have no digest" in told
    assert "`/simsessions pump-7`" in told
    assert [] == wrongs(home_view(HOME))

    home = replace(HOME, watches=(a_watch(7),), digests=(a_subscription(),))

    told = shown(home)

    assert "*pump-7*: 🟢 online · watched until it is online" in told
    assert '"text": "Stop"' in told
    assert a_subscription().name in told
    assert [] == wrongs(home_view(home))


def test_what_is_not_shown_is_said():
    """A view holds a hundred blocks; what could not be read is no empty list."""
    watches = [a_watch(n) for n in range(55)]
    digests = [replace(a_subscription(), id=str(n), name=f"d{n}") for n in range(30)]
    home = replace(HOME, watches=watches, digests=digests, redacted="left out for guests")

    told = shown(home)

    assert [] == wrongs(home_view(home))
    assert "35 more not shown" in told
    assert "20 more not shown" in told
    assert "left out for guests" in told

    sentence = StoreFull.sentence
    home = replace(HOME, watches=None, digests=None, health=replace(WELL, store=sentence))

    told = shown(home)

    assert 2 == told.count("could not be read")
    assert "🔴 *Store*: The disk of my database is full" in told
    assert "You are not watching any SIM" not in told


EARLIER = NOW - timedelta(hours=1)


@pytest.mark.parametrize(
    ("stand", "line"),
    [
        (Dependency(), "❔ *KORE*: not asked yet"),
        (Dependency(NOW), "🟢 *KORE*: answers"),
        (Dependency(NOW, EARLIER, "503"), "🟢 *KORE*: answers; last failed at <!date"),
        (
            Dependency(EARLIER, NOW, "time_out"),
            "🔴 *KORE* is down (time out), last answered <!date",
        ),
        (Dependency(None, NOW, "503"), "🔴 *KORE* is down (HTTP 503)"),
        (Dependency(None, NOW, "KoreUnavailable"), "🔴 *KORE* is down (no answer)"),
    ],
)
def test_how_kore_stands(stand, line):
    """The sign never stands without the word; the last error and its time are said."""
    kore, *_ = health_lines(replace(WELL, kore=stand))

    assert kore.startswith(line)


def test_who_may_not_see_it_is_told_why():
    """And nothing else."""
    view = no_access_view("You are not on my list.")

    assert ["🔎 You are not on my list."] == [b["text"]["text"] for b in view["blocks"]]
    assert [] == wrongs(view)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_data(name):
    """Whatever a SIM is called, it cannot speak to Slack."""
    home = replace(HOME, watches=(replace(a_watch(), name=name),))

    assert [] == wrongs(home_view(home))
    assert "<!channel>" not in "".join(words(home_view(home)["blocks"]))


def test_alerts_and_their_open_incidents_stand_on_it():
    """The gravest first, each with its channel; without an alert, what one does."""
    assert "You have no alert" in shown(HOME)

    alerts = tuple(replace(ALERT, id=f"a{n}", name=f"Alert {n}") for n in range(1, 9))
    incidents = tuple(replace(INCIDENT, id=f"i{n}", alert="a1") for n in range(12))
    home = replace(HOME, alerts=alerts, incidents=incidents)
    told = shown(home).replace("\u00a0", " ")

    assert "Several SIMs fell silent together: 7 SIMs" in told
    assert "<#C0FLEETOP>" in told
    assert "and 2 more open incidents" in told
    assert "12 incidents open" in told
    assert "3 more not shown" in told
    assert [] == wrongs(home_view(home))
    assert "could not be read" in shown(replace(HOME, alerts=None))


def test_all_at_once_fit():
    """A view of everything still holds no more than Slack takes."""
    digests = tuple(replace(a_subscription(), id=str(n), name=f"d{n}") for n in range(30))
    alerts = tuple(replace(ALERT, id=f"a{n}", name=f"Alert {n}") for n in range(30))
    home = replace(
        HOME,
        watches=[a_watch(n) for n in range(55)],
        digests=digests,
        alerts=alerts,
        incidents=(replace(INCIDENT, alert="a1"),) * 30,
        redacted="left out for guests",
    )

    assert [] == wrongs(home_view(home))
    assert "What you can ask" in shown(home)
