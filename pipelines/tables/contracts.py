"""Table contracts: what each table between two stages, and each published layer, must look like.

One place holds a column's name, type, unit, Swedish alias, description, how it is known (measured,
modelled, assumed) and its information class. The checks at every stage border, the GeoPackage aliases
and the data dictionary are made from it. Nothing is public unless its column says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from pipelines.config.region import CLASSES, STATUSES, TECHNIQUES
from pipelines.core import classes
from pipelines.core.errors import ContractError
from pipelines.core.level import LEVELS, MEASURES

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "heltal", "decimal", "ja_nej"]
Basis = Literal["", "publicerad", "uppmatt", "modellerad", "blandad", "beraknad", "antagen", "raden"]
BASIS_TEXT: dict[Basis, str] = {
    "": "–",
    "publicerad": "publicerad",
    "uppmatt": "uppmätt",
    "modellerad": "modellerad",
    "blandad": "uppmätt eller modellerad",
    "beraknad": "beräknad",
    "antagen": "beräknad på antaganden",
    "raden": "står på raden",
}
"""How a column's values are known, in words."""
Klass = Literal["intern", "oppen", "band"]
DECIMALS = 6
"""Decimals of an exact value in a file."""
UNDERLAG = ("adress", "ruta", "omrade", "statistik", "blandat", "ingen")
BEST_TECHNIQUES = (*TECHNIQUES, "okand", "ingen")
ADDRESS_STATUSES = (*STATUSES, "ingen", "okand")


@dataclass(frozen=True)
class Column:
    """One column: name, type, alias, what it means, what it may hold, who may see it.

    Attributes
    ----------
    decimals : int, optional
        How many decimals mean something. Every decimal column of the open edition says so, and is rounded so
        in each of its products. None where the exact value is kept: files then hold :data:`DECIMALS`.
    """

    name: str
    kind: Kind
    alias: str
    description: str = ""
    unit: str = ""
    basis: Basis = ""
    klass: Klass = "intern"
    nullable: bool = False
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    pattern: str = ""
    decimals: int | None = None


@dataclass(frozen=True)
class Table:
    """One table: name, title, description, columns, key, geometry."""

    name: str
    title: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    geometry: Literal["", "Point", "Polygon", "MultiPolygon"] = ""
    more_columns: bool = field(default=False)

    @property
    def names(self) -> list[str]:
        """Column names in order, geometry apart."""
        return [c.name for c in self.columns]

    def column(self, name: str) -> Column:
        """Return one column by name."""
        return next(c for c in self.columns if c.name == name)


