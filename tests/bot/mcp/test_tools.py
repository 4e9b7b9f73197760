"""The tools, asked by the SDK's own client, which holds each answer against its schema."""

import json
import re
from datetime import UTC, datetime, timedelta

from bot.app.resources import existing_store
from bot.blocks.report import as_json
from bot.demo.stories.story import all_stories
from bot.diagnosis.contrast import Trait
from bot.emulators.kore.faults import Fault, broken
from bot.kore.models import DataSession, Sim
from bot.mcp.brief import of_report, of_row
from bot.mcp.lookups import Caller
from bot.mcp.outputs import (
    FindingFields,
    NeighbourFields,
    ReportOutput,
    SessionFields,
    SimFields,
    SummaryFields,
)
from bot.mcp.tools import TOOLS, FindSims
from bot.sessions.fleet_query import FleetQuery
from bot.sessions.report import Neighbours, Summary
from bot.sessions.snapshot import Snapshot, snapshot_of
from bot.sessions.triage import FleetAnswer, FleetRow
from bot.struct import replace
from tests.bot.alerts.test_webhook import ALERT, INCIDENT
from tests.bot.mcp.conftest import ONCALL, PARTNER, refused, settings_of, told


async def test_each_story_has_the_answer_of_the_terminal(here, services):
    """Look-ups, of whatever state, are the JSON of `lookup --json`, and fit their schema.

    No next step, which agents may take for an instruction, holds what KORE has told us.
    """
    view = services.views.of(services.views.names)
    async with here() as client:
        for story in all_stories():
            await view.sessions.look_up(story.name, patience=30)  # until its neighbours are known
            answer = await told(client, "look_up_sim", sim=story.name)
            known = as_json(story.name, await view.sessions.look_up(story.name))
            steps = " ".join(f["next_step"] or "" for f in answer["findings"]).lower()

            assert alike(known) == alike(answer)
            assert [] == [value for value in data_of(answer) if value.lower() in steps]


def alike(answer):
    """Return what of an answer does not move on with the clock."""
    names = ("sim", "state", "cause", "unjudged", "skipped_rows")
    findings = [(f["rule"], f["title"], f["next_step"]) for f in answer["findings"]]
    return {name: answer[name] for name in names}, findings


def data_of(answer):
    """Return the names and numbers of KORE's in an answer that are long enough to be told."""
    sim, session = answer["sim"], answer["last_session"] or {}
    names = (sim["unique_name"], sim["friendly_name"], sim["iccid"], sim["sid"])
    seen = (session.get(name) for name in ("operator_name", "cell_id", "imei"))
    return [value for value in (*names, *seen) if value and len(value) > 3]


def test_the_schema_has_the_fields_of_the_answer():
    """What KORE's values and findings say is in the schema, and nothing else."""
    assert set(Sim.model_fields) == set(SimFields.model_fields)
    session = {name for name, each in DataSession.model_fields.items() if not each.exclude}
    assert session == set(SessionFields.model_fields)
    assert set(Summary.__struct_fields__) == set(SummaryFields.model_fields)
    assert set(Neighbours.__struct_fields__) == set(NeighbourFields.model_fields)
    assert "findings" in ReportOutput.model_fields
    assert "next_step" in FindingFields.model_fields


async def test_a_name_that_is_not_there_has_near_misses(here):
    """An unknown name is an error with its sentence and the SIMs that may be meant."""
    async with here() as client:
        error = await refused(client, "look_up_sim", sim="pmp-7")
        asked = await refused(client, "find_sims", name="pmp-7")

    assert ("sim_not_found", "none_meant") == (error["kind"], asked["kind"])
    for each in (error, asked):
        assert "`pmp-7`" in each["message"]
        assert "one of the candidates?" in each["message"]
        assert "pump-7" in [near["name"] for near in each["candidates"]]


async def test_several_that_fit_are_candidates(here):
    """An ambiguous name is an error that says which SIMs fit, by SID."""
    async with here() as client:
        error = await refused(client, "look_up_sim", sim="Cold room 2")

    assert "sim_ambiguous" == error["kind"]
    assert 2 <= len(error["candidates"])
    assert all(each["sid"].startswith("DE") for each in error["candidates"])


