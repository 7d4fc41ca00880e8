"""What a column of PTS's workbooks is, told from its header text.

The headers of the *teknik* workbook are known from code that reads it; those of *hastighet* are not, so
any header with one speed in it is taken for what it says. A field is ``name`` or ``name|bas``, where bas
is set when the header itself says hushåll or arbetsställen.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.core.level import DEFAULT_MBIT, LEVELS, MEASURES
from pipelines.formats.headers import words
from pipelines.read.pts.pts_subject import other_unit

Field = tuple[str, int]

_AREA = {
    "ar": ("artal", "ar", "undersokningsar", "kartlaggningsar", "matar"),
    "bas": ("bas",),
    "niva": ("aggregerat pa", "aggregeringsniva", "aggregering", "geografisk niva", "niva"),
    "omrade": ("omrade", "omradestyp", "bebyggelse", "bebyggelsetyp"),
    "lan": ("lannamn", "lansnamn", "lan"),
    "kommun": ("kommunnamn", "kommun"),
    "kommunkod": ("kommunkod", "kommun kod"),
}
AREA_HEADERS = "Årtal, Bas, Aggregerat på, Område, Lännamn, Kommunnamn"
PLACES = ("niva", "lan", "kommun", "kommunkod")
TECHNIQUE_HEADERS = {
    "antal": "Antal hushåll",
    "xdsl": "Tillgång via xDSL",
    "vdsl": "Tillgång via VDSL",
    "fiber": "Tillgång via fiber eller fiber-lan",
    "narhet_fiber": "I närhet av fiber",
    "kabel_tv": "Tillgång via kabel-tv",
    "fast_radio": "Tillgång via fast radio",
    "lte": "Tillgång via LTE (ej 450 MHz)",
    "nr": "Tillgång via NR (5G)",
    "tradbunden": "Tillgång via trådbunden accessteknik",
    "total": "Total tillgång (trådbunden och trådlös accessteknik)",
}
"""PTS's own headers (edition 2025), by our column name."""
_EXACT = {words(text): name for name, text in TECHNIQUE_HEADERS.items()}
_KEYWORDS = {
    "fiber": r"fiber|ftth",
    "kabel_tv": r"kabel|coax|docsis",
    "vdsl": r"vdsl",
    "xdsl": r"\badsl\b|\bdsl\b|koppar",
    "fast_radio": r"radio",
    "lte": r"\blte\b|\b4g\b",
    "nr": r"\bnr\b|\b5g\b",
}
_BAS_WORDS = r"\b(?:hushall|arbetsstallen?)\b"
_COUNT_WORDS = {"antal", "totalt", "hushall", "arbetsstallen", "arbetsstalle", "st", "bas"}
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SPEED = re.compile(r"(\d+(?:[.,]\d+)?)\s*(mbit|gbit|mbps|gbps|(?-i:[mM]b/s|[gG]b/s)|megabit|gigabit)", re.IGNORECASE)
"""«Mb/s» is megabit; «MB/s» is megabyte, eight times as much, and is not read."""
_NOT_ACCESS = (
    r"utan|saknar|ej|inte|icke|enbart|endast|bara|abonne\w*|abonnemang\w*|planera\w*|prognos\w*|forandring\w*|"
    r"okning\w*|minskning\w*|skillnad\w*|differens\w*|procentenheter|rang|rangordning"
)
"""A complement, a part, a plan or a change: never the share that has access."""
_NOT_A_TECHNIQUE = re.compile(rf"\b(?:{_NOT_ACCESS})\b")
_NOT_A_THRESHOLD = re.compile(
    rf"\b(?:{_NOT_ACCESS}|under|hogst|max|maximalt|mindre|lagre|upp till|uppstroms|uppladdning|antal)\b"
)
_RANGE = re.compile(r"\d\s*[-–/]\s*\d+\s*(?:m|g)b", re.IGNORECASE)
_PASSED = re.compile(r"narhet|passed|passera")
_WIRELESS = re.compile(r"tradlos|\blte\b|\b5g\b|\b4g\b|radio")
_MOBILE = re.compile(
    r"mobil|yttackning|statistisk\w* (?:tatort|smaort)|\bdb\b|utomhus|\bvag(?:ar|nat\w*)\b|jarnvag|normalt befinner|"
    r"\b(?:grund)?tackning\b|(?:minst en|samtliga|alla) operator|\bdata(?:tjanst\w*)?\b"
)
"""What PTS measures of mobile coverage; «Data 30 Mbit/s» is its word for a mobile service."""


def bas_of(text: object) -> str:
    """Return ``hushall``, ``arbetsstallen`` or empty, from a header, a sheet's name or a cell.

    >>> bas_of("Antal hushåll"), bas_of("Arbetsställen"), bas_of("Tillgång via fiber")
    ('hushall', 'arbetsstallen', '')
    """
    w = words(text)
    if "hushall" in w and "arbetsst" in w:
        return ""
    return "hushall" if "hushall" in w else "arbetsstallen" if "arbetsst" in w else ""


