"""The same words for three kinds of reader."""

from datetime import datetime, timedelta, timezone

import pytest

from bot.blocks.format import (
    MRKDWN,
    NOTICE,
    PLAIN,
    ago,
    coordinates,
    count,
    flag,
    flagged,
    grouped,
    iccid_groups,
    imei_text,
    long_span,
    map_link,
    ordinal,
    part_of,
    span,
    utc,
)
from bot.kore.models import CellLocation
from tests.builders import NOON

BERLIN = timezone(timedelta(hours=1))


def sessions(number):
    return count(number, "session")


def of_three(number):
    return part_of(number, 3)


def before(seconds):
    return ago(NOON - timedelta(seconds=seconds), NOON)


def test_a_moment_in_slack_is_a_date_token():
    """It is in the reader's zone, with ISO 8601 in UTC where that fails; KORE's times are UTC."""
    token = "<!date^1767614400^{time} {date_short_pretty}|2026-01-05T12:00:00Z>"

    assert token == MRKDWN.when(NOON)
    assert token == MRKDWN.when(NOON.astimezone(BERLIN))

    assert NOON == utc(datetime(2026, 1, 5, 12, 0))  # noqa: DTZ001 -- what is tested


@pytest.mark.parametrize("fmt", [NOTICE, PLAIN])
def test_a_moment_elsewhere_is_in_utc(fmt):
    """Notifications and terminals say the minute in UTC."""
    assert "2026-01-05 12:00 UTC" == fmt.when(NOON.astimezone(BERLIN))


@pytest.mark.parametrize(
    ("fmt", "shown"),
    [
        (MRKDWN, "*`&lt;b&gt; *`* `a&amp;ˋ` &gt;"),
        (NOTICE, "&lt;b&gt; ∗ a&amp;ˋ &gt;"),
        (PLAIN, "<b> * a&` >"),
    ],
)
def test_marks(fmt, shown):
    """Only Slack's blocks have marks of ours, and only Slack needs escapes."""
    said = f"{fmt.strong(fmt.data('<b> *'))} {fmt.code('a&`')} {fmt.own('>')}"

    assert shown == said


@pytest.mark.parametrize(
    ("name", "in_blocks", "in_text"),
    [
        ("pump-7", "pump-7", "pump-7"),
        ("a_b", "a_b", "a_b"),
        ("pump-*", "`pump-*`", "pump-∗"),
        (":fire: 3", "`:fire: 3`", ":\u2060fire: 3"),
        ("07:30:15", "07:30:15", "07:30:15"),
        ("<a> & `b`", "`&lt;a&gt; &amp; ˋbˋ`", "&lt;a&gt; &amp; ˋbˋ"),
    ],
)
def test_names_stay_letters(name, in_blocks, in_text):
    """What Slack would read as bold or as an emoji stands in a code span, copied as it is."""
    assert (in_blocks, in_text) == (MRKDWN.data(name), NOTICE.data(name))


@pytest.mark.parametrize(
    ("fmt", "shown"),
    [
        (
            MRKDWN,
            "V & W: 4, <https://v.example/a?b=1&amp;c=2|v.example>; ours".replace("& W", "&amp; W"),
        ),
        (NOTICE, "V &amp; W: 4, https://v.example/a?b=1&amp;c=2; ours"),
        (PLAIN, "V & W: 4, https://v.example/a?b=1&c=2; ours"),
    ],
)
def test_linked(fmt, shown):
    """An address is a link in Slack and stays an address elsewhere."""
    assert shown == fmt.linked("V & W: 4, https://v.example/a?b=1&c=2; ours")


@pytest.mark.parametrize(
    ("fmt", "shown"),
    [
        (MRKDWN, "I read `<b>`.".replace("<b>", "&lt;b&gt;")),
        (NOTICE, "I read &lt;b&gt;."),
        (PLAIN, "I read `<b>`."),
    ],
)
def test_sentence(fmt, shown):
    """An error's sentence keeps its code spans where they can be seen."""
    assert shown == fmt.sentence("I read `<b>`.")


def test_what_stands_in_back_ticks_formats_nothing_in_a_notification():
    """There they are left out, so what was typed is disarmed as data is."""
    assert "No SIM is called ∗b∗ ˍxˍ." == NOTICE.sentence("No SIM is called `*b* _x_`.")


def test_terminals_are_not_steered():
    """Escape sequences in a SIM's name do not reach a terminal."""
    assert "\x1b" not in PLAIN.data("\x1b]0;title\x07pump") + PLAIN.code("\x1b[2J")


