"""How the subcommand that is meant is found."""

import asyncio
from pathlib import Path

from bot.emulators.kore.faults import broken
from bot.errors import UnknownSubcommand
from bot.sims.errors import Candidate, NotASim, SimNotFound
from handlers.commands import all_subcommands, find, or_nearest

HERE = Path(__file__).parent


def test_the_first_word_says_which():
    """A subcommand's name, in any case; everything else names a SIM, a text that begins so too."""
    for text, name, rest in (
        ("", "help", ""),
        ("   ", "help", ""),
        ("help", "help", ""),
        ("Help", "help", ""),
        ("help  history ", "help", "history "),
        ("rules", "rules", ""),
        ("sessions pump 7", "sessions", "pump 7"),
        ("sessions help", "sessions", "help"),
        (" pump-7 ", "sessions", "pump-7"),
        ("8901 2600 1234", "sessions", "8901 2600 1234"),
        ("hlep", "sessions", "hlep"),
        ("helper", "sessions", "helper"),
        ("alert add", "alert", "add"),
        ("Alert paus North Gate at night", "alert", "paus North Gate at night"),
        ("Alert #35 for truck-42: down", "sessions", "Alert #35 for truck-42: down"),
        ("digest of today: truck-42, well-1", "sessions", "digest of today: truck-42, well-1"),
    ):
        found, left = find(text)

        assert (name, rest) == (found.name, left), text


def test_a_misspelt_subcommand_gets_the_nearest():
    """Where none is near, an error about a SIM stays what it was."""
    for text, meant in (
        ("hlep", "/simsessions help"),
        ("HELPP", "/simsessions help"),
        ("ruels", "/simsessions rules"),
        ("rule `x`", "/simsessions rules x"),
    ):
        error = or_nearest(SimNotFound(), text)

        assert isinstance(error, UnknownSubcommand), text
        assert f"Did you mean `{meant}`?" in error.sentence
    for text in ("truck-42", "8901260012345678909", "DE" + "0" * 32, "?", "", "h"):
        error = NotASim("no SIM")

        assert error is or_nearest(error, text), text


def test_near_sims_are_offered_as_well():
    """Where SIMs come near too, their buttons stay, and the sentence names both."""
    error = or_nearest(SimNotFound("No such SIM.", (Candidate("DE1", "helper"),)), "helpp")

    assert ("helper",) == tuple(each.name for each in error.candidates)
    assert "No such SIM. Or did you mean `/simsessions help`?" == error.sentence


def test_each_has_its_test_and_its_words():
    """
    Every subcommand is tested beside its file, and says what it does in a line; a SIM is first.
    """
    first, *rest = all_subcommands()

    assert "sessions" == first
    assert sorted(rest) == rest
    for name, found in all_subcommands().items():
        module = found.run.__module__.rpartition(".")[2]
        assert name in (HERE / "subcommands" / f"test_{module}.py").read_text(), name
        assert found.usage.startswith("/simsessions "), name
        assert 0 < len(found.says) <= 120, name


async def test_the_asker_alone_reads_what_the_sim_is_doing(both_ways):
    """The answer is ephemeral: a sentence with the state on top, and the facts as blocks."""
    delivery = await both_ways.type("truck-42")

    answer = both_ways.answer()
    assert delivery.ok
    assert "truck-42 is" in answer.text
    assert answer.ephemeral_to == both_ways.slack.workspace.person("ana").id
    assert () == both_ways.slack.seen_by("ben")
    assert delivery.answer is None


async def test_nothing_or_help_lists_what_can_be_typed(whole):
    """Without a SIM the answer is help, with examples."""
    for text in ("", "   ", "help", "HELP", "help me"):
        await whole.type(text)

        answer = whole.answer()
        assert "Type /simsessions and a SIM" in answer.text, text
        assert any("/simsessions rules" in str(block) for block in answer.blocks)


async def test_what_cannot_be_answered_is_explained(whole):
    """Misspelt subcommands and SIMs, Super SIMs and rubbish get a sentence, and only the asker."""
    for count, (text, says) in enumerate((
        ("hlep", "Did you mean /simsessions help?"),
        ("rulez", "Did you mean /simsessions rules?"),
        ("pmp-7", "Did you mean"),
        ("HS" + "0" * 32, "Super SIM"),
        ("8901 2600 1234", "12 digits"),
        ("DE" + "f" * 32, "has the SID"),
        ("<!channel>", ""),
        ("../../etc/passwd", ""),
        ("x" * 3000, ""),
    ), 1):  # fmt: skip
        delivery = await whole.type(text)

        answer = whole.answer()
        assert (True, count) == (delivery.ok, len(whole.slack.seen_by("ana"))), text
        assert says in answer.text, text
        assert "<!channel>" not in answer.text
        assert answer.ephemeral_to


async def test_in_a_channel_without_the_bot_it_answers_too(whole):
    """The response_url needs no membership."""
    await whole.type("truck-42", channel="#on-call-private")

    assert "truck-42 is" in whole.answer("ana", "#on-call-private").text


async def test_a_kore_that_is_down_is_said(whole):
    """Without KORE there is a clear sentence, and the ack does not wait for it."""
    whole.kore.faults.add(broken(503, times=None))

    delivery = await whole.type("DE" + "0" * 32)

    assert delivery.ok
    assert "KORE" in whole.answer().text


async def test_many_may_ask_at_once(whole):
    """Each asker gets their own answer."""
    type_in = whole.slack.workspace.command
    names = ("ana", "ben", "chloe")

    await asyncio.gather(*(type_in(n, "#fleet-ops", "/simsessions", "truck-42") for n in names))
    await whole.settle()

    assert [1, 1, 1] == [len(whole.slack.seen_by(name)) for name in names]
