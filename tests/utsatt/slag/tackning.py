"""Evidence of coverage: kallor.csv, lists by address, by point and by cell, areas."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable
from typing import Any

from tests.small_county.inputs import AREA_FILE, CELL_FILE, ID_FILE
from tests.utsatt import grids
from tests.utsatt.county import FILES
from tests.utsatt.grids import Grid, list_grid
from tests.utsatt.mutation import (
    ANDRAD,
    FEL,
    RAKNAD,
    SAMMA,
    VARNAD,
    Case,
    Collection,
    Figures,
    Table,
    copy,
    csv_table,
    database,
    layer,
    text_of,
    write_curve,
)

KALLOR, ADRESS = Collection("kallor.csv", "kallor"), Collection("adresslista", "adresslista")
PUNKT, RUTA = Collection("punktlista", "punktlista"), Collection("rutlista", "rutlista")
OMRADE = Collection("områden", "omraden")
COLLECTIONS = [KALLOR, ADRESS, PUNKT, RUTA, OMRADE]
LISTS = (KALLOR, ADRESS, PUNKT, RUTA)
COUNT = itertools.count()
SAYS_SO = "det är vad filen säger, och inget annat motsäger det"


def lists(to: Collection, name: str, *right: str, **more: Any) -> Callable[[Callable[[Case, Table], None]], None]:
    """Add a function that changes a list as a table of texts."""
    return to.changing(csv_table, name, *right, **more)


def cells(
    to: Collection, name: str, column: str, change: Callable[[str], str], *right: str, what: str, **more: Any
) -> None:
    """Add what is done to every cell of a column."""

    def do(case: Case) -> None:
        with csv_table(case.path(to.file)) as table:
            at = table.at(column)
            for row in table.rows[1:]:
                row[at] = change(row[at])

    to.add(name, do, *right, what=what, **more)


# Every list as text -----------------------------------------------------------------------------------------------

TEXT: tuple[tuple[str, tuple[str, ...], str, dict[str, Any]], ...] = (
    ("semikolon", (SAMMA,), "semikolon", {"delimiter": ";"}),
    ("tabb", (SAMMA,), "tabb", {"delimiter": "\t"}),
    ("lodstreck", (SAMMA, FEL), "lodstreck", {"delimiter": "|"}),
    ("latin1", (SAMMA,), "Latin-1", {"encoding": "latin-1"}),
    ("mac_roman", (SAMMA, FEL), "Mac Roman", {"encoding": "mac-roman"}),
    ("bom", (SAMMA,), "UTF-8 med BOM", {"encoding": "utf-8-sig"}),
    ("utf16", (SAMMA,), "UTF-16", {"encoding": "utf-16"}),
    ("utf16_utan_bom", (SAMMA, FEL), "UTF-16 utan BOM", {"encoding": "utf-16-le"}),
    ("utf32", (SAMMA, FEL), "UTF-32", {"encoding": "utf-32"}),
    ("crlf", (SAMMA,), "radslut som i Windows", {"newline": "\r\n"}),
    ("cr", (SAMMA,), "radslut som i gamla Mac OS", {"newline": "\r"}),
    ("allt_citerat", (SAMMA,), "allt inom citattecken", {"quoting": csv.QUOTE_ALL}),
    ("sep_rad", (SAMMA,), "Excels «sep=,» först", {"before": "sep=,\n"}),
    ("titelrad", (SAMMA, FEL), "en titel ovanför rubrikerna", {"before": "Leverans från operatör\n\n"}),
    ("not_sist", (FEL, RAKNAD, SAMMA), "en not under listan", {"after": "\nSammanställd av NN\n"}),
    ("tomma_rader_sist", (SAMMA,), "tomma rader sist", {"after": "\n\n\n"}),
    ("tomma_celler_sist", (SAMMA, RAKNAD), "rader med bara skiljetecken sist (Excel)", {"after": "TOM RADTOM RAD"}),
    ("kommentar", (FEL, SAMMA), "en kommentar med # först", {"before": "# levererad 2025-10-01\n"}),
    ("nolltecken", (FEL,), "nolltecken", {"after": "\0\0\0"}),
)
for to in LISTS:
    for name, right, what, settings in TEXT:
        if to is RUTA and name in ("latin1", "mac_roman"):  # it has no letter but ASCII's
            continue

        def _(case: Case, to: Collection = to, settings: dict[str, Any] = settings) -> None:
            with csv_table(case.path(to.file)) as table:
                for key, value in settings.items():
                    blank_row = "," * (len(table.header) - 1) + "\n"
                    setattr(table, key, value.replace("TOM RAD", blank_row) if isinstance(value, str) else value)

        to.add(f"text/{name}", _, *right, what=what)

    @lists(to, "rader/omkastade", SAMMA)
    def _(case: Case, t: Table) -> None:
        """raderna omkastade"""
        body = t.rows[1:]
        case.random.shuffle(body)
        t.rows[1:] = body

    @lists(to, "rader/alla_dubblerade", SAMMA, RAKNAD, FEL)
    def _(case: Case, t: Table) -> None:
        """alla rader två gånger"""
        t.rows += [list(r) for r in t.rows[1:]]

    @lists(to, "rader/bara_rubrik", FEL, VARNAD)
    def _(case: Case, t: Table) -> None:
        """bara rubrikraden: ingen rad, men fullständig för en kommun"""
        del t.rows[1:]

    @lists(to, "rader/rubrik_igen", FEL, RAKNAD)
    def _(case: Case, t: Table) -> None:
        """rubriken en gång till mitt i: två filer satta ihop"""
        t.rows.insert(len(t.rows) // 2, list(t.rows[0]))

    @lists(to, "rader/en_for_kort", FEL)
    def _(case: Case, t: Table) -> None:
        """en rad med för få celler"""
        case.random.choice(t.rows[1:]).pop()

    @lists(to, "rader/en_for_lang", FEL)
    def _(case: Case, t: Table) -> None:
        """en rad med en cell för mycket (decimalkomma)"""
        case.random.choice(t.rows[1:]).insert(3, "5")

    @lists(to, "kolumner/omkastade", SAMMA)
    def _(case: Case, t: Table) -> None:
        """kolumnerna i annan ordning"""
        order = list(range(len(t.header)))
        case.random.shuffle(order)
        t.rows[:] = [[r[i] for i in order] for r in t.rows]

    @lists(to, "kolumner/fler", SAMMA)
    def _(case: Case, t: Table) -> None:
        """kolumner till, med fritext och radbrytning i cell"""
        t.rows[0].append("anmärkning")
        for i, r in enumerate(t.rows[1:]):
            r.append(f'rad {i}:\n"citat", semikolon; å ä ö' if i == 2 else "")

    @lists(to, "kolumner/versaler", SAMMA)
    def _(case: Case, t: Table) -> None:
        """rubriker med versaler och blanksteg"""
        t.rows[0] = [f" {h.upper()} " for h in t.rows[0]]

    @lists(to, "kolumner/utan_rubrik", FEL)
    def _(case: Case, t: Table) -> None:
        """ingen rubrikrad"""
        del t.rows[0]

    grids.damages(to, to.file, checksum=False, flips=1)

# Columns ----------------------------------------------------------------------------------------------------------

NEEDED = {
    id(KALLOR): ("fil", "kommunkod", "fullstandig", "far_publiceras"),
    id(ADRESS): ("adress_id", "teknik", "ned_mbit", "status"),
    id(PUNKT): ("e", "n", "teknik", "ned_mbit", "status"),
    id(RUTA): ("rutid_scb", "teknik", "ned_mbit", "status", "andel"),
}
for to in LISTS:
    for header in NEEDED[id(to)]:
        grids.headers(to, header, list_grid(to.file), header)


def fast(row: list[Any], grid: Grid) -> bool:
    """Tell whether a row is about a fixed technique that is there."""
    named = grid.header
    return row[named.index("teknik")] in ("fiber", "kabel-tv") and row[named.index("status")] == "tillgang"


for to in (ADRESS, PUNKT, RUTA):
    give = list_grid(to.file)
    grids.cells(to, "ned", give, "ned_mbit", "mbit", fast)
    grids.columns(to, "ned", give, "ned_mbit", "mbit")
    columns_of = (
        ("teknik/versaler", "teknik", str.upper, (SAMMA,), "FIBER"),
        ("teknik/blanksteg", "teknik", lambda v: f" {v} ", (SAMMA,), "blanksteg"),
        (
            "teknik/engelska",
            "teknik",
            lambda v: {"fiber": "FTTH", "kabel-tv": "DOCSIS", "nr": "5G", "lte": "4G"}.get(v, v),
            (SAMMA,),
            "FTTH, DOCSIS, 5G, 4G",
        ),
        ("teknik/okand", "teknik", lambda v: "trådlöst" if v == "fiber" else v, (FEL,), "ett okänt ord"),
        ("teknik/koder", "teknik", lambda v: {"fiber": "1", "vdsl": "3"}.get(v, "2"), (FEL,), "koder"),
        ("teknik/alla_tomma", "teknik", lambda v: "", (FEL,), "teknik tom"),
        ("status/versaler", "status", str.upper, (SAMMA,), "TILLGANG"),
        (
            "status/svenska",
            "status",
            lambda v: {"tillgang": "Tillgång", "passerad": "Homes passed"}.get(v, v),
            (SAMMA,),
            "Tillgång",
        ),
        ("status/okand", "status", lambda v: "avslagen" if v == "planerad" else v, (FEL,), "ett okänt ord"),
        ("status/ja", "status", lambda v: "ja", (FEL,), "ja"),
        ("status/alla_tomma", "status", lambda v: "", (FEL,), "status tom"),
        ("ned/alla_tomma", "ned_mbit", lambda v: "", (RAKNAD, FEL), "ingen hastighet"),
    )
    for name, column, change, right, what in columns_of:
        cells(to, name, column, change, *right, what=what)

    @lists(to, "ned/kbit_i_rubriken", SAMMA, FEL)
    def _(case: Case, t: Table) -> None:
        """rubriken ned_kbit och tal i kbit/s"""
        at = t.at("ned_mbit")
        t.rows[0][at] = "ned_kbit"
        for r in t.rows[1:]:
            r[at] = r[at] and f"{float(r[at]) * 1000:.0f}"

    @lists(to, "ned/kbit_i_tal", SAMMA, FEL)
    def _(case: Case, t: Table) -> None:
        """rubriken nedhastighet (ingen enhet) och tal i kbit/s"""
        at = t.at("ned_mbit")
        t.rows[0][at] = "nedhastighet"
        for r in t.rows[1:]:
            r[at] = r[at] and f"{float(r[at]) * 1000:.0f}"

    @lists(to, "ned/xdsl_i_kbit", SAMMA, FEL)
    def _(case: Case, t: Table) -> None:
        """xdsl i kbit/s, fiber i Mbit/s: två listor satta ihop"""
        at, kind = t.at("ned_mbit"), t.at("teknik")
        t.rows[1][kind], t.rows[1][at] = "xdsl", "24"
        for r in t.rows[1:]:
            if r[kind] == "xdsl":
                r[at] = r[at] and f"{float(r[at]) * 1000:.0f}"

    @lists(
        to,
        "ned/upp_och_ned_ombytta",
        FEL,
        RAKNAD,
        SAMMA,
        ANDRAD,
        why="hastigheten upp kan vara den som gällde ned: rimlig för var teknik",
    )
    def _(case: Case, t: Table) -> None:
        """rubrikerna för upp och ned har bytt plats"""
        a, b = t.at("ned_mbit"), t.at("upp_mbit")
        t.rows[0][a], t.rows[0][b] = t.rows[0][b], t.rows[0][a]

    @lists(to, "ned/en_hastighet_halv", ANDRAD, RAKNAD, SAMMA, why=SAYS_SO)
    def _(case: Case, t: Table) -> None:
        """en rads hastighet halverad"""
        row = next(r for r in t.rows[1:] if r[t.at("ned_mbit")] == "1000")
        row[t.at("ned_mbit")] = "500"

    @lists(to, "status/planerad_i_stallet", ANDRAD, RAKNAD, SAMMA, why=SAYS_SO)
    def _(case: Case, t: Table) -> None:
        """en rad planerad i stället för tillgång"""
        row = next(r for r in t.rows[1:] if r[t.at("status")] == "tillgang")
        row[t.at("status")] = "planerad"

    def _(case: Case, to: Collection = to) -> None:
        path = case.path(to.file)
        copy(path, path.with_name(f"{path.stem} (1).csv"))

    to.add("fil/kopia", _, FEL, what="samma fil två gånger; kopian står inte i kallor.csv")

    def _(case: Case, to: Collection = to) -> None:
        case.path(to.file).unlink()

    to.add("fil/saknas", _, FEL, what="filen borta; kallor.csv nämner den")

    def _(case: Case, to: Collection = to) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        with csv_table(case.path(to.file)) as table:
            for r in table.rows:
                book.active.append(r)
        book.save(case.path(to.file))

    to.add("fil/xlsx_i_csv", _, FEL, what="en arbetsbok sparad som .csv")

# addresses by id --------------------------------------------------------------------------------------------------

for name, change, right, what in (
    ("id/versaler", str.upper, (SAMMA,), "UUID med versaler"),
    ("id/klamrar", lambda v: "{" + v + "}", (SAMMA,), "UUID inom klamrar"),
    ("id/utan_bindestreck", lambda v: v.replace("-", "") if len(v) == 36 else v, (SAMMA,), "UUID utan bindestreck"),
    (
        "id/versaler_utan_bindestreck",
        lambda v: v.replace("-", "").upper(),
        (SAMMA,),
        "UUID med versaler utan bindestreck",
    ),
    ("id/blanksteg", lambda v: f"  {v} ", (SAMMA,), "UUID med blanksteg"),
    ("id/apostrof", lambda v: f"'{v}", (SAMMA, FEL), "Excels apostrof framför"),
    ("id/urn", lambda v: f"urn:uuid:{v}", (SAMMA, FEL), "urn:uuid:…"),
    ("id/avklippta", lambda v: v[:30], (FEL,), "avklippta till 30 tecken"),
    ("id/lopnummer", lambda v: str(next(COUNT)), (FEL,), "löpnummer"),
    ("id/fastighet", lambda v: f"Östby 1:{next(COUNT)}", (FEL,), "fastighetsbeteckningar"),
    ("id/andra_uuid", lambda v: v[:-4] + "0000", (FEL,), "andra UUID: ett annat register"),
    ("id/alla_tomma", lambda v: "", (FEL,), "inga id"),
):
    cells(ADRESS, name, "adress_id", change, *right, what=what)
for header in ("uuidadrpl", "UUID", "Adress-ID", "objektidentitet", "belagenhetsadress_objektidentitet"):

    def _(case: Case, header: str = header) -> None:
        with csv_table(case.path("adresslista")) as t:
            t.rows[0][t.at("adress_id")] = header

    ADRESS.add(f"id/rubrik_{header}", _, SAMMA, what=f"kolumnen heter {header}")


@lists(ADRESS, "id/halften_okanda", FEL, VARNAD)
def _(case: Case, t: Table) -> None:
    """varannan rad har ett id som inte finns"""
    for r in t.rows[1::2]:
        r[0] = r[0][:-4] + "0000"


@lists(ADRESS, "id/en_okand", RAKNAD)
def _(case: Case, t: Table) -> None:
    """en rad har ett id som inte finns"""
    t.rows[1][0] = t.rows[1][0][:-4] + "0000"


@lists(ADRESS, "id/en_rad_borta", ANDRAD, RAKNAD, SAMMA, why="en adress som inte nämns har enligt filen inget")
def _(case: Case, t: Table) -> None:
    """en rad borta"""
    del t.rows[3]


@lists(ADRESS, "pts_egen_lista", SAMMA)
def _(case: Case, t: Table) -> None:
    """tillsynsmyndighetens lista till operatörerna: tabbar, uuidadrpl, allt citerat, fler kolumner"""
    t.rows[0][0] = "uuidadrpl"
    t.rows[0] += ["gatunummer", "fastbet", "postnr", "postort", "kommunkod", "kommun", "gardsnamn", "gata"]
    for r in t.rows[1:]:
        r += ["1", "Prov 1:1", "00000", "Prov", "9901", "Östby", "", "Provgatan"]
    t.delimiter, t.quoting = "\t", csv.QUOTE_ALL


# addresses by point -----------------------------------------------------------------------------------------------

for name, change, right, what in (
    ("komma", lambda v: v.replace(".", ","), (SAMMA,), "decimalkomma"),
    ("tusenblank", lambda v: f"{float(v):,.2f}".replace(",", " "), (SAMMA,), "blanksteg som tusentalsavgränsare"),
    ("tusenpunkt", lambda v: f"{int(float(v)):,}".replace(",", "."), (SAMMA, FEL), "punkt som tusentalsavgränsare"),
    ("exponent", lambda v: f"{float(v):.3E}", (FEL, RAKNAD, SAMMA), "Excels exponent: fyra siffror kvar"),
    ("kilometer", lambda v: f"{float(v) / 1000:.5f}", (FEL,), "kilometer"),
    ("alla_lika", lambda v: "402000", (FEL, VARNAD), "samma tal på alla rader"),
    ("alla_tomma", lambda v: "", (FEL,), "tomma"),
    ("text", lambda v: f"{v} m", (FEL, SAMMA), "med enhet"),
    ("noll", lambda v: "0", (FEL,), "0"),
):
    for column in ("e", "n"):
        cells(PUNKT, f"{column}/{name}", column, change, *right, what=what)


def moved(name: str, *right: str, **more: Any) -> Callable[[Callable[[list[float]], list[float]]], None]:
    """Add a function from (e, n) to other coordinates."""

    def put(do: Callable[[list[float]], list[float]]) -> None:
        def change(case: Case) -> None:
            with csv_table(case.path("punktlista")) as t:
                for r in t.rows[1:]:
                    e, n = do([float(r[0]), float(r[1])])
                    r[0], r[1] = (
                        f"{e:.6g}" if abs(e) < 100 else f"{e:.2f}",
                        f"{n:.6g}" if abs(n) < 100 else f"{n:.2f}",
                    )

        PUNKT.add(f"koordinater/{name}", change, *right, what=do.__doc__ or "", **more)

    return put


def _projected(epsg: int) -> Callable[[list[float]], list[float]]:
    def do(p: list[float]) -> list[float]:
        from pyproj import Transformer

        return list(Transformer.from_crs(3006, epsg, always_xy=True).transform(*p))

    do.__doc__ = f"koordinater i EPSG:{epsg}"
    return do


for name, epsg in (
    ("wgs84", 4326),
    ("rt90", 3021),
    ("zon_12_00", 3007),
    ("zon_13_30", 3008),
    ("zon_15_00", 3009),
    ("zon_18_00", 3011),
    ("webbkarta", 3857),
):
    # Told as serious where the file claims no kommun in whole: it then says nothing of the kommuner.
    moved(name, FEL, VARNAD)(_projected(epsg))


@moved("ombytta", FEL, SAMMA)
def _(p: list[float]) -> list[float]:
    """e och n ombytta"""
    return p[::-1]


@moved("flyttade_360_km", FEL, VARNAD)
def _(p: list[float]) -> list[float]:
    """allt 360 km norrut"""
    return [p[0], p[1] + 360_000]


@moved("flyttade_500_m", FEL, VARNAD)
def _(p: list[float]) -> list[float]:
    """allt 500 m österut: ingen eller fel adress inom 25 m"""
    return [p[0] + 500, p[1]]


@moved("avrundade_till_km", FEL, VARNAD)
def _(p: list[float]) -> list[float]:
    """avrundade till hela kilometer"""
    return [round(p[0], -3), round(p[1], -3)]


@moved(
    "en_meter_fel", SAMMA, RAKNAD, ANDRAD, why="inom matchningsradien: den närmaste adressen gäller, ibland en annan"
)
def _(p: list[float]) -> list[float]:
    """en meter åt sydväst"""
    return [p[0] - 1, p[1] - 1]


for a, b in (
    ("x", "y"),
    ("Easting", "Northing"),
    ("SWEREF_E", "SWEREF_N"),
    ("E-koordinat", "N-koordinat"),
    ("östlig", "nordlig"),
    ("lon", "lat"),
):

    def _(case: Case, a: str = a, b: str = b) -> None:
        with csv_table(case.path("punktlista")) as t:
            t.rows[0][:2] = [a, b]

    PUNKT.add(f"rubrik/{a}_{b}".replace("-", "_"), _, SAMMA, FEL, what=f"kolumnerna heter {a} och {b}")


@lists(PUNKT, "rubrik/x_y_svensk", SAMMA, FEL)
def _(case: Case, t: Table) -> None:
    """x är norr och y öster, som i äldre svenska listor"""
    t.rows[0][:2] = ["y", "x"]


# cells ------------------------------------------------------------------------------------------------------------

for name, change, right, what in (
    ("id/blanksteg", lambda v: f" {v} ", (SAMMA,), "blanksteg"),
    ("id/exponent", lambda v: f"{int(v):.2E}".replace(".", ","), (FEL,), "4,01E+12"),
    ("id/decimal", lambda v: f"{v}.0", (SAMMA, FEL), "4010006400750.0"),
    ("id/inspire", lambda v: f"SE_CRS3006RES250mN{v[6:]}E{v[:6]}", (SAMMA, FEL), "INSPIRE-id"),
    ("id/n_forst", lambda v: v[6:] + v[:6], (FEL,), "N före E"),
    ("id/mittpunkt", lambda v: f"{int(v[:6]) + 125}{int(v[6:]) + 125}", (FEL,), "rutans mitt"),
    ("id/avrundade", lambda v: v[:9] + "0000", (FEL, VARNAD), "avrundade till nio siffror"),
    ("id/med_mellanslag", lambda v: f"{v[:6]} {v[6:]}", (SAMMA, FEL), "E och N med mellanslag"),
    ("id/flyttade_500_m", lambda v: f"{int(v[:6]) + 500}{v[6:]}", (FEL, VARNAD), "två rutor österut"),
    ("id/flyttade_50_km", lambda v: f"{int(v[:6]) + 50_000}{v[6:]}", (FEL, VARNAD), "50 km österut"),
    ("id/alla_tomma", lambda v: "", (FEL,), "tomma"),
    (
        "id/hela_km",
        lambda v: f"{int(v[:6]) // 1000}000{int(v[6:]) // 1000}000",
        (FEL, VARNAD),
        "hörn på hela kilometer: 1 km-rutor",
    ),
    (
        "id/halva_km",
        lambda v: f"{int(v[:6]) // 500 * 500}{int(v[6:]) // 500 * 500}",
        (FEL, VARNAD),
        "hörn på halva kilometer: 500 m-rutor",
    ),
):
    cells(RUTA, name, "rutid_scb", change, *right, what=what)
for side in (500, 1000, 250, 100):

    def _(case: Case, side: int = side) -> None:
        with csv_table(case.path("rutlista")) as t:
            t.rows[0].append("rutstorl")
            for r in t.rows[1:]:
                r.append(str(side))
                if side > 250:
                    r[0] = f"{int(r[0][:6]) // side * side}{int(r[0][6:]) // side * side}"

    RUTA.add(f"storlek/{side}", _, *((SAMMA,) if side == 250 else (FEL, VARNAD)), what=f"rutstorl {side}")


@lists(RUTA, "storlek/en_rad_500", FEL, RAKNAD)
def _(case: Case, t: Table) -> None:
    """rutstorl 250 på alla rader utom en"""
    t.rows[0].append("rutstorl")
    for r in t.rows[1:]:
        r.append("250")
    t.rows[6][-1] = "500"


@lists(RUTA, "storlek/tom", SAMMA, FEL, RAKNAD)
def _(case: Case, t: Table) -> None:
    """rutstorl finns men är tom"""
    for r in t.rows:
        r.append("rutstorl" if r is t.rows[0] else "")


share = list_grid("rutlista")
grids.cells(RUTA, "andel", share, "andel", "andel", lambda r, g: 0 < float(r[g.column("andel")]) < 1)
grids.columns(
    RUTA, "andel", share, "andel", "andel", right={"alla_noll": (FEL, VARNAD, RAKNAD), "gånger_10": (FEL, VARNAD)}
)


@lists(RUTA, "andel/antal_hushall", FEL, VARNAD)
def _(case: Case, t: Table) -> None:
    """antal hushåll i stället för andel"""
    for i, r in enumerate(t.rows[1:]):
        r[t.at("andel")] = str(3 + i % 40)


@lists(RUTA, "andel/saknar_tackning", FEL)
def _(case: Case, t: Table) -> None:
    """kolumnen heter «andel utan täckning»"""
    t.rows[0][t.at("andel")] = "andel utan täckning"


# kallor.csv -------------------------------------------------------------------------------------------------------

for name, column, change, right, what in (
    ("fil/versaler", "fil", str.upper, (SAMMA,), "filnamn med versaler"),
    ("fil/blanksteg", "fil", lambda v: f" {v} ", (SAMMA,), "blanksteg"),
    ("fil/utan_andelse", "fil", lambda v: v.rpartition(".")[0], (FEL, SAMMA), "utan .csv"),
    ("fil/hel_sokvag", "fil", lambda v: f"C:\\leveranser\\{v}", (FEL, SAMMA), "hel sökväg från Windows"),
    ("fil/mapp_framfor", "fil", lambda v: f"tackning/{v}", (FEL, SAMMA), "mappen framför"),
    ("fil/tomt", "fil", lambda v: "", (FEL,), "tomt"),
    ("fil/stjarna", "fil", lambda v: "*.csv", (FEL,), "*.csv"),
    ("kod/med_namn", "kommunkod", lambda v: f"{v} Östby", (FEL, SAMMA), "kod och namn"),
    ("kod/flyttal", "kommunkod", lambda v: f"{v}.0", (SAMMA,), "9901.0"),
    ("kod/okand", "kommunkod", lambda v: "9903", (FEL,), "en kommun som inte finns"),
    ("kod/lan", "kommunkod", lambda v: "99", (FEL,), "länets kod"),
    ("kod/alla", "kommunkod", lambda v: "alla", (FEL,), "«alla»"),
    ("kod/tom", "kommunkod", lambda v: "", (FEL,), "tom"),
    ("ja/versaler", "fullstandig", str.upper, (SAMMA,), "JA, NEJ"),
    ("ja/x", "fullstandig", lambda v: "x" if v == "ja" else "", (FEL,), "kryss"),
    ("ja/sant", "fullstandig", lambda v: "SANT" if v == "ja" else "FALSKT", (SAMMA,), "Excels SANT"),
    ("ja/ett", "fullstandig", lambda v: "1" if v == "ja" else "0", (SAMMA,), "1, 0"),
    ("ja/kanske", "fullstandig", lambda v: "delvis", (FEL,), "delvis"),
    ("ja/tom", "fullstandig", lambda v: "", (RAKNAD, FEL), "tom"),
    ("ja/utropstecken", "fullstandig", lambda v: f"{v}!", (SAMMA, FEL), "ja!"),
    ("publiceras/tom", "far_publiceras", lambda v: "", (RAKNAD, FEL), "tom"),
    ("publiceras/alla_nej", "far_publiceras", lambda v: "nej", (ANDRAD,), "inget får publiceras"),
    ("publiceras/efter_avtal", "far_publiceras", lambda v: "enligt avtal", (FEL,), "«enligt avtal»"),
    ("datum/svenskt", "referensdatum", lambda v: "30/6 2025", (FEL, SAMMA), "30/6 2025"),
    ("datum/amerikanskt", "referensdatum", lambda v: "06/30/2025", (FEL, SAMMA), "06/30/2025"),
    ("datum/serienummer", "referensdatum", lambda v: "45838", (FEL, SAMMA), "Excels serienummer"),
    ("datum/finns_inte", "referensdatum", lambda v: "2025-02-30", (FEL,), "30 februari"),
    ("datum/framtid", "referensdatum", lambda v: "2099-01-01", (FEL, RAKNAD, SAMMA), "år 2099"),
    ("datum/tomt", "referensdatum", lambda v: "", (SAMMA, RAKNAD, FEL), "tomt"),
):
    more = {"why": "det är vad avtalet säger: den öppna utgåvan visar mindre"} if ANDRAD in right else {}
    cells(KALLOR, name, column, change, *right, what=what, **more)


@lists(KALLOR, "rader/motsager", FEL)
def _(case: Case, t: Table) -> None:
    """två rader säger olika om samma fil och kommun"""
    t.rows.append([*t.rows[1][:2], "nej" if t.rows[1][2] == "ja" else "ja", *t.rows[1][3:]])


@lists(
    KALLOR, "rader/en_borta", ANDRAD, RAKNAD, why="en kommun som filen inte sägs gälla: dess rader är delvisa uppgifter"
)
def _(case: Case, t: Table) -> None:
    """raden om adresslistan i Östby borta"""
    t.rows[:] = [r for r in t.rows if r[:2] != [ID_FILE, "9901"]]


@lists(KALLOR, "rader/en_fil_borta", FEL)
def _(case: Case, t: Table) -> None:
    """en fil står inte med"""
    t.rows[:] = [r for r in t.rows if r[0] != CELL_FILE]


@lists(KALLOR, "rader/en_for_mycket", FEL)
def _(case: Case, t: Table) -> None:
    """en fil som inte finns"""
    t.rows.append(["adresser_annan.csv", *t.rows[1][1:]])


@lists(KALLOR, "rader/utbrytning", FEL)
def _(case: Case, t: Table) -> None:
    """en sökväg ut ur mappen"""
    t.rows.append(["../../../etc/passwd", *t.rows[1][1:]])


@lists(KALLOR, "rader/styrtecken", FEL)
def _(case: Case, t: Table) -> None:
    """styrtecken för terminalen i filnamnet"""
    t.rows.append(["\x1b[2J\x1b[31mfel.csv", *t.rows[1][1:]])


@lists(
    KALLOR, "ja/alla_fullstandiga", FEL, VARNAD, ANDRAD, why="planeraren säger att filerna är fullständiga: det gäller"
)
def _(case: Case, t: Table) -> None:
    """alla filer fullständiga för alla kommuner"""
    for r in t.rows[1:]:
        r[2] = "ja"


@KALLOR.case("fil/saknas", FEL)
def _(case: Case) -> None:
    """kallor.csv saknas"""
    case.path("kallor").unlink()


@KALLOR.case("fil/stor_bokstav", SAMMA)
def _(case: Case) -> None:
    """filen heter Kallor.CSV"""
    case.path("kallor").rename(case.path("kallor").with_name("Kallor.CSV"))


@KALLOR.case("fil/prickar", SAMMA, FEL)
def _(case: Case) -> None:
    """filen heter källor.csv"""
    case.path("kallor").rename(case.path("kallor").with_name("källor.csv"))


@KALLOR.case(
    "fil/allt_borta",
    ANDRAD,
    FEL,
    RAKNAD,
    why="täckningsuppgifter är frivilliga: då gäller statistiken",
    figures=lambda a, b: people_same(a, b),
)
def _(case: Case) -> None:
    """hela mappen tackning borta"""
    import shutil

    shutil.rmtree(case.raw / "tackning")


def people_same(before: Figures, after: Figures) -> str:
    """Return what is wrong when people or households are others than they were."""
    off = [c for c in ("adresser", "befolkning", "hushall", "land_ha") if before["kommuner"][c] != after["kommuner"][c]]
    return f"andra {', '.join(off)}" if off else ""


@KALLOR.case("fil/mappen_tom_pa_nytt", FEL, RAKNAD)
def _(case: Case) -> None:
    """kallor.csv kvar, alla täckningsfiler borta"""
    for short in ("adresslista", "punktlista", "rutlista", "omraden"):
        case.path(short).unlink()


@KALLOR.case("filer_ombytta", FEL)
def _(case: Case) -> None:
    """adresslistan och rutlistan har bytt namn"""
    a, b = case.path("adresslista"), case.path("rutlista")
    aside = a.with_name("x")
    a.rename(aside)
    b.rename(a)
    aside.rename(b)


# areas ------------------------------------------------------------------------------------------------------------

grids.damages(OMRADE, "omraden", checksum=False)


def areas(name: str, *right: str, **more: Any) -> Callable[[Callable[[Any], Any]], None]:
    """Add a function from the areas' frame to another."""

    def put(do: Callable[[Any], Any]) -> None:
        def change(case: Case) -> None:
            with layer(case.path("omraden")) as held:
                held.frame = do(held.frame)

        OMRADE.add(name, change, *right, what=do.__doc__ or "", **more)

    return put


