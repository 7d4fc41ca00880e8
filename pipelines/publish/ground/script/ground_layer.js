// The ground on canvas: water and roads from arrays of SWEREF 99 TM, in two Leaflet GridLayers, under the cells and over
// them. Water lies under the cells; roads too, but for zoom OVER and inwards: there a cell is wide enough for the roads
// within it to be seen, as thin lines over its colour.
(function () {
  'use strict';
  const TILE = 256, WHOLE = [0, 0, TILE, TILE], PAD = 0.04 * TILE, GRAIN = 8, OVER = 12, SHORE_FROM = 10, CASED_FROM = 13;
  // Width in pixels at some zooms, straight in between; nothing before the first.
  const WIDTHS = {
    motorvag: [[5, 1], [9, 2], [13, 4], [17, 12]], landsvag: [[7, 0.7], [9, 1.2], [13, 3], [17, 10]],
    huvudgata: [[10, 0.6], [13, 2.4], [17, 9]], landsvag_liten: [[9, 0.5], [10, 0.8], [13, 2.2], [17, 8]],
    lokalgata: [[12, 0.4], [13, 0.6], [14, 1.6], [15, 3], [17, 7]], smavag: [[12, 0.4], [13, 0.6], [15, 2], [17, 5]],
    traktorvag: [[13, 0.5], [15, 1], [17, 2.5]], cykelvag: [[14, 0.6], [17, 2]], farjeled: [[9, 1], [17, 2]],
  };
  const DASHED = { farjeled: [6, 4], traktorvag: [5, 3], cykelvag: [3, 2] };

  function width(klass, zoom) {
    const known = WIDTHS[klass] || [];
    if (!known.length || zoom < known[0][0]) return 0;
    const k = known.findIndex(([z]) => z > zoom);
    if (k < 0) return known.at(-1)[1];
    const [[z0, w0], [z1, w1]] = [known[k - 1], known[k]];
    return w0 + (w1 - w0) * (zoom - z0) / (z1 - z0);
  }

  // Where a part of a tile lies, and a little around it: [west, south, east, north].
  function boxOf({ x, y }, zoom, [left, top, right, bottom]) {
    const world = TILE * 2 ** zoom, es = [], ns = [];
    for (const i of [left, (left + right) / 2, right]) {
      for (const j of [top, (top + bottom) / 2, bottom]) {
        const lat = Math.atan(Math.sinh(Math.PI * (1 - 2 * (y * TILE + j) / world))) * 180 / Math.PI;
        const [e, n] = bredband.sweref.forward(lat, (x * TILE + i) / world * 360 - 180);
        es.push(e);
        ns.push(n);
      }
    }
    const pad = PAD * (Math.max(...es) - Math.min(...es)) / (right - left);
    return [Math.min(...es) - pad, Math.min(...ns) - pad, Math.max(...es) + pad, Math.max(...ns) + pad];
  }

  // From steps of a layer to pixels of a tile: a polynomial of the second degree both ways, exact in nine points.
  // Off by less than a twentieth of a pixel from zoom 6.
  function projection(coords, zoom, ratio) {
    const world = TILE * 2 ** zoom, left = coords.x * TILE, top = coords.y * TILE, box = boxOf(coords, zoom, WHOLE);
    const e0 = (box[0] + box[2]) / 2, n0 = (box[1] + box[3]) / 2, de = (box[2] - box[0]) / 2, dn = (box[3] - box[1]) / 2;
    const px = [], py = [];
    for (const v of [-1, 0, 1]) {
      for (const u of [-1, 0, 1]) {
        const [lat, lng] = bredband.sweref.inverse(e0 + u * de, n0 + v * dn), s = Math.sin(lat * Math.PI / 180);
        px.push((world * (lng + 180) / 360 - left) * ratio);
        py.push((world * (0.5 - Math.atanh(s) / (2 * Math.PI)) - top) * ratio);
      }
    }
    return { box, e0, n0, de, dn, x: fitted(px), y: fitted(py) };
  }

  // Coefficients of u^i v^j (i, j = 0, 1, 2), at 3 * j + i, out of the values at -1, 0 and 1.
  function fitted(p) {
    const rows = [0, 3, 6].map((k) => [p[k + 1], (p[k + 2] - p[k]) / 2, (p[k] + p[k + 2]) / 2 - p[k + 1]]);
    return [0, 1, 2].map((i) => rows[1][i])
      .concat([0, 1, 2].map((i) => (rows[2][i] - rows[0][i]) / 2))
      .concat([0, 1, 2].map((i) => (rows[0][i] + rows[2][i]) / 2 - rows[1][i]));
  }

  // Adds the paths of a layer that reach into a box. What runs on beyond one side of it is shortened to its ends: that
  // changes nothing within, neither a line nor a surface.
  function trace(context, layer, from, to, p, box, rings) {
    const { first, xy, boxes, step, corner: [c, d] } = layer, [X, Y] = [p.x, p.y];
    const w = box[0] / step - c, s = box[1] / step - d, e = box[2] / step - c, n = box[3] / step - d;
    const put = (k, begin) => {
      const u = ((xy[2 * k] + c) * step - p.e0) / p.de, v = ((xy[2 * k + 1] + d) * step - p.n0) / p.dn;
      const x = X[0] + u * (X[1] + u * X[2]) + v * (X[3] + u * (X[4] + u * X[5]) + v * (X[6] + u * (X[7] + u * X[8])));
      const y = Y[0] + u * (Y[1] + u * Y[2]) + v * (Y[3] + u * (Y[4] + u * Y[5]) + v * (Y[6] + u * (Y[7] + u * Y[8])));
      if (begin) context.moveTo(x, y);
      else context.lineTo(x, y);
    };
    for (let i = from; i < to; i++) {
      const b = 4 * i;
      if (boxes[b] > e || boxes[b + 2] < w || boxes[b + 1] > n || boxes[b + 3] < s) continue;
      let side = 0, held = -1;
      for (let k = first[i], end = first[i + 1]; k < end; k++) {
        const a = xy[2 * k], o = xy[2 * k + 1];
        const now = (a < w ? 1 : a > e ? 2 : 0) | (o < s ? 4 : o > n ? 8 : 0);
        if (k > first[i] && side & now && k < end - 1) {
          side &= now;
          held = k;
          continue;
        }
        if (held >= 0) put(held, false);
        put(k, k === first[i]);
        held = -1;
        side = now;
      }
      if (rings) context.closePath();
    }
  }
  const band = (layers, kind, zoom) => {
    let found = null;
    for (const layer of layers) if (layer.kind === kind && zoom >= layer.from) found = layer;
    return found;
  };

  function drawWater(context, layers, p, zoom, ratio, colours) {
    const layer = band(layers, 'vatten', zoom);
    if (!layer) return;
    context.beginPath();
    trace(context, layer, 0, layer.first.length - 1, p, p.seen, true);
    context.fillStyle = colours.water;
    context.fill('evenodd');
    if (zoom < SHORE_FROM) return;
    context.strokeStyle = colours.shore;
    context.lineWidth = ratio * (zoom < CASED_FROM ? 0.6 : 1);
    context.stroke();
  }

  // Classes one by one, the most important last, so that it lies over the others where they meet.
  function drawRoads(context, layers, p, zoom, ratio, colours) {
    const layer = band(layers, 'vagar', zoom);
    if (!layer) return;
    const cased = zoom >= CASED_FROM, drawn = [];
    let at = 0;
    for (const [klass, paths] of layer.classes) {
      const wide = width(klass, zoom) * ratio;
      if (wide) drawn.push({ klass, wide, from: at, to: at += paths });
      else at += paths;
    }
    context.lineJoin = 'round';
    const stroke = ({ klass, from, to }, colour, wide) => {
      context.lineCap = DASHED[klass] ? 'butt' : 'round';
      context.setLineDash((DASHED[klass] || []).map((d) => d * ratio));
      context.beginPath();
      // Dashes are told from where a line begins: of a part of the tile as of the whole.
      trace(context, layer, from, to, p, DASHED[klass] ? p.box : p.seen, false);
      context.strokeStyle = colour;
      context.lineWidth = wide;
      context.stroke();
    };
    const plain = (road) => !cased || DASHED[road.klass] || road.wide < 1.6 * ratio;
    for (const road of drawn) if (!plain(road)) stroke(road, colours.edge, road.wide + 1.6 * ratio);
    for (const road of drawn) stroke(road, road.klass === 'farjeled' ? colours.shore : plain(road) ? colours.edge : colours.road, road.wide);
  }

  const Ground = bredband.AnyZoom.extend({
    options: { tileSize: TILE, keepBuffer: 1, updateWhenZooming: false, className: 'mark', over: false },

    // layers: from bredband.groundData.decode; repaint() draws them.
    setLayers(layers) {
      this._layers = layers;
      return this;
    },

    repaint() {
      const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      this._colours = { water: colour('--vatten'), shore: colour('--strand'), road: colour('--vag'), edge: colour('--vag-kant') };
      for (const { el, coords } of Object.values(this._tiles || {})) this._show(el, coords);
      return this;
    },

    _grain: () => GRAIN,

    _draw(tile, coords, part) {
      const zoom = coords.z, over = zoom >= OVER, ratio = Math.min(3, Math.max(1, Math.round(window.devicePixelRatio || 1)));
      if (!this._layers || !this._cut(tile, part, ratio)) {
        tile.width = tile.height = 1;
        return;
      }
      const context = tile.getContext('2d'), p = { ...projection(coords, zoom, ratio), seen: boxOf(coords, zoom, part) };
      context.translate(-part[0] * ratio, -part[1] * ratio);
      if (!this.options.over) drawWater(context, this._layers, p, zoom, ratio, this._colours);
      if (this.options.over === over) drawRoads(context, this._layers, p, zoom, ratio, this._colours);
    },
  });

  // -> { add(layers), repaint() }. Nothing is drawn before the first layers are added.
  bredband.ground = function (map, zooms) {
    const panes = [['mark', 160, false], ['vagar', 300, true]].map(([pane, z, over]) => {
      Object.assign(map.createPane(pane).style, { zIndex: z, pointerEvents: 'none' });
      return new Ground({ minZoom: over ? OVER : zooms.minZoom, maxZoom: zooms.maxZoom, pane, over }).addTo(map);
    });
    let layers = [];
    return {
      panes,
      add(more) {
        // What is not seen before one zooms in changes nothing.
        const seen = !layers.length || more.some((layer) => map.getZoom() >= layer.from);
        layers = [...layers, ...more].sort((a, b) => a.band - b.band);
        for (const layer of panes) layer.setLayers(layers);
        if (seen) this.repaint();
      },
      repaint() {
        for (const layer of panes) layer.repaint();
      },
    };
  };
  Object.assign(bredband.ground, { projection });
})();
