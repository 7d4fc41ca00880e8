// A cell's facts as text: rows for the panel. Everything is set with textContent.
(function () {
  'use strict';

  const { fill, number, element, list } = bredband;

  class Facts {
    constructor(grid, page, texts) {
      Object.assign(this, { grid, page, t: texts, card: new bredband.Card(grid, page, texts) });
    }

    text(name, i) {
      const f = this.grid.fields[name];
      return f.texts ? f.texts[f.values[i]] : number(f.values[i], f.scale);
    }

    // Easting and northing of the cell's south-west corner.
    corner(i) {
      const g = this.grid;
      return [(g.column0 + Math.floor(g.place[i] / g.rows)) * g.size, (g.row0 + g.place[i] % g.rows) * g.size];
    }

    id(i) {
      const [e, n] = this.corner(i);
      return String(e).padStart(6, '0') + String(n).padStart(7, '0');
    }

    inspire(i) {
      const [e, n] = this.corner(i);
      return `SE_CRS3006RES${this.grid.size}mN${n}E${e}`;
    }

    // Column and row of a cell id, SCB's or Inspire's; null when it is neither.
    parse(id) {
      const scb = /^(\d{6})(\d{7})$/.exec(id), g = this.grid;
      const inspire = new RegExp(`^(?:SE_)?CRS3006RES${g.size}mN(\\d{7})E(\\d{6})$`, 'i').exec(id);
      const [e, n] = scb ? [Number(scb[1]), Number(scb[2])] : inspire ? [Number(inspire[2]), Number(inspire[1])] : [NaN, NaN];
      return e % g.size || n % g.size || Number.isNaN(e) ? null : [e / g.size - g.column0, n / g.size - g.row0];
    }

    at(column, row) {
      const g = this.grid, inside = column >= 0 && row >= 0 && column < g.columns && row < g.rows;
      return inside ? g.lookup[column * g.rows + row] : -1;
    }

    // The cell's place in the arrays, below 0 where there is none.
    place(id) {
      const at = this.parse(id);
      return at ? this.at(...at) : -1;
    }

    kommun(i) {
      return this.page.kommunnamn[this.text('kommunkod', i)];
    }

    // The code of the kommun at a point of the grid; '' where there is no cell.
    kommunAt([u, v]) {
      const i = this.at(Math.floor(u), Math.floor(v));
      return i < 0 ? '' : this.text('kommunkod', i);
    }

    klass(name, i) {
      return this.t.klass[this.text(name, i)];
    }

    // Every class says so of a cell without addresses.
    empty(i) {
      return this.text(this.grid.levels[0].klass, i) === 'ingen_adress';
    }

    basis(i, state) {
      const field = bredband.palette.basis(this.grid, state);
      return field.texts[field.values[i]];
    }

    // Where the cell lies, as a gap area is named: kommun, and the way from the nearest place.
    where(i) {
      const half = this.grid.size / 2, [e, n] = this.corner(i).map((x) => x + half);
      return this.areas.where(this.kommun(i), e, n);
    }

    // What holds in the cell, in one plain sentence, and what says so.
    summary(i, state) {
      const t = this.t, klass = this.text(this.grid.level(state).klass, i), vad = this.card.what(state);
      const said = [fill(t.mening[klass], { vad })], square = this.page.intern ? this.grid.size : Number(this.text('sammanslagen_m', i));
      if (this.empty(i)) return said[0];
      // Cells with too few addresses are told together with the others of a larger square.
      if (square !== this.grid.size) said.push(fill(t.fakta_sammanslagen, { m: number(square, 1) }));
      said.push(t.mening_grund[this.basis(i, state)]);
      if (this.text('planerad', i) === 'ja') said.push(t.mening_planerad);
      return said.filter(Boolean).join(' ');
    }

    ids(i) {
      const t = this.t, area = this.empty(i) ? 0 : this.areas.of(this.state)[i];
      return [
        ['rutid_scb', t.fakta_rutid, this.id(i)], ['rutid_inspire', t.fakta_rutid_inspire, this.inspire(i)],
        ...(area ? [['bristomrade_id', t.omrade_id_ord, this.areas.id(this.state, area)]] : []),
      ];
    }

    rows(i) {
      const t = this.t, rows = [];
      rows.push(['kommunkod', t.fakta_kommun, `${this.kommun(i)} (${this.text('kommunkod', i)})`]);
      rows.push(['omradestyp', t.fakta_omradestyp, t[`omradestyp_${this.text('omradestyp', i)}`]]);
      const shown = this.page.intern
        ? ['land_ha', 'adresser', 'befolkning', 'hushall'] : ['adresser_band'];
      for (const name of shown) rows.push([name, t[`fakta_${name}`], this.text(name, i)]);
      rows.push(['underlag', t.fakta_underlag, t.underlag[this.text('underlag', i)]]);
      rows.push(['planerad', t.fakta_planerad, t[this.text('planerad', i)]]);
      if (this.page.intern) rows.push(['basta_teknik', t.fakta_basta_teknik, t.teknik[this.text('basta_teknik', i)]]);
      return rows;
    }

    // One row a measure, one column a threshold.
    table(i) {
      const t = this.t, intern = this.page.intern, table = element('table');
      const underlag = t.underlag[this.text('underlag', i)];
      table.append(element('caption', intern ? fill(t.fakta_tabell_intern, { underlag }) : t.fakta_tabell_oppen));
      const thresholds = [...new Set(this.grid.levels.map((level) => level.troskel))];
      const head = table.createTHead().insertRow();
      for (const text of [t.fakta_hastighet, ...thresholds.map((s) => number(s, 1))]) {
        head.append(Object.assign(element('th', text), { scope: 'col' }));
      }
      const body = table.createTBody();
      for (const { text, falt } of this.page.celltabell) {
        const row = body.insertRow();
        row.append(Object.assign(element('th', text), { scope: 'row' }));
        for (const threshold of thresholds) row.append(element('td', this.short(falt[threshold], i), falt[threshold]));
      }
      return table;
    }

    // A number, or a code as short as a table wants it.
    short(name, i) {
      const { levels } = this.grid, text = this.text(name, i);
      if (levels.some((level) => level.klass === name)) return this.t.klass[text];
      return levels.some((level) => level.underlag === name) ? this.t.underlag_kort[text] : text;
    }

    // What the class was in the earlier edition, where there is one.
    before(i, state) {
      const t = this.t, field = this.grid.fields[`fore_${this.grid.level(state).klass}`];
      if (!field) return [];
      const was = field.texts[field.values[i]];
      const text = was === 'lika' ? t.fakta_fore_lika : was === 'ny' ? t.fakta_fore_ny : t.klass[was];
      return [['fore', `${t.fakta_fore} (${this.page.fore})`, text]];
    }

    report(i, state) {
      const t = this.t, values = {
        ruta: this.id(i), inspire: this.inspire(i), kommun: this.kommun(i), oversikt: this.summary(i, state), datum: this.page.nu,
      };
      const subject = encodeURIComponent(fill(t.rapport_amne, values)), body = encodeURIComponent(fill(t.rapport_text, values));
      const link = element('a', t.rapportera);
      link.href = `mailto:${encodeURIComponent(this.page.epost).replace('%40', '@')}?subject=${subject}&body=${body}`;
      link.id = 'rapportera';
      const p = element('p');
      p.append(link);
      return p;
    }

    // The gap area of the cell, with a button that shows the whole of it.
    area(i, state) {
      const t = this.t, area = this.areas.of(state)[i], title = element('h4', t.fakta_omrade);
      const values = { troskel: number(state.troskel, 1), matt: t.matt_namn[state.matt].toLowerCase() };
      if (!area) return [title, Object.assign(element('p', fill(t.fakta_omrade_inget, values)), { className: 'not' })];
      const button = Object.assign(element('button', t.fakta_visa_omrade), { type: 'button', id: 'visa-omrade' });
      button.addEventListener('click', () => this.onArea(area));
      return [title, list(this.areas.rows(state, area)), button];
    }

    // What is read aloud: where one is, and what holds there.
    say(text) {
      document.getElementById('fakta-kort').textContent = text;
    }

    // i: the cell's place in the arrays; below 0: no cell there; null: nothing chosen, or the place that was searched for.
    show(panel, i, state, place = null) {
      this.state = state;
      if (i === null && place) {
        this.say(`${place.name}. ${this.card.sentence(place.code, state)}`);
        panel.replaceChildren(...this.card.place(place, state));
      } else if (i === null || i < 0) {
        this.say(i === null ? '' : this.t.fakta_utanfor);
        panel.replaceChildren(element('p', i === null ? this.t.fakta_tom : this.t.fakta_utanfor));
      } else this.showCell(panel, i, state, place);
    }

    // place: the road that was searched for, where the cell is one of its.
    showCell(panel, i, state, place) {
      const said = this.summary(i, state), where = this.where(i), code = this.text('kommunkod', i);
      this.say([place && place.name, where, said].filter(Boolean).join('. '));
      const parts = [
        ...(place ? this.card.head(place, this.t.kort_vag) : []),
        Object.assign(element('p', said), { className: 'oversikt' }), element('p', fill(this.t.fakta_plats, { plats: where })),
        list([...this.rows(i), ...this.before(i, state)]),
      ];
      if (!this.empty(i)) {
        const wrap = Object.assign(element('div'), { className: 'rullbar' });
        wrap.append(this.table(i));
        parts.push(wrap, ...this.area(i, state));
      }
      const ids = [element('h4', this.t.fakta_id), list(this.ids(i))];
      panel.replaceChildren(...parts, ...this.card.show(code, state), this.report(i, state), ...ids);
    }
  }

  bredband.Facts = Facts;
})();
