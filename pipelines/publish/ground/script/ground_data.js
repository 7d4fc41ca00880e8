// The decoder of ground_code.py's streams: paths in whole steps from the corner of their layer.
(function () {
  'use strict';

  const signed = (z) => (z & 1 ? -(z >> 1) - 1 : z >> 1);

  // -> { kind, band, from, step, corner, classes, first, xy, boxes }: path i has the points first[i] to first[i + 1] of xy
  // (east and north by turns, in steps from the corner), and the box boxes[4 * i ...] (west, south, east, north).
  function layer(told, bytes, from) {
    const { drag: paths, punkter: points, byte: widths } = told, rows = [];
    let at = from;
    widths.forEach((width, k) => {
      const count = k < 3 ? paths : points - paths;
      rows.push(bredband.data.unshuffle(bytes, at, count, width));
      at += width * count;
    });
    const [counts, beginsX, beginsY, movesX, movesY] = rows;
    const Steps = told.vidd < 65536 ? Uint16Array : Uint32Array;
    const first = new Uint32Array(paths + 1), xy = new Steps(2 * points), boxes = new Steps(4 * paths);
    let x0 = 0, y0 = 0, move = 0, p = 0;
    for (let i = 0; i < paths; i++) {
      let x = x0 += signed(beginsX[i]), y = y0 += signed(beginsY[i]);
      let west = x, south = y, east = x, north = y;
      xy[p++] = x;
      xy[p++] = y;
      for (let k = 1; k < counts[i]; k++, move++) {
        xy[p++] = x += signed(movesX[move]);
        xy[p++] = y += signed(movesY[move]);
        if (x < west) west = x;
        else if (x > east) east = x;
        if (y < south) south = y;
        else if (y > north) north = y;
      }
      first[i + 1] = p / 2;
      boxes.set([west, south, east, north], 4 * i);
    }
    const { slag: kind, band, fran_zoom: zoom, steg_m: step, horn: corner, klasser: classes } = told;
    const made = { kind, band, from: zoom, step, corner, classes, first, xy, boxes };
    return { made, at };
  }

  function decode(described, bytes) {
    const layers = [];
    let at = 0;
    for (const told of described) {
      const found = layer(told, bytes, at);
      layers.push(found.made);
      at = found.at;
    }
    if (at !== bytes.length) throw new Error('ground length');
    return layers;
  }

  // The names along roads, as outline.js shows them.
  function decodeNames({ antal: count, steg_m: step, horn: corner, byte: widths }, bytes) {
    let at = 0;
    const [which, xs, ys, from, turned, numbered] = widths.map((width) => {
      const row = bredband.data.unshuffle(bytes, at, count, width);
      at += width * count;
      return row;
    });
    const texts = new TextDecoder().decode(bytes.subarray(at)).split('\n');
    return Array.from(which, (k, i) => {
      const [lat, lng] = bredband.sweref.inverse((xs[i] + corner[0]) * step, (ys[i] + corner[1]) * step);
      return { entry: [texts[k], lat, lng], className: numbered[i] ? 'vagnummer' : 'vag', from: from[i], turned: turned[i] - 90 };
    });
  }

  bredband.groundData = { decode, decodeNames };
})();
