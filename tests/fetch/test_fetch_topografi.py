"""Topografi 50 by an order in Geotorget: its themes, each state of a delivery, and nothing kept of what is secret."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from pathlib import Path
from typing import Any

import fetch_servers as servers
import gpkg_files as make
import pytest
import shapely
from fetch_servers import SECRET
from werkzeug import Request, Response

from pipelines.core.errors import DataError
from pipelines.core.publishers import TOPOGRAFI_ORDER
from pipelines.fetch import download, fetch_all, login, receipt
from pipelines.incoming.inventory import missing_inputs

ORDER = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
SIGNATURE = "s1gnatur/som+ingen=far.se"
BASIC = "Basic " + base64.b64encode(f"anna:{SECRET}".encode("latin1")).decode()
ALL = "byggnadsverk,vagar,mark"
TARGETS = {
    "byggnadsverk": "lantmateriet/byggnadsverk_sverige.zip",
    "kommunikation": "vagar/kommunikation_sverige.zip",
    "mark": "lantmateriet/mark_sverige.zip",
}
AREA = make.square(320_000, 6_400_000)


@pytest.fixture(scope="module")
def themes(tmp_path_factory) -> dict[str, bytes]:
    """A small file for each theme we use, and one that we do not."""
    tmp = tmp_path_factory.mktemp("hos")
    house = {"objektidentitet": ["a"], "objekttyp": ["Bostad"]}
    road = {"objekttyp": ["Landsväg"], "bro_och_tunnel": [None], "gatunamn": ["Storgatan"]}
    tables: dict[str, tuple[dict[str, Any], Any, str]] = {
        "byggnadsverk": (house, AREA, "byggnad"),
        "kommunikation": (road, shapely.LineString([(320_000, 6_400_000), (320_100, 6_400_000)]), "vaglinje"),
        "mark": ({"objekttyp": ["Sjö"]}, AREA, "mark"),
        "hydrografi": ({"objekttyp": ["Strandlinje"]}, AREA, "hydrolinje"),
    }
    out = {}
    for name, (columns, shape, table) in tables.items():
        source = make.gpkg(tmp / f"{name}_sverige.gpkg", columns, [shape], table)
        out[name] = make.zipped(source, tmp / f"{name}_sverige.zip").read_bytes()
    return out


class Geotorget:
    """The delivery API: an order, its latest delivery, a tree of files, each by a signed path."""

    def __init__(self, server: Any, contents: dict[str, bytes]) -> None:
        self.contents, self.product, self.status, self.http = (
            contents,
            "Topografi 50 Nedladdning, vektor",
            "LYCKAD",
            200,
        )
        self.updated, self.accept, self.nested, self.edition = "2026-11-24T03:00:00Z", BASIC, False, 0
        self.lengths = {name: len(body) for name, body in contents.items()}
        self.send = {name: servers.whole(body, etag="") for name, body in contents.items()}
        self.log = servers.Log(server, re.compile(r"^/geotorget/"), self._answer)

    def _answer(self, request: Request) -> Response:
        assert request.path.startswith(f"/geotorget/{ORDER}")
        if request.headers.get("Authorization") != self.accept:
            return servers.body(f"no {ORDER}", status=401)
        path = request.path.removeprefix(f"/geotorget/{ORDER}")
        if path in ("/leverans/latest", "/leverans/latest/files") and self.http != 200:
            return servers.body(f"no {ORDER} {SECRET}", status=self.http)
        made: Any = {
            "": {"produktnamn": self.product, "status": "AKTIV"},
            "/leverans/latest": {"status": self.status, "objektidentitet": "x"},
            "/leverans/latest/files": [self._folder()] if self.nested else self._files(),
            "/leverans/latest/files/vektor": self._files(),
        }.get(path)
        if made is not None:
            return servers.body(json.dumps(made), "application/json")
        assert request.args["q"].startswith(SIGNATURE)
        return self.send[path.rpartition("/")[2].removesuffix("_sverige.zip")](request)

    def _signed(self, path: str) -> str:
        """Another signature every time that it is listed."""
        self.edition += 1
        return f"{path}?q={SIGNATURE.replace('+', '%2B').replace('=', '%3D')}{self.edition}"

    def _folder(self) -> dict[str, Any]:
        path = self._signed("/leverans/latest/files/vektor")
        return {"title": "vektor", "type": "application/json", "path": path}

    def _files(self) -> list[dict[str, Any]]:
        return [
            {
                "title": f"{name}_sverige.zip",
                "type": "application/octet-stream",
                "length": self.lengths[name],
                "updated": self.updated,
                "path": self._signed(f"/leverans/latest/files/{name}_sverige.zip"),
            }
            for name in self.contents
        ]

    def downloads(self) -> list[str]:
        return [r.path.rpartition("/")[2] for r in self.log.requests if r.path.endswith(".zip")]


@pytest.fixture
def lan(region):
    """The region, with all themes asked for."""
    hamta = region.hamta
    settings = hamta.lantmateriet.model_copy(update={"topografi_teman": tuple(TARGETS)})
    return region.model_copy(update={"hamta": hamta.model_copy(update={"lantmateriet": settings})})


@pytest.fixture
def server(httpserver, themes, monkeypatch) -> Geotorget:
    monkeypatch.setenv(login.USER, "anna")
    monkeypatch.setenv(login.PASSWORD, SECRET)
    monkeypatch.setenv(TOPOGRAFI_ORDER, ORDER)
    return Geotorget(httpserver, themes)


def nowhere(tmp_path: Path, text: str) -> None:
    """Assert that neither order, signature nor login is in any file or in the text."""
    held = [p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()]
    for form in (ORDER, SIGNATURE, SIGNATURE[:9], SECRET, BASIC.removeprefix("Basic ")):
        assert form not in text
        assert not any(form.encode() in body for body in held)


def fails(lan, paths, tmp_path, capsys, source: str = "vagar", count: int = 1) -> str:
    with pytest.raises(DataError, match=f"{count} av hämtningarna lyckades inte"):
        fetch_all.run(lan, paths, source)
    said = capsys.readouterr()
    nowhere(tmp_path, said.out + said.err)
    return said.err


@pytest.mark.parametrize("nested", [False, True])
def test_the_themes_we_use_are_fetched_once(server, lan, paths, tmp_path, capsys, caplog, nested):
    caplog.set_level(logging.DEBUG)
    server.nested = nested
    fetch_all.run(lan, paths, ALL, "ja")
    assert server.downloads() == []
    fetch_all.run(lan, paths, ALL)
    for theme, target in TARGETS.items():
        body, note = (paths.raw / target).read_bytes(), receipt.read_receipt(paths.raw / target)
        assert body == server.contents[theme]
        assert (note.sha256, note.bytes) == (hashlib.sha256(body).hexdigest(), len(body))
        assert (note.licens, note.utgivare, note.version) == ("CC0", "Lantmäteriet", server.updated)
        assert note.url.endswith(f"/geotorget/•••/leverans/latest/files/{theme}_sverige.zip")
    assert sorted(server.downloads()) == sorted(f"{theme}_sverige.zip" for theme in TARGETS), "inte hydrografi"
    fetch_all.run(lan, paths, ALL)
    assert len(server.downloads()) == 3, "samma leverans: inget hämtas igen"
    server.updated = "2026-12-01T03:00:00Z"
    fetch_all.run(lan, paths, "vagar")
    assert (
        len(server.downloads()) == 4 and "2026-12" in receipt.read_receipt(paths.raw / TARGETS["kommunikation"]).version
    )
    said = capsys.readouterr()
    logged = [r.getMessage() for r in caplog.records if r.name != "werkzeug"]  # that is the server's own log
    nowhere(tmp_path, "\n".join([said.out, said.err, *logged]))


@pytest.mark.parametrize(
    ("status", "said", "do"),
    [
        ("PÅGÅENDE", "håller på att göra leveransen", "Vänta tills den är klar"),
        ("MISSLYCKAD", "misslyckades hos Lantmäteriet", "Begär en ny leverans"),
        ("MAKULERAD", "är makulerad", "Begär en ny leverans"),
        ("NÅGOT", "en status som inte är känd", "Försök igen senare"),
    ],
)
def test_a_delivery_that_is_not_made(server, lan, paths, tmp_path, capsys, status, said, do):
    server.status = status
    told = fails(lan, paths, tmp_path, capsys, ALL, 3)
    assert said in told and do in told and status in told
    assert len(server.log) == 2 and "Inte heller temat mark kan hämtas" in told, "frågas en gång för alla teman"
    assert not list(paths.raw.rglob("*.zip"))


@pytest.mark.parametrize(
    ("http", "said", "do"),
    [
        (403, "Kontot får inte hämta", "Beställ «Geotorget Nedladdning»"),
        (404, "har ingen leverans", f"Kontrollera att {TOPOGRAFI_ORDER} är rätt"),
    ],
)
def test_refusals_are_told_apart(server, lan, paths, tmp_path, capsys, http, said, do):
    server.http = http
    told = fails(lan, paths, tmp_path, capsys)
    assert said in told and do in told and f"HTTP {http}" in told


def test_a_wrong_login_and_none(server, lan, paths, tmp_path, capsys, monkeypatch):
    server.accept = "Basic other"
    told = fails(lan, paths, tmp_path, capsys)
    assert "Inloggningen godtas inte för Topografi 50" in told and "HTTP 401" in told
    monkeypatch.delenv(login.USER)
    monkeypatch.delenv(login.PASSWORD)
    asked = len(server.log)
    told = fails(lan, paths, tmp_path, capsys)
    assert "Ingen inloggning är angiven för Topografi 50" in told and login.USER in told
    assert len(server.log) == asked


@pytest.mark.parametrize(("order", "said"), [("", "saknas"), ("../../annat?x=hemligt", "har fel form")])
def test_no_order_is_told(server, lan, paths, tmp_path, capsys, monkeypatch, order, said):
    monkeypatch.setenv(TOPOGRAFI_ORDER, order)
    told = fails(lan, paths, tmp_path, capsys)
    assert f"Beställningens id för Topografi 50 {said}" in told and TOPOGRAFI_ORDER in told and "hemligt" not in told
    assert len(server.log) == 0


def test_an_order_of_another_product_has_another_licence(server, lan, paths, tmp_path, capsys):
    server.product = "Topografi 10 Nedladdning, vektor"
    told = fails(lan, paths, tmp_path, capsys)
    assert "Beställningen är av en annan produkt" in told and "Topografi 10" in told


def test_a_theme_that_is_not_ordered(server, lan, paths, tmp_path, capsys, themes):
    server.contents = {k: v for k, v in themes.items() if k != "kommunikation"}
    told = fails(lan, paths, tmp_path, capsys)
    assert "inte en enda fil för temat kommunikation" in told and "hydrografi_sverige.zip" in told


def test_a_short_file_is_not_used(server, lan, paths, tmp_path, capsys, themes):
    """The server says itself that the short one is all: only the listing knows better."""
    server.send["mark"] = servers.whole(themes["mark"][:-200], etag="")
    told = fails(lan, paths, tmp_path, capsys, "mark")
    assert "Filen är inte så lång som utgivaren säger" in told and f"{len(themes['mark'])} byte" in told
    assert not (paths.raw / TARGETS["mark"]).exists()


def test_another_themes_content_is_not_used(server, lan, paths, tmp_path, capsys, themes):
    server.send["kommunikation"] = servers.whole(themes["mark"], etag="")
    server.lengths["kommunikation"] = len(themes["mark"])
    assert "Det hämtade duger inte: Filen har inga bilvägar" in fails(lan, paths, tmp_path, capsys)


def test_a_cut_file_is_gone_on_with_under_a_new_signature(server, lan, paths, tmp_path, capsys, themes, monkeypatch):
    monkeypatch.setattr(download, "CHUNK", 500)
    body = themes["kommunikation"]
    server.send["kommunikation"] = lambda r: servers.cut(body, 1000)
    fails(lan, paths, tmp_path, capsys)
    server.send["kommunikation"] = servers.whole(body)
    fetch_all.run(lan, paths, "vagar")
    assert (paths.raw / TARGETS["kommunikation"]).read_bytes() == body
    assert server.log.requests[-1].headers["Range"] == "bytes=1000-"


def test_a_persons_own_files_stand(server, lan, paths, monkeypatch):
    make.gpkg(paths.raw / "vagar/nvdb.gpkg", {"a": [1]}, [AREA], "x")
    make.addresses(paths.raw / "lantmateriet/belagenhetsadresser.gpkg", [("a", "9901", "Gällande", (1, 2))])
    own = make.gpkg(paths.raw / "lantmateriet/byggnader_osm.gpkg", {"a": [1]}, [AREA], "x")
    fetch_all.run(lan, paths, "vagar,byggnadsverk")
    assert len(server.log) == 0
    own.unlink()
    fetch_all.run(lan, paths, "byggnadsverk")  # they tell where people live, also where addresses lie
    assert (paths.raw / TARGETS["byggnadsverk"]).is_file()


@pytest.mark.parametrize(
    "entries", [{"a": 1}, ["a"], [{"type": "application/octet-stream", "path": "https://example.org/"}]]
)
def test_a_listing_of_another_form(server, lan, paths, tmp_path, capsys, monkeypatch, entries):
    monkeypatch.setattr(server, "_files", lambda: entries)
    assert "svarade något annat än väntat" in fails(lan, paths, tmp_path, capsys)


def test_a_tree_without_end(server, lan, paths, tmp_path, capsys, monkeypatch):
    server.nested = True
    monkeypatch.setattr(server, "_files", lambda: [server._folder()])
    assert "Leveransens lista tar aldrig slut" in fails(lan, paths, tmp_path, capsys)


def test_the_open_way_comes_first_to_who_has_ordered_it(server, paths, monkeypatch):
    def first() -> str:
        return missing_inputs(paths.raw)[0].splitlines()[1]

    assert "BARA=byggnadsverk,vagar,mark" in first()
    monkeypatch.delenv(TOPOGRAFI_ORDER)
    assert "belagenhetsadresser" in first(), "har en inloggning, men ingen beställning av Topografi"
    monkeypatch.delenv(login.USER)
    assert "BARA=byggnadsverk,vagar,mark" in first()
