// Kommun outlines, neighbouring land and names over and under the cells.
(function () {
  'use strict';

  function line(deltas) {
    const out = [];
    for (let i = 0, lat = 0, lng = 0; i < deltas.length; i += 2) {
      lat += deltas[i];
      lng += deltas[i + 1];
      out.push([lat / 1e5, lng / 1e5]);
    }
    return out;
  }

  // Lines as they stand in the page, for Leaflet's paths: kept as places in the world's 256 pixels at zoom 0, so that a
  // zoom takes a multiplication a point, and that only of lines in sight. No point that falls on the pixel of the one before
  // is carried on.
  const many = (Path) => Path.extend({
    _setLatLngs(lines) {
      this._latlngs = lines;
      this._bounds = L.latLngBounds([]);
      this._world = lines.map((deltas) => {
        const xy = new Float64Array(deltas.length), box = L.bounds([]);
        for (let i = 0, lat = 0, lng = 0; i < deltas.length; i += 2) {
          lat += deltas[i];
          lng += deltas[i + 1];
          xy[i] = 256 * (lng / 1e5 + 180) / 360;
          xy[i + 1] = 128 - 128 * Math.atanh(Math.sin(lat / 1e5 * Math.PI / 180)) / Math.PI;
          box.extend([xy[i], xy[i + 1]]);
        }
        return { xy, box };
      });
    },

    _seen(box) {
      const scale = 2 ** this._map.getZoom(), origin = this._map.getPixelOrigin();
      return L.bounds(box.min.multiplyBy(scale).subtract(origin), box.max.multiplyBy(scale).subtract(origin));
    },

    _project() {
      this._within = '';
      const all = L.bounds([]);
      for (const { box } of this._world) all.extend(box.min).extend(box.max);
      if (!all.isValid()) return;
      this._rawPxBounds = this._seen(all);
      this._updateBounds();
    },

    // Leaflet asks for it once more when the map has come to rest.
    _update() {
      const { min, max } = this._renderer._bounds, within = `${min}${max}`;
      if (this._within === within) return;
      this._within = within;
      Path.prototype._update.call(this);
    },

    // Leaflet cuts what the edges of the picture go through; of the rest a line is there or not.
    _clipPoints() {
      const scale = 2 ** this._map.getZoom(), { x: left, y: top } = this._map.getPixelOrigin(), edges = this._renderer._bounds, within = [];
      this._rings = [];
      for (const { xy, box } of this._world) {
        const here = this._seen(box);
        if (!edges.intersects(here)) continue;
        const ring = [];
        for (let i = 0, x = NaN, y = NaN; i < xy.length; i += 2) {
          const a = Math.round(xy[i] * scale) - left, b = Math.round(xy[i + 1] * scale) - top;
          if (a === x && b === y && i + 2 < xy.length) continue;
          ring.push(new L.Point(x = a, y = b));
        }
        (edges.contains(here) ? within : this._rings).push(ring);
      }
      Path.prototype._clipPoints.call(this);
      this._parts.push(...within);
    },
  });
  const Lines = many(L.Polyline), Surfaces = many(L.Polygon);

  function label({ entry: [name, lat, lng], className, turned }) {
    const text = document.createElement('span');
    text.textContent = name;
    if (turned) text.style.transform = `translate(-50%, -50%) rotate(${-turned}deg)`;
    const icon = L.divIcon({ className: `namn ${className}`, html: text, iconSize: null });
    return L.marker([lat, lng], { icon, interactive: false, keyboard: false, pane: 'namn' });
  }

  // What stands on the map, as boxes from its upper left corner: no name is put beneath it.
  function controls(map) {
    const frame = map.getContainer().getBoundingClientRect();
    return [...map.getContainer().querySelectorAll('.leaflet-control')].map((e) => {
      const r = e.getBoundingClientRect();
      return [r.left - frame.left, r.top - frame.top, r.right - frame.left, r.bottom - frame.top];
    });
  }

  // Shows as many names as have room, the most important first.
  function names(map, labels) {
    const shown = new Map(); // the marker of each name that is
    let begun = false, boxes = null; // until the page has placed them once, the map may move without them
    function place() {
      if (!begun) return;
      boxes ??= controls(map);
      const taken = [...boxes], found = new Set(), zoom = map.getZoom(), size = map.getSize(), near = map.getBounds().pad(0.3);
      const south = near.getSouth(), north = near.getNorth(), west = near.getWest(), east = near.getEast();
      for (const one of labels) {
        const { entry, className, from, turned } = one, lat = entry[1], lng = entry[2];
        if (zoom < from || lat < south || lat > north || lng < west || lng > east) continue;
        const text = entry[0], p = map.latLngToContainerPoint([lat, lng]);
        if (p.x < -200 || p.y < -200 || p.x > size.x + 200 || p.y > size.y + 200) continue;
        const half = 5 + 4 * text.length, slope = (turned || 0) * Math.PI / 180;
        const wide = half * Math.cos(slope) + 11 * Math.abs(Math.sin(slope));
        const high = half * Math.abs(Math.sin(slope)) + 11 * Math.cos(slope);
        const box = [p.x - wide, p.y - high, p.x + wide, p.y + high, text];
        // A town often has the name of its kommun, which stands there already.
        if (className === 'ort' && taken.some((b) => b[4] === text)) continue;
        if (taken.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1])) continue;
        taken.push(box);
        found.add(one);
      }
      for (const [one, marker] of shown) if (!found.has(one)) shown.delete(one) && marker.remove();
      for (const one of found) if (!shown.has(one)) shown.set(one, label(one).addTo(map));
    }
    map.on('resize', () => { boxes = null; });
    map.on('moveend resize', place);
    return {
      begin() {
        begun = true;
        place();
      },
      add(more) {
        labels.push(...more);
        place();
      },
    };
  }

  bredband.line = line;

  // first: the code of the kommun whose name goes before all others.
  bredband.outline = function (map, shapes, first) {
    for (const [name, z] of [['grannar', 150], ['granser', 410], ['namn', 450]]) {
      const pane = map.createPane(name);
      pane.style.zIndex = z;
      pane.style.pointerEvents = 'none';
    }
    const fixed = { interactive: false, smoothFactor: 0.7 };
    const under = L.svg({ pane: 'grannar', padding: 0.5 }), over = L.svg({ pane: 'granser', padding: 0.5 });
    // Land and water are told within the outlines only: beyond the neighbours nothing is known of either.
    new Surfaces(shapes.lansgrans, { ...fixed, className: 'lansyta', renderer: under }).addTo(map);
    new Surfaces(shapes.grannar, { ...fixed, className: 'granne', renderer: under }).addTo(map);
    new Lines(shapes.granser, { ...fixed, className: 'grans', renderer: over }).addTo(map);
    new Lines(shapes.lansgrans, { ...fixed, className: 'lansgrans', renderer: over }).addTo(map);
    const kommuner = [...shapes.kommuner].sort((a, b) => (b[4] === first) - (a[4] === first));
    return names(map, [
      ...kommuner.map((entry) => ({ entry, className: 'kommun', from: 0 })),
      ...shapes.orter.map((entry) => ({ entry, className: 'ort', from: 10 })),
    ]);
  };
})();
