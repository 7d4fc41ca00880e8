// Gap areas: the decoder of gaps.py's stream, an area's facts as text, and its place on the map.
(function () {
  'use strict';
  const KRONOR = new Set(['kostnad_per_hushall_sek']), METRES = new Set(['avstand_m', 'schakt_m']);
  const INTERNAL = [
    'prioritet', 'adresser', 'adresser_klassade', 'hushall', 'hushall_utan', 'befolkning_utan', 'kostnad_sek',
    'kostnad_per_hushall_sek', 'schakt_m', 'avstand_m', 'sannolikhet',
  ];
  const OPEN = ['adresser', 'hushall', 'hushall_utan', 'kostnad_klass'];
  // Nearer than this an area lies by the place, not in some direction from it.
  const NEAR_M = 1000;

  // -> { pairs: { code of a level: { of, first, count, cells } }, fields }
  function decode(description, bytes, grid) {
    const { unshuffle, decodeFields } = bredband.data, pairs = {};
    let at = 0, total = 0;
    for (const p of description.par) {
      const place = unshuffle(bytes, at, p.rutor, p.byte[0]);
      at += p.rutor * p.byte[0];
      const area = unshuffle(bytes, at, p.rutor, p.byte[1]);
      at += p.rutor * p.byte[1];
      const cells = new Uint32Array(p.rutor);
      for (let i = 0, sum = 0; i < p.rutor; i++) cells[i] = sum += place[i];
      pairs[p.kod] = { cells, area, first: total, count: p.antal };
      total += p.antal;
    }
    const decoded = decodeFields(description.falt, bytes, at, total);
    if (decoded.at !== bytes.length) throw new Error('data length');
    return { pairs, fields: decoded.fields, ids: description.id, kommuner: description.kommuner, grid };
  }

  class Areas {
    constructor(decoded, facts, page, texts, places) {
      Object.assign(this, decoded, { facts, page, t: texts, places });
    }

    pair(state) {
      return this.pairs[this.grid.level(state)?.kod];
    }

    // The area of each cell at a threshold and measure: 1 and up, 0 for none.
    of(state) {
      const pair = this.pair(state);
      if (!pair.of) {
        pair.of = new (pair.count < 65535 ? Uint16Array : Uint32Array)(this.grid.count);
        for (let k = 0; k < pair.cells.length; k++) pair.of[pair.cells[k]] = pair.area[k] + 1;
      }
      return pair.of;
    }

    members(state, area) {
      const { cells, area: of } = this.pair(state);
      return cells.filter((_, k) => of[k] === area - 1);
    }

    // null where there is no number.
    value(name, state, area) {
      const f = this.fields[name], v = f.values[this.pair(state).first + area - 1];
      return f.texts ? f.texts[v] : !f.empty ? v : v ? v - 1 : null;
    }

    // The areas of a pair in the order a reader wants them: by priority; in the open edition by the least number of
    // households without, then the most. Where the least is nothing nobody outside knows whether anyone is without:
    // such areas stand last, by cells.
    ranked(state, kommun = '') {
      const count = this.pair(state).count, all = [], of = this.fields.kommunkod;
      for (let a = 1; a <= count; a++) {
        if (!kommun || of.texts[of.values[this.pair(state).first + a - 1]] === kommun) all.push(a);
      }
      const size = this.size(state), open = (a) => {
        const least = this.value('hushall_utan_minst', state, a);
        return [-least, least ? -(this.value('hushall_utan_hogst', state, a) ?? 1e9) : 0, -size[a]];
      };
      const key = this.page.intern ? (a) => [this.value('prioritet', state, a) ?? 1e9, 0, 0] : open;
      const keys = new Map(all.map((a) => [a, key(a)]));
      return all.sort((a, b) => {
        const [x, y] = [keys.get(a), keys.get(b)];
        return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || a - b;
      });
    }

    size(state) {
      const pair = this.pair(state);
      if (!pair.size) {
        pair.size = new Uint32Array(pair.count + 1);
        for (const a of pair.area) pair.size[a + 1]++;
      }
      return pair.size;
    }

    id(state, area) {
      const k = this.pair(state).first + area - 1;
      if (this.ids[k]) return this.ids[k];
      const cell = this.members(state, area)[this.fields.namnruta.values[k]];
      return `${state.troskel}-${state.matt}-${this.facts.id(cell)}`;
    }

    // The area with an id, at its own threshold and measure, or null.
    find(id) {
      const match = /^(\d+)-([a-z]+)-\d+(?:-\d+)?$/.exec(id);
      const state = match && { troskel: Number(match[1]), matt: match[2] };
      if (!state || !this.pair(state)) return null;
      const rutid = id.split('-')[2], cell = this.facts.place(rutid), there = cell >= 0 ? this.of(state)[cell] : 0;
      if (there && this.id(state, there) === id) return { ...state, area: there };
      const pair = this.pair(state), key = Object.keys(this.ids).find((k) => this.ids[k] === id);
      return key === undefined ? null : { ...state, area: Number(key) - pair.first + 1 };
    }

    bounds(state, area) {
      return this.around(this.members(state, area));
    }

    around(cells) {
      const corners = [...cells].map((i) => this.facts.corner(i)), size = this.grid.size;
      return L.latLngBounds(corners.flatMap(([e, n]) => [
        bredband.sweref.inverse(e, n), bredband.sweref.inverse(e + size, n + size),
      ]));
    }

    kommun(state, area) {
      return this.page.kommunnamn[this.value('kommunkod', state, area)];
    }

    // A name to know it by: its kommun, and how it lies from the nearest place.
    name(state, area) {
      const members = this.members(state, area), half = this.grid.size / 2;
      const [e, n] = this.facts.corner(members[members.length >> 1]).map((x) => x + half);
      return this.where(this.kommun(state, area), e, n);
    }

    where(kommun, e, n) {
      this.points ??= this.places.map(([ort, lat, lng]) => [ort, ...bredband.sweref.forward(lat, lng)]);
      let nearest = null, least = Infinity;
      for (const [ort, x, y] of this.points) {
        const d = Math.hypot(e - x, n - y);
        if (d < least) [nearest, least] = [{ ort, x, y }, d];
      }
      if (!nearest) return kommun;
      const values = { kommun, ort: nearest.ort };
      if (least < NEAR_M) return bredband.fill(this.t.omraden_nara, values);
      const eighth = Math.round(Math.atan2(e - nearest.x, n - nearest.y) / (Math.PI / 4)) & 7;
      return bredband.fill(this.t.omraden_fran, {
        ...values, km: bredband.number(Math.round(least / 1000), 1), riktning: this.t.vaderstreck[eighth],
      });
    }

    text(name, state, area) {
      const t = this.t, number = bredband.number;
      if (name === 'kostnad_klass') return t.kostnad[this.value(name, state, area)];
      if (!this.page.intern && OPEN.includes(name)) {
        const [minst, hogst] = ['minst', 'hogst'].map((end) => this.value(`${name}_${end}`, state, area));
        return bredband.span(minst, hogst);
      }
      const v = this.value(name, state, area);
      if (v === null) return number.signs.streck;
      if (name === 'kostnad_sek') {
        const [mitt, lag, hog] = [name, 'kostnad_lag_sek', 'kostnad_hog_sek'].map(
          (part) => number(Math.round(this.value(part, state, area) / 1e4), 100),
        );
        return bredband.fill(t.omrade_kostnad_spann, { mitt, lag, hog });
      }
      const text = number(v, this.fields[name].scale);
      return KRONOR.has(name) ? bredband.fill(t.omrade_kronor, { antal: text })
        : METRES.has(name) ? bredband.fill(t.omrade_meter, { antal: text }) : text;
    }

    rows(state, area) {
      const t = this.t, k = this.pair(state).first + area - 1, codes = (this.kommuner[k] || '').split(',').filter(Boolean);
      const rows = [['rutor', t.omrade_rutor, bredband.number(this.size(state)[area], 1)]];
      rows.push(['omrade_land_ha', t.omrade_land_ha, this.text('land_ha', state, area)]);
      if (codes.length) rows.push(['kommuner', t.omrade_kommuner, codes.map((c) => this.page.kommunnamn[c] || c).join(', ')]);
      rows.push(['modellerad', t.omrade_modellerad, t[`omrade_modellerad_${this.value('modellerad', state, area)}`]]);
      for (const name of this.page.intern ? INTERNAL : OPEN) {
        if (name === 'sannolikhet' && this.value(name, state, area) === null) continue;
        rows.push([`omrade_${name}`, t[`omrade_${name}`], this.text(name, state, area)]);
      }
      return rows;
    }
  }

  bredband.areas = { decode, Areas };
})();
