"""Servers that mean harm, and machines that fail: nothing kept of what they echo, nothing half, always Swedish."""

from __future__ import annotations

import base64
import contextlib
import errno
import gzip
import json
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fetch_servers as servers
import gpkg_files as make
import pts_files
import pytest
from fetch_servers import SECRET
from werkzeug import Response

from pipelines.core.errors import DataError
from pipelines.core.redact import HIDDEN, host_of, redacted
from pipelines.fetch import fetch_all, login, receipt, web

NAME = "tabellbilaga_teknik_v1.0.xlsx"
URI = f"/pts/{NAME}"
BASIC = base64.b64encode(f"anna:{SECRET}".encode("latin1")).decode()
FORMS = (SECRET, BASIC, base64.b64encode(SECRET.encode()).decode().rstrip("="), "hemligt-L%C3%B6sen0rd%2F%2B%3F")
ENGLISH = re.compile(
    r"\b(error|failed|connection|refused|invalid|unexpected|permission|directory|timeout|could not)\b", re.I
)


@pytest.fixture
def workbook(tmp_path) -> bytes:
    return pts_files.book(tmp_path / "hos/t.xlsx", {"Teknik kommun hushåll": pts_files.teknik()}).read_bytes()


@pytest.fixture
def goal(paths) -> Path:
    return paths.raw / "pts" / NAME


def swedish(told: str) -> None:
    """Assert that English stands only in brackets behind Swedish words."""
    outside = re.sub(r"\((?:programbiblioteket|tjänsten) säger: .*?\)$", "", told, flags=re.MULTILINE)
    assert not ENGLISH.search(outside), outside
    assert "FEL: " in told and "Gör så här: " in told and "Traceback" not in told


def fails(region, paths, capsys, source: str = "pts", again: str = "") -> str:
    with pytest.raises(DataError, match="av hämtningarna lyckades inte"):
        fetch_all.run(region, paths, source, "", again)
    told = capsys.readouterr().err
    swedish(told)
    return told


def nowhere(folder: Path, text: str, *more: str) -> None:
    held = [p for p in folder.rglob("*") if p.is_file() and "hos" not in p.parts]
    for form in (*FORMS, *more):
        assert form not in text
        assert [p for p in held if form.encode() in p.read_bytes()] == []
        assert [p for p in held if form in p.name] == []


def nothing_left(goal: Path) -> None:
    assert not [
        p.name
        for p in goal.parent.rglob("*")
        if not p.name.endswith((".del", ".del.json")) and p.name not in (goal.name, ".hamtas")
    ]


@contextlib.contextmanager
def raw_server(*answers: bytes, hold: float = 0) -> Iterator[str]:
    """A server that sends these very bytes, one answer a connection (the last goes on), and then hangs up."""
    left, stop = list(answers), threading.Event()

    def serve(listener: socket.socket) -> None:
        while not stop.is_set():
            try:
                link, _ = listener.accept()
            except OSError:
                return
            with link, contextlib.suppress(OSError):
                link.recv(65536)
                link.sendall(left.pop(0) if len(left) > 1 else left[0])
                stop.wait(hold)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            listener.close()


def at(region: Any, url: str, **more: Any) -> Any:
    """The region with its workbook at another address."""
    pts = region.hamta.pts
    file = pts.filer[0].model_copy(update={"url": url})
    hamta = region.hamta.model_copy(update={"pts": pts.model_copy(update={"filer": (file,)}), **more})
    return region.model_copy(update={"hamta": hamta})


# --- what a server echoes --------------------------------------------------------------------------------


