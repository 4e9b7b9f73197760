"""Settings: what is read, what is refused, and that secrets stay in."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.app.accounts import kore_configs
from bot.diagnosis.thresholds import Thresholds
from bot.errors import SettingsError
from bot.kore.connect import KoreConfig
from bot.settings import Need, Settings, env_name, known_names, load_settings
from bot.struct import replace

ROOT = Path(__file__).parent.parent.parent
KORE = {"KORE_CLIENT_ID": "id", "KORE_CLIENT_SECRET": "hush-kore"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-hush", "SLACK_APP_TOKEN": "xapp-hush"}


def faults_of(told: dict[str, str], need: Need = Need.NOTHING) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings(told, None, need=need)
    return caught.value.faults


def test_defaults_are_the_real_services():
    """With nothing set, Slack's and KORE's own addresses and port 3000 are used."""
    settings = load_settings({}, None, need=Need.NOTHING)

    assert "https://slack.com/api/" == settings.slack_api_url
    assert "https://programmable-wireless.api.korewireless.com" == settings.kore_api_url
    assert "https://api.korewireless.com/api-services/v1/auth/token" == settings.kore_token_url
    assert 3000 == settings.port


def test_a_complete_environment_is_enough():
    """The KORE client and the two Slack tokens are all that `run` needs."""
    settings = load_settings(KORE | SLACK, None)

    assert settings.socket_mode
    assert settings.slack_bot_token is not None
    assert "xoxb-hush" == settings.slack_bot_token.get_secret_value()


def test_without_an_app_token_slack_comes_over_http():
    """A signing secret in place of the app token means signed HTTP."""
    told = KORE | {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"}

    assert not load_settings(told, None).socket_mode


HERE = ("http://127.0.0.1:8081", "http://localhost:8081", "http://[::1]:8081")


@pytest.mark.parametrize("origin", ["https://kore.example", *HERE])
@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/"])
def test_kore_api_url_is_an_origin(origin, path):
    """`/v1` and a trailing slash are forgiven, and http is fine on this machine."""
    told = {"KORE_API_URL": origin + path}

    assert origin == load_settings(told, None, need=Need.NOTHING).kore_api_url


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("90", 90), ("90s", 90), ("15min", 900), ("15m", 900), ("4h", 14400), ("1.5 d", 129600)],
)
def test_durations_carry_units(typed, seconds):
    """A duration is read in seconds, with or without a unit."""
    settings = load_settings({"SIMSESSIONS_DRAIN": typed}, None, need=Need.NOTHING)

    assert seconds == settings.drain


def test_faults_name_the_setting_and_say_what_to_do():
    """A wrong value, and a misspelt name, is one fault that begins with the name."""
    for name, value, says in (
        ("SIMSESSIONS_KORE_CONSOLE_URL", "https://console.example/", "names no SIM"),
        ("SIMSESSIONS_RUNBOOKS", "/nowhere/runbooks", "cannot be read as a file"),
        ("SIMSESSIONS_RUNBOOKS", "https://wiki.example/", "has no {rule} in it"),
        ("SIMSESSIONS_WEBHOOKS", "/nowhere/webhooks", "cannot be read as a file"),
        ("SIMSESSIONS_WEBHOOKS", "ops=https://a.example/hush", "needs a secret"),
        ("KORE_API_URL", "http://kore.example", "use https://"),
        ("KORE_API_URL", "kore.example", "is not a URL"),
        ("KORE_API_URL", "ftp://kore.example", "is not a URL"),
        ("KORE_API_URL", "https://kore.example/v2", "an origin"),
        ("KORE_API_URL", "https://me:hush@kore.example", "leave those out"),
        ("KORE_TOKEN_URL", "http://10.0.0.1/token", "use https://"),
        ("KORE_TOKEN_URL", "http://[::1", "Invalid IPv6 URL"),
        ("SLACK_API_URL", "http://127.0.0.1.evil.example/api", "use https://"),
        ("SLACK_BOT_TOKEN", "xapp-hush", "xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-hush", "xapp-"),
        ("SLACK_BOT_TOKEN", "xoxb-hush\nhush", "line break"),
        ("KORE_ACCESS_TOKEN", "hush\r\nhush", "line break"),
        ("PORT", "many", "is not a whole number"),
        ("SIMSESSIONS_KORE_PER_SECOND", "fast", "is not a number"),
        ("SIMSESSIONS_KORE_PER_SECOND", "inf", "finite"),
        ("PORT", "65536", "65535"),
        ("SIMSESSIONS_DRAIN", "3 fortnights", "duration"),
        ("SIMSESSIONS_DRAIN", "-3", "duration"),
        ("SIMSESSIONS_DRAIN", "99999999999d", "longer than 10 years"),
        ("SIMSESSIONS_ALLOWED_USERS", "U0123ABCD, bob", "bob"),
        ("SIMSESSIONS_ALLOWED_CHANNELS", "#general", "#general"),
        ("SIMSESSIONS_ALLOWED_TEAMS", "U0123ABCD", "U0123ABCD"),
        ("SIMSESSIONS_LOG_LEVEL", "LOUD", "WARNING"),
        ("SIMSESSIONS_FLAPPING_STARTS", "0", "whole number"),
        ("SIMSESSIONS_FLAPPING_STARTS", "-1", "whole number"),
        ("SIMSESSIONS_FLAPPING_STARTS", "4.5", "whole number"),
        ("SIMSESSIONS_STALE_AFTER", "soon", "by default 1h"),
        ("SIMSESSIONS_STALE_AFTER", "0", "above 0"),
        ("SIMSESSIONS_STALE_AFTER", "99999999999999d", "longer than 10 years"),
        ("SIMSESSIONS_IDLE_TIMEOUTS", "1h,,4h", "duration"),
        ("SIMSESSIONS_DRIAN", "3", "did you mean SIMSESSIONS_DRAIN?"),
    ):
        (fault,) = faults_of({name: value})

        assert fault.startswith(f"{name}: "), (name, value, says)
        assert says in fault, (name, value, says)
        assert "hush" not in fault, (name, value, says)


def test_all_faults_are_listed_at_once():
    """Wrong values, misspelt names and what is missing come together, each once."""
    faults = faults_of(
        {"PORT": "x", "SLACK_BOT_TOKEN": "x", "SIMSESSIONS_LOG_LEVLE": "INFO"}, Need.ALL
    )

    assert [
        "SLACK_BOT_TOKEN", "PORT", "SIMSESSIONS_LOG_LEVLE", "KORE_CLIENT_ID", "KORE_CLIENT_SECRET",
        "SLACK_APP_TOKEN",
    ] == [fault.split(":")[0] for fault in faults]  # fmt: skip


def test_a_webhook_in_the_clear_is_refused_unless_that_is_set():
    """Nothing would ever be sent there: it is said at the start, and not at the first incident."""
    told = KORE | SLACK | {"SIMSESSIONS_WEBHOOKS": "ops=http://a.example/hush secret=hush"}
    (fault,) = faults_of(told, Need.ALL)

    assert fault.startswith("SIMSESSIONS_WEBHOOKS: ops: ")
    assert "use https://" in fault
    assert "hush" not in fault
    assert load_settings(told | {"SIMSESSIONS_WEBHOOKS_INTERNAL": "yes"}, None).webhooks
    assert load_settings(told, None, need=Need.KORE).webhooks


def test_what_is_no_fault():
    """A command asks only for what it needs; strangers' names and empty values do not matter."""
    for need, told in (
        (Need.NOTHING, {}),
        (Need.KORE, KORE),
        (Need.KORE, {"KORE_ACCESS_TOKEN": "t"}),
        (Need.SLACK, SLACK),
        (Need.ALL, KORE | SLACK),
        (Need.KORE, KORE | {"SIMSESSIONS_REQUIRE_ALL": "1", "SLACKWARE": "15", "HOME": "/"}),
        (Need.KORE, KORE | {"PORT": "", "SIMSESSIONS_DRAIN": "  "}),
        (Need.NOTHING, {"SIMSESSIONS_ALLOWED_USERS": "U1 W2,U3"}),
        (Need.NOTHING, {"SIMSESSIONS_LOG_LEVEL": "debug"}),
    ):
        assert load_settings(told, None, need=need).missing(need) == (), (need, told)


