"""`simsessions lookup --timeline FILE`, against the stand-in for KORE."""

import json
from io import BytesIO

import click
import pytest
from PIL import Image

from bot.cli.timeline import check_output, write
from bot.diagnosis.evidence import State
from bot.diagnosis.thresholds import Thresholds
from bot.emulators.kore.faults import broken
from bot.kore.errors import KoreError
from bot.sessions.report import SessionReport
from tests.builders import NOON, a_session, a_sim


def a_report(sessions):
    return SessionReport(
        query="pump-7",
        sim=a_sim(),
        state=State.UNKNOWN,
        since=None,
        sessions=sessions,
        summary=None,
        findings=(),
        as_of=NOON,
        made_at=NOON,
        problem=None if sessions is not None else "KORE is not answering.",
    )


async def test_the_picture_is_written_beside_the_answer(kore, simsessions, tmp_path):
    """The PNG takes the place of an older file, and stdout is what it is without it."""
    file = tmp_path / "truck 42.png"
    file.write_bytes(b"old")
    done = await simsessions("lookup", "truck-42", "--timeline", str(file), **kore.settings)
    plain = await simsessions("lookup", "truck-42", **kore.settings)
    picture = Image.open(BytesIO(file.read_bytes()))

    assert (0, f"Wrote {file}.\n") == (done.code, done.err)
    assert plain.out.splitlines()[0] == done.out.splitlines()[0]
    assert "PNG" == picture.format
    assert 1200 == picture.width
    assert len(file.read_bytes()) < 60_000


async def test_json_stays_json(kore, simsessions, tmp_path):
    """
    With --json stdout is one object still, and the file is there; a name of a file has no folder.
    """
    done = await simsessions(
        "lookup", "truck-42", "--json", "--timeline", "out.png", **kore.settings
    )

    assert 0 == done.code
    assert "truck-42" == json.loads(done.out)["query"]
    assert (tmp_path / "out.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("truck-42", "pump-7", "--timeline", "out.png"), "one SIM, and 2 are asked for"),
        (("-", "--timeline", "out.png"), "one SIM, and 0 are asked for"),
        (("truck-42", "--timeline", "no/such/out.png"), "no folder 'no/such'"),
        (("truck-42", "--timeline", "."), "is a directory"),
        (("truck-42", "--timeline"), "requires an argument"),
    ],
)
async def test_what_cannot_be_drawn_is_said_before_kore_is_asked(
    kore, simsessions, tmp_path, arguments, why
):
    """
    Several SIMs, none, or a place that takes no file end with 2, a reason, and nothing written.
    """
    done = await simsessions("lookup", *arguments, **kore.settings)

    assert (2, "") == (done.code, done.out)
    assert why in done.err
    assert [] == list(tmp_path.iterdir())
    assert [] == list(kore.api.requests)


async def test_an_unknown_sim_has_no_picture(kore, simsessions, tmp_path):
    """The answer says why, the number is its own, and no file is left behind."""
    done = await simsessions("lookup", "nobody", "--timeline", "out.png", **kore.settings)

    assert 1 == done.code
    assert "`nobody`" in done.out
    assert [] == list(tmp_path.iterdir())


async def test_unread_sessions_are_no_empty_picture(kore, simsessions, tmp_path):
    """Where the SIM was read and its sessions were not, that is said, the number is KORE's."""
    kore.api.faults.add(broken(times=None, path="DataSessions"))
    settings = kore.settings | {"SIMSESSIONS_KORE_BUDGET": "1s"}
    done = await simsessions("lookup", "truck-42", "--timeline", "out.png", **settings)

    assert 3 == done.code
    assert "truck-42" in done.out
    assert "could not be read, so there is no timeline" in done.err
    assert [] == list(tmp_path.iterdir())


def test_a_file_that_cannot_be_written(tmp_path):
    """What the disk refuses is a sentence with its reason."""
    with pytest.raises(click.BadParameter, match="could not be written"):
        write(a_report((a_session(),)), tmp_path, Thresholds())


def test_nothing_is_written_of_unread_sessions(tmp_path):
    """The error carries KORE's own reason."""
    file = tmp_path / "out.png"
    with pytest.raises(KoreError, match=r"no timeline. KORE is not answering"):
        write(a_report(None), file, Thresholds())

    assert not file.exists()


def test_a_place_that_takes_a_file_is_fine(tmp_path):
    """One SIM and a folder that is there raise nothing."""
    check_output(["pump-7"], tmp_path / "out.png")

    assert [] == list(tmp_path.iterdir())
