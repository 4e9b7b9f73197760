"""What a timeline shows, and where everything stands."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.pictures.layout import (
    BACKWARDS,
    FOOT_LINE,
    HEADER,
    IN_FUTURE,
    LEFT,
    MARK_ROW,
    MOST,
    NO_START,
    OTHERS,
    RIGHT,
    TOO_OLD,
    DayWindow,
    MarkKind,
    Scale,
    TimelineChange,
    changes_of,
    lanes_of,
    spans_of,
)
from tests.bot.pictures.sheets import (
    DAY,
    HOUR,
    LIMITS,
    TELCEL,
    WINDOW,
    ago,
    an_open,
    laid_out,
    spans,
)
from tests.builders import IMEI, NOON, a_session


@pytest.mark.parametrize(
    ("days_ago", "share"), [(30, 0), (15, 0.5), (0, 1), (7.5, 0.75), (99, 0), (-4, 1)]
)
def test_scale(days_ago, share):
    """Time runs evenly from the left edge to the right; what is outside stands at the edge."""
    assert share * (RIGHT - LEFT) == Scale(WINDOW.begin, NOON).x(NOON - days_ago * DAY)


def networks(number):
    return [ago(n + 1, 2, operator_mnc=f"{n:03}") for n in range(number)]


@pytest.mark.parametrize("lanes", range(9))
def test_lanes_fill_the_plot_from_top_to_bottom(lanes):
    """Lanes follow one another without gap or overlap, each tall enough for two lines of text."""
    plan = laid_out(*networks(lanes))
    edges = [strip.bottom for strip in plan.strips]

    assert min(lanes, 6) == len(plan.strips)
    assert all(after - before >= 56 for before, after in pairwise([plan.lanes_top, *edges]))
    assert plan.lanes_bottom == max([*edges, plan.lanes_top + 128 * (not edges)])
    assert 300 <= plan.height <= 560


def test_notes_and_marks_take_the_room_that_they_need():
    """Each row of marks moves the lanes down, each note but the first makes the picture taller."""
    bare = laid_out(ago(1))
    changes = [
        TimelineChange(MarkKind.DEVICE, NOON, "a"),
        TimelineChange(MarkKind.COUNTRY, NOON, "b"),
    ]
    marked = laid_out(ago(1), changes=changes)

    assert HEADER == bare.lanes_top
    assert HEADER + 2 * MARK_ROW == marked.lanes_top
    assert bare.height == laid_out(ago(1), notes=1).height
    assert bare.height + 2 * FOOT_LINE == laid_out(ago(1), notes=3).height
    assert bare.lanes_bottom < bare.axis_middle < bare.legend_top < bare.foot_top < bare.height


def test_bars_stand_where_their_time_is():
    """A generation's bars are kept together, solid ones apart from hatched ones."""
    plan = laid_out(ago(15, 24), ago(9, 24, radio_link="UMTS"), an_open(3, 24))
    (strip,) = plan.strips
    four, three = strip.bars
    day = (RIGHT - LEFT) / 30

    assert (4, 3) == (four.generation, three.generation)
    assert pytest.approx((15 * day, 16 * day)) == four.solid[0]
    assert pytest.approx((27 * day, 29 * day)) == four.solid[1]
    assert [pytest.approx((29 * day, 30 * day))] == list(four.hatched)
    assert ((), 1) == (three.hatched, len(three.solid))


def test_marks_that_are_too_close_become_one():
    """They have their number, one far off its name; without sessions there is an empty plot."""
    moments = [20, 10, 9.9, 9.8]
    changes = [TimelineChange(MarkKind.COUNTRY, NOON - days * DAY, f"C{days}") for days in moments]
    (row,) = laid_out(ago(1, **TELCEL), changes=changes).mark_rows

    assert ["C20", "×3"] == [mark.label for mark in row.marks]
    assert (MarkKind.COUNTRY, 4) == (row.kind, row.changes)

    plan = laid_out()

    assert ((), ()) == (plan.strips, plan.mark_rows)
    assert plan.lanes_bottom - plan.lanes_top >= 100


def test_what_is_certain():
    """A closed session is; an open row of the past reaches its last news or the next session."""
    (span,) = spans(ago(2, 5, last_updated=NOON))

    assert (NOON - 2 * DAY, 5 * HOUR, None) == (span.start, span.length, span.maybe_until)

    first, second = spans(ago(1), an_open(3, 24 * 2.5))

    assert (NOON - 2.5 * DAY, NOON - DAY) == (first.end, first.maybe_until)
    assert second.maybe_until is None

    first, _ = spans(ago(1), an_open(3, 2))

    assert (NOON - 2 * HOUR, None) == (first.end, first.maybe_until)