WRONG = (
    ("look_up_sim", {}, "bad_arguments", "sim: Field required"),
    ("look_up_sim", {"sim": ""}, "bad_arguments", "sim: String should have at least 1"),
    ("look_up_sim", {"sim": "x" * 501}, "bad_arguments", "at most 500 characters"),
    ("look_up_sim", {"sim": "pump-7", "secret": "s3"}, "bad_arguments", "secret: Extra"),
    ("look_up_sim", {"sim": "!!"}, "not_a_sim", "Paste a SIM"),
    ("look_up_sim", {"sim": "HS" + "0" * 32}, "super_sim", "Super SIM"),
    ("triage_sims", {}, "nothing_named", "names no SIM"),
    ("triage_sims", {"sims": ["a"] * 201}, "bad_arguments", "at most 200 items"),
    ("triage_sims", {"sims": ["a" * 501]}, "bad_arguments", "put a text into `text`"),
    ("triage_sims", {"text": "all is well"}, "nothing_named", "names no SIM"),
    ("triage_sims", {"cursor": "no.1"}, "page_gone", "no longer kept"),
    ("look_up_sim", {"sim": "pump-7", "fresh": "yes"}, "bad_arguments", "fresh"),
    ("look_up_sim", {"sim": 7}, "bad_arguments", "sim"),
    ("triage_sims", {"sims": "pump-7"}, "bad_arguments", "sims"),
    ("list_rules", {"limit": True}, "bad_arguments", "limit"),
    ("list_rules", {"limit": "5"}, "bad_arguments", "limit"),
    ("find_sims", {}, "nothing_asked", "Say which SIMs"),
    ("find_sims", {"state": "sad"}, "bad_arguments", "state: Input should be"),
    ("find_sims", {"silent_for": "long"}, "bad_silence", "90min"),
    ("find_sims", {"silent_for": "31d"}, "bad_silence", "30 days"),
    ("find_sims", {"name": "zebra-*"}, "none_meant", "zebra-*"),
    ("find_sims", {"plan": "gold"}, "none_meant", "rate plan"),
    ("find_sims", {"top": 101}, "bad_arguments", "less than or equal to 100"),
    ("sim_history", {"sim": "pump-7", "days": 31}, "bad_days", "I know nothing"),
    ("sim_history", {"sim": "pump-7", "days": 0}, "bad_arguments", "days"),
    ("sim_history", {"sim": "nobody-here"}, "sim_not_found", "nobody-here"),
    ("explain_verdict", {"sim": "nobody-here"}, "sim_not_found", "nobody-here"),
    ("list_rules", {"limit": 0}, "bad_arguments", "limit"),
    ("list_rules", {"cursor": "x"}, "page_gone", "no longer kept"),
)


async def test_what_is_asked_wrongly_is_said(here):
    """Each error has its kind and the sentence that people get; what was sent is not repeated."""
    async with here() as client:
        found = [await refused(client, name, **arguments) for name, arguments, _, _ in WRONG]

    assert [kind for _, _, kind, _ in WRONG] == [error["kind"] for error in found]
    for (*asked, words), error in zip(WRONG, found, strict=True):
        assert words in error["message"], asked
        assert "s3" not in error["message"]
        assert re.fullmatch("[0-9a-f]{6}", error["ref"])


async def test_kore_that_does_not_answer_is_an_error(here, kore):
    """A SIM that cannot be read is an error in KORE's name, not an empty answer."""
    kore.api.faults.add(broken(path="/v1/Sims", times=None))
    async with here() as client:
        error = await refused(client, "look_up_sim", sim="DE" + "0" * 32)

    assert "kore_unavailable" == error["kind"]


async def test_names_are_not_denied_while_the_list_cannot_be_read(here, kore):
    """Without KORE's list nobody can say which SIMs there are, or which a text names."""
    kore.api.faults.add(broken(path="/v1/Sims", times=None))
    async with here() as client:
        found = await refused(client, "find_sims", state="offline")
        alert = await refused(client, "triage_sims", text="no heartbeat from pump-7")
        half = await told(client, "triage_sims", text=f"no heartbeat from pump-7, DE{'0' * 32}")

    assert ["kore_unavailable"] * 2 == [found["kind"], alert["kind"]]
    assert "names may be missing" in half["problem"]


async def test_sessions_that_cannot_be_read_are_unknown(here, kore):
    """Then there is no number of them, no SIM of which they tell, and it is said why."""
    kore.api.faults.add(Fault("/DataSessions", status=503, times=None))
    async with here() as client:
        history = await told(client, "sim_history", sim="pump-7")
        explained = await told(client, "explain_verdict", sim="pump-7")
        report = await told(client, "look_up_sim", sim="pump-7")
        online = await told(client, "find_sims", name="pump-7", state="online")

    assert "KORE" in report["problem"]
    assert report["problem"] == history["problem"] == explained["problem"]
    assert history["sessions"] is history["total"] is None
    assert (0, 1, 1) == (online["matched"], online["looked_at"], online["unread"])


async def test_a_text_that_is_not_read_to_its_end_is_said(here):
    """A long line is cut; what stands behind that is not passed over in silence."""
    async with here() as client:
        answer = await told(client, "triage_sims", text=f"pump-7 {'la ' * 5000} truck-42")
        whole = await told(client, "triage_sims", text="pump-7 truck-42")

    assert (1, 2) == (answer["total"], whole["total"])
    assert "long text" in answer["problem"]
    assert whole["problem"] is None