@pytest.fixture
def addresses(httpserver, tmp_path, monkeypatch):
    """Three kommuner's files behind a login, by a server that says back what it was sent, in every way it can."""
    monkeypatch.setenv(login.USER, "anna")
    monkeypatch.setenv(login.PASSWORD, SECRET)
    files = {}
    for i, k in enumerate(("9901", "9902", "9903")):
        source = make.addresses(tmp_path / f"hos/a{k}.gpkg", [(f"id-{k}-1", k, "Gällande", (320e3 + i, 6400e3))])
        files[k] = make.zipped(source, tmp_path / f"hos/{k}.zip").read_bytes()

    def echo(request):
        sent = request.headers["Authorization"]
        out = servers.body(files[request.path[-8:-4]], f"application/zip; {sent}")
        out.headers |= {
            "ETag": f'"{sent}"',
            "Last-Modified": sent,
            "Content-Disposition": f'attachment; filename="../../{sent}"',
            "X-Echo": sent,
            "Set-Cookie": f"auth={sent}",
            "Content-Location": f"/x?auth={sent}",
        }
        return out

    log = servers.Log(httpserver, re.compile("^/dl/.*$"), echo)
    listed = {f"kn{k}": httpserver.url_for(f"/dl/kn{k}.zip?q=s1gnatur-{k}&sig=abcdefgh") for k in files}
    servers.stac(httpserver, listed)
    return log