def whole(name: str, what: str, do: Callable[[Any], Any], *right: str, **more: Any) -> None:
    """Add a function from the areas' frame to another, with what it is."""

    def change(case: Case) -> None:
        with layer(case.path("omraden")) as held:
            held.frame = do(held.frame)

    OMRADE.add(name, change, *right, what=what, **more)


whole("skrivs_om", "sparad om av GDAL", lambda f: f.assign(extra=1), SAMMA)
whole("omkastade", "raderna omkastade", lambda f: f.iloc[::-1].reset_index(drop=True), SAMMA)
whole(
    "versaler",
    "kolumnnamn med versaler",
    lambda f: f.rename(columns={c: c.upper() for c in f if c != "geometry"}),
    SAMMA,
)
whole("wgs84", "WGS 84", lambda f: f.to_crs(4326), FEL)
whole("wgs84_utan_ord", "grader märkta EPSG:3006", lambda f: f.to_crs(4326).set_crs(3006, allow_override=True), FEL)
for zone, epsg in (("12_00", 3007), ("13_30", 3008), ("18_00", 3011)):
    whole(
        f"lokal_zon_{zone}_utan_ord",
        "en lokal zon märkt EPSG:3006",
        lambda f, epsg=epsg: f.to_crs(epsg).set_crs(3006, allow_override=True),
        FEL,
        VARNAD,  # told as serious: no area holds an address
    )
