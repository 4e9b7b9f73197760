"""Slack's signature of an HTTP request."""

import hmac

import pytest
from slack_sdk.signature import SignatureVerifier

from bot.slack.http_endpoint import Signature
from tests.fakes import FakeClock

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
BODY = b"token=x&command=%2Fsimsessions&text=pump-7"


def stamp(clock, away=0):
    return str(int(clock.now().timestamp()) + away)


def signed(timestamp, body=BODY, secret=SECRET):
    made = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return made.encode()


@pytest.mark.parametrize("away", [0, -299, 299])
def test_slacks_own_signature_fits(away):
    """
    What the SDK signs within five minutes is taken.
    """
    clock = FakeClock()
    timestamp = stamp(clock, away)

    assert Signature(SECRET, clock).fits(BODY, timestamp.encode(), signed(timestamp))


def test_any_bytes_can_be_signed():
    """
    The signature is over bytes; a body that is no text is no special case.
    """
    clock = FakeClock()
    body = b"\xff\x00" * 10
    timestamp = stamp(clock)

    assert not Signature(SECRET, clock).fits(body, timestamp.encode(), b"v0=00")


@pytest.mark.parametrize("signature", [b"", b"v0=", b"v0=" + b"0" * 64, "v0=é".encode()])
def test_another_signature_does_not(signature):
    """
    A wrong or missing signature is refused.
    """
    clock = FakeClock()

    assert not Signature(SECRET, clock).fits(BODY, stamp(clock).encode(), signature)


@pytest.mark.parametrize(
    ("away", "body", "secret"),
    [(0, BODY + b"&user_id=U2", SECRET), (-301, BODY, SECRET), (301, BODY, SECRET), (0, BODY, "x")],
)
def test_a_right_signature_of_something_else_does_not(away, body, secret):
    """
    A changed body, an old or a future timestamp, another secret are refused.
    """
    clock = FakeClock()
    at = stamp(clock, away)

    assert not Signature(secret, clock).fits(body, at.encode(), signed(at))


@pytest.mark.parametrize(
    "timestamp", [b"", b"now", b"1e9", b"-1", b"1.5", b"9" * 5000, "٣".encode()]
)
def test_a_timestamp_that_is_no_number_is_refused(timestamp):
    """
    Nothing in the header can raise.
    """
    assert not Signature(SECRET, FakeClock()).fits(BODY, timestamp, b"v0=x")


def test_without_a_secret_nothing_fits():
    """
    An empty signing secret lets nobody in, also not who signs with it.
    """
    clock = FakeClock()
    timestamp = stamp(clock).encode()
    mine = hmac.new(b"", b"v0:" + timestamp + b":" + BODY, "sha256").hexdigest()

    assert not Signature("", clock).fits(BODY, timestamp, b"v0=" + mine.encode())