def test_what_a_server_echoes_is_kept_nowhere(addresses, region, paths, tmp_path, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    fetch_all.run(region, paths, "lantmateriet")
    said = capsys.readouterr()
    notes = [json.loads(p.read_text()) for p in sorted((paths.raw / "lantmateriet").glob("*.kalla.json"))]
    assert len(notes) == 3
    assert {(n["etag"], n["senast_andrad"]) for n in notes} == {("", "")}
    assert all(n["url"].endswith(f".zip?q={HIDDEN}&sig={HIDDEN}") for n in notes)
    ours = [r for r in caplog.records if r.name != "werkzeug"]
    nowhere(tmp_path, said.out + said.err + "".join(r.getMessage() for r in ours), "s1gnatur", "abcdefgh")


@pytest.mark.parametrize("status", [200, 401, 403, 404, 429, 500, 503])
@pytest.mark.parametrize(
    "wrapped", ["{}", "<!DOCTYPE html><title>{}</title>", "<x><ows:ExceptionText>{}</ows:ExceptionText>"]
)
def test_an_error_that_echoes_the_login_is_told_without_it(addresses, region, paths, tmp_path, capsys, status, wrapped):
    addresses.answer = lambda r: servers.body(
        wrapped.format(("x" * 25) + r.headers["Authorization"] + SECRET), "text/html", status, Location="/dl/9.zip"
    )
    told = fails(region, paths, capsys, "lantmateriet")
    nowhere(tmp_path, told, BASIC[:12], SECRET[:8])


def test_a_redirect_that_carries_the_login_in_its_address(addresses, region, paths, tmp_path, httpserver, capsys):
    addresses.answer = lambda r: servers.body(
        "", status=302, Location=f"http://anna:{SECRET}@127.0.0.1:9/x?q={BASIC}&auth={r.headers['Authorization']}"
    )
    nowhere(tmp_path, fails(region, paths, capsys, "lantmateriet"))


def test_a_listing_whose_texts_are_hostile(httpserver, region, paths, tmp_path, capsys, addresses):
    listed = {f"kn{k}": httpserver.url_for(f"/dl/kn{k}.zip?q=1") for k in ("9901", "9902", "9903")}
    httpserver.clear()
    servers.Log(httpserver, re.compile("^/dl/.*$"), addresses.answer)
    servers.stac(httpserver, listed, updated="\x1b[31m\n" + "2" * 100_000 + f" https://a:{SECRET}@b/?token=zzzzzz")
    with contextlib.suppress(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    said = capsys.readouterr()
    nowhere(tmp_path, said.out + said.err, "zzzzzz")
    assert "\x1b" not in said.out + said.err
    assert all(p.stat().st_size < 5000 for p in paths.raw.rglob("*.kalla.json"))


def test_a_listing_that_never_ends(httpserver, region, paths, capsys, addresses):
    page = servers.stac(httpserver, {"kn9901": httpserver.url_for("/dl/mark_kn9901.zip")}, collection="m")
    once = page.answer

    def around(request):
        made = json.loads(once(request).get_data())
        return servers.body(
            json.dumps(made | {"links": [{"rel": "next", "href": request.url}]}), "application/geo+json"
        )

    page.answer = around
    lm = region.hamta.lantmateriet.model_copy(update={"samling_mark": "m"})
    region = region.model_copy(update={"hamta": region.hamta.model_copy(update={"lantmateriet": lm})})
    assert "runt i cirkel" in fails(region, paths, capsys, "mark")
    assert len(page) <= web.MOST_SAME + 1


# --- redirects -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "goal_url",
    ["http://example.org/a.xlsx", "ftp://example.org/a", "file:///etc/passwd", "http://169.254.169.254/latest"],
)
def test_a_redirect_to_where_it_is_not_safe_is_not_followed(httpserver, region, paths, goal, capsys, goal_url):
    servers.Log(httpserver, URI, lambda r: servers.body("x", status=301, Location=goal_url))
    told = fails(region, paths, capsys)
    assert "adress som inte är säker" in told or "inte går att tolka" in told or "Servern går inte att nå" in told
    assert not goal.exists()


def answer_to(url: str, location: str) -> Any:
    import requests

    out = requests.Response()
    out.headers["Location"] = location
    return out


@pytest.mark.parametrize(
    ("start", "location", "safe"),
    [
        ("https://a.example/x", "https://b.example/y", True),
        ("https://a.example/x", "/y", True),
        ("https://a.example/x", "http://a.example/y", False),
        ("https://a.example/x", "http://localhost/y", False),
        ("https://a.example/x", "https://127.0.0.1/y", False),
        ("http://localhost/x", "http://127.0.0.1:8/y", True),
        ("http://localhost/x", "http://a.example/y", False),
    ],
)
def test_from_https_to_http_or_into_this_machine_is_no_way(start, location, safe):
    if safe:
        web._require_safe(start, answer_to(start, location))
        return
    with pytest.raises(DataError, match="inte är säker"):
        web._require_safe(start, answer_to(start, location))


# --- bodies ----------------------------------------------------------------------------------------------


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        lambda b: HEAD + b"Content-Length: %d\r\n\r\n" % (len(b) // 2) + b[: len(b) // 2],
        lambda b: HEAD + b"Content-Length: %d\r\n\r\n" % (len(b) + 999) + b,
        lambda b: HEAD + b"Content-Length: \xb2\r\n\r\n" + b[:5000],
        lambda b: HEAD + b"Content-Length: -5\r\n\r\n" + b[:5000],
        lambda b: HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n" + b[: len(b) // 2],
        lambda b: HEAD + b"Transfer-Encoding: chunked\r\n\r\n1388\r\n" + b[:3000],
        lambda b: HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + b,
        lambda b: HEAD + b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n" + b[:20],
        lambda b: HEAD + b"\r\n" + b[: len(b) // 2],
        lambda b: b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n" + b,
        lambda b: b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n" + b,
        lambda b: b"HTTP/9.9 hej\r\n\r\n" + b,
        lambda b: b"\x16\x03\x01\x00" * 10,
        lambda b: b"",
        lambda b: HEAD + b"\r\n",
    ],
    ids=[
        "half",
        "too-long",
        "superscript",
        "negative",
        "endless-number",
        "chunk-cut",
        "chunk-nonsense",
        "no-gzip",
        "cut-unsaid",
        "many-headers",
        "long-header",
        "no-http",
        "tls",
        "nothing",
        "empty",
    ],
)
def test_a_body_that_is_not_whole_is_never_placed(region, paths, workbook, goal, capsys, answer):
    with raw_server(answer(workbook)) as base:
        told = fails(at(region, f"{base}{URI}", forsok=2, svarstid_s=2), paths, capsys)
    assert "127.0.0.1" in told and not goal.exists()
    nothing_left(goal)


def test_an_endless_body(region, paths, goal, httpserver, capsys):
    def endless():
        while True:
            yield b"PK\3\4" + b"x" * 100_000

    servers.Log(httpserver, URI, lambda r: Response(endless(), content_type="application/zip"))
    told = fails(at(region, httpserver.url_for(URI), storsta_mb=2, forsok=1), paths, capsys)
    assert "Filen är större än den får vara" in told and not goal.exists()
    assert not list(goal.parent.rglob("*.del"))


def test_an_endless_answer_to_a_client_library(region, paths, httpserver, capsys, monkeypatch):
    monkeypatch.setattr(web, "MAX_TEXT", 1 << 20)

    def endless():
        while True:
            yield b"[" * 100_000

    servers.Log(httpserver, re.compile("^/kolada/.*$"), lambda r: Response(endless(), content_type="application/json"))
    servers.Log(httpserver, "/stac", lambda r: Response(endless(), content_type="application/json"))
    assert "Svaret är orimligt stort" in fails(region, paths, capsys, "kolada")
    assert "Svaret är orimligt stort" in fails(region, paths, capsys, "lantmateriet")


def test_a_deep_answer_to_a_client_library(region, paths, httpserver, capsys):
    servers.Log(httpserver, re.compile("^/.*$"), lambda r: servers.body("[" * 200_000, "application/json"))
    for source in ("kolada", "scb-tabeller", "lantmateriet"):
        fails(region, paths, capsys, source)


def test_a_gzip_bomb(region, paths, httpserver, capsys, goal):
    bomb = gzip.compress(b"PK\3\4" + b"\0" * (64 << 20))
    servers.Log(httpserver, URI, lambda r: servers.body(bomb, "application/zip", Content_Encoding="gzip"))
    servers.Log(httpserver, "/wfs", lambda r: servers.body(bomb, "text/xml", Content_Encoding="gzip"))
    told = fails(at(region, httpserver.url_for(URI), storsta_mb=2, forsok=1), paths, capsys)
    assert "Filen är större än den får vara" in told and not goal.exists()
    assert "Svaret är orimligt stort" in fails(region, paths, capsys, "scb")


@pytest.mark.parametrize("chunked", [True, False])
def test_a_body_that_drips_is_given_up(httpserver, region, paths, goal, capsys, chunked, monkeypatch):
    """Each byte comes within the time that one is waited for; the whole would take days."""
    stop, wait = threading.Event(), threading.Event().wait

    def drip():
        yield b"PK\3\4"
        while not stop.is_set():
            wait(0.05)
            yield b"x"

    def answer(request):
        out = Response(drip(), content_type="application/zip")
        if not chunked:
            out.headers["Content-Length"] = "1000000"
        return out

    servers.Log(httpserver, URI, answer)
    began = time.perf_counter()
    try:
        told = fails(at(region, httpserver.url_for(URI), svarstid_s=0.2, forsok=1), paths, capsys)
    finally:
        stop.set()
    assert "Servern svarade inte i tid" in told and not goal.exists()
    assert time.perf_counter() - began < 20


@pytest.mark.parametrize("asked", ["999999999999", "1e300", "-1", "x", "Fri, 31 Dec 9999 23:59:59 GMT"])
@pytest.mark.parametrize("status", [429, 503])
def test_no_server_makes_us_wait_for_ever(httpserver, region, paths, capsys, sleeps, asked, status):
    servers.Log(
        httpserver, re.compile("^/.*$"), lambda r: servers.body("{}", "application/json", status, Retry_After=asked)
    )
    for source in ("pts", "kolada", "scb-tabeller", "scb", "lantmateriet"):
        fails(region, paths, capsys, source)
    assert max(sleeps, default=0) <= 60


# --- the machine -----------------------------------------------------------------------------------------


def test_a_folder_where_the_file_should_be(httpserver, region, paths, workbook, goal, capsys):
    servers.Log(httpserver, URI, servers.whole(workbook))
    goal.mkdir(parents=True)
    (goal / "mitt").write_text("x")
    told = fails(region, paths, capsys)
    assert "Där filen ska ligga finns något annat" in told and "en mapp" in told
    assert [p.name for p in goal.iterdir()] == ["mitt"] and [p.name for p in goal.parent.iterdir()] == [NAME]


def test_a_file_where_the_folder_should_be(httpserver, region, paths, workbook, goal, capsys):
    servers.Log(httpserver, URI, servers.whole(workbook))
    goal.parent.write_text("x")
    assert "en fil ligger där en mapp ska vara" in fails(region, paths, capsys)
    assert goal.parent.read_text() == "x"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "du har inte rätt"),
        (errno.EROFS, "skrivskyddad"),
        (errno.ENOSPC, "plats på disken"),
        (errno.EIO, "disken svarar med ett fel"),
    ],
)
@pytest.mark.parametrize("where", ["mkdir", "open", "write_text", "replace"])
def test_what_the_disk_refuses_leaves_the_earlier_file(
    httpserver, region, paths, workbook, goal, capsys, monkeypatch, number, said, where
):
    log = servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(region, paths, "pts")
    before = {p: p.read_bytes() for p in goal.parent.iterdir()}
    log.answer = servers.whole(workbook + b"\0", '"v2"')
    real = getattr(Path, where)

    def refuse(self, *args, **kwargs):
        writes = where != "open" or (args and args[0] in ("wb", "ab"))
        if paths.raw in self.parents and ".hamtas" in str(self) and writes:
            raise OSError(number, os.strerror(number), str(self))
        return real(self, *args, **kwargs)

    monkeypatch.setattr(Path, where, refuse)
    told = fails(region, paths, capsys, again="ja")
    monkeypatch.undo()
    assert said in told or "disken är full" in told
    assert {p: p.read_bytes() for p in goal.parent.iterdir() if p.is_file()} == before
    assert not [p for p in goal.parent.rglob(".hamtas/*") if not p.name.endswith((".del", ".del.json"))]


