"""The Makefile as a planner meets it: runs, does nothing twice, redoes what changed."""

import contextlib
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import zipfile
from pathlib import Path

import pytest

from pipelines.steps import JOB
from tests.conftest import clean_environment, copied, lay_out, make_command, without_rights

ROOT = Path(__file__).parents[1]
PRODUCTS = [
    "out/bredband.gpkg",
    "out/kommuner.csv",
    "out/kommuner.xlsx",
    "out/tackning_250m.tif",
    "out/rapport.md",
    "out/rapport_bilaga.md",
    "out/manifest.json",
    "out/bredbandskarta_intern.html",
    "maps/bredbandskarta.html",
    "maps/kartor/lan_100.pdf",
    "maps/kartor/lan_100.png",
    "maps/specifikation.html",
    "maps/catalog.rdf",
    "maps/catalog.ttl",
    "maps/metadata_iso19139.xml",
]


def make(folder: Path, *goals: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        make_command(folder, *goals), capture_output=True, text=True, env=clean_environment(), timeout=300
    )


def times(folder: Path) -> dict[str, int]:
    return {p: (folder / p).stat().st_mtime_ns for p in PRODUCTS}


def steps(result: subprocess.CompletedProcess[str]) -> set[str]:
    """Return the stages that ran, as the Makefile names them (two spaces, the number of so many, the name)."""
    return set(re.findall(rf"^  \[\d+/{len(JOB)}\] (.+)$", result.stdout, re.MULTILINE))


@pytest.fixture
def copy(small_edition, tmp_path) -> Path:
    """A built county of the test's own."""
    return copied(small_edition, tmp_path / "lan")


def test_every_product_is_there_and_of_one_run(small_edition):
    built = small_edition
    run_id = json.loads((built / "out/manifest.json").read_text())["korning_id"]
    assert all((built / p).stat().st_size > 0 for p in PRODUCTS)
    assert run_id in (built / "out/rapport.md").read_text()
    assert run_id in (built / "out/rapport_bilaga.md").read_text()
    open_id = json.loads((built / "out/.steg/oppen_korning.json").read_text())["korning_id"]
    published = (built / "maps/bredbandskarta.html").read_text()
    assert open_id in published
    assert run_id not in published, "the run's own id is a hash of hidden inputs too"
    assert run_id in (built / "out/kommuner.csv").read_text(encoding="utf-8-sig")
    with sqlite3.connect(built / "out/bredband.gpkg") as gpkg:
        assert any(run_id in row[0] for row in gpkg.execute("SELECT metadata FROM gpkg_metadata"))


def test_a_second_run_does_nothing(copy):
    before = times(copy)
    result = make(copy, "coverage")
    assert result.returncode == 0, result.stderr
    assert steps(result) == set()
    assert times(copy) == before


def test_a_dry_run_of_a_finished_edition_lists_no_step(copy):
    result = make(copy, "-n", "coverage")
    assert result.returncode == 0, result.stderr
    assert "-m pipelines.incoming.listing" in result.stdout
    assert "-m pipelines " not in result.stdout
    assert not [step.says for step in JOB if step.says in result.stdout]


def test_a_dry_run_makes_nothing(tmp_path):
    lay_out(tmp_path)
    result = make(tmp_path, "-n", "coverage")
    assert all(step.says in result.stdout for step in JOB), result.stderr
    assert not (tmp_path / "out").exists()


@pytest.fixture
def program(tmp_path) -> Path:
    """The program in a folder of the test's own."""
    folder = tmp_path / "program"
    shutil.copytree(ROOT / "pipelines", folder / "pipelines", ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("Makefile", "steps.mk", "requirements.lock"):
        shutil.copy2(ROOT / name, folder)
    (folder / ".venv").symlink_to((ROOT / ".venv").resolve())
    return folder


def make_by(program: Path, folder: Path, goal: str = "coverage") -> subprocess.CompletedProcess[str]:
    """Run make with another program, in Pythons that find it first."""
    command = [str(program) if word == str(ROOT) else word for word in make_command(folder, goal)]
    return subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=300)


TELLS = {"Dataproduktspecifikation", "Katalog och metadata", "Ingångssida"}
PROGRAM_TOLD = {"Rapport och manifest", "Lägger produkterna på plats"}
"""The manifest has a hash of the whole program."""


