"""The stages against brute force, column by column; and brute force against calculations by hand."""

from __future__ import annotations

import contextlib
import io
import shutil
import traceback
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.__main__ import main
from pipelines.steps import STEPS, behind
from tests.conftest import with_tables

from . import brute, inputs

STAGES = inputs.STAGES
T = (30, 100, 1000)


def columns(mbit: tuple[int, ...]) -> dict[str, list[str]]:
    """Return the columns of every table that is compared, with thresholds ``mbit``."""
    counts = ["adresser", "befolkning", "hushall"] + [
        f"{what}_{t}"
        for t in mbit
        for what in (
            "adresser_utan",
            "befolkning_utan",
            "hushall_utan",
            "hushall_ej_passerade",
            "adresser_ej_passerade",
        )
    ]
    kinds = ["hushall_smahus", "hushall_flerbostad", "fritidshus", "arbetsstallen"]
    area = (
        ["land_ha", *counts]
        + [
            name.replace("#", str(t))
            for t in mbit
            for name in (
                "andel_#_pct",
                "andel_passerade_#_pct",
                "yta_utan_#_pct",
                "yta_tackt_#_pct",
                "pts_andel_#_pct",
                "pts_andel_passerade_#_pct",
                "pts_kalla_#",
                "avvikelse_#_pe",
            )
        ]
        + ["yta_obebodd_pct", *(f"hushall_utan_{t}_{end}" for t in mbit for end in ("lag", "hog"))]
        + [*kinds, *(f"{k}_{x}_{t}" for t in mbit for k in kinds for x in ("utan", "ej_passerade"))]
    )
    cell = [
        "rutid_scb",
        "rutid_inspire",
        "kommunkod",
        "kommunnamn",
        "omradestyp",
        "land_ha",
        *counts,
        "max_ned_mbit",
        "basta_teknik",
        "planerad",
        "underlag",
        *(f"underlag_{t}" for t in mbit),
        *kinds,
    ]
    return {
        "rutnat_250m": cell,
        "rutnat_delar": cell,
        "kommuner": ["kommunkod", "kommunnamn", *area],
        "lan": ["lanskod", "lansnamn", *area],
        "adresser": [
            "adress_id",
            "kommunkod",
            "omradestyp",
            "rutid_scb",
            "befolkning",
            "hushall",
            "max_ned_mbit",
            "basta_teknik",
            "status",
            "underlag",
            *(f"sannolikhet_{m}_{t}" for m in ("tillgang", "passerad") for t in mbit),
        ],
        "oppna_rutor": [
            "rutid_scb",
            "kommunkod",
            "kommunnamn",
            "omradestyp",
            *(f"klass_{m}_{t}" for m in ("tillgang", "passerad") for t in mbit),
            "adresser_band",
            "sammanslagen_m",
            "planerad",
            "underlag",
            *(f"underlag_{t}" for t in mbit),
        ],
    }


COLUMNS = columns(T)
KEYS = {
    "rutnat_250m": ("rutid_scb",),
    "rutnat_delar": ("rutid_scb", "kommunkod", "omradestyp"),
    "kommuner": ("kommunkod",),
    "lan": ("lanskod",),
    "adresser": ("adress_id",),
    "oppna_rutor": ("rutid_scb",),
}

# --- the stages -------------------------------------------------------------------------------------------

