"""Errors to replies."""

import logging

import pytest

from bot.errors import BotError, NotAllowed, TookTooLong
from bot.kore.errors import KoreUnavailable
from bot.ops.request_context import begin_request
from bot.sims.errors import Candidate, SimNotFound
from handlers.error_replies import to_reply


def words(reply):
    return reply.draw(frozenset()).text


@pytest.mark.parametrize(
    ("error", "says", "outcome"),
    [
        (NotAllowed("Not you."), "Not you.", "not_allowed"),
        (KoreUnavailable(), KoreUnavailable.sentence, "kore_unavailable"),
        (TimeoutError(), TookTooLong.sentence, "took_too_long"),
        (BotError(), BotError.sentence, "bot_error"),
    ],
)
def test_an_error_says_its_own_sentence(error, says, outcome):
    """
    Each planned error carries its sentence and its name for the metrics.
    """
    reply, named = to_reply(error)

    assert (says, outcome) == (words(reply), named)


def test_an_unplanned_one_shows_a_reference_and_nothing_else():
    """
    The request's own id is the reference, and the exception's words stay in the log.
    """
    reference = begin_request()

    reply, named = to_reply(ZeroDivisionError("secret detail"))

    assert f"Something broke on our side (ref {reference})" in words(reply)
    assert "secret detail" not in words(reply)
    assert "unplanned" == named


def test_near_misses_become_buttons_that_remember_what_was_typed():
    """
    The candidates of a SIM that was not found can be clicked.
    """
    reply, _ = to_reply(SimNotFound("No.", (Candidate("DE1", "pump-7"),)), asked="pmp-7")

    blocks = str(reply.draw(frozenset()).blocks)
    assert "pump-7" in blocks
    assert "pmp-7" in blocks


@pytest.mark.parametrize(
    ("error", "level"),
    [
        (NotAllowed(), logging.INFO),
        (KoreUnavailable(), logging.WARNING),
        (ZeroDivisionError(), logging.ERROR),
    ],
)
def test_how_bad_it_is_in_the_log(error, level, caplog):
    """
    What the asker can mend is no fault; what nobody planned for is an error with its traceback.
    """
    caplog.set_level(logging.INFO)

    to_reply(error)

    (record,) = caplog.records
    assert level == record.levelno
    assert (level == logging.ERROR) is bool(record.exc_info)
