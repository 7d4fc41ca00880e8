"""Names and files as such: what people's programs call them and leave beside them. Run by make where it reads them."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Callable

from tests.utsatt.county import FILES
from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Case, Collection, copy, text_of

NAMN, BREDVID, SORT = Collection("namn"), Collection("filer bredvid"), Collection("filer av fel sort")
COLLECTIONS = [NAMN, BREDVID, SORT]

# Names ------------------------------------------------------------------------------------------------------------

STYLES: dict[str, tuple[str, Callable[[str], str]]] = {
    "blanksteg_parentes": ("«… (1)», som webbläsaren döper", lambda n: f"{n} (1)"),
    "blanksteg_forst": ("blanksteg först i stammen", lambda n: f"{n}  x"),
    "lodstreck": ("|", lambda n: f"{n}|x"),
    "kolon": (":", lambda n: f"{n}:x"),
    "nummertecken": ("#", lambda n: f"{n}#1"),
    "dollar": ("$", lambda n: f"{n}$(HOME)$$"),
    "procent": ("%", lambda n: f"{n}%20x"),
    "semikolon": (";", lambda n: f"{n};x"),
    "och": ("&", lambda n: f"{n} & x"),
    "apostrof": ("'", lambda n: f"{n}'s"),
    "citattecken": ('"', lambda n: f'{n}"x'),
    "stjarna": ("*", lambda n: f"{n}*"),
    "hake": ("[ ]", lambda n: f"{n}[x]"),
    "krok": ("{ }", lambda n: f"{n}{{a,b}}"),
    "bakstreck": ("\\", lambda n: f"{n}\\x"),
    "backtick": ("`", lambda n: f"{n}`id`"),
    "likhet": ("=", lambda n: f"{n}=x"),
    "utrop": ("!", lambda n: f"{n}!"),
    "nfd": ("å som två tecken (macOS)", lambda n: n + unicodedata.normalize("NFD", " åäö")),
    "nfc": ("å ä ö", lambda n: f"{n} åäö"),
    "versaler": ("VERSALER", str.upper),
    "radbrytning": ("radbrytning", lambda n: f"{n}\nx"),
    "tabb": ("tabb", lambda n: f"{n}\tx"),
    "styrtecken": ("styrtecken för terminalen", lambda n: f"{n}\x1b[31m"),
    "emoji": ("emoji", lambda n: f"{n} \N{GRINNING FACE}"),
    "langt": ("nära 255 byte", lambda n: (n + "x" * 250)[:240]),
}
ORDINARY = ("blanksteg_parentes", "nummertecken", "dollar", "kolon", "lodstreck", "nfd")
OTHER_FILES = {
    "teknik": ORDINARY,
    "adresser": ORDINARY,
    "kolada_v3": ORDINARY[:2],
    "granser": ORDINARY[:3],
    "folkmangd": ORDINARY[:3],
    "mark": ORDINARY[:2],
    "tatorter": ORDINARY[:2],
    "historik": ORDINARY[:1],
    "adresslista": ("blanksteg_parentes", "nfd", "dollar"),
}
STRANGE = {"radbrytning", "styrtecken", "bakstreck"}
"""Names that no publisher's file and hardly a person's has: a clear error is right as well."""


def _renamed(short: str, style: Callable[[str], str]) -> Callable[[Case], None]:
    def do(case: Case) -> None:
        path = case.path(short)
        new = path.with_name(style(path.stem) + path.suffix)
        path.rename(new)
        if short in ("adresslista", "punktlista", "rutlista", "omraden"):
            text_of(case.raw / FILES["kallor"], lambda t: t.replace(path.name, new.name.replace('"', '""')))

    return do


for style, (what, change) in STYLES.items():
    right = (SAMMA, FEL) if style in STRANGE else (SAMMA,)
    NAMN.add(f"hastighet/{style}", _renamed("hastighet", change), *right, what=what, make=True)
for short, styles in OTHER_FILES.items():
    for style in styles:
        what, change = STYLES[style]
        NAMN.add(f"{short}/{style}", _renamed(short, change), SAMMA, what=what, make=True)


@NAMN.case("byte_som_inte_ar_utf8", SAMMA, FEL, RAKNAD, make=True)
def _(case: Case) -> None:
    """ett filnamn i Latin-1, som ett gammalt Windows-arkiv packar upp det"""
    path = os.fsencode(case.path("mobil"))
    os.rename(path, os.path.join(os.path.dirname(path), b"mobilt\xe4ckning.xlsx"))


@NAMN.case("andelse_versaler", SAMMA)
def _(case: Case) -> None:
    """.XLSX, .ZIP, .GPKG, .CSV, .JSON"""
    for short in ("teknik", "adresser", "km", "folkmangd", "kolada_v3"):
        case.path(short).rename(case.path(short).with_suffix(case.path(short).suffix.upper()))


@NAMN.case("andelse_xlsm", SAMMA, FEL, RAKNAD)
def _(case: Case) -> None:
    """.xlsm"""
    case.path("teknik").rename(case.path("teknik").with_suffix(".xlsm"))
    case.also.append("teknik")


@NAMN.case("andelse_dubbel", SAMMA, FEL, RAKNAD)
def _(case: Case) -> None:
    """.xlsx.xlsx"""
    case.path("teknik").rename(case.path("teknik").with_suffix(".xlsx.xlsx"))


@NAMN.case("andelse_txt", FEL, RAKNAD)
def _(case: Case) -> None:
    """adresslistan heter .csv.txt"""
    case.path("adresslista").rename(case.path("adresslista").with_suffix(".csv.txt"))


@NAMN.case("i_fel_mapp", FEL)
def _(case: Case) -> None:
    """teknik.xlsx i mappen scb"""
    case.path("teknik").rename(case.raw / "scb" / "teknik.xlsx")


@NAMN.case("i_undermapp", FEL, VARNAD)
def _(case: Case) -> None:
    """hastighetsboken i en undermapp: pts/2025/"""
    (case.raw / "pts" / "2025").mkdir()
    case.path("hastighet").rename(case.raw / "pts" / "2025" / "hastighet.xlsx")


@NAMN.case("mapp_versaler", SAMMA, FEL, VARNAD)
def _(case: Case) -> None:
    """mappen heter PTS"""
    (case.raw / "pts").rename(case.raw / "PTS")
    case.also.append("teknik")


@NAMN.case("mapp_blanksteg", FEL, VARNAD)
def _(case: Case) -> None:
    """mappen heter «tackning (1)»"""
    (case.raw / "tackning").rename(case.raw / "tackning (1)")


# What lies beside -------------------------------------------------------------------------------------------------


def beside(name: str, path: str, data: bytes | None, *right: str, what: str, make: bool = False) -> None:
    """Add a file (or, without data, a folder) among the publishers' files."""

    def do(case: Case) -> None:
        goal = case.raw / path
        goal.parent.mkdir(parents=True, exist_ok=True)
        if data is None:
            goal.mkdir()
        else:
            goal.write_bytes(data)

    BREDVID.add(name, do, *right, what=what, make=make)


