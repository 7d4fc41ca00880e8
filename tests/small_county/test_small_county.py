"""The stages against brute force, column by column; and brute force against calculations by hand."""

from __future__ import annotations

import contextlib
import io
import traceback
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.__main__ import main

from . import brute, inputs

STAGES = (
    "inventory", "lantmateriet", "scb", "pts", "granser", "tackning", "grid", "households", "coverage",
    "summaries",
)  # fmt: skip
T = (30, 100, 1000)
COUNTS = ["adresser", "befolkning", "hushall"] + [
    f"{what}_{t}"
    for t in T
    for what in (
        "adresser_utan",
        "befolkning_utan",
        "hushall_utan",
        "hushall_ej_passerade",
        "adresser_ej_passerade",
    )
]
AREA = ["land_ha", *COUNTS] + [
    name.replace("#", str(t))
    for t in T
    for name in (
        "andel_#_pct", "andel_passerade_#_pct", "yta_utan_#_pct", "yta_tackt_#_pct", "pts_andel_#_pct",
        "pts_andel_passerade_#_pct", "pts_kalla_#", "avvikelse_#_pe",
    )
] + ["yta_obebodd_pct"]  # fmt: skip
CELL = [
    "rutid_scb", "rutid_inspire", "kommunkod", "kommunnamn", "omradestyp", "land_ha", *COUNTS,
    "max_ned_mbit", "basta_teknik", "planerad", "underlag",
]  # fmt: skip
COLUMNS = {
    "rutnat_250m": CELL,
    "rutnat_delar": CELL,
    "kommuner": ["kommunkod", "kommunnamn", *AREA],
    "lan": ["lanskod", "lansnamn", *AREA],
    "adresser": [
        "adress_id", "kommunkod", "omradestyp", "rutid_scb", "befolkning", "hushall", "max_ned_mbit",
        "basta_teknik", "status", "underlag",
        *(f"sannolikhet_{m}_{t}" for m in ("tillgang", "passerad") for t in T),
    ],
}  # fmt: skip
KEYS = {
    "rutnat_250m": ("rutid_scb",),
    "rutnat_delar": ("rutid_scb", "kommunkod", "omradestyp"),
    "kommuner": ("kommunkod",),
    "lan": ("lanskod",),
    "adresser": ("adress_id",),
}

# --- the stages -------------------------------------------------------------------------------------------


def stage(name: str, root: Path) -> str:
    """Run one stage on the county under `root`; return what went wrong, empty when nothing did."""
    folders = ("--raw", "raw"), ("--out", "out"), ("--maps", "maps"), ("--config", "osten.toml")
    told = io.StringIO()
    try:
        with contextlib.redirect_stderr(told):
            code = main([name, *(x for option, where in folders for x in (option, str(root / where)))])
    except Exception:  # a fault in a stage must not be met again in each of two hundred tests
        return f"{name}: {traceback.format_exc(limit=-3)}"
    return f"{name} stannade: {told.getvalue()}" if code else ""


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Run the stages once per variant; return the county's folder."""
    done: dict[str, tuple[Path, str]] = {}

    def run(variant: str) -> Path:
        if variant not in done:
            root = tmp_path_factory.mktemp(variant)
            inputs.write(inputs.county(variant), root)
            done[variant] = root, next(filter(None, (stage(s, root) for s in STAGES)), "")
        root, fault = done[variant]
        if fault:
            pytest.fail(f"{variant}: {fault}", pytrace=False)
        return root

    return run


@pytest.fixture(scope="session")
def expected() -> Callable[[str], brute.Answer]:
    done: dict[str, brute.Answer] = {}

    def answer(variant: str) -> brute.Answer:
        if variant not in done:
            done[variant] = brute.compute(inputs.county(variant))
        return done[variant]

    return answer


def rows_of(root: Path, table: str) -> dict[object, dict]:
    """Read a table between stages as rows by key, geometry left aside."""
    file = pq.read_table(root / "out" / ".steg" / f"{table}.parquet")
    names = [n for n in file.column_names if n != "geometry"]
    rows = file.select(names).replace_schema_metadata(None).to_pylist()
    keys = KEYS[table]
    by_key = {r[keys[0]] if len(keys) == 1 else tuple(r[k] for k in keys): r for r in rows}
    assert len(by_key) == len(rows), f"{table}: nyckeln upprepas"
    return by_key