whole("rt90_utan_ord", "RT 90 märkt EPSG:3006", lambda f: f.to_crs(3021).set_crs(3006, allow_override=True), FEL)
whole("utan_crs", "inget koordinatsystem", lambda f: f.set_crs(None, allow_override=True), FEL)
whole("3006_plus_hojd", "EPSG:5845", lambda f: f.set_crs(5845, allow_override=True), SAMMA)
whole("flyttade_360_km", "360 km norrut", lambda f: f.set_geometry(f.geometry.translate(0, 360_000)), FEL, VARNAD)
whole("polygoner_delade", "MultiPolygon delade i en rad per del", lambda f: f.explode(ignore_index=True), SAMMA)
whole("alla_borta", "inga rader", lambda f: f.iloc[:0], FEL, VARNAD)
whole("linjer", "kanter i stället för ytor", lambda f: f.set_geometry(f.geometry.boundary), FEL)
whole("punkter", "mittpunkter i stället för ytor", lambda f: f.set_geometry(f.geometry.centroid), FEL)
whole("hela_landet", "en yta över hela landet", lambda f: f.set_geometry(f.geometry.buffer(3e5)), FEL, VARNAD)
whole("teknik_borta", "kolumnen teknik borta", lambda f: f.drop(columns="teknik"), FEL)
whole("status_borta", "kolumnen status borta", lambda f: f.drop(columns="status"), FEL)
whole("ned_borta", "kolumnen ned_mbit borta", lambda f: f.drop(columns="ned_mbit"), FEL)
whole(
    "ned_text",
    "hastigheter som text",
    lambda f: f.assign(ned_mbit=[None if v != v else f"{v:.0f}" for v in f["ned_mbit"]]),
    SAMMA,
)
whole("ned_kbit", "hastigheter i kbit/s", lambda f: f.assign(ned_mbit=f["ned_mbit"] * 1000), FEL, SAMMA)
whole("ned_negativ", "negativa hastigheter", lambda f: f.assign(ned_mbit=-f["ned_mbit"]), FEL)
whole(
    "ned_minus_9999",
    "−9999 där uppgift saknas (GIS)",
    lambda f: f.assign(ned_mbit=f["ned_mbit"].fillna(-9999)),
    FEL,
    SAMMA,
)
whole("teknik_okand", "okänd teknik", lambda f: f.assign(teknik="laser"), FEL)
whole("status_okand", "okänd status", lambda f: f.assign(status="kanske"), FEL)
whole("teknik_tom", "teknik tom", lambda f: f.assign(teknik=None), FEL)
whole(
    "shp_namn",
    "rubriker avklippta till tio tecken, som i en shape-fil",
    lambda f: f.rename(columns={"ned_mbit": "ned_mbit_s"}),
    SAMMA,
)
whole("med_hojd", "geometrier med Z", lambda f: f.set_geometry(_raised(f), crs=f.crs), SAMMA)