OTHERWISE = {
    "bara_statistik": {"tackning"},
    "utan_hastighet": {"pts"},
    "utan_orter": {"scb"},
    "utan_250m": {"scb", "tackning"},
    "komplett": {"tackning"},
    "utan_folk": {"scb", "tackning"},
    "ensam": {"pts", "scb", "tackning"},
    "koppar": {"tackning"},
    "blandat_rutnat": {"scb"},
}
"""Whose files are others than those of ``full``: the other publishers' tables are not read anew."""


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
def staged(small_edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Run the stages once per variant, on what make has made of ``full``; return the county's folder."""
    done: dict[str, tuple[Path, str]] = {}

    def run(variant: str) -> Path:
        if variant not in done:
            root = tmp_path_factory.mktemp(variant)
            if variant == "full" or variant in OTHERWISE:
                with_tables(small_edition, root)
            stages: Iterable[str] = ()
            if variant != "full":
                shutil.rmtree(root / "raw", ignore_errors=True)
                inputs.write(inputs.county(variant), root)
                others = OTHERWISE.get(variant, set(STAGES))
                stages = (s for s in STAGES if s == "inventory" or others & {s, *behind(STEPS[s])})
            done[variant] = root, next(filter(None, (stage(s, root) for s in stages)), "")
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
    """Read a table between stages as rows by key, geometry left aside; each file as it stands once."""
    path = root / "out" / ".steg" / f"{table}.parquet"
    return _read(table, path, path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _read(table: str, path: Path, _changed: int) -> dict[object, dict]:
    file = pq.read_table(path)
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
        [f"kolumner som skiljer: {', '.join(wrong)}", *(f"{c}: {told(wrong[c][:3])}" for c in list(wrong)[:4])]
    )


@pytest.mark.parametrize("least", [2, 3, 7, 40])
def test_cells_told_together_equal_brute_force(staged, expected, least: int, tmp_path: Path) -> None:
    root = tmp_path / "county"
    shutil.copytree(staged("full"), root)
    config = root / "osten.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("[publicering]", f"[publicering]\nminst_adresser_i_ruta = {least}"), encoding="utf-8"
    )
    fault = stage("open_cells", root)
    assert not fault, fault
    answer = expected("full")
    ours = brute.open_rows(answer.rutnat_250m, answer.open_facts, least)
    for column in COLUMNS["oppna_rutor"]:
        lines = differences(ours, rows_of(root, "oppna_rutor"), column)
        assert not lines, f"{column}: {told(lines)}"
    if least < 40:
        assert len({row["sammanslagen_m"] for row in ours.values()}) > 1
    assert any(row["klass_tillgang_100"] == "ej_redovisad" for row in ours.values())


@pytest.mark.parametrize("variant", inputs.VARIANTS)
def test_laws_hold(staged, variant: str) -> None:
    for name in ("junctions", "gaps", "laws"):
        fault = stage(name, staged(variant))
        assert not fault, fault


@pytest.mark.parametrize("variant", ["full", "bara_statistik"])
def test_laws_and_pts_hold_with_the_small_area_model(staged, expected, variant: str, tmp_path: Path) -> None:
    root = tmp_path / "county"
    shutil.copytree(staged(variant), root)
    config = root / "osten.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"enkel"', '"smaomrade"'), encoding="utf-8")
    for name in ("coverage", "summaries", "open_cells", "junctions", "gaps", "laws"):
        fault = stage(name, root)
        assert not fault, fault
    plain = expected(variant).kommuner  # any method meets what can be met
    for kod, row in rows_of(root, "kommuner").items():
        for t in T:
            for name in (f"hushall_utan_{t}", f"hushall_ej_passerade_{t}"):
                assert row[name] == pytest.approx(plain[kod if isinstance(kod, str) else kod[0]][name], abs=1e-6)


@pytest.mark.parametrize("table", COLUMNS)
def test_every_contract_column_is_compared(table: str) -> None:
    from pipelines.tables import summary_tables

    tables = (
        summary_tables.RUTNAT,
        summary_tables.DELAR,
        summary_tables.KOMMUNER,
        summary_tables.LAN,
        summary_tables.ADRESSER,
        summary_tables.OPPNA_RUTOR,
    )
    known = {t.name: t for t in tables}
    assert set(known[table].names) - set(COLUMNS[table]) == set()


# --- brute force itself, by hand ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def full(expected) -> brute.Answer:
    return expected("full")


ONE, HALF = Fraction(1), Fraction(1, 2)


