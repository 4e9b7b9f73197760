"""What a subcommand is, and how the one that is meant is found.

To add one: write a function under `@subcommand`, named as people type it, in a file of
`handlers/subcommands`, and test it in the test file of the same name. It is found by a scan, and
help lists it.
"""

import difflib
import importlib
import pkgutil
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from functools import cache

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.blocks.replies import HelpEntry
from bot.errors import UnknownSubcommand, UserError
from bot.services import Actor, Services
from bot.sessions import fleet_query
from bot.sessions.fleet import Examples
from bot.sessions.fleet_query import nearest_fleet_query
from bot.sessions.open_questions import OpenQuestions
from bot.sims.identifier import quoted, unquoted
from bot.struct import Struct, replace
from handlers import subcommands
from handlers.payloads import Body, Context, Listener, Request, from_command, text_in
from handlers.replies import Reply, answer_later

COMMAND = "/simsessions"
DEFAULT = "sessions"
WITHOUT_TEXT = "help"
FLEET_EXAMPLES = ("{pattern}", "offline", "silent for 2d", "top")
_NEAR = 0.7
_VERBS = re.compile(r"\[([a-z]+(?:\|[a-z]+)+)\]")
_A_NAME = 3  # words
_ASKER = re.compile(r"(?:^|&)(trigger_id|user_id|channel_id)=([\w.]+)")
"""In a form; to read all of it would take twenty times as long."""

Run = Callable[[Context], Awaitable[Reply]]


class Subcommand(Struct):
    """A name, what help says of it, and what it does.

    In `examples` stand `{sim}`, `{sims}` and `{pattern}` for what there is in this account.
    """

    name: str
    usage: str
    says: str
    run: Run
    examples: tuple[str, ...] = ()

    def takes(self, rest: str) -> bool:
        """Return whether what follows its name is meant for it: a pasted text may begin so too.

        What begins with none of its verbs, `[add|list]` in its usage, and goes on for more than a
        name is one.
        """
        verbs, words = _VERBS.findall(self.usage), rest.split(maxsplit=_A_NAME + 1)
        if not verbs or len(words) <= _A_NAME:
            return True
        return bool(difflib.get_close_matches(words[0].lower(), verbs[0].split("|"), 1, _NEAR))


def subcommand(
    usage: str, says: str, examples: tuple[str, ...] = ()
) -> Callable[[Run], Subcommand]:
    """Make a subcommand of a function; its name is the function's."""

    def made(run: Run) -> Subcommand:
        name = run.__name__.rstrip("_")
        return Subcommand(name, f"{COMMAND} {usage}", says, run, examples)

    return made


@cache
def all_subcommands() -> dict[str, Subcommand]:
    """Find the subcommands in the files of `handlers/subcommands/`; the default comes first."""
    found = pkgutil.iter_modules(subcommands.__path__, f"{subcommands.__name__}.")
    modules = [importlib.import_module(each.name) for each in found]
    every = [each for module in modules for each in vars(module).values()]
    mine = [each for each in every if isinstance(each, Subcommand)]
    return {each.name: each for each in sorted(mine, key=lambda s: (s.name != DEFAULT, s.name))}


def find(text: str) -> tuple[Subcommand, str]:
    """Return the subcommand that the text begins with, and the rest; otherwise it names a SIM."""
    words = text.split(maxsplit=1)
    if not words:
        return all_subcommands()[WITHOUT_TEXT], ""
    named = all_subcommands().get(words[0].lower())
    rest = words[1] if len(words) > 1 else ""
    if named and named.takes(rest):
        return named, rest
    return all_subcommands()[DEFAULT], text.strip()


def help_entries(examples: Examples) -> list[HelpEntry]:
    """Return what can be typed, with examples that work here; questions about a fleet are second.

    A SIM comes first, as in `all_subcommands`.
    """
    first, *rest = (
        HelpEntry(each.usage, each.says, _typed(each.examples, examples))
        for each in all_subcommands().values()
    )
    fleet = [HelpEntry(f"{COMMAND} {usage}", says) for usage, says in fleet_query.USAGES]
    fleet[0] = replace(fleet[0], examples=_typed(FLEET_EXAMPLES, examples))
    return [first, *fleet, *rest]


def which_sim(usage: str, template: str, examples: Examples) -> str:
    """Ask which SIM is meant, with an example that works here."""
    example = examples.fill(template)
    return f"Which SIM? Type `{COMMAND} {usage}`, for instance `{COMMAND} {example}`."


def or_nearest(error: UserError, text: str) -> UserError:
    """Add to "no such SIM" that its first word is nearly a subcommand, or all a fleet's question.

    A SIM may be called like a misspelt one, so it is looked up before this is said.
    """
    word, _, rest = text.partition(" ")
    claim = f"I know no SIM and no subcommand {quoted(word)}."
    if near := nearest(word):
        meant = unquoted(f"{COMMAND} {near} {rest}").strip()
    elif question := nearest_fleet_query(text):
        claim, meant = f"No SIM called {quoted(text)}.", f"{COMMAND} {question.words}"
    else:
        return error
    if getattr(error, "candidates", ()):
        error.sentence = f"{error.sentence} Or did you mean `{meant}`?"
        return error
    return UnknownSubcommand(f"{claim} Did you mean `{meant}`?")


def nearest(word: str) -> str | None:
    """Return the subcommand that a word is nearly, or is; None where none is near."""
    names = [name for name in all_subcommands() if name != DEFAULT]
    return next(iter(difflib.get_close_matches(word.lower(), names, 1, _NEAR)), None)


def _typed(templates: tuple[str, ...], examples: Examples) -> tuple[str, ...]:
    filled = map(examples.fill, templates)
    return tuple(f"{COMMAND} {example}" for example in filled if example)


def register_command(app: AsyncApp, services: Services) -> None:
    """Attach the listener, and import every subcommand: the first ack must not wait for that."""
    all_subcommands()
    app.command(COMMAND)(on_command(services))


def on_command(services: Services) -> Listener:
    """Return the listener for /simsessions."""

    async def listener(ack: AsyncAck, body: Body, actor: Actor | None) -> None:
        await ack()
        found, rest = find(text_in(body, "text"))
        context = Context(actor, from_command(body, rest), services)
        answer_later(found.name, lambda: found.run(context), context)

    return listener


def in_hand(questions: OpenQuestions, form: str) -> AbstractContextManager[None]:
    """Note whose command this is, before it is acknowledged and read."""
    told = dict(_ASKER.findall(form))
    where = told.get("user_id", ""), told.get("channel_id", "")
    return questions.taking(Request("", *where, "", id=told.get("trigger_id", "")))
