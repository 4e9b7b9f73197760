"""How the subcommand that is meant is found, and what is understood of a text that names none."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from bot.diagnosis.evidence import State
from bot.emulators.kore.faults import broken
from bot.emulators.slack.people import BOT
from bot.errors import Candidate, NotASim, SimNotFound, UnknownSubcommand
from bot.sessions.fleet import FleetList
from bot.sessions.snapshot import Snapshot
from bot.slack.access import ONE_ACCOUNT
from bot.store.digest_runs import DigestRuns, RunStage
from bot.store.scans import ScanRow, ScanRows
from bot.store.schema import lookups
from bot.struct import replace
from handlers.commands import DEFAULT, all_subcommands, find_subcommand, with_suggestion
from tests.builders import ICCID, SID
from tests.digest_rig import pumps
from tests.whole_bot import the_view

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
        found, left = find_subcommand(text)

        assert (name, rest) == (found.name, left), text


def test_a_misspelt_subcommand_gets_the_nearest():
    """Where none is near, an error about a SIM stays what it was."""
    for text, meant in (
        ("hlep", "/simsessions help"),
        ("HELPP", "/simsessions help"),
        ("ruels", "/simsessions rules"),
        ("rule `x`", "/simsessions rules x"),
    ):
        error = with_suggestion(SimNotFound(), text)

        assert isinstance(error, UnknownSubcommand), text
        assert f"Did you mean `{meant}`?" in error.sentence
    for text in ("truck-42", "8901260012345678909", "DE" + "0" * 32, "?", "", "h"):
        error = NotASim("no SIM")

        assert error is with_suggestion(error, text), text


def test_near_sims_are_offered_as_well():
    """Where SIMs come near too, their buttons stay, and the sentence names both."""
    error = with_suggestion(SimNotFound("No such SIM.", (Candidate("DE1", "helper"),)), "helpp")

    assert ("helper",) == tuple(each.name for each in error.candidates)
    assert "No such SIM. Or did you mean `/simsessions help`?" == error.sentence


def test_each_has_its_test_and_its_words():
    """Each subcommand has a test file of its own, and says its job in a line; a SIM is first."""
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
        assert any("/simsessions history" in str(block) for block in answer.blocks)


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


MENTION = f"<@{BOT.id}>"


def words(message):
    """What a message says; names keep their asterisks only where Slack does not read them."""
    said = message.text + str(message.blocks).replace(r"\xa0", " ")
    return said.replace("\N{ASTERISK OPERATOR}", "*")


async def test_what_is_typed_is_understood(whole):
    """A question becomes a table; what is not one says what is, with an example from here."""
    for text, says in (
        ("pump-*", "pump-88"),
        ("pump-\N{ASTERISK OPERATOR}", "pump-88"),
        ("offline", "SIMs are offline"),
        ("which SIMs are offline on Telcel?", "SIMs are offline, last on Telcel"),
        ("silent for 2 days", "SIMs are offline, not seen for 2 d or longer"),
        ("pump-* offline", "SIMs called pump-* are offline"),
        ("top 3", "The 3 SIMs with the most packets in 24 h, of"),
        ("new", "new since"),
        ("offline in Mexico", "I understand offline, but not in Mexico. For instance /simsessions"),
        ("pump-* and broken", "I understand pump-*, but not broken. For instance /simsessions"),
        ("pump-* watch", "but not watch. Did you mean /simsessions watch pump-*?"),
        ("pump-* WATCH until noon", "Did you mean /simsessions watch pump-* until noon?"),
        ("offlin", "No SIM called offlin. Did you mean /simsessions offline?"),
        ("silnt for 2h", "No SIM called silnt for 2h. Did you mean /simsessions silent for 2h?"),
        ("pump-* offlne", "but not offlne. Did you mean /simsessions pump-* offline?"),
        ("nosuch-*", "SIMs is called nosuch-*"),
        ("plan nosuch", "is on a rate plan nosuch"),
        ("plan us-only", "1 SIM on plan us-only."),
        ("truck-42 please", "truck-42 is"),
        ("truck-42 and well-1 are down", "Telcel"),
        ("truck-42 hsitory", "not hsitory. Did you mean /simsessions history truck-42?"),
        ("truck-42 history 7", "truck-42"),
        ("truck-42 xyzzy", "I left out `xyzzy`."),
        ("hello", "Hi!"),
        ("thanks!", "You're welcome."),
    ):
        await whole.type(text)

        assert says in words(whole.answer()), (text, whole.answer().text)
    assert "left out" not in words(whole.answer())


async def test_a_sim_named_twice_is_not_left_out(whole):
    """Whatever parts its names."""
    whole.kore.add({"sid": SID, "unique_name": "spare", "iccid": ICCID, "status": "active"})
    await whole.view.directory.refresh()
    groups = " ".join(ICCID[at : at + 4] for at in range(0, len(ICCID), 4))
    for text in (f"{ICCID},{ICCID},{ICCID}", f"{groups}; {groups}", "spare,spare spare"):
        await whole.type(text)

        assert "spare has had no connection" in words(whole.answer()), text
        assert "left out" not in words(whole.answer()), text


async def test_a_sim_of_that_name_comes_first(whole):
    """SIMs may be called like the words of a question, and then they are meant."""
    for number, name in enumerate(("offline", "top", "hello", "pump-*", "tank 2h", "tops")):
        sid = f"DE{number:032x}"
        whole.kore.add({"sid": sid, "unique_name": name, "status": "active"})
    await whole.view.fleet._directory.refresh()
    for name in ("offline", "top", "hello", "pump-*", "tops"):
        await whole.type(name)

        assert name in words(whole.answer())
        assert any(b["type"] == "actions" and "Refresh" in str(b) for b in whole.answer().blocks), (
            name
        )
    await whole.type("watch tank 2h")

    assert "tank 2h" in whole.answer().text


async def test_by_mention_and_directly(whole):
    """The same questions aloud, in a thread too, and friendly lines."""
    root = await whole.say("an alert about well-1")
    for text, says in (
        ("offline", "SIMs are offline"),
        ("pump-*", "pump-88"),
        ("offlne on Telcel", "Did you mean /simsessions offline on Telcel?"),
        ("tops", "Did you mean /simsessions top?"),
        ("thanks", "welcome"),
    ):
        await whole.say(f"{MENTION} {text}", under=root.ts)

        assert says in words(whole.answer()), text
        assert root.ts == whole.answer().thread_ts


async def test_many_are_answered_from_a_scan_only(whole, dispatch_with):
    """Without a scan that may be shown the answer says how to get one."""
    few = FleetList(whole.view.client, whole.view.directory, most=3)
    dispatch = dispatch_with(views=the_view(replace(whole.view, fleet=few)))
    await dispatch(dispatch.command("offline"))
    await whole.settle()

    assert "make a digest of them with /simsessions digest add" in whole.answer().text


async def test_the_last_scan_answers_for_many(whole, dispatch_with):
    """The table says from when and of which digest it is; each SIM shown is noted in the audit."""
    services = whole.bot.services
    await services.digests.subscriptions.add(pumps())
    runs, now = DigestRuns(services.store), datetime.now(UTC)
    run = await runs.begin(pumps().id, now.timestamp(), "job")
    sims = [
        Snapshot(f"DE{number:032x}", f"pump-{number}", now, state, operator="Telcel")
        for number, state in enumerate((State.OFFLINE, State.ONLINE, State.STALE))
    ]
    async with services.store.write() as tx:
        rows = (ScanRow(sim.sid, sim.state, 200, 7, sim.to_json()) for sim in sims)
        await ScanRows(services.store).add(run.id, rows, tx)
    await runs.change(run.id, RunStage.POSTED, has_rows=True, sims=3)
    few = FleetList(whole.view.client, whole.view.directory, most=3)
    dispatch = dispatch_with(views=the_view(replace(whole.view, fleet=few)))
    await dispatch(dispatch.command("offline on telcel"))
    await whole.settle()

    said = words(whole.answer())
    assert "2 of 3 SIMs are offline, last on telcel." in said
    assert "From the last scan" in said
    assert "of the digest Pumps" in said
    assert ["Watch 2 SIMs", "CSV file", "Share to channel"] == [
        each["text"]["text"]
        for block in whole.answer().blocks
        if block["type"] == "actions"
        for each in block["elements"][1:]
    ]
    await services.audit.flush()
    async with services.store.read() as tx:
        noted = (await tx.execute(select(lookups.c.sim, lookups.c.person))).all()
    assert {(sims[0].sid, "U0ANA0001"), (sims[2].sid, "U0ANA0001")} == set(map(tuple, noted))


async def test_who_is_told_what_to_type_gets_no_other_example(whole):
    """An answer that names what to type ends there: of two next steps one is another question."""
    for text, ending in (
        ("top 0", "write top 1, or more."),
        ("top 101", "write top 100."),
        ("silent for 0h", "or longer."),
        ("silent for 90d", "silent for 30d."),
        ("pump-* on", "as in on Telcel."),
        ("pump-* silent for ages", "as in silent for 2d."),
        ("pump-* online offline", "ask for one of them."),
    ):
        await whole.type(text)

        assert whole.answer().text.endswith(ending), text


async def test_a_pattern_is_watched_after_a_question(whole):
    """It is asked first, with the count; too many, or more than that can do, is said."""
    for text, says in (
        ("watch pump-*", "SIMs are called pump-*. Watch them?"),
        ("watch pump-∗ 3h", "SIMs are called `pump-*`. Watch them, for 3 h?"),
        ("watch pump-* until offline 2h", "Watch them until they go offline, for 2 h?"),
        ("watch pump-* until noon", "I cannot watch until noon."),
        ("watch nosuch-*", "is called nosuch-*"),
        ("watch *", "you may watch 50 more (50 in all)"),
    ):
        await whole.type(text)

        assert says in words(whole.answer()), text
    assert () == await whole.bot.services.watches.of("U0ANA0001", ONE_ACCOUNT)
    await whole.type("watch well-*")
    await whole.click(whole.answer(), "Watch 5 SIMs")

    assert 5 == len(await whole.bot.services.watches.of("U0ANA0001", ONE_ACCOUNT))


async def test_a_pattern_is_watched_for_what_was_asked(whole):
    """Condition and length of time come with the button; SIMs that are so already are named."""
    await whole.type("watch truck-* until online 3h")
    await whole.click(whole.answer(), "Watch 1 SIM")

    said = words(whole.answer())
    assert "Not watched, because truck-42 is online already." in said
    await whole.type("watch truck-* until offline 3h")
    await whole.click(whole.answer(), "Watch 1 SIM")
    (watch,) = await whole.bot.services.watches.of("U0ANA0001", ONE_ACCOUNT)

    assert ("truck-42", "offline", timedelta(hours=3)) == (
        watch.name,
        watch.condition,
        watch.ends_at - watch.started_at,
    )


def test_a_warning_is_no_watch():
    """It names a SIM that is looked up."""
    for text in ("watch out, pump-7 is down when it rains", "watch out: pump-7"):
        assert (all_subcommands()[DEFAULT], text) == find_subcommand(text)
