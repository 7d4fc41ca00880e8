"""What a sheet of PTS's says that it measures: fixed broadband or mobile coverage, tätbebyggt or glesbebyggt.

A file's name only narrows the search: it is the sheet's name, its titles and its headers that decide. What
fits two readings stops, and a negation is never read as its opposite.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipelines.config.region import CLASSES
from pipelines.core.errors import DataError, printable
from pipelines.formats.headers import words
from pipelines.formats.xlsx import Sheet

FAST, MOBIL = "fast", "mobil"
DENSE, SPARSE = CLASSES
TITLE_ROWS = 10
_TITLE_CHARS = 120
"""A longer text above a table is a note: what it mentions is not what the table measures."""

_SURVEY = re.compile(r"mobiltackning\w*(?: och)? bredband\w*")
"""The survey's own name holds both words and says neither."""
_MOBILE_BROADBAND = re.compile(r"\bmobil\w* bredband\w*")
_MOBILE = re.compile(
    r"mobil|yttackning|statistisk\w* (?:tatort|smaort)|\bdb\b|utomhus|taltjanst|\bvag(?:ar|nat\w*)\b|jarnvag|"
    r"\bdata(?:tjanst\w*)? \d|normalt befinner|\b(?:grund)?tackning\b|\boperator(?:er)?\b|\b[2345]g\b|\blte\b"
)
_FIXED = re.compile(r"\bfasta?\b|tradbund|fiber|kabel|coax|docsis|\w*dsl\b|bredband|accessteknik")
_HOUSEHOLDS = re.compile(r"hushall|arbetsst|passe[dr]|narhet")
_OTHER_UNIT = re.compile(r"befolkning|personer|invanare|\byta(?:n|s)?\b|\bareal|fritidshus|foretag|vaglangd")


def kind_of(text: object) -> str:
    """Return what a text says that is measured: ``fast``, ``mobil``, or empty when it says neither or both.

    >>> kind_of("Yttäckning - aggregerad"), kind_of("Teknik kommun hushåll"), kind_of("Blad1")
    ('mobil', 'fast', '')
    >>> kind_of("Mobiltäcknings- och bredbandskartläggning"), kind_of("Andel hushåll med mobiltäckning")
    ('', 'mobil')
    """
    w = _MOBILE_BROADBAND.sub("mobil", _SURVEY.sub(" ", words(text)))
    mobile, fixed = bool(_MOBILE.search(w)), bool(_FIXED.search(w))
    if mobile == fixed:
        return FAST if not mobile and _HOUSEHOLDS.search(w) else ""
    return MOBIL if mobile else FAST


def says_mobile(text: object) -> bool:
    """Tell whether a header is about mobile coverage, whatever else it says.

    >>> says_mobile("Statistisk tätort 30 Mbit/s"), says_mobile("Tillgång till minst 30 Mbit/s")
    (True, False)
    """
    return bool(_MOBILE.search(_SURVEY.sub(" ", words(text))))


def other_unit(text: object) -> str:
    """Return the word by which a text counts something else than households and workplaces; empty when none.

    >>> other_unit("Andel av befolkningen"), other_unit("Hushåll, andel av befolkningen"), other_unit("Fiber")
    ('befolkning', '', '')
    """
    w = words(text)
    found = _OTHER_UNIT.search(w)
    return found.group() if found and not re.search(r"hushall|arbetsst", w) else ""


def titles(sheet: Sheet, first: int = TITLE_ROWS) -> list[str]:
    """Return the short texts above row index ``first`` of a sheet."""
    cells = (c for row in sheet.rows[: min(first, TITLE_ROWS)] for c in row)
    return [c for c in cells if isinstance(c, str) and 0 < len(c.strip()) <= _TITLE_CHARS]


def title_kind(sheet: Sheet, first: int) -> str:
    """Return what a sheet's name says that it measures; when it says nothing, what its titles agree on."""
    told = kind_of(sheet.name)
    found = {kind_of(t) for t in titles(sheet, first)} - {""}
    return told or (found.pop() if len(found) == 1 else "")


