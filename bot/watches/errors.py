"""What can be wrong with a wish to watch, or to stop watching; drawn as a tree in bot/errors.py."""

from bot.errors import UserError


class BadWatch(UserError):
    """What was typed behind the SIM is no `until …` or `for …` that can be kept."""

    sentence = "Type `watch <sim> until online` or `watch <sim> for 2h`."


class NothingToWaitFor(UserError):
    """The SIM is already as it is waited for."""

    sentence = "That SIM is already so; there is nothing to wait for."


class TooManyWatches(UserError):
    """A person or a channel has as many watches as it may have; the sentence names them."""

    sentence = "That would be too many watches. Stop one first."


class NotWatched(UserError):
    """There is no such watch to be stopped; the sentence names those there are."""

    sentence = "I do not watch that SIM for you."
