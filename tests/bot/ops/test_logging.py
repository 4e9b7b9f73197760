"""JSON lines and lines for people."""

import asyncio
import contextvars
import gc
import io
import json
import logging
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ops.logging import (
    _PATTERNS,
    _SUSPICIOUS,
    LOG_BODIES,
    LogRedactor,
    begin_request,
    configure_logging,
    request_fields,
    request_id,
)
from tests.builders import ICCID, IMEI, SID


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
    """Each line is one JSON object: time in UTC, level, logger, message, request and extras."""
    configure_logging("INFO", stream=stream)
    request = begin_request(user="U1", channel="C1")

    logging.getLogger("x.y").info("answered", extra={"seconds": 0.25})

    (line,) = lines(stream)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert {
        "level": "INFO", "logger": "x.y", "message": "answered", "seconds": 0.25,
        "request_id": request, "user": "U1", "channel": "C1",
    } == line  # fmt: skip


def test_nothing_secret_comes_through(stream):
    """Message, arguments, extras and tracebacks are redacted, and the line stays JSON.

    Of an error that may quote what was typed, only where it came from is said.
    """
    configure_logging("INFO", stream=stream, redactor=LogRedactor(["s3cret-value"]))

    def broken():
        msg = f"xoxb-1-2 s3cret-value {ICCID}"
        raise ValueError(msg)

    try:
        broken()
    except ValueError:
        logging.getLogger("x").exception("about %s", ICCID, extra={"n": int(ICCID)})

    (line,) = lines(stream)
    assert ("about …8909", "…8909") == (line["message"], line["n"])
    assert line["exc_info"].endswith("in broken\n    raise ValueError(msg)\nValueError")


def test_the_words_of_an_error_of_the_code_stay(stream):
    """What holds no data is said, of its causes too."""
    configure_logging("INFO", stream=stream)
    try:
        try:
            None.sid  # noqa: B018 -- the error is the point
        except AttributeError as error:
            raise KeyError("truck-42") from error
    except KeyError:
        logging.getLogger("x").exception("broke")

    (line,) = lines(stream)
    assert "AttributeError: 'NoneType' object has no attribute 'sid'" in line["exc_info"]
    assert line["exc_info"].endswith("KeyError")


def test_identifiers_are_masked_by_their_field(stream):
    """Whatever it looks like, of an identifier four characters stay, however deep it stands."""
    configure_logging("INFO", stream=stream)
    odd = {"sim": "front gate pump", "row": {"imei": "01 493100 012970 0", "sid": None}}

    logging.getLogger("x").info("seen", extra=odd)

    (line,) = lines(stream)
    assert ("…pump", {"imei": "…70 0", "sid": None}) == (line["sim"], line["row"])


async def test_a_task_that_nobody_asked_is_told_without_its_words(stream):
    """asyncio quotes its error, which may quote what was typed; where it broke is said."""
    configure_logging("INFO", stream=stream)

    async def breaks(typed):
        raise ValueError(typed)

    task = asyncio.create_task(breaks("pump of Anna"))
    await asyncio.wait({task})
    del task
    gc.collect()
    (line,) = lines(stream)

    assert "Task exception was never retrieved" == line["message"]
    assert "in breaks" in line["exc_info"]
    assert "Anna" not in str(line)


def test_text_is_for_people(stream):
    """In text form a line is short, ends with the request, and is redacted as well."""
    configure_logging("INFO", form="text", stream=stream)
    request = begin_request()

    logging.getLogger("x").warning("about %s", ICCID)

    assert re.fullmatch(
        rf"\d\d:\d\d:\d\d WARNING x: about …8909 \[{request}\]\n", stream.getvalue()
    )


def test_the_level_holds(stream):
    """What is below the level is not written."""
    configure_logging("WARNING", stream=stream)

    logging.getLogger("x").info("too quiet")

    assert not stream.getvalue()


@pytest.mark.parametrize("name", LOG_BODIES)
def test_loggers_that_write_bodies_stay_above_debug(stream, name):
    """Even at DEBUG the loggers that would write whole payloads do not."""
    configure_logging("DEBUG", stream=stream)

    logging.getLogger(name).debug("the whole body")
    logging.getLogger("bot.slack").debug("ours")

    assert ["ours"] == [line["message"] for line in lines(stream)]


