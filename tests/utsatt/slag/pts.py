"""PTS's workbooks: teknik, hastighet, historik, mobil."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from tests.utsatt import grids
from tests.utsatt.grids import Grid, sheet_grid
from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Case, Collection, Figures, copy, workbook

TEKNIK, HASTIGHET = Collection("pts teknik", "teknik"), Collection("pts hastighet", "hastighet")
HISTORIK, MOBIL = Collection("pts historik", "historik"), Collection("pts mobil", "mobil")
COLLECTIONS = [TEKNIK, HASTIGHET, HISTORIK, MOBIL]
SHEET = {"teknik": "Teknik kommun hushåll", "hastighet": "Hastighet kommun hushåll"}
WORK = {"teknik": "Teknik kommun arbetsställen", "hastighet": "Hastighet kommun arbetsställen"}
FIBER, NEAR, CABLE = "Tillgång via fiber eller fiber-lan", "I närhet av fiber", "Tillgång via kabel-tv"
HUNDRED, GIGA = "Tillgång till minst 100 Mbit/s", "Tillgång till minst 1 Gbit/s"
UNREAD = "inga tal i länet räknas ur raden"


def same_kommuner(before: Figures, after: Figures) -> str:
    """Return what is wrong when the kommuner's figures are others: a file of earlier years must not change them."""
    return "kommunernas tal är andra" if before["kommuner"] != after["kommuner"] else ""


def of_kommun(row: list[Any], grid: Grid) -> bool:
    return row[grid.column("Aggregerat på")] == "Kommun"


def of_part(row: list[Any], grid: Grid) -> bool:
    """Tell whether a row is about tätbebyggt or glesbebyggt in a kommun: what benchmarks are made of."""
    return of_kommun(row, grid) and row[grid.column("Område")] != "total"


teknik, hastighet = sheet_grid("teknik", SHEET["teknik"]), sheet_grid("hastighet", SHEET["hastighet"])

# Generic slips in the columns that figures are made of ------------------------------------------------------------

grids.cells(TEKNIK, "fiber", teknik, FIBER, "andel", of_part)
grids.cells(TEKNIK, "antal", teknik, "Antal hushåll", "antal", of_part)
grids.columns(TEKNIK, "fiber", teknik, FIBER, "andel")
grids.columns(TEKNIK, "antal", teknik, "Antal hushåll", "antal")
grids.columns(TEKNIK, "kabel", teknik, CABLE, "andel", right={"alla_noll": (FEL, RAKNAD, SAMMA)})
for header in ("Antal hushåll", FIBER, NEAR, CABLE, "Tillgång via trådbunden accessteknik", "Område", "Kommunnamn"):
    grids.headers(TEKNIK, header.split()[-1].lower(), teknik, header)
grids.headers(TEKNIK, "lte", teknik, "Tillgång via LTE (ej 450 MHz)", needed=False)
grids.rows(TEKNIK, "hushall", teknik, mine=of_part, right={"alla_borta": (FEL,), "halften_borta": (FEL,)})
grids.damages(TEKNIK, "teknik")

grids.cells(HASTIGHET, "hundra", hastighet, HUNDRED, "andel", of_part)
grids.columns(HASTIGHET, "hundra", hastighet, HUNDRED, "andel")
grids.columns(HASTIGHET, "giga", hastighet, GIGA, "andel")
for header in (HUNDRED, GIGA, "Homes passed minst 1 Gbit/s"):
    grids.headers(
        HASTIGHET,
        header.replace(" ", "_").replace("/", "_").lower(),
        hastighet,
        header,
        needed=False,
        right={"namnlos": (FEL, VARNAD), "annat_namn": (FEL, VARNAD), "borttagen": (FEL, VARNAD)},
    )
for header in ("Område", "Kommunnamn"):
    grids.headers(HASTIGHET, header.lower(), hastighet, header)
grids.rows(HASTIGHET, "hushall", hastighet, mine=of_part, right={"alla_borta": (FEL, VARNAD)})
grids.damages(HASTIGHET, "hastighet")
grids.damages(HISTORIK, "historik", flips=1)
grids.damages(MOBIL, "mobil", flips=1)


# The workbook as a whole ------------------------------------------------------------------------------------------


def for_both(name: str, *right: str, what: str, **more: Any) -> Callable[[Callable[[Case, str], None]], None]:
    """Add the function that follows for teknik and for hastighet."""

    def put(do: Callable[[Case, str], None]) -> None:
        for short, to in (("teknik", TEKNIK), ("hastighet", HASTIGHET)):
            to.add(f"bok/{name}", lambda case, short=short: do(case, short), *right, what=what, **more)

    return put


@for_both("oppnad_och_sparad", SAMMA, what="öppnad och sparad i ett kalkylprogram")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        book.properties.lastModifiedBy = "Kalkyl"


@for_both("blad_omkastade", SAMMA, what="bladen i annan ordning")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        book._sheets.reverse()


@for_both("blad_omdopta", SAMMA, what="bladen heter Tabell 4 och Tabell 5; kolumnen Bas säger vad raderna gäller")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        for i, sheet in enumerate(book.worksheets[1:], start=4):
            sheet.title = f"Tabell {i}"


@for_both("bladkopia", SAMMA, FEL, what="hushållsbladet kopierat i samma bok (Excel: «(2)»)")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        book.copy_worksheet(book[SHEET[short]]).title = f"{SHEET[short][:26]} (2)"


