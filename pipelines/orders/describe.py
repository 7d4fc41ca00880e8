"""Write the reference docs out of the model itself: configuration and data dictionary. ``make docs``.

A test fails when the files in ``docs/`` differ from what this module would write.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pipelines.config.reading import model_of
from pipelines.config.region import Region
from pipelines.orders import flow, make_rules
from pipelines.publish import products
from pipelines.tables import contracts

DOCS = Path("docs")
_PLAIN: dict[Any, str] = {str: "text", int: "heltal", float: "tal", bool: "true/false"}
KLASS = {"intern": "intern", "oppen": "öppen", "band": "öppen i band"}


def configuration() -> str:
    """Return ``docs/konfiguration.md``: each key with type, default and description."""
    lines = [
        "# Konfiguration",
        "",
        "En region är en TOML-fil, till exempel `config/vastra-gotaland.toml`. Schemat är stängt: en okänd nyckel",
        "är ett fel. Sidan skrivs av `make docs` ur modellen i `pipelines/config/region.py`; ändra där.",
        "",
        'Filen är UTF-8. Typerna är exakta: `true` och `"5"` är inga tal, och inget tal är `inf` eller `nan`. En lista',
        "har inget värde två gånger. Filer som nämns ligger bredvid konfigurationen eller i en mapp där. Webbadresser",
        "är `https://` och bär inga lösenord eller nycklar. Alla fel sägs på en gång, med exempel.",
        "",
        *_section(Region, ""),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _section(model: type[BaseModel], path: str) -> list[str]:
    own, below = [], []
    for name, info in model.model_fields.items():
        inner = model_of(info.annotation)
        where = f"{path}.{name}" if path else name
        if inner is None:
            own.append(f"| `{name}` | {_type(info)} | {_default(info)} | {info.description or ''} |")
        else:
            listed = inner is not info.annotation
            title = f"## `[[{where}]]`" if listed else f"## `[{where}]`"
            below += [title, "", info.description or "", "", *_section(inner, where), ""]
    head = ["| nyckel | typ | förval | betydelse |", "|---|---|---|---|", *own] if own else []
    return [*head, "", *below] if below else head


def _type(info: FieldInfo) -> str:
    text = str(info.annotation)
    if isinstance(info.annotation, type) and not get_args(info.annotation):
        return _PLAIN[info.annotation]
    if "Literal" in text and "tuple" not in text and "dict" not in text:
        return " eller ".join(f"`{v}`" for v in get_args(info.annotation))
    if text.startswith("tuple"):
        return "lista"
    if text.startswith("dict"):
        return "tabell"
    # What is left may be left out: «int | None», the whole number perhaps with bounds.
    inner = [get_args(a)[0] if get_args(a) else a for a in get_args(info.annotation)]
    return next((_PLAIN[a] for a in inner if a in _PLAIN), "text")


def _figures(value: float | tuple[float, ...]) -> str:
    return "–".join(f"{v:g}" for v in (value if isinstance(value, tuple) else (value,)))


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**krävs**"
    value = info.default
    if value is None or value == "":
        return "tomt"
    if isinstance(value, tuple):
        return "`[" + ", ".join(map(str, value)) + "]`"
    if isinstance(value, dict):
        return ", ".join(f"{k} {_figures(v)}" for k, v in value.items())
    return f"`{value}`"


def dictionary() -> str:
    """Return ``docs/datalexikon.md``: each table and column of every product."""
    lines = [
        "# Datalexikon",
        "",
        "Varje tabell i produkterna och dess kolumner. Sidan skrivs av `make docs` ur kontrakten i",
        "`pipelines/contracts*.py`; ändra där.",
        "*Känd genom*: publicerad av källan, uppmätt, modellerad, eller beräknad ur de andra, för kronor på",
        "[antaganden](bristanalys.md). *Utgåva*: intern, öppen, eller öppen i band (aldrig antal under",
        "undertryckningsgränsen). En geometri finns på varje rad, utom på bristområdenas rader `utspritt-…`.",
        "",
    ]
    for heading, where, tables in (
        ("Intern utgåva", "", products.internal_tables()),
        ("Öppen utgåva: tabellerna i `maps/data/`", "maps/data/", products.open_tables()),
    ):
        lines += [f"# {heading}", ""]
        for table in tables:
            lines += _described(where + table.name, table)
    return "\n".join(lines)


def _described(name: str, table: contracts.Table) -> list[str]:
    """Return one table's section."""
    lines = [
        f"## {name}",
        "",
        f"{table.title}. {table.description} Geometri: {table.geometry or 'ingen'}. "
        f"Nyckel: {', '.join(table.key) or 'ingen'}.",
        "",
        "| kolumn | alias | enhet | känd genom | utgåva | betydelse |",
        "|---|---|---|---|---|---|",
    ]
    for c in table.columns:
        tom = " Kan vara tom." if c.nullable else ""
        lines.append(
            f"| `{c.name}` | {c.alias} | {c.unit or '–'} | {contracts.BASIS_TEXT[c.basis]} | {KLASS[c.klass]} | "
            f"{_escaped(c.description)}{tom} |"
        )
    return [*lines, ""]


def _escaped(text: str) -> str:
    """Return text as it may stand in a table."""
    return text.replace("|", "\\|")


PAGES = {
    "konfiguration.md": configuration,
    "datalexikon.md": dictionary,
    "informationsklassning.md": products.page,
    "floden.md": flow.page,
}


def main() -> int:
    """Write every page, and the rules of make."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8", newline="\n")
    make_rules.FILE.write_text(make_rules.page(), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
