// The card of a kommun: its share, the households without, its place, the goal, the län and the year before.
(function () {
  'use strict';

  class Card {
    constructor(grid, page, texts) {
      Object.assign(this, { grid, page, t: texts });
    }

    // What who has the level has, in a sentence.
    what(state) {
      return bredband.fill(this.t.mening_vad[state.matt], { troskel: bredband.number(state.troskel, 1) });
    }

    // A goal is held against the measure it is written in, whichever is shown; its text says which.
    goal(own, state) {
      const { kod } = this.grid.level(state), goals = this.page.jamfor.mal;
      const same = this.grid.levels.filter((level) => level.troskel === state.troskel).map((level) => level.kod);
      const key = [kod, ...same].find((code) => code in goals);
      const none = bredband.fill(this.t.fakta_jamfor_inget_mal, { troskel: bredband.number(state.troskel, 1) });
      return key ? `${goals[key]}. ${this.t.mal_har}: ${own[key][0]}. ${own[key][1]}.` : none;
    }

    rows(code, state) {
      const t = this.t, own = this.page.jamfor[code], { kod } = this.grid.level(state), [, , without, place, since] = own[kod];
      return [
        ['jamfor_utan', t.kort_utan, without],
        ...(place ? [['jamfor_plats', t.kort_plats_ord, place]] : []),
        ['jamfor_ar', t.kort_ar, since || t.kort_ar_saknas],
        ['jamfor_lan', t.kort_lan, this.page.jamfor.lan[kod][0]],
        ['jamfor_mal', t.kort_mal, this.goal(own, state)],
      ];
    }

    sentence(code, state) {
      const share = this.page.jamfor[code][this.grid.level(state).kod][0];
      return `${share} ${bredband.fill(this.t.kort_andel, { vad: this.what(state) })}`;
    }

    // The kommun's own page lies beside the open map.
    link(code) {
      if (this.page.intern) return [];
      const link = Object.assign(bredband.element('a', this.t.kort_lank), { href: `kommuner/${code}${this.t.sprak === 'en' ? '.en' : ''}.html` }), p = bredband.element('p');
      p.append(link);
      return [p];
    }

    // -> elements; title: false where the name stands above.
    show(code, state, title = true) {
      const { element } = bredband, share = this.page.jamfor[code][this.grid.level(state).kod][0];
      const big = Object.assign(element('p'), { className: 'kort-andel' });
      const of = element('span', bredband.fill(this.t.kort_andel, { vad: this.what(state) }));
      big.append(Object.assign(element('span', share, 'jamfor_kommun'), { className: 'tal' }), ' ', of);
      const head = title ? [element('h4', this.page.kommunnamn[code])] : [];
      return [...head, big, bredband.list(this.rows(code, state)), ...this.link(code)];
    }

    // A name that was searched for: the kommun it is, or lies in.
    place(place, state) {
      if (place.kind === 'kommun') return this.show(place.code, state);
      return [...this.head(place, this.t.kort_ort), ...this.show(place.code, state)];
    }

    // What was searched for, and what the answer is of.
    head({ name, kind, code }, note) {
      const { element, fill } = bredband, kommun = this.page.kommunnamn[code];
      const head = element('h4', fill(this.t.kort_rubrik, { namn: name, slag: this.t[`sok_${kind}`], kommun }));
      return [head, Object.assign(element('p', note), { className: 'not' })];
    }
  }

  bredband.Card = Card;
})();
