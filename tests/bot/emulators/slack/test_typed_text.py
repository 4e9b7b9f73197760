"""What people type, as Slack stores it."""

from bot.emulators.slack.people import CHANNELS, PEOPLE, USER_GROUPS
from bot.emulators.slack.typed_text import as_slack_sends


def test_what_slack_marks_up_is_marked_up():
    """Links, addresses, names and phone numbers are marked, what is marked stays."""
    for typed, sent in (
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("see https://x.invalid/a?b=1&c", "see <https://x.invalid/a?b=1&amp;c>"),
        ("mail ana@x.invalid", "mail <mailto:ana@x.invalid|ana@x.invalid>"),
        ("@ana look", "<@U0ANA0001> look"),
        ("@on-call look", "<!subteam^S0ONCALL1> look"),
        ("in #general", "in <#C0GENERAL|general>"),
        ("call +1 555 010 0199", "call <tel:+15550100199|+1 555 010 0199>"),
        ("call 555-010-0199", "call <tel:5550100199|555-010-0199>"),
        ("<@U0ANA0001> and <https://x.invalid|x>", "<@U0ANA0001> and <https://x.invalid|x>"),
    ):
        assert sent == as_slack_sends(typed, PEOPLE, CHANNELS, USER_GROUPS), (typed, sent)


def test_what_slack_leaves_alone_stays():
    """SIDs, ICCIDs, IMEIs and names of nobody are plain text."""
    for typed in (
        "DE0123456789abcdef0123456789abcdef",
        "8901260012345678909",
        "8901 2600 1234 5678 909",
        "01493100-012970-0",
        "@nobody",
        "#nowhere",
        "truck-42",
        "",
    ):
        assert typed == as_slack_sends(typed, PEOPLE, CHANNELS, USER_GROUPS), typed
