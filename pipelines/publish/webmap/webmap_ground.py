"""The ground as it lies in a page: what the whole county needs first, what is only seen zoomed in after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.core.files import read_points, read_shapes
from pipelines.core.paths import Paths
from pipelines.publish.ground import ground_code
from pipelines.publish.ground.ground_bands import COUNTY, HOUSE, KOMMUN


@dataclass(frozen=True)
class Ground:
    """The streams by name: what describes each, and its text."""

    described: dict[str, Any]
    texts: dict[str, str]


def read(paths: Paths) -> Ground:
    """Read ``grund_vatten``, ``grund_vagar`` and ``grund_namn`` and pack them."""
    water, roads = (read_shapes(paths.table(name)) for name in ("grund_vatten", "grund_vagar"))
    packed = {
        "lan": ground_code.pack(ground_code.layers(water, roads, (COUNTY,))),
        "grov": ground_code.pack(ground_code.layers(water, roads, (KOMMUN,))),
        "fin": ground_code.pack(ground_code.layers(water, roads, (HOUSE,))),
        "namn": ground_code.pack_names(read_points(paths.table("grund_namn"))),
    }
    return Ground({k: told for k, (told, _) in packed.items()}, {k: text for k, (_, text) in packed.items()})
