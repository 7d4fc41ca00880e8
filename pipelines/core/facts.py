"""The facts that steps leave for the report, beside their tables: each described once, each step lists its own.

They are written into the step's ledger as JSON. A fact that a step does not list, or lists and does not leave, stops.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Any, NamedTuple, TypedDict, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

from pipelines.core import publishers


class SourceFile(TypedDict):
    """A file of a publisher's: what it was taken for, whether it was used, and why (not)."""

    fil: str
    roll: str
    anvand: bool
    varfor: str
    ar: int | None
    referensdatum: str | None
    utgivare: str
    licens: str
    demo: bool


class FileRows(TypedDict):
    """Rows of one file: read, and used."""

    lasta: int
    anvanda: int


class _LeftOut(TypedDict, total=False):
    utanfor_lanet: int
    annan_status: int
    utan_punkt: int


class StepRows(_LeftOut):
    """Rows of all of a step's files: read and kept, and why addresses were left out."""

    lasta: int
    behallna: int


class LandArea(TypedDict):
    """A kommun's land by the boundaries beside its official area."""

    land_ha: float
    officiell_ha: float | None
    avvikelse_pct: float | None


class WaterFile(TypedDict):
    """What a file of land cover calls things: how many rows of each kind were water, and how many not."""

    vatten: dict[str, int]
    land: dict[str, int]


class RoadFile(TypedDict):
    """What a file of roads calls things: how many lines near the län of each kind were used, and how many not."""

    anvanda: dict[str, int]
    ovriga: dict[str, int]


class Hits(TypedDict):
    """What one file of evidence says of one kommun's addresses."""

    fil: str
    niva: str
    kommunkod: str
    fullstandig: bool
    far_publiceras: bool
    rader_i_filen: int
    traffar: int
    adresser: int
    adresser_i_kommunen: int


class LackingRows(TypedDict):
    """The share (0–1) of covered addresses that a complete list lacks, and whence it is known."""

    fil: str
    andel: float
    kand_genom: str
    adresser: int


class Slopes(TypedDict):
    """The model's coefficients of one measure and class, by feature."""

    matt: str
    klass: str
    krympning: float
    per_enhet: dict[str, float]
    per_standardavvikelse: dict[str, float]


class Neighbours(TypedDict):
    """How neighbours go together in one measure and class, and how far the intervals reach."""

    matt: str
    klass: str
    by: float
    ruta_5km: float
    under: float
    over: float


class Model(TypedDict):
    """What the modelled coverage rests on."""

    metod: str
    larokommuner: list[str]
    koefficienter: list[Slopes]
    samvariation: list[Neighbours]


class Raked(TypedDict):
    """Households without coverage in a kommun and class where evidence decides all: PTS's, before and after."""

    kommunkod: str
    grupp: str
    matt: str
    troskel_mbit: int
    hushall_pts: float
    hushall_fore: float
    hushall_efter: float


class DenseShare(TypedDict):
    """PTS's tätbebyggda share of the households beside ours of the people, by both definitions."""

    pts_hushall: float
    folk_utanfor_tatort: float
    folk_utanfor_tatort_och_smaort: float


class AreaSums(TypedDict):
    """The gap areas of one level, summed."""

    omraden: int
    modellerade: int
    hushall_utan: float
    hushall_utspritt: float
    schakt_m: float
    kostnad_sek: float


class ProjectSums(TypedDict):
    """The projects of one level, summed; those within the configured sizes apart."""

    projekt: int
    lagom_stora: int
    adresser: int
    adresser_i_lagom_stora: int
    hushall_utan: float
    kostnad_sek: float


class TrenchGround(TypedDict):
    """What trenches stand on: ``vagar`` or ``raka_linjer``, and what the network of roads is."""

    underlag: str
    vaglinjer: int
    noder: int
    hopfogade_andar: int
    vagnatets_delar: int
    adresser_utanfor_storsta_delen: int
    adresser_langt_fran_vag: int


class Priorities(TypedDict):
    """What the list for PTS's regional priority rests on."""

    regelar: int
    varning: str
    grund: str
    tak_av: int
    stodberattigade: int
    varav_modellerade: int
    stodberattigade_vantade: float
    i_projekt: int
    far_prioriteras: int
    prioriterade: int
    prioriterade_modellerade: int
    projekt: int
    hushall: float
    okand_ortstyp: int


class CheckedLaw(TypedDict):
    """A law, its figures on the run, and whether it holds."""

    lag: str
    tal: str
    avvikelse: float
    haller: bool


class DwellingsSeen(TypedDict):
    """A kommun's houses and staircases among the buildings, beside SCB's houses and flats, and flats per staircase."""

    smahus: int
    smahus_scb: int | None
    entreer: int
    lagenheter_scb: int | None
    per_entre: float


STAND_INS = ("byggnader", "osm_byggnader")
"""What ``adressunderlag`` says where buildings stand for the addresses; ``adresser`` where the register is at hand."""


NO_ROADS = "saknas"
"""What ``vagunderlag`` says where there are no roads: trenches are straight lines."""


