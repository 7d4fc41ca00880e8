"""The publishers, as local servers: what they say, and every way they are known to fail."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from werkzeug import Request, Response

SECRET = "hemligt-Lösen0rd/+?"
Answer = Callable[[Request], Response]


class Log:
    """Registers a handler for a path (or pattern), and remembers every request to it."""

    def __init__(self, server: Any, uri: Any, answer: Answer) -> None:
        self.requests: list[Request] = []
        self.answer = answer
        server.expect_request(uri).respond_with_handler(self._handle)

    def _handle(self, request: Request) -> Response:
        request.get_data()
        self.requests.append(request)
        return self.answer(request)

    def __len__(self) -> int:
        return len(self.requests)


def body(data: bytes | str, kind: str = "application/octet-stream", status: int = 200, **headers: str) -> Response:
    out = Response(data, status=status, content_type=kind)
    for name, value in headers.items():
        out.headers[name.replace("_", "-")] = value
    return out


def whole(data: bytes, etag: str = '"v1"', kind: str = "application/octet-stream") -> Answer:
    """A file server that knows Range, If-Range and If-None-Match."""

    def answer(request: Request) -> Response:
        if etag and request.headers.get("If-None-Match") == etag:
            return body(b"", kind, 304, ETag=etag)
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        if asked and etag and request.headers.get("If-Range") == etag:
            start = int(asked[1])
            if start >= len(data):
                return body(b"", kind, 416)
            return body(data[start:], kind, 206, ETag=etag, Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")
        return body(data, kind, **({"ETag": etag} if etag else {}))

    return answer


def cut(data: bytes, at: int, etag: str = '"v1"', kind: str = "application/octet-stream") -> Response:
    """The first bytes of a file, and then the connection is gone."""
    out = body(data[:at], kind, **({"ETag": etag} if etag else {}))
    out.headers["Content-Length"] = str(len(data))
    out.automatically_set_content_length = False
    return out


def sequence(*answers: Response | Answer) -> Answer:
    """One answer after the other; the last goes on."""
    left = list(answers)

    def answer(request: Request) -> Response:
        now = left.pop(0) if len(left) > 1 else left[0]
        return now if isinstance(now, Response) else now(request)

    return answer


BOT = (
    "<!DOCTYPE html><html lang='sv'><head><title>Verifying you are human</title></head>"
    "<body>Checking your browser…</body></html>"
)


def wfs(layers: dict[str, Path], *, cap: int = 10**9, hits: dict[str, int] | None = None) -> Answer:
    """SCB's WFS: the layers it lists, whole or at most ``cap`` rows of them at a time, in the order asked for."""
    import geopandas as gpd
    import pyogrio

    def answer(request: Request) -> Response:
        asked = {k.lower(): v for k, v in request.args.items()}
        if asked["request"] == "GetCapabilities":
            types = "".join(
                f"<FeatureType xmlns:stat='x'><Name>stat:{n}</Name><Title>{n}</Title></FeatureType>" for n in layers
            )
            return body(
                f"<wfs:WFS_Capabilities><FeatureTypeList>{types}</FeatureTypeList></wfs:WFS_Capabilities>", "text/xml"
            )
        name = asked["typenames"].rpartition(":")[2]
        if name not in layers:
            return body(
                '<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows" version="1.0.0">'
                '<ows:Exception exceptionCode="InvalidParameterValue" locator="typeName"><ows:ExceptionText>'
                f"Feature type stat:{name} unknown</ows:ExceptionText></ows:Exception></ows:ExceptionReport>",
                "application/xml",
            )
        frame = pyogrio.read_dataframe(layers[name])
        if asked.get("resulttype") == "hits":
            count = (hits or {}).get(name, len(frame))
            return body(f'<wfs:FeatureCollection numberOfFeatures="{count}" timeStamp="x"/>', "text/xml")
        if "sortby" in asked:
            frame = frame.sort_values(asked["sortby"])
        else:
            assert "startindex" not in asked, "en sida utan ordning är ingen sida"
        start = int(asked.get("startindex", 0))
        frame = frame.iloc[start : start + min(cap, int(asked.get("maxfeatures", 10**9)))]
        made = layers[name].with_name(f"svar_{name}_{start}.gpkg")
        made.unlink(missing_ok=True)
        pyogrio.write_dataframe(gpd.GeoDataFrame(frame), made, layer=name, driver="GPKG")
        return body(made.read_bytes(), "application/geopackage+sqlite3")

    return answer


