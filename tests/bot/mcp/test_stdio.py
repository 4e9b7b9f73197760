"""The server as a process of its own, which the SDK's client starts and talks to over pipes."""

import asyncio

import anyio
import pytest

from bot.emulators.kore.faults import Fault
from tests.bot.mcp.test_tools import refused, told

MANY = 50


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_every_tool_answers(stdio, mode):
    """Clients new and old list the tools and call each of them; errors come as answers too."""
    async with stdio(mode=mode) as client:
        names = {tool.name for tool in (await client.list_tools()).tools}
        answers = {
            "look_up_sim": await told(client, "look_up_sim", sim="pump-7"),
            "triage_sims": await told(client, "triage_sims", sims=["pump-7"]),
            "find_sims": await told(client, "find_sims", name="pump-7"),
            "sim_history": await told(client, "sim_history", sim="pump-7"),
            "explain_verdict": await told(client, "explain_verdict", sim="pump-7"),
            "list_rules": await told(client, "list_rules"),
        }
        error = await refused(client, "look_up_sim", sim="pmp-7")

    assert names == set(answers)
    causes = {answers[name]["cause"] for name in ("look_up_sim", "explain_verdict")}
    causes |= {answers[name]["sims"][0]["cause"] for name in ("triage_sims", "find_sims")}
    assert {"barred_after_flapping"} == causes
    assert "sim_not_found" == error["kind"]


async def test_fifty_calls_at_once(stdio):
    """Fifty calls over one connection are all answered, each with its own SIM."""
    names = ["pump-7", "truck-42"] * (MANY // 2)
    async with stdio() as client:
        answers = await asyncio.gather(*(told(client, "look_up_sim", sim=name) for name in names))

    assert names == [answer["sim"]["unique_name"] for answer in answers]


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_cancelled_call_leaves_the_rest_alone(stdio, kore, mode):
    """A client that gives a call up gets answers to all others, before and after."""
    async with stdio(mode=mode) as client:
        await told(client, "look_up_sim", sim="pump-7")
        kore.api.faults.add(Fault("/DataSessions", times=None, hang=True))
        async with asyncio.timeout(30), anyio.create_task_group() as group:
            group.start_soon(lambda: client.call_tool("look_up_sim", {"sim": "truck-42"}))
            while "/DataSessions" not in kore.api.requests[-1].path:  # noqa: ASYNC110 -- nothing tells
                await asyncio.sleep(0.01)
            group.cancel_scope.cancel()
        kore.api.faults.clear()
        answer = await told(client, "look_up_sim", sim="truck-42")

    assert "truck-42" == answer["sim"]["unique_name"]


async def test_redaction_is_an_option(stdio):
    """With --redact an agent of this machine sees no number of card or device either."""
    async with stdio("--redact") as client:
        answer = await told(client, "look_up_sim", sim="pump-7")

    assert "redacted" == answer["sim"]["iccid"]
