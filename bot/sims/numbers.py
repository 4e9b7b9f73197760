"""What the digits of an ICCID or an IMEI say. Pure.

ICCID: ITU-T E.118, at most 19 digits with a Luhn check digit, in the field 18 to 22 with or without
one. IMEI: 3GPP TS 23.003, 14 digits and a Luhn check digit; IMEISV: 14 digits and two of software.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

SUPER_SIM_ICCIDS = ("8988307", "8988323")
"""How a Super SIM's ICCID begins: twilio.com/docs/iot/supersim/check-a-device-has-super-sim."""
MIN_ICCID, MAX_ICCID = 18, 22
_BETWEEN = re.compile(r"[\s\-/.,_()+]")
_NUMBER = re.compile(r"(?i)[0-9]+f{0,2}")
_CHECKED_ICCIDS = (19, 20)
_IMEI, _IMEISV = 15, 16
_IMEI_BODY = 14


def digits_of(text: str) -> str | None:
    """Return the digits of a number written with blanks, dashes, slashes or an F as padding.

    None where anything else stands in the text.
    """
    compact = _BETWEEN.sub("", text)
    return compact.rstrip("Ff") if _NUMBER.fullmatch(compact) else None


def passes_luhn(digits: str) -> bool:
    """Return whether the last digit is the Luhn check digit of those before it."""
    return luhn_digit(digits[:-1]) == digits[-1:]


def luhn_digit(digits: str) -> str:
    """Return the digit that makes `digits` and it pass the Luhn check."""
    doubled = (int(d) * (2 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return str(-sum(d - 9 if d > 9 else d for d in doubled) % 10)  # noqa: PLR2004 (one digit)


def is_iccid(digits: str) -> bool:
    """Return whether this many digits can be an ICCID."""
    return MIN_ICCID <= len(digits) <= MAX_ICCID


def is_imei(digits: str) -> bool:
    """Return whether this many digits can be an IMEI or an IMEISV."""
    return len(digits) in {_IMEI, _IMEISV}


def check_digit_fits(digits: str) -> bool:
    """Return whether the check digit fits, or there is none at this length."""
    has_one = len(digits) == _IMEI or len(digits) in _CHECKED_ICCIDS
    return not has_one or passes_luhn(digits)


def other_iccids(digits: str) -> tuple[str, ...]:
    """Return what the same ICCID can be elsewhere: without its check digit, or with one added."""
    shorter = (digits[:-1],) if passes_luhn(digits) else ()
    return tuple(filter(is_iccid, (*shorter, digits + luhn_digit(digits))))


def device_of(imei: str | None) -> str | None:
    """Return the first 14 digits, which name the device; None for a placeholder or fewer digits.

    Digits that are all the same mean that the operator did not tell. An IMEI sent as a number lost
    a leading 0: 14 digits that pass as an IMEI's 15 with that 0 are taken so.
    """
    return next(iter(_readings(imei)), None)


def devices_of(imeis: Iterable[str | None]) -> dict[str | None, str | None]:
    """Return the device that each of several IMEIs of one SIM names.

    14 digits can be read in two ways; a reading that is the device of another one is the right one.
    """
    readings = {imei: _readings(imei) for imei in imeis}
    certain = {each[0] for each in readings.values() if len(each) == 1}
    return {
        imei: next((each for each in both if each in certain), next(iter(both), None))
        for imei, both in readings.items()
    }


@lru_cache(maxsize=4096)
def _readings(imei: str | None) -> tuple[str, ...]:
    """Return the devices that an IMEI can name, the likelier one first."""
    digits = (digits_of(imei) or "") if imei else ""
    if not _IMEI_BODY <= len(digits) <= _IMEISV or not digits.strip(digits[0]):
        return ()
    body = digits[:_IMEI_BODY]
    lost_its_zero = len(digits) == _IMEI_BODY and passes_luhn("0" + digits)
    return ("0" + body[:-1], body) if lost_its_zero else (body,)