async def test_a_number_that_names_no_sim_is_explained(here):
    """Where a text holds something alike, it is said why that is no SIM's."""
    async with here() as client:
        error = await refused(client, "triage_sims", text="alarm from IMSI 310260123456789")

    assert "nothing_named" == error["kind"]
    assert "IMSI" in error["message"]


async def test_a_fault_of_ours_is_told_without_its_words(here, services, monkeypatch):
    """What was not foreseen is one sentence with a reference; its words stand in the log only."""

    async def broken_tool(*_):
        raise RuntimeError("secret words")

    monkeypatch.setitem(TOOLS, "list_rules", replace(TOOLS["list_rules"], run=broken_tool))
    async with here() as client:
        error = await refused(client, "list_rules")

    assert "bot_error" == error["kind"]
    assert "Something broke on our side" in error["message"]
    assert "secret" not in json.dumps(error)


async def test_the_wells_are_triaged(here):
    """An alert's SIMs come worst first, with the outage that they share and what is not there."""
    story = next(each for each in all_stories() if ("common_outage", "critical") in each.findings)
    named = ", ".join([story.name, *story.asked_with])
    async with here() as client:
        answer = await told(client, "triage_sims", text=f"no heartbeat from {named}")
        one = await told(client, "triage_sims", sims=[story.name, "no-such-sim"])

    (outage, *_) = answer["causes"]
    assert outage["is_outage"]
    assert answer["total"] >= outage["sims"] == len(outage["sids"]) > 2
    assert "common_outage" == answer["sims"][0]["cause"]
    assert ["no-such-sim"] == [each["query"] for each in one["errors"]]
    assert 1 == one["total"]


async def test_a_sim_among_many_says_what_was_not_judged(here, kore):
    """Where KORE tells no usage its rules are named, so that nobody takes the SIM for well."""
    async with here() as client:
        known = await told(client, "triage_sims", sims=["pump-7"])
        kore.api.faults.add(broken(path="/UsageRecords", times=None))
        triaged = await told(client, "triage_sims", sims=["truck-42"])
        found = await told(client, "find_sims", name="camera-8")

    assert [[], *[["data_limit", "plan_blocks_data"]] * 2] == [
        answer["sims"][0]["unjudged"] for answer in (known, triaged, found)
    ]


async def test_long_answers_come_in_pages(here):
    """The pages of an answer together are the answer, each SIM once, in one order."""
    async with here() as client:
        whole = await told(client, "find_sims", state="offline", limit=200)
        found, arguments = [], {"state": "offline", "limit": 3}
        while True:
            page = await told(client, "find_sims", **arguments)
            found += page["sims"]
            if page["next_cursor"] is None:
                break
            arguments["cursor"] = page["next_cursor"]

    assert whole["matched"] == page["matched"] == len(found) > 6
    assert [each["sid"] for each in whole["sims"]] == [each["sid"] for each in found]


async def test_a_page_is_for_its_token_alone(here):
    """Another token, or another tool, does not get the rest of an answer."""
    async with here() as client, here(Caller("other")) as other:
        page = await told(client, "find_sims", state="offline", limit=1)
        stolen = await refused(other, "find_sims", cursor=page["next_cursor"])
        mixed = await refused(client, "sim_history", sim="pump-7", cursor=page["next_cursor"])

    assert ["page_gone", "page_gone"] == [stolen["kind"], mixed["kind"]]


async def test_questions_about_the_fleet(here):
    """Name, state, network and time are all held to; nothing that fits is an empty answer."""
    async with here() as client:
        pumps = await told(client, "find_sims", name="pump-*")
        on = await told(client, "find_sims", state="online", network="T-Mobile")
        silent = await told(client, "find_sims", silent_for="2d")
        top = await told(client, "find_sims", top=3)
        none = await told(client, "find_sims", name="pump-7", network="Nowhere Mobile")

    assert all(each["name"].startswith("pump-") for each in pumps["sims"])
    assert {"online"} == {each["state"] for each in on["sims"]}
    before = datetime.now(UTC) - timedelta(days=2)
    assert all(
        each["last_seen"] is None or datetime.fromisoformat(each["last_seen"]) <= before
        for each in silent["sims"]
    )
    assert 3 == len(top["sims"]) == len([s for s in top["sims"] if s["packets_24h"]])
    assert (0, []) == (none["matched"], none["sims"])
    assert FleetQuery(pattern="pump-*").words == pumps["question"]