class PxWeb:
    """PxWebApi 2: its settings, one table's metadata, and data as JSON-stat 2 within a limit of cells."""

    def __init__(
        self,
        server: Any,
        kommuner: list[str],
        *,
        cells: int = 150_000,
        told_cells: int | None = None,
        updated: str = "2026-02-20T07:00:00Z",
    ) -> None:
        self.cells, self.updated, self.busy = cells, updated, 0
        self.kommuner = kommuner
        told = cells if told_cells is None else told_cells
        settings = {
            "apiVersion": "2.0.0",
            "maxDataCells": told,
            "maxCallsPerTimeWindow": 30,
            "timeWindow": 10,
            "defaultLanguage": "sv",
        }
        Log(server, "/px/config", lambda r: body(json.dumps(settings), "application/json"))
        Log(server, "/px/tables", lambda r: body(json.dumps({"page": {"totalElements": 2}}), "application/json"))
        self.metadata = Log(server, re.compile(r"^/px/tables/TAB\d+/metadata$"), self._metadata)
        self.data = Log(server, re.compile(r"^/px/tables/TAB\d+/data$"), self._data)

    def dimensions(self, table: str) -> dict[str, dict[str, str]]:
        region = {"00": "Riket", "99": "Provlän", **{k: f"{k} namn" for k in self.kommuner}, "9901A0010": "DeSO"}
        time = {str(y): str(y) for y in (2022, 2023, 2024)}
        if table == "TAB6574":
            ages = {"-4": "0-4 år", "5-": "5+ år", "totalt": "totalt"}
            sexes, contents = {"1": "män", "2": "kvinnor"}, {"000007Y7": "Folkmängd"}
            return {"Region": region, "Alder": ages, "Kon": sexes, "ContentsCode": contents, "Tid": time}
        if table == "TAB824":
            houses = {
                "FLERBOST": "flerbostadshus",
                "SMÅHUS": "småhus",
                "SPEC": "specialbostäder",
                "ÖVRHUS": "övriga hus",
            }
            tenures, contents = {"1": "hyresrätt", "2": "bostadsrätt"}, {"BO0104AH": "Antal"}
            return {
                "Region": region,
                "Hustyp": houses,
                "Upplatelseform": tenures,
                "ContentsCode": contents,
                "Tid": time,
            }
        kinds, contents = {"ESUB": "ensamstående", "TOTALT": "totalt"}, {"000007Y4": "Antal hushåll"}
        return {"Region": region, "Hushallstyp": kinds, "ContentsCode": contents, "Tid": time}

    def _metadata(self, request: Request) -> Response:
        table = request.path.split("/")[-2]
        labels = {
            "Region": "region",
            "Alder": "ålder",
            "Kon": "kön",
            "ContentsCode": "tabellinnehåll",
            "Tid": "år",
            "Hushallstyp": "hushållstyp",
            "Hustyp": "hustyp",
            "Upplatelseform": "upplåtelseform",
        }
        dimension = {k: {"label": labels[k], "category": {"label": v}} for k, v in self.dimensions(table).items()}
        return body(
            json.dumps({"id": list(dimension), "dimension": dimension, "updated": self.updated}), "application/json"
        )

    def _data(self, request: Request) -> Response:
        if self.busy:
            self.busy -= 1
            return body("{}", "application/json", 429, Retry_After="7")
        table = request.path.split("/")[-2]
        asked = {s["variableCode"]: s["valueCodes"] for s in json.loads(request.get_data())["selection"]}
        known = self.dimensions(table)
        size = 1
        for codes in asked.values():
            size *= len(codes)
        if size > self.cells:
            problem = {"type": "Parameter error", "title": "Too many cells selected", "status": 403}
            return body(json.dumps(problem), "application/problem+json", 403)
        labels = {
            "Region": "region",
            "Alder": "ålder",
            "Kon": "kön",
            "ContentsCode": "tabellinnehåll",
            "Tid": "år",
            "Hushallstyp": "hushållstyp",
            "Hustyp": "hustyp",
            "Upplatelseform": "upplåtelseform",
        }
        dimension = {
            k: {
                "label": labels[k],
                "category": {"index": {c: i for i, c in enumerate(codes)}, "label": {c: known[k][c] for c in codes}},
            }
            for k, codes in asked.items()
        }
        values = [self.value(table, combination) for combination in _product(asked)]
        made = {
            "version": "2.0",
            "class": "dataset",
            "id": list(asked),
            "size": [len(c) for c in asked.values()],
            "dimension": dimension,
            "value": values,
        }
        return body(json.dumps(made), "application/json")

    @staticmethod
    def value(table: str, of: dict[str, str]) -> int:
        """A count that tells which cell it came from."""
        place, year = int(of["Region"]) - 9900, int(of["Tid"]) - 2020
        part = {"TAB6574": of.get("Kon"), "TAB824": of.get("Upplatelseform")}.get(table)
        house = 100 * ["FLERBOST", "SMÅHUS", "SPEC", "ÖVRHUS"].index(of["Hustyp"]) if table == "TAB824" else 0
        return 1000 * place + 10 * year + house + int(part or 0)