def test_the_net_is_lost_on_the_way(region, paths, capsys, monkeypatch):
    def unknown(*args, **kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    told = fails(at(region, f"https://finns-inte.example.org{URI}?q=s1gnatur", forsok=1), paths, capsys)
    assert "serverns namn finns inte i DNS" in told and "s1gnatur" not in told


def test_a_refused_connection_names_the_host_and_no_query(region, paths, capsys):
    told = fails(at(region, f"http://127.0.0.1:9{URI}?hemlig=s1gnatur", forsok=1), paths, capsys)
    assert "servern tar inte emot förbindelser" in told and "127.0.0.1:9" in told and "s1gnatur" not in told


def test_nothing_is_told_in_english_beside_the_errors(region, paths, capsys, httpserver, caplog):
    servers.Log(httpserver, URI, lambda r: servers.body("", status=503))
    caplog.set_level(logging.WARNING)
    fails(at(region, f"{httpserver.url_for(URI)}?q=s1gnatur"), paths, capsys)
    assert [r.getMessage() for r in caplog.records if r.name.startswith(("urllib3", "requests", "pooch"))] == []


# --- contents --------------------------------------------------------------------------------------------


def test_a_geopackage_cut_off(httpserver, region, paths, tmp_path, capsys):
    source = make.squares(
        tmp_path / "hos.gpkg", [(320_000 + 1000 * i, 6_400_000, i) for i in range(500)], referenstid="2024-12-31"
    )
    cut = source.read_bytes()
    answer = servers.wfs({"befolkning_1km_2024": source})

    def short(request):
        out = answer(request)
        if "resultType" in request.args or request.args["request"] == "GetCapabilities":
            return out
        return servers.body(cut[: len(cut) - 4096], "application/geopackage+sqlite3")

    servers.Log(httpserver, "/wfs", short)
    scb = region.hamta.scb.model_copy(update={"lager_tatorter": "", "lager_smaorter": "", "sidstorlek": 1000})
    region = region.model_copy(update={"hamta": region.hamta.model_copy(update={"scb": scb})})
    told = fails(region, paths, capsys, "scb")
    assert "avhugget" in told or "inget helt GeoPackage" in told
    assert not list((paths.raw / "scb").glob("*.gpkg"))


@pytest.mark.parametrize("fault", ["cut", "other table", "html", "zip of nothing", "old xls"])
def test_a_workbook_that_is_none(httpserver, region, paths, workbook, goal, tmp_path, capsys, fault):
    other = pts_files.book(tmp_path / "hos/o.xlsx", {"Blad": [["Något", "annat"], [1, 2]]}).read_bytes()
    bad = {
        "cut": workbook[:-200],
        "other table": other,
        "html": servers.BOT.encode(),
        "zip of nothing": b"PK\5\6" + b"\0" * 18,
        "old xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    }[fault]
    servers.Log(httpserver, URI, servers.whole(bad))
    fails(region, paths, capsys)
    assert not goal.exists()
    nothing_left(goal)


def test_a_reader_that_breaks_on_what_came_stops_nothing(
    httpserver, region, paths, workbook, goal, capsys, monkeypatch
):
    def broken(*args):
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr("pipelines.read.pts.pts_editions.read_book", broken)
    servers.Log(httpserver, URI, servers.whole(workbook))
    assert "Det hämtade duger inte" in fails(region, paths, capsys)
    assert not goal.exists()


@pytest.mark.parametrize(
    "name",
    [
        "..%2f..%2fx.xlsx%00.xlsx",
        "%2e%2e%5cx.xlsx",
        ".xlsx",
        "~$x.xlsx",
        "a" * 300 + ".xlsx",
        "%1b%5b31m.xlsx",
        "%0a.xlsx",
    ],
)
def test_a_name_that_is_none(httpserver, region, paths, capsys, name):
    told = fails(at(region, httpserver.url_for("/pts/") + name), paths, capsys)
    assert "pekar inte på en Excel-fil" in told and "\x1b" not in told


def test_two_addresses_to_one_file(httpserver, region, paths, capsys):
    file = region.hamta.pts.filer[0]
    pts = region.hamta.pts.model_copy(update={"filer": (file, file.model_copy(update={"innehall": "mobil"}))})
    region = region.model_copy(update={"hamta": region.hamta.model_copy(update={"pts": pts})})
    assert "filer med samma namn" in fails(region, paths, capsys)


def test_an_edition_of_a_signed_address_is_asked_for_again(httpserver, region, paths, workbook, goal):
    """What is kept of the address does not tell two editions apart."""
    log = servers.Log(httpserver, URI, servers.whole(workbook))
    fetch_all.run(at(region, f"{httpserver.url_for(URI)}?version=1&id=1"), paths, "pts")
    fetch_all.run(at(region, f"{httpserver.url_for(URI)}?version=1&id=2"), paths, "pts")
    assert len(log) == 2
    assert receipt.read_receipt(goal).url.endswith(f"?version=1&id={HIDDEN}")


# --- single slices ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ({"next_url": "https://ond.example.org/v3/data?page=2"}, "nästa sida hos samma värd"),
        ({"next_url": "//ond.example.org/x"}, "nästa sida hos samma värd"),
        ({"next_url": 5}, "nästa sida hos samma värd"),
        ({"count": 9999, "next_url": None}, "9999 värden"),
        ({"values": [], "next_url": "more"}, "en tom sida"),
        ({"values": {"a": 1}}, "en sida med värden"),
    ],
)
def test_kolada_gives_every_page_or_none(httpserver, region, paths, capsys, page, said):
    server = servers.Kolada(httpserver, ["0099", "9901", "9902", "9903"])
    good = server.data.answer

    def answer(request):
        made = json.loads(good(request).get_data())
        return servers.body(json.dumps(made | page), "application/json")

    server.data.answer = answer
    told = fails(region, paths, capsys, "kolada")
    assert "Kolada lämnade inte alla sidor" in told and said in told
    assert not (paths.raw / "kolada/kolada_99.json").exists()


