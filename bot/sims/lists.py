"""Names in a text: its words, the items of a list, the columns of a table, small talk. Pure.

Which of them is a SIM's name only the list of SIMs can tell; here stands what may be one.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import chain, pairwise, repeat
from typing import NamedTuple

from bot.sims.identifier import bare, key, plain
from bot.sims.labels import Cell

MOST_ITEMS = 1_000
"""Items of a list; of a longer one only what is certain or known by its name is read."""
_LONGEST_NAME = 64


class Phrase(NamedTuple):
    """Some words as they were written, and where they stand."""

    at: int
    end: int
    text: str


_ADDRESS = re.compile(
    r"(?<!\S)(?:[^\s@]*+@(?:[^\s@]*?\.\S*+)|@\S++)|(?<![\w+.-])[a-zA-Z][\w+.-]*+://[^\s<>()\]]*+"
)
_ENDING = re.compile(r"(?i)(?<=\w)\.(?:log|txt|csv|json|pcap|bin|cfg|gz|zip|xlsx?|png|jpe?g|pdf)\b")
_WORD = re.compile(r"""\w(?:[^\s,;|=(){}\[\]"'`<>?!*~:/@&+\\]*\w)?|[^\s\w]|\n""")
_RUN = re.compile(r"""\w[^\n\t,;|=(){}\[\]"'`<>?!*~:/@&+\\]*""")
_RUN_WITH_A_COLON = re.compile(r"""\w[^\n\t,;|=(){}\[\]"'`<>?!*~]*""")
_EDGES = "._-#+%&$^…:/@"
_WITH_A_COLON = re.compile(r"""\w(?:[^\s,;|=(){}\[\]"'`<>?!*~]*\w)?""")
_OTHER_LETTERS = "\u0370-\u1dff\u2e80-\ud7ff\uf900-\ufaff"
_AMONG_OTHER_LETTERS = re.compile(  # as in 设备truck-42掉线
    rf"(?<![^\W{_OTHER_LETTERS}])[a-zA-Z0-9](?:[a-zA-Z0-9_.-]*[a-zA-Z0-9])?(?![^\W{_OTHER_LETTERS}])"
)
_MOST_REPEATS = 100  # of one name, as in a log
_LEAST = 3
_LEAST_DIGITS = 6


def without_addresses(text: str) -> str:
    """Blank mail and web addresses, which name no SIM, and the endings of files, which hide one."""
    if "." in text:
        text = _ENDING.sub(_blank, text)
    return _ADDRESS.sub(_blank, text) if "@" in text or "://" in text else text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def keys_in(text: str) -> set[str]:
    """Return every word of a text, and two or three that stand together, as names are compared."""
    folded, found = text.casefold(), set[str]()
    runs = _RUN.findall(folded)
    if _may_hold_names(text):
        runs += _RUN_WITH_A_COLON.findall(folded)
    for run in runs:
        words = [word.strip(_EDGES) for word in run.split()]
        found.update(words)
        if len(words) > 1:
            found.update(map(" ".join, pairwise(words)))
            found.update(map(" ".join, zip(words, words[1:], words[2:], strict=False)))
    return found.union(*(shape.findall(folded) for shape in _more_shapes(text)))


def _may_hold_names(text: str) -> bool:
    """Return whether a text has marks that part two names, or stand within one."""
    return any(mark in text for mark in ":/&+\\")


def _more_shapes(text: str) -> Iterator[re.Pattern[str]]:
    if _may_hold_names(text):
        yield _WITH_A_COLON
    if not text.isascii():
        yield _AMONG_OTHER_LETTERS


def phrases_in(text: str, names: AbstractSet[str]) -> list[Phrase]:
    """Return the phrases that are names, in their order, of those that overlap the longest.

    `names` are as they are compared. What is too short to be told from a count or from a word of
    prose is left out.
    """
    firsts = {name.partition(" ")[0] for name in names}
    most = max((name.count(" ") for name in names), default=0) + 1
    found: list[Phrase] = []
    counted: Counter[str] = Counter()
    for shape in (_WORD, *_more_shapes(text)):
        words = [*shape.finditer(text)]
        for number, word in enumerate(words):
            first = word[0].casefold()
            if first in firsts and counted[first] < _MOST_REPEATS:
                ends = (each.end() for each in reversed(words[number : number + most]))
                phrases = (Phrase(word.start(), end, text[word.start() : end]) for end in ends)
                named = [phrase for phrase in phrases if _is_name(phrase.text, names)][:1]
                counted[first] += len(named)
                found += named
    return distinct_places(found)


def distinct_places(found: list[Phrase]) -> list[Phrase]:
    """Return the phrases of which none overlaps another: the one that begins first, the longest."""
    apart: list[Phrase] = []
    for phrase in sorted(found, key=lambda each: (each.at, -each.end)):
        if not apart or phrase.at >= apart[-1].end:
            apart.append(phrase)
    return apart


def _is_name(phrase: str, names: AbstractSet[str]) -> bool:
    if " ".join(phrase.casefold().split(" ")) not in names:
        return False
    if any(map(str.isalpha, phrase)):
        return len(phrase) >= _LEAST
    return sum(map(str.isdigit, phrase)) >= _LEAST_DIGITS


_DECORATION = re.compile(
    r"[ \t]*(?:(?:>+|[-*•◦▪‣–—·・]|\d{1,3}[.)]|\[[ xX]?\]|[☐☑✅❌🔴🟠🟢])(?=\s)\s*)+"
    r"|[ \t]*[>•◦▪‣·・]+\s*"
)
_LINES = re.compile(r"\S.*")
_BETWEEN = re.compile(r"\s*[,;|\t]\s*|\s+(?:and|und|et|y|&|\+)\s+")
_TOKEN = re.compile(r"\w[\w.:\-/+@#]*|89\d\d[\d ]+\d")
_LIKE_A_NAME = re.compile(r"(?=.*[^\W\d_])(?=.*\d)")
_NO_SIM = re.compile(
    r"""(?ix) \d{1,4}[-/.]\d{1,2}[-/.]\d{1,4} .*   # a date, and what follows it
      | \d{1,2}:\d\d .*                            # a time
      | \+?[\d\s()/.-]+                            # a phone number, a count, an address
      | \d+[.,]\d+ %? | \d+%                       # a price, a share
      | [vr]?\d+ (?:[._]\d+)+ (?:[a-z-]\w*)?       # a version
      | -?\d+ (?:ms|s|m|min|h|d|w|k|kb|mb|gb|x|st|nd|rd|th|db|dbm|v|c|g)
      | [\w.+-]+@[\w.-]+ | \S+://\S+ | /\S+
      | (?:[\da-f]{2}[:-]){5}[\da-f]{2} | [\da-f]*:[\da-f:]*:[\da-f:.]*
      | (?=\d*[a-f]+\d)[\da-f]{7,} | [\da-f]{8}-[\da-f]{4}-[\da-f-]+
      | \d{4}-\d\d-\d\dT\S* | (?:imei|iccid|imsi|eid|msisdn)_?\d
      | (?:jira|ops|inc|incident|tkt|ticket|case|chg|change|req|ritm|prb|task|bug|issue|cve|rfc|err
        |supp?|support|helpdesk|zd|sre|noc|pr|mr|gh) [-_\#]? \d[\d-]*   # a ticket
      | (?:af|ap|ca|cn|eu|il|me|mx|sa|us)-[a-z]{4,9}-?\d (?:-?[a-f])?   # where a cloud is
      | (?:rssi|rsrp|rsrq|sinr|snr|csq|mcc|mnc|lac|tac|cid|pci|earfcn|band|seq|qos|port|pid|cause
        |fw|ver|bat|battery|temp|volt|lat|lon|uptime|status|code) [:=_-]* [-+]?\d[\w.%]*
      | n/?a | none | null | nil | nan | unknown """
)
_HEAD = re.compile(r"([\w.-]+)(?::| ?(?:->|→|–|—)) ")
_PARTIAL = re.compile(r"89\d\d[\d ]*\d")


class Item(NamedTuple):
    """One item of a list, without what decorates it."""

    at: int
    end: int
    text: str
    is_heading: bool = False

    @property
    def is_word(self) -> bool:
        """Whether it may be the name of a SIM that nobody knows, by its look."""
        fits = _TOKEN.fullmatch(self.text) and not is_around(self.text)
        return bool(fits) and (not is_no_sim(self.text) or bool(_PARTIAL.fullmatch(self.text)))

    @property
    def is_like_a_name(self) -> bool:
        """Whether it is such a word with letters and digits in it, or the beginning of an ICCID."""
        like = _LIKE_A_NAME.match(self.text) or _PARTIAL.fullmatch(self.text)
        return self.is_word and bool(like)

    @property
    def head(self) -> "Item | None":
        """What looks like a name and has something said of it, as in `pump-9: down`."""
        found = _HEAD.match(self.text)
        item = found and Item(self.at, self.at + found.end(1), found[1])
        return item if item and item.is_like_a_name else None

    @property
    def is_silent(self) -> bool:
        """Whether it says nothing: a time, a count, a word as they stand around any SIM."""
        words = self.text.split()
        return is_no_sim(self.text) or all(is_around(bare(word)) for word in words)


def is_no_sim(item: str) -> bool:
    """Return whether an item is a date, a time, a phone number, a count, an address."""
    return _NO_SIM.fullmatch(item) is not None


def items_in(text: str, tables: "list[Table]") -> list[Item]:
    """Return the items of a text outside of its tables, a line or what is parted by commas each.

    None where they are too many for a list of SIMs. What ends with a colon, or stands without a
    bullet among lines that have one, is a heading.
    """
    found: dict[bool, list[Item]] = {True: [], False: []}
    if len(_LINES.findall(text)) > MOST_ITEMS:
        return []
    for at, line in _lines_beside(text, tables):
        decoration = _DECORATION.match(line)
        skipped = decoration.end() if decoration else 0
        found[skipped > 0] += _in_a_row(at + skipped, line[skipped:])
    if len(found[True]) + len(found[False]) > MOST_ITEMS:
        return []
    above = [item._replace(is_heading=True) for item in found[False]] if found[True] else []
    return sorted([*found[True], *(above or found[False])])


def _lines_beside(text: str, tables: "list[Table]") -> Iterator[tuple[int, str]]:
    at, left = 0, [*reversed(tables)]
    for line in text.split("\n"):
        while left and left[-1].end <= at:
            left.pop()
        if line and not line.isspace() and not (left and left[-1].start <= at):
            yield at, line
        at += len(line) + 1


def _in_a_row(at: int, line: str) -> Iterator[Item]:
    start = 0
    for end, after in [*(match.span() for match in _BETWEEN.finditer(line)), (len(line), 0)]:
        yield from _item(at, line, start, end)
        start = after


def _item(at: int, line: str, start: int, end: int) -> Iterator[Item]:
    text = bare(line[start:end].strip())
    words = [bare(word) for word in text.split()]
    if len(words) > 1 and all(map(_stands_alone, words)):
        for word in words:
            start = line.find(word, start)
            yield Item(at + start, at + start + len(word), word)
    elif text:
        is_heading = line[start:end].rstrip().endswith(":")
        yield Item(at + start, at + end, text, is_heading)


def _stands_alone(word: str) -> bool:
    """Return whether a word has letters and digits: several of those in a row are a list."""
    is_name = len(word) <= _LONGEST_NAME and _TOKEN.fullmatch(word) and _LIKE_A_NAME.match(word)
    return bool(is_name) and not is_no_sim(word)


_RULE = re.compile(r"[\s|+:=_─━┼│├┤┌┐└┘┬┴-]+")
_NAMES = (
    "sid", "simsid", "iccid", "uniquename", "simname", "sim", "sims", "name", "friendlyname",
    "device", "devicename", "router", "gateway", "modem", "asset", "unit", "host", "hostname",
    "thing", "equipment", "station", "imei",
)  # fmt: skip
_HEADS = frozenset(_NAMES) | {
    "imsi", "msisdn", "eid", "iccids", "imeis", "phone", "phonenumber", "order", "ordernumber",
    "orderid", "orderno", "card", "cardnumber", "ccid", "invoice", "ticket", "account",
}  # fmt: skip
_MAY_HAVE_HEADS = re.compile(
    r"sid|sim|imei|imsi|msisdn|ccid|eid|name|device|router|gateway|modem|asset|unit|host|thing"
    r"|equipment|station|phone|order|card|invoice|ticket|account"
)
_DELIMITERS = ("\t", "|", ";", ",", "  ")
_SPACED = re.compile(r"\S+(?: \S+)*")
_MOST_COLUMNS = 50


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells below their heads, where in the text they stand, and the columns of names.

    One that `is_upright` has its heads in a column, and is read line by line.
    """

    start: int
    end: int
    rows: tuple[tuple[Cell, ...], ...]
    names: tuple[int, ...]
    is_upright: bool


def tables_in(text: str) -> list[Table]:
    """Return the tables whose first line names its columns."""
    found: list[Table] = []
    if not any(mark in text for mark in _DELIMITERS):
        return found
    end, left, folded = -1, MOST_ITEMS, text.lower()
    for head in _MAY_HAVE_HEADS.finditer(folded if len(folded) == len(text) else text):
        if head.start() > end and left > 0:
            start = text.rfind("\n", 0, head.start()) + 1
            table, end = _table_at(text, start)
            left -= len(table.rows) if table else 0
            found += [table] if table and not table.is_upright else []
    return found


def _table_at(text: str, at: int) -> tuple[Table | None, int]:
    """Return the table whose head stands in a line, if one does, and where what was read ends."""
    end = _end_of_line(text, at)
    line = text[at:end]
    between = next((mark for mark in _DELIMITERS if mark in line.strip()), None)
    heads = [head.strip() for _, _, head in _cells(at, line, between)] if between else []
    plain = [re.sub(r"[\W_]+", "", head).lower() for head in heads[:_MOST_COLUMNS]]
    if between is None or not _HEADS.intersection(plain):
        return None, end
    rows: list[tuple[Cell, ...]] = []
    is_upright = False
    while end < len(text) and len(rows) < MOST_ITEMS:
        start, below = end + 1, text[end + 1 : _end_of_line(text, end + 1)]
        is_rule = _RULE.fullmatch(below) is not None
        if not (below.strip() and (is_rule or between in below.strip(" "))):
            break
        end = start + len(below)
        if not is_rule:
            cells = _cells(start, below, between)
            rows.append(tuple(_headed(cells, heads)))
            is_upright |= not _HEADS.isdisjoint([cell.strip().lower() for _, _, cell in cells])
    names = tuple(plain.index(name) for name in _NAMES if name in plain)
    return Table(at, end, tuple(rows), names, is_upright) if rows else None, end


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _headed(cells: list[tuple[int, int, str]], heads: list[str]) -> Iterator[Cell]:
    for (start, end, _), head in zip(cells, chain(heads, repeat("")), strict=False):
        yield Cell(start, end, head)


def _cells(at: int, line: str, between: str) -> list[tuple[int, int, str]]:
    """Return where each cell of a row begins and ends, and what stands in it."""
    if between == "  ":
        return [(at + m.start(), at + m.end(), m[0]) for m in _SPACED.finditer(line)]
    quoted = '"' in line
    cells = next(csv.reader([line], delimiter=between)) if quoted else line.split(between)
    found, start = [], 0
    for text in cells:
        start = max(start, line.find(text, start)) if quoted else start
        found.append((at + start, at + start + len(text), text))
        start += len(text) + 1
    return found


_TO = r"(?: (?:there|bot|simsessions|all|everyone|again|so much|very much|a lot|you))*"
_HELLO = re.compile(
    rf"(?:hello|hi|hiya|hey|howdy|good (?:morning|afternoon|evening|day)|hola){_TO}"
)
_THANKS = re.compile(
    rf"(?:ok(?:ay)?,? |great,? )?(?:thanks|thank|thx|ty|cheers|gracias|much appreciated){_TO}"
)
_AROUND = {
    "a", "about", "again", "alive", "an", "and", "any", "are", "at", "back", "be", "can", "cannot",
    "check", "could", "dead", "device", "did", "do", "does", "doing", "down", "for", "has", "have",
    "hello", "help", "hey", "hi", "how", "i", "iccid", "imei", "in", "is", "it", "it's", "its",
    "look", "me", "modem", "my", "no", "not", "now", "of", "offline", "ok", "on", "online", "our",
    "please", "pls", "plz", "quick", "quickly", "report", "right", "see", "show", "sid", "sim",
    "sims", "state", "status", "still", "thanks", "that", "the", "there", "this", "to", "today",
    "up", "us", "was", "we", "went", "what", "what's", "whats", "when", "where", "which", "who",
    "why", "with", "working", "would", "yes", "you",
}  # fmt: skip


def is_greeting(text: str) -> bool:
    """Return whether somebody says hello, and nothing else."""
    return _HELLO.fullmatch(_said(text)) is not None


def is_thanks(text: str) -> bool:
    """Return whether somebody says thanks, and nothing else."""
    return _THANKS.fullmatch(_said(text)) is not None


def words_besides(text: str, sim: str) -> list[str]:
    """Return the words that stand beside the SIM in a text; none where it does not stand there."""
    before, found, after = plain(text).partition(plain(sim))
    words = (bare(word) for word in f"{before} {after}".split()) if found else ()
    return [word for word in words if any(map(str.isalnum, word))]


def is_around(word: str) -> bool:
    """Return whether a word is one of those that stand around a SIM in any sentence."""
    return key(word) in _AROUND


def _said(text: str) -> str:
    return re.sub(r"[^\w ,]+$", "", key(text)).strip(" ,_")
