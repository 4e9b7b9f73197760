"""Every error this bot raises on purpose; each carries the sentence that the asker reads.

* BotError
  x UserError               the asker can mend it; logged at info, never counted as a fault
    + NotASim               what was typed cannot name a SIM
    + SuperSim              a Super SIM: it has no data sessions in this API
    + ListUnread            KORE's list of SIMs is not read yet, so no name can be looked up in it
    + SimNotFound           understood, asked for, not there; carries near misses
    + SimAmbiguous          several SIMs fit; carries them for a picker
    + UnknownSubcommand     no subcommand has that name; carries the nearest
    + BadDays               a history of days that KORE does not keep, or no number
    + NotAllowed            this person or channel may not ask
      + NoAccount           none of the accounts may be shown to who reads the answer
      + AccountHidden       a watched SIM's account may not be shown there any more
    + AskedTooOften         more look-ups a minute than one person may make
    + NotYours              somebody outside a digest's channel wants to change it
    + NoThread              a hand-over of no thread, or of one in another channel
    + NotShared             the channel does not take what was to be shared
    + AlreadyShared         Share was pressed a moment ago
    + NoSuchSims            bot/digests/sim_selection.py: a pattern, plan or list names no SIM
    + NoScan                bot/digests/archive.py: too many SIMs to look up, and no scan of them
    + NoneMeant             bot/sessions/fleet.py: no SIM has the name or plan of a question
    + ThreadNotRead         bot/slack/errors.py: what stands above a mention cannot be read
      + ThreadTooLong       it has more replies than are read
    + NameTaken             bot/digests/subscriptions.py: a channel's digest has that name already
    + NoneOfName            bot/digests/subscriptions.py: carries near misses
      + NoSuchDigest        the digest is not there
      + NoSuchAlert         bot/alerts/service.py: the alert is not there
    + AlertNameTaken        bot/alerts/service.py: a channel's alert has that name already
    + NoSuchIncident        bot/alerts/incident_repository.py: the incident is no longer kept
    + DigestGone            bot/digests/archive.py: what was scanned for it is no longer kept
    + BadWatch              bot/watches/watch.py: an `until …` or `for …` that cannot be kept
    + NothingToWaitFor      the SIM is already as it is waited for
    + TooManyWatches        a person or channel watches as many SIMs as it may
    + NotWatched            there is no such watch to be stopped
    + BadArguments          bot/mcp/tools.py: a tool was called with what its schema does not take
    + NothingNamed          bot/mcp/tools.py: SIMs to triage were asked for, and none was named
    + NothingAsked          bot/mcp/tools.py: a question about a fleet without a condition
    + BadSilence            bot/mcp/tools.py: no length of time that KORE's sessions can tell
    + NoSuchResource        bot/mcp/server.py: a URI that names neither a SIM nor the rules
    + PageGone              bot/mcp/lookups.py: the rest of a long answer is no longer kept
    + OldButton             a button of an answer that this version did not write
  x TookTooLong             our own patience ended before an answer came
  x Restarting              the bot is being stopped while it works
  x Interrupted             it was killed while it worked; another process says so
  x SettingsError           the environment is not right; lists every fault at once
    + StartError            Slack or the port cannot be had as it is set
  x KoreError               bot/kore/errors.py
    + KoreNotFound
    + KoreDenied
    + KoreRateLimited
    + KoreUnavailable
    + KoreBadAnswer
    + KoreBadRequest
  x WebhookFailed           bot/alerts/webhook.py: a webhook's receiver did not take what was sent
  x SlackError              bot/slack/errors.py
    + SlackRefused
    + SlackRateLimited
    + SlackUnreachable
    + SlackOutcomeUnknown
    + NotDelivered
    + TriggerExpired
    + FileNotSent
  x StoreError              bot/store/errors.py
    + StoreNotReady
    + StoreLost
      - StoreOutcomeUnknown
    + StoreBusy
    + StoreFull
    + StoreReadOnly
    + StoreTooNew
    + StoreDamaged
    + StoreDenied
    + StoreMissing
    + StoreFault
  x SlackLost               Slack cannot be reached at the start, or no longer
"""

import re
from typing import TypeVar

from bot.struct import Struct

E = TypeVar("E", bound=BaseException)


