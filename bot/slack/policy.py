"""What guests and other companies are told: nothing, all but what names a device, or all."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import NotAllowed

LEFT_OUT = "ICCID, IMEI, cell and location are left out"
TO_GUESTS = "for guests"
TO_OTHERS = "for people of other workspaces"
IN_SHARED = "in a channel shared with another company"
MAYBE_GUEST = "because Slack did not tell me whether you are a guest"
MAYBE_SHARED = "because Slack does not tell me whether this channel is shared with another company"

NOT_TO_GUESTS = "I do not answer guests of this workspace. Ask one of its members."
NOT_TO_OTHERS = "I do not answer people of other workspaces."
NOT_IN_SHARED = (
    "I do not answer in channels that are shared with another company. Ask me in a direct message."
)
NOT_KNOWING_WHO = (
    "Slack did not tell me whether you are a guest, and guests get no answer here. Try again in a "
    "minute; if it stays so, ask an admin to run `simsessions doctor`."
)
NOT_KNOWING_WHERE = (
    "Slack does not tell me whether this channel is shared with another company, so I post nothing "
    "here. Invite me to it, then try again."
)


class Policy(StrEnum):
    """`REDACT` answers without ICCID, IMEI, cell and location."""

    REFUSE = "refuse"
    REDACT = "redact"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Sight:
    """How much the readers of an answer may see: `left_out` says what not and why; None: all."""

    left_out: str | None = None


ALL = Sight()


def held(policy: Policy, refusal: str, because: str) -> Sight:
    """Give what may be seen under a policy. Raises NotAllowed with the refusal."""
    if policy is Policy.REFUSE:
        raise NotAllowed(refusal)
    return ALL if policy is Policy.ALLOW else Sight(f"{LEFT_OUT} {because}.")