def area_field(text: str) -> Field | None:
    """Return the field of a column that tells which area, year or unit a row is about.

    >>> area_field("Kommunnamn"), area_field("Geografi Lännamn"), area_field("Antal hushåll")
    (('kommun', 0), ('lan', 1), None)
    """
    w = words(text)
    for name, known in _AREA.items():
        if w in known:
            return name, 0
    last = w.rpartition(" ")[2]
    return next(((name, 1) for name, known in _AREA.items() if last in known and last != "ar"), None)


def technique_field(text: str) -> Field | None:
    """Return the field of a column of the *teknik* workbook.

    >>> technique_field("Tillgång via LTE (ej 450 MHz)"), technique_field("NÄRHET AV FIBER")
    (('lte|', 0), ('narhet_fiber|', 1))
    >>> technique_field("Antal arbetsställen"), technique_field("Fiber eller kabel-tv")
    (('antal|arbetsstallen', 0), None)
    """
    w = words(text)
    tag = bas_of(w)
    tokens = set(w.split())
    if "antal" in tokens:
        return (f"antal|{tag}", 0) if tokens <= _COUNT_WORDS else None
    if _YEAR.search(w) or _SPEED.search(text):
        return None
    bare = " ".join(re.sub(_BAS_WORDS, " ", w).split())
    if bare in _EXACT:
        return f"{_EXACT[bare]}|{tag}", 0
    if _NOT_A_TECHNIQUE.search(w.replace("ej 450 mhz", " ")) or other_unit(w):
        return area_field(text)
    name = _technique(w, tokens)
    if name:
        return f"{name}|{tag}", 1
    return area_field(text)


def _technique(w: str, tokens: set[str]) -> str | None:
    if "tradbunden" in w:
        return "total" if "tradlos" in w else "tradbunden"
    if "narhet" in w and "fiber" in w:
        return "narhet_fiber"
    if "xdsl" in tokens:
        return "xdsl"
    if "450" in tokens and "ej" not in tokens:
        return None
    named = [name for name, pattern in _KEYWORDS.items() if re.search(pattern, w)]
    return named[0] if len(named) == 1 else None


def speed_field(text: str) -> Field | None:
    """Return the field of a column of the *hastighet* workbook: measure and threshold in Mbit/s.

    Columns for wired access are preferred (rank 0) to those that do not say (1) and to those that also
    count wireless (2); purely wireless ones, mobile coverage, ranges, complements and uplinks are no field.

    >>> speed_field("Tillgång till minst 1 Gbit/s"), speed_field("Homes passed ≥ 100 Mbit/s, hushåll")
    (('tillgang_1000|', 1), ('passerad_100|hushall', 1))
    >>> speed_field("30–100 Mbit/s"), speed_field("Tillgång till 100 Mbit/s via trådlös teknik")
    (None, None)
    """
    folded = unicodedata.normalize("NFKC", re.sub(r"\([^)]*\)", " ", text))
    folded = re.sub(r"(?<=\d)\s(?=\d{3}(?!\d))", "", folded)  # «1 000 Mbit/s»
    w = words(text)
    speeds = {(n, unit[0].lower()) for n, unit in _SPEED.findall(folded)}
    if len(speeds) != 1 or _NOT_A_THRESHOLD.search(w) or _RANGE.search(folded) or "<" in folded:
        return None if speeds else _count_or_area(text)
    if _MOBILE.search(w) or other_unit(w):
        return None
    number, unit = speeds.pop()
    mbit = round(float(number.replace(",", ".")) * (1000 if unit == "g" else 1))
    measure = "passerad" if _PASSED.search(w) else "tillgang"
    wired, wireless = "tradbund" in w, bool(_WIRELESS.search(w))
    if wireless and not wired:
        return None
    rank = 2 if wireless else 0 if wired else 1
    return f"{measure}_{mbit}|{bas_of(w)}", rank


def _count_or_area(text: str) -> Field | None:
    tokens = set(words(text).split())
    if "antal" in tokens and tokens <= _COUNT_WORDS:
        return f"antal|{bas_of(text)}", 0
    return area_field(text)


def is_technique_table(fields: set[str]) -> bool:
    """Tell whether the fields of a header are those of a table of techniques per area."""
    names = {f.partition("|")[0] for f in fields}
    return "fiber" in names and bool(names & {"kabel_tv", "tradbunden"}) and bool(names & set(PLACES))


def is_speed_table(fields: set[str]) -> bool:
    """Tell whether the fields of a header are those of a table of speeds per area: PTS's own, or the region's."""
    names = {f.partition("|")[0] for f in fields}
    speeds = {f"{measure}_{mbit}" for measure in MEASURES for mbit in (*DEFAULT_MBIT, *LEVELS.mbit)}
    return not names.isdisjoint(speeds) and bool(names & set(PLACES))


def is_historic(texts: list[str]) -> bool:
    """Tell whether a header is that of the historic workbook: several years side by side per technique."""
    named = [t for t in texts if re.search(r"dsl|fiber|kabel|bit|bredband", words(t))]
    years = [tuple(_YEAR.findall(t)) for t in named]
    return sum(map(bool, years)) > 1 and len(set(years) - {()}) > 1
