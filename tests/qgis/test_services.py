"""The open project served: lighttpd and QGIS Server with the project's own recipe, asked over loopback."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).parent))

import running

from pipelines.publish.words.palette import CLASS_COLOURS, rgb
from pipelines.tables import open_contracts

pytestmark = pytest.mark.qgis
RECIPE = Path(__file__).parents[2] / "config" / "tjanster" / "lighttpd.conf"
WMS = "{http://www.opengis.net/wms}"
TABLES = {t.name for t in open_contracts.OPEN_TABLES}
BOX = "6400000,320000,6400750,321250"
"""The whole county in the order of the axes that WMS 1.3.0 gives EPSG:3006: north first."""


class Server:
    """Where it answers."""

    def __init__(self, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"

    def get(self, path: str = "/", **query: str) -> bytes:
        given = f"?{urllib.parse.urlencode(query)}" if query else ""
        with urllib.request.urlopen(f"{self.base}{path}{given}", timeout=60) as answer:
            body: bytes = answer.read()
        return body

    def status(self, **query: str) -> int:
        try:
            self.get(**query)
        except urllib.error.HTTPError as error:
            return error.code
        return 200


@contextmanager
def served(project: Path, folder: Path) -> Iterator[Server]:
    """Serve a project from a folder the server may write in, until the test is done."""
    lighttpd = shutil.which("lighttpd", path=f"{os.environ['PATH']}:/usr/sbin")
    assert lighttpd, "apt-get install lighttpd qgis-server"
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    folder.chmod(0o700)
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "BREDBAND_PROJEKT": str(project),
        "BREDBAND_ADRESS": "127.0.0.1",
        "BREDBAND_PORT": str(port),
        "BREDBAND_KATALOG": str(folder),
    }
    with (folder / "logg").open("wb") as log:
        process = subprocess.Popen([lighttpd, "-D", "-f", RECIPE], env=env, stdout=log, stderr=log)
        try:
            server, deadline = Server(port), time.monotonic() + 60
            while True:
                try:
                    server.get(SERVICE="WMS", REQUEST="GetCapabilities")
                    break
                except (urllib.error.URLError, ConnectionError):
                    assert process.poll() is None, (folder / "logg").read_text()
                    assert time.monotonic() < deadline, (folder / "logg").read_text()
                    time.sleep(0.2)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def products(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # a short path: the socket's name may have 107 letters
    return running.built(tmp_path_factory, "tjanst").built("")


@pytest.fixture(scope="module")
def server(products: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(products / "maps/data/bredband_oppen.qgz", tmp_path_factory.mktemp("s")) as made:
        yield made


@pytest.fixture(scope="module")
def capabilities(server: Server) -> ET.Element:
    return ET.fromstring(server.get(SERVICE="WMS", VERSION="1.3.0", REQUEST="GetCapabilities"))


def test_it_says_what_it_is_whose_and_on_what_terms(capabilities: ET.Element) -> None:
    told = capabilities.find(f"{WMS}Service")
    assert told is not None
    assert told.findtext(f"{WMS}Title") == "DEMO – Bredband i Västra Götaland"
    assert "DEMO – simulerade data" in str(told.findtext(f"{WMS}Abstract"))
    assert "Öppen utgåva" in str(told.findtext(f"{WMS}Abstract"))
    assert {"bredband", "fiber"} <= {k.text for k in told.iter(f"{WMS}Keyword")}
    assert told.findtext(f".//{WMS}ContactOrganization") == "Västra Götalandsregionen"
    assert told.findtext(f".//{WMS}ContactElectronicMailAddress") == "bredband@example.org"
    assert told.findtext(f"{WMS}Fees") == "Avgiftsfritt"
    assert "CC BY 4.0" in str(told.findtext(f"{WMS}AccessConstraints"))


def test_layers_have_short_names_titles_and_styles(capabilities: ET.Element) -> None:
    layers = list(capabilities.iter(f"{WMS}Layer"))
    names = {str(x.findtext(f"{WMS}Name")) for x in layers}
    assert {*TABLES, "bredband", "klass_tillgang_100", "rutor_underlag"} <= names
    assert all(n.isascii() and n.isidentifier() and n == n.lower() for n in names), names
    cells = next(x for x in layers if x.findtext(f"{WMS}Name") == "rutnat_250m")
    styles = {s.findtext(f"{WMS}Name") for s in cells.findall(f"{WMS}Style")}
    assert styles == {f"DEMO {m} {t}" for m in ("Tillgång", "Passerad") for t in (30, 100, 1000)}
    assert all(x.findtext(f"{WMS}Abstract") for x in layers if x.findtext(f"{WMS}Name") in TABLES)


def image(server: Server, layer: str, style: str = "", box: str = BOX) -> np.ndarray:
    body = server.get(
        SERVICE="WMS",
        VERSION="1.3.0",
        REQUEST="GetMap",
        LAYERS=layer,
        STYLES=style,
        CRS="EPSG:3006",
        BBOX=box,
        WIDTH="500",
        HEIGHT="300",
        FORMAT="image/png",
    )
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGB"))


def test_a_map_shows_the_classes_in_their_colours(server: Server) -> None:
    for layer, style in (("rutnat_250m", ""), ("rutnat_250m", "DEMO Tillgång 30"), ("klass_tillgang_100", "")):
        found = {tuple(map(int, c)) for c in np.unique(image(server, layer, style).reshape(-1, 3), axis=0)}
        assert {rgb(CLASS_COLOURS["fa_under_halften"]), rgb(CLASS_COLOURS["tackt"])} <= found, (layer, style)


def test_the_whole_project_is_a_map_that_is_not_blank(server: Server) -> None:
    found = image(server, "bredband")
    assert (found != 255).any(axis=2).mean() > 0.3


def test_a_click_answers_in_a_sentence(server: Server) -> None:
    body = server.get(
        SERVICE="WMS",
        VERSION="1.3.0",
        REQUEST="GetFeatureInfo",
        LAYERS="rutnat_250m",
        QUERY_LAYERS="rutnat_250m",
        STYLES="",
        CRS="EPSG:3006",
        BBOX=BOX,
        WIDTH="500",
        HEIGHT="300",
        I="50",
        J="150",
        FORMAT="image/png",
        INFO_FORMAT="text/xml",
        WITH_MAPTIP="true",
    )
    told = {a.get("name"): a.get("value") for a in ET.fromstring(body).iter("Attribute")}
    assert told["Rut-id (SCB)"] == "3200006400250"
    assert told["maptip"] == (
        "Tillgång till 100 Mbit/s ned i den här rutan i Åby $1_{2}$: få adresser: under hälften har det. "
        "Underlag: uppgift per adress."
    )


def test_wfs_gives_rows_with_codes(server: Server) -> None:
    told = server.get(SERVICE="WFS", VERSION="1.1.0", REQUEST="GetCapabilities").decode()
    assert all(f"<Name>{name}</Name>" in told for name in TABLES)
    assert told.count("<FeatureType>") == len(TABLES)
    assert "CC BY 4.0" in told
    body = server.get(
        SERVICE="WFS",
        VERSION="1.1.0",
        REQUEST="GetFeature",
        TYPENAME="rutnat_250m",
        SRSNAME="EPSG:3006",
        OUTPUTFORMAT="application/json",
    )
    rows = {f["properties"]["rutid_scb"]: f["properties"] for f in json.loads(body)["features"]}
    assert len(rows) == 5
    assert rows["3200006400250"]["klass_tillgang_100"] == "fa_under_halften"


def test_ogc_api_gives_collections_and_items(server: Server) -> None:
    told = json.loads(server.get("/wfs3/collections.json"))
    assert {c["id"] for c in told["collections"]} == TABLES
    items = json.loads(server.get("/wfs3/collections/kommuner/items.json", limit="10"))
    assert (items["numberMatched"], len(items["features"])) == (2, 2)
    assert {f["properties"]["Kommunkod"] for f in items["features"]} == {"1401", "1480"}
    one = json.loads(server.get("/wfs3/collections/kommuner/items.json", Kommunkod="1480"))
    assert [f["properties"]["Kommunkod"] for f in one["features"]] == ["1480"]


def test_only_this_project_is_served_and_only_to_read(server: Server, products: Path) -> None:
    inside = products / "out/bredband.qgz"
    assert inside.is_file()
    told = server.get(MAP=str(inside), SERVICE="WMS", REQUEST="GetCapabilities").decode()
    assert "<Name>rutor_underlag</Name>" in told
    assert "<Name>adresser</Name>" not in told
    for method, path in (("POST", "/wfs3/collections/kommuner/items"), ("POST", "/"), ("DELETE", "/"), ("PUT", "/")):
        request = urllib.request.Request(f"{server.base}{path}", data=b"{}", method=method)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(request, timeout=60)


def test_the_internal_project_shows_nothing_even_if_it_is_served(
    products: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with served(products / "out/bredband.qgz", tmp_path_factory.mktemp("i")) as inside:
        told = ET.fromstring(inside.get(SERVICE="WMS", VERSION="1.3.0", REQUEST="GetCapabilities"))
        leaves = [x for x in told.iter(f"{WMS}Layer") if x.find(f"{WMS}Layer") is None]
        assert [x.findtext(f"{WMS}Name") for x in leaves if x.findall(f"{WMS}Style")] == []
        assert json.loads(inside.get("/wfs3/collections.json"))["collections"] == []
        for layer in ("adresser", "rutnat_250m"):
            asked = {
                "VERSION": "1.3.0",
                "LAYERS": layer,
                "STYLES": "",
                "CRS": "EPSG:3006",
                "BBOX": BOX,
                "WIDTH": "50",
                "HEIGHT": "30",
                "FORMAT": "image/png",
            }
            info = {"QUERY_LAYERS": layer, "I": "5", "J": "15", "INFO_FORMAT": "text/xml"}
            assert inside.status(SERVICE="WMS", REQUEST="GetFeatureInfo", **asked, **info) == 400
            assert inside.status(SERVICE="WFS", VERSION="1.1.0", REQUEST="GetFeature", TYPENAME=layer) == 400
            drawn = inside.get(SERVICE="WMS", REQUEST="GetMap", **asked)
            assert len(np.unique(np.asarray(Image.open(io.BytesIO(drawn)).convert("RGB")))) == 1
