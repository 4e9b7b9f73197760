"""Numbers that look and check like real ones: SIDs, ICCIDs, IMEIs; the same for the same key."""

from hashlib import md5

ACCOUNT_SID = "AC5ad1c0ffee0000000000000000005a1d"
_ISSUER = "8901260"
_SERIALS = 10**11
_STRIDE = 73_687_873
_DEVICE_TYPE = "01493100"


def sid(prefix: str, key: str) -> str:
    """Give the SID of a kind (`DE` SIM, `WN` session, `WP` plan) that belongs to a key."""
    return prefix + md5(key.encode(), usedforsecurity=False).hexdigest()


def iccid(serial: int) -> str:
    """Give a T-Mobile USA ICCID of 19 digits; other serials below 10 ** 11 give others."""
    return with_check_digit(f"{_ISSUER}{serial * _STRIDE % _SERIALS:011d}")


def serial_of(number: str) -> int | None:
    """Give the serial that makes this ICCID; None where it is none of ours."""
    body = number[len(_ISSUER) : -1]
    if not (body.isdecimal() and body.isascii()):
        return None
    serial = int(body) * pow(_STRIDE, -1, _SERIALS) % _SERIALS
    return serial if number == iccid(serial) else None


def imei(serial: int, device_type: str = _DEVICE_TYPE) -> str:
    """Give an IMEI of 15 digits; `device_type` is its TAC of 8."""
    return with_check_digit(f"{device_type}{serial * 12_347 % 1_000_000:06d}")


def imeisv(number: str, software_version: str = "01") -> str:
    """Give the 16 digits that some networks report instead of an IMEI."""
    return number[:14] + software_version


def with_check_digit(digits: str) -> str:
    """Append the Luhn check digit."""
    doubled = (int(digit) * 2 for digit in digits[::-2])
    total = sum(n - 9 if n > 9 else n for n in doubled) + sum(map(int, digits[-2::-2]))  # noqa: PLR2004 -- a two-digit product counts as the sum of its digits
    return f"{digits}{-total % 10}"
