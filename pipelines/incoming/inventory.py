"""What lies in RAW: are the required inputs there, are demo and real kept apart, which bytes are used.

make calls this on every run, so it imports nothing heavy. Each publisher's list is rewritten only when
its content changes: a file that was touched but not changed redoes nothing.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple, NotRequired, TypedDict

from pipelines.config.region import Region
from pipelines.core import files
from pipelines.core.errors import DataError, printable
from pipelines.core.ledger import Ledger
from pipelines.core.paths import Paths
from pipelines.core.publishers import LOGINS, TOPOGRAFI_ORDER, Role
from pipelines.incoming import listing
from pipelines.incoming.marks import demo_mark
from pipelines.incoming.role_files import RECEIPT
from pipelines.incoming.roles import MARKER_FILE, edits_beside, list_inputs, require_sound
from pipelines.steps import PUBLISHERS

__all__ = ["Item", "demo_mark", "list_inputs", "missing_inputs", "run"]

_EVIDENCE = ("adressuppgifter", "rutuppgifter", "områdesuppgifter")
_MAX_UNKNOWN = 1000


class Way(NamedTuple):
    """Where something is found, and where under RAW it is put."""

    source: str
    put: str


@dataclass(frozen=True)
class Required:
    """A required input: the role of its file, and what to tell a person who lacks it.

    ``instead`` is the way that asks for no account and no review, where there is one: told first to who has no login,
    or has ordered it.
    """

    role: str
    what: str
    publisher: str
    source: str
    put: str
    instead: Way | None = None


# Pages and services by the publishers' own names; file names and addresses change with the years.
REQUIRED = (
    Required(
        "adresser",
        "adresser (belägenhetsadresser), en zip per kommun, eller byggnader i stället för dem",
        "Lantmäteriet",
        "Lantmäteriets nedladdningstjänst, samlingen «belagenhetsadresser» i "
        "api.lantmateriet.se/stac-vektor/v1 (kräver konto och beställning)",
        "lantmateriet/belagenhetsadresser_kn<kommunkod>.zip",
        Way(
            "öppna data, som inte prövas: Topografi 50 Nedladdning, vektor (CC0, ur Geotorget), teman byggnadsverk, "
            "kommunikation och mark, med make fetch BARA=byggnadsverk,vagar,mark (docs/hamta.md); eller OpenStreetMaps "
            "byggnader som GeoPackage; då står byggnader i stället för adresser",
            "lantmateriet/byggnadsverk_sverige.zip",
        ),
    ),
    Required(
        "befolkning_1km",
        "befolkning i rutor om 1 km (GeoPackage)",
        "SCB",
        "SCB:s öppna geodata, lagret «befolkning_1km_<år>» i geodata.scb.se/geoserver/stat/wfs, "
        "outputFormat=geopackage",
        "scb/befolkning_1km_<år>.gpkg",
    ),
    Required(
        "teknik",
        "tabellbilaga teknik: andel hushåll per teknik och kommun (Excel)",
        "PTS",
        "statistik.pts.se, Mobiltäcknings- och bredbandskartläggning, sidan «Dokument och rapporter», "
        "filen «…_tabellbilaga_teknik_….xlsx»",
        "pts/<filens eget namn, med ordet teknik>.xlsx",
    ),
)
_KALLOR = Required(
    "kallor",
    "kallor.csv, som säger vad varje täckningsfil gäller",
    "den som lämnat täckningsuppgifterna",
    "regionens avtal med operatörerna; kolumner: fil, kommunkod, fullstandig, referensdatum, avtal, far_publiceras",
    "tackning/kallor.csv",
)


class Item(TypedDict):
    """One file of an inventory: path relative to RAW, SHA-256, size in bytes, demo mark, role.

    ``hamtad_fran`` is the address that ``make fetch`` got it from, where its receipt is of this very file.
    """

    fil: str
    sha256: str
    bytes: int
    demo: bool
    roll: str
    hamtad_fran: NotRequired[str]
    licens: NotRequired[str]
    referensdatum: NotRequired[str]


def run(region: Region, paths: Paths) -> None:
    """Verify the inputs of RAW and write one inventory per publisher."""
    listed, unknown = list_inputs(paths.raw)
    require_sound(paths.raw, unknown)
    require_inputs(paths.raw)
    sums = listing.update(paths)
    require_one_kind(listed, paths.raw)
    for group in PUBLISHERS:
        items: list[Item] = []
        for path, role in listed:
            if role.group == group:
                item = describe(path, role, paths.raw, sums.get(_name(path, paths.raw)))
                items += [item, *_edits(item, path, sums)]
        body = json.dumps(items, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        files.write_text_if_changed(paths.inventory(group), body)
    note_unknown(unknown, paths)


def missing_inputs(raw: Path) -> list[str]:
    """Return one Swedish text per required input that is not in ``raw``: what, whose, where from, where to.

    Looks at names only; empty when everything required is there. A text has three lines, and two for each other way.
    """
    there = {role.name for _, role in list_inputs(raw)[0]}
    if "byggnader" in there:
        there.add("adresser")  # buildings stand for them
    if there & {"befolkning", "befolkning_250m"}:
        there.add("befolkning_1km")  # a mixed grid has 1 km squares under any name; stage scb asks the content
    needed = [*REQUIRED, *([_KALLOR] if there & set(_EVIDENCE) else [])]
    return [
        "\n".join([f"Saknas: {r.what}. Utgivare: {r.publisher}.", *_ways(r, raw)])
        for r in needed
        if r.role not in there
    ]


def _ways(needed: Required, raw: Path) -> list[str]:
    """Return where an input is found and put; the open way first to who has no login, or has ordered it."""
    ways = [Way(needed.source, needed.put), *([needed.instead] if needed.instead else [])]
    if os.environ.get(TOPOGRAFI_ORDER) or not any(os.environ.get(name) for name in LOGINS):
        ways.reverse()
    return [
        f"  {line}"
        for i, way in enumerate(ways)
        for line in (f"{'Eller' if i else 'Finns'} hos: {way.source}", f"Läggs här: {raw / way.put}")
    ]


def require_inputs(raw: Path) -> None:
    """Check that every required input is there.

    Raises
    ------
    DataError
        Naming each missing input.
    """
    missing = missing_inputs(raw)
    if missing:
        unknown = [_name(p, raw) for p in list_inputs(raw)[1]]
        seen = [f"Finns, men har inget namn som känns igen: {name}" for name in unknown[:10]]
        seen += [f"… och {len(unknown) - 10} till"] if len(unknown) > 10 else []
        raise DataError(
            f"{len(missing)} nödvändiga indata saknas.",
            file=raw,
            details=[line for text in missing for line in text.splitlines()] + seen,
            action="Lägg filerna på plats och kör igen. Demodata blandas aldrig med riktiga filer: "
            "bara en tom indatamapp ger en demoregion.",
        )


def require_one_kind(listed: list[tuple[Path, Role]], raw: Path) -> None:
    """Check that either every file carries the demo mark or none does.

    Raises
    ------
    DataError
        Naming files of both kinds.
    """
    marker = raw / MARKER_FILE
    paths = [p for p, _ in listed] + ([marker] if marker.is_file() else [])
    marked = {p: demo_mark(p) for p in paths}
    demo = [p for p in paths if marked[p]]
    real = [p for p in paths if not marked[p]]
    if demo and real:
        fewer = min(demo, real, key=len)
        raise DataError(
            "Demofiler och riktiga filer ligger blandade.",
            file=raw,
            expected="antingen bara demofiler eller bara riktiga filer",
            found=f"{len(demo)} filer märkta DEMO och {len(real)} utan märkning",
            details=[f"{'DEMO' if marked[p] else 'Utan märkning'}: {_name(p, raw)}" for p in fewer[:20]],
            action="Ta bort det ena slaget. Demodata blandas aldrig med riktiga uppgifter.",
        )


def describe(path: Path, role: Role, raw: Path, seen: listing.Seen | None = None) -> Item:
    """Return what an inventory says of one file; ``seen`` is what the listing knows of it."""
    seen = listing.look(path, seen)
    item = Item(fil=_name(path, raw), sha256=seen.sha256, bytes=seen.size, demo=demo_mark(path), roll=role.name)
    return {**item, **_fetched(path, item["sha256"])}  # type: ignore[typeddict-item]


def _edits(item: Item, path: Path, sums: dict[str, listing.Seen]) -> list[Item]:
    """Return what an inventory says of edits beside a GeoPackage: they are read with it."""
    named = {f"{item['fil']}{end}": p for end, p in edits_beside(path).items()}
    seen = {name: listing.look(p, sums.get(name)) for name, p in named.items()}
    return [{**item, "fil": name, "sha256": s.sha256, "bytes": s.size} for name, s in seen.items()]


def _fetched(path: Path, sha256: str) -> dict[str, str]:
    """Return address, licence and reference date of the file's receipt; nothing when it is of another file.

    The time of the fetch is left out: the same files are to give the same products.
    """
    try:
        receipt = json.loads(path.with_name(path.name + RECEIPT).read_text(encoding="utf-8"))
        told = {k: str(receipt[v]) for k, v in _RECEIPT.items()} if receipt["sha256"] == sha256 else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return {k: v for k, v in told.items() if v}


_RECEIPT = {"hamtad_fran": "url", "licens": "licens", "referensdatum": "referensdatum"}


def note_unknown(unknown: list[Path], paths: Paths) -> None:
    """Write the inventory's ledger: files that nothing reads are named, never silently passed over."""
    ledger = Ledger("inventory")
    names = [printable(_name(p, paths.raw)) for p in islice(unknown, _MAX_UNKNOWN)]
    ledger.add("varning", "indata", "okänd fil eller mapp", len(unknown), "används inte", names)
    ledger.facts["okand"] = names
    ledger.save(paths.ledger("inventory"))


def _name(path: Path, raw: Path) -> str:
    return path.relative_to(raw).as_posix()
