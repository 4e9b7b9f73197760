"""What a policy comes to."""

import pytest

from bot.errors import NotAllowed
from bot.slack.policy import ALL, Policy, held


def test_refused_is_said():
    """
    The sentence is that of the case.
    """
    with pytest.raises(NotAllowed, match="Not you"):
        held(Policy.REFUSE, "Not you.", "for you")


def test_redacted_says_what_is_left_out_and_why():
    """
    One sentence for the small print.
    """
    sight = held(Policy.REDACT, "Not you.", "for you")

    assert "ICCID, IMEI, cell and location are left out for you." == sight.left_out


def test_allowed_sees_all():
    """
    Nothing is left out.
    """
    assert ALL == held(Policy.ALLOW, "Not you.", "for you")
    assert ALL.left_out is None
