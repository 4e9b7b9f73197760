"""Several accounts asked side by side by one client."""

import asyncio
import gc

import pytest

from bot.kore.accounts import AccountIndex, AccountsClient
from bot.kore.errors import KoreNotFound, KoreUnavailable
from bot.kore.models import Sim
from tests.builders import SID


@pytest.fixture
def accounts(kore):
    """Two names of one account: what they answer is up to each test."""
    return AccountsClient({"acme": kore, "globex": kore}, AccountIndex())


def answering(*answers):
    """Return what asks one account after the other; an error among the answers is raised."""
    left = iter(answers)

    async def ask(_client):
        answer = next(left)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


async def test_the_first_answer_counts(accounts):
    """Whoever has it answers, whatever the others say; what they say is not lost on the way."""
    unretrieved = []
    asyncio.get_running_loop().set_exception_handler(lambda _, about: unretrieved.append(about))
    for other in (KoreNotFound(), KoreUnavailable()):
        assert ("globex", "it") == await accounts.first(answering(other, "it"))
        assert ("acme", "it") == await accounts.first(answering("it", other))
    gc.collect()

    assert [] == unretrieved


async def test_what_none_has_is_one_clear_answer(accounts):
    """A 404 of all is a 404; where one could not be asked, nobody knows."""
    with pytest.raises(KoreNotFound):
        await accounts.first(answering(KoreNotFound(), KoreNotFound()))
    for answers in ((KoreNotFound(), KoreUnavailable()), (KoreUnavailable(), KoreNotFound())):
        with pytest.raises(KoreUnavailable):
            await accounts.first(answering(*answers))


async def test_one_that_is_not_reached_is_not_asked(accounts):
    """A SIM that another account is known to have is not there, and nobody is asked for it."""
    accounts.note([Sim(sid=SID, account="globex")])

    with pytest.raises(KoreNotFound):
        await accounts.only(frozenset({"acme"})).sim(SID)
    assert "globex" == accounts.account_of(SID)
    assert accounts.only(frozenset({"acme"})).account_of(SID) is None