def check(df: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Check a table against its contract at a stage border.

    Parameters
    ----------
    df : DataFrame
        May carry a geometry column besides the contract's own. A text column may be a category: then its
        categories are checked, and one that breaks a rule counts once.
    table : Table

    Returns
    -------
    DataFrame
        ``df`` with the contract's columns first and in its order.

    Raises
    ------
    ContractError
        Naming table, column, rule, how many rows break it and the first of them.
    """
    import pandera.errors
    import pandera.pandas as pa

    coded = [c for c in table.columns if c.kind == "text" and _is_category(df, c.name)]
    schema = _schema(table, pa, {c.name for c in coded})
    try:
        schema.validate(df, lazy=True, inplace=True)  # nothing is coerced; a copy would only cost memory
        for c in coded:
            _schema(Table(table.name, "", "", (c,), ()), pa, set()).validate(_used(df[c.name]), lazy=True)
    except pandera.errors.SchemaErrors as e:
        cases = e.failure_cases
        lines = []
        for (column, rule), group in cases.groupby(["column", "check"], sort=False, dropna=False):
            first = group.iloc[0]
            where = "" if first["index"] is None else f", först på rad {first['index']}"
            lines.append(f"{column}: {rule} bröts {len(group)} gånger{where} ({first['failure_case']!r})")
        raise ContractError(
            f"Tabellen «{table.name}» följer inte sitt kontrakt.",
            details=lines[:20],
            action="Rätta indata om felet syns där; annars är det ett fel i programmet, rapportera det.",
        ) from None
    rest = [c for c in df.columns if c not in table.names]
    return df[[*table.names, *rest]]


def rounded(df: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return the table with each decimal column rounded to the decimals its contract gives, -0.0 as 0.0.

    >>> import pandas as pd
    >>> t = Table("t", "", "", (Column("land_ha", "decimal", "", decimals=1), Column("x", "decimal", "")))
    >>> rounded(pd.DataFrame({"land_ha": [6.25, -0.01], "x": [1 / 3, 2.0]}), t).values.tolist()
    [[6.2, 0.333333], [0.0, 2.0]]
    """
    places = {c.name: DECIMALS if c.decimals is None else c.decimals for c in table.columns if c.kind == "decimal"}
    return df.assign(**{name: df[name].round(n) + 0.0 for name, n in places.items()})


def _is_category(df: pd.DataFrame, name: str) -> bool:
    import pandas as pd

    return name in df and isinstance(df[name].dtype, pd.CategoricalDtype)


def _used(values: pd.Series) -> pd.DataFrame:
    """Return each category that is used, and nothing where a row has none, at the first row that has it."""
    first = values.drop_duplicates()
    return first.astype("object").astype("str").to_frame()


_DTYPES = {"text": "str", "heltal": "int64", "decimal": "float64", "ja_nej": "bool"}


def _schema(table: Table, pa: Any, coded: set[str]) -> Any:
    def column(c: Column) -> Any:
        if c.name in coded:  # checked by category
            return pa.Column(None, nullable=True)
        checks = []
        if c.low is not None:
            checks.append(pa.Check.ge(c.low))
        if c.high is not None:
            checks.append(pa.Check.le(c.high))
        if c.values:
            checks.append(pa.Check.isin(c.values))
        if c.pattern:
            checks.append(pa.Check.str_matches(c.pattern))
        dtype = "Int64" if c.kind == "heltal" and c.nullable else _DTYPES[c.kind]
        return pa.Column(dtype, checks=checks, nullable=c.nullable)

    return pa.DataFrameSchema({c.name: column(c) for c in table.columns}, unique=list(table.key) or None, strict=False)


# --- columns that recur ---------------------------------------------------------------------------

KOMMUNKOD = Column("kommunkod", "text", "Kommunkod", "Fyra siffror.", klass="oppen", pattern=r"^\d{4}$")
KOMMUNNAMN = Column("kommunnamn", "text", "Kommun", "Kommunens namn.", klass="oppen")
OMRADESTYP = Column(
    "omradestyp",
    "text",
    "Områdestyp",
    "tatbebyggt eller glesbebyggt, enligt konfigurationens definition.",
    klass="oppen",
    values=CLASSES,
)
RUTID = Column("rutid", "heltal", "Ruta (tal)", "rutid_scb som heltal.", low=0)
RUTID_SCB = Column(
    "rutid_scb",
    "text",
    "Rut-id (SCB)",
    "E och N för rutans nedre vänstra hörn i SWEREF 99 TM.",
    klass="oppen",
    pattern=r"^\d{13}$",
)
RUTID_INSPIRE = Column(
    "rutid_inspire", "text", "Rut-id (INSPIRE)", "Samma ruta, skriven som INSPIRE vill ha den.", klass="oppen"
)
ADRESS_ID = Column("adress_id", "text", "Adress-id", "Lantmäteriets objektidentitet.", pattern=r"^.+$")
LAND_HA = Column("land_ha", "decimal", "Land (ha)", "Landareal.", "ha", "beraknad", "oppen", low=0)
_NAMES = {"tillgang": "tillgång", "passerad": "passerad"}
_M = {"tillgang": "tillgång till", "passerad": "tillgång till eller fiber förbi sig för"}


def counts(klass: Klass = "intern") -> tuple[Column, ...]:
    """Return the count columns shared by cells, parts of cells, kommuner and län."""
    cols = [
        Column("adresser", "heltal", "Adresser (antal)", "Gällande adresser.", "antal", "uppmatt", klass, low=0),
        Column(
            "befolkning",
            "decimal",
            "Befolkning (antal)",
            "SCB:s folkmängd per ruta, jämnt fördelad på rutans adresser.",
            "antal",
            "modellerad",
            klass,
            low=0,
        ),
        Column(
            "hushall",
            "decimal",
            "Hushåll (antal)",
            "PTS:s antal hushåll per kommun och områdestyp, fördelade efter folkmängd.",
            "antal",
            "modellerad",
            klass,
            low=0,
        ),
    ]
    for has, passed in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True):
        t = has.mbit
        for what, name in (("adresser", "Adresser"), ("befolkning", "Befolkning"), ("hushall", "Hushåll")):
            cols.append(
                Column(
                    has.without(what),
                    "decimal",
                    f"{name} utan {t} Mbit/s (antal)",
                    f"Väntat antal utan tillgång till {t} Mbit/s ned.",
                    "antal",
                    "blandad",
                    klass,
                    low=0,
                )
            )
        cols.append(
            Column(
                passed.without("hushall"),
                "decimal",
                f"Hushåll ej passerade {t} Mbit/s (antal)",
                f"Väntat antal som varken har tillgång till {t} Mbit/s eller fiber förbi sig.",
                "antal",
                "blandad",
                klass,
                low=0,
            )
        )
        cols.append(
            Column(
                passed.without("adresser"),
                "decimal",
                f"Adresser ej passerade {t} Mbit/s (antal)",
                f"Väntat antal adresser som varken har tillgång till {t} Mbit/s eller fiber förbi sig.",
                "antal",
                "blandad",
                klass,
                low=0,
            )
        )
    return tuple(cols)


