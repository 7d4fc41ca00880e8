"""The configuration, as people really write it and as they do when they mean harm: read, or every fault in Swedish."""

from __future__ import annotations

import copy
import datetime
import itertools
import os
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from pipelines.config.reading import broken, model_of
from pipelines.config.region import Region, load_region
from pipelines.core.errors import DataError
from tests.conftest import without_rights

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "config/dalarna.toml").read_text(encoding="utf-8")
GIVEN = tomllib.loads(TEXT) | {
    "mal": {"nivaer": [{"namn": "alla", "troskel_mbit": 100, "andel_pct": 95}]},
    "hamta": {"pts": {"filer": [{"innehall": "teknik", "url": "https://example.org/a.xlsx"}]}},
    "framskrivning": {"brott": [{"serie": "pts_", "ar": 2020, "text": "nytt"}]},
}
SECRET = "hemligt-Lösen0rd"
ENGLISH = re.compile(
    r"\b(input|should|valid|invalid|must|field|extra|greater|less|required|permitted|value error|expected|unable|"
    r"programbiblioteket)\b",
    re.IGNORECASE,
)
WRONG: tuple[Any, ...] = (
    float("inf"),
    float("-inf"),
    float("nan"),
    -1,
    0,
    3,
    0.5,
    30,
    10**12,
    10**30,
    10**400,
    1e308,
    True,
    "",
    "text",
    " x",
    "a\nb",
    "\x1b[31mröd",
    "\u202eomvänd",
    "x" * 10_000,
    [],
    [[]],
    [{}],
    {},
    {"a": 1},
    [True],
    ["a", "a"],
    [1.5],
    datetime.date(2025, 1, 1),
    datetime.datetime(2025, 1, 1),
    datetime.time(1),
    [datetime.date(2025, 1, 1)],
    f"https://anna:{SECRET}@example.org/x",
    f"https://anna:{SECRET}/@example.org",
    f"anna:{SECRET}@example.org",
    "javascript:alert(1)",
    "https://[x",
    "https://a:999999/",
    "http://example.org/",
    "../../etc/passwd",
    "/etc/passwd",
    "<script>alert(1)</script>",
    "{ar.__class__}",
    "a{0}",
    "٢٠٢٥",
    "0000-00-00",
    "SE1234567890",
)