def differences(ours: dict, theirs: dict, column: str) -> list[str]:
    """Return what differs in one column, one line a row; rows that only one side has are told too."""
    tolerance = 2e-6 if column == "land_ha" else 1e-6
    lines = [f"{k}: saknas i tabellen" for k in ours if k not in theirs]
    lines += [f"{k}: finns bara i tabellen" for k in theirs if k not in ours]
    for key in ours.keys() & theirs.keys():
        want, got = ours[key][column], theirs[key].get(column, "kolumnen saknas")
        same = want == got
        if isinstance(want, int | float) and isinstance(got, int | float):
            same = abs(want - got) <= tolerance and isinstance(want, bool) == isinstance(got, bool)
        if not same:
            lines.append(f"{key}: väntat {want!r}, fick {got!r}")
    return sorted(lines)


def told(lines: list[str]) -> str:
    return f"{len(lines)} rader skiljer:\n" + "\n".join(lines[:12])


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, cs in COLUMNS.items() for c in cs])
def test_column_equals_brute_force(staged, expected, table: str, column: str) -> None:
    lines = differences(getattr(expected("full"), table), rows_of(staged("full"), table), column)
    assert not lines, told(lines)


@pytest.mark.parametrize("table", COLUMNS)
@pytest.mark.parametrize("variant", inputs.VARIANTS[1:])
def test_variant_equals_brute_force(staged, expected, variant: str, table: str) -> None:
    ours, theirs = getattr(expected(variant), table), rows_of(staged(variant), table)
    wrong = {c: differences(ours, theirs, c) for c in COLUMNS[table]}
    wrong = {c: lines for c, lines in wrong.items() if lines}
    assert not wrong, "\n".join(
        [
            f"kolumner som skiljer: {', '.join(wrong)}",
            *(f"{c}: {told(wrong[c][:3])}" for c in list(wrong)[:4]),
        ]
    )


@pytest.mark.parametrize("variant", inputs.VARIANTS)
def test_laws_hold(staged, variant: str) -> None:
    fault = stage("laws", staged(variant))
    assert not fault, fault


@pytest.mark.parametrize("table", COLUMNS)
def test_every_contract_column_is_compared(table: str) -> None:
    from pipelines import contracts

    tables = (contracts.RUTNAT, contracts.DELAR, contracts.KOMMUNER, contracts.LAN, contracts.ADRESSER)
    known = {t.name: t for t in tables}
    assert set(known[table].names) - set(COLUMNS[table]) == set()


# --- brute force itself, by hand ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full(expected) -> brute.Answer:
    return expected("full")


@pytest.mark.parametrize(
    ("rest", "factor", "q"),
    [
        # Two households, one with 1 address around it (itself), one with 4: below λ = 1 both grow.
        ("1", "4/5", ["4/5", "1/5"]),
        ("5/4", "1", ["1", "1/4"]),
        ("3/2", "2", ["1", "1/2"]),  # the lonely one is full: the other takes the rest
        ("2", "4", ["1", "1"]),
        ("0", "0", ["0", "0"]),
    ],
)
def test_factor_by_hand(rest: str, factor: str, q: list[str]) -> None:
    found = brute.solve([Fraction(1), Fraction(1)], [1, 4], Fraction(rest))
    assert found == Fraction(factor)
    assert [min(1, found / n) for n in (1, 4)] == [Fraction(x) for x in q]


def test_consistent_by_hand() -> None:
    given = {
        ("tillgang", 30): 5, ("tillgang", 100): 3, ("tillgang", 1000): 9,
        ("passerad", 30): 6, ("passerad", 100): 2, ("passerad", 1000): 7,
    }  # fmt: skip
    assert brute.consistent({k: Fraction(v) for k, v in given.items()}) == {
        ("tillgang", 30): 5, ("tillgang", 100): 5, ("tillgang", 1000): 9,
        ("passerad", 30): 5, ("passerad", 100): 5, ("passerad", 1000): 7,
    }  # fmt: skip


