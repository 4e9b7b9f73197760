"""What the words before a number or its table's head call it: an IMEI, or an order. Pure.

Tables are Markdown's, psql's, CSV, TSV, what a spreadsheet or a terminal shows.
"""

import csv
import re
from bisect import bisect, bisect_left
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import chain, repeat
from typing import NamedTuple
from unicodedata import normalize

from bot.sims.numbers import is_iccid, is_imei
from bot.struct import Struct


class TableCell(NamedTuple):
    """Where a cell of a table begins and ends, and what stands at the head of its column."""

    start: int
    end: int
    head: str


class Label(NamedTuple):
    """What the words before a number call it: `kind` is empty where they call it nothing.

    Of a list, it holds for the next number as well where only a break of lines or a comma stands in
    between: a plural does so, and a line above the numbers.
    """

    kind: str
    word: str
    is_of_list: bool

    @property
    def is_of_sim(self) -> bool:
        """Whether it calls the number nothing else than an ICCID or an IMEI."""
        return not self.kind or self.kind in LENIENT


LENIENT = {"iccid": is_iccid, "imei": is_imei}
NO_LABEL = Label("", "", is_of_list=False)
_KINDS = {
    "iccid": r"iccids?\??|icc[ _-]?ids?|q?ccids?\??|icc",
    "imei": r"imei(?:svs?|-msisdn|s)?|cgsn\??",
    "imsi": r"imsis?|cimi\??",
    "eid": r"e-?ids?|euicc(?:[ _-]?id)?s?",
    "phone": r"msisdns?|(?:tele|cell|mobile )?phones?|tele[fp]h?o[on]\w*|teléfono\w*|telefón\w*"
    r"|t[eé]l(?:[eé]phone)?|telem[oó]vel|rufn\w+|mobil(?:e|n\w+)?|m[oó]vil|celular\w*|cellulare|fax"
    r"|handy\w*|cnum|cell|call(?: (?:me|us))?(?: (?:at|on))?|contact(?= n)|whatsapp|sms"
    r"|puh(?:elin\w*)?|komórk\w*|sđt|điện thoại"
    r"|телефон\w*|тел|мобильн\w+|τηλ(?:[έε]φων\w*)?|κινητ[όο]",
    "order": r"orders?|ord|p[./]?o|invoices?|inv|bill|receipt|tickets?|incident|sku"
    r"|(?<!in )(?<!this )(?<!that )(?<!any )case|lading|tracking|parcel|shipment|waybill|awb"
    r"|accounts?|acct|customer|contract|transaction|txn|trx|payment|quote|rma|reference|ref"
    r"|best[ei]l\w*|best\.(?=-?nr)|auftrag\w*|rechnung\w*|kunde?n\w*|vertrag\w*|sendung\w*|vorgang\w*"
    r"|liefer\w*|konto\w*|factuur\w*|zending\w*|beställning\w*|faktur\w*|tilaus\w*"
    r"|ordine|fattura|spedizione|ordre|commande|facture|colis|pedido|factura|env[ií]o|albarán|suivi|gu[ií]a"
    r"|encomenda|fatura|zamówieni\w*|przesyłk\w*|objednávk\w*|rendelés\w*|comand[aă]|sipariş\w*"
    r"|đơn hàng|заказ\w*|сч[её]т\w*|накладн\w+|договор\w*|замовлен\w+|παραγγελ\w+"
    r"|serial[ _-]order|ean|gtin|upc|isbn"
    r"|(?:user|event|message|msg|request|trace|span|job|build|alert|problem|session"
    r"|correlation)[ ._-]?id",
    "card": r"(?<!sim )(?<!sim-)(?<!sim_)(?<!sim)cards?|visa|mastercard|amex|credit|debit|pan|iban"
    r"|(?<!sim )(?<!sim-)(?<!sim)(?:kart\w+(?: kred\w+)?|k(?:aa|o)rt(?:in)?(?=[ -]?n))"
    r"|(?:kredit|credit|luotto|ec-)[ck]a?[ao]?rt\w*"
    r"|(?:(?<=de )|(?<=la ))(?:tarjeta|carte)|carte (?:bancaire|bleue|de crédit)"
    r"|tarjeta de (?:crédito|débito)|cart[aã]o?(?: di| de)? cr[eé]dito|cartão|carta"
    r"|(?<!сим-)(?<!сим )карт\w+",
}
_SCRIPTS = {  # whose words are not parted, or have letters before them
    "phone": "電話|电话|手机|手機|携帯|전화|휴대폰|هاتف|جوال|טלפון|फ़ोन|फोन|मोबाइल|โทร",
    "order": "注文|発注|受注|伝票|订单|訂單|运单|發票|发票|請求"
    "|주문|송장|طلب|فاتورة|הזמנה|ऑर्डर|คำสั่งซื้อ",
    "card": "(?<!sim)カード|信用卡|银行卡|銀行卡|(?:신용|체크) ?카드"
    "|(?<!심)(?<!심 )(?<!sim)(?<!sim )카드|بطاقة ائتمان|כרטיס אשראי|क्रेडिट कार्ड|บัตรเครดิต",
}
_NUMBER = (
    r"numbers?|list|n[uú]m[eé]ro|numer|nummer|numarası|номер|num|nr|no|nº|n°|n|č(?:íslo)?|id|code|key"
    "|番号|号码?|號碼?|번호|नंबर"
)
_FIELD = r"[_.](?!icc|imei|imsi|e?sim|q?ccid|eid|dev|ser)[a-z]\w{0,11}"  # imsi_hex
_NOTE = r" ?\((?=[^()\n]*[^\W\d])[^()\n]{1,48}\)"
_WITHIN = r"[\"']?[ :=>]{1,3}[{<[]\s*[\"']?|:\n {2,8}"  # of what follows, as in JSON
_OF = r"(?: of (?:\w[\w-]* ){1,3}(?=(?:is|was)\b))?"  # the box
_FILLED = rf"(?:(?:[ _-]?|{_WITHIN})(?:{_NUMBER})|'s|{_FIELD})?(?:[ _-]?\d\b)?(?:{_NOTE})?{_OF}"
_GAP = (  # "is", what parts them, the rule under a column's head
    r"(?:[^\w\n,;?!]{0,4}(?:is|was|ist|es|est)\b)?"
    r"(?:[^\w\n,;?!]|_){0,6}(?: *\n[-=+|: ]{3,})?\n?[^\w\n,;?!]{0,3}"
)
_BEGIN = r"(?:(?<![^\W\d_])|(?-i:(?<=[a-z]{2})(?=[A-Z])))"  # of a word, in simIccid too
_FARTHEST, _SHORT_GAP, _LONGEST_SHORTENED = 64, 8, 3
_LETTER = re.compile(r"[^\W\d]")
_OF_A_SIM = re.compile(r"(?i)iccid|\bsim\b")
_WORDS_OF_PROSE = frozenset({"phone", "order", "card"})
_IN_BRACKETS = re.compile(r"\([^()\n]*[^\W\d][^()\n]*\)")
_DIGIT = re.compile(r"\d")
_BREAK = re.compile(r"[,;]|\d\d(?!\d?[a-z])")  # of a text that is read backwards
_OWN_NUMBER = "+CNUM:"  # a modem's, with a name before it
_SHARED = re.compile(
    r"(?i)(?:iccids?|imeis?) ?(?:[/&+]|and|or|(?:of|on|for)(?: \w+)?) ?$"
)  # ICCID/IMSI
_BEHIND = re.compile(rf"(?i) ?\((imsi|msisdn|order|[^\W\d]+[ -](?:{_NUMBER})\b\.?)\)")
_AND = re.compile(r"[^\S\n]*(?:[,;/&]|and)?[^\S\n]*")
_NEXT_LINE = re.compile(r"[^\S\n]*\n\W*")


