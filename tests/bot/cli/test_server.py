"""Ports that can and cannot be had, and the lines to copy into a shell."""

import errno
import socket

import pytest

from bot.cli.server import exports, port_errors, port_or_free
from bot.clock import SystemClock
from bot.demo.partner import kore_settings
from bot.emulators.kore.api import KoreApi
from bot.errors import StartError
from bot.settings import Need, load_settings


def test_what_was_asked_for_is_taken_at_its_word():
    """A port that somebody names is not second-guessed, 0 included."""
    assert [8123, 0] == [port_or_free(8123, 8080), port_or_free(0, 8080)]


def test_the_usual_port_is_given_up_where_it_is_taken():
    """Without a wish, a taken port makes way for any free one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        while_taken = port_or_free(None, port)
    afterwards = port_or_free(None, port)

    assert [0, port] == [while_taken, afterwards]


@pytest.mark.parametrize(
    ("code", "says"), [(errno.EADDRINUSE, "port 80 is taken"), (errno.EACCES, "may not be used")]
)
def test_a_port_that_cannot_be_had(code, says):
    """The sentence says what to do instead."""
    with pytest.raises(StartError, match=says), port_errors(80):
        raise OSError(code, "no")


def test_another_trouble_is_not_blamed_on_the_port():
    """An OSError that is not about a port goes its way."""
    with pytest.raises(FileNotFoundError), port_errors(80):
        raise FileNotFoundError


def test_its_exports_are_the_settings_of_a_lookup():
    """Read as an environment they are all that `lookup` needs."""
    api = KoreApi(SystemClock())
    told = kore_settings({"default": (api, "http://127.0.0.1:1")}) | {"SLACK_BOT_TOKEN": "xoxb-1"}
    words = " ".join(exports(told)).replace("export ", "").split()
    settings = load_settings(dict(word.split("=", 1) for word in words), None, need=Need.KORE)

    assert ("http://127.0.0.1:1", api.client_id) == (settings.kore_api_url, settings.kore_client_id)
