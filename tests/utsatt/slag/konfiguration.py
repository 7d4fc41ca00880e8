"""The region's configuration, a TOML file."""

from __future__ import annotations

import os
from collections.abc import Callable

from tests.utsatt import grids
from tests.utsatt.mutation import ANDRAD, FEL, RAKNAD, SAMMA, VARNAD, Case, Collection, text_of

CONFIG = Collection("konfiguration")
COLLECTIONS = [CONFIG]
CHOSEN = "planerarens val: det är vad konfigurationen är till för"
SECRET = "hemligt-losenord"


def text(name: str, change: Callable[[str], str], *right: str, what: str, **more: object) -> None:
    """Add a change of the file's text."""
    CONFIG.add(name, lambda case: text_of(case.config, change), *right, what=what, **more)  # type: ignore[arg-type]


def swap(name: str, old: str, new: str, *right: str, what: str = "", **more: object) -> None:
    """Add the swap of one piece of the file for another."""

    def change(body: str) -> str:
        if old not in body:
            raise ValueError(f"{old!r} står inte i filen")
        return body.replace(old, new, 1)

    text(name, change, *right, what=what or f"{old} → {new}", **more)


def put(name: str, section: str, line: str, *right: str, what: str = "", **more: object) -> None:
    """Add a key in a section, which is made where there is none."""

    def change(body: str) -> str:
        head = f"[{section}]\n"
        return body.replace(head, head + line + "\n", 1) if head in body else f"{body}\n{head}{line}\n"

    def do(case: Case) -> None:
        case.also.append(f"{section}.")
        text_of(case.config, change)

    CONFIG.add(name, do, *right, what=what or f"[{section}] {line}", **more)  # type: ignore[arg-type]