class Labels:
    """Tells what the words of a text call its numbers, one after the other."""

    def __init__(self, text: str, cells: Sequence[TableCell]) -> None:
        self._text = text
        self._cells, self._starts = cells, [cell.start for cell in cells]
        self._last, self._ended = NO_LABEL, -_FARTHEST
        self._is_of_modem = _OWN_NUMBER in text

    def at(self, at: int) -> Label:
        """Return what the head of its column or the words before it call the number here."""
        return self._of_column(at) or self._of_words(at)

    def end(self, label: Label, at: int) -> None:
        """Keep the label of a number that ends here, for it may be that of the next one too."""
        self._last, self._ended = label, at

    def _of_column(self, at: int) -> Label | None:
        """Return what the head of its column calls a number with which a cell begins."""
        cell = self._cells[bisect(self._starts, at) - 1] if self._cells else None
        if cell is None or not cell.start <= at < cell.end:
            return None
        is_first = at == cell.start or not any(map(str.isalnum, self._text[cell.start : at]))
        return _label_in(cell.head) if is_first else None

    def _of_words(self, at: int) -> Label:
        apart = at - self._ended
        between = self._text[at - apart : at] if apart < _FARTHEST else "far"
        is_near = apart < _SHORT_GAP and not _LETTER.search(between)
        label = NO_LABEL if is_near else self._of_words_before(at)
        if label.kind or not self._last.is_of_list:
            return label
        is_next = _NEXT_LINE.fullmatch(between) or _AND.fullmatch(between)
        return self._last if is_next else NO_LABEL

    def _of_words_before(self, at: int) -> Label:
        text = self._text
        own = text.rfind(_OWN_NUMBER, max(0, at - _FARTHEST), at) if self._is_of_modem else -1
        if own >= 0 and "\n" not in text[own:at]:
            return Label("phone", "CNUM", is_of_list=False)
        return _label_before(text[max(0, at - _FARTHEST) : at])


