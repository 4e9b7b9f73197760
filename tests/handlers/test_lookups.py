"""Where people's look-ups are made: the rate, the audit and the policy, between the stand-ins."""

import io
import json
import logging

import pytest

from bot.demo.stories.story import all_stories
from bot.emulators.kore.cards import Card
from bot.emulators.kore.faults import broken, late
from bot.errors import NotAllowed
from bot.ops.logging import configure_logging
from bot.services import Request
from bot.slack.access import Actor
from bot.store.errors import StoreNotReady
from bot.store.lookups import LookupFilter, Lookups
from handlers.lookups import look_up, look_up_many
from handlers.payloads import Context
from tests.waiting import until
from tests.whole_bot import whole_bot

SID = "DE" + "0" * 31 + "9"


@pytest.fixture
async def slow():
    """A bot that answers three look-ups a minute to each person."""
    async with whole_bot(lookups_per_minute=3) as running:
        yield running


async def rows(bot, **wanted):
    """What the audit keeps, newest first."""
    await bot.bot.services.audit.flush()
    return await Lookups(bot.bot.services.store).find(LookupFilter(**wanted))


async def test_every_command_is_answered(slow):
    """The fourth and the fifth get a sentence each, to the asker alone: when to try again."""
    for _ in range(5):
        await slow.type("truck-42")

    refused = slow.slack.seen_by("ana")[3:]
    assert 2 == len(refused)
    for message in refused:
        assert "more than 3 look-ups a minute" in message.text
        assert "Try again in " in message.text
        assert message.ephemeral_to


@pytest.mark.parametrize(("channel", "told"), [("#fleet-ops", 1), ("D0ANADM01", 2)])
async def test_a_channel_shows_once_that_somebody_asks_too_often(slow, channel, told):
    """Of mentions there the second refusal is left out; alone with the bot each is answered."""
    slow.slack.api.scopes |= {"im:history"}
    for _ in range(5):
        await slow.say("<@U0SIMSESS> truck-42", channel=channel)

    seen = [message.text for message in slow.slack.seen_by("ana", channel)]
    assert told == sum("more than 3 look-ups" in text for text in seen)


async def test_nobody_pays_for_others(slow):
    """Each person has their own rate."""
    for _ in range(4):
        await slow.type("truck-42")
    await slow.type("truck-42", user="ben")

    assert "truck-42 is" in slow.answer("ben").text


async def test_buttons_count_too(slow):
    """Refreshing again and again is asking again and again."""
    await slow.type("truck-42")
    answer = slow.answer()
    for _ in range(3):
        await slow.click(answer, "Refresh")

    assert "more than 3 look-ups a minute" in slow.answer().text


async def test_many_at_once_count_as_few(slow):
    """Twenty SIMs are one look-up, so three tables of ten are no trouble."""
    names = [story.name for story in all_stories()][:10]
    for _ in range(3):
        await slow.type("\n".join(names))

    assert [] == [m.text for m in slow.slack.seen_by("ana") if "a minute" in m.text]


async def test_long_texts_count_before_they_are_read(slow):
    """Whoever pastes books is told so after the first; others are answered all the while."""
    book = "a-." * 7_000
    for _ in range(2):
        await slow.say(f"<@U0SIMSESS> {book}")
    await slow.say("<@U0SIMSESS> truck-42", user="ben")
    told = [message.text for message in slow.slack.seen_by("ana")]

    assert 1 == sum("look-ups a minute" in text for text in told)
    assert "truck-42 is" in slow.answer("ben").text


async def test_each_look_up_is_a_line_and_a_row(whole, caplog):
    """Who, where, by what, which SIM, what came of it; the reference joins line and row."""
    caplog.set_level(logging.INFO)
    await whole.type("truck-42")
    await whole.click(whole.answer(), "Refresh")
    await whole.type(SID, user="ben", channel="#partner-shared")

    failed, refreshed, typed = await rows(whole)
    sid = (await whole.view.sessions.look_up("truck-42")).sim.sid
    assert ("U0ANA0001", "C0FLEETOP", None) == (typed.person, typed.channel, typed.thread)
    assert ("command sessions", sid, "ok") == (typed.entry, typed.sim, typed.outcome)
    assert "click refresh" == refreshed.entry
    assert ("U0BEN0001", "C0PARTNER") == (failed.person, failed.channel)
    assert ("sim_not_found", None) == (failed.outcome, failed.sim)
    lines = [r for r in caplog.records if r.message == "looked-up"]
    assert [("ok", sid), ("ok", sid), ("sim_not_found", None)] == [
        (line.outcome, line.sim) for line in lines
    ]


