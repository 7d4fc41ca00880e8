"""A GeoPackage that is open elsewhere, or has changes beside it, is neither replaced nor read; others are."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.core.errors import DataError
from pipelines.formats import at_rest

OTHER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
for line in sys.argv[2:]:
    db.execute(line).fetchall()
print("ready", flush=True)
sys.stdin.read()
db.close()
"""
WAL, WRITE = "PRAGMA journal_mode=WAL", "UPDATE layer_styles SET name = 'mine'"
EMPTIED = "PRAGMA wal_checkpoint(TRUNCATE)"


@pytest.fixture
def gpkg(tmp_path) -> Path:
    path = tmp_path / "bredband.gpkg"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE layer_styles (name TEXT, filler TEXT)")
        db.executemany("INSERT INTO layer_styles VALUES (?, ?)", [("ours", "x" * 5000)] * 400)
        db.commit()
    return path


@pytest.fixture
def opened(gpkg):
    """Return what has another program open the file and do things, and stay there till its stdin closes."""
    started = []

    def program(*statements: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-IS", "-c", OTHER, str(gpkg), *statements],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield program
    for process in started:
        process.kill()
        process.communicate()


def lying(gpkg: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in gpkg.parent.iterdir()}


def styles(gpkg: Path) -> set[str]:
    with closing(sqlite3.connect(gpkg)) as db:
        return {name for (name,) in db.execute("SELECT name FROM layer_styles")}


@pytest.mark.parametrize("check", [at_rest.check_replaceable, at_rest.check_readable])
def test_at_rest_nothing_is_said_or_done(gpkg, check):
    before = lying(gpkg)
    check(gpkg)
    assert lying(gpkg) == before


@pytest.mark.parametrize("check", [at_rest.check_replaceable, at_rest.check_readable])
@pytest.mark.parametrize("statements", [(WAL, WRITE), ("BEGIN IMMEDIATE", "PRAGMA cache_size=1", WRITE)])
def test_open_with_changes_beside_it_stops_and_changes_nothing(gpkg, opened, check, statements):
    opened(*statements)
    before = lying(gpkg)
    with pytest.raises(DataError, match="QGIS") as told:
        check(gpkg)
    assert "är öppen i ett annat program" in str(told.value)
    assert lying(gpkg) == before


def test_open_without_changes_cannot_be_replaced_but_read(gpkg, opened):
    opened(WAL, WRITE, EMPTIED)
    assert (gpkg.parent / "bredband.gpkg-wal").stat().st_size == 0
    with pytest.raises(DataError, match="öppen i ett annat program"):
        at_rest.check_replaceable(gpkg)
    at_rest.check_readable(gpkg)


def test_closed_again_it_is_at_rest(gpkg, opened):
    opened(WAL, WRITE).communicate("")
    at_rest.check_replaceable(gpkg)
    at_rest.check_readable(gpkg)
    assert styles(gpkg) == {"mine"}


@pytest.mark.parametrize("check", [at_rest.check_replaceable, at_rest.check_readable])
@pytest.mark.parametrize(
    ("statements", "left"), [((WAL, WRITE), "mine"), (("PRAGMA cache_size=1", "BEGIN IMMEDIATE", WRITE), "ours")]
)
def test_what_a_crash_left_is_somebodys_changes_and_stays(gpkg, opened, check, statements, left):
    process = opened(*statements)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = lying(gpkg)
    with pytest.raises(DataError, match=r"avslutades hårt[\s\S]*öppna GeoPackage-filen i QGIS och stäng"):
        check(gpkg)
    assert lying(gpkg) == before
    assert styles(gpkg) == {left}, "to open and close it helps, as the text says"
    check(gpkg)


@pytest.mark.parametrize(
    "left",
    [{"-wal": b""}, {"-wal": b"", "-shm": b"x" * 32768}, {"-shm": b"x"}, {"-journal": b""}, {"-journal": bytes(512)}],
)
def test_empty_leftovers_that_nobody_uses_are_taken_away(gpkg, left):
    before = lying(gpkg)
    for end, body in left.items():
        gpkg.with_name(gpkg.name + end).write_bytes(body)
    at_rest.check_readable(gpkg)
    assert len(lying(gpkg)) > 1, "who reads takes nothing away"
    at_rest.check_replaceable(gpkg)
    assert lying(gpkg) == before


def test_changes_to_a_file_that_is_gone_stop_too(gpkg):
    gpkg.unlink()
    gpkg.with_name("bredband.gpkg-wal").write_bytes(b"7")
    with pytest.raises(DataError, match="inte finns längre"):
        at_rest.check_replaceable(gpkg)


def test_to_ask_disturbs_nobody(gpkg, opened):
    """The other program goes on writing, and no lock of its is lost."""
    process = opened(WAL, WRITE)
    for _ in range(3):
        with pytest.raises(DataError):
            at_rest.check_replaceable(gpkg)
    second = opened(WRITE.replace("mine", "theirs"))
    for each in (process, second):
        each.communicate("")
        assert each.returncode == 0
    assert styles(gpkg) == {"theirs"}
    assert os.listdir(gpkg.parent) == [gpkg.name]


@pytest.mark.parametrize("left", [{".installation": None}, {".installerat": "0" * 64 + "  manifest.json\n"}])
def test_the_file_of_an_edition_that_is_not_whole_is_not_read(gpkg, left):
    for name, body in left.items():
        path = gpkg.parent / name
        path.mkdir() if body is None else path.write_text(body)
    with pytest.raises(DataError, match="Ingen hel utgåva"):
        at_rest.check_readable(gpkg)
