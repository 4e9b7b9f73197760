"""What Slack's error codes mean, and what is said of files that were not taken."""

from bot.errors import BotError
from bot.slack.errors import (
    CODES,
    Reason,
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
    SlackUnreachable,
    cannot_post,
    file_sentence,
    reason_of,
)

UPLOAD, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"
POST = "chat.postMessage"


def test_each_failure_says_what_to_do():
    """Scopes, a workspace's rules, direct messages, silence and haste have their sentences."""
    for error, says in (
        (SlackRefused(UPLOAD, "missing_scope"), "lacks `files:write`"),
        (SlackRefused(UPLOAD, "file_type_not_allowed"), "Ask one of its admins"),
        (SlackRefused("chat.postMessage", "cannot_dm_bot"), "write to you directly"),
        (SlackRefused(COMPLETE, "invalid_x"), "(`invalid_x`). Press again"),
        (SlackOutcomeUnknown(COMPLETE, "TimeoutError"), "If it does not come, press again"),
        (SlackUnreachable(UPLOAD), "Press again in a minute"),
        (SlackRateLimited(UPLOAD, 30), "Press again in a minute"),
    ):
        assert says in file_sentence(error), (error, says)


def test_each_code_has_one_reason():
    """No code stands twice, and what nobody tells from others has none."""
    codes = [code for each in CODES.values() for code in each]

    assert sorted(set(codes)) == sorted(codes)
    assert set(Reason) == set(CODES)
    assert reason_of("invalid_cursor") is None
    for reason, each in CODES.items():
        assert [reason] * len(each) == [SlackRefused("m", code).reason for code in each]


PASSING = (
    SlackRefused(POST, "invalid_blocks"),
    SlackRefused(POST, "thread_not_found"),
    SlackOutcomeUnknown(POST, "http_503"),
    SlackRateLimited(POST, 1.0),
    SlackOutcomeUnknown(POST, "cut"),
    BotError(),
)


def test_what_keeps_the_bot_from_posting_for_good():
    """Only what no waiting mends counts: what may be better in a minute pauses nothing."""
    for reason in (Reason.ARCHIVED, Reason.NOT_IN_CHANNEL, Reason.NOT_ALLOWED):
        assert {reason} == {cannot_post(SlackRefused(POST, code)) for code in CODES[reason]}
    assert {None} == {cannot_post(error) for error in PASSING}