MAX_NED = Column(
    "max_ned_mbit",
    "decimal",
    "Högsta hastighet ned (Mbit/s)",
    "Högsta nedhastighet med tillgång vid någon adress enligt täckningsuppgifter; tomt där allt är modellerat.",
    "Mbit/s",
    "uppmatt",
    nullable=True,
    low=0,
)
BASTA_TEKNIK = Column(
    "basta_teknik",
    "text",
    "Bästa teknik",
    "Bästa fasta teknik med tillgång enligt täckningsuppgifter; okand där allt är modellerat.",
    "",
    "uppmatt",
    values=BEST_TECHNIQUES,
)
UNDERLAG_COLUMN = Column(
    "underlag",
    "text",
    "Underlag",
    "Vad täckningen bygger på: adress, ruta, omrade (uppgifter), statistik (modellerad), blandat (flera av dem) "
    "eller ingen (inga adresser).",
    klass="oppen",
    values=UNDERLAG,
)
PLANERAD = Column(
    "planerad",
    "ja_nej",
    "Planerad utbyggnad",
    "Minst en adress har planerad men inte befintlig täckning enligt täckningsuppgifter.",
    basis="uppmatt",
)

UNDERLAG_T = tuple(
    replace(
        UNDERLAG_COLUMN,
        name=level.cell_basis,
        alias=f"Underlag {level.mbit} Mbit/s",
        description=f"Vad tillgången till {level.mbit} Mbit/s bygger på; se underlag. Ofullständiga uppgifter kan visa att "
        "täckning finns men aldrig att den saknas.",
    )
    for level in LEVELS.of("tillgang")
)

# --- sources: one canonical table per theme -------------------------------------------------------

