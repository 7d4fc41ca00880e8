"""Boundaries and land cover: the one file that is right, each way it can be wrong, and the earlier one kept."""

from __future__ import annotations

import base64
from pathlib import Path

import fetch_servers as servers
import gpkg_files as make
import pytest
from fetch_servers import SECRET

from pipelines.core.errors import DataError
from pipelines.fetch import download, fetch_all, login, receipt

KOMMUNER = ["9901", "9902", "9903"]
BASIC = "Basic " + base64.b64encode(f"anna:{SECRET}".encode("latin1")).decode()
COLLECTION = "kommun-lan-rike"
PDF = servers.body(b"%PDF-1.7 ...", "application/pdf")
PAGE = servers.body(servers.BOT, "text/html")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(download, "CHUNK", 500)


def borders(folder: Path, kommuner=KOMMUNER, **options) -> Path:
    rows = [(k, k, make.square(320_000 + 2000 * int(k[2:]), 6_400_000)) for k in kommuner]
    path = folder / "kommun_lan_rike.gpkg"
    path.unlink(missing_ok=True)
    return make.kommuner(path, rows, **options)


def water(folder: Path, **options) -> Path:
    path = folder / "mark.gpkg"
    path.unlink(missing_ok=True)
    columns = options.pop("columns", {"objekttyp": ["Sjö"]})
    return make.gpkg(path, columns, [make.square(320_000, 6_400_000)], "mark", **options)


def zipped(source: Path) -> bytes:
    return make.zipped(source, source.with_suffix(".zip")).read_bytes()


def configured(region, **keys):
    settings = region.hamta.lantmateriet.model_copy(update=keys)
    return region.model_copy(update={"hamta": region.hamta.model_copy(update={"lantmateriet": settings})})


class Kind:
    """One of the two: how it is listed, where its file comes from and goes to."""

    def __init__(self, server, name: str, region, folder: Path) -> None:
        self.name, self.folder = name, folder
        folder.mkdir()
        self.good = zipped(borders(folder) if name == "granser" else water(folder))
        self.target = "granser/kommun_lan_rike.zip" if name == "granser" else "lantmateriet/mark.zip"
        self.order = COLLECTION if name == "granser" else "topografi-mark"
        key = {"granser": "samling_granser", "mark": "samling_mark"}[name]
        self.region = configured(region, **{key: self.order})
        self.file = servers.Log(server, "/dl/hela.zip", servers.whole(self.good))
        servers.stac(server, {"hela": server.url_for("/dl/hela.zip")}, collection=self.order)

    def fails(self, paths, capsys, again: str = "") -> str:
        with pytest.raises(DataError) as e:
            fetch_all.run(self.region, paths, self.name, "", again)
        assert "1 av hämtningarna lyckades inte" in str(e.value)
        return capsys.readouterr().err


@pytest.fixture(params=["granser", "mark"])
def kind(request, httpserver, region, tmp_path) -> Kind:
    return Kind(httpserver, request.param, region, tmp_path / "hos")


def test_the_file_is_fetched_once_with_its_receipt(kind, paths, capsys):
    fetch_all.run(kind.region, paths, kind.name)
    path = paths.raw / kind.target
    assert path.read_bytes() == kind.good
    note = receipt.read_receipt(path)
    assert (note.licens, note.utgivare, note.bytes) == ("CC BY 4.0", "Lantmäteriet", len(kind.good))
    fetch_all.run(kind.region, paths, kind.name)
    assert len(kind.file) == 1, "samma version i listan: ingen fråga"
    assert "finns redan" in capsys.readouterr().out


def test_land_cover_by_an_address_of_its_own(httpserver, region, paths, tmp_path):
    body = water(tmp_path / "hos").read_bytes()
    servers.Log(httpserver, "/mark.gpkg", servers.whole(body))
    fetch_all.run(configured(region, mark_url=httpserver.url_for("/mark.gpkg")), paths, "mark")
    path = paths.raw / "lantmateriet/mark.gpkg"
    assert path.read_bytes() == body
    assert receipt.read_receipt(path).licens == "CC0"


# --- the listing -----------------------------------------------------------------------------------------


def test_an_empty_collection_is_told(httpserver, region, paths, capsys):
    servers.stac(httpserver, {}, collection=COLLECTION)
    with pytest.raises(DataError):
        fetch_all.run(configured(region, samling_granser=COLLECTION), paths, "granser")
    told = capsys.readouterr().err
    assert "Lantmäteriets lista har inte en enda fil med gränser" in told and "Fick: ingen" in told
    assert "lägg filen i granser/ för hand" in told