@pytest.mark.parametrize(
    ("rest", "lows", "highs", "factors", "q"),
    [
        # Two households, one with 1 address around it (itself), one with 4: below λ = 1 both grow.
        ("1", "0 0", "1 1", "4/5 4/5", "4/5 1/5"),
        ("5/4", "0 0", "1 1", "1 1", "1 1/4"),
        ("3/2", "0 0", "1 1", "2 2", "1 1/2"),  # the lonely one is full: the other takes the rest
        ("1", "0 1/2", "1 1", "1/2 1/2", "1/2 1/2"),  # the other has its least up to λ = 2
        ("5/4", "0 1/2", "1/2 1", "3 3", "1/2 3/4"),  # the lonely one stops at its most
        ("5/4", "0 3/4", "1/2 1", "1/2 3", "1/2 3/4"),  # neither moves between λ = 1/2 and 3
    ],
)
def test_factor_by_hand(rest: str, lows: str, highs: str, factors: str, q: str) -> None:
    def numbers(text: str) -> list[Fraction]:
        return [Fraction(x) for x in text.split()]

    ends = zip((1, 4), numbers(lows), numbers(highs), strict=True)
    free = [brute.Free(ONE, Fraction(1, n), low, high) for n, low, high in ends]
    found = brute.solve(free, Fraction(rest))
    assert list(found) == numbers(factors)
    for factor in found:
        assert [f.q(factor) for f in free] == numbers(q)


def test_statistics_by_hand() -> None:
    """Three addresses far apart, so alike remote: A with 2 households, B and C with 1."""
    c = inputs.county("bara_statistik")
    c.households["9901", "tatbebyggt"] = 4
    c.hastighet["9901", "tatbebyggt"] = (0.75, 0.5, 0.25, 0.75, 0.5, 0.5)
    a, b, c_ = (
        brute.Facts(inputs.Address(x, e, 0, "9901"), (e, 0), "tatbebyggt", households=Fraction(h))
        for x, e, h in (("A", 0, 2), ("B", 5000, 1), ("C", 9000, 1))
    )
    for t in T:  # half of A's cell is passed, whether it is reached is not known
        a.level["passerad", t], a.p["passerad", t] = "ruta", HALF
    for m in ("tillgang", "passerad"):  # C has 30 Mbit/s, and more is not known
        c_.level[m, 30], c_.p[m, 30] = "adress", ONE
    brute.statistics(c, [a, b, c_], {("9901", "tatbebyggt"): ("tatbebyggt",)})
    q = {(f.address.id, m, t): 1 - x for f in (a, b, c_) for (m, t), x in f.p.items()}
    # Tillgång 30: 1 household to leave uncovered, and A takes it already: half of two is not even passed.
    assert [q[x, "tillgang", 30] for x in "ABC"] == [HALF, 0, 0]
    # 100: two households; 2·max(½, λ) + λ + λ = 2. 1000: three; 4 λ = 3.
    assert [q[x, "tillgang", 100] for x in "ABC"] == [HALF] * 3
    assert [q[x, "tillgang", 1000] for x in "ABC"] == [Fraction(3, 4)] * 3
    # Passerad 30: A takes the one household. 100: one is left for B and C, half of each at the most.
    assert [q[x, "passerad", 30] for x in "ABC"] == [HALF, 0, 0]
    assert [q[x, "passerad", 100] for x in "ABC"] == [HALF] * 3
    # 1000: as PTS has as many passed as at 100, each keeps what it has.
    assert [q[x, "passerad", 1000] for x in "ABC"] == [HALF] * 3
    assert not any(f.loose for f in (a, b, c_))


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
    # The 250 m cell's 7 over two. Its 1 km square has 33 people, its 250 m squares 28, and every one of its eight
    # addresses lies in one of them: the five are shared by all eight.
    assert people["9901-005"] == people["9901-006"] == 7 / 2 + 5 / 8
    assert people["9901-007"] == 16 / 5 + 5 / 8
    assert people["9901-029"] == 0
    assert people["9901-043"] == 4
    # 7 over four, and the 6 of the empty square beside: as near 126, which has the higher id.
    assert people["9902-099"] == 7 / 4 + 6
    assert people["9902-126"] == 7 / 4
    assert people["9902-114"] == 26 / 8 + 3


