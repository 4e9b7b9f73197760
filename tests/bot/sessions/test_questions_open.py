"""Questions in hand: written down where they last, told of where their process is no more."""

import json
import os

import pytest

from bot.services import Request
from bot.sessions.questions import HELD_SECONDS, OpenQuestions
from bot.store.idempotency import Journal
from bot.store.jobs import JobQueue


@pytest.fixture
def questions(database, clock, tmp_path):
    return OpenQuestions(JobQueue(database), clock, Journal(tmp_path, "here"))


@pytest.fixture
def killed(tmp_path):
    """The journal of a process that was killed; the system has let go of its file."""
    journal = Journal(tmp_path, "here")
    journal.add("interrupted:first", {})
    os.close(journal._descriptor)
    journal._descriptor = -1
    return journal._path


def asked(**about):
    return Request("T0ACMEIOT", "U0ANA0001", "C0FLEETOP", "truck-42", **about)


async def job_of(database, request):
    return await JobQueue(database).get(f"interrupted:{request.id}")


async def test_an_answer_that_is_out_at_once_is_never_written_down(database, questions):
    """Most are: they cost the store nothing."""
    quick = asked()
    questions.begin(quick)
    questions.end(quick)
    await questions.save()

    assert await job_of(database, quick) is None


async def test_what_lasts_is_held_off_and_then_forgotten(database, questions, clock):
    """While we live nobody is told, and once it is answered nothing of it is left."""
    slow = asked(thread="1.0", aloud=True)
    questions.begin(slow)
    await questions.save()
    first = await job_of(database, slow)
    clock.move(HELD_SECONDS)
    await questions.save()
    again = await job_of(database, slow)
    questions.end(slow)
    await questions.save()

    assert ("U0ANA0001", "1.0", True) == tuple(first.args[k] for k in ("user", "thread", "aloud"))
    assert "ready" == again.state
    assert first.due < again.due
    assert await job_of(database, slow) is None


async def test_who_is_left_without_an_answer_stays_written_down(database, questions):
    """A bot that ends before it could answer leaves that to another one."""
    cut = asked()
    questions.begin(cut)
    await questions.aclose()

    assert "ready" == (await job_of(database, cut)).state


@pytest.mark.parametrize("is_written", [False, True])
async def test_who_could_not_be_told_is_told_later(database, questions, is_written):
    """Where Slack takes no answer the question is held no more, and not forgotten either."""
    mute = asked()
    questions.begin(mute)
    if is_written:
        await questions.save()
    questions.leave(mute)
    await questions.save()
    await questions.save()
    await questions.aclose()

    assert "ready" == (await job_of(database, mute)).state


SID = "DE0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("history pump-7", "history pump-7"),
        ("8901 2600 0515 8151 113 and 014931000864298", "…1113 and …4298"),
        ("pump-7 89012600 0515 8151 113 x", "pump-7 …1113 x"),
        ("sim8901 2600 0515 8151 113", "sim8901 …1113"),
        (f"watch {SID}\nuntil online", f"watch {SID} until online"),
        (f"{'pump-a ' * 13}490154203237518", f"{'pump-a ' * 13}…7518"),
        ("\ud800<!channel> *x*", "<!channel> *x*"),
        ("x" * 9_000, "x" * 100),
        ("", ""),
    ],
)
async def test_of_what_was_typed_the_beginning_is_kept(database, questions, typed, kept):
    """Enough to say which question it was, on one line, and no number of a card or device."""
    request = asked(typed=typed)
    questions.begin(request)
    await questions.save()

    assert kept == (await job_of(database, request)).args["says"]


async def let_go_of(questions, request):
    """Take what is another one's to answer."""
    with questions.taking(request):
        pass


async def leave(questions, request):
    questions.begin(request)
    questions.leave(request)
    await questions.save()


async def close_over(questions, request):
    questions.begin(request)
    questions.take(asked())
    await questions.aclose()


@pytest.mark.parametrize("so_far", [let_go_of, leave, close_over])
async def test_only_an_answer_crosses_out_what_is_to_be_told(database, clock, tmp_path, so_far):
    """Who has a question no more says nothing of it: it may be another one's, or told later."""
    killed, request = Journal(tmp_path, "here"), asked()
    questions = OpenQuestions(JobQueue(database), clock, killed)
    await JobQueue(database).add(questions._of(request).job)
    await so_far(questions, request)
    if killed._descriptor >= 0:
        os.close(killed._descriptor)
        killed._descriptor = -1
    await OpenQuestions(JobQueue(database), clock, Journal(tmp_path, "here")).take_over()

    assert "ready" == (await job_of(database, request)).state


GOOD = {"id": "1", "user": "U0ANA0001", "channel": "C0FLEETOP"} | {
    "thread": None,
    "aloud": True,
    "since": 1.0,
}


@pytest.mark.parametrize(
    "strange",
    [
        {"of_a_newer_version": True},
        {"id": "2", "user": None},
        {"id": "2", "user": "\x00"},
        {"id": "2", "channel": "\ud800"},
        {"id": "2", "since": float("nan")},
        {"id": "2", "says": None},
    ],
)
async def test_what_another_version_left_is_told_where_it_can_be_read(
    database, questions, killed, strange
):
    """What cannot be read is left out; it stops nobody else's from being told."""
    notes = [GOOD, GOOD | strange, {"id": "of an older one"}]
    lines = [{"key": f"interrupted:{note['id']}", "note": note} for note in notes]
    killed.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    await questions.take_over()
    later = asked()
    questions.begin(later)
    await questions.save()

    found = await JobQueue(database).live("interrupted", "interrupted:")
    assert {"interrupted:1", f"interrupted:{later.id}"} == set(found)
    assert not killed.exists()
