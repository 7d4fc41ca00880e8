// A Leaflet GridLayer that draws cells of a SWEREF 99 TM grid on canvas by mapping pixels back to cells.
// A pixel no wider than a cell has that cell's colour, so edges are sharp at any zoom; a wider one has the colour
// most common among the inhabited cells under it. It knows codes and colours only.
(function () {
  'use strict';
  const TILE = 256, STEP = 8, FAR_STEP = 32, PERIOD = 16, EMPTY = 1, RANKS = 32;

  // For pixels wider than a cell: what the pixel whose centre lies at (u, v) shows of the size x size cells around it.
  // That is the most common rank among the inhabited cells, of equals the highest (the worst), in the pattern most
  // common within that rank. Where nobody lives: the code of the cell in the middle.
  function overview({ codes, columns, rows }, size) {
    const ranks = new Uint16Array(RANKS), tally = new Uint16Array(RANKS * 4);
    return (u, v) => {
      const west = Math.round(u - size / 2), south = Math.round(v - size / 2);
      const c0 = Math.max(0, west), c1 = Math.min(columns, west + size);
      const r0 = Math.max(0, south), r1 = Math.min(rows, south + size);
      let most = 0, rank = 0, one = 0, kinds = 0;
      for (let c = c0; c < c1; c++) {
        for (let k = c * rows + r0, end = c * rows + r1; k < end; k++) {
          const code = codes[k], r = code >> 2;
          if (r <= EMPTY) continue;
          if (!tally[code]++) {
            one = code;
            kinds++;
          }
          const count = ++ranks[r];
          if (count > most || (count === most && r > rank)) {
            most = count;
            rank = r;
          }
        }
      }
      if (!kinds) return u < 0 || v < 0 || u >= columns || v >= rows ? 0 : codes[(u | 0) * rows + (v | 0)];
      if (kinds === 1) {
        tally[one] = ranks[rank] = 0;
        return one;
      }
      let best = rank * 4;
      for (let code = best + 1; code < rank * 4 + 4; code++) if (tally[code] >= tally[best]) best = code;
      ranks.fill(0);
      tally.fill(0);
      return best;
    };
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

  // The colour of what a cell is a part of, at (u, v); the chosen one has an edge in two tones, each so many cells wide:
  // one of them is seen on any colour.
  function flat({ codes, columns, rows }, { colours, chosen, edges }, wide) {
    const other = (u, v) => {
      const code = u < 0 || v < 0 || u >= columns || v >= rows ? 0 : codes[(u | 0) * rows + (v | 0)];
      return code !== chosen;
    };
    const within = (u, v, far) => other(u - far, v) || other(u + far, v) || other(u, v - far) || other(u, v + far);
    return (code, u, v) => {
      if (code !== chosen) return colours[code];
      return within(u, v, wide) ? edges[0] : within(u, v, 2 * wide) ? edges[1] : colours[code];
    };
  }

  // A GridLayer whose tiles are drawn at the map's own zoom, whole or not, so that a pixel of a tile is a pixel of the screen.
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
    }
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
      for (const { el, coords } of Object.values(this._tiles || {})) if (!same || !this.wholeAt(coords.z)) this._draw(el, coords);
      return this;
    },

    // The cells as they are drawn: { raster, colours, lines, areas }.
    cells() {
      if (!this._cells) {
        const { codes, colours, lines } = this._made(), raster = this._rasterOf(codes, Uint8Array), areas = this._areas;
        const of = areas && this._rasterOf(areas.of, Uint16Array).codes;
        this._cells = { raster, colours, lines, areas: areas && { ...areas, of } };
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

    createTile(coords) {
      const tile = document.createElement('canvas');
      this._draw(tile, coords);
      return tile;
    },

    // Exact place of a point in whole and fractional cells from the grid's south-west corner.
    cellAt(latlng) {
      const [e, n] = bredband.sweref.forward(latlng.lat, latlng.lng), g = this._grid;
      return [e / g.size - g.column0, n / g.size - g.row0];
    },

    // Places of a tile's mesh nodes in cells: exact every so many pixels, straight in between (every STEP: off by less than
    // 0.03 m from zoom 10, by less than 1/500 pixel at any zoom; every FAR_STEP: by less than 1/20 pixel from zoom 6).
    _mesh(coords, every = STEP) {
      const nodes = TILE / every + 1, world = TILE * 2 ** coords.z, mesh = new Float64Array(2 * nodes * nodes);
      for (let j = 0, p = 0; j < nodes; j++) {
        const y = (coords.y * TILE + j * every) / world;
        const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI;
        for (let i = 0; i < nodes; i++) {
          const lng = (coords.x * TILE + i * every) / world * 360 - 180;
          const at = this.cellAt({ lat, lng });
          mesh[p++] = at[0];
          mesh[p++] = at[1];
        }
      }
      return mesh;
    },

    // The width of a pixel of CSS in whole cells, upwards, where it is widest: at the grid's southern edge.
    _span(zoom) {
      const g = this._grid, [lat, lng] = bredband.sweref.inverse((g.column0 + g.columns / 2) * g.size, g.row0 * g.size);
      const a = this.cellAt({ lat, lng }), b = this.cellAt({ lat, lng: lng + 360 / (TILE * 2 ** zoom) });
      return Math.ceil(Math.hypot(b[0] - a[0], b[1] - a[1]));
    },

    _draw(tile, coords) {
      const parts = this.wholeAt(coords.z);
      if (!parts && !this._made) return;
      const { raster, colours, lines, areas } = parts ? { raster: parts } : this.cells(), span = parts ? 1 : this._span(coords.z);
      // Where many cells share a pixel, they share it alike on every screen: a fine one would show single cells as noise.
      const ratio = span > 1 ? 1 : Math.min(3, Math.max(1, Math.round(window.devicePixelRatio || 1)));
      const every = parts ? FAR_STEP : STEP, size = TILE * ratio, step = every * ratio, nodes = TILE / every + 1;
      const mesh = (tile.meshes ??= {})[every] ??= this._mesh(coords, every), centre = 2 * nodes * (nodes >> 1) + nodes - 1;
      if (!reaches(mesh, raster, span)) {
        tile.width = tile.height = 1;
        return;
      }
      tile.width = tile.height = size;
      const perPixel = Math.abs(mesh[centre + 2] - mesh[centre]) / step;
      const context = tile.getContext('2d'), image = context.createImageData(size, size);
      const job = {
        raster, colours, lines, areas, ratio, size, step, out: new Uint32Array(image.data.buffer), span,
        summary: span > 1 ? overview(raster, span) : null,
        flat: parts && flat(parts, this._whole, 2 * ratio * perPixel),
        edge: coords.z >= this.options.linesFromZoom ? perPixel * ratio : 0,
        shades: Uint8Array.from({ length: size }, (_, x) => (x % (PERIOD * ratio)) / ratio),
        rim: areas && span === 1 ? perPixel * ratio * (coords.z >= 11 ? 2 : 1) : 0,
      };
      for (let j = 0; j + 1 < nodes; j++) {
        for (let i = 0; i + 1 < nodes; i++) this._patch(job, mesh, nodes, i, j);
      }
      context.putImageData(image, 0, 0);
    },

    // One square between four mesh nodes.
    _patch({ raster, colours, lines, areas, size, step, out, span, summary, flat, shades, edge, rim }, mesh, nodes, i, j) {
      const { codes, columns, rows } = raster, a = 2 * (j * nodes + i), b = a + 2 * nodes;
      const us = [mesh[a], mesh[a + 2], mesh[b], mesh[b + 2]], vs = [mesh[a + 1], mesh[a + 3], mesh[b + 1], mesh[b + 3]];
      if (Math.max(...us) < -span || Math.min(...us) >= columns + span) return;
      if (Math.max(...vs) < -span || Math.min(...vs) >= rows + span) return;
      // Of the cell of the pixel before, which mostly is this one's too: its place, code, area and where that ends.
      let c = -1, r = -1, code = 0, area = 0, sides = 0;
      for (let y = 0; y < step; y++) {
        const fy = (y + 0.5) / step, row = j * step + y;
        let u = us[0] + (us[2] - us[0]) * fy, v = vs[0] + (vs[2] - vs[0]) * fy;
        const du = (us[1] + (us[3] - us[1]) * fy - u) / step;
        const dv = (vs[1] + (vs[3] - vs[1]) * fy - v) / step;
        u += du / 2;
        v += dv / 2;
        const shade = shades[row] * PERIOD;
        for (let x = i * step, p = row * size + x, end = p + step; p < end; x++, p++, u += du, v += dv) {
          if (summary) {
            code = summary(u, v);
            if (code) out[p] = colours[code * 256 + shade + shades[x]];
            continue;
          }
          if (!(u >= 0 && v >= 0 && u < columns && v < rows)) continue;
          const cu = u | 0, cv = v | 0;
          if (cu !== c || cv !== r) {
            c = cu;
            r = cv;
            code = codes[c * rows + r];
            area = rim ? areas.of[c * rows + r] : 0;
            sides = area ? ends(areas.of, area, c, r, columns, rows) : 0;
          }
          if (!code) continue;
          if (flat) {
            out[p] = flat(code, u, v);
            continue;
          }
          if (!sides && !edge) {  // one colour as far as the cell goes: most pixels, at most zooms
            const base = code * 256 + shade, east = c + 1, north = r + 1;
            for (;;) {
              out[p] = colours[base + shades[x]];
              const nextU = u + du, nextV = v + dv;
              if (p + 1 >= end || !(nextU >= c && nextU < east && nextV >= r && nextV < north)) break;
              x++;
              p++;
              u = nextU;
              v = nextV;
            }
            continue;
          }
          const fu = u - c, fv = v - r;
          if (sides && ((sides & 1 && fu < rim) || (sides & 2 && 1 - fu < rim) || (sides & 4 && fv < rim) || (sides & 8 && 1 - fv < rim))) {
            out[p] = areas.colours[area === areas.chosen ? 1 : 0];
          } else out[p] = (edge && (fu < edge || fv < edge) ? lines : colours)[code * 256 + shade + shades[x]];
        }
      }
    },
  });
})();