def test_land_by_hand(full: brute.Answer) -> None:
    # The south border falls 126 m over 3 973 m from N 6400211: a trapezoid of the cell is left.
    left = Fraction(211) - Fraction(126, 3973) * (401000 - 400137)
    right = Fraction(211) - Fraction(126, 3973) * (401250 - 400137)
    by_hand = 250 * (250 - (left + right) / 2) / 10_000
    assert full.rutnat_250m["4010006400000"]["land_ha"] == pytest.approx(float(by_hand), abs=1e-9)
    assert full.rutnat_250m["4012506402500"]["land_ha"] == pytest.approx(6.25, abs=1e-9)
    # In the middle of the lake; at sea; in Grannby: cells for their addresses' sake alone.
    for cell, addresses in (("4025006401500", 2), ("4025006399000", 1), ("4062506403250", 1)):
        assert full.rutnat_250m[cell]["land_ha"] == 0
        assert full.rutnat_250m[cell]["adresser"] == addresses
    assert "4027506401500" not in full.rutnat_250m  # water, and nobody there


def test_people_by_hand(full: brute.Answer) -> None:
    people = {k: r["befolkning"] for k, r in full.adresser.items()}
    assert people["9901-003"] == 9 / 3
    assert people["9901-004"] == 31 / 8  # on the corner: belongs to the square north-east of it
    assert people["9901-005"] == people["9901-006"] == 7 / 2  # the 250 m cell replaces the 1 km square
    assert people["9901-007"] == 16 / 5
    assert people["9901-029"] == 0
    assert people["9901-043"] == 4
    # 7 over four, and the 6 of the empty square beside: as near 126, which has the higher id.
    assert people["9902-099"] == 7 / 4 + 6
    assert people["9902-126"] == 7 / 4
    assert people["9902-114"] == 26 / 8 + 3


def test_border_square_by_hand(full: brute.Answer) -> None:
    # 1 km square (400000, 6403000): its land in the län is the strip between the west border (from
    # E 400291) and the north border (N 6403077 at E 400291, rising 113 m over 4 169 m).
    slope = Fraction(113, 4169)
    # West border: from (400137, 6400211) to (400291, 6403077).
    foot = 400291 - Fraction(154, 2866) * 77  # its easting at N 6403000
    strip = (400291 - foot) * 77 / 2 + (1000 - 291) * (77 + (77 + slope * 709)) / 2
    # Grannby is the rest east of its own west border, from (400291, 6403077) to (400420, 6405730).
    east = Fraction(400291) + Fraction(129, 2653) * 923
    grannby = 709 * (1000 - 77) - slope * 709 * 709 / 2 - (east - 400291) * 923 / 2
    mine = 11 * strip / (strip + grannby)
    assert full.adresser["9901-034"]["befolkning"] == pytest.approx(float(mine), abs=1e-9)


def test_evidence_by_hand(full: brute.Answer) -> None:
    def got(a: str) -> tuple:
        r = full.adresser[a]
        return (r["underlag"], r["max_ned_mbit"], r["basta_teknik"], r["status"])

    assert got("9901-002") == ("adress", 1000, "fiber", "tillgang")  # blank speed: the default
    assert got("9901-003") == ("adress", 60, "vdsl", "tillgang")
    assert got("9901-004") == ("adress", None, "ingen", "passerad")
    assert got("9901-005") == ("adress", 2000, "kabel-tv", "tillgang")  # the row by coordinates too
    assert got("9901-006") == ("adress", 250, "fiber", "tillgang")
    assert got("9901-007") == ("adress", 8, "xdsl", "ingen")
    assert got("9901-008") == ("ruta", 60, "vdsl", "tillgang")  # mobile names nothing: the cell answers
    assert got("9901-018") == ("statistik", None, "okand", "planerad")
    assert got("9901-024") == ("adress", 50, "vdsl", "tillgang")  # 25 m
    assert got("9901-025") == ("statistik", None, "okand", "okand")  # 27 m
    assert got("9901-029") == ("omrade", 60, "vdsl", "tillgang")  # on the border of the polygon
    assert got("9901-031") == ("ruta", None, "ingen", "ingen")  # share 0
    assert got("9901-035") == ("omrade", 24, "xdsl", "ingen")
    assert got("9901-044") == ("statistik", None, "okand", "okand")
    assert got("9902-107") == ("adress", 1000, "fiber", "tillgang")
    assert got("9902-108") == (
        "ruta",
        1000,
        "fiber",
        "planerad",
    )  # 0.4 of the cell, and a planned row of its own
    assert got("9902-109") == ("ruta", 1000, "fiber", "ingen")
    assert got("9902-112") == ("adress", 30, "fiber", "tillgang")
    assert got("9902-115") == ("ruta", None, "ingen", "ingen")  # complete for the kommun, and not named
    assert got("9902-120") == ("ruta", None, "ingen", "ingen")  # planned, but mobile
    assert got("9902-128") == ("adress", None, "ingen", "passerad")  # as near as 129: the lower id
    assert got("9902-129") == ("ruta", None, "ingen", "ingen")
    assert got("9902-132") == ("ruta", None, "ingen", "planerad")