@pytest.mark.parametrize(
    "others", [("kommun-lan-rike_2023", "kommun-lan-rike_2024"), ("2021", "2023"), ("kommun-lan-rike-2026",)]
)
def test_yearly_files_beside_the_current_one(httpserver, region, paths, tmp_path, others):
    """A year has four digits, as a kommunkod has; 2021 and 2023 are both."""
    good = borders(tmp_path / "hos").read_bytes()
    wanted = servers.Log(httpserver, "/dl/kommun-lan-rike_aktuell.gpkg", servers.whole(good))
    files = {name: httpserver.url_for(f"/dl/{name}.gpkg") for name in others}
    files["kommun-lan-rike_aktuell"] = httpserver.url_for("/dl/kommun-lan-rike_aktuell.gpkg")
    servers.stac(httpserver, files, collection=COLLECTION)
    asked = [servers.Log(httpserver, f"/dl/{name}.gpkg", servers.whole(b"")) for name in others]
    fetch_all.run(configured(region, samling_granser=COLLECTION), paths, "granser")
    assert (paths.raw / "granser/kommun_lan_rike.gpkg").read_bytes() == good
    assert len(wanted) == 1
    assert all(len(log) == 0 for log in asked)


def test_the_newest_year_where_none_is_named_as_current(httpserver, region, paths, tmp_path):
    good = borders(tmp_path / "hos").read_bytes()
    servers.Log(httpserver, "/dl/granser_2024.gpkg", servers.whole(good))
    files = {str(y): httpserver.url_for(f"/dl/granser_{y}.gpkg") for y in (2024, 2022, 2023)}
    servers.stac(httpserver, files, collection=COLLECTION)
    fetch_all.run(configured(region, samling_granser=COLLECTION), paths, "granser")
    assert (paths.raw / "granser/kommun_lan_rike.gpkg").read_bytes() == good


def test_codes_that_could_be_years_stand_for_kommuner_among_others():
    """All of Dalarna: 2021 Vansbro, 2023 Malung-Sälen, 2061 Smedjebacken."""
    from types import SimpleNamespace

    from pipelines.fetch import fetch_lantmateriet

    def item(name: str):
        asset = SimpleNamespace(
            href=f"https://x/{name}.zip", roles=[], extra_fields={}, get_absolute_href=lambda: f"https://x/{name}.zip"
        )
        return SimpleNamespace(id=name, properties={}, assets={"data": asset})

    def codes(*names: str) -> list[str]:
        return sorted(f.kommunkod for f in fetch_lantmateriet._files([item(n) for n in names]))

    assert codes("mark_2021", "mark_2023", "mark_2061") == ["2021", "2023", "2061"]
    assert codes("mark_2021", "mark_2023") == ["", ""]
    assert codes("mark_kn2021_2023", "mark_kn2023") == ["2021", "2023"]


def test_two_files_of_boundaries_are_one_too_many(httpserver, region, paths, capsys):
    files = {"a": httpserver.url_for("/dl/gammal.zip"), "b": httpserver.url_for("/dl/ny.zip")}
    servers.stac(httpserver, files, collection=COLLECTION)
    with pytest.raises(DataError):
        fetch_all.run(configured(region, samling_granser=COLLECTION), paths, "granser")
    told = capsys.readouterr().err
    assert "inte en enda fil med gränser" in told and "gammal.zip, ny.zip" in told


@pytest.mark.parametrize(
    ("listed", "said"), [([], "saknar 3 av länets kommuner"), (["9901", "9903", "8801"], "saknar 1 av länets kommuner")]
)
def test_a_kommun_without_land_cover_is_never_passed_over(httpserver, region, paths, capsys, listed, said):
    """Its water would count as land."""
    files = {f"kn{k}": httpserver.url_for(f"/dl/mark_kn{k}.zip") for k in listed}
    servers.stac(httpserver, files, collection="m")
    with pytest.raises(DataError):
        fetch_all.run(configured(region, samling_mark="m"), paths, "mark")
    told = capsys.readouterr().err
    assert said in told and "Öckerö (9902)" in told and "hamta.lantmateriet.samling_mark" in told
    assert not (paths.raw / "lantmateriet").exists()