ADRESSER_KALLA = Table(
    "adresser_kalla",
    "Adresser",
    "Gällande belägenhetsadresser i länets kommuner (Lantmäteriet).",
    (ADRESS_ID, KOMMUNKOD),
    key=("adress_id",),
    geometry="Point",
)
BEFOLKNING = Table(
    "befolkning",
    "Befolkning per ruta",
    "SCB:s rutor med folkmängd. En 1 km-ruta bredvid egna 250 m-rutor har "
    "folket utanför dem, och deras yta är inte dess: ingen räknas två gånger.",
    (
        RUTID,
        Column("storlek_m", "heltal", "Rutans sida (m)", unit="m", low=250, high=1000),
        Column("befolkning", "heltal", "Befolkning (antal)", unit="antal", basis="publicerad", low=0),
    ),
    key=("rutid", "storlek_m"),
)
GRANSER = Table(
    "granser",
    "Kommungränser",
    "Kommunernas land som polygoner: länets och grannarnas.",
    (KOMMUNKOD, KOMMUNNAMN, Column("i_lan", "ja_nej", "I länet")),
    key=("kommunkod",),
    geometry="MultiPolygon",
)
KOMMUNYTOR = Table(
    "kommunytor",
    "Kommunernas hela ytor",
    "Kommunerna som gränsfilen har dem, vatten med: länets och grannarnas.",
    (KOMMUNKOD, KOMMUNNAMN, Column("i_lan", "ja_nej", "I länet")),
    key=("kommunkod",),
    geometry="MultiPolygon",
)
MARK = Table(
    "mark",
    "Vatten",
    "Vattenytor ur Lantmäteriets marktäcke, som dras från kommunernas land.",
    (Column("objekttyp", "text", "Objekttyp"),),
    geometry="MultiPolygon",
)
ORTER = Table(
    "orter",
    "Tätorter och småorter",
    "SCB:s tätorter och småorter.",
    (
        Column("typ", "text", "Typ", values=("tatort", "smaort")),
        Column("kod", "text", "Kod"),
        Column("namn", "text", "Namn"),
    ),
    geometry="MultiPolygon",
)
_AREA = (
    Column("ar", "heltal", "År (1 oktober)", low=2000, high=2100),
    Column("bas", "text", "Bas", values=("hushall", "arbetsstallen")),
    Column("niva", "text", "Nivå", values=("riket", "lan", "kommun")),
    Column("omrade", "text", "Område", "Namn på riket, länet eller kommunen som PTS skriver det."),
    Column("kommunkod", "text", "Kommunkod", "Tomt för riket och län.", pattern=r"^(\d{4})?$"),
    Column("omradestyp", "text", "Områdestyp", values=("totalt", *CLASSES)),
)
TEKNIK_COLUMNS = ("xdsl", "vdsl", "fiber", "narhet_fiber", "kabel_tv", "fast_radio", "lte", "nr", "tradbunden", "total")
PTS_TEKNIK = Table(
    "pts_teknik",
    "PTS teknik",
    "Andel med tillgång per teknik (0–1), en rad per område, områdestyp och bas.",
    (
        *_AREA,
        Column("antal", "heltal", "Antal hushåll eller arbetsställen", low=0),
        *(
            Column(f"andel_{t}", "decimal", f"Andel {t}", unit="0–1", basis="publicerad", nullable=True, low=0, high=1)
            for t in TEKNIK_COLUMNS
        ),
    ),
    key=("ar", "bas", "niva", "omrade", "omradestyp"),
)
PTS_HASTIGHET = Table(
    "pts_hastighet",
    "PTS hastighet",
    "Andel (0–1) per hastighet och mått, en rad per tröskel.",
    (
        *_AREA,
        Column("matt", "text", "Mått", values=MEASURES),
        Column("troskel_mbit", "heltal", "Tröskel (Mbit/s)", unit="Mbit/s"),
        Column("andel", "decimal", "Andel", unit="0–1", basis="publicerad", low=0, high=1),
    ),
    key=("ar", "bas", "niva", "omrade", "omradestyp", "matt", "troskel_mbit"),
)
PTS_MOBIL = Table(
    "pts_mobil",
    "PTS mobil yttäckning",
    "Andel av ytan (0–1) med mobil täckning; visas bredvid, blandas aldrig med fast.",
    (
        Column("ar", "heltal", "År (1 oktober)"),
        Column("niva", "text", "Nivå", values=("riket", "lan", "kommun")),
        Column("omrade", "text", "Område"),
        Column("kommunkod", "text", "Kommunkod", pattern=r"^(\d{4})?$"),
        Column("matt", "text", "Mått", "Kolumnrubrikens text."),
        Column("andel", "decimal", "Andel", unit="0–1", basis="publicerad", nullable=True, low=0, high=1),
        Column("olikhet", "text", "Olikhet", "> eller < när cellen var en gräns, annars tomt.", values=("", ">", "<")),
    ),
)
KOLADA = Table(
    "kolada",
    "Kolada",
    "Koladas nyckeltal per kommun och år (andel 0–1).",
    (
        Column("kpi", "text", "Nyckeltal"),
        Column("kommunkod", "text", "Kommun- eller regionkod", pattern=r"^\d{4}$"),
        Column("ar", "heltal", "År"),
        Column("andel", "decimal", "Andel", unit="0–1", basis="publicerad", nullable=True, low=0, high=1),
    ),
    key=("kpi", "kommunkod", "ar"),
)
KALLOR = Table(
    "kallor",
    "Täckningsuppgifternas källor",
    "kallor.csv: en rad per fil och kommun.",
    (
        Column("fil", "text", "Fil"),
        KOMMUNKOD,
        Column("fullstandig", "ja_nej", "Fullständig"),
        Column("referensdatum", "text", "Referensdatum"),
        Column("avtal", "text", "Avtal"),
        Column("far_publiceras", "ja_nej", "Får publiceras under kommunnivå"),
    ),
    key=("fil", "kommunkod"),
)
_ROW = (
    Column("fil", "text", "Fil"),
    Column("rad", "heltal", "Rad i filen", low=1),
    Column("teknik", "text", "Teknik", values=TECHNIQUES),
    Column(
        "ned_mbit", "decimal", "Ned (Mbit/s)", "Tomt i filen: teknikens förval ur konfigurationen.", "Mbit/s", low=0
    ),
    Column("ned_antagen", "ja_nej", "Hastigheten är antagen"),
    Column("upp_mbit", "decimal", "Upp (Mbit/s)", unit="Mbit/s", nullable=True, low=0),
    Column("status", "text", "Status", values=STATUSES),
)
EVIDENS_ADRESS = Table(
    "evidens_adress",
    "Uppgifter per adress",
    "En rad per rad i adresser*.csv. adress_id tomt: raden har e_m, n_m och matchas mot närmaste adress.",
    (
        *_ROW,
        Column("adress_id", "text", "Adress-id", "Tomt när raden gavs med koordinater."),
        Column("e_m", "decimal", "E (m)", unit="m", nullable=True),
        Column("n_m", "decimal", "N (m)", unit="m", nullable=True),
        Column("operator", "text", "Operatör"),
        Column("kommunkod_fil", "text", "Kommunkod i filen", "Tomt när filen inte säger kommun på raden."),
    ),
)
EVIDENS_RUTA = Table(
    "evidens_ruta",
    "Uppgifter per 250 m-ruta",
    "En rad per rad i rutor*.csv.",
    (*_ROW, RUTID, Column("andel", "decimal", "Andel av hushållen", unit="0–1", low=0, high=1)),
)
EVIDENS_OMRADE = Table(
    "evidens_omrade", "Uppgifter per område", "En rad per polygon i omraden*.gpkg.", _ROW, geometry="MultiPolygon"
)