@pytest.mark.parametrize(
    ("file", "redone"),
    [
        ("publish/pages/pages.css", {"Kommunsidor", *TELLS, *PROGRAM_TOLD}),
        ("publish/tiles/write_tiles.py", {"Kartrutor", *TELLS, *PROGRAM_TOLD}),
        ("publish/specification/specifikation.css", {*TELLS, *PROGRAM_TOLD}),
        ("orders/bench/run_bench.py", PROGRAM_TOLD),
        (None, set()),
    ],
)
def test_a_change_in_the_program_redoes_the_steps_it_is_in_and_what_tells_of_them(copy, program, file, redone):
    """The figures are as they were, so the run is the same one; code that is merely newer redoes nothing."""
    before = json.loads((copy / "out/manifest.json").read_text())
    if file:
        with (program / "pipelines" / file).open("a") as f:
            f.write("\n")
    result = make_by(program, copy)
    assert result.returncode == 0, result.stderr
    assert steps(result) == redone
    after = json.loads((copy / "out/manifest.json").read_text())
    assert {k for k in after if after[k] != before[k]} == ({"kodversion"} if file else set())
    assert steps(make_by(program, copy)) == set()


def test_a_change_in_what_reckons_is_another_run(copy, program):
    """Of which every product is made anew: see the test of a changed file."""
    facts = copy / "out/.steg/korning.json"
    before = json.loads(facts.read_text())
    assert before["korning_id"] == json.loads((copy / "out/manifest.json").read_text())["korning_id"]
    with (program / "pipelines/laws/check_laws.py").open("a") as f:
        f.write("\n")
    result = make_by(program, copy, str(facts))
    assert result.returncode == 0, result.stderr
    assert steps(result) == {"Kontrollerar lagarna"}
    assert json.loads(facts.read_text())["korning_id"] != before["korning_id"]


def test_a_lost_product_is_built_again(copy):
    lost = copy / "out/.steg/produkter/maps/data/rutnat_250m.pmtiles"
    before = lost.read_bytes()
    lost.unlink()
    result = make(copy, "coverage")
    assert steps(result) == {"Kartrutor", *TELLS, "Lägger produkterna på plats"}
    assert lost.read_bytes() == before


