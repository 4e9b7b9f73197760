"""`/simsessions <sim>`, `history`, `account`, `help` and `rules`; see test_handover.py too."""

import re
from datetime import timedelta

import pytest

from bot.blocks import ids
from bot.blocks.format import MRKDWN
from bot.demo.stories.story import all_stories
from bot.diagnosis.rule import all_rules
from bot.digests.days import Day, day_number, merged_months
from bot.emulators.kore.cards import Card
from bot.sessions.fleet import Examples
from bot.store.scans import SimDays
from handlers.commands import all_subcommands, help_entries
from tests.accounts_rig import PUMP, THEIR_PUMP, VAULT, two_accounts
from tests.fakes import NoonClock
from tests.whole_bot import find_button, whole_bot


async def test_a_sim_is_found_however_it_is_pasted(whole):
    """The report of the SIM comes, with its buttons."""
    pasted = ("truck-42", "TRUCK-42", "sessions truck-42", "`truck-42`")
    for text in (*pasted, "<https://x.invalid|truck-42>"):
        before = whole.slack.seen_by("ana")
        await whole.type(text)

        (answer,) = whole.slack.seen_by("ana")[len(before) :]
        rows = [each["elements"] for each in answer.blocks if each["type"] == "actions"]
        labels = [b["text"]["text"] for row in rows for b in row if "text" in b]
        assert "truck-42 is" in answer.text, text
        assert ["Refresh", "Share"] == [each for each in labels if each[:2] in {"Re", "Sh"}], text


async def test_a_sim_of_that_name_goes_before_a_slip(whole):
    """A SIM that is called nearly like a subcommand is looked up."""
    whole.kore.add({"sid": "DE" + "a" * 32, "unique_name": "hellp", "status": "active"})

    await whole.type("hellp")

    assert "hellp" in whole.answer().text
    assert "Did you mean" not in whole.answer().text


CARD = Card("busy-1", 2001, "Busy 1")
KINDS = ["section", "data_visualization", "data_visualization", "data_table", "context", "actions"]


def now_of(whole):
    return whole.bot.services.clock.now()


def kinds(message):
    return [block["type"] for block in message.blocks]


def unknown(whole):
    lines = whole.bot.services.metrics.text().decode().splitlines()
    counted = [line for line in lines if line.startswith("simsessions_blocks_unknown_total{")]
    return {line.split('"')[1]: float(line.split()[-1]) for line in counted}


async def test_the_asker_alone_sees_charts_and_a_table(both_ways):
    """A sentence, two charts, every session of the window in a table, and three buttons."""
    await both_ways.type("history truck-42 7")

    answer = both_ways.answer()
    assert answer.text.startswith("truck-42 had 50 sessions in the last 7 days")
    assert KINDS == kinds(answer)
    assert 51 == len(answer.blocks[3]["rows"])
    assert answer.ephemeral_to == both_ways.slack.workspace.person("ana").id


async def test_days_are_told_from_the_sim(whole):
    """An ICCID in groups keeps its last one; a number behind a whole name is of days."""
    stories = {story.name: story for story in all_stories()}
    sim = stories["truck-42"].sim(now_of(whole))
    iccid = sim["iccid"]
    groups = " ".join(iccid[at : at + 4] for at in range(0, len(iccid), 4))
    for text, days in (
        ("truck-42", "30 days"),
        ("truck-42 1", "day"),
        ("truck-42 30 days", "30 days"),
        (f"{iccid} 7", "7 days"),
        (groups, "30 days"),
        (f"{groups} 7", "7 days"),
        (f"{sim['sid']} 7", "7 days"),
        ("of truck-42", "30 days"),
        ("for truck-42 14d", "14 days"),
    ):
        told = await answer_to(whole, f"history {text}")

        assert "truck-42 had" in told, text
        assert f"in the last {days}" in told, text


async def answer_to(whole, typed):
    """Return the text of the one answer that comes."""
    before = whole.slack.seen_by("ana")
    await whole.type(typed)
    (answer,) = whole.slack.seen_by("ana")[len(before) :]
    return answer.text


async def test_days_that_kore_does_not_keep_are_refused(whole):
    """The sentence says what was typed and what may be."""
    for days in ("0", "4000", "x", "-3", "1.5"):
        told = await answer_to(whole, f"history truck-42 {days}")

        assert f"{days} is not a number of days that I can show" in told
        assert "from 1 to 30" in told, days