@for_both("bladkopia_andra_tal", FEL, what="en kopia av bladet där någon har räknat på andra tal")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        page = book.copy_worksheet(book[SHEET[short]])
        page.title = "Arbetskopia"
        for row in page.iter_rows(min_row=2, min_col=8):
            for cell in row:
                cell.value = round(cell.value * 0.9, 4) if isinstance(cell.value, float) else cell.value


@for_both("tomt_blad", SAMMA, what="ett tomt blad till")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        book.create_sheet("Blad1", 0)


@for_both("diagramblad", SAMMA, what="ett diagramblad till")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        book.create_chartsheet("Diagram")


@for_both("dolt_blad", SAMMA, FEL, what="hushållsbladet är dolt")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        book[SHEET[short]].sheet_state = "hidden"


@for_both("titelrader", SAMMA, what="titel och datum ovanför rubrikerna")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        for sheet in book.worksheets[1:]:
            sheet.insert_rows(1, 4)
            sheet["A1"] = "Tabell 4. Andel av hushållen, per kommun"
            sheet["A2"] = "Uppgifterna avser 1 oktober 2025. Källa: PTS"


@for_both("noter_under", SAMMA, what="noter under tabellen")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        for sheet in book.worksheets[1:]:
            sheet.append([])
            sheet.append(["* Uppgifterna avser hushåll i byggnad."])
            sheet.append(["Källa: Post- och telestyrelsen"])


@for_both("kolumn_framfor", SAMMA, what="en tom kolumn A")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        for sheet in book.worksheets[1:]:
            sheet.insert_cols(1)


@for_both("fryst_filtrerad", SAMMA, what="filter som döljer rader, frysta rutor")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        sheet = book[SHEET[short]]
        sheet.auto_filter.ref = sheet.dimensions
        sheet.freeze_panes = "B2"
        for i in range(5, 9):
            sheet.row_dimensions[i].hidden = True


@for_both("tusen_tomma_rader", SAMMA, what="formaterade tomma rader till rad 3 000")
def _(case: Case, short: str) -> None:
    with workbook(case.path(short)) as book:
        sheet = book[SHEET[short]]
        for i in range(sheet.max_row + 1, 3000):
            sheet.cell(i, 1, "")


@for_both("blanksteg_i_namn", SAMMA, what="blanksteg och hårt blanksteg efter kommunnamn")
def _(case: Case, short: str) -> None:
    _names(case, short, lambda n: f" {n}\N{NO-BREAK SPACE} ")


@for_both("nfd_i_namn", SAMMA, what="å ä ö som två tecken i kommunnamn (macOS)")
def _(case: Case, short: str) -> None:
    import unicodedata

    _names(case, short, lambda n: unicodedata.normalize("NFD", n))


@for_both("versaler_i_namn", SAMMA, what="KOMMUNNAMN MED VERSALER")
def _(case: Case, short: str) -> None:
    _names(case, short, str.upper)


@for_both("kommun_efter_namn", SAMMA, what="«Östby kommun», «Håviks kommun»")
def _(case: Case, short: str) -> None:
    _names(case, short, lambda n: {"Östby": "Östby kommun", "Håvik": "Håviks kommun"}[n])


@for_both("prickar_borta", FEL, what="å ä ö utan prickar: Ostby, Havik (kan vara andra kommuner)")
def _(case: Case, short: str) -> None:
    _names(case, short, lambda n: {"Östby": "Ostby", "Håvik": "Havik"}[n])


@for_both("mojibake", FEL, what="Ã–stby: UTF-8 läst som Latin-1")
def _(case: Case, short: str) -> None:
    _names(case, short, lambda n: n.encode().decode("latin-1"))


@for_both("en_kommun_felstavad", FEL, what="en kommun felstavad på alla rader")
def _(case: Case, short: str) -> None:
    _names(case, short, lambda n: "Håvk" if n == "Håvik" else n)


@for_both(
    "kommuner_ombytta",
    ANDRAD,
    FEL,
    RAKNAD,
    what="två kommuners namn har bytt plats",
    why="båda namnen finns; vilken andel som är vems går inte att veta ur arbetsboken",
)
def _(case: Case, short: str) -> None:
    _names(case, short, lambda n: {"Östby": "Håvik", "Håvik": "Östby"}[n])


def _names(case: Case, short: str, change: Callable[[str], str]) -> None:
    with workbook(case.path(short)) as book:
        for sheet in book.worksheets[1:]:
            for row in sheet.iter_rows(min_row=2):
                if row[5].value:
                    row[5].value = change(row[5].value)


def column_values(
    to: Collection,
    name: str,
    give: grids.Open,
    column: str,
    change: Callable[[Any], Any],
    *right: str,
    what: str,
    **more: Any,
) -> None:
    def do(case: Case) -> None:
        with give(case) as grid:
            at = grid.column(column)
            for row in grid.rows:
                row[at] = change(row[at])

    to.add(name, do, *right, what=what, **more)


