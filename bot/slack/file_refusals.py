"""Why Slack did not take a file, as a sentence that says what to do."""

from bot.slack.errors import SlackError, SlackOutcomeUnknown, SlackRefused

NO_PLACE = frozenset({"not_in_channel", "channel_not_found", "is_archived", "thread_not_found"})
DIRECTLY = "chat.postMessage"
NO_SCOPE = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})
FORBIDDEN = frozenset(
    {
        "blocked_file_type",
        "file_type_not_allowed",
        "file_upload_size_restricted",
        "file_uploads_disabled",
        "file_uploads_except_images_disabled",
        "storage_limit_reached",
    }
)


def is_no_place(error: SlackRefused) -> bool:
    """Tell whether the channel is not one where the bot may share."""
    return error.error in NO_PLACE


def refusal(error: SlackError) -> str:
    """Say what happened to a file and what the asker can do."""
    if isinstance(error, SlackOutcomeUnknown):
        return "Slack did not say whether it took the file. If it does not come, press again."
    if not isinstance(error, SlackRefused):
        return "Slack did not take the file now. Press again in a minute."
    return _no(error)


def _no(error: SlackRefused) -> str:
    code = error.error
    if code in NO_SCOPE:
        return (
            "I may not send files: the Slack app lacks `files:write`. An admin of this bot can "
            "put manifest.yml into the app and reinstall it; `simsessions doctor` shows it."
        )
    if code in FORBIDDEN:
        return f"This workspace does not let me send that file (`{code}`). Ask one of its admins."
    if error.method == DIRECTLY:
        return f"Slack does not let me write to you directly (`{code}`): I cannot send you files."
    return f"Slack did not take the file (`{code}`). Press again; `simsessions doctor` may help."