def test_mixed_cell_by_hand(full: brute.Answer) -> None:
    cell = full.rutnat_250m["4040006402750"]
    # Three addresses to one; two to two, and most of the land is Gränsbyn's.
    assert (cell["kommunkod"], cell["omradestyp"], cell["adresser"]) == ("9901", "tatbebyggt", 4)
    assert (cell["adresser_utan_100"], cell["adresser_utan_1000"]) == (2, 3)
    assert (cell["max_ned_mbit"], cell["basta_teknik"], cell["underlag"]) == (1000, "fiber", "ruta")
    parts = [k[1:] for k in full.rutnat_delar if k[0] == "4040006402750"]
    assert sorted(parts) == [("9901", "glesbebyggt"), ("9901", "tatbebyggt"), ("9902", "glesbebyggt")]
    assert full.rutnat_delar["4040006402750", "9902", "glesbebyggt"]["land_ha"] == 0  # by the register alone
    beside = [k[1:] for k in full.rutnat_delar if k[0] == "4042506402750"]
    assert sorted(beside) == [(k, o) for k in ("9901", "9902") for o in ("glesbebyggt", "tatbebyggt")]
    assert full.rutnat_250m["4037506402250"]["kommunkod"] == "9901"  # one address each, its land
    assert full.rutnat_250m["4045006402500"]["kommunkod"] == "9902"  # one address each, its land
    assert full.rutnat_250m["4025006401500"]["kommunkod"] == "9901"  # one each and no land: the lower code


def test_statistics_meet_pts_by_hand(expected) -> None:
    area = expected("bara_statistik").kommuner["9902"]
    assert area["hushall_utan_100"] == pytest.approx(19 * (1 - 0.781) + 17 * (1 - 0.593), abs=1e-9)
    assert area["hushall_ej_passerade_1000"] == pytest.approx(19 * (1 - 0.873) + 17 * (1 - 0.657), abs=1e-9)
    # 30 below 100 by 0.3 points in Östby's glesbygd: raised.
    area = expected("bara_statistik").kommuner["9901"]
    assert area["hushall_utan_30"] == pytest.approx(41 * (1 - 0.612) + 23 * (1 - 0.556), abs=1e-9)
    # Merged: no tätbebygd address in Håvik, all 36 households stand on glesbebygda ones.
    merged = expected("sammanslagen")
    assert merged.kommuner["9902"]["hushall_utan_100"] == pytest.approx(11.08, abs=1e-9)
    assert sum(r["hushall"] for r in merged.adresser.values()) == pytest.approx(100, abs=1e-9)


def test_variants_reach_every_branch(expected) -> None:
    """The made-up county is of no use unless every level, and each clamp, is met somewhere."""
    levels = {r["underlag"] for r in expected("full").adresser.values()}
    assert levels == {"adress", "ruta", "omrade", "statistik"}
    cells = {r["underlag"] for r in expected("full").rutnat_250m.values()}
    assert cells == levels | {"blandat", "ingen"}
    chance = [
        r["sannolikhet_tillgang_1000"]
        for r in expected("full").adresser.values()
        if r["underlag"] == "statistik"
    ]
    assert 0 in chance
    assert any(0 < p < 1 for p in chance)
    empty = [
        f for f in expected("utan_folk").facts
        if (f.address.kommun, f.klass, f.level) == ("9902", "glesbebyggt", "statistik")
    ]  # fmt: skip
    assert empty
    assert all(f.people == 0 and f.p["tillgang", 100] == Fraction("0.593") for f in empty)