# --- stages ---------------------------------------------------------------------------------------

LAND = Table(
    "land",
    "Land per ruta, kommun och områdestyp",
    "Varje 250 m-ruta som överlappar länets land.",
    (RUTID, KOMMUNKOD, OMRADESTYP, replace(LAND_HA, low=0)),
    key=("rutid", "kommunkod", "omradestyp"),
)
OPPNA_DELAR = Table(
    "oppna_delar",
    "Öppna körningens hushåll per ruta och kommun",
    "Vad utgåvans regler räknar på; lämnar aldrig programmet.",
    (
        RUTID,
        KOMMUNKOD,
        Column("adresser", "heltal", "Adresser", low=1),
        Column("hushall", "decimal", "Hushåll", low=0),
        *(Column(level.without(), "decimal", f"Hushåll {level.lacking} {level.mbit}", low=0) for level in LEVELS),
    ),
    key=("rutid", "kommunkod"),
)
ADRESSER_RUTA = Table(
    "adresser_ruta",
    "Adresser med ruta och områdestyp",
    "Sorterade efter ruta och adress-id.",
    (
        ADRESS_ID,
        KOMMUNKOD,
        OMRADESTYP,
        RUTID,
        Column("ortstyp", "text", "Ortstyp", values=("tatort", "smaort", "utanfor", "okand")),
    ),
    key=("adress_id",),
    geometry="Point",
)
ADRESSER_HUSHALL = Table(
    "adresser_hushall",
    "Folkmängd och hushåll per adress",
    "Samma ordning som adresser_ruta.",
    (ADRESS_ID, counts()[1], counts()[2]),
    key=("adress_id",),
)
_P = tuple(
    Column(
        level.probability,
        "decimal",
        f"Sannolikhet {level.measure} {level.mbit} Mbit/s",
        f"Sannolikhet att adressen har {_M[level.measure]} {level.mbit} Mbit/s ned: 0 eller 1 där uppgifter avgör, däremellan modellerad "
        "eller en andel av rutan.",
        "0–1",
        "blandad",
        low=0,
        high=1,
    )
    for level in LEVELS
)
ADRESSER_TACKNING = Table(
    "adresser_tackning",
    "Täckning per adress",
    "Samma ordning som adresser_ruta.",
    (
        ADRESS_ID,
        *_P,
        MAX_NED,
        BASTA_TEKNIK,
        Column("status", "text", "Status", "Bästa status vid lägsta tröskeln.", values=ADDRESS_STATUSES),
        PLANERAD,
        UNDERLAG_COLUMN,
        *(
            replace(UNDERLAG_COLUMN, name=level.basis, alias=f"Underlag {level.measure} {level.mbit}")
            for level in LEVELS
        ),
    ),
    key=("adress_id",),
)
RIKTVARDEN = Table(
    "riktvarden",
    "PTS-riktvärden",
    "Andel av hushållen (0–1) som ska nås per kommun, områdestyp, mått och tröskel.",
    (
        KOMMUNKOD,
        replace(OMRADESTYP, values=("totalt", *CLASSES)),
        Column("matt", "text", "Mått", values=MEASURES),
        Column("troskel_mbit", "heltal", "Tröskel (Mbit/s)"),
        Column("hushall_pts", "decimal", "Hushåll enligt PTS", basis="publicerad", low=0),
        Column("andel", "decimal", "Riktvärde", unit="0–1", basis="publicerad", nullable=True, low=0, high=1),
        Column("andel_ovre", "decimal", "Övre gräns", unit="0–1", nullable=True, low=0, high=1),
        Column("kalla", "text", "Källa", values=("hastighet", "kolada", "teknik", "saknas")),
        Column("hushall_uppnatt", "decimal", "Hushåll täckta efter fördelning", nullable=True, low=0),
        Column("rest_hushall", "decimal", "Kan inte nås (hushåll)", "Uppnått minus riktvärde.", nullable=True),
    ),
    key=("kommunkod", "omradestyp", "matt", "troskel_mbit"),
)

