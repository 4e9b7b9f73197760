"""files.*: upload in two steps, look at a file until it is processed, delete it."""

import re

from bot.emulators.slack.faults import SlackError, invalid
from bot.emulators.slack.files import File
from bot.emulators.slack.methods.context import Context, method, read_json, thread_root, writable
from bot.emulators.slack.people import BOT, Channel, Json

_PLACE = re.compile(r"[CGDZ][A-Z0-9]{8,}")


@method("files.getUploadURLExternal", "files:write")
async def get_upload_url(context: Context) -> Json:
    """Return the address to which the bytes of one file are posted, and the file's id."""
    name, size = context.need("filename"), _length(context)
    files = context.state.files
    made = files.new_id()
    now = int(context.state.clock.now().timestamp())
    url = context.api.file_url(made, name)
    file = File(made, name, size, url, now, alt_txt=context.maybe("alt_txt") or "")
    return {"upload_url": context.api.upload_url(files.announce(file)), "file_id": made}


@method("files.completeUploadExternal", "files:write")
async def complete_upload(context: Context) -> Json:
    """Announce uploaded files and, where a channel is named, share them there."""
    wanted = _wanted(context)
    place = _place(context)
    root = thread_root(context, place) if place else None
    channels = (place.id,) if place else ()
    files = [context.state.files.complete(one["id"], _title(one), channels) for one in wanted]
    shown = [file.to_slack() for file in files]
    if place:
        comment = context.maybe("initial_comment") or ""
        context.state.write(place.id, BOT.id, comment, thread_ts=root, files=tuple(shown))
    return {"files": [file.to_slack(processed=False) for file in files]}


@method("files.info", "files:read")
async def info(context: Context) -> Json:
    """Say what is known of a file; its type stays empty until it is processed."""
    file = context.state.files.get(context.need("file"))
    processed = context.state.files.is_processed(file)
    return {"file": file.to_slack(processed=processed), "comments": []}


def _place(context: Context) -> Channel | None:
    """Find where to share; unlike elsewhere a person's id is no place here."""
    channel = context.maybe("channel_id")
    if channel is None:
        return None
    if not _PLACE.fullmatch(channel):
        said = f"input must match regex pattern: ^{_PLACE.pattern}$ [json-pointer:/channel_id]"
        raise invalid("invalid_arguments", [said])
    return writable(context, "channel_id")


def _length(context: Context) -> int:
    given = str(context.args.get("length") or "")
    if not given.isdecimal() or int(given) == 0:
        raise SlackError("invalid_arguments")
    return int(given)


def _wanted(context: Context) -> list[Json]:
    files = read_json(context.args.get("files"), "invalid_arguments")
    if not isinstance(files, list) or not files:
        raise SlackError("invalid_arguments")
    if not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in files):
        raise SlackError("invalid_arguments")
    return files


def _title(wanted: Json) -> str:
    return str(wanted.get("title") or "")
