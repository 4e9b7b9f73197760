"""Who may ask."""

from dataclasses import dataclass

import pytest

from bot.errors import NotAllowed
from bot.slack.access import ALL, Access, Policy, held


@dataclass
class Who:
    """Somebody of the home workspace in a channel."""

    team: str | None = "T1"
    user: str | None = "U1"
    channel: str | None = "C1"
    enterprise: str | None = None
    in_view: bool = False


HOME = Access("T1")
LISTED = Access("T1", users=frozenset({"U1", "U2"}), channels=frozenset({"C1"}))
TEAMS = Access("T1", teams=frozenset({"T2", "E9"}))


@pytest.mark.parametrize(
    ("access", "who"),
    [
        (HOME, Who()),
        (HOME, Who(user="U9", channel="C9")),
        (HOME, Who(channel=None)),
        (LISTED, Who()),
        (LISTED, Who(user="U2")),
        (LISTED, Who(channel=None, in_view=True)),
        (TEAMS, Who(team="T2")),
        (TEAMS, Who(team="T3", enterprise="E9")),
    ],
)
def test_who_is_let_in(access, who):
    """
    People of the home workspace, or whoever is on every list that is kept.
    """
    assert access.check(who) is None


@pytest.mark.parametrize(
    ("access", "who", "sentence"),
    [
        (HOME, Who(team="T2"), "workspace"),
        (HOME, Who(team=None), "workspace"),
        (HOME, Who(team=None, enterprise="E9"), "workspace"),
        (HOME, Who(team="T2", enterprise="T1x"), "workspace"),
        (LISTED, Who(team="T2"), "workspace"),
        (LISTED, Who(user="U3"), "list"),
        (LISTED, Who(user=None), "list"),
        (LISTED, Who(channel="C2"), "here"),
        (LISTED, Who(channel=None), "here"),
        (LISTED, Who(user="U3", in_view=True), "list"),
        (TEAMS, Who(team="T1"), "workspace"),
        (TEAMS, Who(team="T3", enterprise="E8"), "workspace"),
        (TEAMS, Who(team=None), "workspace"),
    ],
)
def test_who_is_not(access, who, sentence):
    """
    Foreign workspaces, people and channels off the list, and whoever is unknown.
    """
    with pytest.raises(NotAllowed, match=sentence):
        access.check(who)


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