for to, give in ((TEKNIK, teknik), (HASTIGHET, hastighet)):
    for name, change, right, what in (
        ("ar/som_text", str, (SAMMA,), "årtal som text"),
        ("ar/datum", lambda y: datetime.datetime(y, 10, 1), (SAMMA,), "årtal som datum"),
        ("ar/flyttal", float, (SAMMA,), "årtal som 2025.0"),
        ("ar/okt", lambda y: f"1 oktober {y}", (SAMMA,), "«1 oktober 2025»"),
        ("ar/annat", lambda y: 1925, (FEL,), "1925"),
        ("ar/framtid", lambda y: 2525, (FEL,), "2525"),
        ("ar/tomt", lambda y: None, (FEL, VARNAD), "årtalet borta ur kolumnen"),
        ("ar/tva", lambda y: "2024/2025", (FEL,), "«2024/2025»"),
    ):
        column_values(to, name, give, "Årtal", change, *right, what=what)
    for name, change, right, what in (
        (
            "omrade/langt",
            lambda o: {"total": "Totalt", "tätbebyggt": "Tätbebyggt område"}.get(o, "Glesbebyggt område"),
            (SAMMA,),
            "«Tätbebyggt område», «Glesbebyggt område»",
        ),
        (
            "omrade/tatbyggt",
            lambda o: {"tätbebyggt": "Tätbyggt", "glesbebyggt": "Glesbyggt"}.get(o, o),
            (SAMMA,),
            "«Tätbyggt»",
        ),
        (
            "omrade/utanfor",
            lambda o: "Utanför tätort och småort" if o == "glesbebyggt" else o,
            (SAMMA, FEL),
            "«Utanför tätort och småort» är glesbebyggt",
        ),
        (
            "omrade/ej_tat",
            lambda o: "Ej tätbebyggt" if o == "glesbebyggt" else o,
            (SAMMA, FEL),
            "«Ej tätbebyggt» är glesbebyggt",
        ),
        (
            "omrade/ombytta",
            lambda o: {"tätbebyggt": "glesbebyggt", "glesbebyggt": "tätbebyggt"}.get(o, o),
            (FEL, RAKNAD),
            "tät och gles ombytta: hushållen stämmer inte med orterna",
        ),
        ("omrade/urban", lambda o: {"tätbebyggt": "Urban", "glesbebyggt": "Rural"}.get(o, o), (FEL,), "engelska ord"),
        (
            "omrade/siffror",
            lambda o: {"total": 0, "tätbebyggt": 1, "glesbebyggt": 2}[o],
            (FEL,),
            "koder i stället för ord",
        ),
        ("omrade/alla_totalt", lambda o: "total", (FEL,), "alla rader säger total"),
        ("omrade/alla_tomma", lambda o: None, (FEL,), "områdestypen borta"),
    ):
        column_values(to, name, give, "Område", change, *right, what=what)
    for name, change, right, what in (
        ("niva/versaler", str.upper, (SAMMA,), "KOMMUN, LÄN"),
        (
            "niva/plural",
            lambda n: {"Kommun": "Kommuner", "Län": "Län", "Riket": "Hela riket"}.get(n, n),
            (SAMMA, FEL, RAKNAD),
            "flertal",
        ),
        ("niva/tom", lambda n: None, (SAMMA, FEL, RAKNAD), "nivån framgår bara av namnen"),
        ("niva/alla_lan", lambda n: "Län", (FEL,), "alla rader säger län"),
        ("niva/okand", lambda n: "DeSO" if n == "Kommun" else n, (FEL,), "okänd nivå"),
    ):
        column_values(to, name, give, "Aggregerat på", change, *right, what=what)
    for name, change, right, what in (
        ("bas/liten", str.lower, (SAMMA,), "hushåll med liten bokstav"),
        ("bas/byggnader", lambda b: "Byggnader", (FEL, VARNAD), "en annan bas"),
        ("bas/arbetsstallen", lambda b: "Arbetsställen", (FEL, VARNAD), "raderna säger sig gälla arbetsställen"),
    ):
        column_values(to, name, give, "Bas", change, *right, what=what)
    for name, change, right, what in (
        ("lan/utan_lan", lambda x: x and x.removesuffix(" län"), (SAMMA,), "länets namn utan ordet län"),
        ("lan/tomt", lambda x: None, (SAMMA, FEL, RAKNAD), "länets namn saknas"),
    ):
        column_values(to, name, give, "Lännamn", change, *right, what=what)


# Units: a part of a column otherwise than the rest ----------------------------------------------------------------


@HASTIGHET.case("enhet/en_kolumn_procent", SAMMA, FEL)
def _(case: Case) -> None:
    """en kolumn i procent bland kolumner i andelar"""
    with hastighet(case) as g:
        at = g.column(GIGA)
        for r in g.rows:
            r[at] = round(100 * r[at], 6)


@HASTIGHET.case("enhet/en_kommun_procent", FEL)
def _(case: Case) -> None:
    """en kommuns rader i procent, de andras i andelar: klistrat ur en annan tabell"""
    with hastighet(case) as g:
        for r in g.rows:
            if r[g.column("Kommunnamn")] == "Håvik":
                r[7:] = [round(100 * v, 6) for v in r[7:]]


@TEKNIK.case("enhet/antal_i_stallet_for_andel", FEL)
def _(case: Case) -> None:
    """antal hushåll med fiber i stället för andel"""
    with teknik(case) as g:
        at, n = g.column(FIBER), g.column("Antal hushåll")
        for r in g.rows:
            r[at] = round(r[at] * r[n])


@HASTIGHET.case("enhet/kbit_i_rubriken", SAMMA, FEL)
def _(case: Case) -> None:
    """rubrikerna i kbit/s: 30 000, 100 000 och 1 000 000 kbit/s"""
    _speed_headers(case, {"30 Mbit/s": "30 000 kbit/s", "100 Mbit/s": "100 000 kbit/s", "1 Gbit/s": "1 000 000 kbit/s"})


@HASTIGHET.case("enhet/mbps", SAMMA)
def _(case: Case) -> None:
    """Mbps och Gbps"""
    _speed_headers(case, {"Mbit/s": "Mbps", "Gbit/s": "Gbps"})


