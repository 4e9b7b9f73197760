"""What the digits of an ICCID, an IMEI and their like say. Pure.

ICCID: ITU-T E.118, at most 19 digits with a Luhn check digit, in the field 18 to 22 with or without
one; modems show it with the digits of each byte swapped, too. IMEI: 3GPP TS 23.003, 14 digits and a
Luhn check digit; IMEISV: 14 digits and two of software. EID: SGP.02, 32 digits. IMSI: ITU-T E.212,
15 digits that begin with a country's code.
"""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

SUPER_SIM_ICCIDS = ("8988307", "8988323")
"""How a Super SIM's ICCID begins: twilio.com/docs/iot/supersim/check-a-device-has-super-sim."""
MIN_ICCID, MAX_ICCID = 18, 22
_BETWEEN = re.compile(r"[\s\-/.,_()+]")
_NUMBER = re.compile(r"(?i)[0-9]+f{0,2}")
_CHECKED_ICCIDS = (19, 20)
_IMEI, _IMEISV = 15, 16
_IMEI_BODY = 14
_EID = 32
_TELECOM = "89"
_ZERO = ord("0")
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
_SWAPPED = re.compile(r"(?i)98[0-9]{16}(?:[0-9]{2}|f[0-9])")
_BODIES = re.compile(r"01|10|3[035]|4[459]|5[0-4]|86|9[189]")  # who hands IMEIs out: GSMA TS.06
_DEVICES = ("01", "35", "86", "99")
_COUNTRIES = re.compile(  # of those that begin as an IMEI may, only what is a country: E.212
    r"2[0-9]{2}|30[28]|31[0-6]|33[02-8]|3[467][0-9]|4[0-367][0-9]|44[01]|45[0-7]|50[25]|51[045]"
    r"|52[058]|53[0-9]|54[0-9]|6[0-5][0-9]|7[0-4][0-9]|901"
)


def digits_of(text: str) -> str | None:
    """Return the digits of a number written with blanks, dashes, slashes or an F as padding.

    None where anything else stands in the text.
    """
    if text.isascii() and text.isdigit():
        return text
    compact = _BETWEEN.sub("", text)
    return compact.rstrip("Ff") if _NUMBER.fullmatch(compact) else None


@lru_cache(maxsize=4096)
def passes_luhn(digits: str) -> bool:
    """Return whether the last digit is the Luhn check digit of those before it."""
    return luhn_digit(digits[:-1]) == digits[-1:]


def luhn_digit(digits: str) -> str:
    """Return the digit that makes `digits` and it pass the Luhn check."""
    written = digits.encode()
    doubled, others = written[::-1][::2].translate(_DOUBLED), written[::-1][1::2]
    return str((len(written) * _ZERO - sum(doubled) - sum(others)) % 10)


def is_iccid(digits: str) -> bool:
    """Return whether this many digits can be an ICCID."""
    return MIN_ICCID <= len(digits) <= MAX_ICCID


def is_imei(digits: str) -> bool:
    """Return whether this many digits can be an IMEI or an IMEISV."""
    return len(digits) in {_IMEI, _IMEISV}


def is_certain_iccid(digits: str) -> bool:
    """Return whether nothing but an ICCID looks like this."""
    return len(digits) in _CHECKED_ICCIDS and digits.startswith(_TELECOM) and passes_luhn(digits)


def is_certain_imei(digits: str) -> bool:
    """Return whether nothing but an IMEI looks like this."""
    if len(digits) != _IMEI or not _begins_an_imei(digits[:3]):
        return False
    return bool(digits[2:].strip("0")) and passes_luhn(digits)


@cache
def _begins_an_imei(three: str) -> bool:
    return _BODIES.match(three) is not None and _COUNTRIES.match(three) is None


def is_imsi(digits: str) -> bool:
    """Return whether this is an IMSI, by its country and as no IMEI begins so."""
    return len(digits) == _IMEI and _COUNTRIES.match(digits) is not None


def is_eid(digits: str) -> bool:
    """Return whether this is the number of a chip that holds several profiles."""
    return len(digits) == _EID and digits.startswith(_TELECOM)


def unswap_digits(text: str) -> str | None:
    """Return the ICCID that a modem wrote with the digits of each byte swapped, as it is on it."""
    text = re.sub("[ :,-]|0x", "", text)
    if not _SWAPPED.fullmatch(text):
        return None
    digits = "".join(text[at : at + 2][::-1] for at in range(0, len(text), 2)).rstrip("Ff")
    return digits if is_certain_iccid(digits) else None


def whole_imei(digits: str) -> str | None:
    """Return the IMEI that lacks its last digit, the check digit, with it; None: it is none."""
    is_body = len(digits) == _IMEI_BODY and digits.startswith(_DEVICES)
    return digits + luhn_digit(digits) if is_body and digits[2:].strip("0") else None


@lru_cache(maxsize=1024)
def explain_number(text: str) -> tuple[str, str] | None:
    """Return what a number is that names no SIM here, and what to paste instead.

    None where it may name one.
    """
    digits = digits_of(text) or ""
    if is_eid(digits):
        return "eid", f"an EID, and no SIM of KORE's list has it. {_INSTEAD}"
    if is_imsi(digits):
        return "imsi", f"an IMSI, which KORE cannot be asked for. {_INSTEAD}"
    if whole_imei(digits):
        said = "an IMEI without its check digit, and I have seen no SIM in that device."
        return "imei", f"{said} {_INSTEAD}"
    if ROUNDED.fullmatch(text.strip()):
        said = "a number that a spreadsheet has rounded: its last digits are lost."
        return "number", f"{said} Format the column as text, and paste the number again."
    return None


ROUNDED = re.compile(r"(?i)[0-9][.,][0-9]{2,16}e\+?(?:1[3-9]|2[01])")
_INSTEAD = "Paste the SIM's ICCID (begins with 89, 19 or 20 digits), its SID (DE…) or its name."


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
