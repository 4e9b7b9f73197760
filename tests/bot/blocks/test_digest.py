"""The digest, drawn."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.blocks import ids
from bot.blocks.digest import (
    detail_screens,
    details_screen,
    digest_screen,
    quiet_screen,
    trend_chart,
)
from bot.blocks.digest_text import digest_headline, when_text
from bot.blocks.format import PLAIN
from bot.blocks.kit import NOTHING
from bot.digests.digest import (
    ChangeGroup,
    MissedRun,
    NetworkOutage,
    SimSample,
    SimSummary,
    TrendPoint,
    UnreadableSims,
)
from bot.struct import replace
from tests.bot.blocks.digests import QUIET, a_digest, a_sim
from tests.bot.blocks.reports import HOSTILE, RUNGS, all_words, faults, kinds, table_of
from tests.builders import NOON

DAY = timedelta(days=1)


def buttons(screen):
    (row,) = [block for block in screen.blocks if block["type"] == "actions"]
    return {each["text"]["text"]: each for each in row["elements"]}


def test_a_digest():
    """A sentence, what must be known, news, counts, the worst, the trend, small print, buttons."""
    drawn = digest_screen(a_digest())

    assert drawn.text.startswith("Pumps, Monday 13:00 — 10 of 140 SIMs could not be read") is False
    below = ["data_table", "section", "data_visualization", "context", "actions"]
    assert ["section"] * 6 + below == kinds(drawn)
    assert ["Details", "Edit", "Pause"] == list(buttons(drawn))
    assert [] == faults(drawn)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "1 common outage, 7 went silent, 7 came back, 35 other changes, 12 of 130 SIMs"),
        ({"outages": (), "changes": ()}, "nothing changed, 12 of 130 SIMs need attention"),
        ({"outages": (), "changes": (), "since": None}, "12 of 130 SIMs need attention"),
        ({"counts": {"online": 7, "failed": 3}}, "3 of 10 SIMs could not be read"),
        ({"problem": "No."}, "KORE could not be asked, so nothing is known"),
        ({"counts": {}}, "no SIM fits SIMs called pump-*"),
    ],
)
def test_the_first_sentence(changes, said):
    """The name, the time in the digest's own zone, and the news of the day."""
    sentence = digest_headline(a_digest(**changes), PLAIN)

    assert sentence.startswith("Pumps, Monday 13:00 — ")
    assert said in sentence


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "went silent* pump-0 (15\u00a0h), pump-1 (15\u00a0h), pump-2 (15\u00a0h)"),
        ({}, "and 2 more"),
        ({}, "new country* pump-0 (🇺🇸 USA → 🇲🇽 MEX)"),
        ({}, "new SIM* pump-0, pump-1"),
        ({}, "gone* pump-0, pump-1, pump-2, pump-3, pump-4 and 4 more"),
        ({}, "Common outage: 14 SIMs on Telcel"),
        ({"outages": (NetworkOutage("334-20", None, 3, NOON, NOON),)}, "3 SIMs on 334-20"),
        ({}, "10 SIMs could not be read"),
        ({}, "10: KORE is not answering"),
        ({}, "KORE no longer has* pump-77"),
        ({}, "The digest of Sunday 13:00 was skipped: I was not running"),
        ({}, "Top talkers (packets in 24\u00a0h): pump-0 1\u202f246"),
        ({}, "and 7 more that need attention, in the thread"),
        ({"since": None}, "This is the first digest"),
        ({"counts": {"online": 7, "failed": 3}}, "They are not counted as offline"),
        ({"redacted": "ICCID, IMEI, cell and location are left out here."}, "are left out here"),
        ({"next_due": None}, "no next run"),
        ({"problem": "KORE refuses our key."}, "KORE had given me no list of SIMs"),
    ],
)
def test_what_is_said(changes, said):
    """What a channel must know stands in words."""
    assert said in all_words(digest_screen(a_digest(**changes)))


@pytest.mark.parametrize(
    ("changes", "unsaid"),
    [
        ({"missed": ()}, "skipped"),
        ({"outages": ()}, "outage"),
        ({"counts": {"online": 3}, "unread": UnreadableSims(), "trend": ()}, "could not be read"),
        ({"missing": ()}, "does not have"),
        ({"talkers": ()}, "talkers"),
        ({"worst": SimSample(1, (a_sim(1),))}, "more that need"),
        ({}, "None"),
        ({}, "unknown"),
        ({}, "not counted as offline"),
    ],
)
def test_what_is_not_said(changes, unsaid):
    """What there is not is not talked about."""
    assert unsaid not in all_words(digest_screen(a_digest(**changes)))


def test_counts_stand_beside_those_of_the_last_digest():
    """A row for each state there is or was, with its change; the first digest has no change."""
    before = TrendPoint(NOON - DAY, {"online": 137, "stale": 2})
    drawn = digest_screen(replace(QUIET, trend=(before, TrendPoint(NOON, QUIET.counts))))
    table = next(block for block in drawn.blocks if block["type"] == "data_table")

    assert [
        ["State", "SIMs", "Change"],
        ["🟢 online", "137", "0"],
        ["🟠 no update", "0", "−2"],
        ["🔴 offline", "3", "+3"],
    ] == [[cell["text"] for cell in row] for row in table["rows"]]

    drawn = digest_screen(replace(QUIET, since=None, trend=QUIET.trend[-1:]))

    assert "data_visualization" not in kinds(drawn)
    assert "Change" not in all_words(drawn)


