"""manifest.yml: what Slack is told of the app is what the app does, and no more."""

import json
import os
import re
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest
import yaml

from bot.app.bot import EVENTS_PATH
from bot.blocks.report import ENTITY
from bot.emulators.slack.installation import granted_scopes
from bot.emulators.slack.methods.context import METHODS
from bot.emulators.slack.people import HOME
from bot.emulators.slack.web_api import load_methods
from bot.slack.identity import bot_scopes
from handlers.previews import OPENED
from tests.recorders import all_that_is_registered

ROOT = Path(__file__).parent.parent
MANIFEST = yaml.safe_load((ROOT / "manifest.yml").read_text())
SENDS = [*(ROOT / "bot" / "slack").glob("*.py"), *(ROOT / "handlers").rglob("*.py")]
FAMILIES = "chat|entity|files|views|conversations|users|usergroups|reactions|blocks"
METHOD = re.compile(rf'"((?:{FAMILIES})\.[a-zA-Z.]+)"')
SCOPES = MANIFEST["oauth_config"]["scopes"]
EVENTS = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
EVENT_SCOPES = {
    **dict.fromkeys(("app_uninstalled", "tokens_revoked")),
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "link_shared": "links:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
}
# off by default, so docs/going-live.md has these lines and the manifest has not
PAGE = (ROOT / "docs/going-live.md").read_text()
WORK_OBJECTS = yaml.safe_load(
    dedent(re.search(r"```yaml\n( +features:\n +rich_previews:.*?)```", PAGE, re.DOTALL)[1])
)
WORK_OBJECT_EVENTS = WORK_OBJECTS["settings"]["event_subscriptions"]["bot_events"]
SCHEMA = os.environ.get("SIMSESSIONS_SPECS_SCHEMA")


@pytest.fixture(scope="module")
def attached():
    """What is registered, by kind."""
    return all_that_is_registered()


def test_the_commands_are_those_that_are_registered(attached):
    """Each slash command has its listener and each listener its command."""
    told = [command["command"] for command in MANIFEST["features"]["slash_commands"]]

    assert attached["command"] == told


def test_events_and_shortcuts_are_those_that_are_registered(attached):
    """Nothing is subscribed to that nobody hears, and nobody waits for what never comes."""
    shortcuts = [each["callback_id"] for each in MANIFEST["features"].get("shortcuts", [])]

    heard = {event.partition(".")[0] for event in EVENTS}  # message.im comes as message
    assert set(attached.get("event", [])) == heard | set(WORK_OBJECT_EVENTS)
    assert sorted(attached.get("shortcut", [])) == sorted(shortcuts)


def test_what_work_objects_need_is_what_the_bot_sends():
    """The page tells Slack of the type that the bot sends and of the event that it hears."""
    previews = WORK_OBJECTS["features"]["rich_previews"]

    assert previews == {"is_active": True, "entity_types": [ENTITY]}
    assert [OPENED] == WORK_OBJECT_EVENTS
    assert set() == set(WORK_OBJECT_EVENTS) & set(EVENTS)


def test_each_optional_scope_is_asked_for_too():
    """Slack asks for what stands in `bot` alone; `bot_optional` says which may be declined."""
    assert {"bot", "bot_optional"} == set(SCOPES)
    assert set() == set(SCOPES["bot_optional"]) - set(SCOPES["bot"])
    assert [] == [name for kind in SCOPES.values() for name in kind if kind.count(name) > 1]


def test_an_app_is_installed_with_all_that_it_may_use():
    """Who allows everything gets each scope of it; who declines what may be, what is needed."""
    needed, optional = bot_scopes()

    assert needed | optional == granted_scopes(**SCOPES)
    assert needed == granted_scopes(**SCOPES, declined=needed | optional)
    assert {"files:write", "im:history", "links:write"} <= optional
    assert {"app_mentions:read", "chat:write", "commands"} <= needed


def test_each_event_has_the_scope_without_which_it_does_not_come():
    """What the code listens to has its scope."""
    assert {EVENT_SCOPES[event] for event in EVENTS} - {None} <= set(SCOPES["bot"])


def test_links_are_those_of_kores_console():
    """Slack tells of links to these domains, and of those below them, at most five."""
    assert ["korewireless.com"] == MANIFEST["features"]["unfurl_domains"]


def test_clicks_can_arrive(attached):
    """Buttons are registered, so interactivity is on."""
    assert attached["action"]
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]


def test_the_scopes_are_the_least_that_are_needed():
    """Every method that the code names has its scope, and every scope a method or event for it."""
    load_methods()
    named = {name for path in SENDS for name in METHOD.findall(path.read_text())}
    needed = {tuple(sorted(METHODS[name].scopes)) for name in named}

    for_events = {EVENT_SCOPES[event] for event in EVENTS}
    told = set(SCOPES["bot"])
    assert {"chat.postMessage", "chat.postEphemeral"} <= named
    assert all(not each or told & set(each) for each in needed)
    assert told - {"commands"} - for_events <= {scope for each in needed for scope in each}


def test_as_it_stands_it_is_for_socket_mode():
    """No address is asked for; the comment on top says what signed HTTP needs."""
    words = (ROOT / "manifest.yml").read_text()

    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert "request_url" not in json.dumps(MANIFEST)
    assert EVENTS_PATH in words
    assert HOME.id not in words


def test_answers_can_come_as_direct_messages():
    """The Messages tab is on, or Slack would refuse the last way of an answer."""
    assert MANIFEST["features"]["app_home"]["messages_tab_enabled"]


@pytest.mark.parametrize(
    ("path", "least", "most"),
    [
        (("display_information", "name"), 1, 35),
        (("display_information", "description"), 1, 140),
        (("display_information", "long_description"), 175, 4000),
        (("display_information", "background_color"), 4, 7),
        (("features", "bot_user", "display_name"), 1, 80),
        (("features", "slash_commands", 0, "command"), 2, 32),
        (("features", "slash_commands", 0, "description"), 1, 2000),
        (("features", "slash_commands", 0, "usage_hint"), 1, 1000),
    ],
)
def test_words_keep_slacks_limits(path, least, most):
    """Slack refuses a manifest whose words are too long or too short."""
    value = MANIFEST
    for step in path:
        value = value[step]

    assert least <= len(value) <= most


@pytest.mark.skipif(not SCHEMA, reason="SIMSESSIONS_SPECS_SCHEMA names no manifest schema")
def test_it_fits_slacks_own_schema():
    """Slack's published JSON schema of manifests takes it."""
    schema = json.loads(Path(SCHEMA).read_text())

    assert jsonschema.Draft7Validator(schema).is_valid(MANIFEST)
