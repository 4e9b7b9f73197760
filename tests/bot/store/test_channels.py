"""What was kept before accounts had names, and the account that a channel means."""

import asyncio

import pytest

from bot.store.channels import AccountRows, ListeningChannel, ListeningRows
from bot.store.digest_runs import DigestRuns, RunStage
from bot.store.lookups import OK, Lookup, Lookups
from bot.struct import replace

LOOKUP = Lookup("a", 1.0, "ref", "T1", "U1", "C1", "1.1", "command", OK, "DE1", "pump", "{}")


async def test_what_had_no_account_is_of_the_first(database):
    """Once; what has a name keeps it, whatever is named first later."""
    runs, lookups, rows = DigestRuns(database), Lookups(database), AccountRows(database)
    old, new = await runs.begin("s1", 1.0, "j1"), await runs.begin("s1", 2.0, "j2")
    await runs.change(new.id, RunStage.POSTED, accounts="globex")
    await lookups.add([LOOKUP, replace(LOOKUP, id="b", account="globex")])

    await rows.claim("acme")
    await rows.claim("zeta")

    assert ("acme", "globex") == (
        (await runs.find("s1", old.due)).accounts,
        (await runs.find("s1", new.due)).accounts,
    )
    assert ["acme", "globex"] == [each.account for each in await lookups.in_thread("C1", "1.1")]


async def test_a_run_is_compared_with_one_of_the_same_accounts(database):
    """Else SIMs of an account that is new to a channel, or gone from it, would be told of."""
    runs = DigestRuns(database)
    for due, accounts in ((1.0, "acme"), (2.0, "acme,globex")):
        run = await runs.begin("s1", due, f"j{due}")
        await runs.change(run.id, RunStage.POSTED, accounts=accounts, has_rows=True)

    assert 1.0 == (await runs.before("s1", 9.0, "acme")).due
    assert await runs.before("s1", 9.0, "globex") is None
    assert [1.0] == [run.due for run in await runs.newest_scans(frozenset({"acme"}))]
    assert [2.0] == [run.due for run in await runs.newest_scans(frozenset({"acme", "globex"}))]
    assert () == await runs.newest_scans(frozenset({"globex"}))


async def test_a_channel_means_what_was_chosen_last(database):
    """In its workspace; until none is chosen."""
    rows = AccountRows(database)
    for account in ("acme", "globex", None):
        await rows.choose("T1", "C1", account, "U1")
        assert account == await rows.of_channel("T1", "C1")
        assert await rows.of_channel("T2", "C1") is None


@pytest.mark.parametrize("before", [None, "zeta"])
async def test_two_may_choose_at_once(database, before):
    """Whoever was last in the store counts, and nobody is told of an error."""
    rows, names = AccountRows(database), [f"a{number}" for number in range(8)]
    await rows.choose("T1", "C1", before, "U1")
    await asyncio.gather(*(rows.choose("T1", "C1", name, "U1") for name in names))

    assert await rows.of_channel("T1", "C1") in names


async def test_what_was_begun_anew_since_is_not_ended(database):
    """Who may not ask there is found out late: somebody else has it listen by then."""
    rows, old = ListeningRows(database), ListeningChannel("C1", "T1", None, "U1", 1.0)
    await rows.start(old)
    await rows.stop("C1")
    new = replace(old, person="U2")
    await rows.start(new)

    assert not await rows.stop("C1", only=old)
    assert new == await rows.of("C1")
    assert await rows.stop("C1", only=new)
