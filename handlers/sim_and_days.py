"""Reads `<sim> [days]`: which words name the SIM, and whether the last is a number of days.

Names and ICCIDs hold blanks and digits too: `8901 2600 1234 5678 909` is one SIM and no days, and
`pump 7` may be a SIM of that name. So there may be two readings, the likelier first; which is right
shows when the SIM is looked up.
"""

import re
from dataclasses import dataclass

from bot.blocks.history_words import LONGEST, days_fault
from bot.sims.numbers import check_digit_fits, digits_of, is_iccid, is_imei

_PARTED = re.compile(r"(?P<sim>\S.*?)\s+(?P<days>\d+\s+days?|\S+)", re.IGNORECASE | re.DOTALL)
_UNIT = re.compile(r"(?<=\d)\s*(?:d|days?)$", re.IGNORECASE)
_CHECKED = frozenset({15, 19, 20})  # lengths of IMEIs and ICCIDs that end in a check digit
_TELECOM = "89"  # how every ICCID begins (ITU-T E.118), and no IMEI


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand what was typed; `fault` says what is wrong with its days."""

    sim: str
    days: int = LONGEST
    fault: str | None = None


def readings(text: str) -> tuple[Reading, ...]:
    """Give each way to read the text, the likelier first."""
    whole = Reading(text.strip())
    parted = _PARTED.fullmatch(whole.sim)
    if parted is None:
        return (whole,)
    days = _UNIT.sub("", parted["days"])
    fault = days_fault(days)
    head = Reading(parted["sim"], LONGEST if fault else int(days), fault)
    # a name with a wrong, or large, number of days behind it is likelier a longer name
    is_unlikely = fault or head.days > LONGEST
    return _of_numbers(head, whole) or ((whole, head) if is_unlikely else (head, whole))


def _of_numbers(*found: Reading) -> tuple[Reading, ...]:
    """Give those that are an ICCID or an IMEI, where the check digit fits first."""
    fitting = [(reading, _fit(reading.sim)) for reading in found]
    likely = sorted((pair for pair in fitting if pair[1]), key=lambda pair: -pair[1])
    return tuple(reading for reading, _ in likely)


def _fit(text: str) -> int:
    """Give 0 for no ICCID or IMEI, 1 for one by its length, 2 where its check digit fits too."""
    digits = digits_of(text) or ""
    could_be = is_iccid(digits) or (is_imei(digits) and not digits.startswith(_TELECOM))
    if not could_be:
        return 0
    return 2 if len(digits) in _CHECKED and check_digit_fits(digits) else 1
