// What each kartlager shows: a code and a colour for every cell, and the legend's rows.
// A code is rank * 4 + pattern, so that a worse class has a higher code. With gap areas shown, a cell of one has
// its rank raised by 16 and keeps its full colour; the others are faded.
(function () {
  'use strict';
  const SOLID = 0, STRIPES = 1, SPECKLES = 2, DOTS = 3, CODES = 128, RAISED = 64;
  const CLASSES = [
    'ingen_adress', 'ej_redovisad', 'tackt', 'fa_minst_halften', 'storre_del', 'mindre_del', 'fa_under_halften', 'utan',
  ];
  const ORDER = ['utan', 'mindre_del', 'storre_del', 'tackt'];
  // Cells of few addresses tell only on which side of half they are.
  const HALF = { utan: 0, mindre_del: 0, fa_under_halften: 0, storre_del: 1, tackt: 1, fa_minst_halften: 1 };
  const COVERED = ['tackt', 'fa_minst_halften'];
  const BASES = ['ingen', 'adress', 'ruta', 'omrade', 'blandat', 'statistik'];
  const PLANS = ['ingen_adress', 'ej_redovisad', 'tackt', 'kvar', 'planerad'];
  const CHANGES = ['ingen_adress', 'okand', 'lika', 'lika_utan', 'ny', 'battre', 'samre'];
  const PATTERN = { statistik: STRIPES, blandat: SPECKLES };

  const within = (x, y, a, b) => x % 8 >= a && x % 8 <= b && y % 8 >= a && y % 8 <= b;

  // Is pixel (x, y) of the 16 x 16 pattern in the pattern's tone (1), or the heart of a dot (2)?
  const MARKED = [
    () => 0,
    (x, y) => ((x + y) % 8 < 2 ? 1 : 0),
    (x, y) => (x % 4 === 0 && (y + (x >> 1)) % 4 === 0 ? 1 : 0),
    (x, y) => (within(x, y, 3, 5) ? 2 : within(x, y, 2, 6) ? 1 : 0),
  ];

  const MARKS = MARKED.map((mark) => Uint8Array.from({ length: 256 }, (_, s) => mark(s & 15, s >> 4)));

  function rgb(name) {
    const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    return [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));
  }

  const mix = (a, b, share) => a.map((x, i) => Math.round(x + (b[i] - x) * share));
  const packed = ([r, g, b], alpha = 255) => ((alpha << 24) | (b << 16) | (g << 8) | r) >>> 0;

  // names: the colour (a CSS custom property) of each rank, from rank 1. -> { colours, lines }.
  function tables(names, faded) {
    const colours = new Uint32Array(CODES * 256), lines = new Uint32Array(CODES * 256);
    const paper = rgb('--monster'), ink = rgb('--rutlinje'), land = rgb('--klass-ingen_adress');
    const plan = rgb('--klass-planerad');
    names.forEach((name, k) => {
      const full = rgb(name);
      if (!k) {
        // Where nobody lives the ground shows, between faint edges.
        lines.fill(packed(ink, 0x1c), 4 * 256, 8 * 256);
        return;
      }
      // Lighter marks on dark tones, darker marks on light ones.
      const bright = (full[0] * 2 + full[1] * 5 + full[2]) / 8 > 140;
      const tone = bright ? mix(full, [0, 0, 0], 0.36) : mix(full, [255, 255, 255], 0.5);
      for (let pattern = 0; pattern < 4; pattern++) {
        const told = [full, pattern === DOTS ? mix(full, paper, 0.85) : tone, plan].map((colour) => {
          const shown = faded ? mix(colour, land, 0.7) : colour;
          return [shown, mix(shown, ink, faded ? 0.08 : 0.22), colour, mix(colour, ink, 0.22)].map((c) => packed(c));
        });
        for (let s = 0, at = ((k + 1) * 4 + pattern) * 256; s < 256; s++, at++) {
          [colours[at], lines[at], colours[at + RAISED * 256], lines[at + RAISED * 256]] = told[MARKS[pattern][s]];
        }
      }
    });
    return { colours, lines };
  }

  const ranks = (field, order) => field.texts.map((text) => order.indexOf(text) + 1);
  const entry = (order, group) => (name) => ({
    code: (order.indexOf(name) + 1) * 4 + (name === 'planerad' ? DOTS : PATTERN[name] || SOLID), text: [group, name],
  });

  // What the shown coverage rests on.
  const basis = (grid, state) => grid.fields[grid.level(state).underlag];

  const patterns = (field) => Uint8Array.from(field.texts, (text) => PATTERN[text] || SOLID);

  // The class of cell i, as a text: now, or in the earlier edition.
  function classOf(grid, state, when = 'nu') {
    const name = grid.level(state).klass, now = grid.fields[name], then = grid.fields[`fore_${name}`];
    return (i) => {
      const was = when === 'fore' ? then.texts[then.values[i]] : 'lika';
      return was === 'lika' ? now.texts[now.values[i]] : was === 'ny' ? 'ingen_adress' : was;
    };
  }

  function classLayer(grid, state) {
    const from = basis(grid, state), base = from.values, pattern = patterns(from), planned = grid.fields.planerad.values;
    const codes = new Uint8Array(grid.count), earlier = state.tid === 'fore';
    const covered = COVERED.map((name) => CLASSES.indexOf(name) + 1);
    const field = grid.fields[grid.level(state).klass];
    if (earlier) {
      const of = classOf(grid, state, 'fore');
      for (let i = 0; i < grid.count; i++) codes[i] = (CLASSES.indexOf(of(i)) + 1) * 4;
    } else {
      const rank = ranks(field, CLASSES);
      for (let i = 0; i < grid.count; i++) {
        const r = rank[field.values[i]];
        // A plan is told in the pattern: the class, and how many cells have it, is what every product says.
        codes[i] = r === 1 ? 4 : r * 4 + (planned[i] && !covered.includes(r) ? DOTS : pattern[base[i]]);
      }
    }
    // What no cell of the edition can be, or is, has no row.
    const few = ['fa_under_halften', 'fa_minst_halften'].filter((name) => field.texts.includes(name));
    const untold = (CLASSES.indexOf('ej_redovisad') + 1) * 4, hidden = codes.some((code) => code >> 2 << 2 === untold);
    const shown = [
      ...ORDER, ...few, ...(hidden ? ['ej_redovisad'] : []), 'ingen_adress',
    ];
    const legend = shown.map(entry(CLASSES, 'klass'));
    return { codes, names: CLASSES.map((name) => `--klass-${name}`), legend, patterned: !earlier, dotted: !earlier };
  }

  // Planned build-out beside what is covered and what no plan is known for.
  function planLayer(grid, state) {
    const of = classOf(grid, state), planned = grid.fields.planerad.values, from = basis(grid, state);
    const pattern = patterns(from), codes = new Uint8Array(grid.count);
    const plan = (PLANS.indexOf('planerad') + 1) * 4 + DOTS, kvar = (PLANS.indexOf('kvar') + 1) * 4;
    const covered = (PLANS.indexOf('tackt') + 1) * 4, hidden = (PLANS.indexOf('ej_redovisad') + 1) * 4;
    for (let i = 0; i < grid.count; i++) {
      const name = of(i);
      if (name === 'ingen_adress' || name === 'ej_redovisad') codes[i] = (PLANS.indexOf(name) + 1) * 4;
      else if (COVERED.includes(name) || (name === 'storre_del' && !planned[i])) codes[i] = covered + pattern[from.values[i]];
      else codes[i] = planned[i] ? plan : kvar + pattern[from.values[i]];
    }
    const names = ['--klass-ingen_adress', '--klass-ej_redovisad', '--klass-tackt', '--klass-mindre_del', '--klass-planerad'];
    const shown = ['planerad', 'kvar', 'tackt', ...(codes.includes(hidden) ? ['ej_redovisad'] : []), 'ingen_adress'];
    return { codes, names, legend: shown.map(entry(PLANS, 'plan')), patterned: true };
  }

  // The bands above none in as many groups as there are tones to tell them by: the first alone, the rest alike.
  function bandGroups(texts) {
    const rest = texts.length - 2, groups = Math.min(3, rest), of = [0, 1];
    for (let k = 0; k < rest; k++) of.push(2 + Math.min(groups - 1, Math.floor(k / Math.floor(rest / groups))));
    const told = [...new Set(of)].map((group) => {
      const own = texts.filter((_, k) => of[k] === group);
      return own.length > 1 ? `${own[0].split('–')[0]}–${own.at(-1).split('–')[1]}` : own[0];
    });
    return { of, told };
  }

  function bandLayer(grid, state) {
    const { band, klass } = grid.level(state), field = grid.fields[band], empty = grid.fields[klass];
    const none = empty.texts.indexOf('ingen_adress'), { of, told } = bandGroups(field.texts);
    const from = basis(grid, state), base = from.values, pattern = patterns(from), codes = new Uint8Array(grid.count);
    for (let i = 0; i < grid.count; i++) {
      codes[i] = empty.values[i] === none ? 4 : (of[field.values[i]] + 2) * 4 + pattern[base[i]];
    }
    const names = ['--klass-ingen_adress', ...told.map((_, k) => `--band-${k}`)];
    const legend = told.map((text, k) => ({ code: (k + 2) * 4, plain: text })).reverse();
    legend.push({ code: 4, text: ['klass', 'ingen_adress'] });
    return { codes, names, legend, patterned: true };
  }

  function techniqueLayer(grid) {
    const field = grid.fields.basta_teknik, empty = grid.fields[grid.levels[0].klass];
    const none = empty.texts.indexOf('ingen_adress'), codes = new Uint8Array(grid.count);
    // Rank 2 and up: the best first, so that the worse of two equally common shows; "none" is the worst.
    for (let i = 0; i < grid.count; i++) codes[i] = empty.values[i] === none ? 4 : (field.values[i] + 2) * 4;
    const striped = field.texts.indexOf('okand');
    for (let i = 0; i < grid.count; i++) if (codes[i] !== 4 && field.values[i] === striped) codes[i] += STRIPES;
    const legend = field.texts.map((name, k) => ({ code: (k + 2) * 4 + (k === striped ? STRIPES : SOLID), text: ['teknik', name] }));
    legend.push({ code: 4, text: ['klass', 'ingen_adress'] });
    return { codes, names: ['--klass-ingen_adress', ...field.texts.map((name) => `--teknik-${name}`)], legend, patterned: false };
  }

  function basisLayer(grid, state) {
    const field = basis(grid, state), rank = ranks(field, BASES), pattern = patterns(field);
    const codes = new Uint8Array(grid.count), of = rank.map((r, v) => r * 4 + pattern[v]);
    for (let i = 0; i < grid.count; i++) codes[i] = of[field.values[i]];
    const legend = ['adress', 'ruta', 'omrade', 'blandat', 'statistik', 'ingen'].map(entry(BASES, 'underlag'));
    return { codes, names: BASES.map((name) => `--underlag-${name}`), legend, patterned: false };
  }

  // What became of a cell: its classes are compared, or the side of half where one of them tells no more.
  function changed(was, is) {
    if (is === 'ingen_adress') return is;
    if (was === 'ingen_adress') return 'ny';
    if (!(was in HALF) || !(is in HALF)) return 'okand';
    const scale = ORDER.includes(was) && ORDER.includes(is) ? (name) => ORDER.indexOf(name) : (name) => HALF[name];
    const step = scale(is) - scale(was);
    return step > 0 ? 'battre' : step < 0 ? 'samre' : HALF[is] ? 'lika' : 'lika_utan';
  }

  function changeLayer(grid, state) {
    const now = classOf(grid, state), then = classOf(grid, state, 'fore'), codes = new Uint8Array(grid.count);
    for (let i = 0; i < grid.count; i++) {
      codes[i] = (CHANGES.indexOf(changed(then(i), now(i))) + 1) * 4;
    }
    const untold = (CHANGES.indexOf('okand') + 1) * 4;
    const shown = ['battre', 'samre', 'lika', 'lika_utan', 'ny', ...(codes.includes(untold) ? ['okand'] : []), 'ingen_adress'];
    const legend = shown.map(entry(CHANGES, 'forandring'));
    return { codes, names: CHANGES.map((name) => `--forandring-${name}`), legend, patterned: false };
  }

  const LAYERS = {
    klass: classLayer, utan: bandLayer, plan: planLayer, teknik: techniqueLayer, underlag: basisLayer, forandring: changeLayer,
  };

  // of: the gap area of each cell (0: none) when they are shown. -> { codes, colours, lines, legend, patterned }
  function layer(grid, state, of = null) {
    const made = LAYERS[state.lager](grid, state);
    if (of) for (let i = 0; i < grid.count; i++) if (of[i]) made.codes[i] += RAISED;
    return { ...made, ...tables(made.names, Boolean(of)) };
  }

  // colour: one for the whole of it, instead of a code's pattern.
  function swatch(canvas, code, colours, colour = null) {
    const ratio = Math.min(3, Math.max(1, Math.round(window.devicePixelRatio || 1)));
    const w = 26 * ratio, h = 18 * ratio;
    canvas.width = w;
    canvas.height = h;
    const context = canvas.getContext('2d'), image = context.createImageData(w, h);
    const out = new Uint32Array(image.data.buffer), land = packed(rgb('--klass-ingen_adress'));
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        out[y * w + x] = colour || colours[(code + RAISED) * 256 + ((y / ratio & 15) << 4 | (x / ratio & 15))] || land;
      }
    }
    context.putImageData(image, 0, 0);
  }

  bredband.palette = { layer, swatch, basis, classOf, rgb, packed, STRIPES, SPECKLES, DOTS, RAISED };
})();
