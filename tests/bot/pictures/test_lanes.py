"""One lane for each network."""

from bot.pictures.lanes import MOST, OTHERS, lanes_of
from tests.bot.pictures.sheets import TELCEL, ago, an_open, spans


def lanes(*sessions):
    return lanes_of(spans(*sessions))


def test_a_lane_says_who_runs_it():
    """
    Name, MCC-MNC as received, and the country.
    """
    (lane,) = lanes(ago(1, **TELCEL))

    assert ("Telcel", "334-020 · MEX") == (lane.name, lane.detail)


def test_the_most_used_network_comes_first():
    """
    What counts is the time connected, not how often.
    """
    told = lanes(ago(9, 1), ago(8, 1), ago(7, 1), ago(5, 4, **TELCEL))

    assert ["Telcel", "T-Mobile USA"] == [lane.name for lane in told]
    assert [1, 3] == [len(lane.spans) for lane in told]


def test_one_network_in_two_spellings_is_one_lane():
    """
    An mnc with or without its leading zero is the same network; the newest name is shown.
    """
    told = lanes(
        ago(3, **TELCEL | {"operator_mnc": "20", "operator_name": "TELCEL MX"}),
        ago(2, **TELCEL),
        ago(1, **TELCEL | {"operator_name": None}),
    )

    assert [("Telcel", "334-020 · MEX")] == [(lane.name, lane.detail) for lane in told]


def test_an_unknown_network_has_a_lane_of_its_own():
    """
    What is not told is said, and names keep apart what has no numbers.
    """
    nothing = {"operator_mcc": None, "operator_mnc": None, "operator_country": None}
    told = lanes(
        ago(1, 3, **nothing, operator_name="unknown"),
        ago(2, 2, **nothing, operator_name="Telcel"),
        ago(3, 1, **nothing, operator_name=None),
    )

    assert [("Network unknown", 2), ("Telcel", 1)] == [(x.name, len(x.spans)) for x in told]
    assert {"MCC-MNC not reported"} == {lane.detail for lane in told}


def networks(number):
    """Give sessions on so many networks; the first is used most."""
    return [
        ago(n + 1, 20 - n, operator_mnc=f"{n:03}", operator_name=f"Net {n}") for n in range(number)
    ]


def test_the_least_used_networks_share_the_last_lane():
    """
    Nine networks make six lanes; the last says how many it holds, in the order of time.
    """
    told = lanes(*networks(9))

    assert [f"Net {n}" for n in range(MOST - 1)] + [OTHERS] == [lane.name for lane in told]
    assert "4 networks" == told[-1].detail
    assert sorted(told[-1].spans, key=lambda span: span.start) == list(told[-1].spans)
    assert 9 == sum(len(lane.spans) for lane in told)


def test_six_networks_need_no_shared_lane():
    """
    As many networks as lanes keep a lane each.
    """
    assert OTHERS not in [lane.name for lane in lanes(*networks(MOST))]


def test_what_is_unsure_does_not_make_a_network_the_most_used():
    """
    A session that nobody has heard of for weeks counts for the time that it surely was there.
    """
    told = lanes(ago(20, 48, **TELCEL), an_open(10, 24 * 9.9))

    assert ["Telcel", "T-Mobile USA"] == [lane.name for lane in told]
