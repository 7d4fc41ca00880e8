"""Another län is another file: Dalarna's own configuration, cut down, runs the whole chain without evidence."""

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from pipelines.config.region import load_region
from tests.conftest import clean_environment, make_command, step_command

ROOT = Path(__file__).parents[1]
KEPT = {"2026": "Gagnef", "2061": "Smedjebacken"}
SIZES = {"adresser": 2000, "befolkning": 4000, "hushall": 1930}


@pytest.mark.parametrize("path", sorted((ROOT / "config").glob("*.toml")), ids=lambda p: p.stem)
def test_every_region_file_is_valid_and_its_files_are_there(path):
    region = load_region(path)
    named = [region.demo.orter_fil, region.demo.kalibrering_fil, region.kontroll.publicerade_fil]
    assert all((path.parent / n).is_file() for n in named if n)
    assert len(region.kommunkoder) == {"14": 49, "20": 15, "00": 290}[region.lan.kod]


def test_no_code_names_a_lan_of_its_own():
    """Nothing but the demo's list of all 21 län and the documentation's examples may know a län's name."""
    found = [
        f"{p.relative_to(ROOT)}: {line.strip()}"
        for p in (ROOT / "pipelines").rglob("*.py")
        for line in p.read_text(encoding="utf-8").splitlines()
        if re.search(r"==\s*\"(14|20|1480|Västra Götaland|Dalarna)\"", line)
    ]
    assert not found


@pytest.fixture(scope="module")
def dalarna(tmp_path_factory) -> Path:
    """Two kommuner of config/dalarna.toml at a small size: demo made, evidence taken away, everything built."""
    folder = tmp_path_factory.mktemp("dalarna")
    text = (ROOT / "config/dalarna.toml").read_text(encoding="utf-8")
    lines = [
        line
        for line in text.splitlines()
        if not re.match(r"\s*\{ kod", line) or re.search(r'kod = "(\d+)"', line)[1] in KEPT
    ]
    text = "\n".join(lines) + "\n"
    for key, value in SIZES.items():
        text = re.sub(rf"^{key} = \d+$", f"{key} = {value}", text, flags=re.M)
    (folder / "county.toml").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "config/dalarna", folder / "dalarna")
    subprocess.run(step_command("demo", folder), check=True, cwd=ROOT, timeout=300)
    shutil.rmtree(folder / "raw/tackning")
    result = subprocess.run(
        make_command(folder, "coverage"), capture_output=True, text=True, env=clean_environment(), timeout=600
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def test_the_model_is_judged_on_tables_that_make_has_seen_to(dalarna):
    """The tables of projects too, which the steps to the coverage do not make: a clean OUT once lacked them."""
    (dalarna / "out/.steg/liggare/gaps.json").unlink()
    (dalarna / "out/.steg/projekt.parquet").unlink()
    result = subprocess.run(
        make_command(dalarna, "utvardera", "FRON=1"),
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=300,
    )
    report = (dalarna / "out/utvardering/utvardering.md").read_text(encoding="utf-8")
    # 2 000 addresses without evidence are no region to model: it is told, criterion by criterion.
    assert result.returncode == 2, result.stdout + result.stderr
    assert "Modellen klarar inte" in result.stderr
    assert "DEMO" in report
    assert (dalarna / "out/.steg/projekt.parquet").exists()


def test_statistics_alone_meet_pts_in_every_kommun(dalarna):
    with (dalarna / "out/kommuner.csv").open(encoding="utf-8-sig") as f:
        rows = list(csv.DictReader(f))
    assert [r["kommunnamn"] for r in rows] == [*KEPT.values(), "Dalarnas län"]
    for row in rows:
        for t in (30, 100, 1000):
            # the figures are written with 6 decimals
            assert float(row[f"andel_{t}_pct"]) == pytest.approx(float(row[f"pts_andel_{t}_pct"]), abs=2e-3)
    assert sum(float(r["hushall"]) for r in rows[:-1]) == pytest.approx(SIZES["hushall"], abs=1e-3)


def test_it_says_demo_and_what_could_not_be_checked(dalarna):
    for name in ("rapport", "rapport_bilaga"):
        report = (dalarna / f"out/{name}.md").read_text(encoding="utf-8")
        assert "DEMO" in report.splitlines()[2] and "bredband i Dalarna" in report.splitlines()[0]
    assert "kommuner utan officiell landareal" in report
    assert json.loads((dalarna / "out/manifest.json").read_text())["demo"] is True
    assert "Västra Götaland" not in (dalarna / "maps/bredbandskarta.html").read_text(encoding="utf-8")