def fields(model: type[BaseModel], path: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    """Every key of the model, tables too; of a list of tables the first entry's."""
    for name, info in model.model_fields.items():
        where = (*path, name)
        yield where
        if inner := model_of(info.annotation):
            yield from fields(inner, where if inner is info.annotation else (*where, 0))


def put(where: tuple[int | str, ...], value: Any) -> dict[str, Any]:
    """A valid configuration with one value exchanged."""
    made = copy.copy(GIVEN)
    at: Any = made
    for step, following in itertools.pairwise(where):
        if isinstance(step, str) and step not in at:
            at[step] = [{}] if isinstance(following, int) else {}
        at[step] = copy.copy(at[step])  # of GIVEN only what the way there goes through
        at = at[step]
    at[where[-1]] = value
    return made


def faults(given: dict[str, Any]) -> str:
    try:
        Region.model_validate(given)
    except ValidationError as e:
        return str(broken(e, Region, Path("x.toml")))
    return ""


def load(tmp_path: Path, body: str | bytes) -> str:
    """What loading says of a file; empty when it is well."""
    path = tmp_path / "lan.toml"
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    try:
        load_region(path)
    except DataError as e:
        return str(e)
    return ""


def instead(key: str, value: str, text: str = TEXT) -> str:
    """The file with one key's value exchanged, as TOML."""
    out, n = re.subn(rf"(?m)^{key} = .*$", lambda m: f"{key} = {value}", text, count=1)
    assert n == 1, key
    return out


def add(table: str, *lines: str, text: str = TEXT) -> str:
    if f"[{table}]" in text:
        return text.replace(f"[{table}]\n", f"[{table}]\n" + "\n".join(lines) + "\n")
    return text + f"\n[{table}]\n" + "\n".join(lines) + "\n"


def kommuner(*rows: str) -> str:
    inside = ",\n".join("  { " + r + " }" for r in rows)
    return re.sub(r"(?s)kommuner = \[.*?\n\]", lambda m: f"kommuner = [\n{inside}\n]", TEXT)


@pytest.mark.parametrize("where", list(fields(Region)), ids=lambda w: ".".join(map(str, w)))
def test_no_wrong_value_of_any_key_is_told_in_english_or_shows_a_password(where):
    for value in WRONG:
        told = faults(put(where, value))
        if told:
            assert str(where[-1]) in told or str(where[0]) in told
            assert not ENGLISH.search(told), told
            assert "\x1b" not in told and SECRET not in told and len(told) < 20_000


def numbers(model: type[BaseModel], path: tuple[int | str, ...] = ()) -> Iterator[tuple[int | str, ...]]:
    for where in fields(model, path):
        at: Any = model
        for step in where[:-1]:
            at = model_of(at.model_fields[step].annotation) if isinstance(step, str) else at
        kind = at.model_fields[where[-1]].annotation
        if {int, float} & {kind, *(get_args(a)[0] if get_args(a) else a for a in get_args(kind))}:
            yield where


@pytest.mark.parametrize("where", list(numbers(Region)), ids=lambda w: ".".join(map(str, w)))
def test_no_number_may_be_endless_absurd_a_truth_or_a_text(where):
    for value in (
        float("inf"),
        float("-inf"),
        float("nan"),
        10**30,
        1e308,
        -(10**12),
        True,
        "5",
        datetime.date(2025, 1, 1),
    ):
        assert str(where[-1]) in faults(put(where, value)), value


def test_an_unknown_key_in_every_table_is_told_with_the_nearest_one(tmp_path):
    told = load(tmp_path, add("publicering", "bandgransen = [5]", "sannolikhetsgrans = 0.4", "nonsens = 1"))
    assert "publicering.bandgransen: okänd nyckel; menas bandgranser?" in told
    assert "publicering.sannolikhetsgrans: okänd nyckel; den hör hemma i brist.sannolikhetsgrans" in told
    assert "publicering.nonsens: okänd nyckel\n" in told
    assert "hamta.pts.fil: okänd nyckel; menas filer?" in load(tmp_path, add("hamta.pts", "fil = []"))
    told = load(tmp_path, add("evidens", "standardhastighet_mbit = { fibre = 1000 }"))
    assert "standardhastighet_mbit.fibre: okänd nyckel; menas fiber?" in told


def test_all_faults_are_told_at_once(tmp_path):
    body = instead("kontakt_epost", '"ingen adress"', instead("adresser", "true", instead("kod", "20")))
    told = load(tmp_path, body.replace("[demo]", "[brist]\nsannolikhetsgrans = 30\n\n[demo]\nfel = 1"))
    for said in (
        'lan.kod: ska vara text inom citattecken, men är 20; till exempel "14"',
        "publicering.kontakt_epost: ska vara en e-postadress",
        "demo.adresser: ska vara ett heltal utan citattecken, men är true; till exempel 600000",
        "demo.fel: okänd nyckel",
        "brist.sannolikhetsgrans: ska vara mindre än 1, men är 30",
    ):
        assert said in told
    assert "Fil: " in told and "docs/konfiguration.md" in told


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (kommuner(), "lan.kommuner: har 0 värden; minst 1 krävs"),
        (kommuner('kod = "1401", namn = "Härryda"'), "ska börja med länskoden 20, men så är det inte för 1401 Härryda"),
        (kommuner('kod = "2021", namn = "A"', 'kod = "2021", namn = "B"'), "står två gånger: 2021"),
        (kommuner('kod = "٢٠٢١", namn = "A"'), "lan.kommuner (nr 1).kod: har fel form"),
        (kommuner('kod = "2021", namn = "A/B"'), "lan.kommuner (nr 1).namn: har tecknet /"),
        (kommuner('kod = "2021", namn = "<script>"'), "har tecknet <"),
        (kommuner('kod = "2021", namn = "A\\nB"'), "har ett tecken som inte syns (U+000A)"),
        (kommuner('kod = "2021", namn = "\\u001b[31mA"'), "har ett tecken som inte syns (U+001B)"),
        (kommuner(f'kod = "2021", namn = "{"x" * 10_000}"'), "är 10000 tecken långt"),
        (kommuner('kod = "2021", namn = "A", land_ha = 0.001'), "land_ha: ska vara minst 1, men är 0.001"),
        (kommuner('kod = "2021", namn = "A", land_ha = 1e9'), "land_ha: ska vara högst 3000000"),
        (kommuner('kod = "2021", namn = "A", folkmangd = -5'), "folkmangd: ska vara större än 0, men är -5"),
        (instead("ar", "3"), "demo.ar: ska vara minst 2000, men är 3; till exempel 2025"),
        (instead("ar", "2025-10-01"), "demo.ar: ska vara ett heltal utan citattecken, men är ett datum"),
        (add("pts", "ar = 20025"), "pts.ar: ska vara högst 2100, men är 20025"),
        (add("evidens", "fasta_tekniker = []"), "evidens.fasta_tekniker: har 0 värden; minst 1 krävs"),
        (add("evidens", 'fasta_tekniker = ["fiber", "fiber"]'), "samma värde står två gånger: fiber"),
        (add("evidens", "matchningsradie_m = inf"), "ska vara ett ändligt tal, men är inf; till exempel 25"),
        (
            add("evidens", "standardhastighet_mbit = { fiber = 0 }"),
            "standardhastighet_mbit.fiber: ska vara större än 0",
        ),
        (add("mal", "nivaer = []"), "mal.nivaer: har 0 värden; minst 1 krävs"),
        (
            add("mal", 'nivaer = [{ namn = "a", troskel_mbit = 100, andel_pct = 0.95 }]'),
            "ska vara minst 1, men är 0.95",
        ),
        (
            add(
                "mal",
                'nivaer = [{ namn = "a", troskel_mbit = 100, andel_pct = 95 },'
                '{ namn = "b", troskel_mbit = 100, andel_pct = 95 }]',
            ),
            "ett mål står två gånger",
        ),
        (
            add("mal", 'nivaer = [{ namn = "a", troskel_mbit = 50, andel_pct = 95 }]'),
            "trosklar.ned_mbit är [30, 100, 1000], men en annan tröskel står, eller är förval, i mal.nivaer (a) = 50",
        ),
        (add("mal", 'nivaer = [{ namn = "a", troskel_mbit = 0, andel_pct = 95 }]'), "ska vara minst 1, men är 0"),
        (
            add("trosklar", "ned_mbit = [100, 1000]"),
            "i mal.nivaer (100 % har minst 30 Mbit/s) = 30. Sätt dem till någon av trösklarna",
        ),
        (add("trosklar", "ned_mbit = [30, 100]"), "planering.troskel_mbit = 1000"),
        (add("trosklar", "ned_mbit = [30, 1000, 100]"), "trosklar.ned_mbit: trösklarna ska stiga"),
        (add("trosklar", "ned_mbit = [30, 30, 100, 1000]"), "trosklar.ned_mbit: samma värde står två gånger: 30"),
        (add("trosklar", "ned_mbit = []"), "trosklar.ned_mbit: har 0 värden; minst 1 krävs; till exempel [30, 100,"),
        (add("trosklar", "ned_mbit = [30, 100.5, 1000]"), "trosklar.ned_mbit (nr 2): ska vara ett heltal"),
        (add("trosklar", "ned_mbit = [0, 100, 1000]"), "trosklar.ned_mbit (nr 1): ska vara minst 1"),
        (add("trosklar", "ned_mbit = [30, 100, 1000, 20000]"), "trosklar.ned_mbit (nr 4): ska vara högst 10000"),
        (add("trosklar", "ned_mbit = [1, 2, 3, 4, 30, 60, 100, 1000, 2000]"), "högst 8 får stå där"),
        (add("pts_prioritering", "max_andel = 30"), "max_andel: ska vara högst 1, men är 30; till exempel 0.3"),
        (add("kontroll", "avvikelse_pe = -1"), "avvikelse_pe: ska vara större än 0, men är -1"),
        (add("framskrivning", "konfidens = 80"), "konfidens: ska vara mindre än 1, men är 80"),
        (
            add("kostnad", "omvagsfaktor = { lag = 2, mitt = 1.3, hog = 1.5 }"),
            "lag ≤ mitt ≤ hog gäller inte: 2, 1.3, 1.5",
        ),
        (add("prioritering", "vikt_hushall = 0"), "minst en vikt ska vara större än 0"),
        (add("publicering", "bandgranser = []"), "bandgranser: har 0 värden"),
        (add("publicering", "bandgranser = [5, 20, 10]"), "bandgranser ska stiga"),
        (add("publicering", "bandgranser = [5, 10, 10]"), "samma värde står två gånger: 10"),
        (add("publicering", 'organisationsnummer = "SE2321000132"'), "kontrollsiffran (den sista) stämmer inte"),
        (add("publicering", 'organisationsnummer = "232100-0131"'), 'till exempel "SE2321000131"'),
        (add("publicering", 'plats_iri = "http://x.org/<a>"'), "publicering.plats_iri: ska vara en hel webbadress"),
        (
            add("publicering", 'hvd_kategori = "http://x.org/a b"'),
            "publicering.hvd_kategori: ska vara en hel webbadress",
        ),
        (add("publicering", 'utgiven = "2026-02-30"'), "2026-02-30 är ingen dag i almanackan"),
        (add("publicering", 'teman = ["BRED"]'), "publicering.teman (nr 1): ska vara AGRI"),
        (instead("bas_url", '"bredband/dalarna"'), "publicering.bas_url: ska vara en hel webbadress"),
        (instead("bas_url", '"javascript:alert(1)"'), "publicering.bas_url: ska vara en hel webbadress"),
        (instead("bas_url", '"https:///utan/vard"'), "publicering.bas_url: ska vara en hel webbadress"),
        (instead("bas_url", '"https://data.example.org/b?x=1"'), "utan mellanslag, ? och #"),
        (instead("bas_url", '"https://data.example.org/b c"'), "publicering.bas_url: ska vara en hel webbadress"),
        (instead("orter_fil", '"../../../etc/passwd"'), "demo.orter_fil: ska vara en fil i samma mapp"),
        (instead("orter_fil", '"/etc/passwd"'), "demo.orter_fil: ska vara en fil i samma mapp"),
        (instead("orter_fil", '""'), "demo.orter_fil: får inte vara tom"),
        (add("kontroll", 'publicerade_fil = "finns inte.csv"'), "Filen som kontroll.publicerade_fil anger finns inte"),
        (add("kontroll", 'publicerade_fil = "."'), "Fick: en mapp"),
        (add("hamta.lantmateriet", 'filvardar = ["https://dl1.lantmateriet.se/"]'), "ska vara en värd utan https://"),
        (add("hamta.scb", 'lager_tatorter = "Tatorter_{år}"'), "till exempel Tatorter_{ar}"),
        (add("hamta", "scb = 5"), "hamta.scb: ska vara en tabell med nyckel = värde, men är 5"),
    ],
)
def test_what_is_wrong_is_told_by_its_key(tmp_path, body, said):
    assert said in load(tmp_path, body)


