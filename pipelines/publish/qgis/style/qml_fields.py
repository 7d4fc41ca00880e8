"""The part of a QGIS style that tells of the columns: aliases, value maps, how many decimals are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

from pipelines.publish.words import codes

if TYPE_CHECKING:
    from pipelines.tables.contracts import Column, Table

_DECIMALS = {"0–1": 3, "%": 1, "procentenheter": 1, "antal": 1, "ha": 2, "m": 0, "Mbit/s": 0}
"""Decimals shown by unit; money has none. The stored value keeps all of its own."""
_WIDEST = 1e12
"""More than any figure, kronor included. Without limits QGIS makes room for a number of 300 digits, and the form
shows an empty end of the field."""
_NAMES = {
    "rutnat_250m": '"rutid_scb"',
    "rutnat_delar": '"rutid_scb"',
    "kommuner": '"kommunnamn"',
    "lan": '"lansnamn"',
    "adresser": '"adress_id"',
    "kommuner_oppna": '"kommunnamn"',
}
_GAP_NAME = "coalesce(\"prioritet\" || '. ', '') || \"kommunnamn\""


def fields(table: Table) -> str:
    """Return aliases, editor widgets and the expression that names a row, as QML elements."""
    aliases = "".join(
        f"<alias index={quoteattr(str(i))} field={quoteattr(c.name)} name={quoteattr(c.alias)}/>"
        # index 0 is fid
        for i, c in enumerate(table.columns, start=1)
    )
    widgets = "".join(
        f'<field name={quoteattr(c.name)} configurationFlags="None">{widget}</field>'
        for c in table.columns
        if (widget := _widget(c))
    )
    name = _NAMES.get(table.name) or (_GAP_NAME if {"prioritet", "kommunnamn"} <= set(table.names) else "")
    shown = f"<previewExpression>{name}</previewExpression>" if name else ""
    above = "".join(f'<field name={quoteattr(c.name)} labelOnTop="1"/>' for c in table.columns)
    shown += form(
        "Uppgifter",
        "".join(
            f'<attributeEditorField name={quoteattr(c.name)} index="{i}" showLabel="1"/>'
            for i, c in enumerate(table.columns, start=1)
        ),
    )
    return (
        f"<fieldConfiguration>{widgets}</fieldConfiguration><aliases>{aliases}</aliases>"
        f"<labelOnTop>{above}</labelOnTop>{shown}"
    )


def form(title: str, inside: str) -> str:
    """Return a form of one page.

    What widens a form, as a list of related rows does, must not be on the page of the columns: QGIS puts numbers
    to the right, and they would be outside what is seen.
    """
    return f"<editorlayout>tablayout</editorlayout><attributeEditorForm>{page(title, inside)}</attributeEditorForm>"


def page(title: str, inside: str) -> str:
    """Return one page of a form."""
    return (
        f'<attributeEditorContainer name={quoteattr(title)} columnCount="1" groupBox="0" showLabel="1"'
        f' visibilityExpressionEnabled="0" visibilityExpression="">{inside}</attributeEditorContainer>'
    )


def related(relation: str, title: str) -> str:
    """Return a page with the rows that belong to the one shown."""
    inside = (
        f'<attributeEditorRelation name={quoteattr(relation)} relation={quoteattr(relation)} showLabel="0"'
        f' label={quoteattr(title)} relationWidgetTypeId="relation_editor" nmRelationId=""'
        ' forceSuppressFormPopup="0"/>'
    )
    return page(title, inside)


def _widget(column: Column) -> str:
    name = codes.code_list(column)
    if name:
        return _value_map(codes.CODES[name])
    if column.kind == "decimal":
        decimals = 0 if column.unit.startswith("kr") else _DECIMALS.get(column.unit, 2)
        return _edit(
            "Range",
            f'<Option type="int" name="Precision" value="{decimals}"/>'
            '<Option type="bool" name="AllowNull" value="true"/>'
            f'<Option type="double" name="Min" value="-{_WIDEST}"/><Option type="double" name="Max" value="{_WIDEST}"/>'
            '<Option type="QString" name="Style" value="SpinBox"/>',
        )
    return ""


def _value_map(labels: dict[str, str]) -> str:
    options = "".join(
        f'<Option type="Map"><Option type="QString" name={quoteattr(label)} value={quoteattr(code)}/></Option>'
        for code, label in labels.items()
    )
    return _edit("ValueMap", f'<Option type="List" name="map">{options}</Option>')


def _edit(kind: str, options: str) -> str:
    return f'<editWidget type="{kind}"><config><Option type="Map">{options}</Option></config></editWidget>'