class BotError(Exception):
    """Base of all. `sentence` is what the asker reads; `kind` names it in JSON and in metrics.

    `brief` says it in a few words, for one row of many; "" where the sentence has to do. `nameless`
    is the sentence for agents where it else holds a name that somebody gave; None: it holds none.
    """

    sentence = "Something broke on our side. Nothing was lost; try again."
    brief = ""
    nameless: str | None = None

    def __init__(self, sentence: str | None = None) -> None:
        super().__init__(sentence or self.sentence)
        if sentence is not None:
            self.sentence = sentence

    @property
    def kind(self) -> str:
        """The class's name in snake case: `SimNotFound` is `sim_not_found`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()

    @property
    def claim(self) -> str:
        """What is wrong, in few words, to stand among others of its kind."""
        return f"{self.brief}." if self.brief else first_sentence(self.sentence)


def without_traceback(error: E) -> E:
    """Return an error that stays as a value: without the frames that it came through.

    Those hold all that was under way there, often what keeps the error itself as well.
    """
    return error.with_traceback(None)


def first_sentence(text: str) -> str:
    """Return what is wrong, without what to do: that is for who asked, not for who reads later."""
    return text.partition(". ")[0].removesuffix(".") + "."


class UserError(BotError):
    """The asker can mend this."""


class Candidate(Struct):
    """A SIM that may be the one meant: enough to name it on a button and to ask for it.

    `name` is what it was matched by where that is a name, else what people call it. `account` is
    that of ours which has it, where we have several.
    """

    sid: str
    name: str
    iccid: str | None = None
    status: str | None = None
    account: str | None = None
    account_label: str | None = None

    @property
    def full_name(self) -> str:
        """Its name as it can be typed: `acme/pump-7` where there are several accounts."""
        return f"{self.account}/{self.name}" if self.account else self.name


class NotASim(UserError):
    """What was typed cannot name a SIM."""

    sentence = "Paste a SIM: its SID (DE…), its ICCID, its IMEI or its name."
    brief = "names no SIM"


class SuperSim(UserError):
    """A Super SIM: KORE's API has no data sessions for those."""

    sentence = (
        "That is a Super SIM. KORE keeps no data sessions for Super SIMs, so there is nothing to "
        "show here."
    )
    brief = "a Super SIM: KORE keeps no sessions of it"


class ListUnread(UserError):
    """The list of SIMs is being read for the first time: nobody can say yet which there are."""


class SimNotFound(UserError):
    """Understood and asked for, but not there; `candidates` are near misses, nearest first.

    `days` is set where a history was asked for, so that a pick can go on with it.
    """

    sentence = "I found no such SIM."
    days: int | None = None

    def __init__(self, sentence: str | None = None, candidates: tuple[Candidate, ...] = ()) -> None:
        super().__init__(sentence)
        self.candidates = candidates
        near = f" · did you mean {candidates[0].full_name}?" if candidates else ""
        self.brief = f"no such SIM{near}"


class SimAmbiguous(UserError):
    """Several SIMs fit: `candidates` are the first few of `total`; `days` as in SimNotFound."""

    sentence = "Several SIMs fit. Which one?"
    days: int | None = None

    def __init__(
        self,
        sentence: str | None = None,
        candidates: tuple[Candidate, ...] = (),
        total: int | None = None,
    ) -> None:
        super().__init__(sentence)
        self.candidates = candidates
        self.total = len(candidates) if total is None else total
        self.brief = f"{self.total} SIMs fit: name one by its SID"


class UnknownSubcommand(UserError):
    """No subcommand has that name."""

    sentence = "I do not know that subcommand. Try `/simsessions help`."


class BadDays(UserError):
    """What was typed behind the SIM is no number of days that can be shown."""

    sentence = "Give a whole number of days, from 1 to 30."


class NotAllowed(UserError):
    """The person, channel or workspace may not ask."""

    sentence = "You may not ask for SIMs here. Ask an admin of this bot to let you in."


class AskedTooOften(UserError):
    """One person asked for more than `per_minute` look-ups; `is_said` says that they know it."""

    def __init__(self, per_minute: int, seconds: int, *, is_said: bool) -> None:
        super().__init__(
            f"That is more than {per_minute} look-ups a minute, so I skipped this one. "
            f"Try again in {seconds} s."
        )
        self.is_said = is_said


class NotYours(UserError):
    """Somebody wants to change the digest of a channel that they are not in."""

    sentence = "Only its maker and the people in its channel may change a digest."


class NoThread(UserError):
    """No thread was named, or it is in another channel."""

    sentence = "Which thread? Mention me in it."


class NotShared(UserError):
    """The channel does not take the shared answer."""

    sentence = "I cannot post to this channel. Type `/invite @simsessions`, then press Share again."


class AlreadyShared(UserError):
    """Somebody pressed Share a second time under the same answer."""

    sentence = (
        "Share was pressed here a moment ago: that is posted, or on its way. "
        "Ask again to share how it is now."
    )


class OldButton(UserError):
    """The button carries what this version cannot read: it is from before an update, or forged."""

    sentence = "That button is from another version of me. Ask again with `/simsessions`."


class TookTooLong(BotError):
    """Our own patience ended before an answer came."""

    sentence = "That took longer than a minute, so I gave up. Try again in a minute."
    brief = "not read in time: ask again"


class Restarting(BotError):
    """The bot is being stopped while it works on an answer."""

    sentence = "I am being restarted and could not finish. Ask again in a moment."
    brief = "not read: I am being restarted"


class Interrupted(BotError):
    """The process that worked on an answer is no more; `which` is the question, in back-ticks."""

    _SENTENCE = (
        "I was interrupted while I worked on your question{}. If no answer has come, ask again."
    )
    sentence = _SENTENCE.format("")

    def __init__(self, which: str = "") -> None:
        super().__init__(self._SENTENCE.format(which and f" {which}"))


class SettingsError(BotError):
    """The environment is not right; `faults` lists everything that is wrong, one line each."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("The settings are not right:\n" + "\n".join(f"  - {f}" for f in faults))
        self.faults = faults


class StartError(SettingsError):
    """One thing that is set cannot work: a token that Slack refuses, a port that is taken."""

    def __init__(self, fault: str) -> None:
        super().__init__((fault,))
        self.sentence = fault
        self.args = (fault,)


class SlackLost(BotError):
    """Slack cannot be reached: at the start, or for so long that a new start is better."""

    sentence = "Slack cannot be reached."
