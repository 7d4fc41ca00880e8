"""The sheets' typeface: DejaVu Sans without what no Swedish sheet needs, and how wide its texts are.

matplotlib cuts the typeface down to the characters used each time it writes a PDF, and nearly all of that time
(a second a sheet) goes to tables for Arabic, mathematics and the like. So they are cut away once for all sheets.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

FAMILY = "Bredbandskarta"
PT_MM = 25.4 / 72
LINE = 1.28
"""Distance between lines as a part of the size of the text."""
_FALLBACK = "DejaVu Sans"
_FACES = {False: "DejaVuSans.ttf", True: "DejaVuSans-Bold.ttf"}
_CHARACTERS = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x2010, 0x2030),
    0x2032,
    0x2033,
    0x20AC,
    0x2190,
    0x2191,
    0x2192,
    0x2193,
    0x2212,
    0x2248,
    0x2264,
    0x2265,
)
"""Latin with its supplements, and signs. Any other character is taken from the whole typeface."""


def style() -> dict[Any, Any]:
    """Return matplotlib's settings for every sheet."""
    return {
        "font.family": "sans-serif",  # the north arrow's library takes no other family
        "font.sans-serif": [FAMILY, _FALLBACK],
        "pdf.fonttype": 42,  # TrueType, embedded: text can be searched and copied
        "svg.hashsalt": "bredband",
        "hatch.linewidth": 0.35,
        "axes.linewidth": 0.6,
        "path.simplify": False,
        "text.hinting": "none",
        "text.parse_math": False,
    }


def make(folder: Path) -> None:
    """Write the cut-down typeface into ``folder``; the same bytes every time."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options(layout_features=[], legacy_kern=True, hinting=False, name_IDs=[1, 2, 4, 6])
    for face in _FACES.values():
        font = TTFont(_whole(face), recalcTimestamp=False)
        for table in {"FFTM", "GDEF", "GPOS", "GSUB", "MATH"} & set(font.keys()):  # before they are read
            del font[table]
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=_CHARACTERS)
        cutter.subset(font)
        for record in font["name"].names:
            if record.nameID == 1:
                record.string = FAMILY
        font.save(folder / face)


def register(folder: Path) -> None:
    """Tell matplotlib of the typeface in ``folder``, and of no other folder's: nowhere but in this process."""
    from matplotlib.font_manager import fontManager

    from pipelines.publish.printmap import quick_pdf

    fontManager.ttflist = [entry for entry in fontManager.ttflist if entry.name != FAMILY]
    quick_pdf.forget()
    for face in _FACES.values():
        fontManager.addfont(folder / face)


@cache
def _whole(face: str) -> Path:
    import matplotlib as mpl

    return Path(mpl.get_data_path()) / "fonts" / "ttf" / face


@cache
def _font(bold: bool) -> Any:
    from matplotlib.ft2font import FT2Font

    font = FT2Font(_whole(_FACES[bold]))
    font.set_size(100, 72)
    return font


@cache
def _advance(character: str, bold: bool) -> float:
    from matplotlib.ft2font import LoadFlags

    glyph = _font(bold).load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return float(glyph.linearHoriAdvance) / 65536 / 100


def width_mm(text: str, size: float, bold: bool = False) -> float:
    """Return how wide a text is on the sheet (mm), at ``size`` points; kerning, which narrows it, left out."""
    return sum(_advance(c, bold) for c in text) * size * PT_MM


def height_mm(lines: int, size: float) -> float:
    """Return how high so many lines are on the sheet (mm)."""
    return lines * size * LINE * PT_MM


def wrap(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Break a text into lines of at most ``width`` mm: between words, inside a word only where it is longer."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_mm(longer, size, bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        while width_mm(word, size, bold) > width and len(word) > 1:
            head = _fitting(word, width, size, bold)
            lines.append(word[:head])
            word = word[head:]
        line = word
    return [*lines, line]


def shorten(text: str, width: float, size: float, bold: bool = False) -> str:
    """Return the text, ended with «…» where it is wider than ``width`` mm."""
    if width_mm(text, size, bold) <= width:
        return text
    return text[: _fitting(text, width - width_mm("…", size, bold), size, bold)].rstrip() + "…"


def _fitting(text: str, width: float, size: float, bold: bool) -> int:
    room, n = width, 0
    for c in text:
        room -= width_mm(c, size, bold)
        if room < 0:
            break
        n += 1
    return max(n, 1)