@pytest.mark.parametrize(
    "key",
    [
        "publicering.bas_url",
        "hamta.kolada.url",
        "hamta.lantmateriet.mark_url",
        "publicering.plats_iri",
        "tillganglighet.tillsyn_url",
        "bakgrundskarta",
        "publicering.kontakt_epost",
        "demo.orter_fil",
    ],
)
@pytest.mark.parametrize(
    "login", [f"anna:{SECRET}", f"anna:a/{SECRET}", f"{SECRET}", f"anna:{SECRET}?x#y", f"a:b {SECRET}"]
)
def test_a_password_in_an_address_is_never_shown(key, login):
    where = tuple(key.split(".")) if key != "bakgrundskarta" else ("publicering", "bakgrundskarta", "url")
    told = faults(put(where, f"https://{login}@example.org/{{z}}/{{x}}/{{y}}"))
    assert told and SECRET not in told


@pytest.mark.parametrize(
    "body",
    [
        ".".join("a" * 300_000) + " = 1",
        "[" + ".".join("a" * 300_000) + "]",
        "a = " + "[" * 100_000 + "]" * 100_000,
        "a = " + "{b=" * 100_000 + "1" + "}" * 100_000,
        ".".join(["'a'"] * 200_000) + "=1",
        "a = " + "9" * 100_000,
        "a = 0x" + "f" * 500_000,
        "a = '" + "x" * 10_000_000 + "'",
        "".join(f"[a{i}]\n" for i in range(60_000)),
        '"' * 900_000,
        "a" * 900_000,
        "a = [" + "1," * 400_000 + "]",
        "",
        " \n\n",
        "a = [" * 3,
        bytes(range(256)),
        "\ufeff",
        TEXT.encode("utf-16"),
        TEXT.encode("cp1252"),
        "a = 1\na = 2",
        "\x00",
    ],
    ids=range(21),
)
def test_what_is_no_configuration_is_told_at_once(tmp_path, body):
    before = time.monotonic()
    told = load(tmp_path, body)
    assert told.startswith("FEL: Konfiguration") and "Gör så här: " in told and len(told) < 20_000
    assert time.monotonic() - before < 10


