"""What says where people live and what may get support: SCB's dwellings, PTS's list of buildings, answers by cell."""

from __future__ import annotations

from collections.abc import Callable

from tests.utsatt import grids
from tests.utsatt.grids import Grid, list_grid
from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Case, Collection, copy

BOSTADER, FORTECKNING, SVAR = (
    Collection("bostader", "bostader"),
    Collection("byggnadsforteckning", "forteckning"),
    Collection("rutsvar", "svar"),
)
COLLECTIONS = [BOSTADER, FORTECKNING, SVAR]
bostader, forteckning, svar = (list_grid(c.file) for c in COLLECTIONS)


def every_row(row: list[object], grid: Grid) -> bool:
    return True


def set_cell(give: grids.Open, column: str, value: object, row: int = 0) -> Callable[[Case], None]:
    """Return what puts a value in one cell."""

    def do(case: Case) -> None:
        with give(case) as grid:
            grid.rows[row][grid.column(column)] = value

    return do


# SCB's dwellings ----------------------------------------------------------------------------------------------

PLAUSIBLE = "ett antal bostäder som går an: ingen annan uppgift säger hur många de är"
grids.cells(
    BOSTADER, "antal", bostader, "bostader", "antal", every_row, right={"tom": (FEL, RAKNAD), "flyttal": (FEL, SAMMA)}
)
grids.columns(BOSTADER, "antal", bostader, "bostader", "antal")
for header in ("kommunkod", "hustyp", "ar", "bostader"):
    grids.headers(BOSTADER, header, bostader, header)
grids.rows(
    BOSTADER, "alla", bostader, mine=every_row, right={"en_dubblerad": (FEL,), "tomma_rader": (SAMMA, FEL, RAKNAD)}
)
grids.damages(BOSTADER, "bostader", checksum=False, flips=1)
# So few have no thousands, and a list is text already.
BOSTADER.mutations = [m for m in BOSTADER.mutations if not m.name.endswith(("tusenavgransad", "kolumn_som_text"))]
for name, kind, right in (
    ("okand", "slott", (FEL,)),
    ("tom", "", (FEL,)),
    ("versaler", "SMÅHUS", (SAMMA,)),
    ("hela_landets_ord", "Småhus (en- och tvåbostadshus)", (SAMMA, FEL)),
    ("fel_plats", "flerbostadshus", (FEL,)),
):
    BOSTADER.add(f"hustyp/{name}", set_cell(bostader, "hustyp", kind), *right, what=f"hustypen är «{kind}»")
BOSTADER.add(
    "kommun/okand", set_cell(bostader, "kommunkod", "9999"), FEL, RAKNAD, what="en kommunkod som ingen kommun har"
)
BOSTADER.add("ar/framtid", set_cell(bostader, "ar", "2224"), FEL, what="ett år som inte har varit")


@BOSTADER.case("bara_ett_slag", FEL)
def _(case: Case) -> None:
    """bara småhusens rader följer med"""
    with bostader(case) as grid:
        grid.rows[:] = [r for r in grid.rows if r[grid.column("hustyp")] == "småhus"]


@BOSTADER.case("ett_slag_till", ANDRAD, FEL, SAMMA, why=PLAUSIBLE)
def _(case: Case) -> None:
    """ett flerbostadshus till"""
    with bostader(case) as grid:
        at = grid.column("bostader")
        grid.rows[1][at] = int(grid.rows[1][at]) + 1


@BOSTADER.case("en_kommun_saknas", VARNAD, FEL)
def _(case: Case) -> None:
    """listan har bara den ena kommunen"""
    with bostader(case) as grid:
        grid.rows[:] = [r for r in grid.rows if r[0] == "9901"]


@BOSTADER.case("hushallens_fil", FEL)
def _(case: Case) -> None:
    """filen är hushållen per kommun, under bostädernas namn"""
    copy(case.path("hushall"), case.path("bostader"))


# PTS's list of buildings --------------------------------------------------------------------------------------

grids.damages(FORTECKNING, "forteckning", checksum=False, flips=1)
grids.headers(
    FORTECKNING, "byggnad_id", forteckning, "byggnad_id", needed=False, right={"dubblerad_olika": (FEL, RAKNAD)}
)
for header in ("e", "n"):
    grids.headers(FORTECKNING, header, forteckning, header, needed=False)
grids.headers(FORTECKNING, "adress_id", forteckning, "adress_id", needed=False)
grids.headers(FORTECKNING, "byggnadstyp", forteckning, "byggnadstyp", needed=False)
for name, column, value, right in (
    ("id_skrap", "adress_id", "finns-inte", (FEL, RAKNAD)),
    ("id_versaler", "adress_id", None, (SAMMA,)),
    ("punkt_i_havet", "e", "150000", (FEL, RAKNAD)),
    ("punkt_wgs84", "e", "11.97", (FEL, RAKNAD)),
    ("punkt_text", "e", "väster", (FEL, RAKNAD)),
    ("okand_typ", "byggnadstyp", "Fyrtorn", (FEL,)),
    ("tom_typ", "byggnadstyp", "", (FEL, RAKNAD, SAMMA)),
    ("annan_kommun", "kommunkod", "1480", (FEL, RAKNAD)),
    ("kommunkod_skrap", "kommunkod", "Östby", (FEL, RAKNAD)),
):

    def _(case: Case, column: str = column, value: str | None = value) -> None:
        with forteckning(case) as grid:
            row = grid.rows[1 if column == "adress_id" else 0]
            at = grid.column(column)
            row[at] = f"{{{str(row[at]).upper()}}}" if value is None else value

    FORTECKNING.add(f"cell/{name}", _, *right, what=f"{column} i en rad: {value}")