@HASTIGHET.case("enhet/tusen_mbit", SAMMA)
def _(case: Case) -> None:
    """1000 Mbit/s i stället för 1 Gbit/s"""
    _speed_headers(case, {"1 Gbit/s": "1000 Mbit/s"})


@HASTIGHET.case("enhet/tusen_med_blank", SAMMA)
def _(case: Case) -> None:
    """1 000 Mbit/s"""
    _speed_headers(case, {"1 Gbit/s": "1\N{NO-BREAK SPACE}000 Mbit/s"})


@HASTIGHET.case("enhet/tusen_med_punkt", SAMMA, FEL)
def _(case: Case) -> None:
    """1.000 Mbit/s"""
    _speed_headers(case, {"1 Gbit/s": "1.000 Mbit/s"})


@HASTIGHET.case("enhet/mbyte", FEL, VARNAD)
def _(case: Case) -> None:
    """MB/s är megabyte: 100 MB/s är 800 Mbit/s"""
    _speed_headers(case, {"Mbit/s": "MB/s", "Gbit/s": "GB/s"})


@HASTIGHET.case("enhet/utan_enhet", FEL, VARNAD)
def _(case: Case) -> None:
    """rubrikerna säger bara 30, 100 och 1"""
    _speed_headers(case, {" Mbit/s": "", " Gbit/s": ""})


@HASTIGHET.case("matt/under_i_stallet", FEL, VARNAD)
def _(case: Case) -> None:
    """rubriken säger «Tillgång till högst 100 Mbit/s»"""
    _speed_headers(case, {"Tillgång till minst 100": "Tillgång till högst 100"})


@HASTIGHET.case("matt/saknar", FEL, VARNAD)
def _(case: Case) -> None:
    """«Saknar tillgång till minst 100 Mbit/s»"""
    _speed_headers(case, {"Tillgång till minst 100": "Saknar tillgång till minst 100"})


@HASTIGHET.case("matt/uppstroms", FEL, VARNAD)
def _(case: Case) -> None:
    """«Tillgång till minst 100 Mbit/s uppströms»"""
    _speed_headers(case, {HUNDRED: f"{HUNDRED} uppströms"})


@HASTIGHET.case("matt/tradlost", FEL, VARNAD)
def _(case: Case) -> None:
    """«Tillgång till minst 100 Mbit/s via trådlös accessteknik»"""
    _speed_headers(case, {HUNDRED: f"{HUNDRED} via trådlös accessteknik"})


@HASTIGHET.case("matt/antal_hushall", FEL, VARNAD)
def _(case: Case) -> None:
    """«Antal hushåll med tillgång till minst 100 Mbit/s» över andelar"""
    _speed_headers(case, {"Tillgång till minst 100": "Antal hushåll med tillgång till minst 100"})


@HASTIGHET.case("matt/passerad_saknas", FEL, RAKNAD)
def _(case: Case) -> None:
    """inga kolumner med Homes passed"""
    with hastighet(case) as g:
        for r in [g.header, *g.rows]:
            del r[10:]


@HASTIGHET.case(
    "matt/ytterligare_trosklar",
    ANDRAD,
    RAKNAD,
    SAMMA,
    FEL,
    why="historiken får serier till: så ska det vara",
    figures=lambda a, b: same_kommuner(a, b),
)
def _(case: Case) -> None:
    """kolumner för 10 Mbit/s och 10 Gbit/s till"""
    with hastighet(case) as g:
        g.header += ["Tillgång till minst 10 Mbit/s", "Tillgång till minst 10 Gbit/s"]
        for r in g.rows:
            r += [0.999, 0.01]


@HASTIGHET.case("matt/tva_ar_i_bredd", FEL, VARNAD)
def _(case: Case) -> None:
    """två år bredvid varandra: 2024 och 2025 i rubriken"""
    with hastighet(case) as g:
        extra = [f"{h} 2024" for h in g.header[7:]]
        g.header[7:] = [f"{h} 2025" for h in g.header[7:]] + extra
        for r in g.rows:
            r += [round(v * 0.9, 4) for v in r[7:]]


def _speed_headers(case: Case, words: dict[str, str]) -> None:
    for sheet in (SHEET["hastighet"], WORK["hastighet"]):
        with sheet_grid("hastighet", sheet)(case) as g:
            for i, h in enumerate(g.header[7:], start=7):
                for old, new in words.items():
                    if old in h:
                        h = h.replace(old, new)
                        break
                g.header[i] = h


# Values that contradict -------------------------------------------------------------------------------------------


@TEKNIK.case("varden/fiber_over_tradbunden", FEL, RAKNAD)
def _(case: Case) -> None:
    """fler har fiber än någon trådbunden teknik"""
    with teknik(case) as g:
        for r in g.rows:
            if of_part(r, g):
                r[g.column(FIBER)] = 0.99
                r[g.column("Tillgång via trådbunden accessteknik")] = 0.5


@TEKNIK.case("varden/delar_mot_total", FEL, RAKNAD)
def _(case: Case) -> None:
    """tät och gles ger tillsammans fler hushåll än total"""
    with teknik(case) as g:
        for r in g.rows:
            if of_part(r, g):
                r[g.column("Antal hushåll")] *= 3


@TEKNIK.case("varden/narhet_under_fiber", FEL, RAKNAD)
def _(case: Case) -> None:
    """i närhet av fiber lägre än fiber på några rader: vad kolumnen räknar går inte att veta"""
    with teknik(case) as g:
        for r in g.rows:
            if r[g.column("Kommunnamn")] == "Håvik":
                r[g.column(NEAR)] = round(r[g.column(FIBER)] - 0.1, 4)


