"""Several KORE accounts in one bot: which is asked, and that nothing of one leaks."""

import asyncio
import json

import pytest

from bot.alerts.incident import DownSim, Incident
from bot.alerts.incident_repository import NoSuchIncident
from bot.blocks import ids
from bot.blocks.modals import MAY_NOT, PERSON
from bot.diagnosis.rule import Severity
from bot.digests.compile import moment
from bot.emulators.kore.cards import iccid, imei
from bot.emulators.kore.faults import Fault
from bot.emulators.slack.people import ANA, BEN, HOME
from bot.errors import BotError, NotAllowed
from bot.services import Actor, Request
from bot.struct import replace
from bot.watches.polling import AccessPermission, AccountHidden
from handlers import buttons, history, incident_buttons, triage
from handlers.home import draw_home
from handlers.lookups import look_up
from handlers.payloads import Context
from handlers.replies import RetryFailed
from handlers.subcommands import sessions, watch
from tests.accounts_rig import (
    APART,
    CHANNEL,
    GLOBEX,
    PUMP,
    THEIR_PUMP,
    TRUCK,
    VAULT,
    leaks,
    two_accounts,
)
from tests.alert_rig import an_alert
from tests.digest_rig import pumps
from tests.waiting import until


@pytest.fixture
async def both():
    """The bot with two accounts that everybody may see."""
    async with two_accounts() as running:
        yield running


@pytest.fixture(scope="module")
def typed():
    """What somebody may try who may see Acme only."""
    names = (VAULT.name, VAULT.sid, iccid(VAULT.serial), imei(VAULT.serial), f"{GLOBEX}/vault-9")
    names += (THEIR_PUMP.sid, iccid(THEIR_PUMP.serial), "vault-8", "vault of their", "vault-*")
    ways = ("{}", "history {}", "history {} 60", "watch {}", "unwatch {}", "{} pump-7 truck-42")
    fleet = ("offline", "vault-* offline", "top 5", "on plan WP1", "* offline", "new offline")
    others = ("", "help", "hello", "watches", "digest", "alert", "alert list", "rules", "handover")
    return (*(way.format(name) for name in names for way in ways), *fleet, *others, "pump-7")


async def test_the_same_name_in_two_is_a_choice_that_names_the_accounts(both):
    """Each is offered by its own SID; a name behind its account is that one SIM."""
    await both.whole.type(PUMP.sid)
    await both.whole.type("pump-7")

    answer = both.whole.answer()
    assert "2 SIMs are called" in answer.text
    assert "account acme" in str(answer.blocks)
    assert "globex/pump-7" in str(answer.blocks)
    assert PUMP.sid in str(answer.blocks)
    assert THEIR_PUMP.sid in str(answer.blocks)
    for named, card in (("globex/pump-7", THEIR_PUMP), ("Acme/pump-7", PUMP)):
        await both.whole.type(named)
        assert card.sid in str(both.whole.answer().blocks), named
        assert f"account {named.partition('/')[0].lower()}" in str(both.whole.answer().blocks)


async def test_an_answer_says_what_people_call_the_account():
    """Its label stands before its name, in an answer, in a choice and where they are listed."""
    async with two_accounts({"label": "Acme <Inc.>"}) as two:
        for text, call in (("truck-42", "account"), ("pump-7", "account"), ("account", "see")):
            await two.whole.type(text)
            said = str(two.whole.answer().blocks)
            assert f"{call} Acme &lt;Inc.&gt; (acme)" in said, text
            assert "globex" in said or text == "truck-42"


async def test_a_sid_or_iccid_is_found_in_whichever_has_it(both):
    """Also one that no list has yet; what none has is one clear answer."""
    late = replace(VAULT, name="late-1", serial=2001, known_sid=f"DE{'b' * 31}3")
    now = both.whole.bot.services.clock.now()
    both.globex.add(late.sim(now, rate_plan_sid=None))
    for text in (VAULT.sid, iccid(VAULT.serial), late.sid, iccid(late.serial), "late-1"):
        report = await both.whole.view.sessions.look_up(text)
        assert GLOBEX == report.sim.account, text
    await both.whole.type(f"DE{'c' * 32}")

    assert "No SIM" in both.whole.answer().text


