"""SCB's WFS: the whole layer or nothing, the newest or the configured year, faults told."""

from __future__ import annotations

import fetch_servers as servers
import gpkg_files as make
import pyogrio
import pytest

from pipelines.core.errors import DataError
from pipelines.fetch import fetch_all, receipt

SQUARES = [(320_000 + 1000 * i, 6_400_000, i) for i in range(5)]


def source(tmp, year=2024, rows=SQUARES):
    (tmp / "hos").mkdir(exist_ok=True)
    path = tmp / f"hos/befolkning_1km_{year}.gpkg"
    path.unlink(missing_ok=True)
    return make.squares(path, rows, referenstid=f"{year}-12-31")


@pytest.fixture
def grid_only(region):
    """The region with only the population layer configured."""
    scb = region.hamta.scb.model_copy(update={"lager_tatorter": "", "lager_smaorter": ""})
    return region.model_copy(update={"hamta": region.hamta.model_copy(update={"scb": scb})})


def fetched(path):
    return pyogrio.read_dataframe(path).sort_values("rutid_scb")[["rutid_scb", "beftotalt"]].to_numpy().tolist()


def test_the_newest_listed_year_is_fetched_whole_with_its_receipt(httpserver, grid_only, paths, tmp_path, capsys):
    layers = {f"befolkning_1km_{y}": source(tmp_path, y) for y in (2022, 2024, 2023)}
    log = servers.Log(httpserver, "/wfs", servers.wfs(layers))
    fetch_all.run(grid_only, paths, "scb")
    goal = paths.raw / "scb/befolkning_1km_2024.gpkg"
    assert fetched(goal) == [[f"{e:06}{n:07}", p] for e, n, p in SQUARES]
    noted = receipt.read_receipt(goal)
    assert (noted.licens, noted.referensdatum, noted.utgivare) == ("CC0", "2024-12-31", "SCB")
    assert noted.bytes == goal.stat().st_size and "typenames=stat:befolkning_1km_2024" in noted.url
    assert noted.hamtad.endswith("Z")
    before = len(log)
    stamp = goal.stat().st_mtime_ns
    fetch_all.run(grid_only, paths, "scb")
    assert [r.args["request"] for r in log.requests[before:]] == ["GetCapabilities"], "listan, aldrig lagret"
    assert goal.stat().st_mtime_ns == stamp
    assert "finns redan" in capsys.readouterr().out
    assert not list(paths.raw.glob("**/.hamtas"))


def test_the_configured_year_is_taken_and_then_nothing_is_asked(httpserver, grid_only, paths, tmp_path):
    layers = {f"befolkning_1km_{y}": source(tmp_path, y) for y in (2023, 2024)}
    log = servers.Log(httpserver, "/wfs", servers.wfs(layers))
    region = grid_only.model_copy(update={"scb": type(grid_only.scb)(ar=2023)})
    fetch_all.run(region, paths, "scb")
    assert (paths.raw / "scb/befolkning_1km_2023.gpkg").is_file()
    before = len(log)
    fetch_all.run(region, paths, "scb")
    assert len(log) == before, "en utgåva som finns frågas det aldrig om"


def test_a_capped_service_is_asked_page_by_page_in_order(httpserver, grid_only, paths, tmp_path):
    shuffled = [SQUARES[i] for i in (3, 0, 4, 1, 2)]
    log = servers.Log(httpserver, "/wfs", servers.wfs({"befolkning_1km_2024": source(tmp_path, rows=shuffled)}, cap=2))
    fetch_all.run(grid_only, paths, "scb")
    pages = [r.args["startIndex"] for r in log.requests if "startIndex" in r.args]
    assert pages == ["0", "2", "4"]
    assert fetched(paths.raw / "scb/befolkning_1km_2024.gpkg") == [[f"{e:06}{n:07}", p] for e, n, p in SQUARES]


def test_a_layer_that_comes_short_is_not_used(httpserver, grid_only, paths, tmp_path, capsys):
    layers = {"befolkning_1km_2024": source(tmp_path)}
    servers.Log(httpserver, "/wfs", servers.wfs(layers, cap=2, hits={"befolkning_1km_2024": 9}))
    with pytest.raises(DataError):
        fetch_all.run(grid_only, paths, "scb")
    told = capsys.readouterr().err
    assert "SCB:s tjänst lämnade inte hela lagret" in told and "9 rader" in told and "5 rader" in told
    assert not list((paths.raw / "scb").glob("*"))


