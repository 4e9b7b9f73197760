"""What may not stand in a log."""

import pytest

from bot.ops.masking import Masker
from tests.builders import ICCID, IMEI, SID


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("token xoxb-123-abc-DEF", "token xoxb-…"),
        ("xapp-1-A0-9-ff and xoxe-1", "xapp-… and xoxe-…"),
        ("Authorization: Bearer eyJ0.x-x_y+z/=", "Authorization: Bearer …"),
        (
            "wss://wss.slack.com/link/?ticket=1-2-3&app_id=4",
            "wss://wss.slack.com/link/?ticket=…&app_id=4",
        ),
        ("to https://hooks.slack.com/commands/T1/22/xyz now", "to https://hooks.slack.com/… now"),
        (f"/v1/Sims/{SID}/DataSessions", "/v1/Sims/DE…0001/DataSessions"),
        (f"iccid {ICCID}", "iccid …8909"),
        (f"imei {IMEI}!", "imei …9700!"),
        ("8901 2600 1234 5678 909", "…8 909"),
        ("89-01260012345678909", "…8909"),
        ("IMEI 01493100-012970-0", "IMEI …2970-0"),
        ("a=access_token=abc&x", "a=access_token=…&x"),
    ],
)
def test_secrets_and_numbers_go(text, masked):
    """
    Keys, secret addresses and whole SIM numbers do not come through; four digits stay.
    """
    got = Masker().text(text)

    assert masked == got


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-05T12:00:00.123456+00:00",
        "2026-01-05 12:34:56",
        "1767614400.123456",
        "took 0.12345678901234567 s",
        "310-260-40482-1243",
        "T0123ABCD U0456 C0789",
        "ref 7f3a9c",
        "the bearer of the news is basic",
        "DE is Germany",
    ],
)
def test_the_rest_stays(text):
    """
    Times, cell ids, Slack's ids and words are left as they are.
    """
    got = Masker().text(text)

    assert text == got


def test_known_secrets_go_wherever_they_stand():
    """
    A secret that the settings hold is found without looking like one.
    """
    masker = Masker(["plainlooking", "plainlooking-and-longer", "abc"])

    got = masker.text("xplainlooking-and-longer yplainlooking abc")

    assert "x… y… abc" == got


def test_values_are_masked_however_deep():
    """
    Containers, keys, numbers and foreign objects are looked into; small numbers stay numbers.
    """
    given = {"list": [ICCID, 7, None, 0.5, True], int(ICCID): ValueError(SID), "n": int(ICCID)}

    got = Masker().value(given)

    assert {"list": ["…8909", 7, None, 0.5, True], "…8909": "DE…0001", "n": "…8909"} == got