async def test_each_sim_of_a_table_is_a_row(whole):
    """One request, one reference, a row a SIM."""
    await whole.type("truck-42\npump-7\nnobody-knows-it")

    found = await rows(whole)
    assert {"pump-7", "truck-42", None} == {row.name for row in found}
    assert 1 == len({row.request for row in found})


async def test_who_asks_too_often_is_noted_too(slow):
    """What was refused is a row with that outcome."""
    for _ in range(4):
        await slow.type("truck-42")

    assert ["ok", "ok", "ok", "asked_too_often"] == sorted(
        (row.outcome for row in await rows(slow)), key=lambda outcome: outcome != "ok"
    )


async def test_what_was_typed_is_kept_nowhere(whole, caplog):
    """Neither in the log nor in the store: it may hold anything."""
    caplog.set_level(logging.DEBUG)
    await whole.type("my-secret-note 8901 2600 1234 5678 909")

    assert "secret" not in str(await rows(whole))
    assert "secret" not in " ".join(record.getMessage() for record in caplog.records)


async def test_without_the_store_people_are_answered(whole, caplog):
    """The line is there, the row waits; nobody waits for it."""
    caplog.set_level(logging.INFO)
    services = whole.bot.services
    await services.store.aclose()

    await whole.type("truck-42")

    assert "truck-42 is" in whole.answer().text
    assert [True] == [r.outcome == "ok" for r in caplog.records if r.message == "looked-up"]
    with pytest.raises(StoreNotReady):
        await services.audit.flush()


def gils_context(whole):
    """A guest who asks in #fleet-ops."""
    request = Request(team="T0ACMEIOT", user="U0GIL0001", channel="C0FLEETOP", text="")
    actor = Actor(request.team, None, request.user, request.channel)
    return Context(actor, request, whole.bot.services)


async def test_nobody_who_is_refused_is_looked_up_for():
    """The look-up itself asks who may, whoever calls it."""
    async with whole_bot(guests="refuse") as strict:
        gil, asked = gils_context(strict), len(strict.kore.requests)
        for look in (look_up(gil, SID), look_up_many(gil, [SID])):
            with pytest.raises(NotAllowed):
                await look

        assert asked == len(strict.kore.requests)


async def test_what_a_guest_is_shown_of_many_is_redacted(whole):
    """Reports and errors alike."""
    report, error = await look_up_many(gils_context(whole), ["truck-42", "8901 26"])

    assert "redacted" == report.sim.iccid
    assert () == error.candidates


async def test_the_ack_waits_for_nothing(whole):
    """While Slack does not say who somebody is, the command is acknowledged all the same."""
    whole.slack.api.faults.latency["users.info"] = 1.0

    delivery = await whole.slack.workspace.command("ana", "#fleet-ops", "/simsessions", "truck-42")
    asked = len(whole.slack.api.calls.of("users.info"))
    await whole.settle()

    assert (True, 0) == (delivery.ok, asked)
    assert "ICCID 8" in json.dumps(whole.answer().blocks)


BLOWN = "Data limit reached"
NOT_JUDGED = "data limit is not judged"


@pytest.fixture
async def with_late_usage(whole):
    """A KORE whose usage comes a second after the rest."""
    whole.kore.faults.add(late(1.0, "UsageRecords", times=None))
    return whole


def drawn(message):
    return json.dumps(message.blocks)