def test_kolada_that_gives_the_same_page_twice(httpserver, region, paths, capsys):
    server = servers.Kolada(httpserver, ["0099", "9901", "9902", "9903"])
    good = server._data

    def answer(request):
        made = json.loads(good(request).get_data())
        if int(request.args.get("page", 1)) == 2:
            made["values"] = made["values"][:1] * 7
        return servers.body(json.dumps(made), "application/json")

    server.data.answer = answer
    assert "två gånger" in fails(region, paths, capsys, "kolada")


@pytest.mark.parametrize("fault", ["one sex empty", "half a person", "negative"])
def test_a_sum_of_some_of_the_parts_is_no_total(httpserver, region, paths, capsys, fault):
    px = servers.PxWeb(httpserver, ["9901", "9902", "9903"])
    real = px.value
    wrong = {"one sex empty": None, "half a person": 3.5, "negative": -1}[fault]

    def value(table, of):
        hit = table == "TAB6574" and (of["Region"], of["Tid"], of["Kon"]) == ("9902", "2024", "2")
        return wrong if hit else real(table, of)

    px.value = value
    told = fails(region, paths, capsys, "scb-tabeller")
    assert "SCB:s tabell ser inte ut som väntat" in told
    assert not (paths.raw / "scb/folkmangd_kommun_99.csv").exists()


