"""Why a file was not taken."""

import pytest

from bot.slack.errors import (
    SlackOutcomeUnknown,
    SlackRateLimited,
    SlackRefused,
    SlackUnreachable,
    is_no_place,
    refusal,
)

UPLOAD, COMPLETE = "files.getUploadURLExternal", "files.completeUploadExternal"


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SlackRefused(UPLOAD, "missing_scope"), "lacks `files:write`"),
        (SlackRefused(UPLOAD, "file_type_not_allowed"), "Ask one of its admins"),
        (SlackRefused("chat.postMessage", "cannot_dm_bot"), "write to you directly"),
        (SlackRefused(COMPLETE, "internal_error"), "(`internal_error`). Press again"),
        (SlackOutcomeUnknown(COMPLETE, "TimeoutError"), "If it does not come, press again"),
        (SlackUnreachable(UPLOAD), "Press again in a minute"),
        (SlackRateLimited(UPLOAD, 30), "Press again in a minute"),
    ],
)
def test_each_failure_says_what_to_do(error, says):
    """
    Scopes, a workspace's rules, direct messages, silence and haste have sentences of their own.
    """
    assert says in refusal(error)


@pytest.mark.parametrize(
    ("code", "expected"),
    [("not_in_channel", True), ("is_archived", True), ("missing_scope", False), ("", False)],
)
def test_a_place_that_takes_no_file(code, expected):
    """
    Where the bot is no member it may not share; other refusals have nothing to do with the place.
    """
    assert expected is is_no_place(SlackRefused(COMPLETE, code))
