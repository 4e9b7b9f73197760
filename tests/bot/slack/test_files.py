"""Files for people."""

from dataclasses import dataclass

import pytest

from bot.emulators.slack.people import BOT, HOME
from bot.errors import NotShared
from bot.slack.errors import FileNotSent
from bot.slack.files import Files
from bot.slack.identity import Identity
from bot.slack.posting import PostFinder, SurePosts
from tests.bot.slack.conftest import DONE_IN_DOUBT

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
SCOPES = {"files:write", "files:read"}


@dataclass(frozen=True)
class Picture:
    """A file to send."""

    name: str = "pump-7.png"
    content: bytes = PNG
    title: str = "pump-7, last 7 days"
    alt: str = "Timeline of pump-7"
    words: str = "*pump-7 had 3 sessions*"


@pytest.fixture
def files(client, slack, clock):
    """What is tested, with the scopes that it asks for."""
    slack.api.scopes |= SCOPES
    return Files(client, clock, sure_posts(client, clock))


def sure_posts(client, clock):
    return SurePosts(client, PostFinder(client, Identity(HOME.id, BOT.id)), clock)


def told(slack):
    return [(message.text, [each["name"] for each in message.files]) for message in slack]


async def test_a_file_goes_to_the_asker_alone(files, slack, ana):
    """It lies in their direct messages, behind its sentence, with its title and what it shows."""
    sent = await files.to_asker(ana, Picture())

    note, shared = slack.direct("ana")
    (file,) = shared.files
    assert (Picture.words, ()) == (note.text, note.files)
    assert (Picture.title, Picture.alt, "image/png") == tuple(
        file[key] for key in ("title", "alt_txt", "mimetype")
    )
    assert PNG == slack.workspace.files.get(file["id"]).content
    assert (slack.workspace.dm(ana.user).id, True) == (sent.channel, sent.is_ready)
    assert sent.link.endswith(f"/archives/{sent.channel}/p{note.ts.replace('.', '')}")
    assert () == slack.seen_by("ana") == slack.seen_by("ben")


async def test_a_file_that_is_no_picture_has_no_alternative_text(files, slack, ana):
    """Slack takes an empty one for a text of none."""
    await files.to_asker(ana, Picture(name="pump-7.csv", alt=""))

    (call,) = slack.api.calls.of("files.getUploadURLExternal")
    assert {"filename", "length"} == set(call.args)


@pytest.mark.parametrize("in_thread", [False, True])
async def test_a_file_may_be_shared_for_all(files, slack, ana, in_thread):
    """In the channel, or in the thread where it was asked for, with its sentence."""
    root = await slack.workspace.say("ben", "#fleet-ops", "look")
    ana.thread = root.ts if in_thread else None

    await files.to_channel(ana, Picture())

    (message,) = slack.seen_by("ben")
    assert [(Picture.words, ["pump-7.png"])] == told([message])
    assert ana.thread == message.thread_ts


@pytest.mark.parametrize("seconds", [0, 3, 11.5, 60])
async def test_it_is_waited_for_until_slack_has_it_ready(files, slack, ana, clock, seconds):
    """files.info is asked ever less often; at last the file is said to be on its way."""
    slack.workspace.files.processing_seconds = seconds

    sent = await files.to_asker(ana, Picture())

    assert (seconds <= sum(WAITS)) is sent.is_ready
    assert WAITS[: len(clock.slept)] == clock.slept
    assert sum(clock.slept) >= min(seconds, sum(WAITS))


async def test_without_the_scope_to_ask_it_does_not_wait(files, slack, ana, clock):
    """A file is sent without files:read too."""
    slack.api.scopes -= {"files:read"}

    sent = await files.to_asker(ana, Picture())

    assert not sent.is_ready
    assert [WAITS[0]] == clock.slept
    assert [(Picture.words, []), ("", ["pump-7.png"])] == told(slack.direct("ana"))


