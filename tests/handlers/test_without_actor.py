"""Nobody is let in by accident: without a known actor nothing is done, whatever is called."""

import inspect
import json
import re

import pytest

from bot.blocks import ids
from bot.digests.form import values_of
from bot.errors import NotAllowed
from bot.services import Request
from bot.slack.access import ONE_ACCOUNT, Actor
from bot.struct import asdict, replace
from handlers import buttons, digests, history, mentions, triage
from handlers.commands import all_subcommands
from handlers.interactions import click_of
from handlers.payloads import Context
from handlers.subcommands import sessions, watch
from tests.handlers.digest_steps import added, kept
from tests.recorders import all_listeners

SID = "DE" + "0" * 31 + "9"
ACTORS = (None, Actor(None, None, None, None), Actor("T0ACMEIOT", None, None, "C0FLEETOP"))
FOREIGNER = Actor("T0X", None, "U0X", "C0FLEETOP")
REFUSALS = ("did not tell me who you are", "only people of my own workspace")
HARMLESS = {"help", "rules"}  # they tell the same to everybody
SILENT = {
    ids.MAP,
    ids.CONSOLE,
    ids.RUNBOOK,
    "link_shared",
    "message",
    "digest_field_zone",
    "alert_field_zone",
    "alert_field_first",
    "alert_field_second",
    "tokens_revoked",
    "app_uninstalled",
}  # no answer is expected of them
FORMS = {ids.DIGEST_FORM, ids.ALERT_FORM, "digest_field_which", "alert_field_which"}
TYPED = (
    "truck-42", "truck-42\npump-7", "history truck-42", "history truck-42 90", "handover",
    "watch truck-42", "watches", "unwatch all", "unwatch truck-42", "help", "rules",
    "digest", "digest add", "digest edit Pumps", "digest pause Pumps", "digest resume Pumps",
    "digest remove Pumps", "digest now Pumps", "digest preview Pumps",
    "alert", "alert add", "alert edit Wells", "alert pause Wells", "alert test Wells",
)  # fmt: skip


@pytest.fixture
async def digest(whole):
    """The digest that Ana has made."""
    await added(whole)
    return (await kept(whole))[0]


def value_for(digest):
    """What every button of ours can read, whatever it carries."""
    due = digest.made_at.isoformat()
    packed = ids.PackedSims.of([SID]).packed
    what = {"sid": SID, "days": 7, "kind": "csv", "packed": packed, "root": "1.5"}
    what |= {"asked": "x", "run": "history", "text": "truck-42"}
    return json.dumps(what | {"id": digest.id, "due": due, "channel": "C0FLEETOP"})


def bodies_for(kind, name, whole, digest):
    """Payloads that would be answered if Ana had sent them."""
    about = {
        "type": "block_actions",
        "team": {"id": "T0ACMEIOT"},
        "user": {"id": "U0ANA0001", "team_id": "T0ACMEIOT"},
        "channel": {"id": "C0FLEETOP"},
        "trigger_id": whole.slack.workspace.ids.token(),
        "response_url": whole.slack.ticket("ana"),
    }
    filled_in = {name: str(value) for name, value in asdict(values_of(digest)).items()}
    form = ids.SubscriptionForm(id=digest.id, at="C0FLEETOP", kept=filled_in).to_value()
    metadata = form if name in FORMS else value_for(digest)
    fields = {"pasted": {"pasted": {"value": "truck-42"}}}
    view = {"id": "V1", "private_metadata": metadata, "state": {"values": fields}}
    option = {"value": SID if name == ids.TRIAGE_DETAILS else digest.made_at.isoformat()}
    pressed = {"value": value_for(digest), "selected_option": option}
    message = {"text": "truck-42", "ts": "1.5", "thread_ts": "1.0"}
    if kind == "command":
        typed = {"user_id": "U0ANA0001", "team_id": "T0ACMEIOT", "channel_id": "C0FLEETOP"}
        return [about | typed | {"command": name, "text": text} for text in TYPED]
    if kind == "event":
        return [{"team_id": "T0ACMEIOT", "event": event_for(name, whole)}]
    where = {"type": "message", "channel_id": "C0FLEETOP", "thread_ts": "1.0"}
    body = about | {"actions": [pressed], "message": message, "value": "ber", "container": where}
    in_modal = (
        kind == "view"
        or name.startswith(("digest_field", "alert_field"))
        or name == ids.CHOOSE_SESSION
    )
    return [body | {"view": view} if in_modal else body]