def test_what_editors_do_to_a_file_is_no_fault(tmp_path):
    import unicodedata

    assert load(tmp_path, b"\xef\xbb\xbf" + TEXT.encode()) == ""
    assert load(tmp_path, TEXT.replace("\n", "\r\n")) == ""
    path = tmp_path / "nfd.toml"
    path.write_text(unicodedata.normalize("NFD", TEXT), encoding="utf-8")
    assert load_region(path).kommunnamn == load_region(ROOT / "config/dalarna.toml").kommunnamn


def test_a_place_that_is_no_file_is_told_and_never_waited_for(tmp_path):
    os.mkfifo(tmp_path / "ror")
    (tmp_path / "mapp").mkdir()
    for path, said in (
        (tmp_path / "ror", "ingen vanlig fil"),
        (tmp_path / "mapp", "är en mapp"),
        (Path("/dev/null"), "ingen vanlig fil"),
        (tmp_path / "saknas", "finns inte"),
        (tmp_path / ("x" * 5000), "går inte att läsa"),
    ):
        with pytest.raises(DataError, match=said):
            load_region(path)


def test_a_file_one_may_not_read(tmp_path):
    path = tmp_path / "lan.toml"
    path.write_text(TEXT)
    path.chmod(0)
    command = [sys.executable, "-m", "pipelines", "inventory", "--config", path, "--raw", tmp_path]
    done = subprocess.run([*without_rights(), *command], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 2 and "behörighet" in done.stderr and "Traceback" not in done.stderr


def test_the_command_ends_with_two_and_without_a_traceback(tmp_path):
    (tmp_path / "lan.toml").write_text(instead("bas_url", f'"https://anna:{SECRET}@example.org"'), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipelines", "inventory", "--config", tmp_path / "lan.toml", "--raw", tmp_path],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )
    assert done.returncode == 2 and done.stderr.startswith("FEL: Konfigurationen följer inte schemat")
    assert "Traceback" not in done.stderr and SECRET not in done.stdout + done.stderr


def test_a_key_in_the_query_of_an_address_is_refused_and_not_shown(tmp_path):
    told = load(tmp_path, add("hamta.lantmateriet", f'mark_url = "https://example.org/a.gpkg?x=1&api_key={SECRET}"'))
    assert "hamta.lantmateriet.mark_url: hemligheter får inte stå i en webbadress («api_key» i frågan)" in told
    assert SECRET not in told


def test_a_password_that_is_a_key_is_not_shown(tmp_path):
    told = load(tmp_path, add("publicering", f'"https://a:{SECRET}@h" = 1', f'"x.https://a:{SECRET}@h" = 1'))
    assert told.count("okänd nyckel") == 2 and SECRET not in told
