"""What lies in RAW: are the required inputs there, are demo and real kept apart, which bytes are used.

make calls this on every run, so it imports nothing heavy. Each publisher's list is rewritten only when
its content changes: a file that was touched but not changed redoes nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NotRequired, TypedDict

from pipelines import files
from pipelines.errors import DataError, printable
from pipelines.ledger import Ledger
from pipelines.paths import Paths
from pipelines.region import Region
from pipelines.sources.incoming import RECEIPT, fits, folded
from pipelines.sources.marks import MARKER_FILE, demo_mark

__all__ = ["GROUPS", "Item", "demo_mark", "missing_inputs", "run"]

GROUPS = ("lantmateriet", "scb", "pts", "granser", "tackning")


@dataclass(frozen=True)
class Role:
    """A kind of file: the folder it lies in, how its name looks, the group that reads it."""

    name: str
    group: str
    folder: str
    patterns: tuple[str, ...]


# The first that fits a name is its role: PTS's titles hold «mobiltäcknings- och bredbandskartläggning».
ROLES = (
    Role(
        "adresser", "lantmateriet", "lantmateriet",
        ("belagenhetsadresser*.zip", "belagenhetsadresser*.gpkg"),
    ),
    Role("mark", "granser", "lantmateriet", ("mark*.gpkg", "mark*.zip")),
    Role("befolkning_1km", "scb", "scb", ("befolkning_1km*.gpkg",)),
    Role("befolkning_250m", "scb", "scb", ("befolkning_250m*.gpkg",)),
    Role("befolkning", "scb", "scb", ("befolkning*.gpkg",)),  # the mixed grid, whatever it is called
    Role("tatorter", "scb", "scb", ("tatorter*.gpkg",)),
    Role("smaorter", "scb", "scb", ("smaorter*.gpkg",)),
    Role("folkmangd_kommun", "scb", "scb", ("folkmangd_kommun_*.csv",)),
    Role("hushall_kommun", "scb", "scb", ("hushall_kommun_*.csv",)),
    Role("historik", "pts", "pts", ("*historisk*.xlsx",)),
    Role("teknik", "pts", "pts", ("*teknik*.xlsx",)),
    Role("hastighet", "pts", "pts", ("*hastighet*.xlsx",)),
    Role("mobil", "pts", "pts", ("*mobil*.xlsx",)),
    Role("kolada", "pts", "kolada", ("*.json",)),
    Role("granser", "granser", "granser", ("*.gpkg", "*.zip")),
    Role("kallor", "tackning", "tackning", ("kallor.csv",)),
    Role("adressuppgifter", "tackning", "tackning", ("adresser*.csv",)),
    Role("rutuppgifter", "tackning", "tackning", ("rutor*.csv",)),
    Role("områdesuppgifter", "tackning", "tackning", ("omraden*.gpkg",)),
)  # fmt: skip
_EVIDENCE = ("adressuppgifter", "rutuppgifter", "områdesuppgifter")
_MAX_UNKNOWN = 1000


@dataclass(frozen=True)
class Required:
    """A required input: the role of its file, and what to tell a person who lacks it."""

    role: str
    what: str
    publisher: str
    source: str
    put: str


# Pages and services by the publishers' own names; file names and addresses change with the years.
REQUIRED = (
    Required(
        "adresser", "adresser (belägenhetsadresser), en zip per kommun", "Lantmäteriet",
        "Lantmäteriets nedladdningstjänst, samlingen «belagenhetsadresser» i "
        "api.lantmateriet.se/stac-vektor/v1 (kräver konto och beställning)",
        "lantmateriet/belagenhetsadresser_kn<kommunkod>.zip",
    ),
    Required(
        "befolkning_1km", "befolkning i rutor om 1 km (GeoPackage)", "SCB",
        "SCB:s öppna geodata, lagret «befolkning_1km_<år>» i geodata.scb.se/geoserver/stat/wfs, "
        "outputFormat=geopackage",
        "scb/befolkning_1km_<år>.gpkg",
    ),
    Required(
        "teknik", "tabellbilaga teknik: andel hushåll per teknik och kommun (Excel)", "PTS",
        "statistik.pts.se, Mobiltäcknings- och bredbandskartläggning, sidan «Dokument och rapporter», "
        "filen «…_tabellbilaga_teknik_….xlsx»",
        "pts/<filens eget namn, med ordet teknik>.xlsx",
    ),
)  # fmt: skip
_KALLOR = Required(
    "kallor", "kallor.csv, som säger vad varje täckningsfil gäller", "den som lämnat täckningsuppgifterna",
    "regionens avtal med operatörerna; "
    "kolumner: fil, kommunkod, fullstandig, referensdatum, avtal, far_publiceras",
    "tackning/kallor.csv",
)  # fmt: skip


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
    require_inputs(paths.raw)
    listed, unknown = list_inputs(paths.raw)
    require_one_kind(listed, paths.raw)
    for group in GROUPS:
        items = [describe(path, role, paths.raw) for path, role in listed if role.group == group]
        body = json.dumps(items, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        files.write_text_if_changed(paths.inventory(group), body)
    note_unknown(unknown, paths)


def missing_inputs(raw: Path) -> list[str]:
    """Return one Swedish text per required input that is not in ``raw``: what, whose, where from, where to.

    Looks at names only; empty when everything required is there. A text has three lines.
    """
    there = {role.name for _, role in list_inputs(raw)[0]}
    if there & {"befolkning", "befolkning_250m"}:
        there.add(
            "befolkning_1km"
        )  # a mixed grid has 1 km squares under any name; stage scb asks the content
    needed = [*REQUIRED, *([_KALLOR] if there & set(_EVIDENCE) else [])]
    return [
        f"Saknas: {r.what}. Utgivare: {r.publisher}.\n  Finns hos: {r.source}\n  Läggs här: {raw / r.put}"
        for r in needed
        if r.role not in there
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
        raise DataError(
            f"{len(missing)} nödvändiga indata saknas.", file=raw,
            details=[line for text in missing for line in text.splitlines()],
            action="Lägg filerna på plats och kör igen. Demodata blandas aldrig med riktiga filer: "
            "bara en tom indatamapp ger en demoregion.",
        )  # fmt: skip


def list_inputs(raw: Path) -> tuple[list[tuple[Path, Role]], list[Path]]:
    """Return the files of ``raw`` with their roles, sorted by path, and those no role fits."""
    known: list[tuple[Path, Role]] = []
    unknown: list[Path] = []
    for path in sorted(raw.iterdir(), key=lambda p: p.name) if raw.is_dir() else []:
        if _passed_over(path):
            continue
        inside = sorted(path.iterdir(), key=lambda p: p.name) if path.is_dir() else [path]
        for p in inside:
            role = _role(p, path.name) if p.is_file() and path.is_dir() else None
            if role:
                known.append((p, role))
            elif not _passed_over(p):
                unknown.append(p)
    return known, unknown


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
            "Demofiler och riktiga filer ligger blandade.", file=raw,
            expected="antingen bara demofiler eller bara riktiga filer",
            found=f"{len(demo)} filer märkta DEMO och {len(real)} utan märkning",
            details=[f"{'DEMO' if marked[p] else 'Utan märkning'}: {_name(p, raw)}" for p in fewer[:20]],
            action="Ta bort det ena slaget. Demodata blandas aldrig med riktiga uppgifter.",
        )  # fmt: skip


def describe(path: Path, role: Role, raw: Path) -> Item:
    """Return what an inventory says of one file."""
    item = Item(
        fil=_name(path, raw), sha256=files.sha256(path), bytes=path.stat().st_size,
        demo=demo_mark(path), roll=role.name,
    )  # fmt: skip
    return {**item, **_fetched(path, item["sha256"])}  # type: ignore[typeddict-item]


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


def _role(path: Path, folder: str) -> Role | None:
    return next(
        (r for r in ROLES if r.folder == folder and any(fits(path.name, x) for x in r.patterns)), None
    )


def _passed_over(path: Path) -> bool:
    """Tell whether a name is no input: the demo region or its hidden truth, a README, what programs leave."""
    name = folded(path.name)
    if name in ("thumbs.db", "desktop.ini", folded(MARKER_FILE)) or name.startswith((".", "~$", "readme")):
        return True
    if name.endswith(RECEIPT):
        return path.is_file()
    return name in ("demo", "sanning") and path.is_dir()


def _name(path: Path, raw: Path) -> str:
    return path.relative_to(raw).as_posix()
