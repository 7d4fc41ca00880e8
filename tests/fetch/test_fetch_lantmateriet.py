"""Lantmäteriet: listing open, files with login and order, and the login seen by no one else."""

from __future__ import annotations

import base64
import hashlib
import logging

import fetch_servers as servers
import gpkg_files as make
import pytest
from fetch_servers import SECRET
from werkzeug import Request, Response

from pipelines.core.errors import DataError
from pipelines.fetch import fetch_all, login, receipt

KOMMUNER = ["9901", "9902", "9903"]
BASIC = "Basic " + base64.b64encode(f"anna:{SECRET}".encode("latin1")).decode()


def zips(tmp) -> dict[str, bytes]:
    out = {}
    for i, k in enumerate(KOMMUNER):
        source = make.addresses(tmp / f"hos/a{k}.gpkg", [(f"id-{k}-1", k, "Gällande", (320e3 + i, 6400e3))])
        out[k] = make.zipped(source, tmp / f"hos/belagenhetsadresser_kn{k}.zip").read_bytes()
    return out


class Files:
    """dl1: a login and an order are needed for each file."""

    def __init__(self, server, contents, *, accept=BASIC, ordered=True):
        self.accept, self.ordered = accept, ordered
        self.contents = contents
        self.logs = {k: servers.Log(server, f"/dl/belagenhetsadresser_kn{k}.zip", self._answer) for k in contents}

    def _answer(self, request: Request) -> Response:
        if request.headers.get("Authorization") != self.accept:
            return servers.body("", status=401)
        if not self.ordered:
            return servers.body("", status=403)
        return servers.whole(self.contents[request.path[-8:-4]], kind="application/zip")(request)

    @property
    def asked(self) -> int:
        return sum(map(len, self.logs.values()))


def listed(server, **more):
    return servers.stac(
        server, {f"kn{k}": server.url_for(f"/dl/belagenhetsadresser_kn{k}.zip") for k in KOMMUNER}, **more
    )


def with_password(monkeypatch, password=SECRET):
    monkeypatch.setenv(login.USER, "anna")
    monkeypatch.setenv(login.PASSWORD, password)


def nowhere(tmp_path, text: str, *secrets: str) -> None:
    """Assert that no secret is in any file or in the text, in any form."""
    forms = [f for s in secrets for f in (s, base64.b64encode(s.encode()).decode().rstrip("="))]
    forms.append(base64.b64encode(f"anna:{SECRET}".encode("latin1")).decode())
    held = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    for form in forms:
        assert form not in text
        assert [p for p, b in held.items() if form.encode() in b] == []


