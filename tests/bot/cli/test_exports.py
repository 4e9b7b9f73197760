"""The lines to copy into a shell."""

from bot.cli.exports import exports
from bot.clock import SystemClock
from bot.emulators.kore.api import KoreApi
from bot.settings import Need, load_settings


def test_they_are_the_settings_of_a_lookup():
    """
    Read as an environment they are all that `lookup` needs.
    """
    api = KoreApi(SystemClock())
    words = " ".join(exports(api, "http://127.0.0.1:1")).replace("export ", "").split()
    settings = load_settings(dict(word.split("=", 1) for word in words), None, need=Need.KORE)

    assert ("http://127.0.0.1:1", api.client_id) == (settings.kore_api_url, settings.kore_client_id)
