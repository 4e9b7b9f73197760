"""`account`: which of several KORE accounts a name alone means in a channel."""

from tests.accounts_rig import PUMP, THEIR_PUMP, VAULT, two_accounts
from tests.whole_bot import whole_bot


async def test_a_channel_means_the_account_that_was_chosen_there():
    """A name is that account's; another's is named by hand or by SID, until any is meant again."""
    async with two_accounts() as two:
        whole = two.whole
        await whole.type("account Acme")
        assert "Here a name means a SIM of acme." == whole.answer().text
        for text, sid in (
            ("pump-7", PUMP.sid),
            ("globex/pump-7", THEIR_PUMP.sid),
            (VAULT.sid, VAULT.sid),
        ):
            await whole.type(text)
            assert sid in str(whole.answer().blocks), text
        await whole.type("vault-9")
        assert "No SIM is called" in whole.answer().text
        await whole.type("pump-7", channel="#general")
        assert "2 SIMs are called" in whole.answer("ana", "#general").text
        await whole.type("account any")
        await whole.type("vault-9")
        assert VAULT.sid in str(whole.answer().blocks)
        await whole.type("account nowhere")
        assert "I know no account nowhere here." in whole.answer().text


async def test_one_that_may_not_be_seen_cannot_be_chosen():
    """Nor is it told that there is such an account."""
    async with two_accounts(globex={"users": "U0BEN0001"}) as two:
        for text in ("account globex", "account", "account any"):
            two.whole.slack.api.calls.clear()
            await two.whole.type(text)
            assert text == "account globex" or "globex" not in two.sent(), text
        await two.whole.type("account globex")
        assert "I know no account globex here." in two.whole.answer().text


async def test_with_one_account_there_is_nothing_to_choose():
    """It says so."""
    async with whole_bot() as whole:
        await whole.type("account acme")

        assert "the only account" in whole.answer().text