async def test_a_scan_says_what_it_covers(here, services):
    """An answer from a scan names its digest, and the SIMs that it has where not all are meant."""
    now = services.clock.now()
    row = FleetRow(Snapshot("DE1", "pump-7", now))
    about = FleetAnswer(FleetQuery(is_new=True), (row, row), 2, 9, 0, now, "Pumps", "pump-*", now)
    about = replace(about, missing=("globex",))
    page = services.pages.first((ONCALL.name, FindSims.__name__), about, about.rows, 1)
    async with here() as client:
        answer = await told(client, "find_sims", cursor=page.next_cursor)

    assert ("Pumps", "pump-*") == (answer["from_scan_of"], answer["covers_only"])
    assert answer["as_of"] == answer["new_since"]
    assert "SIMs of globex are missing" in answer["problem"]


async def test_a_scanned_sim_reads_as_one_that_was_looked_up(here, services):
    """Cause and next step of a row, fresh or from a scan, are those of the SIM's own report."""
    view = services.views.of(services.views.names)
    async with here() as client:
        listed = await told(client, "find_sims", name="*", limit=200)
    rows = {each["sid"]: each for each in listed["sims"]}
    for story in all_stories():
        report = await view.sessions.look_up(story.name)
        scanned = Snapshot.from_json(snapshot_of(report).to_json())
        row, known = of_row(FleetRow(scanned)).plain(), of_report(report).plain()
        fresh = rows[known["sid"]]

        assert said(known) == said(row)
        assert known["unjudged"] == row["unjudged"]
        assert fresh["cause"] in {"common_outage", "twin_imei"} or said(known) == said(fresh)


def said(row):
    """Return what a row says of the cause."""
    return [row[name] for name in ("cause", "severity", "title", "next_step")]


async def test_a_history(here):
    """Sessions come newest first, by pages, with the uptime of the window."""
    async with here() as client:
        month = await told(client, "sim_history", sim="pump-7", limit=200)
        day = await told(client, "sim_history", sim="pump-7", days=1, limit=200)

    starts = [each["start"] for each in month["sessions"]]
    assert sorted(starts, reverse=True) == starts
    assert month["total"] == len(starts) > day["total"] > 0
    assert 0 < month["uptime_percent"] < 100


async def test_a_verdict_is_explained(here):
    """The findings of the look-up come with their thresholds and the rules that stayed silent."""
    async with here() as client:
        report = await told(client, "look_up_sim", sim="pump-7")
        answer = await told(client, "explain_verdict", sim="pump-7")

    assert [f["rule"] for f in report["findings"]] == [f["rule"] for f in answer["findings"]]
    assert report["cause"] == answer["cause"]
    assert "barred_starts" in [each["name"] for each in answer["thresholds"]]
    assert any(line.startswith("Not triggered:") for line in answer["explanation"])


async def test_the_rules(here):
    """Every rule is listed with its thresholds filled in."""
    async with here() as client:
        answer = await told(client, "list_rules", limit=200)

    assert answer["total"] == len(answer["rules"]) > 25
    assert not any("{" in each["fires"] for each in answer["rules"])


async def test_incidents(here, services, kore, tmp_path, monkeypatch):
    """They come newest first, open or over; who sees less reads no cell and no number.

    Those that are open are found behind however many newer ones.
    """
    now = services.clock.now()
    hidden = replace(
        INCIDENT,
        id="12345678a1234567",
        opened_at=now - timedelta(days=20),
        trait=Trait.CELL,
        value="310-260-40482-1243",
        members=(replace(INCIDENT.members[0], name="8901260012345678909", redacted="DE1"),),
    )
    over = replace(INCIDENT, opened_at=now - timedelta(hours=2), resolved_at=now)
    async with existing_store(settings_of(kore.settings, tmp_path)) as store, store.write() as tx:
        for each in (over, hidden):
            await services.incidents.save(replace(ALERT, webhook=None), None, each, tx)
    async with here() as client, here(PARTNER) as partner:
        every = await told(client, "list_incidents")
        monkeypatch.setattr("bot.store.alerts._MOST", 1)
        still = await told(client, "list_incidents", open_only=True)
        shown = await told(partner, "list_incidents", open_only=True)

    assert [over.id, hidden.id] == [each["id"] for each in every["incidents"]]
    assert [hidden.id] == [each["id"] for each in shown["incidents"]]
    assert ["resolved", "open"] == [each["state"] for each in every["incidents"]]
    assert (2, 1) == (every["total"], still["total"])
    assert "310-260" in json.dumps(still)
    assert not re.search("310-260|890126", json.dumps(shown))


async def test_a_device_number_is_no_id_of_an_incident(here):
    """An IMEI, or 14 digits of one, that is filled up with letters is as long as an id."""
    for number in ("356938035643809f", "35693803564380af", "f35693803564380a"):
        async with here(PARTNER) as partner:
            made = await told(partner, "triage_sims", sims=[number])

        assert "35693803564380" not in json.dumps(made)
