"""Two accounts at the entries that nobody types into: previews, panes, alerts, watches, windows."""

import pytest

from bot.blocks import ids
from bot.emulators.slack.people import ANA, BEN, HOME
from bot.errors import NotAllowed
from bot.services import Actor, Request
from bot.slack.access import AccountRule
from bot.struct import replace
from handlers import digests
from handlers.buttons import show_more
from handlers.history import show_details
from handlers.interactions import ModalWindow
from handlers.payloads import Context
from tests.accounts_rig import (
    ACME,
    APART,
    CHANNEL,
    GLOBEX,
    PUMP,
    THEIR_PUMP,
    THEIRS,
    VAULT,
    leaks,
    two_accounts,
)
from tests.digest_rig import pumps
from tests.handlers.alert_steps import HISTORY, alert, done
from tests.handlers.test_previews import opened, with_links
from tests.waiting import until

SHARED = "C0PARTNER"
CONSOLE = "https://console.korewireless.com/sims/"


async def test_a_link_to_a_sim_of_another_account_gets_no_preview_and_no_pane():
    """In Acme's channel neither; a pane that Ana opens for Globex's SIM says that there is none."""
    async with two_accounts(**APART, unfurl_links="yes", work_objects="yes") as two:
        whole = await with_links(two.whole)
        ours, theirs = f"{CONSOLE}{PUMP.sid}", f"{CONSOLE}{VAULT.sid}"
        message = await whole.say(ours)
        await whole.say(theirs)
        entities = whole.slack.workspace.entities
        shown = set(entities.shown)
        entities.shown[theirs] = entities.shown[ours] | {
            "external_ref": entities.shown[ours]["external_ref"] | {"id": VAULT.sid}
        }
        pane = await opened(whole, message, theirs)

        assert {ours} == shown
        assert [] == leaks(two, VAULT.sid, str(pane))
        assert "custom_fields" not in str(pane)


async def test_an_alert_of_another_app_is_answered_of_the_channel_s_account_alone():
    """What it names of Globex is not known there, by whichever of its names."""
    async with two_accounts(**APART) as two:
        two.whole.slack.api.scopes |= HISTORY
        await two.whole.type("alert listen on")
        for named in (VAULT.name, VAULT.sid, f"{VAULT.name} and {PUMP.name}"):
            await alert(two.whole, f"[FIRING] {named} is down")
            await done(two.whole)
            assert [] == leaks(two, named), named
        answers = [m for m in two.whole.slack.seen_by("ben", "#fleet-ops") if m.thread_ts]
        assert any(PUMP.sid in str(each.blocks) for each in answers)


async def test_a_watch_whose_account_is_taken_away_ends_without_its_name(monkeypatch):
    """It says that it ended and why, and shows nothing of the SIM any more."""
    monkeypatch.setattr("bot.watches.polling.REVOKE_AFTER", 0.0)
    async with two_accounts({"channels": CHANNEL}, {"channels": CHANNEL}, watch_interval=5) as two:
        services = two.whole.bot.services
        await two.whole.type("watch vault-9 until online")

        async def watched():
            found = await services.watches.in_channel(CHANNEL, frozenset({GLOBEX}))
            return found and found[0].card and found[0]

        watch = await until(watched)
        two.whole.slack.api.calls.clear()
        services.authorizer._accounts = (
            AccountRule(ACME, frozenset({CHANNEL})),
            AccountRule(GLOBEX, frozenset({THEIRS})),
        )

        async def told():
            ended = (await services.watches.on_card(watch.card_id))[0].ended_at
            return ended and "may not be shown" in two.sent()

        await until(told)

        assert [] == leaks(two, "")


async def test_no_window_of_a_card_or_digest_shows_another_account():
    """Nor where its button is forged, and a digest over both shows its file to nobody of one."""
    async with two_accounts({"channels": f"{CHANNEL} {SHARED}"}, {"channels": SHARED}) as two:
        services = two.whole.bot.services
        about = replace(pumps(made_by=BEN.id), channel=SHARED)
        await services.digests.subscriptions.add(about)
        await services.digests.post_now(about)
        both = f"{ACME},{GLOBEX}"
        over = await until(lambda: services.digests.runs.trend(about.id, 1e12, 1, both))
        two.whole.slack.api.calls.clear()
        here = Request(HOME.id, ANA.id, CHANNEL, "", two.whole.slack.ticket("ana"), trigger="t")
        context = Context(Actor(HOME.id, None, ANA.id, CHANNEL), here, services)
        run = ids.DigestRun(id=about.id, due=over[0].due).to_value()
        for click in digests.CLICKS.values():
            with pytest.raises(NotAllowed):
                await click(context, run)
        for extra in ids.Overflow:
            value = ids.More(sid=THEIR_PUMP.sid, what=extra, rule="gone_silent").to_value()
            said = await _window(show_more, ModalWindow(context), value)
            assert [] == leaks(two, THEIR_PUMP.sid, said), extra


@pytest.mark.parametrize(("channel", "is_there"), [(CHANNEL, True), (THEIRS, False)])
async def test_the_channel_that_a_session_s_window_carries_is_checked(channel, is_there):
    """It may be forged: Slack is asked whether whoever clicked is there."""
    async with two_accounts({"channels": SHARED}, {"channels": f"{CHANNEL} {THEIRS}"}) as two:
        services = two.whole.bot.services
        in_view = Actor(HOME.id, None, BEN.id, None, in_view=True)
        context = Context(in_view, Request(HOME.id, BEN.id, "", ""), services)
        window = ModalWindow(context, services.modals.opened("V0OPEN"))
        await _window(show_details, window, ids.Details(sid=VAULT.sid, days=7, channel=channel))

        assert is_there == (VAULT.sid in two.sent())


async def _window(show, window, value):
    """Return what went wrong as it is said."""
    try:
        await show(window, value)
    except Exception as error:  # noqa: BLE001 -- whatever is said of it may leak
        return str(error)
    return ""