def subject(sheet: Sheet, first: int, fixed: Sequence[str], mobile: Sequence[str], counted: bool) -> str:
    """Return what a table measures: ``fast``, ``mobil``, or empty when nothing says.

    Parameters
    ----------
    sheet : Sheet
    first : int
        Index of the header's first row: what stands above are titles.
    fixed, mobile : sequence of str
        Headers of columns that can be shares of fixed access, and of those that speak of mobile coverage.
    counted : bool
        The table counts households or workplaces (a column that says which, or their number).

    Raises
    ------
    DataError
        When the sheet fits both.
    """
    told = title_kind(sheet, first)
    sure = bool(fixed) and (counted or any(kind_of(t) == FAST for t in fixed))
    if told == MOBIL and sure:
        raise _two_roles(sheet, "bladets namn eller titel säger mobil, kolumnerna fast bredband", fixed)
    if mobile and not sure and told != MOBIL and (told == FAST or fixed):
        raise _two_roles(sheet, "en del säger mobil täckning, en annan fast bredband", [*mobile, *fixed])
    if told == MOBIL or (mobile and not fixed):
        return MOBIL
    access = any("tillgang" in words(t) for t in fixed)
    return FAST if sure or (fixed and told == FAST) or access else ""


def _two_roles(sheet: Sheet, why: str, texts: Sequence[str]) -> DataError:
    return DataError(
        "Bladet kan vara två saker: fast bredband eller mobil täckning.",
        file=sheet.label,
        column="; ".join(texts[:4]),
        expected="ett blad som mäter en sak",
        found=printable(why),
        action="Döp bladet efter vad det mäter, eller dela det i två; ta annars bort arbetsboken ur mappen.",
    )


_LACK = re.compile(
    r"\b(?:utan|sakna\w*|ej|inte|icke)\b(?: \w+){0,2}? (?:tillgang|bredband|fiber|tackning)\w*|"
    r"\b(?:abonnemang\w*|planera\w*|prognos\w*|forandring\w*|okning\w*|minskning\w*|skillnad\w*|procentenheter)\b"
)


def require_access(sheet: Sheet, first: int) -> None:
    """Stop at a sheet whose name or title says that it gives the share without access, a plan or a change.

    Raises
    ------
    DataError
    """
    said = next((t for t in (sheet.name, *titles(sheet, first)) if _LACK.search(words(t))), None)
    if said is not None:
        raise DataError(
            "Bladet ser inte ut att ge andelen som har tillgång.",
            file=sheet.label,
            expected="andel med tillgång, i närhet eller med täckning",
            found=printable(said, 80),
            action="Ta bort bladet ur arbetsboken, eller rätta dess namn och titel om det ger andelen med tillgång.",
        )


# --- tätbebyggt, glesbebyggt --------------------------------------------------------------------------

_NOT = frozenset(("ej", "icke", "inte", "utanfor", "utom"))
_ALL_WORDS = frozenset(("total", "totalt", "totala", "totalen", "hela", "samtliga", "alla", "summa"))
_FILL = frozenset(
    (
        "omrade",
        "omraden",
        "bebyggelse",
        "bebyggd",
        "bebyggt",
        "bygd",
        "i",
        "inom",
        "pa",
        "och",
        "eller",
        "samt",
        "lan",
        "lanet",
        "kommun",
        "kommunen",
        "landet",
        "riket",
        "hushall",
        "arbetsstallen",
        "omradet",
    )
)
_DENSE = re.compile(r"tat(?:t|t?bebygg\w*|t?bygg\w*|o|or|ort|orts?omraden?|orter|orten|orterna)?")
_SPARSE = re.compile(r"gles(?:t|a|bebygg?\w*|byg\w*)?|landsbygd(?:en)?")
_SMALL = re.compile(r"sma(?:ort|orter|orten|orterna)")
_LIKE = re.compile(r"tat\w*|gles\w*|lands?byg\w*|smaort\w*|stadsnara|mellanbyg\w*")


