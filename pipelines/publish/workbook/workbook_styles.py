"""How cells look: one format per kind of figure, header and note."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from pipelines.tables.contracts import Column

_LOOKS: dict[str, dict[str, Any]] = {
    "head": {"bold": True, "bg_color": "#1f4e5f", "font_color": "white", "text_wrap": True, "valign": "top"},
    "demo": {"bold": True, "font_color": "#9c0006", "bg_color": "#ffc7ce"},
    "title": {"bold": True, "font_size": 14},
    "note": {"italic": True},
    "wrap": {"text_wrap": True, "valign": "top"},
    "text": {"indent": 1},
    "antal": {"num_format": "#,##0.0"},
    "heltal": {"num_format": "#,##0"},
    "nummer": {"num_format": "0"},
    "pct": {"num_format": "0.00"},
    "matt": {"num_format": "0.0"},
    "skriv": {"indent": 1, "bg_color": "#fff9d6"},
}
_SHARES = ("nummer", "matt", "pct")
"""Format of a share by its decimals."""
_COUNTED = ("antal", "kr", "m", "ha")
"""Units of whole numbers that count or measure. Any other names, orders or dates something (a year, a speed, a
place in a list): no space between its thousands."""


def formats(book: Any) -> dict[str, Any]:
    """Add every format to a workbook."""
    return {name: book.add_format(look) for name, look in _LOOKS.items()}


def of_column(c: Column) -> str:
    """Return the format of a column's cells.

    >>> from pipelines.tables.fields import field
    >>> of_column(field("land_ha")), of_column(field("kommunkod"))
    ('antal', 'text')
    >>> from pipelines.tables.history_tables import HISTORIK
    >>> of_column(HISTORIK.column("ar")), of_column(HISTORIK.column("andel_pct"))
    ('nummer', 'pct')
    """
    if c.name == "prioriterad":
        return "skriv"
    if c.kind in ("text", "ja_nej"):
        return "text"
    if c.kind == "heltal":
        return "heltal" if c.unit.startswith(_COUNTED) else "nummer"
    if c.unit == "%" and c.decimals is not None:
        return _SHARES[c.decimals]
    return of_unit("matt" if c.name in ("e_m", "n_m") else c.unit)


def of_unit(unit: str) -> str:
    """Return the format of a figure by its unit."""
    if unit in ("antal", "ha", ""):
        return "antal"
    if unit == "matt":
        return "matt"
    if unit == "plats":
        return "nummer"
    return "heltal" if unit.startswith("kr") or unit == "m" else "pct"


def width(c: Column, values: pd.Series) -> float:
    """Return a column's width in characters: enough for what stands there, never a page wide."""
    if c.kind != "text":
        return 13
    longest = max((len(v) for v in values.unique()[:2000] if isinstance(v, str)), default=0)
    return float(min(max(11, longest + 2), 42))
