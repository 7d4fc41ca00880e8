// A cell's facts as text: rows for the panel. Everything is set with textContent.
(function () {
  'use strict';
  const THRESHOLDS = [30, 100, 1000], THIN = '\u202f';

  function fill(text, values) {
    return text.replace(/\{(\w+)\}/g, (all, key) => (key in values ? values[key] : all));
  }

  // A whole number of 1 / scale as Swedes write it: 12 345,6.
  function number(scaled, scale) {
    const digits = scale > 1 ? String(scale).length - 1 : 0;
    const text = String(scaled).padStart(digits + 1, '0');
    const whole = digits ? text.slice(0, -digits) : text;
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, THIN);
    return digits ? `${grouped},${text.slice(-digits)}` : grouped;
  }

  function element(tag, text, name) {
    const made = document.createElement(tag);
    if (text !== undefined) made.textContent = text;
    if (name) made.dataset.falt = name;
    return made;
  }

  class Facts {
    constructor(grid, page, texts) {
      this.grid = grid;
      this.page = page;
      this.t = texts;
    }

    text(name, i) {
      const f = this.grid.fields[name];
      return f.texts ? f.texts[f.values[i]] : number(f.values[i], f.scale);
    }

    id(i) {
      const g = this.grid, column = Math.floor(g.place[i] / g.rows), row = g.place[i] % g.rows;
      return String(((g.column0 + column) * 1e7 + g.row0 + row) * g.size).padStart(13, '0');
    }

    kommun(i) {
      return this.page.kommunnamn[this.text('kommunkod', i)];
    }

    // In small cells the open edition has two classes only, and says so.
    klass(measure, threshold, i) {
      const code = this.text(`klass_${measure}_${threshold}`, i), band = this.grid.fields.adresser_band;
      const few = band && this.text('adresser_band', i) === band.texts[1];
      return this.t.klass[(few && (code === 'utan' || code === 'tackt')) ? `${code}_fa` : code];
    }

    basis(i, state) {
      const field = bredband.palette.basis(this.grid, state);
      return field.texts[field.values[i]];
    }

    summary(i, state) {
      const t = this.t, area = t[`omradestyp_${this.text('omradestyp', i)}`], kommun = this.kommun(i);
      if (this.text('klass_tillgang_100', i) === 'ingen_adress') {
        return fill(t.fakta_ingen_adress, { kommun, omradestyp: area });
      }
      return fill(t.fakta_oversikt, {
        kommun, omradestyp: area, klass: this.klass(state.matt, state.troskel, i), troskel: number(state.troskel, 1),
        matt: t[`matt_${state.matt}`].toLowerCase(), underlag: t.underlag[this.basis(i, state)],
      });
    }

    rows(i) {
      const t = this.t, rows = [['rutid_scb', t.fakta_rutid, this.id(i)]];
      rows.push(['kommunkod', t.fakta_kommun, `${this.kommun(i)} (${this.text('kommunkod', i)})`]);
      rows.push(['omradestyp', t.fakta_omradestyp, t[`omradestyp_${this.text('omradestyp', i)}`]]);
      const shown = this.page.intern
        ? ['land_ha', 'adresser', 'befolkning', 'hushall'] : ['adresser_band', 'hushall_band'];
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
      const names = intern
        ? ['hushall_utan', 'hushall_ej_passerade', 'adresser_utan', 'adresser_ej_passerade', 'befolkning_utan']
        : ['tillgang', 'passerad', 'hushall_utan'];
      const head = table.createTHead().insertRow();
      for (const text of [t.fakta_hastighet, ...THRESHOLDS.map((s) => number(s, 1))]) {
        head.append(Object.assign(element('th', text), { scope: 'col' }));
      }
      const body = table.createTBody();
      for (const name of [...names, 'underlag_tillgang']) {
        const row = body.insertRow();
        row.append(Object.assign(element('th', t[`fakta_${name}`]), { scope: 'row' }));
        for (const threshold of THRESHOLDS) row.append(this.cell(name, threshold, i));
      }
      return table;
    }

    cell(name, threshold, i) {
      if (name === 'underlag_tillgang') {
        return element('td', this.t.underlag_kort[this.text(`underlag_${threshold}`, i)], `underlag_${threshold}`);
      }
      if (name === 'tillgang' || name === 'passerad') {
        return element('td', this.klass(name, threshold, i), `klass_${name}_${threshold}`);
      }
      const field = this.page.intern ? `${name}_${threshold}` : `${name}_${threshold}_band`;
      return element('td', this.text(field, i), field);
    }

    // i: the cell's place in the arrays; below 0: no cell there; null: nothing chosen.
    show(panel, i, state) {
      if (i === null || i < 0) {
        panel.replaceChildren(element('p', i === null ? this.t.fakta_tom : this.t.fakta_utanfor));
        return;
      }
      const list = element('dl');
      for (const [name, label, value] of this.rows(i)) list.append(element('dt', label), element('dd', value, name));
      const parts = [Object.assign(element('p', this.summary(i, state)), { className: 'oversikt' }), list];
      if (this.text('klass_tillgang_100', i) !== 'ingen_adress') {
        const wrap = Object.assign(element('div'), { className: 'rullbar' });
        wrap.append(this.table(i));
        parts.push(wrap);
      }
      panel.replaceChildren(...parts);
    }
  }

  bredband.Facts = Facts;
  bredband.fill = fill;
  bredband.number = number;
  bredband.element = element;
})();
