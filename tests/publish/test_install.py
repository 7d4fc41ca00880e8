"""What is put in place, and what is taken away: only what an earlier run itself put there."""

import hashlib
import shutil
from pathlib import Path

import pytest

from pipelines.paths import Paths
from pipelines.publish import install, installed


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
    install.run(None, paths)
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
    real = install.place

    def broken(built: Path, goal: Path) -> None:
        if goal.name == "0103.html":
            raise KeyboardInterrupt
        real(built, goal)

    monkeypatch.setattr(install, "place", broken)
    with pytest.raises(KeyboardInterrupt):
        put(paths)
    assert (paths.maps / "kommuner/0101.html").read_text() == "a", "the earlier one stays till the end"
    monkeypatch.setattr(install, "place", real)
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


@pytest.mark.parametrize(
    "name", ["../utanfor.txt", "a/../../utanfor.txt", "/etc/utanfor.txt", "lank/utanfor.txt"]
)
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
