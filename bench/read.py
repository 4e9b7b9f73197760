"""How long reading a pasted text takes: 40,000 characters of the worst, and whether it is linear.

    PYTHONPATH=. .venv/bin/python bench/read.py

Prints the CPU time of each text, and by how much longer twice the text takes: 2 is linear.
"""

import asyncio
import time
from itertools import product
from string import ascii_lowercase

from bot.errors import Candidate
from bot.sims.extraction import LONGEST, TextPart
from bot.sims.identifier import Identifier, IdentifierKind, name_key
from bot.sims.numbers import luhn_digit
from bot.sims.spotter import SimSpotter

MOST_MS = 20.0
RUNS = 5
ICCID, IMEI = "8901260012345678909", "356938035643809"
PIECES = (
    "a-.", "1-", "1 ", "89 ", "8901 ", "<", "<a|", "%25", "- ", "(", ",", " and ", "a", "1", "٣",
    "é", "a:b/", "a@b ", "https://x.y/", "e9", "0f1", "8.9", "> ", "- a\n", "1. b\n", "x\n",
    "a,b\n", "a|b|c\n", "sim|b|c\n", "sim,name\n", "a  b\n", "zz9 ", "ab1, cd2, ", "a b c ",
    "truck-42 ", "truck-42, ", "well-1\n", f"{ICCID}\n", f"{IMEI} ", f"order {IMEI} ",
    "imei 123456789012345\n", "@a ", "|", "\t|", "12.34.", "8901.2600.1234.5678.900 ", "&", "x ",
    '{"order":{"id":"356938035643809"}},', "a1b: x, ", "(a1", "<tel:35693803564380|call> ",
    "order (a) 12345678901234 ", "8901260012345678900 ",
    "8.96529E+19\r\n設備:)", "name/name  :é-(E.164)\n", "phone | pump 7\n> https://x.y/z;/",
    "35693803564380 設備 imei\t35693803564380\n",
    "3 5 6 9 3 8 0 3 5 6 4 3 8 0 9 8988307000000000000.well-1\n",
    "iccid=North Gate  3 5 6 9 3 8 0 3 5 6 4 3 8 0 9\n", f"設備\n- truck-42 {IMEI}\n- \n1. ",
    f"order/{ICCID} - well-1;{IMEI}=(imei\n1. ", "a1:b2:c3 8901(imei(https://x.y/z(設備\t  \n1. ",
)  # fmt: skip


SIMS = {name_key(n): (Candidate(f"DE{n:>032}", n),) for n in ("truck-42", "well-1", "North Gate")}


class Listed:
    """A list of three SIMs, at hand."""

    accounts = ("acme", "x")

    async def ready(self, _patience):
        return True

    async def all_numbered(self, _digits):
        return {}

    async def parted_in(self, _pieces):
        return set()

    async def all_named(self, names):
        return {name: SIMS[name] for name in names & SIMS.keys()}


def known_sid(identifier: Identifier):
    return identifier.value if identifier.kind is IdentifierKind.SID else None


def texts():
    """Yield each text by name: one piece again and again, words, numbers that are all different."""
    yield from ((repr(piece), piece * LONGEST) for piece in PIECES)
    rows = (f"truck-42,{ICCID},{IMEI},x" for _ in range(LONGEST))
    yield "a table", "name,iccid,imei,order\n" + "\n".join(rows)
    yield "a table of names", "name,site\n" + "truck-42,well-1\n" * LONGEST
    yield "an odd table", " sid | name \n---+---\n" + "310260123456789 | x\n- a 7 | b\n" * LONGEST
    yield "a table of ICCIDs", "name\ticcid\n" + f"w-1\t{ICCID}\n" * LONGEST
    yield "numbers below a label", "order\n" + f"{IMEI}\n" * LONGEST
    yield "blanks", ("x" + " " * 1990 + "y,") * LONGEST
    yield "different words", " ".join(f"w{n}" for n in range(LONGEST))
    yield "different lines", "\n".join(f"w{n} x" for n in range(LONGEST))
    words = map("".join, product(ascii_lowercase, repeat=3))
    yield "different labels", " ".join(f"{word} order {IMEI}" for word in words)
    imeis = [body + luhn_digit(body) for body in map(str, range(35693803564380, 35693803567380))]
    yield "different IMEIs", "\n".join(imeis)
    yield "a table of different IMEIs", "imei,x\n" + ",1\n".join(imeis)
    yield "different numbers", " ".join(str(356938035643809 + n) for n in range(LONGEST))


async def milliseconds(spotter, text):
    best = float("inf")
    for _ in range(RUNS):
        started = time.process_time()
        await spotter.read([TextPart("text", text)])
        best = min(best, time.process_time() - started)
    return best * 1000


async def main():
    spotter = SimSpotter(Listed(), known_sid)
    rows = []
    for name, text in texts():
        half, whole = [await milliseconds(spotter, text[:n]) for n in (LONGEST // 2, LONGEST)]
        rows.append((whole, whole / half, name))
    print(f"{'ms':>6} {'ratio':>6}  {LONGEST} characters of")
    for whole, ratio, name in sorted(rows, reverse=True)[:15]:
        print(f"{whole:6.1f} {ratio:6.2f}  {name}")
    worst = max(rows)
    print(f"worst {worst[0]:.1f} ms of {MOST_MS:.0f}, {worst[0] / MOST_MS:.2f} of what is allowed")


if __name__ == "__main__":
    asyncio.run(main())