def _raised(frame: Any) -> Any:
    from shapely import force_3d

    return force_3d(frame.geometry.to_numpy(), 12.0)


@areas("rosett", FEL, RAKNAD)
def _(frame: Any) -> Any:
    """en yta vars kant korsar sig själv"""
    from shapely.geometry import Polygon

    shapes = list(frame.geometry)
    ring = list(shapes[0].geoms[0].exterior.coords)
    ring[1], ring[2] = ring[2], ring[1]
    shapes[0] = Polygon(ring)
    return frame.set_geometry(shapes, crs=frame.crs)


@areas("en_utan_geometri", FEL, RAKNAD)
def _(frame: Any) -> Any:
    """en rad utan geometri"""
    shapes = frame.geometry.to_numpy().copy()
    shapes[0] = None
    return frame.set_geometry(shapes, crs=frame.crs)


@areas("en_dubblerad", SAMMA, RAKNAD)
def _(frame: Any) -> Any:
    """en yta två gånger"""
    import pandas as pd

    return pd.concat([frame, frame.iloc[:1]], ignore_index=True)


@areas("en_yta_borta", ANDRAD, RAKNAD, why=SAYS_SO)
def _(frame: Any) -> Any:
    """en yta borta"""
    return frame.iloc[1:].reset_index(drop=True)


