"""`<sim>`, `history <sim> [days]`, `handover`, `account`, `help` and `rules`: answered at once.

A thread is handed over by the SIMs looked up in it, then and now, as one message and as a file: by
`handover` (in a mention, or behind the command with a link to the thread) and by the shortcut of a
message. What is posted is for all in the channel, and only what was asked for there.
"""

import re
from urllib.parse import parse_qs, urlsplit

from slack_bolt.async_app import AsyncApp

from bot.blocks import ids
from bot.blocks.findings import rules_screen
from bot.blocks.handover import handover_file, handover_screen, nothing_looked_up
from bot.blocks.replies import ALL, THREAD, help_screen, short_help_screen
from bot.blocks.sim_text import account_screen
from bot.diagnosis.rule import all_rules
from bot.errors import BadDays, NotASim, NoThread, NotShared, SimAmbiguous, SimNotFound, UserError
from bot.services import Request, Services
from bot.sessions.handover import Handover, hand_over, sids_of
from bot.sessions.report import SessionReport
from bot.sessions.triage import Owner
from bot.sims.identifier import name_key, quoted, strip_punctuation
from bot.sims.spotter import places_of
from bot.struct import Struct, replace
from bot.watches.watch import Watch
from handlers.commands import (
    COMMAND,
    answer_text,
    answer_to,
    help_entries,
    subcommand,
    topic_in,
    which_sim,
)
from handlers.history import history_reply, sim_and_days
from handlers.interactions import on_answered, read_value, register_clicks
from handlers.lookups import look_up, look_up_many, note_action, without_filler
from handlers.payloads import TS, Context, from_shortcut
from handlers.replies import Reply, send

EXAMPLES = ("{sim}", "{sims}")


@subcommand(
    "<sim>",
    "what the SIM is doing and what is wrong; of several, one table",
    EXAMPLES,
    topic="sim",
    brief="what it is doing, what is wrong",
)
async def sessions(context: Context) -> Reply:
    """Look up the SIM, or the SIMs, that the text names. Raises what the look-up raises."""
    return await answer_text(context)


HISTORY_EXAMPLES = ("history {sim} 7", "history {sim} 30")
HISTORY_USAGE = "history <sim> [days]"


@subcommand(
    HISTORY_USAGE,
    "its sessions of the last 30 days as charts, table and files; older days by the month",
    HISTORY_EXAMPLES,
    topic="sim",
    brief="its sessions, day by day",
)
async def history(context: Context) -> Reply:
    """Look the SIM up and show its sessions. Raises BadDays and what the look-up raises."""
    services = context.services
    if not context.request.text.strip():
        raise NotASim(which_sim(HISTORY_USAGE, HISTORY_EXAMPLES[0], await context.examples()))
    report, days = await _look_up(await without_filler(context))
    return await history_reply(report, days, services.archive, services.executor)


async def _look_up(context: Context) -> tuple[SessionReport, int]:
    """Take the first way to read the text that names a SIM. Raises what is wrong with the best."""
    errors: list[UserError] = []
    for way in sim_and_days(context.request.text):
        try:
            report = await look_up(context, way.sim)
        except UserError as error:
            errors.append(_with_days(error, way.days))
            continue
        if way.fault:
            raise BadDays(way.fault)
        return report, way.days
    raise next((error for error in errors if getattr(error, "candidates", ())), errors[0])


def _with_days(error: UserError, days: int) -> UserError:
    if isinstance(error, SimNotFound | SimAmbiguous):
        error.days = days
    return error


_PATH = re.compile(r"/archives/(?P<channel>[CDG][A-Z0-9]+)/p(?P<seconds>\d{10})(?P<micros>\d{6})/?")


class ThreadLink(Struct):
    """A thread by its channel and the ts of its root."""

    channel: str
    root: str


def thread_in(text: str) -> ThreadLink | None:
    """Read a link to a message; that of a reply names its root. None where it is none."""
    try:
        parts = urlsplit(strip_punctuation(strip_punctuation(text).strip("<>").partition("|")[0]))
    except ValueError:  # half an IPv6 address
        return None
    found = _PATH.fullmatch(parts.path)
    if not found or not (parts.hostname or "").endswith((".slack.com", ".slack-gov.com")):
        return None
    found_root = parse_qs(parts.query).get("thread_ts", [""])[0]
    root = found_root if TS.fullmatch(found_root) else f"{found['seconds']}.{found['micros']}"
    return ThreadLink(found["channel"], root)


MOST = 100
LONGEST = 400_000
"""Characters that are read of a whole thread."""
PATIENCE_SECONDS = 45.0
NO_SIM_HERE = "No message in this thread names a SIM that I know. Mention me here with one."
WHICH = (
    "Which thread? Mention me in it with `handover`, or copy the link of one of its messages and "
    "type `/simsessions handover <link>` in the same channel."
)
ELSEWHERE = (
    "That thread is in another channel: type the command there, where its readers see the answer."
)