def test_a_partial_purchase_by_hand(staged, expected) -> None:
    """A hundred people in a 1 km square, sixty of them in three bought 250 m squares without an address."""
    addresses = rows_of(staged("delvis_kopt"), "adresser")
    for people in (
        {k: r["befolkning"] for k, r in expected("delvis_kopt").adresser.items()},
        {k: r["befolkning"] for k, r in addresses.items()},
    ):
        # Forty live outside the bought squares: five at each of the square's eight addresses. Thirty go to the
        # nearest address of their square's middle (401125, 6400625): 007, 197 m off; twenty from (401375, 6400625) to
        # 008, 190 m off; ten from (401625, 6400875) to 015, 177 m off, beside its own share of the square in the north.
        assert people["9901-007"] == pytest.approx(5 + 30)
        assert people["9901-008"] == pytest.approx(5 + 20)
        assert people["9901-015"] == pytest.approx(31 / 8 + 10)
        others = ("9901-005", "9901-006", "9901-009", "9901-010", "9901-011", "9901-017")
        assert [people[k] for k in others] == pytest.approx([5] * 6)
    total = rows_of(staged("delvis_kopt"), "lan")["99"]["befolkning"]
    before = rows_of(staged("utan_250m"), "lan")["99"]["befolkning"]
    assert total == pytest.approx(before + 100 - 33)  # nobody more, nobody less: 33 live there in that variant


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

    # Blank speed: the default.
    assert got("9901-002") == ("adress", 1000, "fiber", "tillgang")
    # 60 Mbit/s in a partial file: of 100 and more nothing is known.
    assert got("9901-003") == ("blandat", 60, "vdsl", "tillgang")
    assert got("9901-004") == ("blandat", None, "okand", "passerad")
    assert got("9901-005") == ("adress", 2000, "kabel-tv", "tillgang")  # the row by coordinates too
    assert got("9901-006") == ("blandat", 250, "fiber", "tillgang")
    # Its own line has 8 Mbit/s, its cell 60: the cell decides 30, and is the faster.
    assert got("9901-007") == ("blandat", 60, "vdsl", "tillgang")
    # Mobile names nothing: the cell answers.
    assert got("9901-008") == ("blandat", 60, "vdsl", "tillgang")
    assert got("9901-018") == ("statistik", None, "okand", "planerad")
    # 40 % of the cell is passed, access is not known: planned.
    assert got("9901-020") == ("blandat", None, "okand", "planerad")
    assert got("9901-024") == ("blandat", 100, "fiber", "tillgang")  # 25 m; its cell has 100 for some
    assert got("9901-025") == ("statistik", None, "okand", "okand")  # 27 m
    assert got("9901-029") == ("blandat", 60, "vdsl", "tillgang")  # on the border of the polygon
    assert got("9901-031") == ("statistik", None, "okand", "okand")  # share 0 in a partial file
    assert got("9901-035") == ("statistik", 24, "xdsl", "okand")  # below every threshold
    assert got("9901-044") == ("statistik", None, "okand", "okand")
    assert got("9901-045") == ("blandat", 1000, "fiber", "tillgang")
    assert got("9902-107") == ("adress", 1000, "fiber", "tillgang")
    # 0.4 of the cell, and a planned row of its own.
    assert got("9902-108") == ("ruta", 1000, "fiber", "planerad")
    assert got("9902-109") == ("ruta", 1000, "fiber", "ingen")
    assert got("9902-112") == ("blandat", 30, "fiber", "tillgang")
    # Complete for the kommun, and not named.
    assert got("9902-115") == ("ruta", None, "ingen", "ingen")
    assert got("9902-120") == ("ruta", None, "ingen", "ingen")  # planned, but mobile
    # As near as 129: the lower id.
    assert got("9902-128") == ("blandat", None, "ingen", "passerad")
    assert got("9902-129") == ("ruta", None, "ingen", "ingen")
    assert got("9902-132") == ("ruta", None, "ingen", "planerad")


