"""Watches and notices without card and device."""

from dataclasses import replace

from bot.sessions.redaction import WITHHELD
from bot.watches.transitions import hidden_news, hidden_notice, hidden_watch
from bot.watches.watch import Notice, NoticeKind
from tests.bot.watches.watching import NOON, a_snapshot, a_watch
from tests.builders import ICCID

BEFORE = a_snapshot("online", iccid=ICCID, cell_id="310-260-40482-1243")
AFTER = replace(BEFORE, imei14="35693803564380", operator="Movistar", network="334-030")
SECRETS = (ICCID, "40482", "01493100012970", "35693803564380")


def test_a_watch_is_shown_without_them():
    """
    Neither what was told nor what is now names the card, the device or the cell.
    """
    shown = hidden_watch(a_watch(noticed=BEFORE, latest=AFTER))

    assert [] == [secret for secret in SECRETS if secret in repr(shown)]
    assert (shown.latest.operator, shown.latest.state) == (AFTER.operator, AFTER.state)


def test_a_notice_is_shown_without_them():
    """
    That the device is another is told, which it is is not; the rest is told as ever.
    """
    notice = Notice(NoticeKind.CHANGED, 1, BEFORE, AFTER, NOON)
    told = {change.kind.value: (change.before, change.after) for change in hidden_news(notice)}

    assert [] == [secret for secret in SECRETS if secret in repr(hidden_notice(notice))]
    assert {
        "new_operator": ("Telcel", "Movistar"),
        "new_imei": (WITHHELD, WITHHELD),
    } == told