@HASTIGHET.case("varden/faller_med_troskeln", FEL)
def _(case: Case) -> None:
    """minst 30 Mbit/s tio punkter lägre än minst 100"""
    with hastighet(case) as g:
        for r in g.rows:
            if of_part(r, g):
                r[g.column("Tillgång till minst 30 Mbit/s")] = round(r[g.column(HUNDRED)] - 0.1, 4)


@HASTIGHET.case("varden/passerad_under_tillgang", FEL, RAKNAD)
def _(case: Case) -> None:
    """färre passerade än med tillgång"""
    with hastighet(case) as g:
        for r in g.rows:
            if of_part(r, g):
                r[g.column("Homes passed minst 100 Mbit/s")] = round(r[g.column(HUNDRED)] / 2, 4)


@HASTIGHET.case("varden/kolumner_ombytta", FEL)
def _(case: Case) -> None:
    """rubrikerna för 30 Mbit/s och 1 Gbit/s har bytt plats"""
    with hastighet(case) as g:
        a, b = g.column("Tillgång till minst 30 Mbit/s"), g.column(GIGA)
        g.header[a], g.header[b] = g.header[b], g.header[a]


@HASTIGHET.case("varden/forra_arets", FEL, VARNAD)
def _(case: Case) -> None:
    """hastighet är förra årets, teknik årets"""
    for sheet in (SHEET["hastighet"], WORK["hastighet"]):
        with sheet_grid("hastighet", sheet)(case) as g:
            for r in g.rows:
                r[0] = 2024


@HASTIGHET.case(
    "varden/en_andel_en_punkt", ANDRAD, why="93 % eller 92 %: båda är rimliga, och inget annat säger vilket"
)
def _(case: Case) -> None:
    """en kommuns andel en punkt lägre"""
    with hastighet(case) as g:
        for r in g.rows:
            if of_part(r, g) and r[g.column("Kommunnamn")] == "Östby":
                r[g.column(GIGA)] = round(r[g.column(GIGA)] - 0.01, 4)


@TEKNIK.case("varden/hushall_en_till", ANDRAD, RAKNAD, why="41 eller 42 hushåll: båda är rimliga")
def _(case: Case) -> None:
    """ett hushåll mer i en del av en kommun, och i dess total"""
    with teknik(case) as g:
        for r in g.rows:
            if r[g.column("Kommunnamn")] == "Östby" and r[g.column("Område")] in ("total", "tätbebyggt"):
                r[g.column("Antal hushåll")] += 1


@TEKNIK.case("varden/andra_lan_med", SAMMA)
def _(case: Case) -> None:
    """rader om kommuner i andra län"""
    with teknik(case) as g:
        for kind in ("total", "tätbebyggt", "glesbebyggt"):
            g.rows.append(
                [
                    2025,
                    "Hushåll",
                    "Kommun",
                    kind,
                    "Annat län",
                    "Ostby",
                    77,
                    *[0.5, 0.4, 0.6, 0.8, 0.1, 0.2, 0.9, 0.8, 0.7, 0.99],
                ]
            )


@TEKNIK.case(
    "varden/aldre_ar_med",
    SAMMA,
    ANDRAD,
    why="historiken får ett år till: så ska det vara",
    figures=lambda a, b: same_kommuner(a, b),
)
def _(case: Case) -> None:
    """flera årtal under varandra i samma blad"""
    with teknik(case) as g:
        older = [[2024, *r[1:7], *[round(v * 0.9, 4) for v in r[7:]]] for r in g.rows]
        g.rows[:] = [*older, *g.rows]


@TEKNIK.case("varden/arbetsstallen_i_bredd", SAMMA)
def _(case: Case) -> None:
    """arbetsställen som kolumner bredvid hushållens, inte som egna rader"""
    with workbook(case.path("teknik")) as book:
        homes, work = book[SHEET["teknik"]], book[WORK["teknik"]]
        for i, (row, other) in enumerate(
            zip(homes.iter_rows(min_col=7), work.iter_rows(min_col=7, values_only=True), strict=True), 1
        ):
            for j, cell in enumerate(row):
                if i == 1:
                    cell.value = cell.value if j == 0 else f"{cell.value} (hushåll)"
                homes.cell(i, 18 + j, f"{other[j]} (arbetsställen)" if i == 1 and j else other[j])
        del book[WORK["teknik"]]


# Several files ----------------------------------------------------------------------------------------------------


