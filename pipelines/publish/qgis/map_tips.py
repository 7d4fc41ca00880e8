"""What QGIS says where the mouse rests, and WMS where one clicks: the answer as a sentence, per style.

Text with QGIS expressions in ``[% %]``. QGIS shows it as HTML, so names from outside are escaped.
"""

from __future__ import annotations

from pipelines.tables.contracts import Table

_HAVE = {"tillgang": "tillgång till {} Mbit/s ned", "passerad": "tillgång till {} Mbit/s ned eller fiber förbi sig"}
_LACK = {"tillgang": "saknar tillgång till {} Mbit/s ned", "passerad": "varken har eller passeras av {} Mbit/s ned"}
_WITHOUT = {
    "tillgang": ("adresser_utan_{}", "hushall_utan_{}", "underlag_{}"),
    "passerad": ("adresser_ej_passerade_{}", "hushall_ej_passerade_{}", "underlag"),
}
_KOMMUN = "replace(\"kommunnamn\", map('&', '&amp;', '<', '&lt;', '>', '&gt;'))"
_EMPTY = f"'Den här rutan i ' || {_KOMMUN} || ' har inga adresser.'"


def share_of_cell(measure: str, t: int) -> str:
    """Return the tip of an internal cell: its exact share without, the households, and what it rests on."""
    addresses, households, basis = (x.format(t) for x in _WITHOUT[measure])
    share = _number(f'100.0 * "{addresses}" / "adresser"', 0)
    told = (
        f"{share} || ' % av ' || \"adresser\" || ' adresser i den här rutan i ' || {_KOMMUN}"
        f" || ' {_LACK[measure].format(t)}: väntat ' || {_number(_column(households), 1)}"
        f" || ' hushåll.' || {_basis(basis)}"
    )
    return f'[% CASE WHEN "adresser" = 0 THEN {_EMPTY} ELSE {told} END %]'


def class_of_cell(measure: str, t: int) -> str:
    """Return the tip of an open cell: its class in the words of the value map, whatever classes there are."""
    column, basis = f"klass_{measure}_{t}", f"underlag_{t}" if measure == "tillgang" else "underlag"
    what = "Tillgång till" if measure == "tillgang" else "Tillgång till, eller fiber förbi,"
    told = (
        f"'{what} {t} Mbit/s ned i den här rutan i ' || {_KOMMUN} || ': ' || {_lower(_words(column))} || '.'"
        f" || {_basis(basis)}"
    )
    return f"[% CASE WHEN \"{column}\" = 'ingen_adress' THEN {_EMPTY} ELSE {told} END %]"


def code_of_cell(column: str, what: str) -> str:
    """Return the tip of a cell by one coded column."""
    return f"[% '{what} i den här rutan i ' || {_KOMMUN} || ': ' || {_lower(_words(column))} || '.' %]"


def planned_of_cell() -> str:
    """Return the tip of a cell by whether something is planned."""
    told = "CASE WHEN \"planerad\" THEN ' finns utbyggnad planerad.' ELSE ' är ingen utbyggnad planerad.' END"
    return f"[% 'I den här rutan i ' || {_KOMMUN} || {told} %]"


def kommun(table: Table, measure: str, t: int) -> str:
    """Return the tip of a kommun: the share of its households, and whether that is a limit."""
    share = f"andel_{t}_pct" if measure == "tillgang" else f"andel_passerade_{t}_pct"
    sign = share.replace("_pct", "_olikhet")
    limit = (
        f"CASE WHEN \"{sign}\" = '>' THEN 'minst ' WHEN \"{sign}\" = '<' THEN 'högst ' ELSE '' END || "
        if sign in table.names
        else ""
    )
    told = (
        f"'I ' || {_KOMMUN} || ' har ' || {limit}{_number(_column(share), 1)}"
        f" || ' % av hushållen {_HAVE[measure].format(t)}.'"
    )
    return f"[% coalesce({told}, 'Andelen i ' || {_KOMMUN} || ' är okänd.') %]"


def area(measure: str, t: int) -> str:
    """Return the tip of an internal gap area: households, cost, place in the order."""
    told = (
        f"'Bristområde i ' || {_KOMMUN} || ': väntat ' || {_number(_column('hushall_utan'), 1)}"
        f" || ' hushåll {_LACK[measure].format(t)}'"
        f" || coalesce(', ' || {_number(_column('kostnad_per_hushall_sek'), 0)} || ' kr per hushåll',"
        " ', okänd kostnad')"
        " || coalesce(', nummer ' || \"prioritet\" || ' i ordningen', '') || '.'"
        " || CASE WHEN \"modellerad\" THEN ' Modellerat.' ELSE '' END"
    )
    return f"[% {told} %]"


def open_area(measure: str, t: int) -> str:
    """Return the tip of an open gap area: households from and to, class of cost."""
    told = (
        f"'Bristområde i ' || {_KOMMUN} || ': ' || CASE WHEN \"hushall_utan_hogst\" IS NULL"
        " THEN 'minst ' || \"hushall_utan_minst\""
        ' WHEN "hushall_utan_hogst" = "hushall_utan_minst" THEN "hushall_utan_minst"'
        ' ELSE "hushall_utan_minst" || \'–\' || "hushall_utan_hogst" END'
        f" || ' hushåll {_LACK[measure].format(t)}. Kostnad: ' || {_lower(_words('kostnad_klass'))} || '.'"
        " || CASE WHEN \"modellerad\" THEN ' Modellerat.' ELSE '' END"
    )
    return f"[% {told} %]"


def address() -> str:
    """Return the tip of an address: its status at the threshold it is drawn by."""
    return f"[% 'Adressens status vid 30 Mbit/s ned: ' || {_lower(_words('status'))} || '.' %]"


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
