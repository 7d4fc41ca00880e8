"""What is read is what was listed: content decides, not dates or names, and a file swapped in between stops."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import gpkg_files as make
import pytest

from pipelines import __main__ as command
from pipelines.core import ledger
from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.incoming import inventory, listing, roles
from pipelines.steps import PUBLISHERS

GRID = "scb/befolkning_1km_2024.gpkg"
TEKNIK = "pts/PTS tabellbilaga teknik (1).xlsx"
MOBIL = "pts/mobil.xlsx"
ADDRESS = "lantmateriet/belagenhetsadresser_kn1480.zip"
LISTS = ("indata.lista", "konfiguration.txt", "publicerade.txt", "tidigare.txt", "val.txt")


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    """Files with the names of inputs, an hour old; what is in them no adapter reads here."""
    raw = tmp_path / "raw"
    for name in (GRID, TEKNIK, MOBIL, ADDRESS):
        (raw / name).parent.mkdir(parents=True, exist_ok=True)
        (raw / name).write_text(f"innehåll {name}", encoding="utf-8")
    (tmp_path / "lan.toml").write_text('[kontroll]\npublicerade_fil = "tal.csv"\n', encoding="utf-8")
    (tmp_path / "tal.csv").write_text("a,b\n", encoding="utf-8")
    return Paths(tmp_path / "lan.toml", raw, tmp_path / "out", tmp_path / "maps")


def list_now(paths: Paths) -> dict[str, bytes]:
    listing.refresh(paths)
    return {name: (paths.step / name).read_bytes() for name in LISTS}


def swap(path: Path, body: bytes | None = None) -> None:
    """Put another file of the same size and time in a file's place, as an unpacked archive does."""
    seen, old = path.stat(), path.read_bytes()
    other = path.with_name("annan")
    other.write_bytes(body if body is not None else bytes([old[0] ^ 1]) + old[1:])
    os.utime(other, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    other.replace(path)


def differing(paths: Paths, before: dict[str, bytes]) -> set[str]:
    return {name for name, body in list_now(paths).items() if body != before[name]}


# --- content, not dates --------------------------------------------------------------------------------------


def test_another_file_with_the_same_size_and_date_is_seen(paths: Paths) -> None:
    before = list_now(paths)
    swap(paths.raw / MOBIL)
    assert differing(paths, before) == {"indata.lista"}
    swap(paths.config, paths.config.read_bytes() + b"# ny\n")
    os.utime(paths.config, (1, 1))
    assert differing(paths, before) == {"indata.lista", "konfiguration.txt"}
    os.utime(paths.config.with_name("tal.csv"), (1, 1))
    swap(paths.config.with_name("tal.csv"))
    assert differing(paths, before) == {"indata.lista", "konfiguration.txt", "publicerade.txt"}


def test_the_same_content_under_another_inode_or_time_of_change_is_the_same(paths: Paths) -> None:
    before = list_now(paths)
    swap(paths.raw / MOBIL, (paths.raw / MOBIL).read_bytes())
    os.utime(paths.config)
    assert differing(paths, before) == set()


def test_the_earlier_edition_is_known_by_its_content(paths: Paths, tmp_path: Path) -> None:
    earlier = tmp_path / "förra"
    earlier.mkdir()
    (earlier / "bredband.gpkg").write_bytes(b"ett")
    paths = Paths(paths.config, paths.raw, paths.out, paths.maps, earlier)
    before = list_now(paths)
    swap(earlier / "bredband.gpkg")
    assert differing(paths, before) == {"tidigare.txt"}


def test_only_what_changed_is_read_again(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    hour = time.time() - 3600
    for path in paths.raw.rglob("*.*"):
        os.utime(path, (hour, hour))
    real = listing._RACY_NS
    monkeypatch.setattr(listing, "_RACY_NS", 0)  # the time of change is now, whatever the test says
    time.sleep(0.05)
    list_now(paths)
    read: list[Path] = []
    look = listing.look

    def watched(path: Path, before: listing.Seen | None) -> listing.Seen:
        seen = look(path, before)
        if seen is not before:
            read.append(path)
        return seen

    monkeypatch.setattr(listing, "look", watched)
    list_now(paths)
    assert read == []
    swap(paths.raw / MOBIL)
    list_now(paths)
    assert read == [paths.raw / MOBIL]
    # One that had just been written when it was read is read again: it may have changed in the same moment.
    monkeypatch.setattr(listing, "_RACY_NS", real)
    for _ in range(2):
        swap(paths.raw / MOBIL)
        list_now(paths)
        list_now(paths)
    assert read[1:] == [paths.raw / MOBIL] * 4


def test_a_clock_that_was_set_back_hides_nothing(paths: Paths) -> None:
    list_now(paths)
    ahead = time.time() + 86_400
    for i, name in enumerate(LISTS):
        os.utime(paths.step / name, (ahead + i, ahead + i))
    order = sorted(LISTS, key=lambda n: (paths.step / n).stat().st_mtime_ns)
    list_now(paths)
    assert all((paths.step / n).stat().st_mtime <= time.time() for n in LISTS)
    assert sorted(LISTS, key=lambda n: (paths.step / n).stat().st_mtime_ns) == order


def test_edits_beside_a_geopackage_are_part_of_it(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    make.squares(raw / GRID, [(320_000, 6_400_000, 1)])
    paths = Paths(tmp_path / "c.toml", raw, tmp_path / "out", tmp_path / "maps")
    before = list_now(paths)
    with sqlite3.connect(raw / GRID) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.commit()
        opened = list_now(paths)
        db.execute("CREATE TABLE a (b)")
        db.commit()
        assert (raw / f"{GRID}-wal").stat().st_size > 0
        assert list_now(paths)["indata.lista"] not in (before["indata.lista"], opened["indata.lista"])
        assert roles.list_inputs(raw)[1] == [], "-wal and -shm are no unknown files"
    db.close()


# --- what is read is what was listed -------------------------------------------------------------------------


def listed(paths: Paths) -> None:
    listing.refresh(paths)
    known, _ = roles.list_inputs(paths.raw)
    for group in PUBLISHERS:
        items = [inventory.describe(p, role, paths.raw) for p, role in known if role.group == group]
        paths.inventory(group).parent.mkdir(parents=True, exist_ok=True)
        paths.inventory(group).write_text(json.dumps(items), encoding="utf-8")


def changed_by(what: str, path: Path) -> None:
    if what == "bytt":
        swap(path)
    elif what == "borta":
        path.unlink()
    elif what == "ny":
        path.with_name("hastighet.xlsx").write_text("ny")
    elif what == "växer":
        with path.open("ab") as f:
            f.write(b"mer")


@pytest.mark.parametrize("what", ["bytt", "borta", "ny", "växer"])
@pytest.mark.parametrize("when", ["före", "under"])
def test_a_file_swapped_before_or_while_it_is_read_stops(what: str, when: str, paths: Paths) -> None:
    listed(paths)

    def step() -> None:
        with listing.unchanged("pts", paths):
            if when == "under":
                changed_by(what, paths.raw / MOBIL)

    if when == "före":
        changed_by(what, paths.raw / MOBIL)
    with pytest.raises(DataError, match="bytts ut medan körningen pågick") as stopped:
        step()
    assert Path(str(stopped.value.file)).name == ("hastighet.xlsx" if what == "ny" else "mobil.xlsx")


def test_a_swap_explains_what_the_reader_fell_over(paths: Paths) -> None:
    listed(paths)
    with pytest.raises(DataError, match="bytts ut"), listing.unchanged("pts", paths):
        (paths.raw / MOBIL).unlink()
        raise FileNotFoundError(2, "No such file or directory", str(paths.raw / MOBIL))
    listed(paths)
    with pytest.raises(KeyError), listing.unchanged("pts", paths):
        raise KeyError("x")


@pytest.mark.parametrize("which", ["indata", "konfiguration"])
def test_a_file_swapped_out_and_back_while_it_is_read_stops(which: str, paths: Paths) -> None:
    """Before and after the same stands there, and what was read is another."""
    listed(paths)
    path = paths.raw / MOBIL if which == "indata" else paths.config
    body = path.read_bytes()
    paths.ledger("pts").parent.mkdir(parents=True)

    def step() -> None:
        with listing.unchanged("pts", paths):
            swap(path)
            paths.ledger("pts").write_text("{}")  # the step has read, and is done
            swap(path, body)

    with pytest.raises(DataError, match="bytts ut medan körningen pågick"):
        step()
    assert path.read_bytes() == body
    assert not paths.ledger("pts").exists(), "the next run reads again"


@pytest.mark.parametrize(
    "harmless", [lambda p: os.utime(p), lambda p: swap(p, p.read_bytes()), lambda p: p.chmod(0o600)]
)
def test_a_file_that_is_touched_or_copied_before_it_is_read_is_the_same(
    harmless: Callable[[Path], object], paths
) -> None:
    listed(paths)
    harmless(paths.raw / MOBIL)
    with listing.unchanged("pts", paths):
        pass


def test_the_first_file_of_a_publisher_that_comes_in_between_stops(paths: Paths) -> None:
    listed(paths)
    (paths.raw / "granser").mkdir()
    (paths.raw / "granser/kommun.gpkg").write_text("ny")
    for stage in ("granser", "scb"):
        with pytest.raises(DataError, match="filen är ny"), listing.unchanged(stage, paths):
            pass


def test_another_publishers_file_stops_nobody_else(paths: Paths) -> None:
    listed(paths)
    swap(paths.raw / GRID)
    with listing.unchanged("pts", paths):
        pass
    with pytest.raises(DataError, match="bytts ut"), listing.unchanged("scb", paths):
        pass


def test_a_configuration_that_is_edited_during_the_run_stops_every_later_step(paths: Paths) -> None:
    listed(paths)
    with listing.unchanged("grid", paths):
        pass
    swap(paths.config, paths.config.read_bytes() + b"#")
    for stage in ("grid", "webmap", "install"):
        with pytest.raises(DataError, match="bytts ut"), listing.unchanged(stage, paths):
            pass
    for stage in ("plan", "fetch", "demo"):
        with listing.unchanged(stage, paths):
            pass


def test_the_command_reads_nothing_but_what_was_listed(paths: Paths, capsys) -> None:
    listed(paths)
    swap(paths.raw / GRID)
    paths.config.write_text("", encoding="utf-8")
    folders = ["--config", paths.config, "--raw", paths.raw, "--out", paths.out, "--maps", paths.maps]
    assert command.main(["scb", *map(str, folders)]) == 2
    assert "En fil har bytts ut medan körningen pågick" in capsys.readouterr().err


# --- whatever lies there -------------------------------------------------------------------------------------


def a_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # the name of a socket has a bound
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path.name)
    finally:
        os.chdir(here)


ODD: dict[str, Callable[[Path], object]] = {
    "ett namngivet rör": lambda p: os.mkfifo(p),
    "en sockel": a_socket,
    "en mapp": lambda p: p.mkdir(),
    "en länk till något som inte finns": lambda p: p.symlink_to("/finns/inte"),
    "en länk som går runt": lambda p: p.symlink_to(p),
}


@pytest.mark.parametrize("found", ODD)
def test_what_is_named_as_an_input_and_is_no_file_stops_at_once(found: str, paths: Paths) -> None:
    ODD[found](paths.raw / "pts/hastighet.xlsx")
    with pytest.raises(DataError, match="ingen fil") as stopped:
        listing.refresh(paths)
    assert found in str(stopped.value)


@pytest.mark.parametrize("found", ODD)
def test_the_same_under_an_unknown_name_is_counted(found: str, paths: Paths) -> None:
    ODD[found](paths.raw / "pts/vad som helst")
    listing.refresh(paths)
    _, unknown = roles.list_inputs(paths.raw)
    assert [p.name for p in unknown] == ["vad som helst"]
    inventory.note_unknown(unknown, paths)
    (entry,) = ledger.load(paths.ledger("inventory")).entries
    assert (entry.count, entry.examples) == (1, ("pts/vad som helst",))


@pytest.mark.parametrize(
    ("name", "as_what"), [("granser", "fil"), ("tackning", "länk"), ("granser", "länk"), ("Kolada", "mapp")]
)
def test_a_publishers_folder_that_is_none_is_not_passed_over(name: str, as_what: str, paths: Paths) -> None:
    path = paths.raw / name
    if as_what == "fil":
        path.write_text("x")
    elif as_what == "länk":
        path.symlink_to("/mnt/borta")
    else:
        path.mkdir()
        (path / "x.json").write_text("{}")
    with pytest.raises(DataError, match=name):
        listing.refresh(paths)


def test_links_to_files_and_folders_elsewhere_are_followed(paths: Paths, tmp_path: Path) -> None:
    before = list_now(paths)
    (paths.raw / "pts").rename(tmp_path / "pts på annan disk")
    (paths.raw / "pts").symlink_to(tmp_path / "pts på annan disk")
    (paths.raw / GRID).rename(tmp_path / "rutor")
    (paths.raw / GRID).symlink_to(tmp_path / "rutor")
    assert differing(paths, before) == set()
    swap(tmp_path / "rutor")
    assert differing(paths, before) == {"indata.lista"}


def test_a_name_that_is_no_text_is_told_or_counted(paths: Paths) -> None:
    odd = os.fsdecode(b"\xff\x1b[31m")
    (paths.raw / "pts" / odd).write_text("x")
    listing.refresh(paths)
    inventory.note_unknown(roles.list_inputs(paths.raw)[1], paths)
    (entry,) = ledger.load(paths.ledger("inventory")).entries
    assert entry.examples == ("pts/��[31m",)
    (paths.raw / f"pts/hastighet{odd}.xlsx").write_text("x")
    with pytest.raises(DataError, match="namn går inte att skriva") as stopped:
        listing.refresh(paths)
    assert str(stopped.value).isprintable() or "\x1b" not in str(stopped.value)


def test_ten_thousand_files_are_listed_fast(paths: Paths) -> None:
    for i in range(10_000):
        (paths.raw / f"pts/{i} okänd.txt").touch()
    listing.refresh(paths)
    began = time.process_time()
    listing.refresh(paths)
    assert time.process_time() - began < 2  # 0.2 s where it was written; room for a slow machine


def test_a_file_being_copied_in_is_told(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    real = listing.hashlib.file_digest

    def slow(f, name):
        with (paths.raw / MOBIL).open("ab") as g:
            g.write(b"mer")
        return real(f, name)

    monkeypatch.setattr(listing.hashlib, "file_digest", slow)
    with pytest.raises(DataError, match="ändras medan den läses"):
        listing.look(paths.raw / MOBIL, None)


# --- demo ----------------------------------------------------------------------------------------------------


def test_a_demo_region_is_fresh_by_what_it_was_made_from(paths: Paths) -> None:
    demo = Paths(paths.config, paths.raw.parent / "tom/demo", paths.out, paths.maps)
    assert not listing.demo_is_fresh(demo)
    demo.raw.mkdir(parents=True)
    (demo.raw / "DEMO.json").write_text(json.dumps({"underlag": listing.demo_basis(paths.config)}))
    os.utime(demo.raw / "DEMO.json", (1, 1))
    assert listing.demo_is_fresh(demo)
    swap(paths.config.with_name("tal.csv"))
    assert not listing.demo_is_fresh(demo)


def test_no_demo_takes_the_place_of_an_edition_of_real_figures(paths: Paths) -> None:
    demo = Paths(paths.config, paths.raw.parent / "tom/demo", paths.out, paths.maps)
    paths.out.mkdir()
    (paths.out / "manifest.json").write_text('{"demo": true}')
    assert not listing.demo_is_fresh(demo)
    (paths.out / "manifest.json").write_text('{"demo": false}')
    with pytest.raises(DataError, match="riktiga filer"):
        listing.demo_is_fresh(demo)