@lru_cache(maxsize=2048)
def _label_before(before: str) -> Label:
    if ")" in before:  # a note of what a number is, as in `MSISDN (E.164)`, ends no label
        before = _IN_BRACKETS.sub(lambda note: _DIGIT.sub("a", note[0]), before)
    if cut := _BREAK.search(before[::-1]):
        before = before[len(before) - cut.start() :]
    return _label_in(before)


@cache
def _label() -> re.Pattern[str]:
    """Return the pattern of a label; not made before one is looked for."""
    kinds = (
        rf"(?P<{kind}>{_BEGIN}(?:{words})"
        + (f"|{normalize('NFKC', _SCRIPTS[kind])})" if kind in _SCRIPTS else ")")
        for kind, words in _KINDS.items()
    )
    return re.compile(f"(?i)(?:{'|'.join(kinds)}){_FILLED}{_GAP}$")


def label_behind(text: str, end: int) -> Label:
    """Return what a note behind a number that ends here calls it, as in `4711 (order no.)`."""
    note = _BEHIND.match(text, end)
    return _label_in(note[1]) if note else NO_LABEL


@lru_cache(maxsize=1024)
def _label_in(before: str) -> Label:
    match = _label().search(before) if any(map(str.isalpha, before)) else None
    if match is None or not match.lastgroup:
        return NO_LABEL
    kind, word = match.lastgroup, match[match.lastgroup]
    if kind == "card" and _OF_A_SIM.search(before):
        return NO_LABEL  # "ICCID, as printed on the card"
    if kind not in LENIENT and _SHARED.search(before[: match.start()]):
        return NO_LABEL
    gap = before[match.end(kind) :]
    is_above = "\n" in gap
    is_apart = is_above or (gap.startswith(". ") and len(word) > _LONGEST_SHORTENED)
    line = before[before.rfind("\n", 0, match.start()) + 1 : match.start()]
    if is_apart and kind in _WORDS_OF_PROSE and any(map(str.isalnum, line)):
        return NO_LABEL  # "no answer to my call", and the number stands behind that
    return Label(kind, word, is_of_list=is_above or word.lower().endswith("s") or "numbers" in gap)


