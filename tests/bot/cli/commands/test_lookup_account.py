"""`simsessions lookup --account`: one of several KORE accounts, without Slack."""

import json

from bot.cli.exit_codes import ExitCode


def two(kore):
    """Return the settings of two accounts, of which the second answers nobody."""
    usual = dict(kore.settings)
    accounts = {"KORE_ACCOUNTS": "acme,globex", "KORE_GLOBEX_ACCESS_TOKEN": "t"}
    accounts["KORE_GLOBEX_API_URL"] = "http://127.0.0.1:9"
    for name in ("CLIENT_ID", "CLIENT_SECRET"):
        accounts[f"KORE_ACME_{name}"] = usual.pop(f"KORE_{name}")
    return usual | accounts


async def test_one_that_cannot_be_reached_keeps_no_other_from_answering(kore, simsessions):
    """Of both, and of the one that is named; each answer names its account."""
    for more in ((), ("--account", "Acme")):
        done = await simsessions("lookup", "truck-42", "--json", *more, **two(kore))
        assert ("truck-42", 0) == (json.loads(done.out)["sim"]["unique_name"], done.code), more


async def test_an_account_that_there_is_not(kore, simsessions):
    """It says which there are; with one that has no name, too."""
    for settings, says in ((two(kore), "acme, globex"), (kore.settings, "one without a name")):
        done = await simsessions("lookup", "truck-42", "--account", "nowhere", **settings)
        assert says in " ".join(done.err.split()), says
        assert done.code != ExitCode.OK
