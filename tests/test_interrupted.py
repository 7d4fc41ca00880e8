"""A real edition under a program that is killed, and on disks that are full or may not be written on.

A sample runs in ``make test``, the whole campaign in ``make test-utsatt`` (marker ``utsatt``). The earlier
edition is the small county's with every product that can be changed made another; the new one is the county's
own, built and waiting. So a file of the wrong edition is seen, and the next run has one right answer.
"""

import hashlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.conftest import ROOT, clean_environment, copied, made_once, make_command

EARLIER_ONLY, NEW_ONLY = "maps/kommuner/9999.html", "maps/kartor/lan_100.pdf"
KILLS_INSTALLING, KILLS_COMPUTING = 50, 30
SAMPLE = 6
NEXT = ("coverage", "plan", "compare", "arkiv", "verifiera", "clean")
Files = dict[str, str]


def tree(folder: Path, *, working: bool = False) -> Files:
    """Return the checksum of every file under OUT and MAPS, hidden ones too; working material if asked for."""
    found = (p for d in ("out", "maps") for p in (folder / d).rglob("*") if p.is_file())
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in found
        if (working or ".steg" not in p.parts) and p.relative_to(folder).parts[1] not in ON_ORDER
    }


ON_ORDER = ("plan", "fraga", "jamforelse", "arkiv", ".las")


def products(folder: Path) -> Files:
    return {n: s for n, s in tree(folder).items() if "/." not in n}


def run(folder: Path, *goals: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        make_command(folder, *goals), capture_output=True, text=True, env=clean_environment(), timeout=600
    )


def words_for(goal: str, folder: Path) -> list[str]:
    """Return the goal with what it must be given."""
    given = {
        "plan": ["BUDGET=1000000"],
        "compare": [f"FRAN={folder}/tidigare"],
        "verifiera": [f"PAKET={folder}/paket.zip"],
    }
    return [goal, *given.get(goal, [])]


@pytest.fixture(scope="session")
def prepared(archived_edition, tmp_path_factory) -> Path:
    """A folder with ``lan`` (see above), ``before`` (a copy to lay it back from) and the two editions' files."""
    return made_once(tmp_path_factory, "avbrott", lambda folder: _prepare(archived_edition, folder))