def test_limits_that_would_have_us_wait(httpserver, region, paths, capsys):
    limits = {"apiVersion": "2.0.0", "maxDataCells": 10, "maxCallsPerTimeWindow": 1, "timeWindow": 10**9}
    servers.Log(httpserver, "/px/config", lambda r: servers.body(json.dumps(limits), "application/json"))
    assert "Svaret är inte PxWebApi 2" in fails(region, paths, capsys, "scb-tabeller")


def test_a_layer_of_unknown_size_is_no_whole_layer(httpserver, region, paths, tmp_path, capsys):
    source = make.squares(tmp_path / "x.gpkg", [(320_000, 6_400_000, 1)], referenstid="2024-12-31")
    answer = servers.wfs({"befolkning_1km_2024": source})
    servers.Log(
        httpserver,
        "/wfs",
        lambda r: servers.body("<wfs:FeatureCollection/>", "text/xml") if "resultType" in r.args else answer(r),
    )
    scb = region.hamta.scb.model_copy(update={"lager_tatorter": "", "lager_smaorter": ""})
    region = region.model_copy(update={"hamta": region.hamta.model_copy(update={"scb": scb})})
    assert "inte hur många rader" in fails(region, paths, capsys, "scb")


# --- one cleaning for every text -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        f"https://anna:{SECRET}@example.org/x",
        f"https://anna:a/{SECRET}@example.org/x",
        f"HTTPS://anna:{BASIC}@example.org",
        f"ftp://anna:{SECRET}@h/",
        f"anna:{SECRET}@proxy.example.org:8080",
        f"Authorization: Basic {BASIC}",
        f"{{'Authorization': 'Basic {BASIC}'}}",
        f"Bearer {BASIC}",
        f"/a.zip?q={BASIC} HTTP/1.1",
        f"password={BASIC}",
        f"https://h/x?a=1&X-Amz-Signature={BASIC}",
        f"https://h/x?ovanligt={BASIC}",
        f"client_secret={BASIC}",
        f"https://h/x?{BASIC}",
        f"Cookie: session={BASIC}",
        f"lösenord: {BASIC}",
    ],
)
def test_a_secret_nobody_has_told_us_of_is_known_by_its_place(text):
    clean = redacted(f"före {text} efter", {})
    assert SECRET not in clean and BASIC not in clean and clean.startswith("före ")
    assert redacted(clean, {}) == clean