# --- products: names and columns are promises to users ----------------------------------------------

RUTNAT = Table(
    "rutnat_250m",
    "Rutnät 250 m",
    "Alla rutor med land eller adresser i länet.",
    (
        RUTID_SCB,
        RUTID_INSPIRE,
        KOMMUNKOD,
        KOMMUNNAMN,
        OMRADESTYP,
        LAND_HA,
        *counts(),
        MAX_NED,
        BASTA_TEKNIK,
        PLANERAD,
        UNDERLAG_COLUMN,
        *UNDERLAG_T,
    ),
    key=("rutid_scb",),
    geometry="Polygon",
)
DELAR = Table(
    "rutnat_delar",
    "Rutnätets delar",
    "Rutorna delade på kommun och områdestyp: grunden för alla summor.",
    RUTNAT.columns,
    key=("rutid_scb", "kommunkod", "omradestyp"),
)


def _share(name: str, alias: str, description: str, basis: Basis, low: float | None = 0) -> Column:
    high = None if low is None else 100.0
    return Column(name, "decimal", alias, description, "%", basis, "oppen", nullable=True, low=low, high=high)


def _summary_columns() -> tuple[Column, ...]:
    cols = [KOMMUNKOD, KOMMUNNAMN, LAND_HA, *counts("band")]
    for has, passed in zip(LEVELS.of("tillgang"), LEVELS.of("passerad"), strict=True):
        t = has.mbit
        cols += [
            _share(
                has.share,
                f"Hushåll med {t} Mbit/s (%)",
                f"Hushåll med tillgång till {t} Mbit/s delat med alla hushåll.",
                "blandad",
            ),
            _share(
                passed.share,
                f"Hushåll passerade {t} Mbit/s (%)",
                f"Hushåll med tillgång till {t} Mbit/s eller fiber förbi sig, delat med alla hushåll.",
                "blandad",
            ),
            _share(
                has.land("utan"),
                f"Yta utan {t} Mbit/s (%)",
                "Land i rutor med adresser, vägt med andelen adresser utan, delat med allt land.",
                "blandad",
            ),
            _share(
                has.land("tackt"),
                f"Yta täckt {t} Mbit/s (%)",
                "Land i rutor med adresser, vägt med andelen adresser med tillgång, delat med allt land.",
                "blandad",
            ),
            _share(has.pts_share, f"PTS hushåll med {t} Mbit/s (%)", "PTS:s publicerade andel, totalt.", "publicerad"),
            _share(
                passed.pts_share,
                f"PTS hushåll passerade {t} Mbit/s (%)",
                "PTS:s publicerade andel, totalt.",
                "publicerad",
            ),
            Column(
                has.pts_source,
                "text",
                f"PTS-källa {t} Mbit/s",
                "hastighet, kolada, teknik eller saknas.",
                klass="oppen",
                values=("hastighet", "kolada", "teknik", "saknas"),
            ),
            Column(
                has.deviation,
                "decimal",
                f"Avvikelse mot PTS {t} Mbit/s (procentenheter)",
                "Vår andel minus PTS:s andel av hushållen med tillgång.",
                "procentenheter",
                "beraknad",
                "oppen",
                nullable=True,
            ),
        ]
    cols.append(
        _share(
            "yta_obebodd_pct", "Yta utan adresser (%)", "Land i rutor utan adresser, delat med allt land.", "beraknad"
        )
    )
    return tuple(cols)