SQLITE_WAL = bytes.fromhex("377f0682002de218000010000000000000000001000000020000000300000004")
for name, path, data, what in (
    ("excel_las", "pts/~$mtbbk_tabellbilaga_teknik.xlsx", b"\x05Anna" + bytes(160), "Excels låsfil"),
    ("libreoffice_las", "pts/.~lock.mtbbk_tabellbilaga_teknik.xlsx#", b",anna,pc,;", "LibreOffices låsfil"),
    ("ds_store", "pts/.DS_Store", b"\0\0\0\x01Bud1", "Finders fil"),
    ("apple_double", "pts/._mtbbk_tabellbilaga_teknik.xlsx", b"\0\x05\x16\x07" + bytes(60), "Finders AppleDouble"),
    ("thumbs", "pts/Thumbs.db", b"\xd0\xcf\x11\xe0", "Windows miniatyrer"),
    ("desktop_ini", "scb/desktop.ini", b"[.ShellClassInfo]", "Windows"),
    ("crdownload", "pts/teknik.xlsx.crdownload", b"PK", "webbläsarens halva hämtning"),
    ("part", "scb/befolkning_1km_2025.gpkg.part", b"SQLite", "en halv hämtning"),
    ("bak", "tackning/adresser_fiber.csv~", b"x", "en textredigerares kopia"),
    ("qmd", "scb/tatorter_2023.qmd", b"<qgis/>", "QGIS metadata"),
    ("aux_xml", "granser/kommungranser.gpkg.aux.xml", b"<PAMDataset/>", "GDAL:s bifil"),
    ("lasmig", "pts/Läs mig.txt", b"hej", "en läsanvisning"),
    ("nedladdning_zip", "pts/tabellbilagor.zip", b"PK\x05\x06" + bytes(18), "zip-filen som böckerna låg i"),
    ("shm", "scb/tatorter_2023.gpkg-shm", bytes(32768), "en gammal -shm"),
    ("journal_tom", "scb/tatorter_2023.gpkg-journal", b"", "en tom -journal"),
    ("wal_tom", "scb/tatorter_2023.gpkg-wal", b"", "en tom -wal"),
    ("okand_mapp", "arkiv", None, "en mapp som ingen läser"),
    ("okand_mapp_blanksteg", "Gamla filer 2024", None, "en mapp med blanksteg"),
    ("tom_undermapp", "pts/2024", None, "en tom undermapp"),
    ("pdf", "pts/rapport.pdf", b"%PDF-1.7", "en rapport"),
):
    beside(
        name,
        path,
        data,
        SAMMA,
        what=what,
        make=name in ("excel_las", "libreoffice_las", "okand_mapp_blanksteg", "lasmig"),
    )
