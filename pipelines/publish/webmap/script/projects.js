// Projects: the decoder of webmap_gaps.py's stream, and the plan that a sum of money pays for.
(function () {
  'use strict';
  // A plan may exceed its budget by this share of it, and fewer households than this are none: as budget.py has it.
  const SLACK = 1e-9, NONE = 1e-9;

  // -> { pairs: { code of a level: { first, count, of } }, names, fields }; a pair's projects stand in the order they are
  // built in, and `of` has the project of each member cell of the pair's gap areas.
  function decode(description, bytes) {
    const { unshuffle, decodeFields } = bredband.data, pairs = {};
    let at = 0, total = 0;
    for (const p of description.par) {
      pairs[p.kod] = { first: total, count: p.antal, of: unshuffle(bytes, at, p.rutor, p.byte) };
      at += p.rutor * p.byte;
      total += p.antal;
    }
    const names = new TextDecoder().decode(bytes.subarray(at, at + description.namn)).split('\n');
    at += description.namn;
    const exact = {};
    for (const name of description.exakta) {
      exact[name] = new Float64Array(bytes.slice(at, at + 8 * total).buffer);
      at += 8 * total;
    }
    const decoded = decodeFields(description.falt, bytes, at, total);
    if (decoded.at !== bytes.length) throw new Error('data length');
    return { pairs, names, exact, fields: decoded.fields, step: description.kronor };
  }

  // As knapsack.py's fill: takes what fits in the order given, with the same sums in the same order, so that the last
  // krona falls the same way. -> the places that are taken
  function fill(weights, capacity) {
    const taken = [];
    let left = weights.map((_, k) => k), used = 0;
    while (left.length) {
      let run = 0, fits = 0, reached = used;
      for (; fits < left.length; fits++) {
        run += weights[left[fits]];
        if (used + run > capacity) break;
        reached = used + run;
        taken.push(left[fits]);
      }
      used = reached;
      left = left.slice(fits).filter((k) => used + weights[k] <= capacity);
    }
    return taken;
  }

  class Projects {
    constructor(decoded, page, grid, areas) {
      Object.assign(this, decoded, { page, grid, areas });
      this.homes = page.intern ? 'hushall_utan' : 'hushall_utan_hogst';
    }

    pair(state) {
      return this.pairs[this.grid.level(state).kod];
    }

    // The projects of a level, in the order they are built in; those mostly in a kommun where one is given.
    listed(state, kommun = '') {
      const { first, count } = this.pair(state), of = this.fields.kommunkod, out = [];
      for (let i = first; i < first + count; i++) if (!kommun || of.texts[of.values[i]] === kommun) out.push(i);
      return out;
    }

    // null where there is no number.
    value(name, i) {
      if (name in this.exact) return Number.isFinite(this.exact[name][i]) ? this.exact[name][i] : null;
      const f = this.fields[name], v = f.values[i];
      if (f.texts) return f.texts[v];
      const unit = name.startsWith('kostnad_') ? this.step : 1 / f.scale;
      return !f.empty ? v * unit : v ? (v - 1) * unit : null;
    }

    // Whether it costs more than the stop price, kronor a household.
    over(i, stop) {
      const cost = this.value('kostnad_sek', i);
      if (!this.page.intern) return this.value('over_stoppris', i) === 'ja';
      return cost !== null && cost / this.value(this.homes, i) > stop;
    }

    // Whether a plan for a budget may build it.
    payable(i, stop) {
      return this.value('kostnad_sek', i) !== null && this.value(this.homes, i) > NONE && !this.over(i, stop);
    }

    // -> { built: set of projects, and sums of what is built }
    plan(state, { budget, stop = Infinity, kommun = '' }) {
      const rows = this.listed(state, kommun).filter((i) => this.payable(i, stop));
      const taken = fill(rows.map((i) => this.value('kostnad_sek', i)), budget * (1 + SLACK)).map((k) => rows[k]);
      const sum = (name) => taken.reduce((total, i) => total + (this.value(name, i) ?? 0), 0);
      const names = ['kostnad_sek', 'kostnad_lag_sek', 'kostnad_hog_sek', ...(this.page.intern ? ['hushall_utan'] : ['hushall_utan_minst', 'hushall_utan_hogst'])];
      return { built: new Set(taken), ...Object.fromEntries(names.map((name) => [name, sum(name)])) };
    }

    // Share (0-100) of a place's households that have the level when so many more are reached.
    share(state, kommun, more) {
      const [whole, lacking] = this.page.plan.hushall[kommun || 'lan'][this.grid.level(state).kod];
      return whole > NONE ? 100 * (1 - Math.max(0, lacking - more) / whole) : null;
    }

    members(state, i) {
      const { first, of } = this.pair(state), { cells } = this.areas.pair(state);
      return cells.filter((_, k) => of[k] === i - first);
    }
  }

  bredband.projects = { decode, fill, Projects };
})();