@FORTECKNING.case("rader/omkastade", SAMMA)
def _(case: Case) -> None:
    """raderna i omvänd ordning"""
    with forteckning(case) as grid:
        grid.rows.reverse()


@FORTECKNING.case("rader/alla_borta", FEL)
def _(case: Case) -> None:
    """bara rubriken"""
    with forteckning(case) as grid:
        grid.rows.clear()


@FORTECKNING.case("rader/dubblerade", RAKNAD)
def _(case: Case) -> None:
    """varje byggnad två gånger"""
    with forteckning(case) as grid:
        grid.rows += [list(r) for r in grid.rows]


@FORTECKNING.case("bara_fastighet", FEL)
def _(case: Case) -> None:
    """förteckningen säger bara fastighet"""
    with forteckning(case) as grid:
        for row in grid.rows:
            row[1:4] = ["ÖSTBY 1:1", "", ""]
        grid.header[1:4] = ["fastighetsbeteckning", "x1", "x2"]


@FORTECKNING.case("e_och_n_ombytta", FEL)
def _(case: Case) -> None:
    """e står under n och n under e"""
    with forteckning(case) as grid:
        grid.header[2:4] = ["n", "e"]


@FORTECKNING.case("tva_ar", FEL)
def _(case: Case) -> None:
    """två års förteckningar bredvid varandra"""
    path = case.path("forteckning")
    copy(path, path.with_name("byggnadsforteckning_2025.csv"))


@FORTECKNING.case("decimalkomma", SAMMA)
def _(case: Case) -> None:
    """koordinater med decimalkomma"""
    with forteckning(case) as grid:
        for row in grid.rows:
            row[2:4] = [str(v).replace(".", ",") for v in row[2:4]]


# Answers by cell ----------------------------------------------------------------------------------------------

grids.damages(SVAR, "svar", checksum=False, flips=1)
for header in ("rutid_scb", "teknik", "ned_mbit", "status", "svar"):
    gone = (FEL, RAKNAD) if header == "svar" else (FEL,)  # shares alone are answers too: rows without one are counted
    grids.headers(SVAR, header, svar, header, right={"namnlos": gone, "annat_namn": gone, "borttagen": gone})
for name, column, value, row, right in (
    ("svar_kanske", "svar", "kanske", 0, (FEL,)),
    ("svar_versaler", "svar", " JA ", 0, (SAMMA,)),
    ("svar_engelska", "svar", "yes", 0, (FEL,)),
    ("ja_med_halv_andel", "andel", "0.5", 0, (FEL,)),
    ("nej_med_andel", "andel", "0.5", 1, (FEL,)),
    ("andel_utan_tal", "andel", "", 2, (FEL,)),
    ("andel_procent", "andel", "50 %", 2, (SAMMA,)),
    ("andel_komma", "andel", "0,5", 2, (SAMMA,)),
    ("andel_hela_procent", "andel", "50", 2, (FEL, SAMMA)),
    ("andel_negativ", "andel", "-0.5", 2, (FEL,)),
    ("andel_text", "andel", "hälften", 2, (FEL,)),
    ("ruta_skrap", "rutid_scb", "ruta 7", 0, (FEL,)),
    ("ruta_snett", "rutid_scb", "4012516400750", 0, (FEL,)),
    ("ruta_utanfor_lanet", "rutid_scb", "7012506900750", 0, (FEL, RAKNAD)),
    ("ruta_exponent", "rutid_scb", "4,01251E+12", 0, (FEL,)),
    ("hastighet_text", "ned_mbit", "snabbt", 0, (FEL,)),
    ("status_okand", "status", "kanske", 0, (FEL,)),
    ("teknik_okand", "teknik", "brevduva", 0, (FEL, RAKNAD)),
):
    SVAR.add(f"cell/{name}", set_cell(svar, column, value, row), *right, what=f"{column}: «{value}»")


@SVAR.case("rader/omkastade", SAMMA)
def _(case: Case) -> None:
    """raderna i omvänd ordning"""
    with svar(case) as grid:
        grid.rows.reverse()


@SVAR.case("rader/motsagda", VARNAD, FEL)
def _(case: Case) -> None:
    """samma ruta en gång till, med nej i stället för ja"""
    with svar(case) as grid:
        again = list(grid.rows[0])
        again[grid.column("svar")] = "nej"
        grid.rows.append(again)


@SVAR.case("rader/obesvarade", VARNAD, FEL, RAKNAD)
def _(case: Case) -> None:
    """ingen har svarat: listan ligger där som den skrevs"""
    with svar(case) as grid:
        for row in grid.rows:
            row[grid.column("svar")] = row[grid.column("andel")] = ""


@SVAR.case("rader/alla_borta", FEL, VARNAD)
def _(case: Case) -> None:
    """bara rubriken"""
    with svar(case) as grid:
        grid.rows.clear()


@SVAR.case("semikolon_och_bom", SAMMA)
def _(case: Case) -> None:
    """som Excel sparar en CSV: semikolon och BOM"""
    path = case.path("svar")
    path.write_text("\ufeff" + path.read_text(encoding="utf-8").replace(",", ";"), encoding="utf-8")


@SVAR.case("windows_1252", SAMMA, FEL)
def _(case: Case) -> None:
    """sparad i Windows gamla teckenkod"""
    path = case.path("svar")
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