def test_secrets_are_never_shown():
    """No secret is in the text of the settings, nor in an outsider's validation error."""
    told = KORE | SLACK | {"SLACK_SIGNING_SECRET": "hush-3", "KORE_ACCESS_TOKEN": "hush-4"}
    told["SIMSESSIONS_WEBHOOKS"] = "ops=https://a.example/hush-5 secret=hush-6"
    settings = load_settings(told, None)

    assert 7 == len(settings.secrets)
    assert all("hush" in secret for secret in settings.secrets)
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump()}"


def test_a_fault_has_no_cause_that_holds_the_values():
    """The error about a wrong token does not carry the token in its chain."""
    with pytest.raises(SettingsError) as caught:
        load_settings({"SLACK_BOT_TOKEN": "hush"}, None, need=Need.NOTHING)

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_the_file_fills_in_and_the_environment_wins(tmp_path: Path):
    """`.env` is read as it stands, without touching the process's own environment."""
    env = tmp_path / ".env"
    env.write_text("# ours\nKORE_CLIENT_ID=from-file\nexport KORE_CLIENT_SECRET='a${HOME}b'\n")
    settings = load_settings({"KORE_CLIENT_ID": "from-environ"}, env, need=Need.KORE)

    assert "from-environ" == settings.kore_client_id
    assert settings.kore_client_secret is not None
    assert "a${HOME}b" == settings.kore_client_secret.get_secret_value()


def test_an_empty_variable_does_not_hide_the_file(tmp_path: Path):
    """A variable that is set to nothing counts as not set; `.env` is optional."""
    env = tmp_path / ".env"
    assert 3000 == load_settings({"PORT": ""}, env, need=Need.NOTHING).port
    env.write_text("PORT=4000\n")

    assert 4000 == load_settings({"PORT": ""}, env, need=Need.NOTHING).port


