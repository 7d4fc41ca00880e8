// A Leaflet GridLayer that draws cells of a SWEREF 99 TM grid on canvas by mapping pixels back to cells.
// A pixel no wider than a cell has that cell's colour, so edges are sharp at any zoom; a wider one has the colour
// most common among the inhabited cells under it. It knows codes and colours only.
(function () {
  'use strict';
  const TILE = 256, STEP = 8, NEAR_STEP = 16, NEAR_FROM = 11, FAR_STEP = 32, PERIOD = 16, EMPTY = 1, RANKS = 32;
  const WHOLE = [0, 0, TILE, TILE], REST_MS = 300;

  // The pixels of a picture, all clear: the same memory for one after the other. Whole numbers with a sign, here and in the
  // tables of colours: those cost nothing to carry about before the browser has compiled what does it.
  let held = new Int32Array(0);
  const signed = (colours) => new Int32Array(colours.buffer, colours.byteOffset, colours.length);
  function clear(width, height, most) {
    if (held.length < most) held = new Int32Array(most);
    else held.fill(0, 0, width * height);
    return { out: held, image: new ImageData(new Uint8ClampedArray(held.buffer, 0, 4 * width * height), width, height) };
  }

  // What most of the inhabited cells of some columns and rows are: the most common rank, of equals the highest (the worst),
  // in the pattern most common within that rank.
  const counts = new Uint16Array(RANKS), tally = new Uint16Array(RANKS * 4);
  function most(codes, rows, c0, c1, r0, r1) {
    let many = 0, rank = 0;
    for (let c = c0; c < c1; c++) {
      for (let k = c * rows + r0, end = c * rows + r1; k < end; k++) {
        const code = codes[k], r = code >> 2;
        if (r <= EMPTY) continue;
        tally[code]++;
        const count = ++counts[r];
        if (count > many || (count === many && r > rank)) {
          many = count;
          rank = r;
        }
      }
    }
    let best = rank * 4;
    for (let code = best + 1; code < rank * 4 + 4; code++) if (tally[code] >= tally[best]) best = code;
    counts.fill(0);
    tally.fill(0);
    return best;
  }

  // For pixels wider than a cell: what the pixel whose centre lies at (u, v) shows of the size x size cells around it.
  // Where nobody lives: the code of the cell in the middle.
  function overview({ codes, columns, rows }, size, u, v) {
    const west = Math.round(u - size / 2), south = Math.round(v - size / 2);
    const c0 = Math.max(0, west), c1 = Math.min(columns, west + size);
    const r0 = Math.max(0, south), r1 = Math.min(rows, south + size);
    let any = 0, one = 0, kinds = 0;
    for (let c = c0; c < c1; c++) for (let k = c * rows + r0, end = c * rows + r1; k < end; k++) any |= codes[k];
    for (let c = c0; c < c1 && any >> 2 > EMPTY; c++) {
      for (let k = c * rows + r0, end = c * rows + r1; k < end; k++) {
        const code = codes[k];
        if (code >> 2 <= EMPTY || code === one) continue;
        one = code;
        kinds++;
      }
    }
    if (kinds) return kinds === 1 ? one : most(codes, rows, c0, c1, r0, r1);
    return u < 0 || v < 0 || u >= columns || v >= rows ? 0 : codes[(u | 0) * rows + (v | 0)];
  }

  // The sides of a cell of area `a` beyond which the area does not go on: 1 west, 2 east, 4 south, 8 north.
  function ends(of, a, c, r, columns, rows) {
    return (c === 0 || of[(c - 1) * rows + r] !== a ? 1 : 0) | (c + 1 === columns || of[(c + 1) * rows + r] !== a ? 2 : 0)
      | (r === 0 || of[c * rows + r - 1] !== a ? 4 : 0) | (r + 1 === rows || of[c * rows + r + 1] !== a ? 8 : 0);
  }

  // Whether the mesh of a tile reaches the cells.
  function reaches(mesh, { columns, rows }, span) {
    let west = Infinity, south = Infinity, east = -Infinity, north = -Infinity;
    for (let p = 0; p < mesh.length; p += 2) {
      west = Math.min(west, mesh[p]);
      east = Math.max(east, mesh[p]);
      south = Math.min(south, mesh[p + 1]);
      north = Math.max(north, mesh[p + 1]);
    }
    return east >= -span && west < columns + span && north >= -span && south < rows + span;
  }

  // Three ways to draw the pixels of a line from x to end, the first at (u, v) and each (du, dv) from the one before.
  // Pixels wider than a cell.
  function drawCoarse({ raster, colours, span, out, shadesX }, line, x, end, u, v, du, dv, shade) {
    for (; x < end; x++, u += du, v += dv) {
      const code = overview(raster, span, u, v);
      if (code) out[line + x] = colours[code * 256 + shade + shadesX[x]];
    }
  }

  // What a cell is a part of; the chosen one has an edge in two tones, each `wide` cells: one of them is seen on any colour.
  function drawWhole({ raster: { codes, columns, rows }, colours, chosen, edges, wide, out }, line, x, end, u, v, du, dv) {
    const other = (a, b) => a < 0 || b < 0 || a >= columns || b >= rows || codes[(a | 0) * rows + (b | 0)] !== chosen;
    const within = (a, b, far) => other(a - far, b) || other(a + far, b) || other(a, b - far) || other(a, b + far);
    for (; x < end; x++, u += du, v += dv) {
      const code = u >= 0 && v >= 0 && u < columns && v < rows ? codes[(u | 0) * rows + (v | 0)] : 0;
      if (!code) continue;
      out[line + x] = code !== chosen ? colours[code]
        : within(u, v, wide) ? edges[0] : within(u, v, 2 * wide) ? edges[1] : colours[code];
    }
  }

  // Cells no narrower than a pixel. Along the edges of a cell pixels are drawn one by one, and between them as far as they go.
  function drawCells({ raster: { codes, columns, rows }, colours, lines, plain, areas, edge, rim, out, shadesX }, line, x, end, u, v, du, dv, shade) {
    const perU = 1 / du, perV = dv ? 1 / dv : 1e9;
    for (let n = 1; x < end; x += n, u += n * du, v += n * dv) {
      n = 1;
      if (!(u >= 0 && v >= 0 && u < columns && v < rows)) continue;
      const c = u | 0, r = v | 0, k = c * rows + r, code = codes[k], base = code * 256 + shade;
      const area = rim ? areas.of[k] : 0, sides = area ? ends(areas.of, area, c, r, columns, rows) : 0;
      const west = c + (sides & 1 ? Math.max(rim, edge) : edge), east = c + 1 - (sides & 2 ? rim : 0);
      const south = r + (sides & 4 ? Math.max(rim, edge) : edge), north = r + 1 - (sides & 8 ? rim : 0);
      if (u >= west && u < east && v >= south && v < north) {
        n = Math.min(end - x, Math.ceil((east - u) * perU), dv < 0 ? Math.floor((south - v) * perV) + 1 : Math.ceil((north - v) * perV));
        const tone = colours[base], last = line + x + n;
        if (!plain[code]) for (let p = line + x, s = x; p < last; p++, s++) out[p] = colours[base + shadesX[s]];
        else if (tone) for (let p = line + x; p < last; p++) out[p] = tone;
        continue;
      }
      if (!code) continue;
      const fu = u - c, fv = v - r;
      if ((sides & 1 && fu < rim) || (sides & 2 && 1 - fu < rim) || (sides & 4 && fv < rim) || (sides & 8 && 1 - fv < rim)) {
        out[line + x] = areas.colours[area === areas.chosen ? 1 : 0];
      } else out[line + x] = (edge && (fu < edge || fv < edge) ? lines : colours)[base + shadesX[x]];
    }
  }

  // Draws the squares between the nodes of a mesh, each line by line.
  function drawMesh(draw, job, mesh, step, width, height, shadesY) {
    const nodes = width / step + 1, { raster: { columns, rows }, span } = job;
    for (let j = 0; j * step < height; j++) {
      for (let i = 0; i * step < width; i++) {
        const a = 2 * (j * nodes + i), b = a + 2 * nodes;
        const u0 = mesh[a], u1 = mesh[a + 2], u2 = mesh[b], u3 = mesh[b + 2];
        const v0 = mesh[a + 1], v1 = mesh[a + 3], v2 = mesh[b + 1], v3 = mesh[b + 3];
        if (Math.max(u0, u1, u2, u3) < -span || Math.min(u0, u1, u2, u3) >= columns + span) continue;
        if (Math.max(v0, v1, v2, v3) < -span || Math.min(v0, v1, v2, v3) >= rows + span) continue;
        for (let y = 0; y < step; y++) {
          const down = (y + 0.5) / step, u = u0 + (u2 - u0) * down, v = v0 + (v2 - v0) * down, row = j * step + y;
          const du = (u1 + (u3 - u1) * down - u) / step, dv = (v1 + (v3 - v1) * down - v) / step;
          draw(job, row * width, i * step, i * step + step, u + du / 2, v + dv / 2, du, dv, shadesY[row] * PERIOD);
        }
      }
    }
  }

  // A GridLayer whose tiles are drawn at the map's own zoom, whole or not, so that a pixel of a tile is a pixel of the screen.
  // What is seen of a tile is drawn at once, and the rest of it while the reader looks. A layer tells how by
  // _draw(tile, coords, part), and in _grain(zoom) how many pixels go together; part: [left, top, right, bottom].
  bredband.AnyZoom = L.GridLayer.extend({
    // Leaflet's own, but for the rounding.
    _setView(centre, zoom, noPrune, noUpdate) {
      const { minZoom, maxZoom } = this.options, outside = zoom > maxZoom || zoom < minZoom;
      const tileZoom = outside ? undefined : zoom;
      if (!noUpdate) {
        this._tileZoom = tileZoom;
        this._abortLoading?.();
        this._updateLevels();
        this._resetGrid();
        if (tileZoom !== undefined) this._update(centre);
        if (!noPrune) this._pruneTiles();
        this._noPrune = Boolean(noPrune);
      }
      this._setZoomTransforms(centre, zoom);
    },

    // Leaflet's own, but where the map is on its way out: what will be seen is drawn at once, not first its middle.
    _getTiledPixelBounds(centre) {
      const map = this._map, scale = map._animatingZoom ? 1 : map.getZoomScale(map.getZoom(), this._tileZoom);
      const middle = map.project(centre, this._tileZoom).floor(), half = map.getSize().divideBy(scale * 2);
      // By a pixel more: the map rounds its place, and here it is rounded down.
      this._seen = L.bounds(middle.subtract(half).subtract([1, 1]), middle.add(half).add([1, 1]));
      return L.bounds(middle.subtract(half), middle.add(half));
    },

    _update(centre) {
      if (!this._map) return;
      L.GridLayer.prototype._update.call(this, centre);
      for (const { el, coords } of Object.values(this._tiles)) {
        if (this._part(coords).some((at, k) => (k < 2 ? at < el.part[k] : at > el.part[k]))) this._show(el, coords, WHOLE);
      }
    },

    // What is drawn is there: it waits for no frame and does not fade in. That there is a `ready` tells Leaflet not to make it.
    createTile(coords, ready) {
      const tile = document.createElement('canvas');
      tile.className = 'leaflet-tile-loaded';
      this._show(tile, coords);
      return tile;
    },

    _addTile(coords, container) {
      L.GridLayer.prototype._addTile.call(this, coords, container);
      Object.assign(this._tiles[this._tileCoordsToKey(coords)], { loaded: 1, active: true });
    },

    _onMoveEnd() {
      L.GridLayer.prototype._onMoveEnd.call(this);
      if (this._map && !this._map._animatingZoom) this._pruneTiles();
    },

    _show(tile, coords, part = this._part(coords)) {
      tile.part = part;
      this._draw(tile, coords, part);
      clearTimeout(this._soon);
      this._soon = setTimeout(() => bredband.pictured.then(() => this._rest()), REST_MS);
    },

    // The rest of one tile after the other, so many at a time that nobody waits for them.
    _rest() {
      const left = Object.values(this._tiles || {}).filter(({ el }) => String(el.part) !== String(WHOLE));
      const until = performance.now() + 20;
      for (const { el, coords } of left) {
        this._show(el, coords, WHOLE);
        if (performance.now() > until) break;
      }
      clearTimeout(this._soon);
      if (left.length) this._soon = setTimeout(() => this._rest());
    },

    // What is seen of a tile.
    _part({ x, y, z }) {
      if (z !== this._tileZoom) return WHOLE;
      const { min, max } = this._seen, grain = this._grain(z), cut = (at) => Math.max(0, Math.min(TILE, at * grain));
      const part = [
        cut(Math.floor((min.x - x * TILE) / grain)), cut(Math.floor((min.y - y * TILE) / grain)),
        cut(Math.ceil((max.x - x * TILE) / grain)), cut(Math.ceil((max.y - y * TILE) / grain)),
      ];
      return part[0] < part[2] && part[1] < part[3] ? part : [0, 0, 0, 0];
    },

    // Makes a tile's canvas one of a part of it, `ratio` pixels to one of CSS. -> whether there is any
    _cut(tile, [left, top, right, bottom], ratio) {
      tile.width = Math.max(1, (right - left) * ratio);
      tile.height = Math.max(1, (bottom - top) * ratio);
      tile.style.padding = `${top}px ${TILE - right}px ${TILE - bottom}px ${left}px`;
      return right > left;
    },
  });

  bredband.GridLayer = bredband.AnyZoom.extend({
    options: { tileSize: TILE, linesFromZoom: 13, keepBuffer: 1, updateWhenZooming: false, className: 'rutor' },

    // grid: from bredband.data.decode. Nothing is drawn before paint().
    setGrid(grid) {
      this._grid = grid;
      return this;
    },

    // made(): { codes, colours, lines }, asked for when a cell is first drawn; null before the cells are there.
    //   codes: Uint8Array, one per cell: rank * 4 + pattern, rank EMPTY for a cell where nobody lives, the rest worse
    //   the higher. colours: Uint32Array of 128 * 256, a 16 x 16 pattern per code; lines: the same for a cell's edge.
    // areas: null, or { of, chosen, colours: [edge, chosen edge] } with `of` the area of each cell (0: none).
    // whole: null, or what is drawn below a zoom in place of cells: { parts, below, colours, chosen, edges } with `parts`
    // a raster of what each cell is a part of (1–255), a colour for each of those, and the one that has edges.
    paint(made, areas = null, whole = null) {
      const look = (x) => x && String([x.chosen, x.colours, x.edges]), same = look(whole) === look(this._whole);
      Object.assign(this, { _made: made, _cells: null, _areas: areas, _whole: whole });
      for (const { el, coords } of Object.values(this._tiles || {})) if (!same || !this.wholeAt(coords.z)) this._show(el, coords);
      return this;
    },

    // The cells as they are drawn: { raster, colours, lines, plain, areas }; plain: whether a code has one colour and no pattern.
    cells() {
      if (!this._cells) {
        const { codes, colours, lines } = this._made(), raster = this._rasterOf(codes, Uint8Array), areas = this._areas;
        const of = areas && this._rasterOf(areas.of, Uint16Array).codes;
        const plain = Uint8Array.from({ length: RANKS * 4 }, (_, code) => {
          const tones = colours.subarray(code * 256, code * 256 + 256);
          return tones.every((tone) => tone === tones[0]) ? 1 : 0;
        });
        this._cells = { raster, colours, lines, plain, areas: areas && { ...areas, of } };
      }
      return this._cells;
    },

    _rasterOf(values, Codes) {
      const { columns, rows, place, count } = this._grid, codes = new Codes(columns * rows);
      for (let i = 0; i < count; i++) codes[place[i]] = values[i];
      return { codes, columns, rows };
    },

    // What is drawn at a zoom: the raster of the whole, or of cells.
    wholeAt(zoom) {
      return this._whole && zoom < this._whole.below ? this._whole.parts : null;
    },

    // Exact place of a point in whole and fractional cells from the grid's south-west corner.
    cellAt(latlng) {
      const [e, n] = bredband.sweref.forward(latlng.lat, latlng.lng), g = this._grid;
      return [e / g.size - g.column0, n / g.size - g.row0];
    },

    // Places of the mesh nodes of a tile, or of a part of it, in cells: exact every so many pixels, straight in between (every
    // STEP, and from NEAR_FROM every NEAR_STEP: off by less than 0.03 m from zoom 10, by less than 1/200 pixel at any zoom;
    // every FAR_STEP: by less than 1/20 pixel from zoom 6).
    _mesh(coords, every = this._grain(coords.z), [left, top, right, bottom] = WHOLE) {
      const world = TILE * 2 ** coords.z, mesh = new Float64Array(2 * ((right - left) / every + 1) * ((bottom - top) / every + 1));
      for (let j = top, p = 0; j <= bottom; j += every) {
        const y = (coords.y * TILE + j) / world;
        const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
        for (let i = left; i <= right; i += every) {
          const lng = (coords.x * TILE + i) / world * 360 - 180;
          const at = this.cellAt({ lat, lng });
          mesh[p++] = at[0];
          mesh[p++] = at[1];
        }
      }
      return mesh;
    },

    _grain(zoom) {
      return this.wholeAt(zoom) ? FAR_STEP : zoom < NEAR_FROM ? STEP : NEAR_STEP;
    },

    // The width of a pixel of CSS in whole cells, upwards, where it is widest: at the grid's southern edge.
    _span(zoom) {
      const g = this._grid, [lat, lng] = bredband.sweref.inverse((g.column0 + g.columns / 2) * g.size, g.row0 * g.size);
      const a = this.cellAt({ lat, lng }), b = this.cellAt({ lat, lng: lng + 360 / (TILE * 2 ** zoom) });
      return Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]));
    },

    _draw(tile, coords, part) {
      const parts = this.wholeAt(coords.z);
      if (!parts && !this._made) return;
      const { raster, colours, lines, plain, areas, chosen, edges } = parts ? { ...this._whole, raster: parts } : this.cells();
      // Where many cells share a pixel, they share it alike on every screen: a fine one would show single cells as noise.
      const span = parts ? 1 : this._span(coords.z), ratio = span > 1 ? 1 : Math.min(3, Math.max(1, Math.round(window.devicePixelRatio || 1)));
      const every = this._grain(coords.z), step = every * ratio, [left, top] = part;
      if (!this._cut(tile, part, ratio)) return;
      const mesh = (tile.meshes ??= {})[[every, part]] ??= this._mesh(coords, every, part);
      if (!reaches(mesh, raster, span)) {
        tile.width = tile.height = 1;
        return;
      }
      const [west, , east] = this._mesh(coords, every, [TILE / 2, TILE / 2, TILE / 2 + every, TILE / 2]);
      const perPixel = Math.abs(east - west) / step, { width, height } = tile, { image, out } = clear(width, height, (TILE * ratio) ** 2);
      const shades = new Uint8Array(TILE * ratio).map((_, x) => (x % (PERIOD * ratio)) / ratio);
      const job = {
        raster, colours: signed(colours), lines: lines && signed(lines), plain, areas, span, out, shadesX: shades.subarray(left * ratio),
        chosen, edges, wide: 2 * ratio * perPixel,
        edge: coords.z >= this.options.linesFromZoom ? perPixel * ratio : 0,
        rim: areas ? perPixel * ratio * (coords.z >= 11 ? 2 : 1) : 0,
      };
      drawMesh(parts ? drawWhole : span > 1 ? drawCoarse : drawCells, job, mesh, step, width, height, shades.subarray(top * ratio));
      tile.getContext('2d').putImageData(image, 0, 0);
    },
  });
})();