def test_an_open_session():
    """What is fresh reaches now; what is not is unsure from its last news on."""
    for silent_hours, end, maybe_until in (
        (0.05, NOON, None),
        (1, NOON, None),
        (1.1, NOON - 1.1 * HOUR, NOON),
        (20, NOON - 20 * HOUR, NOON),
        (-3, NOON, None),
        (24 * 9, NOON - 2 * DAY, NOON),
        (None, NOON - 2 * DAY, NOON),
    ):
        (span,) = spans(an_open(2, silent_hours))

        assert (end, maybe_until) == (span.end, span.maybe_until), (silent_hours, end, maybe_until)


def test_the_order_and_copies_do_not_matter():
    """Rows are drawn oldest first, each session once, as its latest copy tells it."""
    early = an_open(3, 70)
    late = a_session(start=early.start, end=early.start + HOUR, last_updated=NOON)
    told = spans(ago(2), early, late, ago(4), early)

    assert [4 * DAY, 3 * DAY, 2 * DAY] == [NOON - span.start for span in told]
    assert HOUR == told[1].length


def test_what_is_left_out_is_counted():
    """What has no place in the window is counted by its reason, and nothing else is."""
    for session, why in (
        (a_session(start=None), {NO_START: 1}),
        (ago(31), {TOO_OLD: 1}),
        (ago(-1), {IN_FUTURE: 1}),
        (ago(2, -5), {BACKWARDS: 1}),
        (ago(2), {}),
        (ago(31, 48), {}),
        (an_open(35, 0), {}),
        (an_open(35, None), {}),
        (ago(-0.001), {}),
    ):
        assert why == dict(spans_of((session,), WINDOW, LIMITS).omitted), (session, why)


def test_spans_keep_to_the_present():
    """No span leaves the present or ends before it begins; thresholds are the reader's."""
    odd = (ago(2, 24 * 9), ago(-0.001), ago(3, -9), an_open(1, -50), ago(4, 0))
    told = spans(*odd)

    assert 5 == len(told)
    assert all(span.start <= span.end <= NOON for span in told)

    patient = type(LIMITS)(stale_after=timedelta(hours=9))
    (span,) = spans_of((an_open(2, 8),), WINDOW, patient).drawn

    assert (NOON, None) == (span.end, span.maybe_until)

    told = spans_of((), WINDOW, LIMITS)

    assert ((), (), {}) == (told.drawn, told.sessions, dict(told.omitted))


PHONE = "353328110000770"


def changes(*oldest_first):
    told = changes_of(oldest_first, WINDOW)
    return [(change.kind, (NOON - change.moment) / DAY, change.label) for change in told]


def test_a_new_device_and_a_new_country():
    """Each stands at the first session that tells of it; what was before the window is known."""
    told = changes(ago(4), ago(3, imei=PHONE), ago(2, imei=PHONE, **TELCEL), ago(1, imei=PHONE))

    assert [
        (MarkKind.DEVICE, 3, "…000077"),
        (MarkKind.COUNTRY, 2, "MEX"),
        (MarkKind.COUNTRY, 1, "USA"),
    ] == told

    told = changes(ago(40, **TELCEL), ago(35), ago(3, **TELCEL))

    assert [(MarkKind.COUNTRY, 3, "MEX")] == told

    assert [] == changes()


def test_what_is_no_change():
    """Unknown values, other forms of the same IMEI or country, and a first value are no change."""
    same = [
        {"imei": None, "operator_country": None},
        {},
        {"imei": None, "operator_country": "unknown"},
        {"imei": "0" * 15, "operator_country": "US"},
        {"imei": IMEI[:14] + "01", "operator_country": "usa"},
        {"imei": "01493100-012970-0"},
    ]
    told = changes(*(ago(9 - n, **each) for n, each in enumerate(same)))

    assert [] == told


def lanes(*sessions):
    return lanes_of(spans(*sessions))