def test_files_make_cannot_name_come_back_when_lost_and_go_when_no_longer_made(copy):
    built, goal = (copy / d / "kommuner/0001.html" for d in ("out/.steg/produkter/maps", "maps"))
    built.parent.mkdir(exist_ok=True)
    built.write_text("<!doctype html>")
    stamp = copy / "out/.steg/produkter/.pages.klar"
    seen = stamp.stat()
    stamp.write_text(f"{stamp.read_text()}maps/kommuner/0001.html\n")
    os.utime(stamp, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    (copy / "maps/eget.txt").write_text("eget")

    def again() -> set[str]:
        (copy / "maps/bredbandskarta.html").unlink()
        result = make(copy, "coverage")
        assert result.returncode == 0, result.stderr
        return steps(result)

    assert again() == {"Lägger produkterna på plats"}
    goal.unlink()
    assert steps(make(copy, "coverage")) == {"Lägger produkterna på plats"}
    assert goal.exists(), "its name is known from the list in the folder"
    built.unlink()
    assert "Kommunsidor" in again()
    assert not goal.exists()
    assert list(goal.parent.glob("*.html")), "the others stay"
    assert steps(make(copy, "coverage")) == set()
    assert (copy / "maps/eget.txt").exists()


def test_clean_removes_what_was_put_in_place_and_nothing_else(copy):
    for own in ("out/eget.txt", "maps/eget.txt", "maps/data/eget.txt"):
        (copy / own).write_text("eget")
    (copy / "maps/tom").mkdir()
    assert make(copy, "clean").returncode == 0
    left = {p.relative_to(copy).as_posix() for d in ("out", "maps") for p in (copy / d).rglob("*")}
    assert left == {"out/eget.txt", "maps/eget.txt", "maps/data", "maps/data/eget.txt", "maps/tom"}


def test_touching_a_pts_file_redoes_nothing_that_matters(copy):
    before = times(copy)
    workbook = next((copy / "raw/pts").glob("*teknik*"))
    os.utime(workbook)
    first, second = make(copy, "coverage"), make(copy, "coverage")
    assert {s.split()[0] for s in steps(first)} == {"Går"}
    assert steps(second) == set()
    assert times(copy) == before


def test_bytecode_beside_the_code_redoes_nothing(copy):
    before = times(copy)
    for cached in (ROOT / "pipelines").rglob("__pycache__"):
        for touched in (cached.parent, cached, *cached.glob("*.pyc")):
            os.utime(touched)
    assert list((ROOT / "pipelines/publish").glob("*/__pycache__/*.pyc")), "make låter Python spara bytekod"
    result = make(copy, "coverage")
    assert (result.returncode, steps(result), times(copy)) == (0, set(), before)


def test_a_step_says_its_number_and_in_a_terminal_a_bar_says_how_far_it_has_come(copy):
    """Of every step there is: what is left is seen from the first line. A log has plain lines and no signs."""
    at = [s.name for s in JOB].index("laws") + 1
    os.utime(copy / "out/.steg/liggare/history.json")
    log = make(copy, "coverage").stdout
    assert log.splitlines()[0] == f"  [{at}/{len(JOB)}] Kontrollerar lagarna"
    assert "\033" not in log and "\r" not in log
    os.utime(copy / "out/.steg/liggare/history.json")
    ours, theirs = pty.openpty()
    command, env = make_command(copy, "coverage"), clean_environment() | {"TERM": "xterm"}
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env=env) as job:
        os.close(theirs)
        seen = b""
        with contextlib.suppress(OSError):  # the terminal is closed
            while more := os.read(ours, 4096):
                seen += more
    os.close(ours)
    shown = seen.decode()
    assert job.returncode == 0, shown
    bar = "=" * (at * 24 // len(JOB))
    assert f"  {bar}{'.' * (24 - len(bar))}  Kontrollerar lagarna\r" in shown
    assert shown.index(bar) < shown.index(f"[{at}/{len(JOB)}] Kontrollerar lagarna"), "make keeps lines to the end"
    assert shown.rpartition("\033[K")[2].startswith("DEMO") or "Klart." in shown.rpartition("\033[K")[2]


def test_newer_code_that_says_the_same_checks_the_laws_once(copy):
    before = times(copy)
    os.utime(copy / "out/.steg/liggare/history.json")
    first, second = make(copy, "coverage"), make(copy, "coverage")
    assert steps(first) == {"Kontrollerar lagarna"}
    assert steps(second) == set()
    assert times(copy) == before


def test_changing_a_pts_file_redoes_only_what_depends_on_it(copy):
    before = times(copy)
    read_before = (copy / "out/.steg/liggare/lantmateriet.json").stat().st_mtime_ns
    workbook = next((copy / "raw/pts").glob("*teknik*"))
    with zipfile.ZipFile(workbook, "a") as archive:
        archive.comment = b"changed"
    stale = copy / "out/.steg/produkter/maps/kommuner/9999.html"
    stale.parent.mkdir(exist_ok=True)
    stale.write_text("of another run")
    result = make(copy, "coverage")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Läser pts" in steps(result)
    assert not {"Läser lantmateriet", "Läser scb", "Läser granser", "Läser tackning"} & steps(result)
    assert (copy / "out/.steg/liggare/lantmateriet.json").stat().st_mtime_ns == read_before
    assert not stale.exists()
    assert all(times(copy)[p] > before[p] for p in PRODUCTS), "run id has changed, so every product is new"


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        ("scb/befolkning_1km*", ["SCB", "scb/"]),
        ("pts/*teknik*", ["PTS", "pts/"]),
        ("lantmateriet/belagenhets*", ["Lantmäteriet", "lantmateriet/"]),
    ],
)
def test_a_missing_input_is_named_and_earlier_results_stay(copy, gone, words):
    before = times(copy)
    for path in (copy / "raw").glob(gone):
        path.unlink()
    result = make(copy, "coverage")
    assert result.returncode != 0
    assert all(w in result.stderr for w in ["FEL:", *words]), result.stderr
    assert "Traceback" not in result.stderr
    assert times(copy) == before


def test_a_broken_configuration_is_told_in_swedish(copy):
    before = times(copy)
    config = copy / "county.toml"
    config.write_text(config.read_text(encoding="utf-8") + "\n[finns_inte]\nx = 1\n", encoding="utf-8")
    result = make(copy, "coverage")
    assert result.returncode != 0
    assert "finns_inte: okänd nyckel" in result.stderr
    assert times(copy) == before


@pytest.mark.parametrize("sign", [" ", *"$#%:;|&<>()*?[]{}'\"`~\\!"])
@pytest.mark.parametrize("variable", ["OUT", "MAPS"])
def test_a_sign_of_makes_own_in_out_or_maps_is_refused_in_swedish(variable, sign, tmp_path):
    result = subprocess.run(
        ["make", "-C", str(ROOT), "coverage", f"{variable}={tmp_path}/a{sign}b"], capture_output=True, text=True
    )
    assert result.returncode != 0
    assert f"FEL: {variable}=«{tmp_path}/a{sign}b» innehåller" in result.stderr
    assert list(tmp_path.iterdir()) == []


