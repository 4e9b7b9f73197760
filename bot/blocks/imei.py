"""An IMEI as it is printed on a device, with the verdict of its check digit."""

from bot.sessions.withheld import WITHHELD

_DIGITS = 15
_WITH_VERSION = 16


def imei_words(imei: str | None) -> str:
    """Give `01493100-012970-0 ✓`, or say in words what is wrong with it; None: not reported.

    15 digits are an IMEI whose last is a Luhn digit; 16 are an IMEISV, which has none (3GPP
    TS 23.003, 6.2). All zeros are what carriers send that do not know it.
    """
    if imei is None or not imei.strip("0 "):
        return "IMEI not reported"
    if imei == WITHHELD:
        return WITHHELD
    if not (imei.isascii() and imei.isdigit()):
        return f"{imei} (not an IMEI: it has more than digits)"
    shown = f"{imei[:8]}-{imei[8:14]}-{imei[14:]}"
    if len(imei) == _WITH_VERSION:
        return f"{shown} (IMEISV, has no check digit)"
    if len(imei) != _DIGITS:
        return f"{imei} (not an IMEI: {len(imei)} digits)"
    return f"{shown} ✓" if luhn(imei) else f"{shown} (check digit wrong)"


def luhn(digits: str) -> bool:
    """Tell whether the last digit checks the ones before it (ISO/IEC 7812-1)."""
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0