_MOST_ROWS = 1_000

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
_ENDINGS = ("imei", "iccid", "imsi", "msisdn")  # Device IMEI
_MAY_HAVE_HEADS = re.compile(
    r"sid|sim|imei|imsi|msisdn|ccid|eid|name|device|router|gateway|modem|asset|unit|host|thing"
    r"|equipment|station|phone|order|card|invoice|ticket|account"
)
_NOT_PLAIN = re.compile(r"[\W_]+")
_DELIMITERS = ("\t", "|", ";", ",", "  ")
_SPACED = re.compile(r"\S+(?: \S+)*")
_MOST_COLUMNS = 50
_COST_OF_NONE = 3  # rows: what it takes to see that a line is no head


class PastedTable(Struct):
    """Rows of cells below their heads, where in the text they stand, and the columns of names.

    One that `is_upright` has its heads in a column, and is read line by line.
    """

    start: int
    end: int
    rows: tuple[tuple[TableCell, ...], ...]
    names: tuple[int, ...]
    is_upright: bool


def tables_in(text: str) -> list[PastedTable]:
    """Return the tables whose first line names its columns."""
    found: list[PastedTable] = []
    if not any(mark in text for mark in _DELIMITERS):
        return found
    end, left, folded = -1, _MOST_ROWS, text.lower()
    heads = _MAY_HAVE_HEADS.finditer(folded if len(folded) == len(text) else text)
    starts = [head.start() for head in heads]
    for start in starts:
        if start > end and left > 0:
            table, end = _table_at(text, text.rfind("\n", 0, start) + 1, starts)
            left -= len(table.rows) if table else _COST_OF_NONE
            found += [table] if table and not table.is_upright else []
    return found


def _table_at(text: str, at: int, starts: list[int]) -> tuple[PastedTable | None, int]:
    """Return the table whose head stands in a line, if one does, and where what was read ends.

    `starts` are the places of all that may be a head.
    """
    end = _end_of_line(text, at)
    line = text[at:end]
    between = next((mark for mark in _DELIMITERS if mark in line.strip()), None)
    cells = _cells(at, line, between) if between else ()
    heads = [text[cell.start : cell.end].strip() for cell in cells]
    plain = [_NOT_PLAIN.sub("", head).lower() for head in heads[:_MOST_COLUMNS]]
    if between is None or not any(head in _HEADS or head.endswith(_ENDINGS) for head in plain):
        return None, end
    rows: list[tuple[TableCell, ...]] = []
    is_upright = False
    while end < len(text) and len(rows) < _MOST_ROWS:
        start, below = end + 1, text[end + 1 : _end_of_line(text, end + 1)]
        is_rule = _RULE.fullmatch(below) is not None
        if not (below.strip() and (is_rule or between in below.strip(" "))):
            break
        end = start + len(below)
        if not is_rule:
            cells = _cells(start, below, between, heads)
            rows.append(cells)
            if bisect_left(starts, start) < bisect_left(starts, end):
                is_upright |= any(text[c.start : c.end].strip().lower() in _HEADS for c in cells)
    names = tuple(plain.index(name) for name in _NAMES if name in plain)
    return PastedTable(at, end, tuple(rows), names, is_upright) if rows else None, end


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _cells(at: int, line: str, between: str, heads: Sequence[str] = ()) -> tuple[TableCell, ...]:
    """Return the cells of a row."""
    named = chain(heads, repeat(""))
    if between == "  ":
        spans = (match.span() for match in _SPACED.finditer(line))
        return tuple([TableCell(at + start, at + end, next(named)) for start, end in spans])
    quoted = '"' in line
    cells = next(csv.reader([line], delimiter=between)) if quoted else line.split(between)
    found, start = [], 0
    for text, head in zip(cells, named, strict=False):
        start = max(start, line.find(text, start)) if quoted else start
        found.append(TableCell(at + start, at + start + len(text), head))
        start += len(text) + 1
    return tuple(found)