@subcommand(
    "handover <link to a thread>", "the SIMs looked up in a thread, then and now", topic=THREAD
)
async def handover(context: Context) -> Reply:
    """Hand the thread over. Raises NoThread, and what the look-ups raise."""
    return await hand_over_thread(context.for_request(thread_of(context.request)))


def register_handovers(app: AsyncApp, services: Services) -> None:
    """Attach the shortcut, and the button of a thread in which nothing was looked up."""
    shortcut = on_answered(
        "handover", lambda context, _: hand_over_thread(context), services, from_shortcut
    )
    app.shortcut(ids.HAND_OVER)(shortcut)
    register_clicks(app, {ids.HANDOVER_LOOK_UP: look_up_thread}, services)


def thread_of(request: Request) -> Request:
    """Return the request as one in the thread that is meant. Raises NoThread."""
    link = thread_in(request.text)
    if link and link.channel != request.channel:
        raise NoThread(ELSEWHERE)
    root = link.root if link else request.thread
    if root is None or (request.text.strip() and link is None):
        raise NoThread(WHICH)
    return replace(request, thread=root, is_public=True, aloud=True)


async def hand_over_thread(context: Context) -> Reply:
    """Post the hand-over into the thread of the request, then the file.

    Raises what the look-ups, the store and the sending of files raise.
    """
    accounts = (await context.visibility()).accounts
    services, request = context.services, context.request
    looked_up = await services.audit.in_thread(request.channel, request.thread or "", accounts)
    if not looked_up:
        return Reply(nothing_looked_up(ids.Thread(root=request.thread or "")))
    sids = sids_of(looked_up)[:MOST]
    answers = await look_up_many(
        context, sids, fresh=True, newest_only=True, within=PATIENCE_SECONDS
    )
    now = services.clock.now()
    handed = hand_over(looked_up, dict(zip(sids, answers, strict=True)), now)
    watches = await services.watches.in_thread(request.channel, request.thread, accounts)
    owners = await services.owners.of(request.channel, sids)
    return await _posted(handed, watches, owners, context)


async def _posted(
    handed: Handover, watches: tuple[Watch, ...], owners: tuple[Owner, ...], context: Context
) -> Reply:
    """Post the message, then the file; return the reply as one that is sent already."""
    request, services = context.request, context.services
    reply = Reply(handover_screen(handed, watches, owners))
    await send(reply, request, services.replying)
    file = await services.executor.run(handover_file, handed, watches)
    try:
        await services.files.to_channel(request, file)
    except NotShared:  # nor was the message: both are for the asker alone
        await services.files.to_asker(request, file)
    return replace(reply, quiet=True)


async def look_up_thread(context: Context, value: str) -> Reply:
    """Look up the SIMs that stand in a thread, aloud. Raises OldButton, ThreadNotRead, NotASim."""
    root, services = read_value(ids.Thread, value).root, context.services
    view = await context.view(for_all=True)
    now = f"{services.clock.now().timestamp():.6f}"
    messages = await services.threads.above(context.request.channel, root, now)
    places = [place for message in messages for place in places_of(message)]
    context.take_text(sum(len(place.text) for place in places))
    spotted = await view.spotter.read(places, longest=LONGEST)
    if not spotted.texts:
        raise NotASim(NO_SIM_HERE)
    request = replace(context.request, thread=root, is_public=True, aloud=True)
    return await answer_to(context.for_request(request), spotted)


ANY = "any"


@subcommand("account [name|any]", "which KORE account a name means here, where there are several")
async def account(context: Context) -> Reply:
    """Show it, or choose it for all in the channel. Raises UserError and StoreError."""
    services, request = context.services, context.request
    seen, labels = (await context.visibility(for_all=False)).accounts, services.views.labels
    wanted = name_key(request.text)
    if not wanted or len(services.views.names) == 1:
        chosen = await services.defaults.of(request.team, request.channel)
        return Reply(
            account_screen(seen, chosen if chosen in seen else None, services.views.labels)
        )
    if wanted not in {*seen, ANY}:
        known = ", ".join(quoted(name) for name in sorted(seen))
        raise UserError(f"I know no account {quoted(request.text)} here. You may see {known}.")
    chosen = None if wanted == ANY else wanted
    await services.defaults.choose(request.team, request.channel, chosen, request.user)
    note_action(context, "account")
    return Reply(account_screen(seen, chosen, labels))


@subcommand("help [topic|all]", "the commands used most, those of a topic, or all", topic=ALL)
async def help_(context: Context) -> Reply:
    """List what is used most, or all subcommands of a topic, made from the registry."""
    entries, topic = help_entries(await context.examples()), topic_in(context.request.text)
    if topic is None:
        return Reply(short_help_screen(entries, COMMAND))
    return Reply(help_screen(entries, COMMAND, topic))


@subcommand("rules", "what I check every SIM against, with thresholds and sources")
async def rules(context: Context) -> Reply:
    """List the rules with the thresholds that are set."""
    return Reply(rules_screen(all_rules(), context.services.thresholds))