def _product(asked: dict[str, list[str]]) -> list[dict[str, str]]:
    out: list[dict[str, str]] = [{}]
    for name, codes in asked.items():
        out = [{**o, name: c} for o in out for c in codes]
    return out


class Kolada:
    """Kolada's API 3: indicators and values, in pages; at most ``most`` kommuner a question."""

    def __init__(self, server: Any, places: list[str], *, date: str = "2026-04-15", most: int = 25) -> None:
        self.places, self.date, self.most, self.page = places, date, most, 7
        self.kpis = Log(server, re.compile(r"^/kolada/v3/kpi/"), self._kpis)
        self.data = Log(server, re.compile(r"^/kolada/v3/data/?$"), self._data)

    def _kpis(self, request: Request) -> Response:
        ids = request.path.rpartition("/")[2].split(",")
        values = [{"id": k, "title": k, "publication_date": self.date} for k in ids]
        return body(json.dumps({"values": values, "count": len(values)}), "application/json")

    def _data(self, request: Request) -> Response:
        asked = request.args.getlist("municipality_id")
        if len(asked) > self.most:
            return body('{"detail": "too many"}', "application/json", 422)
        rows = [
            {
                "kpi": k,
                "municipality": m,
                "period": y,
                "values": [{"gender": "T", "value": self.value(k, m, y), "count": 1, "status": ""}],
            }
            for k in request.args.getlist("kpi_id")
            for m in asked
            if m in self.places
            for y in (2022, 2023, 2024)
        ]
        page = int(request.args.get("page", 1))
        made: dict[str, Any] = {"values": rows[(page - 1) * self.page : page * self.page], "count": len(rows)}
        if page * self.page < len(rows):
            made["next_url"] = "more"
        return body(json.dumps(made), "application/json")

    @staticmethod
    def value(kpi: str, place: str, year: int) -> float | None:
        if kpi == "N07920" and place.endswith("3"):
            return None
        return {"N07900": 90, "N07918": 80, "N07919": 85, "N07920": 60}[kpi] + year - 2022 + int(place) % 10 / 10


def stac(
    server: Any,
    files: dict[str, str],
    *,
    updated: str = "2026-05-01T00:00:00Z",
    collection: str = "belagenhetsadresser",
    page: int = 2,
    checksums: dict[str, str] | None = None,
) -> Log:
    """Lantmäteriet's catalogue: one item per kommun, in pages; ``files``: item id → address of its file."""
    base = server.url_for("/stac").rstrip("/")
    conforms = [
        "https://api.stacspec.org/v1.0.0/core",
        "https://api.stacspec.org/v1.0.0/collections",
        "https://api.stacspec.org/v1.0.0/ogcapi-features",
    ]
    root = {
        "type": "Catalog",
        "stac_version": "1.0.0",
        "id": "stac-vektor",
        "description": "x",
        "conformsTo": conforms,
        "links": [{"rel": "self", "href": base}, {"rel": "data", "href": f"{base}/collections"}],
    }
    coll = {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": collection,
        "description": "x",
        "license": "CC-BY-4.0",
        "extent": {"spatial": {"bbox": [[10, 55, 25, 70]]}, "temporal": {"interval": [[None, None]]}},
        "links": [{"rel": "items", "href": f"{base}/collections/{collection}/items"}, {"rel": "root", "href": base}],
    }

    def item(name: str, href: str) -> dict[str, Any]:
        extra = {"file:checksum": "1220" + checksums[name]} if checksums and name in checksums else {}
        return {
            "type": "Feature",
            "stac_version": "1.0.0",
            "id": name,
            "collection": collection,
            "geometry": None,
            "properties": {"datetime": "2026-05-01T00:00:00Z", "updated": updated},
            "links": [{"rel": "root", "href": base}],
            "assets": {
                "data": {"href": href, "type": "application/zip", **extra},
                "thumbnail": {"href": f"{base}/bild.png", "roles": ["thumbnail"]},
            },
        }

    def items(request: Request) -> Response:
        start = int(request.args.get("start", 0))
        all_of = [item(n, h) for n, h in files.items()]
        made: dict[str, Any] = {"type": "FeatureCollection", "features": all_of[start : start + page], "links": []}
        if start + page < len(all_of):
            made["links"] = [{"rel": "next", "href": f"{base}/collections/{collection}/items?start={start + page}"}]
        return body(json.dumps(made), "application/geo+json")

    Log(server, "/stac", lambda r: body(json.dumps(root), "application/json"))
    Log(server, f"/stac/collections/{collection}", lambda r: body(json.dumps(coll), "application/json"))
    return Log(server, f"/stac/collections/{collection}/items", items)