@areas("samling", SAMMA, FEL)
def _(frame: Any) -> Any:
    """GeometryCollection med ytan i"""
    from shapely.geometry import GeometryCollection

    return frame.set_geometry([GeometryCollection([g]) for g in frame.geometry], crs=frame.crs)


@areas("samling_med_linje", FEL, RAKNAD)
def _(frame: Any) -> Any:
    """GeometryCollection med en yta och en linje"""
    from shapely.geometry import GeometryCollection

    shapes = [GeometryCollection([g, g.boundary]) if i == 0 else g for i, g in enumerate(frame.geometry)]
    return frame.set_geometry(shapes, crs=frame.crs)


@OMRADE.case("cirkelbagar", FEL, ANDRAD, why="ytan är en annan, läst som bågar av linjer")
def _(case: Case) -> None:
    """en yta av cirkelbågar (CURVEPOLYGON)"""
    write_curve(case.path("omraden"))


@OMRADE.case("rumsindex_ofullstandigt", SAMMA, FEL, RAKNAD)
def _(case: Case) -> None:
    """R-trädet saknar rader"""
    with database(case.path("omraden")) as db:
        db.execute("DELETE FROM rtree_omraden_geom WHERE id > 1")


@OMRADE.case(
    "wal_med_redigering", SAMMA, FEL, ANDRAD, why="ytan redigerad i QGIS som har filen öppen: så ska den läsas"
)
def _(case: Case) -> None:
    """en redigering som ännu ligger i -wal: QGIS har filen öppen"""
    import os
    import sqlite3

    path = case.path("omraden")
    db = sqlite3.connect(path)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA wal_autocheckpoint = 0")
    for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        db.execute(f'DROP TRIGGER "{trigger}"')
    db.execute("UPDATE omraden SET ned_mbit = 10 WHERE fid = 1")
    db.commit()
    for end in ("", "-wal", "-shm"):
        copy(path.with_name(path.name + end), path.with_name(path.name + end + ".ny"))
    db.close()
    for end in ("", "-wal", "-shm"):
        os.replace(path.with_name(path.name + end + ".ny"), path.with_name(path.name + end))


