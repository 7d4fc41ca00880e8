"""What QGIS says where the mouse rests, and WMS where one clicks: the answer as a sentence, per style.

Text with QGIS expressions in ``[% %]``. QGIS shows it as HTML, so names from outside are escaped.
"""

from __future__ import annotations

from pipelines.core.level import LEVELS, Level
from pipelines.core.level_words import HAVE_DOWN, LACK_DOWN
from pipelines.tables.contracts import Table

_KOMMUN, _NAMN = (f"replace(\"{x}\", map('&', '&amp;', '<', '&lt;', '>', '&gt;'))" for x in ("kommunnamn", "namn"))
_EMPTY = f"'Den här rutan i ' || {_KOMMUN} || ' har inga adresser.'"


def share_of_cell(level: Level) -> str:
    """Return the tip of an internal cell: its exact share without, the households, and what it rests on."""
    share = _number(f'100.0 * "{level.without("adresser")}" / "adresser"', 0)
    told = (
        f"{share} || ' % av ' || \"adresser\" || ' adresser i den här rutan i ' || {_KOMMUN}"
        f" || ' {_lack(level)}: väntat ' || {_number(_column(level.without()), 1)}"
        f" || ' hushåll.' || {_basis(basis_of(level))}"
    )
    return f'[% CASE WHEN "adresser" = 0 THEN {_EMPTY} ELSE {told} END %]'


def class_of_cell(level: Level) -> str:
    """Return the tip of an open cell: its class in the words of the value map, whatever classes there are."""
    what = {"tillgang": "Tillgång till", "passerad": "Tillgång till, eller fiber förbi,"}[level.measure]
    klass = _lower(_words(level.cell_class))
    told = (
        f"'{what} {level.mbit} Mbit/s ned i den här rutan i ' || {_KOMMUN} || ': ' || {klass} || '.'"
        f" || {_basis(basis_of(level))}"
    )
    return f"[% CASE WHEN \"{level.cell_class}\" = 'ingen_adress' THEN {_EMPTY} ELSE {told} END %]"


def code_of_cell(column: str, what: str) -> str:
    """Return the tip of a cell by one coded column."""
    return f"[% '{what} i den här rutan i ' || {_KOMMUN} || ': ' || {_lower(_words(column))} || '.' %]"


def planned_of_cell() -> str:
    """Return the tip of a cell by whether something is planned."""
    told = "CASE WHEN \"planerad\" THEN ' finns utbyggnad planerad.' ELSE ' är ingen utbyggnad planerad.' END"
    return f"[% 'I den här rutan i ' || {_KOMMUN} || {told} %]"


def doubtful() -> str:
    """Return the tip of an address to look up: how many households hang on the answer."""
    told = _number('"hushall_osakra"', 1)
    return f"[% 'Ingen rad nämner adressen, men grannarna har täckning: ' || {told} || ' hushåll hänger på svaret.' %]"


def kommun(table: Table, level: Level) -> str:
    """Return the tip of a kommun: the share of its households, and whether that is a limit."""
    sign = level.share_sign
    limit = (
        f"CASE WHEN \"{sign}\" = '>' THEN 'minst ' WHEN \"{sign}\" = '<' THEN 'högst ' ELSE '' END || "
        if sign in table.names
        else ""
    )
    told = (
        f"'I ' || {_KOMMUN} || ' har ' || {limit}{_number(_column(level.share), 1)}"
        f" || ' % av hushållen {HAVE_DOWN[level.measure].format(level.mbit)}.'"
    )
    return f"[% coalesce({told}, 'Andelen i ' || {_KOMMUN} || ' är okänd.') %]"


def area(level: Level, named: bool = False) -> str:
    """Return the tip of an internal gap area, or of a project: households, cost, place in the order."""
    what = _NAMN if named else "'Bristområde'"
    told = (
        f"{what} || ' i ' || {_KOMMUN} || ': väntat ' || {_number(_column('hushall_utan'), 1)}"
        f" || ' hushåll {_lack(level)}'"
        f" || coalesce(', ' || {_number(_column('kostnad_per_hushall_sek'), 0)} || ' kr per hushåll',"
        " ', okänd kostnad')"
        " || coalesce(', nummer ' || \"prioritet\" || ' i ordningen', '') || '.'"
        " || CASE WHEN \"modellerad\" THEN ' Modellerat.' ELSE '' END"
    )
    return f"[% {told} %]"


def open_area(level: Level) -> str:
    """Return the tip of an open gap area: households from and to, class of cost."""
    told = (
        f"'Bristområde i ' || {_KOMMUN} || ': ' || CASE WHEN \"hushall_utan_hogst\" IS NULL"
        " THEN 'minst ' || \"hushall_utan_minst\""
        ' WHEN "hushall_utan_hogst" = "hushall_utan_minst" THEN "hushall_utan_minst"'
        ' ELSE "hushall_utan_minst" || \'–\' || "hushall_utan_hogst" END'
        f" || ' hushåll {_lack(level)}. Kostnad: ' || {_lower(_words('kostnad_klass'))} || '.'"
        " || CASE WHEN \"modellerad\" THEN ' Modellerat.' ELSE '' END"
    )
    return f"[% {told} %]"


def address() -> str:
    """Return the tip of an address: its status at the threshold it is drawn by."""
    return f"[% 'Adressens status vid {LEVELS.mbit[0]} Mbit/s ned: ' || {_lower(_words('status'))} || '.' %]"


def basis_of(level: Level) -> str:
    """Return the column with what a cell's coverage rests on: one for each threshold with tillgång, else of all."""
    return level.cell_basis if level.measure == "tillgang" else "underlag"


def _lack(level: Level) -> str:
    return LACK_DOWN[level.measure].format(level.mbit)


def _column(name: str) -> str:
    return f'"{name}"'


def _words(column: str) -> str:
    """Return a code's words; «har» at the end of a class wants its object."""
    return f"regexp_replace(represent_value(\"{column}\"), ' har$', ' har det')"


def _basis(column: str) -> str:
    return f"' Underlag: ' || {_lower(_words(column))} || '.'"


def _lower(text: str) -> str:
    return f"lower(left({text}, 1)) || substr({text}, 2)"


def _number(value: str, decimals: int) -> str:
    return f"format_number({value}, {decimals}, 'sv')"