FLAGS = {
    "USA": "🇺🇸", "US": "🇺🇸", "usa": "🇺🇸", "PRI": "🇵🇷", "VIR": "🇻🇮", "MEX": "🇲🇽", "CHE": "🇨🇭",
    "DEU": "🇩🇪", "GBR": "🇬🇧", "ZAF": "🇿🇦", "XKX": "🇽🇰",
}  # fmt: skip


@pytest.mark.parametrize(
    ("function", "value", "shown"),
    [
        *((flag, code, shown) for code, shown in FLAGS.items()),
        (flagged, "USA", "🇺🇸 USA"),
        (imei_text, "014931000129700", "01493100-012970-0"),
        (imei_text, "490154203237518", "49015420-323751-8"),
        (imei_text, "490154203237517", "49015420-323751-7 (check digit wrong)"),
        (imei_text, "3575200742653301", "35752007-426533-01 (IMEISV, has no check digit)"),
        (imei_text, None, "IMEI not reported"),
        (imei_text, "", "IMEI not reported"),
        (imei_text, "000000000000000", "IMEI not reported"),
        (imei_text, "0000000000000000", "IMEI not reported"),
        (imei_text, "12345", "12345 (not an IMEI: 5 digits)"),
        (
            imei_text,
            "35-209900-176148-1",
            "35-209900-176148-1 (not an IMEI: it has more than digits)",
        ),
        (imei_text, "١٢٣٤٥٦٧٨٩٠١٢٣٤٥", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥ (not an IMEI: it has more than digits)"),
        (grouped, 0, "0"),
        (grouped, 999, "999"),
        (grouped, 1246, "1\u202f246"),
        (grouped, -1234567, "-1\u202f234\u202f567"),
        (grouped, 0.5, "0.5"),
        (grouped, 1234.567, "1\u202f234.57"),
        (grouped, 2.0, "2"),
        (sessions, 0, "0 sessions"),
        (sessions, 1, "1 session"),
        (sessions, 2, "2 sessions"),
        (of_three, 2, "2 of 3 SIMs"),
        (of_three, 3, "all 3 SIMs"),
        (span, timedelta(seconds=-5), "0 s"),
        (span, timedelta(seconds=59.9), "59 s"),
        (span, timedelta(minutes=4, seconds=59), "4 min"),
        (span, timedelta(hours=1, minutes=49, seconds=59), "1 h 49 min"),
        (span, timedelta(hours=9, minutes=59), "9 h 59 min"),
        (span, timedelta(hours=16, minutes=29), "16 h"),
        (span, timedelta(hours=47, minutes=29), "47 h"),
        (span, timedelta(hours=47, minutes=59), "2 d"),
        (span, timedelta(days=3, hours=13), "4 d"),
        (span, timedelta(days=2), "2 d"),
        (span, timedelta(days=2000), "2\u202f000 d"),
        (long_span, timedelta(seconds=-5), "0 s"),
        (long_span, timedelta(seconds=12), "12 s"),
        (long_span, timedelta(minutes=4), "4 min"),
        (long_span, timedelta(minutes=4, seconds=1), "4 min 1 s"),
        (long_span, timedelta(hours=16, minutes=30), "16 h 30 min"),
        (long_span, timedelta(hours=24), "24 h"),
        (long_span, timedelta(days=3), "3 d"),
        (long_span, timedelta(days=3, hours=5, minutes=6), "3 d 5 h"),
        (before, 0.5, "just now"),
        (before, -90, "just now"),
        (before, 1, "1 s ago"),
        (before, 240, "4 min ago"),
        (iccid_groups, "8901260012345678909", "8901 2600 1234 5678 909"),
    ],
)
def test_values_as_text(function, value, shown):
    """Flags by two or three letters, IMEIs checked, thousands apart, ages and lengths in units."""
    assert shown == function(value)


@pytest.mark.parametrize("code", ["", "U", "ZZ", "ZZZ", "USAX", "310", "<!channel>", "UK"])
def test_no_flag(code):
    """What is no country's code has no flag."""
    assert flag(code) is None
    assert code == flagged(code)


def test_place():
    """Coordinates have three decimals on screen and lead to a map of the tower."""
    tower = CellLocation(lat=37.8828168, lon=-122.3684899)

    assert "≈ 37.883, -122.368" == coordinates(tower)
    assert (
        "https://www.openstreetmap.org/?mlat=37.88282&mlon=-122.36849#map=14/37.88282/-122.36849"
        == map_link(tower)
    )


def test_ordinals():
    """As English has them, the teens too."""
    numbers = (1, 2, 3, 4, 11, 12, 13, 21, 102, 111)

    expected = "1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th"
    assert expected == " ".join(map(ordinal, numbers))