async def test_one_that_is_down_changes_nothing_for_the_other(both, caplog):
    """A name, a SID, an ICCID and a list of Acme's are answered; the log names the other."""
    caplog.set_level("INFO")
    both.globex.faults.add(Fault(times=None, status=503))
    for text in ("truck-42", TRUCK.sid, iccid(TRUCK.serial), "acme/pump-7"):
        report = await both.whole.view.sessions.look_up(text, fresh=True)
        assert "acme" == report.sim.account, text
    with pytest.raises(BotError):
        await both.whole.view.sessions.look_up(VAULT.sid, fresh=True)
    said = [record for record in caplog.records if record.msg.startswith("kore-")]
    assert {GLOBEX} == {record.__dict__.get("account") for record in said}


async def test_what_is_odd_in_an_account_is_logged_by_its_name(both, caplog):
    """Rows that cannot be read, rows of another SIM, and another SIM than was asked for."""
    client = both.whole.view.client
    rows = [{"start": "soon"}, {"start": "2026-01-05T10:00:00Z", "sim_sid": PUMP.sid}]
    page, sim = json.dumps({"meta": {}, "data_sessions": rows}), {"sid": VAULT.sid}
    both.globex.faults.add(
        Fault(path="DataSessions", status=200, body=page, times=None),
        Fault(path="Sims/gizmo", status=200, body=json.dumps(sim), times=None),
    )
    await both.whole.view.sessions.look_up(VAULT.sid, fresh=True)
    client.read_scanned(page.encode(), VAULT.sid)
    with pytest.raises(BotError):
        await both.whole.view.sessions.look_up("gizmo")
    said = [(each.msg, each.account) for each in caplog.records if each.msg.startswith("kore-")]

    odd = ("kore-answered-another-sim", "kore-bad-rows", "kore-rows-of-another-sim")
    assert {(each, GLOBEX) for each in odd} == set(said)


@pytest.mark.parametrize("trouble", [Fault(times=None, hang=True), Fault(times=None, delay=3600)])
async def test_who_waits_for_the_other_keeps_nobody(trouble):
    """Acme answers while more questions to Globex than it takes at once are still under way."""
    async with two_accounts(kore_read_timeout=300, kore_budget=300) as two:
        views = two.whole.bot.services.views
        two.globex.faults.add(trouble)
        theirs, before = views.of({GLOBEX}).client, len(two.globex.requests)
        waiting = [asyncio.create_task(theirs.sim(f"DE{n:032x}", fresh=True)) for n in range(60)]
        await until(lambda: len(two.globex.requests) >= before + 20)
        for text in ("truck-42", TRUCK.sid, iccid(TRUCK.serial), "acme/pump-7"):
            report = await two.whole.view.sessions.look_up(text, fresh=True)
            assert ("acme", None) == (report.sim.account, report.problem), text
        under_way = [task for task in waiting if not task.done()]

        assert waiting == under_way
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_one_that_is_limited_limits_itself_alone(both):
    """After a 429 that asks for an hour Acme's SIMs are each asked for, and Globex for nothing."""
    theirs = both.whole.bot.services.views.of({GLOBEX}).client
    both.globex.faults.add(Fault(times=None, status=429, retry_after="3600"))
    for _ in range(3):
        with pytest.raises(BotError):
            await theirs.sim(VAULT.sid, fresh=True)
    asked, before = len(both.globex.requests), len(both.acme.requests)
    many = [TRUCK.sid, PUMP.sid]
    found = await both.whole.view.sessions.look_up_many(many)

    assert many == [each.sim.sid for each in found]
    assert len(both.acme.requests) > before
    assert asked == len(both.globex.requests)


async def test_an_account_without_a_list_is_missed():
    """A question about the fleet says whose SIMs it could not look at."""
    async with two_accounts(globex={"api_url": "http://127.0.0.1:1"}) as two:
        await two.whole.type("offline")

        assert "SIMs of globex are missing" in str(two.whole.answer().blocks)


async def test_nothing_of_an_account_leaks_to_who_may_not_see_it(typed):
    """Whatever Ana types or says in a channel of Acme's, Slack gets no byte of Globex."""
    async with two_accounts(**APART) as two:
        for text in typed:
            two.whole.slack.api.calls.clear()
            await two.whole.type(text)
            await two.whole.say(f"<@U0SIMSESS> {text}")
            assert [] == leaks(two, text), text
        await two.whole.type("pump-7")
        assert PUMP.sid in str(two.whole.answer().blocks)


