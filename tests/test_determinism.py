"""The same inputs give the same bytes: every product and both archive packages, built twice far apart.

And as if undisturbed: the second time three runs are killed on the way, and each goes on where the one before was.
"""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.conftest import ROOT, clean_environment
from tests.test_interrupted import left_over, products

# Where it is another day than here, whatever the time is.
ANOTHER_DAY = "Pacific/Kiritimati" if datetime.now(UTC).hour >= 11 else "Etc/GMT+12"
ELSEWHERE = {
    "TZ": ANOTHER_DAY,
    "LANG": "C",
    "LC_ALL": "C",
    "PYTHONHASHSEED": "4242",
    "OMP_NUM_THREADS": "1",
    "PYTHONUTF8": "1",
}

KILLED_AT = ("liggare/scb.json", "liggare/summaries.json", "produkter/out/bredband.gpkg")
"""What of the working material is in place when a run is killed: while reading, reckoning and drawing."""


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file under a folder but for the tables between the stages."""
    found = (p for p in sorted(folder.rglob("*")) if p.is_file() and ".steg" not in p.relative_to(folder).parts)
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in found}


def command(variables: dict[str, Path | str], *goals: str) -> list[str]:
    return ["make", "--no-print-directory", "-C", str(ROOT), *goals, *(f"{k}={v}" for k, v in variables.items())]


def make(variables: dict[str, Path | str], environment: dict[str, str], *goals: str) -> None:
    result = subprocess.run(
        command(variables, *goals), capture_output=True, text=True, env=clean_environment() | environment, timeout=300
    )
    assert result.returncode == 0, result.stdout + result.stderr


def killed(variables: dict[str, Path | str], environment: dict[str, str], seen: Path) -> None:
    """Begin a run of two steps at a time and kill it, and all its processes, when a file is there."""
    process = subprocess.Popen(
        command(variables | {"JOBS": "2"}, "coverage", "-j2"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=clean_environment() | environment,
        start_new_session=True,
    )
    until = time.monotonic() + 300
    while not seen.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    ended = process.poll() is not None
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert seen.exists() and not ended, f"make had ended, or took too long, before {seen}"


@pytest.fixture(scope="module")
def here(archived_edition) -> dict[str, Path]:
    """The edition the other tests use, and its packages."""
    return {"OUT": archived_edition / "out", "MAPS": archived_edition / "maps"}


@pytest.fixture(scope="module")
def there(small_edition, tmp_path_factory) -> dict[str, Path | str]:
    """The same inputs in folders with other names and other times, built elsewhere: killed, then one step at a time."""
    root = tmp_path_factory.mktemp("dar")
    shutil.copytree(small_edition / "raw", root / "a/deeper/indata", copy_function=shutil.copyfile)
    (root / "b").mkdir()
    shutil.copyfile(small_edition / "county.toml", root / "b/county.toml")
    variables: dict[str, Path | str] = {
        "CONFIG": root / "b/county.toml",
        "RAW": root / "a/deeper/indata",
        "OUT": root / "c/resultat",
        "MAPS": root / "d/publicerat",
        "JOBS": "1",
    }
    for name in KILLED_AT:
        killed(variables, ELSEWHERE, root / "c/resultat/.steg" / name)
        assert not products(as_seen(variables)), name
    make(variables, ELSEWHERE, "coverage")
    return variables


def as_seen(variables: dict[str, Path | str]) -> Path:
    """Return a folder with the two editions under the names of the small county's."""
    folder = Path(variables["OUT"]).parents[1] / "sedd"
    if not folder.exists():
        folder.mkdir()
        (folder / "out").symlink_to(variables["OUT"])
        (folder / "maps").symlink_to(variables["MAPS"])
    return folder


def test_runs_killed_while_computing_leave_nothing_and_the_next_is_as_if_undisturbed(small_edition, there):
    assert not left_over(as_seen(there))
    assert products(as_seen(there)) == products(small_edition)


@pytest.mark.parametrize("part", ["OUT", "MAPS"])
def test_every_product_is_the_same(here, there, part):
    left, right = digests(here[part]), digests(Path(there[part]))
    apart = ("arkiv/",)
    left, right = ({k: v for k, v in d.items() if not k.startswith(apart)} for d in (left, right))
    assert len(left) >= {"OUT": 7, "MAPS": 3}[part]
    assert left == right


@pytest.mark.parametrize("edition", ["intern", "oppen"])
def test_the_package_is_the_same(here, there, edition):
    make(there, ELSEWHERE, "arkiv", f"UTGAVA={edition}")
    mark = {"intern": "INTERN", "oppen": "OPPEN"}[edition]
    left, right = ({k: v for k, v in digests(Path(d["OUT"]) / "arkiv").items() if mark in k} for d in (here, there))
    assert sorted(Path(k).suffix for k in left) == [".sha256", ".zip"]
    assert left == right
