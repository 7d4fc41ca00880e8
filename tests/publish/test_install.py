"""What is put in place, and what is taken away: only what an earlier run itself put there."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import pytest

from pipelines.core.errors import DataError
from pipelines.core.paths import Paths
from pipelines.install import installed, journal, put_in_place
from tests import strikes


@pytest.fixture
def paths(tmp_path) -> Paths:
    return Paths(tmp_path / "c.toml", tmp_path / "raw", tmp_path / "out", tmp_path / "maps")


def build(paths: Paths, **pages: str) -> None:
    """Build an edition of its own: a report, and the named kommun pages."""
    shutil.rmtree(paths.built("."), ignore_errors=True)
    bodies = {"out/rapport.md": "r", **{f"maps/kommuner/{n.lstrip('k')}.html": b for n, b in pages.items()}}
    for name, body in bodies.items():
        paths.built(name).parent.mkdir(parents=True, exist_ok=True)
        paths.built(name).write_text(body)


def put(paths: Paths) -> set[str]:
    """Install; return what lies under OUT and MAPS, working material and lists aside."""
    put_in_place.run(None, paths)
    root = paths.out.parent
    found = (p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
    return {n for n in found if "/." not in n}


def test_what_the_run_no_longer_makes_is_removed_with_its_folder(paths):
    build(paths, k0101="demo", k0102="demo")
    assert put(paths) == {"out/rapport.md", "maps/kommuner/0101.html", "maps/kommuner/0102.html"}
    build(paths, k0102="sant")
    assert put(paths) == {"out/rapport.md", "maps/kommuner/0102.html"}
    assert (paths.maps / "kommuner/0102.html").read_text() == "sant"
    build(paths)
    put(paths)
    assert not (paths.maps / "kommuner").exists()


def test_a_strangers_file_stays_and_so_does_one_changed_by_hand(paths, capsys):
    build(paths, k0101="a", k0102="b")
    put(paths)
    (paths.maps / "kommuner/egen.html").write_text("egen")
    (paths.maps / "kommuner/0102.html").unlink()
    (paths.maps / "kommuner/0102.html").write_text("egen text")
    build(paths)
    assert put(paths) == {"out/rapport.md", "maps/kommuner/egen.html", "maps/kommuner/0102.html"}
    assert "har ändrats för hand" in capsys.readouterr().err
    assert "0102.html" not in (paths.maps / ".installerat").read_text(), "no longer ours"


def test_the_list_outlives_the_working_material(paths):
    build(paths, k0101="demo")
    put(paths)
    shutil.rmtree(paths.step)
    build(paths)
    assert put(paths) == {"out/rapport.md"}


def test_a_run_that_broke_off_is_tidied_by_the_next(paths, monkeypatch):
    build(paths, k0101="a")
    put(paths)
    build(paths, k0102="b", k0103="c")
    real = put_in_place.place

    def broken(built: Path, goal: Path) -> None:
        if goal.name == "0103.html":
            raise KeyboardInterrupt
        real(built, goal)

    monkeypatch.setattr(put_in_place, "place", broken)
    with pytest.raises(KeyboardInterrupt):
        put(paths)
    assert (paths.maps / "kommuner/0101.html").read_text() == "a", "the earlier one stays till the end"
    monkeypatch.setattr(put_in_place, "place", real)
    build(paths, k0103="c")
    assert put(paths) == {"out/rapport.md", "maps/kommuner/0103.html"}


def test_work_in_progress_is_not_put_in_place(paths):
    build(paths, k0101="a")
    half = paths.built("maps/.kommuner.17.ny/0102.html")
    half.parent.mkdir()
    half.write_text("half")
    paths.built(".kommunsidor.klar").touch()
    assert put(paths) == {"out/rapport.md", "maps/kommuner/0101.html"}
    assert not any(paths.maps.glob(".kommuner*"))


@pytest.mark.parametrize("name", ["../utanfor.txt", "a/../../utanfor.txt", "/etc/utanfor.txt", "lank/utanfor.txt"])
def test_a_list_that_points_out_of_the_folder_removes_nothing(paths, tmp_path, name):
    outside = tmp_path / "utanfor.txt"
    outside.write_text("x")
    build(paths)
    put(paths)
    (paths.maps / "lank").symlink_to(tmp_path)
    with (paths.maps / ".installerat").open("a") as f:
        f.write(f"{hashlib.sha256(b'x').hexdigest()}  {name}\n")
    put(paths)
    assert outside.exists()


def test_the_list_is_one_sha256sum_can_check(paths):
    build(paths, k0101="a")
    put(paths)
    line = f"{hashlib.sha256(b'a').hexdigest()}  kommuner/0101.html\n"
    assert (paths.maps / ".installerat").read_text() == line
    assert installed.read(paths.maps) == {"kommuner/0101.html": {line[:64]}}


# --- whole or absent ------------------------------------------------------------------------------------------

EARLIER = {
    "out/manifest.json": "m1",
    "out/rapport.md": "r1",
    "out/tabeller/mal.csv": "same",
    "maps/index.html": "i1",
    "maps/kommuner/0101.html": "a1",
    "maps/borta/x.html": "b1",
    "maps/catalog.rdf": "c1",
}
NEW = {
    "out/manifest.json": "m2",
    "out/rapport.md": "r2",
    "out/tabeller/mal.csv": "same",
    "maps/index.html": "i2",
    "maps/kommuner/0101.html": "a2",
    "maps/data/ny.csv": "n2",
    "maps/catalog.rdf": "c2",
}


def lay(paths: Paths, bodies: dict[str, str]) -> None:
    """Build an edition of these files, and of no others."""
    shutil.rmtree(paths.built("."), ignore_errors=True)
    for name, body in bodies.items():
        paths.built(name).parent.mkdir(parents=True, exist_ok=True)
        paths.built(name).write_text(body)


def all_of(paths: Paths) -> dict[str, str]:
    """Return every file under OUT and MAPS, hidden ones too, but for the working material."""
    root = paths.out.parent
    found = (p for d in (paths.out, paths.maps) for p in d.rglob("*") if p.is_file() and ".steg" not in p.parts)
    return {p.relative_to(root).as_posix(): p.read_text() for p in found}


def products(paths: Paths) -> dict[str, str]:
    return {n: b for n, b in all_of(paths).items() if "/." not in n}


@pytest.fixture
def between(paths) -> Paths:
    """The earlier edition in place, the new one built."""
    lay(paths, EARLIER)
    put_in_place.run(None, paths)
    lay(paths, NEW)
    return paths


def again(paths: Paths, tmp_path: Path) -> None:
    """Lay everything back as :func:`between` has it, times and all."""
    kept = tmp_path / "kept"
    if not kept.exists():
        shutil.copytree(paths.out, kept / "out", copy_function=shutil.copy2)
        shutil.copytree(paths.maps, kept / "maps", copy_function=shutil.copy2)
    for folder in (paths.out, paths.maps):
        shutil.rmtree(folder)
        shutil.copytree(kept / folder.name, folder, copy_function=shutil.copy2)


def operations(paths: Paths, work, tmp_path: Path) -> int:
    killed, count = strikes.fork(0, [paths.out, paths.maps], work)
    assert not killed
    again(paths, tmp_path)
    return count


some_or_all = pytest.mark.parametrize("every", [5, pytest.param(1, marks=pytest.mark.utsatt)])
"""A sample of the operations in ``make test``, all of them in ``make test-utsatt``."""


@some_or_all
@pytest.mark.parametrize("built", ["kept", "lost"])
def test_killed_before_any_of_its_operations_it_is_finished_or_undone(between, tmp_path, built, every):
    """And while it stands half done no manifest is there."""
    paths, outcomes = between, set()
    again(paths, tmp_path)
    earlier = all_of(paths)
    count = operations(paths, lambda: put_in_place.run(None, paths), tmp_path)
    assert count > 60
    for number in range(1, count + 1, every):
        again(paths, tmp_path)
        killed, _ = strikes.fork(number, [paths.out, paths.maps], lambda: put_in_place.run(None, paths))
        assert killed
        if (paths.out / "manifest.json").exists():
            assert products(paths) in (EARLIER, NEW), number
        if built == "lost":
            shutil.rmtree(paths.built("."))
        put_in_place.recover(paths)
        outcomes.add("new" if products(paths) == NEW else "earlier")
        assert products(paths) == NEW or all_of(paths) == earlier, number
        assert not journal.pending(paths.out, paths.maps)
        if built == "kept":
            put_in_place.run(None, paths)
            assert products(paths) == NEW
            assert not [n for n in all_of(paths) if "/." in n and not n.endswith("/.installerat")]
            assert not (paths.maps / "borta").exists()
    assert outcomes == {"new", "earlier"} or (every > 1 and built == "lost")


@some_or_all
@pytest.mark.parametrize("built", ["kept", "lost"])
def test_finishing_and_undoing_can_be_killed_too(between, tmp_path, built, every):
    paths = between
    again(paths, tmp_path)
    earlier = all_of(paths)
    count = operations(paths, lambda: put_in_place.run(None, paths), tmp_path)
    for first in range(5, count, 9 * every):
        for second in range(1, 90, 4 * every):
            again(paths, tmp_path)
            strikes.fork(first, [paths.out, paths.maps], lambda: put_in_place.run(None, paths))
            if built == "lost":
                shutil.rmtree(paths.built("."))
            killed, _ = strikes.fork(second, [paths.out, paths.maps], lambda: put_in_place.recover(paths))
            if (paths.out / "manifest.json").exists():
                assert products(paths) in (EARLIER, NEW), (first, second)
            put_in_place.recover(paths)
            assert products(paths) == NEW or all_of(paths) == earlier, (first, second)
            assert not journal.pending(paths.out, paths.maps)
            if not killed:
                break


@some_or_all
def test_a_disk_that_fills_leaves_the_earlier_edition_byte_for_byte(between, tmp_path, every):
    paths = between
    again(paths, tmp_path)
    earlier = all_of(paths)
    count = operations(paths, lambda: put_in_place.run(None, paths), tmp_path)
    undone = 0
    for number in range(1, count + 1, every):
        again(paths, tmp_path)
        strikes.fork(number, [paths.out, paths.maps], lambda: put_in_place.run(None, paths), kind="full")
        assert products(paths) == NEW or all_of(paths) == earlier, number
        undone += products(paths) == EARLIER
    assert undone * every > 30


@some_or_all
def test_where_files_cannot_have_two_names_they_are_copied_and_moved(between, tmp_path, monkeypatch, every):
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links")

    paths = between
    again(paths, tmp_path)
    earlier = all_of(paths)
    monkeypatch.setattr(os, "link", no_links)
    count = operations(paths, lambda: put_in_place.run(None, paths), tmp_path)
    for number in range(1, count + 1, 2 * every):
        again(paths, tmp_path)
        assert strikes.fork(number, [paths.out, paths.maps], lambda: put_in_place.run(None, paths))[0]
        if number % 4 == 1:
            shutil.rmtree(paths.built("."))
        put_in_place.recover(paths)
        assert products(paths) == NEW or all_of(paths) == earlier, number


def middle(paths: Paths, tmp_path: Path) -> None:
    """Be killed when some of the files are in place and some not: the report is, the page not."""
    for number in range(40, 200):
        again(paths, tmp_path)
        strikes.fork(number, [paths.out, paths.maps], lambda: put_in_place.run(None, paths))
        done = all_of(paths)
        if done.get("out/rapport.md") == "r2" and done["maps/kommuner/0101.html"] == "a1":
            return
    raise AssertionError("never half done")


@pytest.mark.parametrize("built", ["kept", "lost"])
@pytest.mark.parametrize("name", ["out/rapport.md", "maps/kommuner/0101.html", "maps/borta/x.html", "maps/data/ny.csv"])
def test_what_somebody_wrote_while_it_was_interrupted_is_not_lost(between, tmp_path, capsys, built, name):
    paths = between
    middle(paths, tmp_path)
    own = tmp_path / name
    own.parent.mkdir(parents=True, exist_ok=True)
    own.unlink(missing_ok=True)
    own.write_text("my own words")
    if built == "lost":
        shutil.rmtree(paths.built("."))
    put_in_place.recover(paths)
    assert "my own words" in all_of(paths).values()
    told = capsys.readouterr().err
    assert "ndra" in told
    assert own.stem in told
    others = {n: b for n, b in products(paths).items() if b != "my own words"}
    whole = NEW if built == "kept" else EARLIER
    assert others == {n: b for n, b in whole.items() if n != name or own.read_text() != "my own words"}


def test_what_somebody_wrote_in_the_earlier_file_itself_is_not_lost(between, tmp_path, capsys):
    """SQLite writes in a file as it stands: under both its names."""
    paths = between
    middle(paths, tmp_path)
    kept = paths.maps / ".installation/fore/catalog.rdf"
    kept.write_text("my own words")
    put_in_place.recover(paths)
    assert (paths.maps / "catalog.rdf").read_text() == "c2"
    assert (paths.maps / "catalog.andrad-for-hand.rdf").read_text() == "my own words"
    assert "catalog.andrad-for-hand.rdf" in capsys.readouterr().err


def test_another_out_with_the_same_maps_settles_it_too(between, tmp_path):
    paths = between
    middle(paths, tmp_path)
    other = Paths(paths.config, paths.raw, tmp_path / "annan", paths.maps)
    put_in_place.recover(other)
    assert products(paths) == NEW
    assert not journal.pending(paths.out, paths.maps)


@pytest.mark.parametrize("gone", ["out", "nothing"])
def test_maps_comes_whole_when_the_out_it_came_from_is_deleted(between, tmp_path, gone):
    paths = between
    middle(paths, tmp_path)
    if gone == "out":
        shutil.rmtree(paths.out)
    put_in_place.recover(Paths(paths.config, paths.raw, tmp_path / "annan", paths.maps))
    whole = EARLIER if gone == "out" else NEW
    there = {n: b for n, b in products(paths).items() if n.startswith("maps/")}
    assert there == {n: b for n, b in whole.items() if n.startswith("maps/")}
    assert not journal.pending(paths.maps)


def test_folders_that_were_moved_are_settled_where_they_are(between, tmp_path):
    paths = between
    middle(paths, tmp_path)
    shutil.rmtree(tmp_path / "kept")
    moved = Paths(paths.config, paths.raw, tmp_path / "flyttad/out", tmp_path / "flyttad/maps")
    moved.out.parent.mkdir()
    paths.out.rename(moved.out)
    paths.maps.rename(moved.maps)
    put_in_place.recover(moved)
    assert products(moved) == NEW
    assert not journal.pending(moved.out, moved.maps)


@pytest.mark.parametrize(
    "body", ["{", "{}", '{"id": 1, "delar": {}}', '{"id": "x", "delar": {"out": {"fore": {"../x": null}}}}']
)
def test_a_journal_that_is_none_of_ours_stops_in_swedish_and_touches_nothing(between, body):
    paths = between
    (paths.out / ".installation").mkdir()
    (paths.out / ".installation/journal.json").write_text(body)
    before = all_of(paths)
    with pytest.raises(DataError, match=r"Journalen .* går inte att läsa"):
        put_in_place.recover(paths)
    assert all_of(paths) == before


def test_a_folder_in_the_way_stops_the_installation_and_undoes_it(between):
    paths = between
    (paths.maps / "data/ny.csv/mapp").mkdir(parents=True)
    before = all_of(paths)
    with pytest.raises(OSError, match=r"ny\.csv"):
        put_in_place.run(None, paths)
    assert all_of(paths) == before