def test_the_environments_secrets_are_cleaned_from_a_traceback():
    env = {
        login.USER: "anna",
        login.PASSWORD: SECRET,
        login.KEY: "nyckel-abc",
        login.SECRET: "djup hemlis",
        "HTTPS_PROXY": "http://ombud:pr0xyord@proxy.example.org:8080",
    }
    lines = [
        f"  File x, line {i}, in y: {s}"
        for i, s in enumerate(
            [
                *FORMS,
                "nyckel-abc",
                "djup%20hemlis",
                "djup+hemlis",
                "pr0xyord",
                base64.b64encode(b"nyckel-abc:djup hemlis").decode(),
                SECRET.encode().hex(),
                json.dumps(SECRET),
                repr(SECRET.encode()),
            ]
        )
    ]
    clean = redacted("\n".join(lines), env)
    assert all(line.endswith(HIDDEN) or HIDDEN in line for line in clean.split("\n"))
    for secret in (*FORMS, "nyckel-abc", "hemlis", "pr0xyord"):
        assert secret not in clean
    assert clean.count("\n") == len(lines) - 1


def test_ordinary_texts_are_left_as_they_are():
    for text in (
        "Se docs/hamta.md, kl 12:30, e-post bredband@example.org eller mailto:a@b.se",
        "https://geodata.scb.se/geoserver/stat/wfs?service=WFS&typenames=stat:befolkning_1km_2024",
        "publicering.bas_url: okänd nyckel; menas bas_url?",
        "Filen C:\\data\\x.csv, rad 3: a;b",
    ):
        assert redacted(text, {}) == text
    assert host_of("https://anna:a@example.org:1/x?q=1") == "example.org:1"


@pytest.mark.parametrize("piece", ["a:", "https://", "token", "?a=", "a:b@", "authorization:", "Basic ", "&sig"])
def test_cleaning_takes_no_time_whatever_the_text(piece):
    began = time.perf_counter()
    redacted(piece * 100_000, {})
    assert time.perf_counter() - began < 10