async def test_a_sim_whose_name_ends_with_a_number_is_found(whole):
    """Where no SIM is called by the first words, all of them are its name."""
    for number, name in enumerate(("gate 7", "for gate")):
        sid = f"DE{number:032x}"
        whole.kore.add({"sid": sid, "unique_name": name, "status": "active"})
    await whole.view.directory.refresh()

    for typed, days in (("gate 7", 30), ("for gate 7", 7)):
        told = await answer_to(whole, f"history {typed}")
        assert told.startswith(f"{typed[: -2 if days == 7 else None]} had no session in the last")


async def test_without_a_sim_it_says_what_to_type(whole):
    """A bare `history` gets an example."""
    await whole.type("history")

    assert "Which SIM? Type /simsessions history" in whole.answer().text


async def test_a_near_miss_leads_to_the_history_that_was_asked_for(whole):
    """Picking the SIM meant shows its history of so many days, in place of the question."""
    await whole.type("history pmp-7 3")
    question = whole.answer()

    _, button = find_button(question, "pump-7")
    await whole.click(question, "pump-7")

    assert 3 == ids.PickedSim.from_value(button["value"]).days
    (answer,) = whole.slack.seen_by("ana")
    assert "pump-7 had" in answer.text
    assert "in the last 3 days" in answer.text


async def test_a_sim_without_sessions_gets_a_sentence(whole):
    """It says what an empty window means, and offers no files."""
    await whole.type("history pump-88")

    assert "pump-88 had no session in the last 30 days" in whole.answer().text
    assert "not the same as never" in str(whole.answer().blocks)
    assert "actions" not in kinds(whole.answer())


async def test_thousands_of_sessions_get_what_fits(whole):
    """With 5,000 sessions the newest are shown, and how many are left out is said."""
    now = now_of(whole)
    starts = [now - timedelta(minutes=8 * n + 5) for n in range(5000)]
    rows = [
        CARD.session(start, start + timedelta(minutes=3), up=n % 7)
        for n, start in enumerate(starts)
    ]
    whole.kore.add(CARD.sim(now), rows)

    await whole.type(f"history {CARD.name}")

    answer = whole.answer()
    assert KINDS == kinds(answer)
    assert f"{CARD.name} had 5\u202f000 sessions in the last 30 days" in answer.text
    assert "of 5\u202f000 sessions are shown; the CSV file has all" in str(
        answer.blocks[-2]["elements"][0]["text"]
    )


LADDER = [
    (set(), KINDS),
    ({"data_table"}, [*KINDS[:3], "table", *KINDS[4:]]),
    ({"data_visualization"}, ["section", "context", "data_table", "context", "actions"]),
]


@pytest.mark.parametrize(("lacks", "shown"), LADDER)
async def test_a_workspace_that_lacks_blocks_gets_plainer_ones(whole, lacks, shown):
    """data_table becomes table, charts become words; learnt once for the workspace, and counted."""
    whole.slack.workspace.unknown_blocks |= lacks

    await whole.type("history truck-42 7")
    tries = len(whole.slack.api.calls.of("/response"))
    await whole.type("history truck-42 7")

    assert shown == kinds(whole.answer())
    assert dict.fromkeys(lacks, 1.0) == unknown(whole)
    assert tries + 1 == len(whole.slack.api.calls.of("/response"))


async def test_fields_and_at_last_text(whole):
    """Without any table each session is a paragraph; where no block is taken, text says it all."""
    whole.slack.workspace.unknown_blocks |= {"data_table", "table", "data_visualization"}
    await whole.type("history truck-42 7")
    fields = whole.answer()
    whole.slack.workspace.unknown_blocks |= {"section", "context", "actions"}
    await whole.type("history truck-42 7")
    text = whole.answer()

    assert {"section", "context", "actions"} == set(kinds(fields))
    assert {"data_table", "table", "data_visualization"} == set(unknown(whole))
    assert () == text.blocks
    assert "truck-42 had 50 sessions" in text.text
    assert "Packets up:" in text.text


async def keep_days(whole, sid, ago):
    """Keep days of a SIM as a scan does, from so many days ago to yesterday."""
    today = day_number(now_of(whole))
    days = {today - n: Day(sessions=2, minutes=90, up=10, down=None) for n in range(1, ago + 1)}
    store = whole.bot.services.store
    async with store.write() as tx:
        await SimDays(store).put({sid: merged_months({}, days, today)}, tx)


async def sid_of(whole, name):
    report = await whole.view.sessions.look_up(name)
    return report.sim.sid


@pytest.fixture
async def at_noon():
    """The whole bot, whose day does not end between what is kept and what is asked."""
    async with whole_bot(clock=NoonClock()) as running:
        yield running


async def test_days_beyond_those_of_kore_come_by_the_month(at_noon):
    """Where scans have kept more, more can be asked for: charts and a table, a row a month."""
    await keep_days(at_noon, await sid_of(at_noon, "truck-42"), 100)

    await at_noon.type("history truck-42 90")

    answer = at_noon.answer()
    assert answer.text.startswith("truck-42 had 178 sessions in 90 days, 89 of them known")
    assert ["section", "data_visualization", "data_table", "context"] == kinds(answer)


