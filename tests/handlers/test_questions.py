"""Questions about a fleet, and words that stand around a SIM, as people type them."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bot.diagnosis.evidence import State
from bot.emulators.slack.people import BOT
from bot.sessions.fleet import FleetList, OneView
from bot.sessions.snapshot import Snapshot
from bot.slack.access import ONE_ACCOUNT
from bot.store.digest_runs import DigestRuns, Stage
from bot.store.scans import ScanRow, ScanRows
from bot.store.schema import lookups
from bot.struct import replace
from tests.digest_rig import pumps

MENTION = f"<@{BOT.id}>"


def words(message):
    """What a message says; names keep their asterisks only where Slack does not read them."""
    said = message.text + str(message.blocks).replace(r"\xa0", " ")
    return said.replace("\N{ASTERISK OPERATOR}", "*")


async def test_what_is_typed_is_understood(whole):
    """
    A question becomes a table; what is not understood says what is, with an example from here.
    """
    for text, says in (
        ("pump-*", "pump-88"),
        ("pump-\N{ASTERISK OPERATOR}", "pump-88"),
        ("offline", "SIMs are offline"),
        ("which SIMs are offline on Telcel?", "SIMs are offline, last on Telcel"),
        ("silent for 2 days", "SIMs are offline, not seen for 2 d or longer"),
        ("pump-* offline", "SIMs called pump-* are offline"),
        ("top 3", "The 3 SIMs with the most packets in 24 h, of"),
        ("new", "new since"),
        (
            "offline in Mexico",
            "I understand offline, but not in Mexico. For instance /simsessions",
        ),
        ("pump-* and broken", "I understand pump-*, but not broken."),
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
    dispatch = dispatch_with(views=OneView(replace(whole.view, fleet=few)))
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
    await runs.change(run.id, Stage.POSTED, has_rows=True, sims=3)
    few = FleetList(whole.view.client, whole.view.directory, most=3)
    dispatch = dispatch_with(views=OneView(replace(whole.view, fleet=few)))
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
    await services.audit.kept()
    async with services.store.read() as tx:
        noted = (await tx.execute(select(lookups.c.sim, lookups.c.person))).all()
    assert {(sims[0].sid, "U0ANA0001"), (sims[2].sid, "U0ANA0001")} == set(map(tuple, noted))


async def test_a_pattern_is_watched_after_a_question(whole):
    """It is asked first, with the count; too many, or more than that can do, is said."""
    for text, says in (
        ("watch pump-*", "SIMs are called pump-*. Watch them?"),
        ("watch pump-∗ 3h", "SIMs are called `pump-*`. Watch them, for 3 h?"),
        ("watch pump-* until offline 2h", "Watch them until they go offline, for 2 h?"),
        ("watch pump-* until noon", "I cannot wait until noon."),
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
    assert "Not watched, because they are online already: truck-42 (online)." in said
    await whole.type("watch truck-* until offline 3h")
    await whole.click(whole.answer(), "Watch 1 SIM")
    (watch,) = await whole.bot.services.watches.of("U0ANA0001", ONE_ACCOUNT)

    assert ("truck-42", "offline", timedelta(hours=3)) == (
        watch.name,
        watch.condition,
        watch.ends_at - watch.started_at,
    )
