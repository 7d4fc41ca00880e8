"""What a public-sector project carries: a licence for every file, one version, a description by the standard."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import pipelines

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REUSE = tomllib.loads((ROOT / "REUSE.toml").read_text(encoding="utf-8"))["annotations"]
PUBLIC = yaml.safe_load((ROOT / "publiccode.yml").read_text(encoding="utf-8"))


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if name]


def matches(name: str, glob: str) -> bool:
    """REUSE's rule: ``*`` anything but a slash, ``**`` anything."""
    form = re.escape(glob).replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.fullmatch(form, name) is not None


def licence_of(name: str) -> str | None:
    found = [a for a in REUSE if any(matches(name, glob) for glob in a["path"])]
    return found[-1]["SPDX-License-Identifier"] if found else None


def test_every_file_has_a_licence_and_a_holder():
    assert [n for n in tracked() if licence_of(n) is None] == []
    assert all(a["SPDX-FileCopyrightText"] for a in REUSE)


def test_every_licence_has_its_text_and_none_is_idle():
    used = {licence_of(n) for n in tracked() if not n.startswith("LICENSES/")}
    assert {p.stem for p in (ROOT / "LICENSES").glob("*.txt")} == used


def test_every_annotation_is_about_some_file():
    files = tracked()
    assert [g for a in REUSE for g in a["path"] if not any(matches(n, g) for n in files)] == []


@pytest.mark.parametrize(
    ("name", "licence"),
    [
        ("pipelines/grid/make_grid.py", "EUPL-1.2"),
        ("docs/metod.md", "CC-BY-4.0"),
        ("config/vastra-gotaland/orter.csv", "CC-BY-4.0"),
        ("config/vastra-gotaland/pts_publicerade.csv", "CC0-1.0"),
        ("pipelines/orders/archive/scheman/gml/3.2.1/gml.xsd", "OGC-1.0"),
        ("pipelines/orders/archive/scheman/w3c/1999/xlink.xsd", "W3C-20150513"),
        ("pipelines/orders/archive/scheman/catalog.xml", "EUPL-1.2"),
    ],
)
def test_a_files_licence(name, licence):
    assert (ROOT / name).is_file()
    assert licence_of(name) == licence


def test_the_licence_is_the_whole_text_of_the_eupl():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text == (ROOT / "LICENSES/EUPL-1.2.txt").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert re.findall(r"^(\d+)\.[A-Z]", text, re.MULTILINE) == [str(i) for i in range(1, 16)]
    assert "‘Compatible Licences’ according to Article 5 EUPL are:" in text
    assert PROJECT["license"] == PUBLIC["legal"]["license"] == "EUPL-1.2"


def test_the_version_stands_once():
    assert PROJECT["version"] == pipelines.__version__ == PUBLIC["softwareVersion"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", pipelines.__version__)
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[(\d.+)\] – (.+)$", text, re.MULTILINE)
    assert released[0] == (PROJECT["version"], PUBLIC["releaseDate"])


def test_publiccode_has_what_the_standard_demands():
    assert PUBLIC["publiccodeYmlVersion"] == "0.4"
    assert PUBLIC["name"]
    assert re.fullmatch(r"https://\S+", PUBLIC["url"])
    assert set(PUBLIC["platforms"]) <= {"web", "windows", "mac", "linux", "ios", "android"}
    assert PUBLIC["developmentStatus"] in {"concept", "development", "beta", "stable", "obsolete"}
    assert PUBLIC["softwareType"] == "standalone/other"
    assert PUBLIC["categories"] == ["data-analytics", "data-visualization", "geographic-information-systems"]
    assert PUBLIC["description"].keys() == {"sv", "en"}
    for texts in PUBLIC["description"].values():
        assert len(texts["shortDescription"]) <= 150
        assert 150 <= len(texts["longDescription"]) <= 10_000
        assert texts["features"]
    assert PUBLIC["maintenance"]["type"] in {"internal", "contract", "community", "none"}
    assert all(c["name"] for c in PUBLIC["maintenance"]["contacts"])
    assert PUBLIC["localisation"].keys() == {"localisationReady", "availableLanguages"}
    python = next(d for d in PUBLIC["dependsOn"]["open"] if d["name"] == "Python")
    assert PROJECT["requires-python"] == f">={python['versionMin']}"


def test_the_leaflet_that_is_inlined_is_the_one_in_the_notice():
    from xstatic.pkg import leaflet

    script = (Path(leaflet.BASE_DIR) / "leaflet.js").read_text(encoding="utf-8")
    version = re.search(r"Leaflet ([\d.]+),", script)
    assert version
    assert f"Leaflet {version[1]}, whole" in (ROOT / "NOTICE.md").read_text(encoding="utf-8")
    assert "Vladimir Agafonkin" in script  # the notice travels with the script into each map
