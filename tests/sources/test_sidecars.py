"""Edits that lie beside a GeoPackage are read, and nothing under RAW is ever changed."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import gpkg_files as make
import pytest

from pipelines.core import files
from pipelines.core.errors import DataError
from pipelines.formats import gpkg, sidecars
from tests.conftest import without_rights

WANTED = {"kod": ("kod",)}
SQUARE = make.square(320_000, 6_400_000)


def with_log(folder: Path, name: str = "x.gpkg", *edits: str) -> Path:
    """A database as QGIS leaves it when it is open or was killed: the last edit is only in the -wal."""
    source = make.sql(make.gpkg(folder / "gors" / name, {"kod": ["a", "b"]}, [SQUARE, SQUARE], "t"))
    path = folder / name
    with closing(sqlite3.connect(source)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        for edit in edits or ("UPDATE t SET kod = 'ändrad' WHERE kod = 'b'",):
            db.execute(edit)
        db.commit()
        shutil.copyfile(source, path)
        shutil.copyfile(f"{source}-wal", f"{path}-wal")
    shutil.rmtree(source.parent)
    assert Path(f"{path}-wal").stat().st_size > 0
    return path


def state(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        p.relative_to(folder).as_posix(): (files.sha256(p), p.stat().st_mtime_ns)
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def read(path: Path) -> list[str]:
    (layer,) = gpkg.layers(path)
    return list(gpkg.read(layer, WANTED)["kod"].to_pylist())


def test_edits_in_the_log_are_read_and_nothing_is_changed(tmp_path: Path) -> None:
    path = with_log(tmp_path)
    before = state(tmp_path)
    assert read(path) == ["a", "ändrad"]
    assert read(path) == ["a", "ändrad"]
    assert state(tmp_path) == before
    Path(f"{path}-wal").unlink()  # the same file without its log has not got the edit
    assert read(path) == ["a", "b"]


def test_a_table_that_is_only_in_the_log(tmp_path: Path) -> None:
    path = with_log(tmp_path, "x.gpkg", "ALTER TABLE t ADD COLUMN ny TEXT", "UPDATE t SET ny = 'finns'")
    (layer,) = gpkg.layers(path)
    assert gpkg.read(layer, {"ny": ("ny",)})["ny"].to_pylist() == ["finns", "finns"]


def test_a_log_that_grows_between_two_readings_is_read_anew(tmp_path: Path) -> None:
    path = with_log(tmp_path)
    assert read(path) == ["a", "ändrad"]
    other = with_log(tmp_path / "annan", "x.gpkg", "UPDATE t SET kod = 'igen'")
    for end in ("", "-wal"):
        Path(f"{other}{end}").replace(f"{path}{end}")
    assert read(path) == ["igen", "igen"]


def test_an_empty_log_and_one_of_another_database(tmp_path: Path) -> None:
    path = make.sql(make.gpkg(tmp_path / "x.gpkg", {"kod": ["a"]}, [SQUARE], "t"))
    Path(f"{path}-wal").touch()
    before = state(tmp_path)
    assert read(path) == ["a"]
    assert state(tmp_path) == before
    Path(f"{path}-wal").write_bytes(b"skrot" * 1000)
    with pytest.raises(DataError, match="inte hela") as e:  # SQLite would pass it over, and its edits, without a word
        read(path)
    assert "x.gpkg-wal" in str(e.value)


def test_a_log_that_was_cut_off_when_copied(tmp_path: Path) -> None:
    path = with_log(tmp_path)
    log = Path(f"{path}-wal")
    log.write_bytes(log.read_bytes()[:3000])
    with pytest.raises(DataError, match="inte hela"):
        read(path)


def test_a_log_in_the_zip_is_read_too(tmp_path: Path) -> None:
    path = with_log(tmp_path)
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as z:
        z.write(path, "x.gpkg")
        z.write(f"{path}-wal", "x.gpkg-wal")
    assert read(tmp_path / "b.zip") == ["a", "ändrad"]


def test_a_change_broken_off_half_way_stops(tmp_path: Path) -> None:
    source = make.sql(make.gpkg(tmp_path / "gors/x.gpkg", {"kod": ["a"] * 2000}, [SQUARE] * 2000, "t"))
    path = tmp_path / "x.gpkg"
    with closing(sqlite3.connect(source, isolation_level=None)) as db:
        db.execute("PRAGMA cache_size = 1")
        db.execute("BEGIN")
        db.execute("UPDATE t SET kod = 'halv' || fid")
        db.execute("CREATE TABLE stor AS SELECT hex(randomblob(500)) FROM t")
        shutil.copyfile(source, path)
        shutil.copyfile(f"{source}-journal", f"{path}-journal")
        db.execute("ROLLBACK")
    shutil.rmtree(source.parent)
    before = state(tmp_path)
    with pytest.raises(DataError, match="avbruten på halva vägen") as e:
        gpkg.layers(path)
    assert "x.gpkg-journal" in str(e.value)
    assert state(tmp_path) == before
    head = Path(f"{path}-journal")
    head.write_bytes(b"\0" * 28 + head.read_bytes()[28:])  # spent: SQLite's PERSIST leaves it so
    assert [x.name for x in gpkg.layers(path)] == ["t"]
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as z:
        z.write(path, "x.gpkg")
        z.writestr("x.gpkg-journal", sidecars.JOURNAL_MAGIC + b"\0" * 100)
    with pytest.raises(DataError, match="avbruten på halva vägen"):
        gpkg.layers(tmp_path / "b.zip")


def test_no_room_for_the_copy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = with_log(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(DataError, match="läses därför genom en kopia") as e:
        gpkg.layers(path)
    assert "TMPDIR" in str(e.value)
    assert "No space left" in str(e.value).split("(programbiblioteket säger:")[1]


def test_the_copy_goes_with_the_process_and_is_swept_should_it_be_killed(tmp_path: Path) -> None:
    path = with_log(tmp_path / "raw")
    left = tmp_path / "tmp"
    left.mkdir()
    code = (
        "import sys; from pathlib import Path; from pipelines.formats import gpkg; gpkg.layers(Path(sys.argv[1]));"
        "print(*[p.name for p in Path(sys.argv[2]).iterdir()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), str(left)],
        env={**os.environ, "TMPDIR": str(left)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"\.bredband\.\d+\.ny-\w+\n", done.stdout)  # as tests/test_leftovers.py has them swept
    assert list(left.iterdir()) == []


def test_a_folder_that_may_not_be_written_in(tmp_path: Path) -> None:
    path = with_log(tmp_path / "raw")
    (tmp_path / "raw").chmod(0o555)
    code = (
        "import sys; from pathlib import Path; from pipelines.formats import gpkg;"
        "(t,) = gpkg.layers(Path(sys.argv[1])); print(gpkg.read(t, {'kod': ('kod',)})['kod'].to_pylist())"
    )
    try:
        done = subprocess.run(
            [*without_rights(), sys.executable, "-c", code, str(path)],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        (tmp_path / "raw").chmod(0o755)
    assert (done.stdout, done.stderr) == ("['a', 'ändrad']\n", "")
