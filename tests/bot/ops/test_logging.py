"""JSON lines and lines for people."""

import io
import json
import logging
import re

import pytest

from bot.ops.logging import LOG_BODIES, configure_logging
from bot.ops.masking import Masker
from bot.ops.request_context import begin_request
from tests.builders import ICCID


@pytest.fixture
def stream():
    """Where the lines go; the loggers' levels are put back afterwards."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    levels = {name: logging.getLogger(name).level for name in LOG_BODIES}
    yield io.StringIO()
    root.handlers[:], root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_how_bad_where_what_and_of_which_request(stream):
    """
    Each line is one JSON object with the time in UTC, level, logger, message, request and extras.
    """
    configure_logging("INFO", stream=stream)
    request = begin_request(user="U1", channel="C1")

    logging.getLogger("x.y").info("answered", extra={"seconds": 0.25})

    (line,) = lines(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert {
        "level": "INFO",
        "logger": "x.y",
        "message": "answered",
        "seconds": 0.25,
        "request_id": request,
        "user": "U1",
        "channel": "C1",
    } == line


def test_nothing_secret_comes_through(stream):
    """
    Message, arguments, extras and tracebacks are masked, and the line stays JSON.
    """
    configure_logging("INFO", stream=stream, masker=Masker(["s3cret-value"]))

    def broken():
        msg = f"xoxb-1-2 s3cret-value {ICCID}"
        raise ValueError(msg)

    try:
        broken()
    except ValueError:
        logging.getLogger("x").exception("about %s", ICCID, extra={"n": int(ICCID)})

    (line,) = lines(stream)
    assert ("about …8909", "…8909") == (line["message"], line["n"])
    assert line["exc_info"].endswith("ValueError: xoxb-… … …8909")
    assert "in broken" in line["exc_info"]


def test_text_is_for_people(stream):
    """
    In text form a line is short, ends with the request, and is masked as well.
    """
    configure_logging("INFO", form="text", stream=stream)
    request = begin_request()

    logging.getLogger("x").warning("about %s", ICCID)

    assert re.fullmatch(
        rf"\d\d:\d\d:\d\d WARNING x: about …8909 \[{request}\]\n", stream.getvalue()
    )


def test_the_level_holds(stream):
    """
    What is below the level is not written.
    """
    configure_logging("WARNING", stream=stream)

    logging.getLogger("x").info("too quiet")

    assert not stream.getvalue()


@pytest.mark.parametrize("name", LOG_BODIES)
def test_loggers_that_write_bodies_stay_above_debug(stream, name):
    """
    Even at DEBUG the loggers that would write whole payloads do not.
    """
    configure_logging("DEBUG", stream=stream)

    logging.getLogger(name).debug("the whole body")
    logging.getLogger("bot.slack").debug("ours")

    assert ["ours"] == [line["message"] for line in lines(stream)]


def test_warnings_of_bolt_are_still_heard(stream):
    """
    Only the bodies are silenced: Bolt's and the SDK's warnings come through.
    """
    configure_logging("INFO", stream=stream)

    logging.getLogger("slack_bolt.AsyncApp").warning("unhandled")
    logging.getLogger("slack_sdk.socket_mode").info("connected")

    assert ["unhandled", "connected"] == [line["message"] for line in lines(stream)]