@pytest.mark.parametrize(
    "names",
    [
        ["mark_a.zip", "mark_b.zip"],
        [*(f"kn{k}.zip" for k in KOMMUNER), "ny_kn9902.zip"],
        ["mark_hela.zip", "kn9902.zip"],
    ],
)
def test_two_files_for_one_place_do_not_write_over_each_other(httpserver, region, paths, capsys, names):
    files = {f"post{i}": httpserver.url_for(f"/dl/{n}") for i, n in enumerate(names)}
    servers.stac(httpserver, files, collection="m")
    with pytest.raises(DataError):
        fetch_all.run(configured(region, samling_mark="m"), paths, "mark")
    told = capsys.readouterr().err
    assert "flera filer med mark för samma område" in told
    assert all(n in told for n in names[-1:]) and "kn9901.zip" not in told


def test_land_cover_of_the_lans_own_kommuner(httpserver, region, paths, tmp_path):
    files, logs = {}, {}
    for k in [*KOMMUNER, "8801"]:
        body = zipped(water(tmp_path / f"hos{k}"))
        logs[k] = servers.Log(httpserver, f"/dl/mark_kn{k}.zip", servers.whole(body))
        files[f"kn{k}"] = httpserver.url_for(f"/dl/mark_kn{k}.zip")
    servers.stac(httpserver, files, collection="m")
    fetch_all.run(configured(region, samling_mark="m"), paths, "mark")
    have = sorted(p.name for p in (paths.raw / "lantmateriet").glob("*.zip"))
    assert have == [f"mark_kn{k}.zip" for k in KOMMUNER]
    assert len(logs["8801"]) == 0


def test_no_such_collection(kind, paths, capsys, httpserver):
    key = {"granser": "samling_granser", "mark": "samling_mark"}[kind.name]
    kind.region = configured(kind.region, **{key: "nonsens"})
    servers.Log(httpserver, "/stac/collections/nonsens", lambda r: servers.body("{}", "application/json", 404))
    assert "Lantmäteriets katalog har inte samlingen «nonsens»" in kind.fails(paths, capsys)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (PAGE, "Fick: något annat än JSON"),
        (servers.body("x", status=500), "Fick: HTTP 500"),
        (servers.body("", status=403), "HTTP 403"),
    ],
)
def test_a_catalogue_that_is_none(httpserver, region, paths, capsys, answer, said):
    servers.Log(httpserver, "/stac", lambda r: answer)
    with pytest.raises(DataError):
        fetch_all.run(configured(region, samling_granser=COLLECTION), paths, "granser")
    told = capsys.readouterr().err
    assert "Lantmäteriets katalog går inte att läsa" in told and said in told
    assert "Försök igen senare" in told and not (paths.raw / "granser").exists()


# --- the file --------------------------------------------------------------------------------------------


def test_no_login_a_wrong_one_and_no_order_are_told_apart(kind, paths, monkeypatch, capsys):
    def guarded(request):
        if request.headers.get("Authorization") != BASIC:
            return servers.body("", status=401)
        return servers.body("", status=403)

    kind.file.answer = guarded
    told = kind.fails(paths, capsys)
    assert f"Ingen inloggning är angiven för {kind.order}" in told and login.USER in told
    monkeypatch.setenv(login.USER, "anna")
    monkeypatch.setenv(login.PASSWORD, "fel lösenord")
    assert f"Inloggningen godtas inte för {kind.order}" in kind.fails(paths, capsys)
    monkeypatch.setenv(login.PASSWORD, SECRET)
    told = kind.fails(paths, capsys)
    assert f"Kontot får inte hämta {kind.order}: samlingen är inte beställd" in told
    assert SECRET not in told and not (paths.raw / kind.target).exists()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (PAGE, "Svaret är en webbsida, inte filen"),
        (PDF, "Svaret är inte av rätt slag"),
        (servers.body("", status=404), "Filen finns inte på adressen"),
        (servers.body("", status=503), "Servern har ett fel hos sig"),
        (servers.body(b"", "application/zip"), "Svaret är inte av rätt slag"),
    ],
    ids=["webbsida", "pdf", "404", "503", "tom"],
)
def test_something_else_than_the_file(kind, paths, capsys, answer, said):
    kind.file.answer = lambda r: answer
    told = kind.fails(paths, capsys)
    assert said in told and "/dl/hela.zip" in told
    assert not (paths.raw / kind.target).exists()


