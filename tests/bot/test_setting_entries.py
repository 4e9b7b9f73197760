"""Several KORE accounts, as the settings name them."""

import pytest

from bot.app.accounts import kore_configs
from bot.settings import Need, load_settings, read_settings
from bot.slack.access import AccountRule

TWO = """
[acme]
label = "Acme Inc."
client_id = "a"
client_secret = "first-secret"
channels = ["C0FLEETOP"]

[globex]
access_token = "second-secret"
api_url = "https://kore.example"
users = "U0BEN0001, U0ANA0001"
groups = ["S0ONCALL1"]
per_second = 5
"""


@pytest.fixture
def file(tmp_path):
    """Return what writes the file, for its owner only, and gives the settings that name it."""

    def write(text, mode=0o600):
        path = tmp_path / "accounts.toml"
        path.write_text(text)
        path.chmod(mode)
        return {"SIMSESSIONS_ACCOUNTS": str(path)}

    return write


def test_a_file_names_them(file):
    """Each has its own credentials, URLs, limits and readers; the rest is as for one."""
    settings = load_settings(file(TWO), None, need=Need.KORE)
    configs = kore_configs(settings)

    assert ["acme", "globex"] == list(configs)
    assert ("a", "first-secret", None) == (
        configs["acme"].client_id,
        configs["acme"].client_secret,
        configs["acme"].per_second,
    )
    assert ("https://kore.example", 5, 20) == (
        configs["globex"].api_url,
        configs["globex"].per_second,
        configs["globex"].at_once,
    )
    assert AccountRule("acme", frozenset({"C0FLEETOP"})) == settings.several[0].rule
    assert not settings.several[1].rule.is_open
    assert {"first-secret", "second-secret"} <= set(settings.secrets)
    assert "secret" not in repr(settings.several).replace("client_secret", "")


def test_so_does_the_environment():
    """The names in KORE_ACCOUNTS, and what each is for as a part of the name."""
    told = {
        "KORE_ACCOUNTS": "acme, big-corp",
        "KORE_ACME_CLIENT_ID": "a",
        "KORE_ACME_CLIENT_SECRET": "s",
        "KORE_BIG_CORP_ACCESS_TOKEN": "t",
        "KORE_BIG_CORP_CHANNELS": "C1 C2",
    }
    settings = load_settings(told, None, need=Need.KORE)

    assert ["acme", "big-corp"] == [each.name for each in settings.several]
    assert frozenset({"C1", "C2"}) == settings.several[1].channels


def test_a_name_may_begin_as_another_does():
    """What is for `acme-west` is not taken for `acme`, whichever is named first."""
    for names in ("acme,acme-west", "acme-west,acme"):
        told = {
            "KORE_ACCOUNTS": names,
            "KORE_ACME_ACCESS_TOKEN": "t",
            "KORE_ACME_WEST_ACCESS_TOKEN": "w",
        }
        settings = load_settings(told, None, need=Need.KORE)
        tokens = {each.name: each.access_token.get_secret_value() for each in settings.several}

        assert names == ",".join(tokens)
        assert {"acme": "t", "acme-west": "w"} == tokens


def test_all_faults_are_told_at_once(file):
    """Of all accounts, and none of them tells a secret."""
    told = file("[acme]\nclient_id = 'a'\n[Globex]\n[c]\nchanels = 'C1'\naccess_token = 'x y'\n")
    _, (fault,) = read_settings(told, None, need=Need.KORE)

    for part in ("acme: client_id and client_secret", "Globex: a name is", "mean channels?"):
        assert part in fault
    assert "x y" not in fault


@pytest.mark.parametrize(
    ("mode", "text", "says"),
    [(0o640, TWO, "chmod 600"), (0o600, "[acme", "TOML"), (0o600, "", "names no account")],
)
def test_a_file_that_will_not_do(file, mode, text, says):
    """One that others may read, that is no TOML, or that is empty."""
    _, faults = read_settings(file(text, mode), None, need=Need.NOTHING)

    assert says in faults[0]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (TWO.replace("users = ", "users = []  # "), "globex: users is empty"),
        (
            TWO.replace("access_token", "client_secret = 'x'\nclient_id = 'a' #").replace(
                "api_url", "label = 'g' #"
            ),
            "acme and globex have the same credentials",
        ),
        (
            TWO.replace("api_url = ", "label = 'ACME inc.' # "),
            "acme and globex are called the same",
        ),
        (TWO.replace("[globex]", "[any]"), "any: a name is"),
        (TWO.replace("[globex]", "[redact]"), "redact: a name is"),
        (TWO.replace("label", "name"), "acme: name is no setting of an account"),
    ],
)
def test_accounts_that_would_be_mistaken_are_a_fault(file, text, says):
    """An empty list opens nothing, one account is not two, and no name is a word of a command."""
    _, (fault,) = read_settings(file(text), None, need=Need.KORE)

    assert says in fault


def test_there_is_one_way_at_a_time(file):
    """Credentials of no account beside named ones are of nobody."""
    for more in ({"KORE_CLIENT_SECRET": "a"}, {"KORE_ACCOUNTS": "b", "KORE_B_ACCESS_TOKEN": "t"}):
        _, faults = read_settings(file(TWO) | more, None, need=Need.KORE)
        assert "take " in faults[0], more
