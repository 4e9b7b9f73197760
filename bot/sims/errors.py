"""What can go wrong in finding the SIM that is meant; drawn as a tree in bot/errors.py."""

from bot.errors import UserError
from bot.struct import Struct


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