async def test_no_button_leads_to_another_account():
    """Nor one whose value was forged, to a window, a file or the whole channel."""
    async with two_accounts(**APART) as two:
        for act, value in _forged():
            two.whole.slack.api.calls.clear()
            for is_public in (False, True):
                said = await _clicked(two, act, value, is_public=is_public)
                assert [] == leaks(two, f"{value} {VAULT.sid}", said), (act.__name__, value)


async def test_who_is_named_sees_it_where_nobody_else_reads():
    """Ben sees Globex in his direct messages and alone in a channel, never for all there."""
    async with two_accounts(**APART) as two:
        await two.whole.type("vault-9", user="ben")
        assert VAULT.sid in str(two.whole.answer("ben").blocks)
        await two.whole.say("vault-9", user="ben", channel="D0BENDM01")
        assert VAULT.sid in str(two.whole.slack.direct("ben")[-1].blocks)
        two.whole.slack.api.calls.clear()
        await two.whole.say("<@U0SIMSESS> vault-9", user="ben")
        assert [] == leaks(two, "vault-9")


async def test_where_no_account_may_be_shown_nothing_is_asked():
    """It is refused before KORE hears of it."""
    async with two_accounts(**APART) as two:
        two.globex.requests.clear()
        two.acme.requests.clear()
        await two.whole.type("pump-7", channel="#general")

        assert "You may see none of my accounts here" in two.whole.answer("ana", "#general").text
        assert [] == [*two.acme.requests, *two.globex.requests]


async def test_help_is_given_where_no_account_may_be_shown():
    """However it is asked for: Ben sees Globex, but not for all in this channel."""
    nowhere_here = dict.fromkeys(APART, APART["globex"])
    async with two_accounts(**nowhere_here) as two:
        for words in ("help", "help me please", "help with this"):
            await two.whole.say(f"<@U0SIMSESS> {words}", user="ben")
            assert "Type /simsessions and a SIM" in two.whole.answer("ben").text, words


async def test_a_digest_is_about_what_its_channel_may_see():
    """Whoever asked for it; its run, its rows and its file are of that account alone."""
    async with two_accounts(**APART) as two:
        services = two.whole.bot.services
        about = pumps(made_by=BEN.id)
        await services.digests.subscriptions.add(about)
        await services.digests.post_now(about)
        over = await until(lambda: services.digests.runs.trend(about.id, 1e12, 1, "acme"))

        assert [] == leaks(two, "")
        assert "of acme" in str(two.sent())
        assert "acme/pump-7" in str(two.sent())
        assert 2 == over[0].sims
        due = moment(over[0].due)
        with pytest.raises(NotAllowed):
            await services.archive.digest(about.id, due, frozenset({GLOBEX}))
        assert 2 == (await services.archive.digest(about.id, due, frozenset({"acme"}))).sims


async def test_what_was_looked_up_by_one_is_handed_over_to_no_other():
    """Ben's look-up of Globex and his watch of it are in no hand-over and on no tab of Ana's."""
    async with two_accounts(**APART) as two:
        services = two.whole.bot.services
        root = await two.whole.say("<@U0SIMSESS> pump-7")
        alone = Request(HOME.id, BEN.id, CHANNEL, "", thread=root.ts)
        context = Context(Actor(HOME.id, None, BEN.id, CHANNEL), alone, services)
        report = await look_up(context, VAULT.sid, for_all=False)
        await services.audit.flush()
        two.whole.slack.api.calls.clear()
        await two.whole.say("<@U0SIMSESS> handover", under=root.ts)
        actor = Actor(HOME.id, None, ANA.id, None, in_view=True)
        home = await draw_home(Context(actor, replace(alone, user=ANA.id), services))

        assert GLOBEX == report.sim.account
        assert [] == leaks(two, "", f"{home}")


async def _open_incident(services, by):
    """Open an incident of Globex's vault, of an alert that somebody made."""
    now = services.clock.now()
    alert = an_alert(made_at=now, made_by=by)
    await services.alerts.alerts.add(alert)
    down = DownSim(VAULT.sid, VAULT.name, now, now)
    opened = Incident(
        "i1", alert.id, alert.team, CHANNEL, "silent", "gone_silent", "Vault of theirs",
        Severity.CRITICAL, Severity.CRITICAL, (down,), now, now, account=GLOBEX,
    )  # fmt: skip
    async with services.store.write() as tx:
        await services.alerts.incidents.save(alert, None, opened, tx)


