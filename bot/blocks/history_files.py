"""A history as a file, CSV or picture, the sentence that comes with it, and where it went."""

from dataclasses import dataclass, replace

from bot.blocks import ids
from bot.blocks.csv_text import COLUMNS, TOLD_TO_ALL, csv_text
from bot.blocks.history_words import (
    days_words,
    empty_words,
    file_name,
    history_headline,
    in_window,
    timeline_alt,
)
from bot.blocks.kit import Screen, actions, button, screen, section
from bot.blocks.session_report import person
from bot.blocks.speech import MRKDWN, NOTICE, Speech
from bot.blocks.text import clean
from bot.kore.errors import KoreError
from bot.sessions.report import SessionReport

_ALT = 1000  # characters: files.getUploadURLExternal, alt_txt_too_large
_NAME = 60


@dataclass(frozen=True, slots=True)
class HistoryFile:
    """A file as it is sent: `words` is mrkdwn, `alt` says what a picture shows."""

    name: str
    content: bytes
    title: str
    words: str
    alt: str = ""


def csv_file(report: SessionReport, days: int, *, shared_by: str | None = None) -> HistoryFile:
    """Write every session of the window with every field; the mark in front is for spreadsheets.

    Raises KoreError where the sessions could not be read.
    """
    if report.sessions is None:
        raise KoreError(report.problem or empty_words(report, days))
    columns = TOLD_TO_ALL if report.withheld else COLUMNS
    content = csv_text(in_window(report, days), columns).encode("utf-8-sig", "replace")
    return _file(report, days, ids.FileKind.CSV, content, shared_by)


def picture_file(
    report: SessionReport, days: int, png: bytes, *, shared_by: str | None = None
) -> HistoryFile:
    """Give the picture its name, its caption and the words for who cannot see it."""
    file = _file(report, days, ids.FileKind.PICTURE, png, shared_by)
    return replace(file, alt=clean(timeline_alt(report, days), _ALT))


def _file(
    report: SessionReport, days: int, kind: ids.FileKind, content: bytes, shared_by: str | None
) -> HistoryFile:
    words = history_headline(report, in_window(report, days), days, MRKDWN)
    if report.withheld:
        words = f"{words} · {MRKDWN.own(report.withheld)}"
    return HistoryFile(
        name=file_name(report, days, kind),
        content=content,
        title=f"{clean(report.sim.name, _NAME)}, {days_words(days)}",
        words=f"{words} · shared by {person(shared_by)}" if shared_by else words,
    )


def sent_screen(file: HistoryFile, value: ids.ShareFile | None, *, is_ready: bool) -> Screen:
    """Say that a file went to the asker directly; `value` offers to share it in the channel."""
    share = value and button(
        "Share to channel",
        ids.SHARE_FILE,
        f"Share {file.name} to the channel",
        value=value.to_value(),
    )

    def words(speak: Speech) -> str:
        where = "is in our direct messages (Apps, simsessions): only you see it"
        late = "" if is_ready else ". Slack is still reading it in, so it may take a minute to show"
        return f"📎 {speak.strong(speak.data(file.name))} {where}{late}."

    return screen(
        words(NOTICE),
        [section(words(MRKDWN)), actions(ids.FILE_ACTIONS, [share]) if share else None],
    )


def shared_screen(file: HistoryFile) -> Screen:
    """Say that a file stands in the channel now."""

    def words(speak: Speech) -> str:
        return f"📎 {speak.strong(speak.data(file.name))} is shared here, for everybody to see."

    return screen(words(NOTICE), [section(words(MRKDWN))])