SIGNS = "|:#$%&;'\"*?[]{}<>()!\\`~=, \n\x1bå e\u0301"
"""Every sign that make, the shell, SQLite or GDAL reads as its own; é as macOS writes it."""
ODD_NAMES = {
    "pts/mtbbk_tabellbilaga_teknik.xlsx": "pts/PTS tabellbilaga teknik (1).xlsx",
    "pts/mtbbk_tabellbilaga_hastighet.xlsx": f"pts/-{SIGNS} hastighet.xlsx",
    "scb/tatorter_2023.gpkg": f"scb/tatorter_{SIGNS}.gpkg",
    "granser/kommungranser.gpkg": f"granser/--{SIGNS}.gpkg",
    "lantmateriet/belagenhetsadresser_kn9901.zip": f"lantmateriet/belagenhetsadresser_{SIGNS}.zip",
    "lantmateriet/mark.gpkg": f"lantmateriet/mark{SIGNS}.gpkg",
    "tackning/omraden_kommun.gpkg": "tackning/omraden_a\u030a 'b' #1.gpkg",
}


def test_a_file_or_folder_of_input_may_be_called_anything(small_edition, tmp_path):
    """The same files under odd names, in odd folders, are read as they were under plain ones."""
    import pandas as pd

    folder = tmp_path / f"-{SIGNS}".replace("\n", "")
    raw, config, out = folder / f"-raw {folder.name}", folder / "-läns$HOME.toml", tmp_path / "out"
    shutil.copytree(small_edition / "raw", raw)
    shutil.copy(small_edition / "county.toml", config)
    for plain, odd in ODD_NAMES.items():
        (raw / plain).rename(raw / odd)
    (raw / "pts/~$PTS tabellbilaga teknik (1).xlsx").write_text("lås")
    sources = raw / "tackning/kallor.csv"
    told = sources.read_text(encoding="utf-8")
    sources.write_text(told.replace("omraden_kommun.gpkg", "omraden_\u00e5 'b' #1.gpkg"), encoding="utf-8")
    ledgers = [f"{out}/.steg/liggare/{s}.json" for s in ("lantmateriet", "scb", "pts", "granser", "tackning")]
    command = make_command(tmp_path, *ledgers)
    given = [f"RAW={raw}", f"CONFIG={config}", f"OUT={out}", f"MAPS={tmp_path}/maps"]
    at = command.index(f"RAW={tmp_path}/raw")
    command[at : at + 4] = given
    result = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=300)
    assert result.returncode == 0, result.stdout + result.stderr
    for table in (
        "adresser_kalla",
        "befolkning",
        "granser",
        "mark",
        "orter",
        "pts_teknik",
        "pts_hastighet",
        "evidens_adress",
        "evidens_ruta",
        "evidens_omrade",
    ):
        here, plain = (pd.read_parquet(d / f".steg/{table}.parquet") for d in (out, small_edition / "out"))
        same = [c for c in here.columns if c not in ("fil", "kalla")]
        pd.testing.assert_frame_equal(here[same], plain[same])
    again = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=60)
    assert (again.returncode, steps(again)) == (0, set())


@pytest.mark.parametrize("what", ["indata", "konfiguration"])
def test_a_file_replaced_by_an_older_one_is_seen(copy, what):
    path = copy / ("raw/tackning/adresser_fiber.csv" if what == "indata" else "county.toml")
    body, seen = path.read_text(encoding="utf-8"), path.stat()
    other = path.with_name("annan")
    other.write_text(body.replace("Öbolaget", "Åbolaget") if what == "indata" else body + "#", encoding="utf-8")
    os.utime(other, ns=(seen.st_atime_ns, seen.st_mtime_ns - 10**15))
    other.replace(path)
    result = make(copy, f"{copy}/out/.steg/liggare/tackning.json")
    assert result.returncode == 0, result.stderr
    assert "Läser tackning" in steps(result)
    assert steps(make(copy, f"{copy}/out/.steg/liggare/tackning.json")) == set()


def read_only(folder: Path, *goals: str, root: Path) -> subprocess.CompletedProcess[str]:
    """Run make where nothing can be written under ``folder``, in a view of the disk of its own."""
    script = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    alone = ["unshare", *([] if os.geteuid() == 0 else ["--map-root-user"]), "--mount", "sh", "-c"]
    if not shutil.which("unshare") or subprocess.run([*alone, script, folder, "true"], capture_output=True).returncode:
        pytest.skip("this system lets nobody mount")
    command = [*alone, script, str(folder), *make_command(root, *goals, new=True)]
    return subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=300)