async def test_an_incident_is_shown_to_who_may_see_its_account():
    """Of one of Globex no button, list, tab, window or agent of others tells, nor does its card."""
    async with two_accounts(**APART) as two:
        services = two.whole.bot.services
        await _open_incident(services, ANA.id)
        two.whole.slack.api.calls.clear()
        for act in incident_buttons.CLICKS.values():
            value = ids.IncidentSnooze(id="i1").to_value()
            assert [] == leaks(two, "", await _clicked(two, act, value, is_public=True))
        asked = ids.IncidentView(id="i1", channel=CHANNEL)
        here = Request(HOME.id, ANA.id, CHANNEL, "", is_public=True)
        context = Context(Actor(HOME.id, None, ANA.id, CHANNEL), here, services)
        for draw in incident_buttons.WINDOWS.values():
            with pytest.raises(NoSuchIncident):
                await draw(context, asked)
        in_view = Actor(HOME.id, None, ANA.id, None, in_view=True)
        home = await draw_home(Context(in_view, replace(here, user=ANA.id), services))
        await two.whole.type("alert list")

        assert [] == leaks(two, "", f"{home}")
        assert "open" not in two.whole.answer().text


@pytest.mark.parametrize(
    ("globex", "faults"), [(APART["globex"], {PERSON: MAY_NOT}), ({"channels": CHANNEL}, {})]
)
async def test_an_incident_is_handed_over_to_who_may_see_its_account(globex, faults):
    """Ana may take it over where the card's channel, or a list, lets her see Globex."""
    async with two_accounts(**APART | {"globex": globex}) as two:
        services = two.whole.bot.services
        await _open_incident(services, BEN.id)
        here = Request(HOME.id, BEN.id, CHANNEL, "", is_public=True)
        context = Context(Actor(HOME.id, None, BEN.id, CHANNEL), here, services)
        values = {PERSON: {PERSON: {"selected_user": ANA.id}}}

        assert faults == await incident_buttons.hand_over(context, "i1", values)


async def test_a_watch_in_direct_messages_outlives_a_restart():
    """Without im:read too: where the bot's card stands, nobody but its person reads."""
    async with two_accounts(**APART) as two:
        services = two.whole.bot.services
        two.whole.slack.api.scopes -= {"channels:read", "groups:read", "im:read"}
        await two.whole.say("watch vault-9 until online", user="ben", channel="D0BENDM01")
        while not (mine := await services.watches.of(BEN.id, frozenset({GLOBEX})))[0].card:  # noqa: ASYNC110 -- the engine tells nobody
            await asyncio.sleep(0.05)
        (watch,) = mine
        services.authorizer._direct.clear()
        permission = AccessPermission(services.authorizer)

        with pytest.raises(AccountHidden):
            await permission.redaction(replace(watch, card=None))
        assert VAULT.sid == watch.sid
        await permission.redaction(watch)


def _forged():
    sid = VAULT.sid
    window = ids.HistoryWindow(sid=sid, days=7).to_value()
    sims = ids.WatchSims.of([sid]).to_value()
    yield from ((act, window) for act in history.CLICKS.values() if act is not history.share_file)
    yield buttons.refresh, ids.Refresh(sid=sid).to_value()
    yield buttons.share, ids.Share(sid=sid).to_value()
    yield buttons.pick, ids.PickedSim(sid=sid).to_value()
    yield buttons.retry, ids.Retry(run="history", text=f"{sid} 7").to_value()
    yield watch.watch_clicked, window
    yield triage.details, sid
    yield sessions.look_up_thread, ids.Thread(root="1700000000.000100").to_value()
    for kind in ids.FileKind:
        yield history.share_file, ids.ShareFile(sid=sid, days=7, kind=kind).to_value()
    if sims:
        yield watch.watch_all, sims


async def _clicked(two, act, value, *, is_public):
    """Return what came of a click of Ana's, drawn or said."""
    request = Request(
        HOME.id, ANA.id, CHANNEL, "", two.whole.slack.ticket("ana"), is_public=is_public
    )
    actor = Actor(HOME.id, None, ANA.id, CHANNEL)
    try:
        reply = await act(Context(actor, request, two.whole.bot.services), value)
    except (BotError, RetryFailed) as error:
        return str(error)
    return f"{reply.screen}"
