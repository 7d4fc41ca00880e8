"""How a figure is told, in Swedish and in English: the one place for every product.

The rules, whatever the product: a number has the decimals to which it is known, no more and no fewer. A share of all,
or of nothing, has none, and one that is not all, or not nothing, is never rounded to it. A limit says so; what is not
told is a dash, what nobody knows is said to be missing. Pages write narrow spaces within a number, print and plain
text ordinary ones that do not break either; a word before a number may be parted from it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypedDict

from pipelines.core.figure import HIDDEN, Figure, Sign, Unit, as_chosen, difference, few_or, share
from pipelines.core.level_words import Language

__all__ = [
    "HIDDEN",
    "LANGUAGES",
    "NBSP",
    "THIN",
    "Figure",
    "Language",
    "Sign",
    "Unit",
    "as_chosen",
    "difference",
    "few_or",
    "number",
    "script_rule",
    "share",
    "tell",
]
LANGUAGES: tuple[Language, ...] = ("sv", "en")
NBSP = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"
DASH = "–"
MINUS = "−"
ALL_BUT = 1e-6
"""A share nearer to 0 or 100 than this is nothing or all."""


class _Words(TypedDict):
    group: str
    """Between thousands; a space becomes the one that is asked for."""
    decimal: str
    before_percent: str
    least: str
    most: str
    over: str
    under: str
    about: str
    missing: str
    pe: str
    """Percentage points, written out: nobody knows the short word."""


_WORDS: dict[Language, _Words] = {
    "sv": {
        "group": " ",
        "decimal": ",",
        "before_percent": " ",
        "least": "minst",
        "most": "högst",
        "over": "över",
        "under": "under",
        "about": "ca",
        "missing": "saknas",
        "pe": "procentenheter",
    },
    "en": {
        "group": ",",
        "decimal": ".",
        "before_percent": "",
        "least": "at least",
        "most": "at most",
        "over": "over",
        "under": "under",
        "about": "about",
        "missing": "not known",
        "pe": "percentage points",
    },
}


def tell(figure: Figure, language: Language = "sv", space: str = NBSP, *, unit: bool = True) -> str:
    """Return a figure as its reader's language writes it.

    Parameters
    ----------
    space : str
        What stands between thousands and before a unit.
    unit : bool
        Whether the unit is written out; the sign «%» of a share always is.

    Examples
    --------
    >>> [tell(share(x), "en") for x in (91.84, 99.97, 0.01, 100, float("nan"))]
    ['91.8%', 'over 99.9%', 'under 0.1%', '100%', 'not known']
    >>> [tell(share(94.0, decimals=d), space=" ") for d in (0, 1)], tell(share(99.7, ">"), space=" ")
    (['94 %', '94,0 %'], 'minst 99,7 %')
    >>> tell(HIDDEN), tell(Figure(1, to=4)), tell(Figure(1230, about=True), space=" "), tell(Figure(20, ">"))
    ('–', '1–4', 'ca 1 230', 'minst 20')
    >>> tell(Figure(-0.31, decimals=1, unit="pe", signed=True), unit=False), tell(Figure(2, signed=True))
    ('−0,3', '+2')
    """
    words = _WORDS[language]
    if figure.value is None:
        return DASH
    if not figure.known:
        return words["missing"]
    after = _unit(figure.unit, language, space, written=unit)
    if figure.to is not None:
        return f"{_bare(figure, words, space)}{DASH}{_bare(replace(figure, value=figure.to), words, space)}{after}"
    near, figure = _not_quite(figure)
    if near:
        return f"{words[near]} {_bare(figure, words, space)}{after}"
    head = {"": "", ">": f"{words['least']} ", "<": f"{words['most']} "}[figure.sign]
    if figure.about:
        head += f"{words['about']} "
    plus = "+" if figure.signed and (figure.rounded or 0.0) > 0 else ""
    return f"{head}{plus}{_bare(figure, words, space)}{after}"


def number(x: float, decimals: int = 0, language: Language = "sv", space: str = NBSP) -> str:
    """Return a number.

    >>> number(12345.67, 1, space=" "), number(12345.64, 1, "en"), number(-0.04, 1), number(-3)
    ('12 345,7', '12,345.6', '0,0', '−3')
    """
    return tell(Figure(x, decimals=decimals), language, space)


def script_rule(language: Language, space: str = THIN) -> dict[str, str]:
    r"""Return what a page's script needs to write numbers as :func:`tell` does.

    >>> script_rule("en")  # doctest: +NORMALIZE_WHITESPACE
    {'grupp': ',', 'decimal': '.', 'minst': 'at least', 'hogst': 'at most', 'streck': '–'}
    """
    words = _WORDS[language]
    return {
        "grupp": words["group"].replace(" ", space),
        "decimal": words["decimal"],
        "minst": words["least"],
        "hogst": words["most"],
        "streck": DASH,
    }


def _bare(figure: Figure, words: _Words, space: str) -> str:
    value = round(float(figure.value or 0.0), figure.decimals) + 0.0  # no minus before a zero
    text = f"{value:,.{figure.decimals}f}"
    if figure.unit == "%" and value in (0, 100) and not figure.signed:
        text = f"{value:.0f}"  # all of them, or none
    marks = {",": words["group"].replace(" ", space), ".": words["decimal"], "-": MINUS}
    return "".join(marks.get(c, c) for c in text)


def _not_quite(figure: Figure) -> tuple[Literal["", "over", "under"], Figure]:
    """Return whether a share is all but all, or all but nothing, and then the nearest share it can be told as."""
    value, step = figure.value or 0.0, 10.0**-figure.decimals
    if figure.unit != "%" or figure.signed:
        return "", figure
    whole = round(value, figure.decimals)
    if whole >= 100 and (value < 100 - ALL_BUT or figure.sign == ">"):
        return "over", replace(figure, value=100 - step)
    if whole <= 0 and (value > ALL_BUT or figure.sign == "<"):
        return "under", replace(figure, value=step)
    return "", figure


def _unit(unit: Unit, language: Language, space: str, *, written: bool) -> str:
    if unit == "%":
        return _WORDS[language]["before_percent"].replace(" ", space) + "%"
    word = _WORDS[language]["pe"] if unit == "pe" else unit
    return f"{space}{word}" if unit and written else ""