def test_warnings_of_bolt_are_still_heard(stream):
    """Only the bodies are silenced: Bolt's and the SDK's warnings come through."""
    configure_logging("INFO", stream=stream)

    logging.getLogger("slack_bolt.AsyncApp").warning("unhandled")
    logging.getLogger("slack_sdk.socket_mode").info("connected")

    assert ["unhandled", "connected"] == [line["message"] for line in lines(stream)]


def test_secrets_and_numbers_go():
    """Keys, secret addresses and whole SIM numbers do not come through; four digits stay."""
    for text, redacted in (
        ("token xoxb-123-abc-DEF", "token xoxb-…"),
        ("xapp-1-A0-9-ff and xoxe-1", "xapp-… and xoxe-…"),
        ("Authorization: Bearer eyJ0.x-x_y+z/=", "Authorization: Bearer …"),
        (
            "wss://wss.slack.com/link/?ticket=1-2-3&app_id=4",
            "wss://wss.slack.com/link/?ticket=…&app_id=4",
        ),
        ("to https://hooks.slack.com/commands/T1/22/xyz now", "to https://hooks.slack.com/… now"),
        (f"/v1/Sims/{SID}/DataSessions", "/v1/Sims/DE…0001/DataSessions"),
        (f"iccid {ICCID}", "iccid …8909"),
        (f"imei {IMEI}!", "imei …9700!"),
        (f"It is {ICCID}.", "It is …8909."),
        (SID.lower(), "de…0001"),
        ("EID 89033023426100000000001234567890", "EID …7890"),
        ("8901 2600 1234 5678 909", "…8 909"),
        ("89-01260012345678909", "…8909"),
        ("IMEI 01493100-012970-0", "IMEI …2970-0"),
        ("a=access_token=abc&x", "a=access_token=…&x"),
    ):
        got = LogRedactor().text(text)

        assert redacted == got, (text, redacted)


def test_the_rest_stays():
    """Times, cell ids, Slack's ids and words are left as they are."""
    for text in (
        "2026-01-05T12:00:00.123456+00:00", "2026-01-05 12:34:56", "1767614400.123456",
        "took 0.12345678901234567 s", "310-260-40482-1243", "T0123ABCD U0456 C0789", "ref 7f3a9c",
        "the bearer of the news is basic", "DE is Germany",
    ):  # fmt: skip
        got = LogRedactor().text(text)

        assert text == got, text


@pytest.mark.parametrize("pattern", [pattern for pattern, _ in _PATTERNS])
def test_no_secret_is_overlooked(pattern):
    """The quick look, which spares ordinary text all patterns, finds whatever a pattern would."""

    @given(st.from_regex(pattern))
    def is_suspicious(text):
        assert _SUSPICIOUS.search(text)

    is_suspicious()


def test_known_secrets_go_wherever_they_stand():
    """A secret that the settings hold is found without looking like one."""
    redactor = LogRedactor(["plainlooking", "plainlooking-and-longer", "abc"])

    got = redactor.text("xplainlooking-and-longer yplainlooking abc")

    assert "x… y… abc" == got


def test_values_are_redacted_however_deep():
    """Containers, keys, numbers and foreign objects are looked into; small numbers stay numbers."""
    given = {"list": [ICCID, 7, None, 0.5, True], int(ICCID): ValueError(SID), "n": int(ICCID)}

    got = LogRedactor().value(given)

    assert {"list": ["…8909", 7, None, 0.5, True], "…8909": "DE…0001", "n": "…8909"} == got


def test_nothing_is_bound_outside_a_request():
    """Outside a request there are no fields."""
    fields = contextvars.Context().run(request_fields)

    assert {} == fields


def test_an_id_is_six_hex_digits_and_new_each_time():
    """The id is short enough to be read over the phone, and differs from request to request."""
    ids = {contextvars.copy_context().run(begin_request) for _ in range(50)}

    assert all(re.fullmatch("[0-9a-f]{6}", each) for each in ids)
    assert len(ids) > 45


def test_asking_for_an_id_binds_one():
    """Asked outside a request, an id is made and stays."""

    def twice():
        return request_id(), request_id()

    first, second = contextvars.Context().run(twice)

    assert first == second


async def test_a_task_keeps_the_request_it_was_started_in():
    """Work that goes on after the ack still carries its own request, whatever begins meanwhile."""
    first = begin_request(user="U1")

    async def later():
        await asyncio.sleep(0)
        return dict(request_fields())

    task = asyncio.create_task(later())
    begin_request(user="U2")
    fields = await task

    assert {"request_id": first, "user": "U1"} == fields