def test_the_trend_has_a_point_a_digest():
    """Each digest is a category, even where the clocks go back; what never was is no series."""
    chart = trend_chart(QUIET.trend, ZoneInfo("UTC"))

    assert ["online", "silent", "could not be read"] == list(chart.series)
    assert (14, "5 Jan 12:00") == (len(chart.categories), chart.categories[-1])

    night = NOON.replace(month=10, day=25, hour=0, minute=30)
    points = [TrendPoint(night + n * timedelta(hours=1), {"online": 1}) for n in range(2)]
    labels = trend_chart(points, ZoneInfo("Europe/Berlin")).categories

    assert ["25 Oct 02:30", "25 Oct 02:30′"] == labels


def test_a_quiet_digest():
    """One line and when the next one comes; its buttons carry the run and the digest."""
    drawn = quiet_screen(QUIET)

    assert ["section", "context"] == kinds(drawn)
    assert "Pumps, Monday 13:00 — all quiet. Nothing changed since Friday 13:00" in drawn.text

    ailing = replace(QUIET, worst=SimSample(1))
    said = quiet_screen(ailing).text

    assert "Pumps, Monday 13:00 — nothing changed since Friday 13:00. 1 of " in said

    one = replace(QUIET, counts={"online": 1}, worst=SimSample())

    assert "the SIM is fine" in digest_headline(one, PLAIN)

    drawn = buttons(digest_screen(QUIET))

    run = ids.DigestRun.from_value(drawn["Details"]["value"])
    assert (QUIET.subscription, QUIET.due) == (run.id, run.due)
    assert QUIET.subscription == ids.SubscriptionButton.from_value(drawn["Pause"]["value"]).id


@pytest.mark.parametrize(
    ("ago", "said"),
    [(timedelta(0), "Monday 13:00"), (3 * DAY, "Friday 13:00"), (9 * DAY, "27 Dec 13:00")],
)
def test_a_day_is_named_as_people_do(ago, said):
    """Within a week by its weekday, before that by its date, in the digest's zone."""
    assert said == when_text(NOON - ago, QUIET)


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_it_whatever_the_names(name):
    """Foreign text formats nothing and breaks no limit, on every rung."""
    sims = tuple(replace(a_sim(n), name=name, operator=name, what=name) for n in range(9))
    groups = tuple(
        ChangeGroup(group.kind, 9, tuple(replace(c, sim=sims[0], before=name) for c in group.first))
        for group in a_digest().changes
    )
    screen = digest_screen(
        a_digest(
            name=name,
            about=name,
            changes=groups,
            worst=SimSample(9, sims),
            talkers=sims,
            missing=(name,) * 300,
            missed=(MissedRun(NOON, name),) * 50,
            outages=(NetworkOutage(name, name, 3, NOON, NOON),) * 9,
            unread=UnreadableSims({name: 3}, sims),
        )
    )

    for refused in RUNGS:
        drawn = screen.without(refused)
        assert [] == faults(drawn), refused
        assert "<!channel>" not in all_words(drawn), refused


def test_a_sim_of_which_nothing_is_known():
    """Without a last time and a finding nothing is made up."""
    bare = SimSummary("DE1", "pump-1")
    said = all_words(digest_screen(a_digest(worst=SimSample(1, (bare,)), changes=(), talkers=())))

    assert "pump-1* — unknown" in said


def details(digest):
    return {name: screen.without(NOTHING) for name, screen in detail_screens(digest)}


def test_a_table_a_message():
    """Each list that has a SIM is a message of its own, and says what it leaves out."""
    screens = details(a_digest())

    assert ["changes", "new", "gone", "worst", "unread", "talkers"] == list(screens)
    assert {1} == {kinds(screen).count("data_table") for screen in screens.values()}

    assert {} == details(QUIET)

    assert "7 of 12 shown" in all_words(details(a_digest())["worst"])


SEEN = "2026-01-04 21:00 UTC"


def test_a_change_says_what_was_and_what_is():
    """A row for each change, the kind in words."""
    rows = table_of(details(a_digest())["changes"])

    assert ["pump-0", "🔴 went silent", "USA", "MEX", "🔴 offline", SEEN] == rows[1]
    assert 1 + 49 == len(rows)


def test_details_show_the_worst_first_and_offer_the_file():
    """To who asks: a table of SIMs, and a button for the file with all of them."""
    screen = details_screen(a_digest(), tuple(a_sim(n) for n in range(3)))
    (row,) = [block for block in screen.blocks if block["type"] == "actions"]
    run = ids.DigestRun.from_value(row["elements"][0]["value"])

    worst = ["pump-0", "🔴 offline", "critical", "Gone silent", "Telcel", SEEN]
    assert worst == table_of(screen)[1]
    assert (QUIET.subscription, QUIET.due) == (run.id, run.due)
    assert "3 of 140 shown" in all_words(screen)


def test_details_of_what_is_unknown():
    """What is not known of a SIM is called unknown; a digest that fits nothing says so."""
    row = table_of(details_screen(a_digest(), (SimSummary("DE1", "pump-1"),)))[1]

    assert ["pump-1", "❔ unknown", "none", "too little known", "unknown", "unknown"] == row

    screen = details_screen(replace(QUIET, counts={}), ())

    assert [] == faults(screen)
    assert "0 SIMs" in screen.text


@pytest.mark.parametrize("name", HOSTILE)
def test_slack_takes_details_whatever_the_names(name):
    """Foreign text formats nothing and breaks no limit, on every rung."""
    sims = tuple(replace(a_sim(n), name=name, operator=name, what=name) for n in range(200))
    found = detail_screens(a_digest(worst=SimSample(900, sims), talkers=sims))
    screens = [*dict(found).values(), details_screen(a_digest(name=name), sims)]

    for drawn, refused in ((s.without(refused), refused) for s in screens for refused in RUNGS):
        assert [] == faults(drawn), refused
        assert "<!channel>" not in drawn.text, refused