beside(
    "journal_het",
    "scb/tatorter_2023.gpkg-journal",
    bytes.fromhex("d9d505f920a163d7") + bytes(504),
    FEL,
    SAMMA,
    what="en -journal: skrivningen avbröts",
)
beside(
    "wal_skrap",
    "scb/tatorter_2023.gpkg-wal",
    SQLITE_WAL + bytes(4096),
    FEL,
    SAMMA,
    what="en -wal som inte hör till filen",
)
beside(
    "wal_mark",
    "lantmateriet/mark.gpkg-wal",
    SQLITE_WAL + bytes(4096),
    FEL,
    SAMMA,
    what="en -wal som inte hör till filen",
)
beside(
    "wal_granser",
    "granser/kommungranser.gpkg-wal",
    SQLITE_WAL + bytes(4096),
    FEL,
    SAMMA,
    what="en -wal som inte hör till filen",
)
beside("demo_marke", "DEMO.json", b'{"demo": true}', FEL, what="demoregionens märke bland riktiga filer")


@BREDVID.case("tusen_okanda", SAMMA)
def _(case: Case) -> None:
    """tusen okända filer"""
    for i in range(1000):
        (case.raw / "pts" / f"bild {i}.jpg").write_bytes(b"\xff\xd8")


@BREDVID.case("demo_i_en_bok", FEL)
def _(case: Case) -> None:
    """en av böckerna är märkt DEMO"""
    from tests.utsatt.mutation import workbook

    with workbook(case.path("mobil")) as book:
        book.properties.description = "DEMO – simulerade data"