WAITS = [0.25, 0.5, 1, 2, 4, 4]
REFUSALS = [
    ("files.getUploadURLExternal", "file_uploads_disabled", "does not let me send that file"),
    ("files.getUploadURLExternal", "no_permission", "lacks `files:write`"),
    ("files.getUploadURLExternal", "bad", "did not accept the file (`bad`)"),
    ("/upload", "bad", "did not accept the file (`bad`)"),
    ("chat.postMessage", "messages_tab_disabled", "does not let me write to you directly"),
    ("chat.postMessage", "channel_not_found", "does not let me write to you directly"),
    ("files.completeUploadExternal", "storage_limit_reached", "does not let me send that file"),
    ("files.completeUploadExternal", "channel_not_found", "did not accept the file"),
]


@pytest.mark.parametrize("refused", REFUSALS)
async def test_each_refusal_has_its_sentence_and_leaves_nothing(files, slack, ana, refused):
    """The asker reads why and what to do; no sentence without its file stays behind."""
    method, code, says = refused
    if method == "/upload":
        slack.api.faults.status(method, 400, code)
    else:
        slack.api.faults.fail(method, code)

    with pytest.raises(FileNotSent) as raised:
        await files.to_asker(ana, Picture())

    assert says in raised.value.sentence
    assert code == raised.value.error
    assert () == slack.direct("ana")


@pytest.mark.parametrize("fault", DONE_IN_DOUBT)
@pytest.mark.parametrize("method", ["chat.postMessage", "files.completeUploadExternal"])
async def test_what_is_there_after_all_is_found(files, slack, ana, method, fault):
    """Slack shared it and said something else: it is looked for, and nobody hears of a doubt."""
    slack.api.scopes |= {"im:history", "im:write"}
    slack.api.faults.add(method, fault)

    await files.to_asker(ana, Picture())

    assert [(Picture.words, []), ("", ["pump-7.png"])] == told(slack.direct("ana"))


@pytest.mark.parametrize("fault", DONE_IN_DOUBT)
async def test_what_was_shared_with_all_is_found(files, slack, ana, fault):
    """So is a file in a channel, once."""
    slack.api.faults.add("files.completeUploadExternal", fault)

    await files.to_channel(ana, Picture())

    assert [(Picture.words, ["pump-7.png"])] == told(slack.seen_by("ben"))


@pytest.mark.parametrize(
    ("method", "after_work", "reads"),
    [
        ("/upload", True, True),
        ("files.completeUploadExternal", False, True),
        ("files.completeUploadExternal", True, False),
    ],
)
async def test_an_outcome_that_is_not_known_is_not_tried_again(  # noqa: PLR0913, PLR0917 -- its cases
    files, slack, ana, method, after_work, reads
):
    """What is not to be seen may come yet, so the asker decides."""
    slack.api.faults.hang_up(method, after_work=after_work)
    slack.api.scopes -= set[str]() if reads else {"files:read"}

    with pytest.raises(FileNotSent, match="did not say whether it accepted the file"):
        await files.to_asker(ana, Picture())

    assert 1 == slack.methods().count("files.getUploadURLExternal")
    assert 1 >= slack.methods().count("files.completeUploadExternal")


async def test_it_says_what_to_do_without_the_scope_or_too_early(files, slack, ana):
    """A limit is said to be tried later; missing_scope names the scope, the file and who tells."""
    slack.api.faults.rate_limit("files.getUploadURLExternal", 90)
    with pytest.raises(FileNotSent, match="in a minute"):
        await files.to_asker(ana, Picture())

    slack.api.scopes -= SCOPES
    with pytest.raises(FileNotSent, match=r"files:write.*manifest\.yml.*doctor"):
        await files.to_asker(ana, Picture())

    assert ["files.getUploadURLExternal"] * 2 == slack.methods()


@pytest.mark.parametrize("channel", ["C0GENERAL", "G0ONCALL1"])
async def test_a_channel_without_the_bot_takes_no_file(files, slack, ana, channel):
    """The sentence says to invite the bot."""
    ana.channel = channel

    with pytest.raises(NotShared, match="/invite @simsessions"):
        await files.to_channel(ana, Picture())

    assert () == slack.seen_by("ana", channel)


async def test_a_sentence_that_cannot_be_taken_back_does_not_hide_the_fault(files, slack, ana):
    """The first refusal is what the asker reads."""
    slack.api.faults.fail("files.completeUploadExternal", "storage_limit_reached")
    slack.api.faults.fail("chat.delete", "cant_delete_message")

    with pytest.raises(FileNotSent, match="storage_limit_reached"):
        await files.to_asker(ana, Picture())
