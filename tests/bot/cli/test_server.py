"""Ports that can and cannot be had."""

import errno
import socket

import pytest

from bot.cli.server import asked_or_free, port_errors
from bot.errors import StartError


def test_what_was_asked_for_is_taken_at_its_word():
    """
    A port that somebody names is not second-guessed, 0 included.
    """
    assert [8123, 0] == [asked_or_free(8123, 8080), asked_or_free(0, 8080)]


def test_the_usual_port_is_given_up_where_it_is_taken():
    """
    Without a wish, a taken port makes way for any free one.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        while_taken = asked_or_free(None, port)
    afterwards = asked_or_free(None, port)

    assert [0, port] == [while_taken, afterwards]


@pytest.mark.parametrize(
    ("code", "says"), [(errno.EADDRINUSE, "port 80 is taken"), (errno.EACCES, "may not be used")]
)
def test_a_port_that_cannot_be_had(code, says):
    """
    The sentence says what to do instead.
    """
    with pytest.raises(StartError, match=says), port_errors(80):
        raise OSError(code, "no")


def test_another_trouble_is_not_blamed_on_the_port():
    """
    An OSError that is not about a port goes its way.
    """
    with pytest.raises(FileNotFoundError), port_errors(80):
        raise FileNotFoundError