def event_for(name, whole):
    """An event of Ana's, with a ts of its own."""
    now = whole.bot.services.clock.now().timestamp()
    link = {"url": f"https://programmable-wireless-console.korewireless.com/sims/{SID}"}
    return {
        "type": name,
        "tab": "home",
        "text": "<@U0SIMSESS> truck-42",
        "user": "U0ANA0001",
        "channel": "C0FLEETOP",
        "ts": f"{now:.6f}",
        "message_ts": f"{now:.6f}",
        "links": [link],
    }


async def called(listener, body, actor):
    """Call a listener as Bolt does; return what it was acknowledged with."""
    acks = []

    async def ack(**answer):
        acks.append(answer)

    given = {"ack": ack, "body": body, "actor": actor}
    await listener(**{name: given[name] for name in inspect.signature(listener).parameters})
    return acks


async def test_no_listener_does_anything_without_an_actor(whole, digest):
    """Every command, button, modal, shortcut and event is refused, and nothing else is sent."""
    services, slack = whole.bot.services, whole.slack.api
    asked, before = len(whole.kore.requests), await kept(whole)
    for kind, pattern, listener in all_listeners(services):
        name = re.findall(r"[/\w]+", getattr(pattern, "pattern", pattern))[0]
        for actor in (*ACTORS, FOREIGNER):
            for body in bodies_for(kind, name, whole, digest):
                calls = len(list(slack.calls))
                acks = await called(listener, body, actor)
                await whole.settle()

                what = (kind, name, body.get("text"), actor)
                sent = [json.dumps(call.args) for call in list(slack.calls)[calls:]]
                answers = [*sent, *(json.dumps(ack) for ack in acks if ack.get("view"))]
                assert all(any(say in one for say in REFUSALS) for one in answers), (what, answers)
                assert answers or name in SILENT, what

    assert asked == len(whole.kore.requests)
    assert before == await kept(whole)
    assert () == await services.watches.of("U0ANA0001", ONE_ACCOUNT)


async def test_no_handler_acts_by_itself_without_an_actor(whole, digest):
    """Called directly, past the edge at which all are refused, each of them refuses as well."""
    request = Request("T0ACMEIOT", "U0ANA0001", "C0FLEETOP", "truck-42", thread="1.0", trigger="1")
    clicks = {
        **buttons.CLICKS,
        **history.CLICKS,
        **triage.CLICKS,
        **watch.CLICKS,
        **digests.CLICKS,
        ids.HANDOVER_LOOK_UP: sessions.look_up_thread,
        "operation": click_of(digests.remove, digests.DIGESTS),
        "message": lambda context, _value: mentions.answer_message(
            context, {"message": {"text": "truck-42"}}
        ),
    }
    every = [each for each in all_subcommands().values() if each.name not in HARMLESS]
    asked, calls = len(whole.kore.requests), len(list(whole.slack.api.calls))
    for actor in (*ACTORS, FOREIGNER):
        context = Context(actor, request, whole.bot.services)
        for subcommand in every:
            text = "" if subcommand.name in {"digest", "handover"} else "truck-42"
            with pytest.raises(NotAllowed):
                await subcommand.run(context.for_request(replace(request, text=text)))
        for click in clicks.values():
            with pytest.raises(NotAllowed):
                await click(context, value_for(digest))

    assert (asked, calls) == (len(whole.kore.requests), len(list(whole.slack.api.calls)))
    assert [digest] == list(await kept(whole))


async def test_no_payload_without_a_person_or_workspace_gets_past_the_middleware(
    whole, dispatch, digest
):
    """Whatever Slack may send: it is acknowledged, and at most the refusal goes out."""
    slack, asked = whole.slack.api, len(whole.kore.requests)
    for kind, pattern, _listener in all_listeners(whole.bot.services):
        name = re.findall(r"[/\w]+", getattr(pattern, "pattern", pattern))[0]
        for body in bodies_for(kind, name, whole, digest):
            for lost in ({"user", "user_id"}, {"team", "team_id", "user", "user_id"}):
                calls = len(list(slack.calls))
                left = {k: v for k, v in body.items() if k not in lost}
                if kind == "event":
                    left["event"] = {k: v for k, v in left["event"].items() if k not in lost}
                kinds = {"event": "event_callback", "view": "view_submission"}
                answer = await dispatch(left | {"type": kinds.get(kind, "block_actions")})
                await whole.settle()

                sent = [json.dumps(call.args) for call in list(slack.calls)[calls:]]
                assert 200 == answer.status
                assert all(any(say in one for say in REFUSALS) for one in sent), (kind, name, sent)

    assert asked == len(whole.kore.requests)
    assert [digest] == list(await kept(whole))
