"""What a person reads: the package's ``README.txt``, and what the two commands print."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2

from pipelines.core import files
from pipelines.core.errors import printable
from pipelines.core.level_words import thresholds
from pipelines.core.quoted import Source
from pipelines.orders.archive import contents, pack_bag
from pipelines.orders.archive.payload import same_program
from pipelines.publish.words.edition_facts import credit, credit_lines
from pipelines.publish.words.swedish import day, number

if TYPE_CHECKING:
    from pipelines.orders.archive.archive_order import Order

TEMPLATE = "readme.txt.j2"
README = "README.txt"


def write_readme(order: Order, sources: list[Source], bag: Path) -> None:
    """Write ``README.txt`` at the top of a bag: all a reader needs who has nothing but the package."""
    listed = _list(bag)["filer"]
    publishing = order.region.publicering
    credits = [credit(s) for s in sources] if order.internal else credit_lines(sources)
    template = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
    ).get_template(TEMPLATE)
    text = template.render(
        order=order,
        facts=order.facts,
        publishing=publishing,
        sources=credits,
        formats={r["format"] for r in listed},
        files=[(r["fil"], size(r["bytes"]), counted(r)) for r in listed],
        date=day(order.date),
        pts_date=day(order.facts["pts_datum"]),
        program=same_program(order),
        line=lambda c: c * 78,
        thresholds=thresholds(),
    )
    files.write_text(bag / README, text)


def _list(bag: Path) -> dict[str, Any]:
    body: dict[str, Any] = json.loads((bag / "data" / contents.FILE).read_text(encoding="utf-8"))
    return body


def counted(row: dict[str, Any]) -> str:
    """Return the counts of a file in words.

    >>> counted({"antal": {"rader": 12, "kolumner": 3}})
    '12 rader, 3 kolumner'
    """
    words = {"rader": "rader", "kolumner": "kolumner", "objekt": "objekt", "band": "band"}
    counts = row.get("antal", {})
    said = [f"{counts[k]} {word}" for k, word in words.items() if k in counts]
    said += [f"{name} {rows}" for name, rows in counts.get("lager", {}).items()]
    return ", ".join(said)


def size(n: int) -> str:
    """Return a size in the unit that suits it, with plain blanks.

    >>> size(999), size(12_345), size(450_674_688)
    ('999 byte', '12 kB', '451 MB')
    """
    for unit, name in ((1_000_000, "MB"), (1_000, "kB")):
        if n >= unit:
            return f"{number(n / unit)} {name}".replace("\N{NO-BREAK SPACE}", " ")
    return f"{n} byte"


def told(order: Order, package: Path, left: list[str]) -> str:
    """Return what ``make arkiv`` prints."""
    lines = [
        f"Arkivpaket: {package} ({size(package.stat().st_size)})",
        f"  {'DEMO: simulerade data. ' if order.facts['demo'] else ''}"
        f"{pack_bag.PERSONAL if order.internal else pack_bag.PUBLIC}",
        f"  Kontrollsumma: {pack_bag.checksum(package).name}",
    ]
    if order.internal and not same_program(order):
        lines.append("  Programmet är ett annat än det som gjorde utgåvan, och följer därför inte med i paketet.")
    if left:
        shown = ", ".join(printable(n) for n in left[:5]) + (" …" if len(left) > 5 else "")
        lines.append(f"  Inte med, eftersom körningen inte har gjort dem: {shown}")
    return "\n".join([*lines, f"Kontrollera det: make verifiera PAKET={package}", ""])


def verified(package: Path, info: dict[str, str], listed: dict[str, Any], outside: bool, held: tuple[int, int]) -> str:
    """Return what ``make verifiera`` prints about a package that is as it was written.

    Parameters
    ----------
    info : dict
        What the bag says of itself.
    held : tuple of int
        How many XML and CSV files were held against their schemas and descriptions.
    """
    rows = listed["filer"]
    unread = [r["fil"] for r in rows if not r.get("last")]
    layers = [n for r in rows for n in r.get("antal", {}).get("lager", {})]
    lines = [
        f"Paketet är helt och oförändrat: {printable(package.name)}",
        f"  {printable(str(info.get('External-Description')))}",
        f"  Informationsklass: {printable(str(info.get('Informationsklass')))}",
        f"  Körning {printable(str(listed['korning']['korning_id']))}, "
        f"daterat {printable(str(info.get('Bagging-Date')))}",
        f"  {len(rows)} filer, {size(sum(r['bytes'] for r in rows))}: alla kontrollsummor stämmer, inget saknas, inget "
        "är tillagt.",
        f"  Format, lästa till slutet: {contents.of_format([r for r in rows if r.get('last')])}.",
        f"  {len(layers)} lager i GeoPackage har lika många rader i CSV, och områdena lika många objekt i GML.",
    ]
    lines.append(
        f"  {held[0]} XML-filer följer sina scheman (GML, ISO 19139) och {held[1]} CSV-filer beskrivningen av sina "
        "kolumner."
    )
    if unread:
        lines.append(f"  Okänt format, bara kontrollsumman jämförd: {', '.join(map(printable, unread[:10]))}")
    if not outside and not package.is_dir():
        lines.append(
            f"  Zip-filens egen kontrollsumma ({pack_bag.checksum(package).name}) ligger inte bredvid; innehållet "
            "är kontrollerat ändå."
        )
    return "\n".join([*lines, ""])