class Facts(TypedDict, total=False):
    """Every fact that a step may leave."""

    filer: list[SourceFile]
    rader: StepRows | dict[str, FileRows]
    ar: int
    rutor: dict[str, int]
    befolkning: float
    km_med_250m: str
    landareal: dict[str, LandArea]
    gransunderlag: str
    adressunderlag: str
    mark: dict[str, WaterFile]
    vagunderlag: str
    vagtyper: dict[str, RoadFile]
    okand: list[str]
    ort_polygoner: int
    hushall: float
    bostader: dict[str, DwellingsSeen]
    adresser_utan_folk: int
    rutor_utan_adress: dict[str, float]
    tat_andel: DenseShare
    traffar: list[Hits]
    saknade_rader: list[LackingRows]
    avstamda: list[Raked]
    antagen_hastighet: dict[str, int]
    adresser_per_underlag: dict[str, dict[str, int]]
    modell: Model
    bristomraden: dict[str, AreaSums]
    schakt: TrenchGround
    projekt: dict[str, ProjectSums]
    pts_prioritering: Priorities
    utfall: dict[str, int]
    serier: dict[str, list[int]]
    lagar: list[CheckedLaw]


class Leaves(NamedTuple):
    """The facts that a step always leaves, and those it leaves when there is something to say."""

    always: tuple[str, ...] = ()
    maybe: tuple[str, ...] = ()


OF_STEP = {
    **dict.fromkeys(publishers.STEPS, Leaves(("filer",))),  # what every publisher's step leaves, where nothing more
    "inventory": Leaves(("okand",)),
    "lantmateriet": Leaves(("filer", "rader", "adressunderlag")),
    "scb": Leaves(("filer", "rader", "rutor", "befolkning", "km_med_250m")),
    "pts": Leaves(("filer", "ar")),
    "granser": Leaves(("filer", "landareal", "gransunderlag", "mark")),
    "vagar": Leaves(("filer", "rader", "vagunderlag", "vagtyper")),
    "tackning": Leaves(("filer", "rader")),
    "buildings": Leaves(("rader",)),
    "grid": Leaves(("ort_polygoner",)),
    "dwellings": Leaves(("bostader",)),
    "evidence": Leaves(("traffar", "antagen_hastighet", "adresser_per_underlag", "saknade_rader")),
    "households": Leaves(
        ("befolkning", "hushall", "adresser_utan_folk", "avstamda"), ("rutor_utan_adress", "tat_andel")
    ),
    "coverage": Leaves(("modell",)),
    "gaps": Leaves(("bristomraden", "schakt", "projekt")),
    "goals": Leaves(("pts_prioritering",)),
    "reconciliation": Leaves(("utfall",)),
    "history": Leaves(("serier",)),
    "laws": Leaves(("lagar",)),
}
"""Steps that are not here leave none."""


def faults(step: str, facts: Mapping[str, object]) -> tuple[list[str], list[str]]:
    """Return which facts a step lacks, and which it has that it does not list or that are of another shape.

    >>> faults("pts", {"filer": [], "år": 2025}), faults("grid", {"ort_polygoner": "12"})
    ((['ar'], ['år']), ([], ['ort_polygoner']))
    """
    listed, hints = OF_STEP.get(step, Leaves()), _hints(Facts)
    odd = [k for k, v in facts.items() if k not in (*listed.always, *listed.maybe) or not _holds(v, hints[k])]
    return sorted({*listed.always} - facts.keys()), sorted(odd)


@cache
def _hints(kind: Any) -> dict[str, Any]:
    """Return the types of what a record holds, read once."""
    return get_type_hints(kind)


def _holds(value: Any, hint: Any) -> bool:
    """Tell whether a value has the shape that a type says."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return any(_holds(value, x) for x in args)
    if origin is list:
        return isinstance(value, list) and all(_holds(x, args[0]) for x in value)
    if origin is dict:
        return isinstance(value, dict) and all(_holds(k, args[0]) and _holds(v, args[1]) for k, v in value.items())
    if is_typeddict(hint):
        names = _hints(hint)
        known = isinstance(value, dict) and hint.__required_keys__ <= value.keys() <= names.keys()
        return known and all(_holds(v, names[k]) for k, v in value.items())
    if hint in (int, float):
        return isinstance(value, (int, hint)) and not isinstance(value, bool)
    return isinstance(value, hint)


def rows_of_step(facts: Facts) -> StepRows:
    """Return the rows of a step that counts all its files together, to be added to."""
    return cast("StepRows", facts.setdefault("rader", {"lasta": 0, "behallna": 0}))


def rows_by_file(facts: Facts) -> dict[str, FileRows]:
    """Return the rows of a step that counts them file by file, to be added to."""
    return cast("dict[str, FileRows]", facts.setdefault("rader", {}))


def rows_of(facts: Facts) -> dict[str, tuple[int, int]]:
    """Return how many rows a step has read and used: by file, or of all its files under an empty name.

    >>> rows_of({"rader": {"lasta": 3, "behallna": 2}}), rows_of({"rader": {"a.csv": {"lasta": 3, "anvanda": 1}}})
    ({'': (3, 2)}, {'a.csv': (3, 1)})
    """
    if "lasta" in facts.get("rader", {}):
        rows = rows_of_step(facts)
        return {"": (rows["lasta"], rows["behallna"])}
    return {name: (n["lasta"], n["anvanda"]) for name, n in rows_by_file(facts).items()}