for short in ("km", "tatorter", "granser", "mark", "omraden"):

    def _(case: Case, short: str = short) -> None:
        import sqlite3

        path = case.path(short)
        db = sqlite3.connect(path)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        (table,) = db.execute("SELECT table_name FROM gpkg_contents").fetchone()
        fid = db.execute(f'SELECT min(rowid) FROM "{table}"').fetchone()[0]
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{trigger}"')
        db.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (fid,))
        db.commit()
        for end in ("", "-wal", "-shm"):
            copy(path.with_name(path.name + end), path.with_name(f"ny{end}"))
        db.close()
        for end in ("", "-wal", "-shm"):
            os.replace(path.with_name(f"ny{end}"), path.with_name(path.name + end))
        case.say(f"{table} {fid} borttagen, i -wal")

    BREDVID.add(
        f"levande_wal/{short}",
        _,
        FEL,
        ANDRAD,
        what="en rad borttagen i QGIS, som har filen öppen: raden ligger i -wal",
        why="raden är borttagen: så ska filen läsas",
        # no address has its figure from the first area alone: that it is gone shows in the ledger only
        figures=None if short == "omraden" else lambda a, b: "raden är kvar" if a == b else "",
    )

# Files of the wrong sort ------------------------------------------------------------------------------------------

for short in (
    "teknik",
    "hastighet",
    "km",
    "adresser",
    "mark",
    "granser",
    "adresslista",
    "kallor",
    "kolada_v3",
    "folkmangd",
):

    def folder(case: Case, short: str = short) -> None:
        case.path(short).unlink()
        case.path(short).mkdir()

    def pipe(case: Case, short: str = short) -> None:
        case.path(short).unlink()
        os.mkfifo(case.path(short))

    def dangling(case: Case, short: str = short) -> None:
        case.path(short).unlink()
        case.path(short).symlink_to("borta")

    def link(case: Case, short: str = short) -> None:
        aside = case.folder / f"annan{case.path(short).suffix}"
        case.path(short).rename(aside)
        case.path(short).symlink_to(aside)

    SORT.add(f"mapp/{short}", folder, FEL, VARNAD, what="en mapp där en fil ska vara")
    SORT.add(f"ror/{short}", pipe, FEL, VARNAD, what="ett namngivet rör där en fil ska vara")
    SORT.add(
        f"lank_till_intet/{short}",
        dangling,
        FEL,
        VARNAD,
        what="en länk som pekar på intet (en disk som inte är monterad)",
    )
    SORT.add(f"lank/{short}", link, SAMMA, what="en länk till filen på en annan plats")


@SORT.case("lank_i_ring/mapp", SAMMA, FEL, RAKNAD)
def _(case: Case) -> None:
    """en mapp som länkar till sig själv"""
    (case.raw / "pts" / "ring").symlink_to(case.raw / "pts")


@SORT.case("raw_tom", FEL)
def _(case: Case) -> None:
    """alla filer borta, mapparna kvar"""
    for p in case.raw.rglob("*"):
        if p.is_file():
            p.unlink()


@SORT.case("mapp_som_fil", FEL)
def _(case: Case) -> None:
    """en fil där mappen pts ska vara"""
    import shutil

    shutil.rmtree(case.raw / "pts")
    (case.raw / "pts").write_text("x")


PAIRS = (
    ("teknik", "historik"),
    ("km", "tatorter"),
    ("granser", "mark"),
    ("folkmangd", "hushall"),
    ("adresslista", "punktlista"),
    ("kolada_v2", "kolada_v3"),
    ("tatorter", "granser"),
    ("omraden", "smaorter"),
    ("mobil", "hastighet"),
)
for one, other in PAIRS:

    def swapped(case: Case, one: str = one, other: str = other) -> None:
        a, b = case.path(one), case.path(other)
        data = a.read_bytes(), b.read_bytes()
        a.write_bytes(data[1])
        b.write_bytes(data[0])

    same = {("kolada_v2", "kolada_v3"), ("teknik", "historik"), ("mobil", "hastighet")}
    allowed = (SAMMA, FEL) if (one, other) in same else (FEL,)
    more = {}
    if (one, other) == ("adresslista", "punktlista"):
        more = {"why": "båda är adresslistor: vad var och en är fullständig för står i kallor.csv"}
        allowed = (FEL, RAKNAD, ANDRAD)
    if (one, other) == ("folkmangd", "hushall"):
        allowed = (FEL,)
    SORT.add(f"ombytt_innehall/{one}_{other}", swapped, *allowed, what="två filer har bytt innehåll", **more)