async def test_a_history_says_that_there_is_more(at_noon):
    """Under the days that KORE keeps stands how many more are known, and how to ask for them."""
    await keep_days(at_noon, await sid_of(at_noon, "truck-42"), 100)

    await at_noon.type("history truck-42")

    assert "100 days known since" in str(at_noon.answer().blocks[-1])
    assert "history truck-42 101" in str(at_noon.answer().blocks[-1])


@pytest.mark.parametrize(
    ("kept", "asked", "said"),
    [
        (0, 31, "I know nothing of truck-42 from before KORE's 30 days"),
        (20, 90, "I know nothing of truck-42 from before KORE's 30 days"),
        (60, 90, "61 days: ask for 1 to 61 days"),
    ],
)
async def test_days_that_nobody_kept_are_refused(at_noon, kept, asked, said):
    """The sentence says since when the SIM is known, and what can be asked for."""
    await keep_days(at_noon, await sid_of(at_noon, "truck-42"), kept)

    await at_noon.type(f"history truck-42 {asked}")

    assert said in at_noon.answer().text


async def test_without_a_store_the_last_days_are_shown_all_the_same(whole):
    """A store that is away costs the days beyond KORE's, and nothing else."""
    await whole.bot.services.store.aclose()

    await whole.type("history truck-42 7")

    assert whole.answer().text.startswith("truck-42 had 50 sessions in the last 7 days")


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

        assert "You may see only one account" in whole.answer().text


async def test_help_lists_every_subcommand(whole):
    """Help is made from the registry: nothing is missing, and there are examples."""
    await whole.type("help all")

    shown = str(whole.answer().blocks)
    assert all(
        each.usage.replace("<", "&lt;").replace(">", "&gt;") in shown
        for each in all_subcommands().values()
    )
    examples = whole.view.fleet.examples()
    sim = examples.sims[0]
    for example in (sim, examples.pattern, "offline", f"history {sim} 7"):
        assert f"`/simsessions {example}`" in shown, example


async def test_help_alone_is_what_is_typed_most_and_the_topics(whole):
    """Six commands; whatever there is stands under one of the topics, or names its own."""
    await whole.type("help")
    short = str(whole.answer().blocks)
    topics = re.search(r"`: ([a-z, ]+), all\.", short)[1].split(", ")
    shown = []
    for topic in topics:
        await whole.type(f"help {topic}")
        shown.append(re.sub("'block_id': '[^']*'", "", str(whole.answer().blocks)))

    assert 6 == len(re.findall(r"`/simsessions (?!help)", short))
    every = help_entries(whole.view.fleet.examples())
    left = [each.usage for each in every if MRKDWN.code(each.usage) not in "".join(shown)]
    assert ["/simsessions help [topic|all]"] == left
    for typed, topic in (("watches", "watch"), ("Unwatch", "watch"), ("handover", "thread")):
        await whole.type(f"help {typed}")
        drawn = re.sub("'block_id': '[^']*'", "", str(whole.answer().blocks))
        assert drawn == shown[topics.index(topic)], typed


async def test_an_example_of_help_can_be_typed(whole):
    """Each is about SIMs that there are; before any is known there is the form of a SID."""
    assert "DE…" == Examples().fill("{sim}")
    assert None is Examples().fill("{pattern}")
    await whole.type("help all")

    untried = {"help", "rules", "alert", "digest", "handover", "watch", "watches"}
    tries = re.findall(r"`/simsessions ([^`<&]+)`", str(whole.answer().blocks))
    for text in dict.fromkeys(tries):
        if not untried & set(text.split()):
            await whole.type(text)

            assert "🔎" not in str(whole.answer().blocks), text


async def test_help_after_another_word_is_not_help(whole):
    """Only the first word counts."""
    await whole.type("truck-42 help")

    assert "Type /simsessions and a SIM" not in whole.answer().text


async def test_rules_lists_every_rule(whole):
    """Each rule stands in the table, with the words that findings use."""
    await whole.type("rules")

    answer = whole.answer()
    assert f"{len(all_rules())} rules" in answer.text
    assert all(rule.name in str(answer.blocks) for rule in all_rules())


async def test_a_workspace_without_tables_reads_the_rules_too(whole):
    """Where data_table is not known yet, a plainer screen comes."""
    whole.slack.workspace.unknown_blocks |= {"data_table", "table"}

    await whole.type("rules")

    assert all_rules()[0].name in str(whole.answer().blocks)