def test_chances_by_hand(full: brute.Answer) -> None:
    def chances(a: str) -> list[float]:
        return [full.adresser[a][f"sannolikhet_{m}_{t}"] for m in ("tillgang", "passerad") for t in T]

    # Its cell has 100 Mbit/s for 0.3 and is passed for 0.55, the polygon round it has 1 Gbit/s: raised.
    assert chances("9901-045") == [1] * 6
    # The same cell outside the polygon, with 50 Mbit/s of its own; 1 Gbit/s is modelled, at most 0.3.
    known = chances("9901-024")
    assert [known[0], known[1], *known[3:]] == [1, 0.3, 1, 0.55, 0.55]
    assert known[2] <= 0.3
    # 0.4 of the cell is passed, and no more can have access.
    modelled = chances("9901-020")
    assert modelled[3:] == [0.4] * 3
    assert all(p <= 0.4 for p in modelled[:3])


def test_open_edition_by_hand(full: brute.Answer) -> None:
    # Four addresses, three in a kommun where the cell file may not be published.
    cell = full.oppna_rutor["4040006402750"]
    # A mixed basis would say that there are several: it is told as the weakest.
    assert (cell["adresser_band"], cell["underlag"], cell["underlag_1000"]) == ("1–4", "statistik", "statistik")
    chances = {f.address.id: f for f in full.open_facts}
    assert chances["9901-039"].underlag == "statistik"
    assert chances["9902-103"].p["tillgang", 1000] == Fraction("0.25")
    # kallor.csv has no row for the file by coordinates in Håvik: the row at 128 may not be published.
    assert ("passerad", 30) in chances["9902-128"].level
    assert chances["9902-128"].p["passerad", 30] == 0
    # In Östby it may: 027 has 1 Gbit/s by coordinates.
    assert chances["9901-027"].p["tillgang", 1000] == 1


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
    pairs = {f.level.get(pair, "statistik") for f in expected("full").facts for pair in brute.PAIRS}
    assert pairs == {"adress", "ruta", "omrade", "statistik"}
    cells = {r["underlag_30"] for r in expected("full").rutnat_250m.values()}
    assert cells == pairs | {"blandat", "ingen"}
    classes = {r[f"klass_tillgang_{t}"] for r in expected("full").oppna_rutor.values() for t in T}
    assert classes == {"ingen_adress", "mindre_del", "storre_del", "fa_under_halften", "fa_minst_halften"}
    chance = {p for f in expected("full").facts for pair, p in f.p.items() if pair not in f.level}
    assert 0 in chance
    assert 1 in chance
    assert sum(0 < p < 1 for p in chance) > 20
    empty = [
        f
        for f in expected("utan_folk").facts
        if (f.address.kommun, f.klass, f.underlag) == ("9902", "glesbebyggt", "statistik")
    ]
    assert empty
    assert all(f.people == 0 and f.p["tillgang", 100] == Fraction("0.593") for f in empty)


@pytest.mark.parametrize("variant", inputs.VARIANTS)
def test_brute_force_is_determined(expected, variant: str) -> None:
    """No address has a probability that the definitions leave open."""
    answer = expected(variant)
    assert not any(f.loose for f in answer.facts + answer.open_facts)


@pytest.mark.parametrize("variant", ["utan_250m", "utan_folk", "koppar"])
def test_partial_evidence_never_says_none(expected, variant: str) -> None:
    answer = expected(variant)
    decided = [f.p[pair] for f in answer.facts for pair in f.level]
    assert decided
    assert min(decided) > 0


def test_copper_lines_leave_fibre_to_the_statistics(expected) -> None:
    # 60 and 30 Mbit/s decide 30 for three lines of five; 100 and more follow PTS alone.
    answer, plain = expected("koppar"), expected("bara_statistik")
    assert 25 < sum(("tillgang", 30) in f.level for f in answer.facts) < 60
    assert not any(("passerad", 100) in f.level for f in answer.facts)
    for t in (100, 1000):
        ours, pts = answer.kommuner["9902"], plain.kommuner["9902"]
        assert ours[f"hushall_utan_{t}"] == pytest.approx(pts[f"hushall_utan_{t}"], abs=1e-9)