grids.damages(CONFIG, "config", checksum=False, flips=1)
CONFIG.mutations = [m for m in CONFIG.mutations if "avklippt" not in m.name]
text("avklippt_50", lambda t: t[: len(t) // 2], FEL, what="halva filen")
text("avklippt_90", lambda t: t[: t.index("[demo]")], FEL, what="sista avsnittet borta")

# Text -------------------------------------------------------------------------------------------------------------

CONFIG.add(
    "text/bom",
    lambda c: c.config.write_bytes(b"\xef\xbb\xbf" + c.config.read_bytes()),
    SAMMA,
    FEL,
    what="UTF-8 med BOM",
)
CONFIG.add(
    "text/latin1", lambda c: c.config.write_bytes(c.config.read_text("utf-8").encode("latin-1")), FEL, what="Latin-1"
)
CONFIG.add(
    "text/utf16",
    lambda c: c.config.write_bytes(c.config.read_text("utf-8").encode("utf-16")),
    FEL,
    what="UTF-16 (Anteckningar)",
)
CONFIG.add(
    "text/crlf",
    lambda c: c.config.write_bytes(c.config.read_bytes().replace(b"\n", b"\r\n")),
    SAMMA,
    what="radslut som i Windows",
)
CONFIG.add(
    "text/cr",
    lambda c: c.config.write_bytes(c.config.read_bytes().replace(b"\n", b"\r")),
    SAMMA,
    FEL,
    what="radslut som i gamla Mac OS",
)
text(
    "text/nfd", lambda t: __import__("unicodedata").normalize("NFD", t), SAMMA, FEL, what="å ä ö som två tecken (macOS)"
)
text(
    "text/typografiska_citattecken",
    lambda t: t.replace('"', "\N{RIGHT DOUBLE QUOTATION MARK}"),
    FEL,
    what="”typografiska” citattecken (Word)",
)
text("text/yaml", lambda t: "lan:\n  kod: 99\n", FEL, what="YAML")
text("text/json", lambda t: '{"lan": {"kod": "99"}}', FEL, what="JSON")
text("text/ini", lambda t: t.replace('"', ""), FEL, what="utan citattecken, som i en ini-fil")
text("text/nolltecken", lambda t: t + "\0", FEL, what="ett nolltecken")
text("text/kommentarer", lambda t: "# å ä ö\n" + t.replace("\n[", "\n# kommentar\n["), SAMMA, what="kommentarer")
text(
    "text/nyckel_tva_ganger",
    lambda t: t.replace('kod = "99"', 'kod = "99"\nkod = "14"', 1),
    FEL,
    what="en nyckel två gånger",
)
text("text/avsnitt_tva_ganger", lambda t: t + '\n[lan]\nkod = "14"\n', FEL, what="ett avsnitt två gånger")
text("text/decimalkomma", lambda t: t.replace("land_ha = 1085", "land_ha = 1085,5"), FEL, what="decimalkomma")
text(
    "text/djupt_nastlad",
    lambda t: t + "\nx = " + "[" * 5000 + "]" * 5000 + "\n",
    FEL,
    what="fem tusen listor i varandra",
)
text(
    "text/djup_tabell", lambda t: t + "\n[" + ".".join(["a"] * 3000) + "]\n", FEL, what="tre tusen tabeller i varandra"
)
text("text/50_mb", lambda t: t + "# " + "x" * (50 << 20) + "\n", SAMMA, FEL, what="50 MB kommentar")
text(
    "text/styrtecken",
    lambda t: t.replace("Östviken", "\\u001b[31mÖstviken"),
    FEL,
    VARNAD,
    what="styrtecken för terminalen i ett namn",
)

# Län and kommuner -------------------------------------------------------------------------------------------------

swap("lan/kod_tal", 'kod = "99"', "kod = 99", FEL)
swap("lan/kod_bokstaver", 'kod = "99"', 'kod = "O"', FEL)
swap("lan/kod_annat", 'kod = "99"', 'kod = "14"', FEL, what="länskod som inte hör till kommunerna")
swap("lan/kod_arabiska", 'kod = "99"', 'kod = "٩٩"', FEL, what="andra skriftsystems siffror")
swap("lan/namn_tomt", 'namn = "Östvikens län"', 'namn = ""', FEL)
swap("lan/namn_annat", 'namn = "Östvikens län"', 'namn = "Västvikens län"', FEL, VARNAD)
swap("lan/namn_lista", 'namn = "Östvikens län"', 'namn = ["Östvikens län"]', FEL)
swap("lan/namn_langt", 'namn = "Östvikens län"', f'namn = "{"Ö" * 100_000}"', FEL, what="hundra tusen tecken")
swap("lan/kommuner_tom", "kommuner = [\n", "kommuner = []\nandra = [\n", FEL, what="kommuner = []")
text(
    "lan/kommuner_tal",
    lambda t: t[: t.index("kommuner")] + "kommuner = 7\n" + t[t.index("[klassning]") :],
    FEL,
    what="kommuner = 7",
)
swap("kommun/kod_tal", '"9902"', "9902", FEL)
swap("kommun/kod_kort", '"9902"', '"992"', FEL)
swap("kommun/kod_dubblett", '"9902"', '"9901"', FEL)
swap("kommun/kod_annan", '"9902"', '"9903"', FEL)
swap("kommun/kod_annat_lan", '"9902"', '"1480"', FEL)
swap("kommun/kod_arabiska", '"9902"', '"٩٩٠٢"', FEL, what="andra skriftsystems siffror")
swap("kommun/namn_dubblett", '"Håvik"', '"Östby"', FEL)
swap("kommun/namn_annat", '"Håvik"', '"Havik"', FEL)
swap("kommun/namn_tomt", '"Håvik"', '""', FEL)
swap("kommun/namn_ombytta", '"Håvik"', '"X"', FEL)
text(
    "kommun/en_borta",
    lambda t: "\n".join(x for x in t.splitlines() if "9902" not in x),
    FEL,
    ANDRAD,
    what="en kommun borta ur länet",
    why=CHOSEN,
)
text(
    "kommun/namn_bytta",
    lambda t: t.replace("Östby", "#").replace("Håvik", "Östby").replace("#", "Håvik"),
    FEL,
    VARNAD,
    what="två kommuners namn har bytt plats: koden och namnet säger olika",
)
for key, value in (
    ("land_ha", "inf"),
    ("land_ha", "nan"),
    ("land_ha", "-5"),
    ("land_ha", "0"),
    ("land_ha", '"stor"'),
    ("land_ha", "1e300"),
    ("land_ha", "true"),
    ("land_ha", "[]"),
):
    name = value.strip('"').replace("[]", "lista").replace("-", "minus_")
    swap(f"kommun/{key}_{name}", "land_ha = 1245", f"land_ha = {value}", FEL, *((VARNAD,) if value == "1e300" else ()))
swap(
    "kommun/land_ha_fel",
    "land_ha = 1245",
    "land_ha = 12450",
    FEL,
    VARNAD,
    SAMMA,
    ANDRAD,
    why="arealen är för kontroll; avvikelsen varnar",
)
swap("kommun/okand_nyckel", "land_ha = 1245", "land_ha = 1245, landha = 3", FEL)

# Every kind of absurd value, in keys of every kind ----------------------------------------------------------------

NUMBERS = {
    "pts": ("ar", "max_lyft_pe"),
    "scb": ("ar",),
    "evidens": ("matchningsradie_m",),
    "brist": ("sannolikhetsgrans",),
    "publicering": ("undertryckningsgrans",),
    "kontroll": ("landareal_pct", "avvikelse_pe"),
    "prioritering": ("vikt_hushall",),
}
ABSURD = {
    "inf": "inf",
    "minus_inf": "-inf",
    "nan": "nan",
    "text": '"abc"',
    "tom_text": '""',
    "lista": "[]",
    "tabell": "{}",
    "sant": "true",
    "minus": "-1",
    "jatte": "1e308",
    "heltal_jatte": "9" * 40,
    "datum": "2025-10-01",
}
for section, keys in NUMBERS.items():
    for key in keys:
        for slip, value in ABSURD.items():
            allowed: tuple[str, ...] = (FEL,)
            why = ""
            if slip in ("jatte", "minus") and key not in ("ar", "sannolikhetsgrans"):
                allowed, why = (
                    (FEL, SAMMA, RAKNAD, ANDRAD),
                    "ett tal utanför det rimliga, men ett tal: gränser är planerarens val",
                )
            more = {"why": why} if why else {}
            put(f"tal/{section}.{key}_{slip}", section, f"{key} = {value}", *allowed, **more)

for name, section, line, right in (
    ("ar/saknas_i_filerna", "pts", "ar = 2019", (FEL,)),
    ("ar/scb_saknas", "scb", "ar = 2019", (FEL,)),
    ("ar/flyttal", "pts", "ar = 2025.0", (SAMMA, FEL)),
    ("ar/text", "pts", 'ar = "2025"', (FEL,)),
    ("narhet/text", "pts", 'narhet_inkluderar_anslutna = "ja"', (FEL,)),
    ("evidens/tekniker_tom", "evidens", "fasta_tekniker = []", (FEL,)),
    ("evidens/teknik_okand", "evidens", 'fasta_tekniker = ["fiber", "laser"]', (FEL,)),
    (
        "evidens/teknik_dubblett",
        "evidens",
        'fasta_tekniker = ["fiber", "fiber", "kabel-tv", "vdsl", "xdsl"]',
        (FEL, SAMMA),
    ),
    ("evidens/hastighet_negativ", "evidens", "standardhastighet_mbit = { fiber = -1000 }", (FEL,)),
    ("evidens/hastighet_inf", "evidens", "standardhastighet_mbit = { fiber = inf }", (FEL,)),
    ("evidens/hastighet_nan", "evidens", "standardhastighet_mbit = { fiber = nan }", (FEL,)),
    ("evidens/hastighet_okand", "evidens", "standardhastighet_mbit = { laser = 1000 }", (FEL,)),
    ("evidens/hastighet_kbit", "evidens", "standardhastighet_mbit = { fiber = 1000000000 }", (FEL,)),
    ("modell/okand", "modell", 'sort = "x"', (FEL,)),
    ("publicering/band_tom", "publicering", "bandgranser = []", (FEL,)),
    ("publicering/band_fallande", "publicering", "bandgranser = [10, 5]", (FEL,)),
    ("publicering/band_inf", "publicering", "bandgranser = [5, inf]", (FEL,)),
    ("publicering/nyckelord_tom", "publicering", "nyckelord = []", (FEL,)),
    ("publicering/nyckelord_tomma", "publicering", 'nyckelord = ["", " "]', (FEL,)),
    ("publicering/utgiven", "publicering", 'utgiven = "2025-13-45"', (FEL,)),
    ("publicering/orgnr", "publicering", 'organisationsnummer = "2321000131"', (FEL,)),
    ("publicering/telefon", "publicering", 'telefon = "ring oss"', (FEL,)),
    ("okant_avsnitt", "hastigheter", "x = 1", (FEL,)),
    ("felstavad_nyckel", "evidens", "matchningsradie = 25", (FEL,)),
    ("mal/tom", "mal", "nivaer = []", (FEL,)),
    ("mal/skrap", "mal", "nivaer = 7", (FEL,)),
    ("kontroll/fil_saknas", "kontroll", 'publicerade_fil = "finns-inte.csv"', (FEL,)),
    ("kontroll/fil_mapp", "kontroll", 'publicerade_fil = "raw"', (FEL,)),
    ("kontroll/fil_sig_sjalv", "kontroll", 'publicerade_fil = "osten.toml"', (FEL,)),
    ("kontroll/fil_utbrytning", "kontroll", 'publicerade_fil = "../../../../../../etc/passwd"', (FEL,)),
    ("kontroll/fil_tal", "kontroll", "publicerade_fil = 7", (FEL,)),
    ("hamta/okand", "hamta", "finns_inte = true", (FEL,)),
):
    put(f"nycklar/{name}", section, line, *right)

swap("epost/ingen", '"bredband@example.org"', '"ring 112"', FEL)
swap("epost/tom", '"bredband@example.org"', '""', FEL)
swap("epost/rubrik", '"bredband@example.org"', '"a@b.se\\nBcc: x@y.se"', FEL, what="radbrytning i e-postadressen")
swap("utgivare/tom", '"Region Östviken"', '""', FEL)
swap("utgivare/blanksteg", '"Region Östviken"', '"   "', FEL)
for name, url in (
    ("ingen", "data.example.org"),
    ("ftp", "ftp://data.example.org"),
    ("fil", "file:///etc/passwd"),
    ("javascript", "javascript:alert(1)"),
    ("tom", ""),
    ("bara_schema", "https://"),
    ("blanksteg", "https://data.example.org/a b"),
    ("port", "https://data.example.org:99999/x"),
    ("losenord", f"https://anna:{SECRET}@data.example.org/osten"),
    ("ipv6_skrap", "https://[::1"),
    ("punkt", "https://."),
    ("dubbel_punkt", "https://data..org"),
    ("fraga", "https://data.example.org/?q=1"),
    ("styrtecken", "https://data.example.org/\\u0007"),
):
    swap(f"url/{name}", '"https://data.example.org/osten"', f'"{url}"', FEL)

swap("klassning/okand", '"utanfor_tatort_och_smaort"', '"utanfor"', FEL)
swap("klassning/annan", '"utanfor_tatort_och_smaort"', '"utanfor_tatort"', ANDRAD, why=CHOSEN)
swap("modell/okand", 'metod = "enkel"', 'metod = "bayes"', FEL)
swap("modell/smaomrade", 'metod = "enkel"', 'metod = "smaomrade"', ANDRAD, RAKNAD, SAMMA, FEL, why=CHOSEN)
put("evidens/radie_100", "evidens", "matchningsradie_m = 100", ANDRAD, RAKNAD, SAMMA, why=CHOSEN)
put("brist/grans", "brist", "sannolikhetsgrans = 0.9", ANDRAD, RAKNAD, SAMMA, why=CHOSEN)

# A file that is none ----------------------------------------------------------------------------------------------


@CONFIG.case("fil/saknas", FEL)
def _(case: Case) -> None:
    """filen finns inte"""
    case.config.unlink()


@CONFIG.case("fil/mapp", FEL)
def _(case: Case) -> None:
    """en mapp i filens namn"""
    case.config.unlink()
    case.config.mkdir()


@CONFIG.case("fil/ror", FEL)
def _(case: Case) -> None:
    """ett namngivet rör: läsningen tar aldrig slut"""
    case.config.unlink()
    os.mkfifo(case.config)


@CONFIG.case("fil/lank_till_intet", FEL)
def _(case: Case) -> None:
    """en länk som pekar på intet"""
    case.config.unlink()
    case.config.symlink_to("borta.toml")


@CONFIG.case("fil/lank_i_ring", FEL)
def _(case: Case) -> None:
    """en länk som pekar på sig själv"""
    case.config.unlink()
    case.config.symlink_to(case.config.name)


@CONFIG.case("fil/dev_zero", FEL)
def _(case: Case) -> None:
    """/dev/zero"""
    case.config.unlink()
    case.config.symlink_to("/dev/zero")
