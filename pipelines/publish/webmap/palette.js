// What each kartlager shows: a code and a colour for every cell, and the legend's rows.
// A code is rank * 4 + pattern, so that a worse class has a higher code.
(function () {
  'use strict';
  const SOLID = 0, STRIPES = 1, SPECKLES = 2, DOTS = 3;
  const CLASSES = ['ingen_adress', 'tackt', 'storre_del', 'mindre_del', 'planerad', 'utan'];
  const BASES = ['ingen', 'adress', 'ruta', 'omrade', 'blandat', 'statistik'];
  const PATTERN = { statistik: STRIPES, blandat: SPECKLES };

  // Is pixel (x, y) of the 16 x 16 pattern in the pattern's tone?
  const MARKED = [
    () => false,
    (x, y) => (x + y) % 8 < 2,
    (x, y) => x % 4 === 0 && (y + (x >> 1)) % 4 === 0,
    (x, y) => x % 8 > 2 && x % 8 < 6 && y % 8 > 2 && y % 8 < 6,
  ];

  function rgb(name) {
    const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
  }

  const mix = (a, b, share) => a.map((x, i) => Math.round(x + (b[i] - x) * share));
  const packed = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

  // names: the colour (a CSS custom property) of each rank, from rank 1. -> { colours, lines }.
  function tables(names) {
    const colours = new Uint32Array(64 * 256), lines = new Uint32Array(64 * 256);
    const paper = rgb('--monster'), ink = rgb('--rutlinje');
    names.forEach((name, k) => {
      const full = rgb(name);
      // Lighter marks on dark tones, darker marks on light ones.
      const bright = (full[0] * 2 + full[1] * 5 + full[2]) / 8 > 140;
      const tone = bright ? mix(full, [0, 0, 0], 0.36) : mix(full, [255, 255, 255], 0.5);
      for (let pattern = 0; pattern < 4; pattern++) {
        for (let s = 0; s < 256; s++) {
          const marked = MARKED[pattern](s & 15, s >> 4), at = ((k + 1) * 4 + pattern) * 256 + s;
          const colour = !marked ? full : pattern === DOTS ? mix(full, paper, 0.85) : tone;
          colours[at] = packed(colour);
          lines[at] = packed(mix(colour, ink, 0.22));
        }
      }
    });
    return { colours, lines };
  }

  const ranks = (field, order) => field.texts.map((text) => order.indexOf(text) + 1);

  // What the shown coverage rests on: told per threshold for tillgång, for all together for passerad.
  function basis(grid, state) {
    return grid.fields[state.matt === 'tillgang' ? `underlag_${state.troskel}` : 'underlag'];
  }

  const patterns = (field) => Uint8Array.from(field.texts, (text) => PATTERN[text] || SOLID);

  function classLayer(grid, state) {
    const field = grid.fields[`klass_${state.matt}_${state.troskel}`], rank = ranks(field, CLASSES);
    const from = basis(grid, state), base = from.values, pattern = patterns(from), planned = grid.fields.planerad.values;
    const codes = new Uint8Array(grid.count), none = 1, covered = CLASSES.indexOf('tackt') + 1;
    const plan = (CLASSES.indexOf('planerad') + 1) * 4 + DOTS;
    for (let i = 0; i < grid.count; i++) {
      const r = rank[field.values[i]];
      codes[i] = r === none ? 4 : planned[i] && r !== covered ? plan : r * 4 + pattern[base[i]];
    }
    const shown = ['utan', 'mindre_del', 'storre_del', 'tackt', 'planerad', 'ingen_adress'];
    const legend = shown.map((name) => ({
      code: (CLASSES.indexOf(name) + 1) * 4 + (name === 'planerad' ? DOTS : SOLID), text: ['klass', name],
    }));
    return { codes, names: CLASSES.map((name) => `--klass-${name}`), legend, patterned: true };
  }

  function bandField(grid, state) {
    const name = state.matt === 'tillgang' ? 'hushall_utan' : 'hushall_ej_passerade';
    return grid.fields[`${name}_${state.troskel}_band`];
  }

  function bandLayer(grid, state) {
    const field = bandField(grid, state), empty = grid.fields.klass_tillgang_100;
    const none = empty.texts.indexOf('ingen_adress');
    const from = basis(grid, state), base = from.values, pattern = patterns(from), codes = new Uint8Array(grid.count);
    for (let i = 0; i < grid.count; i++) {
      codes[i] = empty.values[i] === none ? 4 : (field.values[i] + 2) * 4 + pattern[base[i]];
    }
    const top = field.texts.length - 1;
    // Eight tones for however many bands the configuration has.
    const tone = (k) => (k === 0 ? '--band-0' : `--band-${1 + Math.round((k - 1) / Math.max(1, top - 1) * 7)}`);
    const names = ['--klass-ingen_adress', ...field.texts.map((_, k) => tone(k))];
    const legend = field.texts.map((text, k) => ({ code: (k + 2) * 4, plain: text })).reverse();
    legend.push({ code: 4, text: ['klass', 'ingen_adress'] });
    return { codes, names, legend, patterned: true };
  }

  function basisLayer(grid, state) {
    const field = basis(grid, state), rank = ranks(field, BASES), pattern = patterns(field);
    const codes = Uint8Array.from(field.values, (v) => rank[v] * 4 + pattern[v]);
    const legend = ['adress', 'ruta', 'omrade', 'blandat', 'statistik', 'ingen'].map((name) => ({
      code: (BASES.indexOf(name) + 1) * 4 + (PATTERN[name] || SOLID), text: ['underlag', name],
    }));
    return { codes, names: BASES.map((name) => `--underlag-${name}`), legend, patterned: false };
  }

  const LAYERS = { klass: classLayer, utan: bandLayer, underlag: basisLayer };

  // -> { codes, colours, lines, legend, patterned }
  function layer(grid, state) {
    const made = LAYERS[state.lager](grid, state);
    return { ...made, ...tables(made.names) };
  }

  function swatch(canvas, code, colours) {
    const ratio = Math.min(3, Math.max(1, Math.round(window.devicePixelRatio || 1)));
    const w = 26 * ratio, h = 18 * ratio;
    canvas.width = w;
    canvas.height = h;
    const context = canvas.getContext('2d'), image = context.createImageData(w, h);
    const out = new Uint32Array(image.data.buffer);
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) out[y * w + x] = colours[code * 256 + ((y / ratio & 15) << 4 | (x / ratio & 15))];
    }
    context.putImageData(image, 0, 0);
  }

  bredband.palette = { layer, swatch, bandField, basis, STRIPES, SPECKLES };
})();