def test_a_cut_connection_leaves_nothing_to_read_and_is_taken_up_again(kind, paths, capsys):
    kind.file.answer = lambda r: servers.cut(kind.good, 500)
    told = kind.fails(paths, capsys)
    assert "Servern går inte att nå, eller bröt förbindelsen" in told
    path = paths.raw / kind.target
    assert not path.exists() and not list(path.parent.glob("*.zip")) and not list(path.parent.glob("*.gpkg"))
    kind.file.answer = servers.whole(kind.good)
    fetch_all.run(kind.region, paths, kind.name)
    assert kind.file.requests[-1].headers["Range"].startswith("bytes=500-")
    assert path.read_bytes() == kind.good


def wrong_layer(kind: Kind) -> bytes:
    path = kind.folder / "annat.gpkg"
    return zipped(make.gpkg(path, {"namn": ["x"]}, [make.square(320_000, 6_400_000)], "vagar"))


def no_geopackage(kind: Kind) -> bytes:
    text = kind.folder / "las_mig.txt"
    text.write_text("inget här")
    return zipped(text)


def without_shapes(kind: Kind) -> bytes:
    table, column = ("kommun", "kommunkod") if kind.name == "granser" else ("mark", "objekttyp")
    return zipped(make.gpkg(kind.folder / "tabell.gpkg", {column: ["9901"]}, None, table))


def another_crs(kind: Kind) -> bytes:
    return zipped((borders if kind.name == "granser" else water)(kind.folder, crs=3021))


def spoiled(kind: Kind) -> bytes:
    body = bytearray(kind.good)
    body[len(body) // 2] ^= 0xFF
    return bytes(body)


BAD = {
    "lager": (wrong_layer, "Tabellen «vagar» saknar kolumnen"),
    "inget geopackage": (no_geopackage, "Zip-filen ska innehålla exakt en"),
    "utan ytor": (without_shapes, "Tabellen «{tabell}» har ingen geometri"),
    "koordinater": (another_crs, "Fel koordinatsystem"),
    "skadad": (spoiled, "Zip-filen går inte att läsa"),
}


@pytest.mark.parametrize("fault", list(BAD))
def test_a_file_that_will_not_do_is_not_used_and_the_earlier_one_stands(kind, paths, capsys, fault):
    made, said = BAD[fault]
    said = said.format(tabell="kommun" if kind.name == "granser" else "mark")
    bad = made(kind)
    kind.file.answer = servers.whole(bad, '"trasig"')
    path = paths.raw / kind.target
    told = kind.fails(paths, capsys)
    assert f"Det hämtade duger inte: {said}" in told
    assert "Den tidigare filen" not in told and not path.exists()
    kind.file.answer = servers.whole(kind.good)
    fetch_all.run(kind.region, paths, kind.name)
    kind.file.answer = servers.whole(bad, '"trasig"')
    told = kind.fails(paths, capsys, "ja")
    assert f"Det hämtade duger inte: {said}" in told
    assert f"Den tidigare filen är kvar, orörd: {path}" in told
    assert path.read_bytes() == kind.good and receipt.read_receipt(path).etag == '"v1"'


@pytest.mark.parametrize("answer", [PAGE, servers.body("", status=403), servers.body("", status=500)])
def test_a_refusal_leaves_the_earlier_file(kind, paths, capsys, answer):
    fetch_all.run(kind.region, paths, kind.name)
    kind.file.answer = lambda r: answer
    assert "Den tidigare filen är kvar, orörd" in kind.fails(paths, capsys, "ja")
    assert (paths.raw / kind.target).read_bytes() == kind.good


def test_boundaries_without_a_kommun_of_the_lan(httpserver, region, paths, tmp_path, capsys):
    kind = Kind(httpserver, "granser", region, tmp_path / "hos")
    kind.file.answer = servers.whole(zipped(borders(kind.folder, ["9901", "9903"])))
    told = kind.fails(paths, capsys)
    assert "Det hämtade duger inte: Gränser saknas för 1 av länets 3 kommuner" in told
    assert "9902 Öckerö" in told


def test_a_persons_own_boundaries_stand(httpserver, region, paths, tmp_path, capsys):
    kind = Kind(httpserver, "granser", region, tmp_path / "hos")
    own = borders(paths.raw / "granser").rename(paths.raw / "granser/egna.gpkg")
    before = own.read_bytes()
    fetch_all.run(kind.region, paths, "granser")
    assert "inget att hämta" in capsys.readouterr().out
    assert len(kind.file) == 0 and [p.name for p in own.parent.iterdir()] == ["egna.gpkg"]
    assert own.read_bytes() == before
