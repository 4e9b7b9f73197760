"""Calls on a token's behalf: what they may see, how often they may ask, what is noted of them."""

import json
import re
from collections import Counter
from datetime import timedelta

import pytest
from mcp import Client, MCPError

from bot.app.mcp import agent_services
from bot.app.resources import existing_store
from bot.emulators.kore.faults import broken
from bot.errors import Candidate, NotAllowed, SimAmbiguous
from bot.mcp.brief import failed, of_report, of_row
from bot.mcp.lookups import KEPT_SECONDS, AgentLookups, Caller, PageGone, ResultPages
from bot.mcp.server import RULES, SIM, make_server
from bot.mcp.tools import FindSims, TriageSims, find_sims, triage_sims
from bot.sessions.snapshot import snapshot_of
from bot.sessions.triage import FleetRow
from bot.store.lookups import LookupFilter, Lookups
from bot.struct import replace
from tests.bot.alerts.test_webhook import ALERT, INCIDENT
from tests.bot.mcp.conftest import ONCALL, PARTNER, refused, settings_of, told
from tests.fakes import FakeClock

ICCID_OR_IMEI = re.compile(r"(?<![0-9A-Za-z])\d{14,20}(?![0-9A-Za-z])")


async def test_a_token_that_redacts_sees_no_number(here):
    """Whatever is asked, no ICCID, IMEI, cell or location comes to a token that redacts."""
    async with here(PARTNER) as client:
        answers = [
            await told(client, "look_up_sim", sim="pump-7"),
            await told(client, "triage_sims", sims=["pump-7", "truck-42"]),
            await told(client, "find_sims", name="*", limit=200),
            await told(client, "sim_history", sim="truck-42", limit=200),
            await told(client, "explain_verdict", sim="pump-7"),
        ]
        missing = await refused(client, "look_up_sim", sim="8901260012345678000")
    last = answers[0]["last_session"]

    assert last["cell_location_estimate"] is None
    assert {"redacted"} == {last["imei"], last["cell_id"], answers[0]["sim"]["iccid"]}
    assert [] == [found for each in answers for found in ICCID_OR_IMEI.findall(json.dumps(each))]
    assert all("redacted for this token" in each["redacted"] for each in answers)
    assert [] == missing["candidates"]


async def test_typed_numbers_are_not_repeated(here):
    """Who sees no number is not told it again either, however it was written or asked for."""
    async with here(PARTNER) as client, here() as oncall:
        sim = (await told(oncall, "look_up_sim", sim="pump-7"))["sim"]
        iccid, spaced = sim["iccid"], " ".join(sim["iccid"])
        answers = [
            await told(client, "look_up_sim", sim=iccid),
            await told(client, "look_up_sim", sim=spaced),
            await told(client, "explain_verdict", sim=iccid),
            await told(client, "sim_history", sim=iccid, limit=1),
            await told(
                client, "triage_sims", sims=[iccid, iccid[:-1] + "x", "8901260012345678000"]
            ),
            await refused(client, "find_sims", name="890126001234567890*"),
            await refused(client, "find_sims", plan="8901260012345678000"),
        ]
        read = await client.read_resource(f"{SIM}{iccid}")
        whole = await told(oncall, "look_up_sim", sim=iccid)

    heard = json.dumps(answers) + read.model_dump_json()
    assert [] == ICCID_OR_IMEI.findall(heard) + re.findall(re.escape(spaced), heard)
    assert f"{SIM}{sim['sid']}" == read.contents[0].uri
    assert iccid == whole["query"] == whole["sim"]["iccid"]


async def test_no_name_stands_in_a_sentence(here, services):
    """What a SIM is called is in the fields of candidates, never in what an agent is told to do."""
    async with here() as client:
        near = await refused(client, "look_up_sim", sim="pmp-7")
        named = await refused(client, "find_sims", name="pmp-7")
        older = await refused(client, "sim_history", sim="pump-7", days=60)
        several = await refused(client, "look_up_sim", sim="Cold room 2")

    assert "pump-7" in [each["name"] for each in near["candidates"]]
    for error in (near, named, older):
        assert "pump" not in error["message"]
    assert "one of the candidates" in near["message"]
    assert several["candidates"]
    assert "DE" not in several["message"]