def _prepare(edition: Path, folder: Path) -> None:
    lan = copied(edition, folder / "lan")
    shutil.move(next((lan / "out/arkiv").glob("*INTERN.zip")), lan / "paket.zip")
    shutil.rmtree(lan / "out/arkiv")
    shutil.copytree(lan / "out", lan / "tidigare", copy_function=shutil.copy2, ignore=shutil.ignore_patterns(".*"))
    new = products(lan)
    for part in ("out", "maps"):
        sums = {}
        for name in sorted(n for n in new if n.startswith(f"{part}/")):
            path = lan / name
            body = path.read_bytes()
            path.unlink()  # the built file is the same file
            if name == NEW_ONLY:
                continue
            path.write_bytes(body if path.suffix in (".gpkg", ".json") else body + b"\n")
            if path.suffix == ".gpkg":
                with closing(sqlite3.connect(path)) as db:
                    db.execute("UPDATE layer_styles SET description = description || ' (earlier)'")
                    db.commit()
            elif name == "out/manifest.json":
                path.write_text(json.dumps(json.loads(body)))
        (lan / EARLIER_ONLY).write_text("earlier")
        for path in sorted(p for p in (lan / part).rglob("*") if p.is_file() and "/." not in str(p.relative_to(lan))):
            os.utime(path, (1.7e9, 1.7e9))
            sums[path.relative_to(lan / part).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
        lines = [f"{s}  {n}\n" for n, s in sorted(sums.items())]
        (lan / part / ".installerat").write_text("".join(lines))
    earlier = products(lan)
    assert not [n for n in set(earlier) & set(new) if earlier[n] == new[n] and not n.endswith(".json")]
    save(lan)
    (folder / "editions.json").write_text(json.dumps([tree(lan), new]))


def save(lan: Path) -> None:
    for part in ("out", "maps"):
        shutil.copytree(lan / part, lan.parent / "before" / part, copy_function=shutil.copy2)


def lay_back(lan: Path) -> None:
    for part in ("out", "maps"):
        for path in (lan / part).iterdir() if (lan / part).exists() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(lan.parent / "before" / part, lan / part, copy_function=shutil.copy2, dirs_exist_ok=True)


@pytest.fixture
def county(prepared) -> Iterator["County"]:
    county = County(prepared)
    lay_back(county.lan)
    return county


class County:
    def __init__(self, folder: Path) -> None:
        self.lan = folder / "lan"
        self.earlier, self.new = json.loads((folder / "editions.json").read_text())

    def install(self, kind: str = "kill", number: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the installation as make does, struck at an operation."""
        lan = self.lan
        return subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.strikes",
                kind,
                str(number),
                f"{lan}/out:{lan}/maps",
                "install",
                "--config",
                f"{lan}/county.toml",
                "--raw",
                f"{lan}/raw",
                "--out",
                f"{lan}/out",
                "--maps",
                f"{lan}/maps",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            env=clean_environment(),
            timeout=120,
        )

    def operations(self) -> int:
        result = self.install()
        assert result.returncode == 0, result.stderr
        assert products(self.lan) == self.new
        lay_back(self.lan)
        return int(result.stdout.split()[-1])

    def stands_whole_or_says_not(self) -> None:
        """See that where a manifest stands, so does one whole edition, and no entry page without one."""
        there = products(self.lan)
        if "out/manifest.json" in there:
            assert there in (self.new, self.whole_earlier)

    @property
    def whole_earlier(self) -> Files:
        return {n: s for n, s in self.earlier.items() if "/." not in n}

    def is_earlier(self) -> bool:
        """Say whether the earlier edition stands as it did, its own list too, and nothing else."""
        return tree(self.lan) == self.earlier

    def finishes(self) -> None:
        """See that the next run gives what an undisturbed one does, and leaves nothing behind."""
        result = run(self.lan, "coverage")
        assert result.returncode == 0, result.stdout + result.stderr
        assert products(self.lan) == self.new
        assert not left_over(self.lan)


def left_over(folder: Path) -> set[str]:
    """Return what a run leaves only when it is stopped: hidden files, but for the lists and the working material."""
    temporary = re.compile(r"\.\d+\.ny|-wal$|-shm$|-journal$|\.installation")
    left = {n for n in tree(folder, working=True) if temporary.search(n)}
    left |= {n for n in tree(folder) if "/." in n} - {"out/.installerat", "maps/.installerat"}
    return left | {f"{d}/.las" for d in ("out", "maps") if (folder / d / ".las").exists()}


def spread(count: int, kills: int) -> list[int]:
    """Return operations spread evenly, the first and the last among them."""
    return sorted({1 + round(i * (count - 1) / (kills - 1)) for i in range(kills)})


# --- killed while putting in place --------------------------------------------------------------------------


def killed_installations(county: County, kills: int) -> None:
    count = county.operations()
    assert count > 200
    outcomes = set()
    for i, number in enumerate(spread(count, kills)):
        lay_back(county.lan)
        assert county.install(number=number).returncode == -signal.SIGKILL
        county.stands_whole_or_says_not()
        goal = NEXT[i % len(NEXT)]
        lost = i % 5 == 4 and goal not in ("coverage", "clean")
        if lost:
            shutil.rmtree(county.lan / "out/.steg/produkter")
        result = run(county.lan, *words_for(goal, county.lan))
        assert "Traceback" not in result.stderr
        if goal == "clean":
            assert not products(county.lan)
            assert not list((county.lan / "out").iterdir())
            outcomes.add("clean")
            continue
        assert not (county.lan / "out/.installation").exists(), (number, goal, result.stderr)
        there = products(county.lan)
        assert there == county.new or county.is_earlier(), (number, goal)
        outcomes.add("new" if there == county.new else "earlier")
        # An earlier edition cannot be archived when what is built is another one's.
        if goal != "arkiv" or there == county.new:
            assert result.returncode == 0, (number, goal, result.stderr)
        if not lost:
            county.finishes()
    assert outcomes >= {"new", "earlier"}


def test_a_killed_installation_is_finished_or_undone_by_the_next_command(county):
    killed_installations(county, SAMPLE)


@pytest.mark.utsatt
def test_fifty_killed_installations(county):
    killed_installations(county, KILLS_INSTALLING)


# --- killed while computing: a sample runs in test_determinism.py ---------------------------------------------


@pytest.mark.utsatt
def test_thirty_killed_runs(county):
    """Each begins from nothing computed, with the earlier edition in place."""
    lan = county.lan
    shutil.rmtree(lan / "out/.steg")
    began = time.monotonic()
    assert run(lan, "coverage").returncode == 0
    longest_s, chance = time.monotonic() - began, random.Random(12)
    for number in range(KILLS_COMPUTING):
        lay_back(lan)
        shutil.rmtree(lan / "out/.steg")
        delay_s = chance.uniform(0.3, longest_s)
        killed_run(lan, delay_s, new=number % 3 == 0)
        county.stands_whole_or_says_not()
        county.finishes()


def killed_run(folder: Path, delay_s: float, *, new: bool) -> None:
    """Begin a run and kill it, and all its processes, after so long."""
    process = subprocess.Popen(
        make_command(folder, "coverage", jobs=2, new=new),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=clean_environment(),
        start_new_session=True,
    )
    time.sleep(delay_s)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


# --- full and write-protected disks ---------------------------------------------------------------------------


def full_disks(county: County, sizes: int) -> None:
    """Fill the disk from an operation on; six such are six sizes of what there was room for."""
    count = county.operations()
    undone = 0
    for number in spread(count, sizes):
        lay_back(county.lan)
        result = county.install("full", number)
        if result.returncode:
            assert "FEL:" in result.stderr, result.stderr
            assert county.is_earlier(), (number, result.stderr)
            undone += 1
        else:
            assert products(county.lan) == county.new
        county.finishes()
    assert undone


def test_a_full_disk_leaves_the_earlier_edition_and_the_next_run_is_as_if_undisturbed(county):
    full_disks(county, 3)


@pytest.fixture
def mounted(tmp_path):
    """Return what mounts a small disk, or a folder that may not be written on, where that is allowed."""
    stack: list[Path] = []

    def mount(where: Path, *options: str) -> None:
        where.mkdir(parents=True, exist_ok=True)
        if subprocess.run(["mount", *options, str(where)], capture_output=True).returncode:
            pytest.skip("mount is not allowed here")
        if "remount" not in ",".join(options):
            stack.append(where)

    yield mount
    for where in reversed(stack):
        subprocess.run(["umount", "-l", str(where)], check=True)


@pytest.mark.utsatt
@pytest.mark.parametrize("part", ["out", "maps"])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.3, 0.5, 0.8, 0.97])
def test_a_disk_of_this_size_is_full(county, mounted, part, share):
    """There is room for a share of what a run builds in OUT, or copies to MAPS, beside what stands there."""
    lan, built = county.lan, county.lan / "out/.steg/produkter"
    needed = size_of(built if part == "out" else built / "maps")
    shutil.rmtree(lan / part)
    mounted(lan / part, "-t", "tmpfs", "-o", "size=1g", "none")
    lay_back(lan)
    shutil.rmtree(built)
    for stamp in ("korning.json", "oppen_lan.parquet"):
        (lan / f"out/.steg/{stamp}").unlink(missing_ok=True)
    taken = shutil.disk_usage(lan / part).used
    mounted(lan / part, "-o", f"remount,size={taken + max(8192, int(share * needed))}")
    result = run(lan, "coverage")
    assert result.returncode, "there was room"
    assert "FEL:" in result.stderr, result.stderr
    assert "Traceback" not in result.stderr
    assert county.is_earlier(), result.stderr
    mounted(lan / part, "-o", "remount,size=1g")
    county.finishes()


def size_of(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


@pytest.mark.utsatt
@pytest.mark.parametrize("part", ["out", "maps", "raw"])
def test_a_folder_that_may_not_be_written_on(county, mounted, part):
    lan = county.lan
    shutil.rmtree(lan / "out/.steg/produkter/out")
    before = tree(lan)
    mounted(lan / part, "--bind", str(lan / part))
    mounted(lan / part, "-o", "remount,ro,bind")
    result = run(lan, "coverage")
    if part == "raw":
        assert result.returncode == 0, result.stderr
        assert products(lan) == county.new
        return
    assert result.returncode
    assert "FEL:" in result.stderr, result.stderr
    assert "Traceback" not in result.stderr
    assert tree(lan) == before
    mounted(lan / part, "-o", "remount,rw,bind")
    county.finishes()


# --- open in QGIS ---------------------------------------------------------------------------------------------


@contextmanager
def open_elsewhere(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Have a program with the file open, and a style changed that is not yet in the file itself."""
    code = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "db.execute('PRAGMA journal_mode=WAL'); db.execute(\"UPDATE layer_styles SET description = 'mine'\");"
        "print(flush=True); sys.stdin.read()"
    )
    process = subprocess.Popen(
        [sys.executable, "-IS", "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("name", ["out/bredband.gpkg", "maps/data/bredband_oppen.gpkg"])
def test_an_edition_open_in_qgis_stops_before_computing_and_before_installing(county, name):
    """A crash of QGIS leaves the same; then too nothing is damaged, and opening and closing the file helps."""
    lan = county.lan
    path, wal, waiting = lan / name, lan / f"{name}-wal", lan / "out/.steg/liggare/history.json"
    with open_elsewhere(path):
        before = tree(lan)
        install = county.install()
        waiting.unlink()
        first = run(lan, "coverage")
        told = [install, first]
        if name.startswith("out"):
            told += [run(lan, *words_for(goal, lan)) for goal in ("plan", "compare")]
        for result in told:
            assert result.returncode == 2, result.stdout
            assert "QGIS" in result.stderr
            assert path.name in result.stderr
            assert "Traceback" not in result.stderr
        assert not waiting.exists(), "nothing was computed"
        assert tree(lan) == before
    assert wal.stat().st_size
    assert run(lan, "coverage").returncode == 2
    with closing(sqlite3.connect(path)) as db:
        assert {d for (d,) in db.execute("SELECT description FROM layer_styles")} == {"mine"}
    assert not wal.exists()
    county.finishes()