@pytest.mark.parametrize("which", ["out", "maps"])
def test_an_edition_that_cannot_be_written_stays_as_it_is_and_that_is_told(copy, which):
    (copy / "maps/bredbandskarta.html").unlink()
    before = {p: p.read_bytes() for d in ("out", "maps") for p in (copy / d).glob("*.*") if p.is_file()}
    result = read_only(copy / which, "coverage", root=copy)
    assert result.returncode != 0
    assert "FEL: Mappen eller disken är skrivskyddad." in result.stderr
    assert f"Fil: {copy / which}" in result.stderr
    assert "Traceback" not in result.stderr
    said = [line for line in result.stderr.splitlines() if not line.startswith((" ", "FEL: ", "make: "))]
    assert said == [], "no shell has a say"
    assert {p: p.read_bytes() for p in before} == before


def test_input_that_cannot_be_written_is_read(copy):
    with (copy / "raw/tackning/adresser_fiber.csv").open("a", encoding="utf-8") as f:
        f.write("9901-003,fiber,1000,100.0,tillgang,X\n")
    result = read_only(copy / "raw", f"{copy}/out/.steg/liggare/tackning.json", root=copy)
    assert (result.returncode, result.stderr) == (0, "")
    assert "Läser tackning" in steps(result)


def test_clean_tells_in_swedish_of_what_it_cannot_remove(copy):
    result = read_only(copy / "maps", "clean", root=copy)
    assert result.returncode != 0
    assert result.stderr.startswith("FEL: ")


@pytest.mark.parametrize("name", ["fil", "mapp"])
def test_an_input_that_nobody_may_read_is_named(name, copy):
    locked = copy / ("raw/pts/mtbbk_tabellbilaga_teknik.xlsx" if name == "fil" else "raw/pts")
    locked.chmod(0)
    command = [*without_rights(), *make_command(copy, "coverage", new=True)]
    result = subprocess.run(command, capture_output=True, text=True, env=clean_environment(), timeout=60)
    assert result.returncode != 0
    assert "FEL: Rättighet saknas" in result.stderr, result.stderr
    assert f"Fil: {locked}" in result.stderr


def test_what_programs_leave_is_no_input_and_what_cannot_be_read_is_no_empty_folder(tmp_path):
    """Where nothing but such things lie, the demo region is made; a thing that is there but unknown is told."""

    def asked(raw: Path) -> str:
        command = ["make", "-n", "-C", str(ROOT), "coverage", f"RAW={raw}", f"OUT={tmp_path}/out", f"MAPS={tmp_path}/m"]
        return subprocess.run(command, capture_output=True, text=True, env=clean_environment()).stdout

    for i, (name, demo) in enumerate(
        [
            ("pts/~$teknik $x.xlsx", True),
            ("pts/ReadMe.txt", True),
            ("scb/.DS_Store", True),
            ("scb/Thumbs.db", True),
            ("annat/x.gpkg", True),
            ("pts/x.xlsx.kalla.json", True),
            ("pts/hej hå.xlsx", False),
            ("scb/|", False),
            ("granser/-n", False),
        ]
    ):
        raw = tmp_path / f"raw {i}"
        (raw / name).parent.mkdir(parents=True)
        (raw / name).write_text("x")
        assert ("--demo" in asked(raw)) == demo, name
    (tmp_path / "borta").mkdir()
    (tmp_path / "borta/tackning").symlink_to("/mnt/finns/inte")
    assert "--demo" not in asked(tmp_path / "borta")


def test_a_goal_that_is_none_is_told_in_swedish():
    result = subprocess.run(["make", "-C", str(ROOT), "covrage"], capture_output=True, text=True)
    assert result.returncode != 0
    assert "FEL: covrage är inget mål" in result.stderr


def test_an_internal_edition_inside_the_published_one_is_refused(tmp_path):
    given = [f"OUT={tmp_path}/maps/internt", f"MAPS={tmp_path}/maps", f"RAW={tmp_path}/raw"]
    result = subprocess.run(["make", "-C", str(ROOT), "demo", *given], capture_output=True, text=True)
    assert result.returncode != 0
    assert "publicerad utgåva" in result.stderr


def test_help_explains_every_target():
    listed = subprocess.run(["make", "-C", str(ROOT), "--no-print-directory", "help"], capture_output=True, text=True)
    for goal in ("coverage", "test", "test-browser", "test-qgis", "lint", "bench", "docs", "clean", "demo"):
        assert f"  {goal} " in listed.stdout