def test_an_exception_inside_200_is_an_error(httpserver, grid_only, paths, tmp_path, capsys):
    answer = servers.wfs({"befolkning_1km_2024": source(tmp_path)})
    exception = servers.wfs({})

    def listing_then_exception(request):
        good = request.args["request"] == "GetCapabilities" or "resultType" in request.args
        return (answer if good else exception)(request)

    servers.Log(httpserver, "/wfs", listing_then_exception)
    with pytest.raises(DataError):
        fetch_all.run(grid_only, paths, "scb")
    told = capsys.readouterr().err
    assert "SCBs tjänst svarade med ett fel" in told
    assert "Feature type stat:befolkning_1km_2024 unknown" in told and "ett GeoPackage" in told
    assert not (paths.raw / "scb/befolkning_1km_2024.gpkg").exists()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (servers.body(servers.BOT, "text/html"), "svarade inte med en lista över lager"),
        (servers.body("x", status=500), "Servern har ett fel hos sig"),
        (servers.body("x", status=404), "Filen finns inte på adressen"),
    ],
)
def test_a_listing_that_is_none(httpserver, grid_only, paths, capsys, answer, said):
    servers.Log(httpserver, "/wfs", lambda r: answer)
    with pytest.raises(DataError):
        fetch_all.run(grid_only, paths, "scb")
    assert said in capsys.readouterr().err


def test_a_year_that_is_not_there(httpserver, grid_only, paths, tmp_path, capsys):
    servers.Log(httpserver, "/wfs", servers.wfs({"befolkning_1km_2024": source(tmp_path)}))
    region = grid_only.model_copy(update={"scb": type(grid_only.scb)(ar=2030)})
    with pytest.raises(DataError):
        fetch_all.run(region, paths, "scb")
    told = capsys.readouterr().err
    assert "SCB:s tjänst har inte lagret" in told and "befolkning_1km_2030" in told and "2024" in told


def test_another_coordinate_system_is_refused_and_the_earlier_file_kept(httpserver, grid_only, paths, tmp_path, capsys):
    good = source(tmp_path)
    earlier = paths.raw / "scb/befolkning_1km_2024.gpkg"
    earlier.parent.mkdir(parents=True)
    earlier.write_bytes(good.read_bytes())
    receipt.write_receipt(earlier, receipt.Receipt("https://x", "t", "0" * 64, 1, "SCB", "CC0"))
    wrong = make.squares(tmp_path / "hos/w.gpkg", [(1, 2, 3)], crs=3021)
    servers.Log(httpserver, "/wfs", servers.wfs({"befolkning_1km_2024": wrong}))
    with pytest.raises(DataError):
        fetch_all.run(grid_only, paths, "scb")
    told = capsys.readouterr().err
    assert "Det hämtade duger inte: Fel koordinatsystem" in told and "Den tidigare filen är kvar, orörd" in told
    assert earlier.read_bytes() == good.read_bytes()


def test_localities_too(httpserver, region, paths, tmp_path):
    box = [make.square(320_000, 6_400_000)]
    tat = make.gpkg(
        tmp_path / "hos/t.gpkg", {"tatortskod": ["T1"], "tatort": ["Byn"], "ar": ["2023"]}, box, "Tatorter_2023"
    )
    sma = make.gpkg(tmp_path / "hos/s.gpkg", {"smaortskod": ["S1"], "smaort": ["Lilla"]}, box, "Smaorter_2023")
    layers = {"befolkning_1km_2024": source(tmp_path), "Tatorter_2020": tat, "Tatorter_2023": tat, "Smaorter_2023": sma}
    servers.Log(httpserver, "/wfs", servers.wfs(layers))
    fetch_all.run(region, paths, "scb")
    names = sorted(p.name for p in (paths.raw / "scb").glob("*.gpkg"))
    assert names == ["befolkning_1km_2024.gpkg", "smaorter_2023.gpkg", "tatorter_2023.gpkg"]