def test_lanes():
    """Name, numbers and country; the longest connected for certain comes first."""
    (lane,) = lanes(ago(1, **TELCEL))

    assert ("Telcel", "334-020 · MEX") == (lane.name, lane.detail)

    told = lanes(ago(9, 1), ago(8, 1), ago(7, 1), ago(5, 4, **TELCEL))

    assert ["Telcel", "T-Mobile USA"] == [lane.name for lane in told]
    assert [1, 3] == [len(lane.spans) for lane in told]

    told = lanes(ago(20, 48, **TELCEL), an_open(10, 24 * 9.9))

    assert ["Telcel", "T-Mobile USA"] == [lane.name for lane in told]


def test_what_is_one_network():
    """An mnc with or without its zero is one; what is not told is said, and names keep it apart."""
    told = lanes(
        ago(3, **TELCEL | {"operator_mnc": "20", "operator_name": "TELCEL MX"}),
        ago(2, **TELCEL),
        ago(1, **TELCEL | {"operator_name": None}),
    )

    assert [("Telcel", "334-020 · MEX")] == [(lane.name, lane.detail) for lane in told]

    nothing = {"operator_mcc": None, "operator_mnc": None, "operator_country": None}
    told = lanes(
        ago(1, 3, **nothing, operator_name="unknown"),
        ago(2, 2, **nothing, operator_name="Telcel"),
        ago(3, 1, **nothing, operator_name=None),
    )

    assert [("Network unknown", 2), ("Telcel", 1)] == [(x.name, len(x.spans)) for x in told]
    assert {"MCC-MNC not reported"} == {lane.detail for lane in told}


def used_networks(number):
    """Return sessions on so many networks; the first is used most."""
    return [
        ago(n + 1, 20 - n, operator_mnc=f"{n:03}", operator_name=f"Net {n}") for n in range(number)
    ]


def test_the_least_used_networks_share_the_last_lane():
    """Nine make six lanes, the last with its number, in the order of time; six keep a lane each."""
    told = lanes(*used_networks(9))

    assert [f"Net {n}" for n in range(MOST - 1)] + [OTHERS] == [lane.name for lane in told]
    assert "4 networks" == told[-1].detail
    assert sorted(told[-1].spans, key=lambda span: span.start) == list(told[-1].spans)
    assert 9 == sum(len(lane.spans) for lane in told)

    assert OTHERS not in [lane.name for lane in lanes(*used_networks(MOST))]


def test_words():
    """Both ends are told, and whose time it is."""
    for window, words in (
        (DayWindow(NOON), "6 Dec 2025 12:00 – 5 Jan 2026 12:00 UTC"),
        (DayWindow(NOON, 1), "4 Jan 2026 12:00 – 5 Jan 2026 12:00 UTC"),
    ):
        assert words == window.words, (window, words)


def test_ticks():
    """Each window has enough labels to find one's way, and not more than fit; these come first."""
    for days, labels in (
        (1, ["12:00", "15:00", "18:00", "21:00", "Mon 5", "03:00", "06:00", "09:00"]),
        (3, ["12:00", "18:00", "Sat 3", "06:00", "12:00", "18:00", "Sun 4", "06:00"]),
        (7, ["Tue 30", "Wed 31", "Thu 1", "Fri 2", "Sat 3", "Sun 4", "Mon 5"]),
        (14, ["Tue 23 Dec", "Fri 26 Dec", "Mon 29 Dec", "Thu 1 Jan", "Sun 4 Jan"]),
        (30, ["Mon 8 Dec", "Mon 15 Dec", "Mon 22 Dec", "Mon 29 Dec", "Mon 5 Jan"]),
    ):
        told = [tick.label for tick in DayWindow(NOON, days).ticks() if tick.label]

        assert labels == told[:8], (days, labels)


def test_each_midnight_has_a_tick():
    """Days that are not named have a small line, and none lies outside the window."""
    moments = [tick.moment for tick in DayWindow(NOON).ticks()]

    assert [datetime(2025, 12, 7, tzinfo=UTC) + n * timedelta(days=1) for n in range(30)] == moments

    for days in range(1, 31):
        window = DayWindow(NOON, days)

        assert all(window.begin <= tick.moment <= NOON for tick in window.ticks())


def test_weekends():
    """They are Saturdays and Sundays from midnight to midnight."""
    begin, end = list(DayWindow(NOON, 2).weekends())[-1]

    assert (timedelta(hours=24), 6, 0) == (end - begin, begin.weekday(), end.hour)

    days = [begin.weekday() for begin, _ in DayWindow(NOON).weekends()]

    assert [5, 6] * 5 == days