def area_class(cell: object) -> str:
    """Return the class a cell under *Område* names, ``totalt`` for all, empty when it names none for certain.

    >>> [area_class(x) for x in ("tätbebyggt område", "Tätort och småort", "utanför tätort och småort")]
    ['tatbebyggt', 'tatbebyggt', 'glesbebyggt']
    >>> [area_class(x) for x in ("ej tätbebyggt", "icke glesbebyggt", "Landsbygd", "total", "")]
    ['glesbebyggt', 'tatbebyggt', 'glesbebyggt', 'totalt', 'totalt']
    >>> [area_class(x) for x in ("tätortsnära landsbygd", "småort", "ej utanför tätort", "mellanbygd")]
    ['', '', '', '']
    """
    return _class(words(cell).split(), strict=True)


def class_within(text: object) -> str:
    """Return the class a longer text (a sheet's name, a title, a header) speaks of; as :func:`area_class`.

    >>> [class_within(x) for x in ("Fast bredband-teknik, utanför tätort", "Teknik, ej tätbebyggt")]
    ['glesbebyggt', 'glesbebyggt']
    >>> class_within("LTE ej 450 MHz, tätbebyggt"), class_within("Tätbebyggt och glesbebyggt")
    ('tatbebyggt', 'totalt')
    >>> class_within("Fast bredband-teknik, totalt"), class_within("Tätort, ej småort")
    ('totalt', '')
    """
    return _class(words(text).split(), strict=False)


def sheet_class(sheet: Sheet, first: int) -> str:
    """Return the class a sheet is about: by its name, else by the titles above row index ``first``.

    Raises
    ------
    DataError
        When a name or a title speaks of classes in a way that can be read as two.
    """
    told = class_within(sheet.name)
    found = {class_within(t) for t in titles(sheet, first)} - {"totalt"}
    if told == "totalt" and len(found) == 1:
        told = found.pop()
    elif told == "totalt" and found:
        told = ""
    if not told:
        raise DataError(
            "Det går inte att avgöra om bladet gäller tätbebyggt eller glesbebyggt.",
            file=sheet.label,
            expected="tätbebyggt, glesbebyggt eller totalt i bladets namn eller titel",
            found=printable(sheet.name),
            action="Döp bladet efter den klass det gäller, eller ta bort det ur arbetsboken.",
        )
    return told


def _class(tokens: list[str], strict: bool) -> str:
    """Return the class; ``strict``: every word must be known, else only those that look like a class."""
    kinds = [_kind(t) for t in tokens]
    if "?" in kinds if strict else any(k == "?" and _LIKE.fullmatch(t) for k, t in zip(kinds, tokens, strict=True)):
        return ""
    named = [i for i, k in enumerate(kinds) if k in ("tat", "gles", "sma")]
    if not named:
        bare = not any(k == "ej" for k in kinds)
        return "totalt" if bare or not strict else ""
    first = named[0]
    denied = _denials(kinds, first)
    later = any(k == "ej" for k in kinds[first + 1 :]) or "?" in kinds[first : named[-1]]
    found = {kinds[i] for i in named}
    if later or denied > 1 or found == {"sma"} or (denied and {"tat", "gles"} <= found):
        return ""
    if {"tat", "gles"} <= found:
        return "totalt" if "sma" not in found else ""
    if "gles" in found and "sma" in found:
        return ""
    return DENSE if ("tat" in found) != bool(denied) else SPARSE


def _denials(kinds: list[str], first: int) -> int:
    """Return how many words of denial stand before the first class, with nothing foreign between."""
    count = 0
    for k in reversed(kinds[:first]):
        if k not in ("ej", "fill", "alla"):
            break
        count += k == "ej"
    return count


def _kind(token: str) -> str:
    token = re.sub(r"(?<=\D\D)\d$", "", token)  # the mark of a footnote
    if token in _NOT:
        return "ej"
    if token in _ALL_WORDS:
        return "alla"
    if token in _FILL:
        return "fill"
    for kind, pattern in (("tat", _DENSE), ("gles", _SPARSE), ("sma", _SMALL)):
        if pattern.fullmatch(token):
            return kind
    return "?"