async def test_usage_that_comes_late(with_late_usage):
    """What was not judged is said; when usage comes, the answer is brought up to date."""
    await with_late_usage.type("camera-8")
    first, second = map(drawn, with_late_usage.slack.seen_by("ana"))
    await with_late_usage.type("camera-8")

    assert NOT_JUDGED in first
    assert BLOWN not in first
    assert (BLOWN in second, NOT_JUDGED in second) == (True, False)
    assert 3 == len(with_late_usage.slack.seen_by("ana"))


async def test_usage_that_changes_nothing_is_not_told(with_late_usage):
    """Where the verdict is the same, ages in it or not, the asker gets no second card."""
    await with_late_usage.type("pump-7")

    (answer,) = with_late_usage.slack.seen_by("ana")
    assert NOT_JUDGED in drawn(answer)


async def test_usage_that_comes_late_aloud(with_late_usage):
    """In a thread the one message is edited."""
    await with_late_usage.say("<@U0SIMSESS> camera-8")
    (message,) = with_late_usage.slack.seen_by("ana")

    assert BLOWN in drawn(message)


async def test_what_comes_late_is_not_put_over_a_newer_answer(whole):
    """Refreshed meanwhile, with KORE down by then, the message keeps saying so."""
    whole.kore.faults.add(late(3.0, "UsageRecords", times=None))
    await whole.slack.workspace.say("ana", "#fleet-ops", "<@U0SIMSESS> camera-8")
    await until(lambda: any(NOT_JUDGED in drawn(m) for m in whole.slack.seen_by("ana")))
    whole.kore.faults.add(broken(503, times=None))
    await whole.click(whole.answer(), "Refresh")

    assert "This is the last answer I have" in drawn(whole.answer())


async def test_neighbours_that_answer_late(whole):
    """An outage is not told as one of a whole cell for good because those who live were slow."""
    names = whole.view.directory
    await names.ready(10)
    for name in ("well-4", "well-5"):
        whole.kore.faults.add(late(1.0, names.sid_of_unique_name(name), times=None))
    await whole.type("well-2")

    assert "3 of 5 SIMs on this cell went silent" in drawn(whole.answer())


TYPED = (
    "zebra-quux",
    "zebra-quux history 7",
    "watch zebra-quux for 2h",
    "unwatch zebra-quux",
    "hsitory zebra-quux",
    "zebra-quux, zebra-quux-2",
    "offline zebra-quux*",
    "digest now zebra-quux",
    "89033023426100000000001234567890",
    "It is 8901260012345678909.",
    "01 493100 012970 0",
    SID.lower(),
)


@pytest.fixture
def log():
    """The log as it is written at INFO."""
    root, stream = logging.getLogger(), io.StringIO()
    before, level = root.handlers[:], root.level
    configure_logging("INFO", stream=stream)
    yield stream
    root.handlers[:], root.level = before, level


async def test_the_log_never_has_what_people_typed(log, whole):
    """Nothing of a command or mention comes into any line, whatever came of it."""
    for text in TYPED:
        await whole.type(text)
        await whole.say(f"<@U0SIMSESS> {text}")
    written = log.getvalue().lower()

    assert [] == [text for text in ("zebra-quux", *TYPED[-4:]) if text.lower() in written]
    assert "looked-up" in written


async def test_an_imei_is_answered_without_its_check_digit_and_with_a_wrong_one(whole):
    """Alike, alone and in a sentence; a note says by what the SIM was found."""
    imei = Card("tank-3", 303, "Tank 3, Bakersfield").imei
    wrong = f"{imei[:14]}{(int(imei[14]) + 1) % 10}"
    await whole.type("tank-3")
    for typed, note in (
        (imei[:14], f"`{imei[:14]}` is an IMEI without its check digit"),
        (wrong, f"The check digit of the IMEI `{wrong}` is wrong"),
        (f"is {imei[:14]} down?", "is an IMEI without its check digit"),
        (f"is {wrong} down?", "is wrong: I went by the other 14"),
    ):
        await whole.type(typed)

        shown = f"{whole.answer().text} {whole.answer().blocks}"
        assert "tank-3 is" in whole.answer().text, typed
        assert note in shown, (typed, shown)
    await whole.type("35999900000000")
    assert "No session seen so far has the IMEI" in whole.answer().text
