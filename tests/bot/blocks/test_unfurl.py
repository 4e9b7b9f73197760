"""The preview of a link."""

from hypothesis import given

from bot.blocks.kit import Screen
from bot.blocks.unfurl import unfurl_card
from bot.diagnosis.state import State
from bot.sessions.redaction import redacted
from tests.bot.blocks.reports import REPORTS, a_finding, a_report, faults, words
from tests.builders import ICCID, IMEI


def test_what_it_says():
    """
    What the SIM is doing and the gravest finding, nothing of card, device and place.
    """
    report = a_report(state=State.OFFLINE, findings=(a_finding(),))
    told = " ".join(words(unfurl_card(redacted(report, "Left out."))))

    assert "pump-7 is offline" in told
    assert "Flapping" in told
    assert not [secret for secret in (ICCID, IMEI, "37.88", "310-260-40482") if secret in told]


@given(report=REPORTS)
def test_any_report_is_a_card_that_slack_takes(report):
    """
    Whatever KORE says, the card keeps Slack's limits.
    """
    assert [] == faults(Screen("x", unfurl_card(report)))
