"""What a tool is: a function from typed arguments to an answer, under `@tool`.

To add one: put it into `bot/mcp/tools.py` or a file beside it that `bot/mcp/server.py` imports. Its
name is the function's, what an agent is told is its docstring, its schemas are those of its models.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import BotError, UserError
from bot.mcp.lookups import AgentLookups
from bot.mcp.outputs import CandidateFields, ErrorFields, Failed, Json
from bot.ops.logging import request_id
from bot.sessions.fleet import NoneMeant
from bot.sims.errors import SimAmbiguous, SimNotFound
from bot.struct import Struct

PAGE = 50
LONGEST = 500
MOST_FAULTS = 5
LONGEST_FIELD = 60
TEXT = 20_000
"""Characters of a pasted text."""


class BadArguments(UserError):
    """A tool was called with arguments that are not of its schema."""

    sentence = "Those arguments do not fit this tool. See its input schema."


class Arguments(BaseModel):
    """Base of all: frozen, and nothing but what the schema names, of the type that it names."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


class Paged(Arguments):
    """What tools with long answers take."""

    limit: int = Field(PAGE, ge=1, le=200, description="rows on a page")
    cursor: str | None = Field(
        None,
        max_length=LONGEST,
        description="next_cursor of the page before; repeat the other arguments",
    )


A = TypeVar("A", bound=Arguments)
Run = Callable[[AgentLookups, A], Awaitable[Json]]


class Tool(Struct):
    """One tool; `run` is given what `arguments` made of what was sent."""

    name: str
    title: str
    about: str
    arguments: type[Arguments]
    input_schema: Json
    output_schema: Json
    run: Callable[[AgentLookups, Any], Awaitable[Json]]

    def read(self, sent: Json) -> Arguments:
        """Return typed arguments. Raises BadArguments, which does not repeat what was sent."""
        try:
            return self.arguments.model_validate(sent)
        except ValidationError as error:
            faults = error.errors(include_input=False, include_url=False, include_context=False)
            raise BadArguments("; ".join(map(_fault, faults[:MOST_FAULTS]))) from None


TOOLS: dict[str, Tool] = {}


def tool(title: str, output: type[BaseModel]) -> Callable[[Run[A]], Run[A]]:
    """Make a function a tool."""

    def register(run: Run[A]) -> Run[A]:
        about = " ".join((run.__doc__ or "").split())
        arguments = get_type_hints(run)["asked"]
        schemas = arguments.model_json_schema(), either(output)
        TOOLS[run.__name__] = Tool(run.__name__, title, about, arguments, *schemas, run)
        return run

    return register


def either(output: type[BaseModel]) -> Json:
    """Return the schema of an answer, or of the error that stands in its place."""
    shapes = [each.model_json_schema(mode="serialization") for each in (output, Failed)]
    named: Json = {}
    for shape in shapes:
        named |= shape.pop("$defs", {})
    return {"type": "object", "anyOf": shapes, "$defs": named}


def failed(error: BotError, query: str | None = None) -> Failed:
    """Return an error as agents get it: its kind, its sentence, and what may be meant instead."""
    near = error.candidates if isinstance(error, SimNotFound | SimAmbiguous | NoneMeant) else ()
    candidates = [
        CandidateFields(sid=c.sid, name=c.name, iccid=c.iccid, status=c.status, account=c.account)
        for c in near
    ]
    told = ErrorFields(
        kind=error.kind,
        message=error.nameless or error.sentence,
        candidates=candidates,
        ref=request_id(),
    )
    return Failed(query=query, error=told)


def _fault(fault: Any) -> str:  # noqa: ANN401 -- pydantic's
    where = ".".join(map(str, fault["loc"]))[:LONGEST_FIELD] or "arguments"
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}"