async def test_each_call_is_noted(here, services, kore, tmp_path):
    """The audit names the token, the SIM and what came of it, also of what found none."""
    async with here() as client:
        await told(client, "look_up_sim", sim="pump-7")
        await refused(client, "look_up_sim", sim="nobody-here")
        await told(client, "triage_sims", sims=["truck-42"])
        await told(client, "find_sims", name="pump-7")
        await refused(client, "find_sims", name="zebra-*")
        await refused(client, "find_sims", top=0)
        await told(client, "list_incidents")
        page = await told(client, "list_rules", limit=1)
        await told(client, "list_rules", cursor=page["next_cursor"])
        await client.read_resource(RULES)
    await services.audit.flush()
    async with existing_store(settings_of(kore.settings, tmp_path)) as store:
        rows = await Lookups(store).find(LookupFilter())

    assert {"mcp:oncall"} == {row.person for row in rows}
    tools = {"look_up_sim": 2, "triage_sims": 1, "find_sims": 3, "list_incidents": 1}
    tools |= {"list_rules": 2, "read_resource": 1}
    counted = Counter(row.entry for row in rows)
    assert counted == {f"mcp oncall {name}": n for name, n in tools.items()}
    failed = ["bad_arguments", "none_meant", "sim_not_found"]
    assert sorted([*failed, *["ok"] * 7]) == sorted(row.outcome for row in rows)
    assert {"pump-7", "truck-42", None} == {row.name for row in rows}


async def test_a_token_may_be_for_one_of_several_accounts(kore, tmp_path):
    """It finds the SIM of its account alone, and sees nothing of what is about all of them."""
    async with agent_services(_settings_of_two(kore, tmp_path)) as services:
        every, acme, globex, gone = (
            AgentLookups(services, Caller("x", accounts=frozenset(names)))
            for names in ((), {"acme"}, {"globex"}, {"hooli"})
        )
        reports = [await each.look_up("pump-7") for each in (acme, globex)]
        for refused_to in (gone.look_up("pump-7"), gone.incidents(timedelta(days=1))):
            with pytest.raises(NotAllowed):
                await refused_to
        listed = await every.incidents(timedelta(days=1))

    named = ["acme", "globex"]
    assert [] == listed
    assert named == [report.sim.account for report in reports]
    assert named == [of_report(report).account for report in reports]
    assert named == [of_row(FleetRow(snapshot_of(report))).account for report in reports]
    (near,) = failed(SimAmbiguous("", (Candidate("DE1", "a", account="acme"),))).error.candidates
    assert "acme" == near.account


async def test_incidents_are_listed_of_the_accounts_of_a_token(kore, tmp_path):
    """The list, and the number of them, are of those alone."""
    settings = _settings_of_two(kore, tmp_path)
    async with agent_services(settings) as services:
        now = services.clock.now()
        async with existing_store(settings) as store, store.write() as tx:
            for name in ("acme", "globex"):
                one = replace(INCIDENT, id=name, account=name, opened_at=now)
                await services.incidents.save(replace(ALERT, webhook=None), None, one, tx)
        caller = Caller("x", accounts=frozenset({"globex"}))
        async with Client(make_server(services, lambda _: caller, "0")) as client:
            answer = await told(client, "list_incidents")

    assert (1, ["globex"]) == (answer["total"], [each["id"] for each in answer["incidents"]])
    assert "acme" not in json.dumps(answer)


def _settings_of_two(kore, folder):
    """Return the settings of a server with two accounts, which one stand-in answers for."""
    told = {name: kore.settings[name] for name in ("KORE_API_URL", "KORE_TOKEN_URL")}
    told |= {"KORE_ACCOUNTS": "acme,globex", "KORE_GLOBEX_ACCESS_TOKEN": kore.api.tokens.issue()}
    told |= {"KORE_ACME_CLIENT_ID": kore.api.client_id}
    return settings_of(told | {"KORE_ACME_CLIENT_SECRET": kore.api.client_secret}, folder)