def two_books(to: Collection, short: str) -> None:
    @to.case("bok/kopia", FEL)
    def _(case: Case) -> None:
        """samma fil två gånger: «… – kopia.xlsx»"""
        path = case.path(short)
        copy(path, path.with_name(f"{path.stem} – kopia.xlsx"))

    @to.case("bok/saknas", FEL if short == "teknik" else VARNAD, FEL)
    def _(case: Case) -> None:
        """filen är borta"""
        case.path(short).unlink()
        case.also.append(short)

    @to.case("bok/xls_i_xlsx", FEL)
    def _(case: Case) -> None:
        """en gammal .xls-fil (OLE) med ändelsen .xlsx"""
        case.path(short).write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096))

    @to.case("bok/csv_i_xlsx", FEL)
    def _(case: Case) -> None:
        """en CSV med ändelsen .xlsx"""
        case.path(short).write_text("Årtal;Bas;Kommunnamn\n2025;Hushåll;Östby\n", encoding="utf-8")

    @to.case("bok/tom_bok", FEL)
    def _(case: Case) -> None:
        """en tom arbetsbok"""
        import openpyxl

        openpyxl.Workbook().save(case.path(short))

    @to.case("bok/losenord", FEL)
    def _(case: Case) -> None:
        """en lösenordsskyddad arbetsbok (OLE med EncryptedPackage)"""
        body = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le")
        case.path(short).write_bytes(body + bytes(4096))

    @to.case("bok/zipbomb", FEL)
    def _(case: Case) -> None:
        """ett blad som packas upp till 400 MB blanksteg"""
        import zipfile

        path = case.path(short)
        with zipfile.ZipFile(path) as z:
            members = {n: z.read(n) for n in z.namelist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            for n, data in members.items():
                with z.open(n, "w") as f:
                    f.write(data)
                    if n.startswith("xl/worksheets/sheet2"):
                        for _ in range(400):
                            f.write(b" " * (1 << 20))

    @to.case("bok/oandlig_dimension", SAMMA, FEL)
    def _(case: Case) -> None:
        """ett tecken i den sista cellen av alla: XFD1048576"""
        with workbook(case.path(short)) as book:
            book.worksheets[0]["XFD1048576"] = "x"

    @to.case("bok/formler", FEL, RAKNAD)
    def _(case: Case) -> None:
        """formler vars värden aldrig har sparats (sparad av ett program som inte räknar)"""
        with workbook(case.path(short)) as book:
            sheet = book[SHEET[short]]
            for row in sheet.iter_rows(min_row=2, min_col=8, max_col=10):
                for cell in row:
                    cell.value = f"={cell.value}*1"

    @to.case("bok/sammanfogade_celler", SAMMA, FEL)
    def _(case: Case) -> None:
        """kommunens namn i sammanfogade celler över sina tre rader"""
        with workbook(case.path(short)) as book:
            for sheet in book.worksheets[1:]:
                for first in range(2, sheet.max_row, 3):
                    sheet.merge_cells(start_row=first, end_row=first + 2, start_column=6, end_column=6)


two_books(TEKNIK, "teknik")
two_books(HASTIGHET, "hastighet")


@TEKNIK.case(
    "bok/aldre_utgava_bredvid",
    SAMMA,
    ANDRAD,
    why="historiken får ett år till: så ska det vara",
    figures=lambda a, b: same_kommuner(a, b),
)
def _(case: Case) -> None:
    """förra årets tabellbilaga ligger kvar bredvid"""
    older = case.path("teknik").with_name("mtbbk_24_tabellbilaga_teknik.xlsx")
    copy(case.path("teknik"), older)
    with workbook(older) as book:
        for sheet in book.worksheets[1:]:
            for row in sheet.iter_rows(min_row=2):
                row[0].value = 2024


@TEKNIK.case("bok/innehall_ombytt_med_hastighet", SAMMA)
def _(case: Case) -> None:
    """filerna teknik och hastighet har bytt namn: innehållet säger vad de är"""
    a, b = case.path("teknik"), case.path("hastighet")
    aside = a.with_name("x")
    a.rename(aside)
    b.rename(a)
    aside.rename(b)


@TEKNIK.case("bok/mobil_i_teknikens_namn", FEL)
def _(case: Case) -> None:
    """mobilboken sparad i teknikbokens namn"""
    copy(case.path("mobil"), case.path("teknik"))


# historik ---------------------------------------------------------------------------------------------------------


def historic(name: str, *right: str, **more: Any) -> Callable[[Callable[[Case, Any], None]], None]:
    return HISTORIK.changing(workbook, name, *right, **more)


def _figure(case: Case, book: Any) -> Any:
    """Return a cell with a share of a kommun, by chance."""
    sheet = book.worksheets[0]
    cell = sheet.cell(case.random.choice((10, 11)), case.random.randrange(3, 15))
    case.say(f"{cell.coordinate}: {cell.value}")
    return cell


for slip, (value, wanted) in grids.CELL["andel"].items():

    def _(case: Case, value: Any = value) -> None:
        with workbook(case.path("historik")) as book:
            cell = _figure(case, book)
            cell.value = value(cell.value) if callable(value) else value

    HISTORIK.add(f"cell/{slip}", _, *wanted, what=f"en andel i historiken: {slip}")


@historic("ny_ordning_pa_bladen", SAMMA)
def _(case: Case, book: Any) -> None:
    """bladen omkastade"""
    book._sheets.reverse()


@historic("utan_sammanfogning", SAMMA)
def _(case: Case, book: Any) -> None:
    """rubrikerna upprepade i stället för sammanfogade"""
    for sheet in book:
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
        for c in range(3, 15):
            sheet.cell(5, c, sheet.cell(5, 3 + (c - 3) // 4 * 4).value)


@historic("koder_som_text", SAMMA)
def _(case: Case, book: Any) -> None:
    """koder som text med inledande nollor: «0099», «9901»"""
    for sheet in book:
        for r in range(8, 12):
            sheet.cell(
                r,
                1,
                f"{sheet.cell(r, 1).value:04d}" if sheet.cell(r, 1).value > 99 else f"{sheet.cell(r, 1).value:02d}",
            )


@historic("utan_koder", FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """kolumnen med koder borta"""
    for sheet in book:
        for r in range(8, 12):
            sheet.cell(r, 1).value = None


@historic("koder_ombytta", FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """två kommuners koder har bytt plats, namnen inte"""
    for sheet in book:
        sheet.cell(10, 1, 9902)
        sheet.cell(11, 1, 9901)


@historic("utan_ar", FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """raden med årtal borta"""
    for sheet in book:
        sheet.delete_rows(6)


@historic("ar_som_text_okt", SAMMA)
def _(case: Case, book: Any) -> None:
    """«okt 2021»"""
    for sheet in book:
        for c in range(3, 15):
            sheet.cell(6, c, f"okt {sheet.cell(6, c).value}")


@historic("arbetsstallen", FEL, RAKNAD)
def _(case: Case, book: Any) -> None:
    """kolumnerna säger arbetsställen, inte hushåll"""
    for sheet in book:
        for c in range(3, 15):
            sheet.cell(7, c, "Arbetsställen")


@historic("befolkning", FEL, RAKNAD)
def _(case: Case, book: Any) -> None:
    """kolumnerna säger befolkning, inte hushåll"""
    for sheet in book:
        for c in range(3, 15):
            sheet.cell(7, c, "Befolkning")


@historic("blad_utanfor_tatort", SAMMA, FEL)
def _(case: Case, book: Any) -> None:
    """bladet glesbebyggt heter «utanför tätort»"""
    book.worksheets[2].title = "Teknik, utanför tätort"


@historic("blad_ej_tatbebyggt", SAMMA, FEL)
def _(case: Case, book: Any) -> None:
    """bladet glesbebyggt heter «ej tätbebyggt»"""
    book.worksheets[2].title = "Teknik, ej tätbebyggt"


# SAMMA: the title above the table says glesbebyggt, and is read
@historic("blad_landsbygd", SAMMA, FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """bladet heter «landsbygd»: inte säkert glesbebyggt"""
    book.worksheets[2].title = "Teknik, landsbygd"


# SAMMA: the titles above the tables say the classes, and are read
@historic("blad_okant", SAMMA, FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """bladen heter Blad1, Blad2, Blad3: vad de gäller framgår bara av titeln"""
    for i, sheet in enumerate(book, start=1):
        sheet.title = f"Blad{i}"


@historic("blad_skolor", FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """ett blad om skolor, inte hushåll"""
    book.worksheets[2].title = "Teknik, skolor"
    book.worksheets[2]["A1"] = "Historiska uppgifter, skolor"


@historic("samma_blad_tva_ganger", SAMMA, FEL)
def _(case: Case, book: Any) -> None:
    """ett blad kopierat"""
    book.copy_worksheet(book.worksheets[0])


@historic("procent", SAMMA)
def _(case: Case, book: Any) -> None:
    """allt i procent"""
    for sheet in book:
        for row in sheet.iter_rows(min_row=8, min_col=3):
            for cell in row:
                cell.value = round(100 * cell.value, 6)


@historic("gånger_10", FEL)
def _(case: Case, book: Any) -> None:
    """alla andelar gånger tio"""
    for sheet in book:
        for row in sheet.iter_rows(min_row=8, min_col=3):
            for cell in row:
                cell.value = round(10 * cell.value, 6)


@historic("ett_ar_i_procent", FEL, SAMMA)
def _(case: Case, book: Any) -> None:
    """ett års kolumner i procent, de andra i andelar"""
    for sheet in book:
        for c in (3, 7, 11):
            for r in range(8, 12):
                sheet.cell(r, c).value = round(100 * sheet.cell(r, c).value, 6)


@historic("en_kommun_borta", FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """en kommuns rad borta ur alla blad"""
    for sheet in book:
        sheet.delete_rows(11)


@historic("en_rad_dubblerad_olika", FEL)
def _(case: Case, book: Any) -> None:
    """en kommun två gånger med olika tal"""
    for sheet in book:
        sheet.append([9901, "Östby", *[round(sheet.cell(10, c).value * 0.9, 4) for c in range(3, 15)]])


@historic("mobil_matt", FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """rubrikerna gäller mobilnät: «Statistisk tätort 30 Mbit/s»"""
    for sheet in book:
        sheet["A1"] = "Mobilmål"
        for c, name in (
            (3, "Statistisk tätort\n30 Mbit/s"),
            (7, "Statistisk småort\n10 Mbit/s"),
            (11, "Totalt alla områden"),
        ):
            sheet.cell(5, c).value = name


@historic(
    "hastighet_inte_teknik",
    ANDRAD,
    FEL,
    RAKNAD,
    why="historiken får serier om hastighet: så ska det vara",
    figures=lambda a, b: same_kommuner(a, b),
)
def _(case: Case, book: Any) -> None:
    """historik över hastigheter"""
    for sheet in book:
        for c, name in (
            (3, "Tillgång till minst 30 Mbit/s"),
            (7, "Tillgång till minst 100 Mbit/s"),
            (11, "Tillgång till minst 1 Gbit/s"),
        ):
            sheet.cell(5, c).value = name


# mobil ------------------------------------------------------------------------------------------------------------


def mobile(name: str, *right: str, **more: Any) -> Callable[[Callable[[Case, Any], None]], None]:
    return MOBIL.changing(workbook, name, *right, **more)


for slip, (value, wanted) in {
    "text": ("okänd", (FEL,)),
    "negativ": ("-5%", (FEL,)),
    "over_hundra": ("105%", (FEL,)),
    "orimlig": (1e9, (FEL,)),
    "excelfel": ("#DIVISION/0!", (FEL, RAKNAD)),
    "andel": (0.955, (SAMMA, FEL)),
    "komma_utan_procent": ("95,5", (SAMMA, FEL)),
    "sant": (True, (FEL,)),
    "datum": (datetime.datetime(2025, 5, 95 - 80), (FEL,)),
}.items():

    def _(case: Case, value: Any = value) -> None:
        with workbook(case.path("mobil")) as book:
            book.worksheets[0]["F5"] = value  # Östby, samtliga operatörer: 95,5 %
            case.say(f"F5: 95,5% → {value!r}")

    MOBIL.add(f"cell/{slip}", _, *wanted, what=f"en andel av ytan: {slip}")


@mobile("utan_sammanfogning", SAMMA, FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """rubrikerna inte sammanfogade: varannan är tom"""
    for merged in list(book.worksheets[0].merged_cells.ranges):
        book.worksheets[0].unmerge_cells(str(merged))


@mobile("blad_omdopt", SAMMA, FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """bladet heter Blad1"""
    book.worksheets[0].title = "Blad1"


@mobile("en_kommun_borta", FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """en kommuns rad borta"""
    book.worksheets[0].delete_rows(6)


@mobile("forra_arets", FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """förra årets mobilbok"""
    for r in range(3, 7):
        book.worksheets[0].cell(r, 1, 2024)


@mobile("fast_hastighet_i_mobilboken", SAMMA, FEL, VARNAD)
def _(case: Case, book: Any) -> None:
    """ett blad om fasta hastigheter till i mobilboken: det som mäts avgör, och fast får inte bli två"""
    sheet = book.create_sheet("Fast 100 Mbit per s")
    sheet.append(["Årtal", "Bas", "Aggregerat på", "Område", "Lännamn", "Kommunnamn", "Antal hushåll", HUNDRED])
    for kommun in ("Östby", "Håvik"):
        for kind in ("total", "tätbebyggt", "glesbebyggt"):
            sheet.append([2025, "Hushåll", "Kommun", kind, "Östvikens län", kommun, 30, 0.42])


@mobile(
    "layout_2024",
    ANDRAD,
    FEL,
    RAKNAD,
    why="andra mått på ytan än basens: pts_mobil får andra rader; inga fasta tal",
    figures=lambda a, b: fixed_differs(a, b),
)
def _(case: Case, book: Any) -> None:
    """2024 års layout: år i bredd, namn och kod, Grund/+8/+16 dB"""
    del book[book.sheetnames[0]]
    goal = book.create_sheet("Mobilmål - aggregerad")
    goal.append(["Mobilmål, aggregerat"])
    goal.append([])
    goal.append(
        [
            "Kommun/län/riket",
            "Kod",
            "Totalt alla områden\nman normalt befinner sig",
            None,
            None,
            "Statistisk tätort\n30 Mbit/s",
        ]
    )
    goal.append([None, None, 2023, 2024, 2025, 2023, 2024, 2025])
    area = book.create_sheet("Yttäckning - aggregerad")
    area.append(["Yttäckning"])
    area.append(["Kommun/län/riket", "Kod", "Data\n10 Mbit/s", None, None, None, None, None])
    area.append([None, None, "Grund", "+8 dB", "+16 dB", "Grund", "+8 dB", "+16 dB"])
    area.append([None, None, 2024, 2024, 2024, 2025, 2025, 2025])
    for name, code in (("Riket", 0), ("Östvikens län", 99), ("Östby", 9901), ("Håvik", 9902)):
        goal.append([name, code, "98,51%", ">99,99%", "98,6%", 0.91, 0.94, 0.97])
        area.append([name, code, "98,5%", "97,1%", "95,2%", ">99,99%", "98,1%", "-"])


def fixed_differs(before: Figures, after: Figures) -> str:
    """Return which tables about fixed coverage are others: mobile figures must never come into them."""
    off = [n for n in before if n != "pts_mobil" and _fixed(before[n]) != _fixed(after.get(n, {}))]
    return f"fasta tal ändrade: {', '.join(off)}" if off else ""


def _fixed(table: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {c: v for c, v in table.items() if not c.startswith("mobil_")}


@mobile("tom_cell", SAMMA, FEL, ANDRAD, why="en tom cell visas tom", figures=lambda a, b: fixed_differs(a, b))
def _(case: Case, book: Any) -> None:
    """en tom cell"""
    book.worksheets[0]["F5"] = None


@MOBIL.case("i_hastighetens_namn", FEL, VARNAD)
def _(case: Case) -> None:
    """mobilboken sparad i hastighetsbokens namn"""
    copy(case.path("mobil"), case.path("hastighet"))


@MOBIL.case(
    "namn_med_hastighet",
    ANDRAD,
    FEL,
    VARNAD,
    why="mobiltalen kan utebli, aldrig bli fasta",
    figures=lambda a, b: fixed_differs(a, b),
)
def _(case: Case) -> None:
    """mobilbok vars namn också har ordet hastighet"""
    path = case.path("mobil")
    path.rename(path.with_name("mobil hastighet 2025.xlsx"))


@MOBIL.case(
    "saknas",
    ANDRAD,
    FEL,
    RAKNAD,
    why="mobil täckning är frivillig och visas för sig",
    figures=lambda a, b: fixed_differs(a, b),
)
def _(case: Case) -> None:
    """ingen mobilbok"""
    case.path("mobil").unlink()


@HISTORIK.case(
    "saknas",
    ANDRAD,
    FEL,
    RAKNAD,
    why="historiken är frivillig: serierna börjar i år",
    figures=lambda a, b: same_kommuner(a, b),
)
def _(case: Case) -> None:
    """ingen historik"""
    case.path("historik").unlink()


@HISTORIK.case("kopia", SAMMA, FEL)
def _(case: Case) -> None:
    """samma fil två gånger"""
    copy(case.path("historik"), case.path("historik").with_name("historiska uppgifter (1).xlsx"))