def test_every_kommun_of_the_lan_is_fetched_once(httpserver, region, paths, tmp_path, monkeypatch, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    contents = zips(tmp_path)
    files, page = Files(httpserver, contents), listed(httpserver)
    with_password(monkeypatch)
    fetch_all.run(region, paths, "lantmateriet")
    for k in KOMMUNER:
        path = paths.raw / f"lantmateriet/belagenhetsadresser_kn{k}.zip"
        assert path.read_bytes() == contents[k]
        note = receipt.read_receipt(path)
        assert note.sha256 == hashlib.sha256(contents[k]).hexdigest() and note.etag == '"v1"'
        assert "personuppgifter" in note.licens and note.url.endswith(f"kn{k}.zip")
    assert len(page) == 2, "listan kommer i sidor"
    assert all("Authorization" not in r.headers for r in page.requests), "listan är öppen"
    before = files.asked
    fetch_all.run(region, paths, "lantmateriet")
    assert files.asked == before, "samma version i listan: ingen fråga"
    said = capsys.readouterr()
    nowhere(tmp_path, said.out + said.err + caplog.text, SECRET)


def test_a_new_version_in_the_listing_is_asked_for_but_not_downloaded_when_the_same(
    httpserver, region, paths, tmp_path, monkeypatch
):
    files = Files(httpserver, zips(tmp_path))
    listed(httpserver)
    with_password(monkeypatch)
    fetch_all.run(region, paths, "lantmateriet")
    httpserver.clear()
    files = Files(httpserver, files.contents)
    listed(httpserver, updated="2026-06-01T00:00:00Z")
    fetch_all.run(region, paths, "lantmateriet")
    assert [r.headers.get("If-None-Match") for log in files.logs.values() for r in log.requests] == ['"v1"'] * 3
    assert "2026-06-01" in receipt.read_receipt(paths.raw / "lantmateriet/belagenhetsadresser_kn9901.zip").version
    before = files.asked
    fetch_all.run(region, paths, "lantmateriet")
    assert files.asked == before


def test_no_login_and_not_ordered_are_told_apart(httpserver, region, paths, tmp_path, monkeypatch, capsys):
    files = Files(httpserver, zips(tmp_path))
    listed(httpserver)
    with pytest.raises(DataError) as e:
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert "Ingen inloggning är angiven för belagenhetsadresser" in told and login.USER in told and login.KEY in told
    assert "3 av hämtningarna lyckades inte" in str(e.value)
    with_password(monkeypatch, "fel lösenord")
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    assert "Inloggningen godtas inte för belagenhetsadresser" in capsys.readouterr().err
    with_password(monkeypatch)
    files.ordered = False
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert "Kontot får inte hämta belagenhetsadresser: samlingen är inte beställd" in told and "Geotorget" in told
    nowhere(tmp_path, told, SECRET, "fel lösenord")


def test_half_a_login(httpserver, region, paths, monkeypatch, capsys):
    listed(httpserver)
    monkeypatch.setenv(login.KEY, "nyckel")
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert f"Inloggningen till Lantmäteriet är inte hel: {login.KEY} är satt men inte {login.SECRET}" in told


def test_oauth2_a_token_for_key_and_secret(httpserver, region, paths, tmp_path, monkeypatch, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    contents = zips(tmp_path)
    Files(httpserver, contents, accept="Bearer tok3n-abcdef")
    listed(httpserver)
    token = servers.Log(
        httpserver, "/token", lambda r: servers.body('{"access_token": "tok3n-abcdef"}', "application/json")
    )
    monkeypatch.setenv(login.KEY, "nyckel")
    monkeypatch.setenv(login.SECRET, SECRET)
    fetch_all.run(region, paths, "lantmateriet")
    assert (paths.raw / "lantmateriet/belagenhetsadresser_kn9903.zip").read_bytes() == contents["9903"]
    assert len(token) == 1
    assert token.requests[0].get_data() == b"grant_type=client_credentials"
    given = base64.b64decode(token.requests[0].headers["Authorization"].removeprefix("Basic ")).decode("latin1")
    assert given == f"nyckel:{SECRET}"
    said = capsys.readouterr()
    nowhere(tmp_path, said.out + said.err + caplog.text, SECRET, "tok3n-abcdef")


def test_oauth2_refused(httpserver, region, paths, tmp_path, monkeypatch, capsys):
    listed(httpserver)
    servers.Log(httpserver, "/token", lambda r: servers.body(f"bad {SECRET}", status=401))
    monkeypatch.setenv(login.KEY, "nyckel")
    monkeypatch.setenv(login.SECRET, SECRET)
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert "Lantmäteriet godtar inte nyckeln och hemligheten" in told and "Consumer Secret" in told
    nowhere(tmp_path, told, SECRET)


def test_a_redirect_to_another_host_gets_no_login(httpserver, region, paths, tmp_path, monkeypatch):
    contents = zips(tmp_path)
    listed(httpserver)
    with_password(monkeypatch)
    elsewhere = f"http://127.0.0.1:{httpserver.port}/lager/"
    for k in KOMMUNER:
        servers.Log(
            httpserver,
            f"/dl/belagenhetsadresser_kn{k}.zip",
            lambda r, k=k: servers.body("", status=302, Location=f"{elsewhere}{k}.zip?X-Amz-Signature=s1gnatur"),
        )
    stored = [servers.Log(httpserver, f"/lager/{k}.zip", servers.whole(contents[k])) for k in KOMMUNER]
    assert httpserver.host == "localhost", "annars är det ingen annan värd"
    fetch_all.run(region, paths, "lantmateriet")
    assert all("Authorization" not in r.headers for log in stored for r in log.requests)
    assert all(len(log) == 1 for log in stored)
    nowhere(tmp_path, "", SECRET, "s1gnatur")


def test_a_listing_that_names_another_host_gets_no_login(httpserver, region, paths, tmp_path, monkeypatch, capsys):
    with_password(monkeypatch)
    files = Files(httpserver, zips(tmp_path))
    elsewhere = f"http://127.0.0.1:{httpserver.port}/dl/belagenhetsadresser_kn"
    servers.stac(httpserver, {f"kn{k}": f"{elsewhere}{k}.zip" for k in KOMMUNER})
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    assert files.asked == 3
    assert all("Authorization" not in r.headers for log in files.logs.values() for r in log.requests)
    assert "HTTP 401" in capsys.readouterr().err


def test_login_is_never_sent_in_the_clear():
    bound = login.HostBound("Basic x", ["dl1.lantmateriet.se"])
    assert bound.allows("https://dl1.lantmateriet.se/a.zip")
    assert not bound.allows("http://dl1.lantmateriet.se/a.zip")
    assert not bound.allows("https://dl1.lantmateriet.se.example.org/a.zip")


def test_a_broken_zip_is_not_used(httpserver, region, paths, tmp_path, monkeypatch, capsys):
    contents = zips(tmp_path)
    spoiled = bytearray(contents["9902"])
    spoiled[len(spoiled) // 2] ^= 0xFF
    files = Files(httpserver, {**contents, "9902": bytes(spoiled)})
    listed(httpserver)
    with_password(monkeypatch)
    with pytest.raises(DataError) as e:
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert "Det hämtade duger inte: Zip-filen går inte att läsa" in told
    assert "1 av hämtningarna" in str(e.value)
    have = sorted(p.name for p in (paths.raw / "lantmateriet").glob("*.zip"))
    assert have == ["belagenhetsadresser_kn9901.zip", "belagenhetsadresser_kn9903.zip"], "de andra hämtas ändå"
    files.contents["9902"] = contents["9902"]
    before = files.asked
    fetch_all.run(region, paths, "lantmateriet")
    assert files.asked == before + 1


def test_another_kommuns_file_is_not_used(httpserver, region, paths, tmp_path, monkeypatch, capsys):
    contents = zips(tmp_path)
    Files(httpserver, {**contents, "9903": contents["9902"]})
    listed(httpserver)
    with_password(monkeypatch)
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert "Det hämtade duger inte: Filen gäller en annan kommun" in told and "9903" in told and "9902" in told


def test_an_announced_checksum_is_held_to(httpserver, region, paths, tmp_path, monkeypatch, capsys):
    contents = zips(tmp_path)
    Files(httpserver, contents)
    sums = {f"kn{k}": hashlib.sha256(contents[k]).hexdigest() for k in KOMMUNER}
    listed(httpserver, checksums={**sums, "kn9902": "0" * 64})
    with_password(monkeypatch)
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    assert "Filens kontrollsumma stämmer inte med den som utgivaren anger" in capsys.readouterr().err
    assert sorted(p.name[-8:-4] for p in (paths.raw / "lantmateriet").glob("*.zip")) == ["9901", "9903"]


def test_a_listing_without_a_kommun_or_without_the_collection(httpserver, region, paths, capsys):
    servers.stac(httpserver, {"kn9901": httpserver.url_for("/a_kn9901.zip")})
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert "Lantmäteriets lista saknar 2 av länets kommuner" in told and "Öckerö (9902)" in told
    lm = region.hamta.lantmateriet.model_copy(update={"samling_adresser": "nonsens"})
    other = region.model_copy(update={"hamta": region.hamta.model_copy(update={"lantmateriet": lm})})
    servers.Log(httpserver, "/stac/collections/nonsens", lambda r: servers.body("{}", "application/json", 404))
    with pytest.raises(DataError):
        fetch_all.run(other, paths, "lantmateriet")
    assert "katalog har inte samlingen «nonsens»" in capsys.readouterr().err


def test_addresses_in_other_files_are_not_doubled(httpserver, region, paths, tmp_path, capsys):
    listed(httpserver)
    make.addresses(paths.raw / "lantmateriet/belagenhetsadresser_hela_lanet.gpkg", [("a", "9901", "Gällande", (1, 2))])
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert "samma adress skulle stå två gånger" in told and "hela_lanet.gpkg" in told


def test_two_files_of_one_kommun_do_not_stand_for_each_other(httpserver, region, paths, capsys):
    """The last of them would win, and the other's addresses be missed without a word."""
    files = {f"kn{k}": httpserver.url_for(f"/dl/belagenhetsadresser_kn{k}.zip") for k in KOMMUNER}
    servers.stac(httpserver, files | {"del2": httpserver.url_for("/dl/del2_kn9902.zip")})
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "lantmateriet")
    told = capsys.readouterr().err
    assert "flera filer med adresser för samma område" in told and "del2_kn9902.zip" in told
    assert not list((paths.raw / "lantmateriet").glob("*"))