CALLS = (
    ("look_up_sim", {"sim": "pump-7"}),
    ("triage_sims", {"sims": ["pump-7"]}),
    ("find_sims", {"name": "zebra-*"}),
    ("find_sims", {"plan": "gold"}),
    ("find_sims", {"top": 0}),
    ("find_sims", {"cursor": "x.1"}),
    ("sim_history", {"sim": "pump-7"}),
    ("explain_verdict", {"sim": "nobody-here"}),
    ("list_incidents", {}),
    ("list_rules", {}),
)


@pytest.mark.parametrize(("name", "arguments"), CALLS)
async def test_a_token_has_a_rate(kore, tmp_path, name, arguments):
    """Each call counts; beyond the limit it is told when to try again, and noted once a minute."""
    settings = settings_of(kore.settings, tmp_path).model_copy(update={"lookups_per_minute": 2})
    async with agent_services(settings) as services:
        async with Client(make_server(services, lambda _: ONCALL, "0")) as client:
            for _ in range(2):
                await client.call_tool(name, arguments)
            for _ in range(3):
                assert "asked_too_often" == (await refused(client, name, **arguments))["kind"]
            with pytest.raises(MCPError, match="more than 2"):
                await client.read_resource(RULES)
        async with Client(make_server(services, lambda _: PARTNER, "0")) as client:
            await told(client, "look_up_sim", sim="pump-7")
        await services.audit.flush()
        async with existing_store(settings) as store:
            rows = await Lookups(store).find(LookupFilter())

    assert 1 == [row.outcome for row in rows].count("asked_too_often")


ME, OTHER = ("oncall", "find_sims"), ("partner", "find_sims")


def test_rows_come_once_and_in_order():
    """Pages of any size hold all rows, and the last one has no cursor."""
    pages = ResultPages(FakeClock())
    page = pages.first(ME, "about", range(7), 3)
    rows = list(page.rows)
    while page.next_cursor:
        page = pages.next(ME, page.next_cursor, 2)
        rows += page.rows

    assert list(range(7)) == rows
    assert ("about", False) == (page.about, page.is_first)


def test_a_short_answer_is_not_kept():
    """What fits one page has no cursor."""
    assert ResultPages(FakeClock()).first(ME, None, range(3), 3).next_cursor is None


def test_a_cursor_is_nobody_elses_and_ends():
    """A cursor that is forged, old or another's leads nowhere."""
    clock = FakeClock()
    pages = ResultPages(clock)
    cursor = pages.first(ME, None, range(7), 3).next_cursor
    name = cursor.partition(".")[0]
    for owner, wrong in (
        (OTHER, cursor),
        (ME, "x.3"),
        (ME, f"{name}.-1"),
        (ME, f"{name}.7"),
        (ME, f"{name}.{9**99}"),
        (ME, f"{name}.{'9' * 5000}"),
        (ME, f"{name}.²"),
        (ME, name),
    ):
        with pytest.raises(PageGone):
            pages.next(owner, wrong, 3)

    assert [3, 4, 5] == list(pages.next(ME, cursor, 3).rows)
    clock.move(KEPT_SECONDS + 1)
    with pytest.raises(PageGone):
        pages.next(ME, cursor, 3)


async def test_what_kore_gives_nothing_newer_of_is_counted_and_said(kore, tmp_path):
    """A list and a question about a fleet say why, as people are told."""
    set_to = kore.settings | {"SIMSESSIONS_SIMS_TTL": "0", "SIMSESSIONS_SESSIONS_TTL": "0"}
    async with agent_services(settings_of(set_to, tmp_path)) as services:
        of_list, of_fleet = TriageSims(sims=["truck-42"]), FindSims(name="well-*")
        for is_down in (False, True):
            kore.api.faults.add(*([broken(503, times=None)] if is_down else []))
            lookups = AgentLookups(services, ONCALL)
            for answer in (await triage_sims(lookups, of_list), await find_sims(lookups, of_fleet)):
                assert (len(answer["sims"]) if is_down else 0) == answer["stale"]
                assert is_down == ("KORE is down (HTTP 503)" in (answer["problem"] or ""))
                assert answer["sims"]