def test_a_file_that_cannot_be_read_is_a_fault(tmp_path: Path):
    """Bytes that are no text are told by the file's name, not by a traceback."""
    env = tmp_path / ".env"
    env.write_bytes(b"PORT=\xff\xfe")

    with pytest.raises(SettingsError, match=r"\.env: cannot be read"):
        load_settings({}, env, need=Need.NOTHING)


@pytest.mark.parametrize("field", sorted(set(Settings.model_fields)))
def test_each_setting_is_used(field):
    """No setting is read in vain: something of the bot asks for it."""
    used = re.compile(rf"\b(?:settings|self|told)\.{field}\b")
    sources = [path.read_text() for path in (ROOT / "bot").rglob("*.py")]

    assert any(used.search(source) for source in sources)


def test_settings_are_frozen():
    """Nobody changes a setting behind another's back."""
    with pytest.raises(ValidationError):
        Settings().port = 1


def test_the_kore_client_gets_what_was_set():
    """Credentials and patience reach the KORE client; the rest stays as the client has it."""
    told = KORE | {"KORE_API_URL": "http://127.0.0.1:81/v1", "SIMSESSIONS_SESSIONS_TTL": "2min"}
    config = kore_configs(load_settings(told, None, need=Need.KORE))[""]

    assert "http://127.0.0.1:81" == config.api_url
    assert ("id", "hush-kore") == (config.client_id, config.client_secret)
    assert 120 == config.cache_policies.data_sessions.fresh_for
    assert KoreConfig().cache_policies.sims == config.cache_policies.sims
    assert "hush" not in repr(config)


def test_untouched_settings_are_the_clients_own_defaults():
    """The defaults in docs/settings.md are the ones that the KORE client documents."""
    assert KoreConfig() == kore_configs(load_settings({}, None, need=Need.NOTHING))[""]


def test_each_kind_of_threshold_is_a_setting():
    """A threshold is read as its default is: a number, a duration, several durations."""
    for name, value, field, read in (
        ("SIMSESSIONS_STALE_AFTER", "2h", "stale_after", timedelta(hours=2)),
        ("SIMSESSIONS_FLAPPING_STARTS", "9", "flapping_starts", 9),
        (
            "SIMSESSIONS_IDLE_TIMEOUTS",
            "1d, 2h",
            "idle_timeouts",
            (timedelta(1), timedelta(hours=2)),
        ),
    ):
        thresholds = load_settings({name: value}, None, need=Need.NOTHING).thresholds

        assert replace(Thresholds(), **{field: read}) == thresholds, (name, value, field, read)


@pytest.mark.parametrize("field", sorted(set(Settings.model_fields) - {"thresholds"}))
def test_each_setting_says_what_it_is(field):
    """Every setting has a description, a name outside, and either a default or none."""
    assert Settings.model_fields[field].description
    assert known_names()[env_name(field)] == field


TOKEN = "hush-5-of-thirty-two-characters-or-more"


def test_tokens_of_agents():
    """Each has a name and what it may see; all are secrets, and none is shown."""
    told = {"SIMSESSIONS_MCP_TOKENS": f"oncall={TOKEN}, partner:redact:acme={TOKEN}=="}
    settings = load_settings(told, None, need=Need.NOTHING)

    assert [("oncall", False, frozenset()), ("partner", True, {"acme"})] == [
        (token.name, token.redacts, token.accounts) for token in settings.mcp_tokens
    ]
    assert {TOKEN, f"{TOKEN}=="} <= set(settings.secrets)
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump()}"


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"SIMSESSIONS_MCP_TOKENS": "oncall=hush"}, "the token of oncall is shorter than 32"),
        ({"SIMSESSIONS_MCP_TOKENS": TOKEN}, "is not like oncall=<token>"),
        ({"SIMSESSIONS_MCP_TOKENS": "hush" * 8}, "is not like oncall=<token>"),
        ({"SIMSESSIONS_MCP_TOKENS": "hush" * 8 + "=="}, "is not like oncall=<token>"),
        ({"SIMSESSIONS_MCP_TOKENS": f"a:b/c={TOKEN}"}, "is not like oncall=<token>"),
        ({"SIMSESSIONS_MCP_TOKENS": f"a={TOKEN},b={TOKEN}"}, "twice"),
        ({"SIMSESSIONS_MCP_TOKENS": f"a={TOKEN},a={TOKEN}x"}, "twice"),
        ({"SIMSESSIONS_MCP_ORIGINS": "tools.example.com"}, "no origin"),
        ({"SIMSESSIONS_MCP_HOSTS": "https://mcp.example.com"}, "no host"),
        ({"SIMSESSIONS_MCP_HOSTS": "2001:db8::1"}, "no host"),
    ],
)
def test_what_is_wrong_with_an_agents_settings_is_said(told, words):
    """A fault names the token and what to do, and does not repeat it."""
    with pytest.raises(SettingsError) as caught:
        load_settings(told, None, need=Need.NOTHING)

    assert words in caught.value.sentence
    assert "hush" not in caught.value.sentence