@OMRADE.case("tva_lager", FEL, SAMMA)
def _(case: Case) -> None:
    """två lager i filen"""
    import pyogrio

    frame = pyogrio.read_dataframe(case.path("omraden")).assign(ned_mbit=10.0)
    pyogrio.write_dataframe(frame, case.path("omraden"), layer="aldre", driver="GPKG", append=False)


@OMRADE.case("stilar_med", SAMMA)
def _(case: Case) -> None:
    """tabellen layer_styles från QGIS"""
    with database(case.path("omraden")) as db:
        db.execute("CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, f_table_name TEXT, styleQML TEXT)")
        db.execute("INSERT INTO layer_styles VALUES (1, 'omraden', '<qgis/>')")
        db.execute("INSERT INTO gpkg_contents (table_name, data_type) VALUES ('layer_styles', 'attributes')")


@OMRADE.case("geojson_i_gpkg", FEL)
def _(case: Case) -> None:
    """GeoJSON med ändelsen .gpkg"""
    case.path("omraden").write_text('{"type": "FeatureCollection", "features": []}', encoding="utf-8")


@OMRADE.case("saknas", FEL)
def _(case: Case) -> None:
    """filen borta; kallor.csv nämner den"""
    case.path("omraden").unlink()


@OMRADE.case("kallor_andrar_namn", FEL)
def _(case: Case) -> None:
    """filen omdöpt, men inte i kallor.csv"""
    case.path("omraden").rename(case.path("omraden").with_name("omraden 2.gpkg"))
    case.also.append(AREA_FILE)


@OMRADE.case("namn_utbytt_i_bada", SAMMA, RAKNAD)
def _(case: Case) -> None:
    """filen omdöpt med blanksteg, även i kallor.csv"""
    path = case.path("omraden")
    path.rename(path.with_name("omraden från kommunen (slutlig).gpkg"))
    text_of(case.raw / FILES["kallor"], lambda t: t.replace(AREA_FILE, "omraden från kommunen (slutlig).gpkg"))