OSAKRA = tuple(
    Column(
        level.limit(end),
        "decimal",
        f"Hushåll utan {level.mbit} Mbit/s, {told} (antal)",
        f"{side} gräns för antalet. Modellen hålls till PTS:s tal, så kommunens summa är så osäker som det: från PTS:s "
        "undre till övre gräns (samma där PTS anger hastighet), vidgat till vårt tal där uppgifter säger annat. "
        "Utan bredd där uppgifter avgör allt. Säger inget om var i kommunen; se osakerhet_5km.",
        "antal",
        "blandad",
        low=0,
    )
    for level in LEVELS.of("tillgang")
    for end, told, side in (("lag", "låg", "Undre"), ("hog", "hög", "Övre"))
)
KOMMUNER = Table(
    "kommuner",
    "Kommuner",
    "Nyckeltal per kommun bredvid PTS:s egna.",
    (*_summary_columns(), *OSAKRA),
    key=("kommunkod",),
    geometry="MultiPolygon",
)
LAN = Table(
    "lan",
    "Län",
    "Nyckeltal för länet.",
    (
        Column("lanskod", "text", "Länskod", "Två siffror.", klass="oppen", pattern=r"^\d{2}$"),
        Column("lansnamn", "text", "Län", "Länets namn.", klass="oppen"),
        *_summary_columns()[2:],
        *OSAKRA,
    ),
    key=("lanskod",),
    geometry="MultiPolygon",
)
ADRESSER = Table(
    "adresser",
    "Adresser",
    "Adresser med täckning. Personuppgifter: bara i den interna utgåvan.",
    (
        ADRESS_ID,
        KOMMUNKOD,
        OMRADESTYP,
        RUTID_SCB,
        *counts()[1:3],
        MAX_NED,
        BASTA_TEKNIK,
        ADRESSER_TACKNING.column("status"),
        *_P,
        UNDERLAG_COLUMN,
    ),
    key=("adress_id",),
    geometry="Point",
)

MERGED_M = ("250", "500", "1000")
OPPNA_RUTOR = Table(
    "oppna_rutor",
    "Öppna rutor",
    "Den öppna utgåvans rutor: klass för varje ruta, inga antal utom adresser i band.",
    (
        RUTID_SCB,
        KOMMUNKOD,
        KOMMUNNAMN,
        OMRADESTYP,
        *(
            Column(
                level.cell_class,
                "text",
                f"Klass {_NAMES[level.measure]} {level.mbit} Mbit/s",
                f"Andel av rutans adresser som har {_M[level.measure]} {level.mbit} Mbit/s, i klasser; rutor med få adresser har egna.",
                basis="blandad",
                klass="oppen",
                values=classes.CODES,
            )
            for level in LEVELS
        ),
        Column("adresser_band", "text", "Adresser (band)", "Antal adresser, i band.", "antal", "uppmatt", "oppen"),
        Column(
            "sammanslagen_m",
            "text",
            "Klassen gäller rutor om (m)",
            "250: rutans egna adresser. 500 eller 1000: klassen gäller alla rutor med för få adresser i den större "
            "rutan tillsammans, enligt `minst_adresser_i_ruta`.",
            "m",
            klass="oppen",
            values=MERGED_M,
        ),
        replace(PLANERAD, klass="oppen"),
        UNDERLAG_COLUMN,
        *UNDERLAG_T,
    ),
    key=("rutid_scb",),
    geometry="Polygon",
)
