// What a sum of money reaches: a slider, the answer, and the list of projects in the order they are built in.
(function () {
  'use strict';
  const PAGE = 15, MILLION = 1e6;
  // Kronor of the slider's steps, millions: as fine as they are large.
  const STEPS = [
    ...Array.from({ length: 20 }, (_, k) => k + 1), ...Array.from({ length: 16 }, (_, k) => 25 + 5 * k),
    ...Array.from({ length: 16 }, (_, k) => 125 + 25 * k), ...Array.from({ length: 10 }, (_, k) => 600 + 100 * k),
  ];
  const FIRST = 10;

  // onChoose(project): shows a project on the map.
  bredband.projectList = function (projects, page, texts, onChoose) {
    const $ = (id) => document.getElementById(id), { element, fill, number } = bredband;
    const slider = $('plan-reglage'), sum = $('plan-summa'), stop = $('plan-stopp'), filter = $('plan-kommun');
    const table = $('projekttabell'), more = $('projekt-fler'), answer = $('plan-svar');
    const COLUMNS = ['nr', 'namn', 'per_miljon', 'hushall', 'kostnad', 'ack_kostnad', 'ack_hushall', 'byggs', ...(page.intern ? ['i_plan'] : [])];
    let state = null, plan = null, rows = [], shown = PAGE, by = 'nr', down = false;

    slider.max = STEPS.length - 1;
    slider.value = STEPS.indexOf(FIRST);
    sum.value = FIRST;
    if (stop && page.plan.stoppris !== null) stop.value = page.plan.stoppris;
    filter.append(Object.assign(element('option', texts.omraden_alla), { value: '' }));
    const named = Object.entries(page.kommunnamn).sort((a, b) => a[1].localeCompare(b[1], 'sv'));
    for (const [code, name] of named) filter.append(Object.assign(element('option', name), { value: code }));

    const million = (kronor, decimals = 1) => number(Math.round(kronor / MILLION * 10 ** decimals), 10 ** decimals);
    const homes = (i) => (page.intern ? number(Math.round(10 * projects.value('hushall_utan', i)), 10)
      : bredband.span(projects.value('hushall_utan_minst', i), projects.value('hushall_utan_hogst', i)));

    for (const name of COLUMNS) {
      const th = Object.assign(element('th'), { scope: 'col', className: name }), button = element('button', texts[`projekt_${name}`]);
      button.type = 'button';
      button.addEventListener('click', () => {
        down = by === name ? !down : ['per_miljon', 'hushall', 'byggs', 'i_plan'].includes(name);
        by = name;
        sort();
        draw();
      });
      th.append(button);
      (table.tHead.rows[0] || table.tHead.insertRow()).append(th);
    }

    // What a column is sorted by; nothing stands last either way.
    const KEYS = {
      nr: (r) => r.nr, namn: (r) => r.name, per_miljon: (r) => r.per, kostnad: (r) => projects.value('kostnad_sek', r.i),
      hushall: (r) => projects.value(projects.homes, r.i), ack_kostnad: (r) => r.cost, ack_hushall: (r) => r.most,
      byggs: (r) => Number(plan.built.has(r.i)), i_plan: (r) => projects.value('andel_i_plan', r.i),
    };

    // As project_list.py has it: the sums are those of building everything down the list, but what is above the stop price
    // or reaches nobody.
    function listed() {
      let cost = 0, least = 0, most = 0, nr = 0;
      const price = stopPrice();
      return projects.listed(state, filter.value).map((i) => {
        const kronor = projects.value('kostnad_sek', i), can = projects.payable(i, price);
        if (can) {
          cost += kronor;
          most += projects.value(projects.homes, i);
          least += page.intern ? 0 : projects.value('hushall_utan_minst', i);
        }
        const per = !page.intern ? projects.value('hushall_per_miljon', i) : kronor ? projects.value('hushall_utan', i) / kronor * MILLION : null;
        return { i, nr: ++nr, name: projects.names[i], per, can, cost: can ? cost : null, least, most: can ? most : null };
      });
    }

    function sort() {
      const key = KEYS[by];
      rows.sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (x === null || y === null) return (x === null) - (y === null) || a.nr - b.nr;
        const order = typeof x === 'string' ? x.localeCompare(y, 'sv') : x - y;
        return (down ? -order : order) || a.nr - b.nr;
      });
    }

    function row(r) {
      const { value } = projects, dash = number.signs.streck, tr = element('tr'), th = Object.assign(element('th'), { scope: 'row' });
      const cost = value.call(projects, 'kostnad_sek', r.i), built = plan.built.has(r.i);
      const button = Object.assign(element('button', r.name), { type: 'button', className: 'lank' });
      button.addEventListener('click', () => onChoose(r.i));
      const said = [page.kommunnamn[projects.value('kommunkod', r.i)], texts[`omrade_modellerad_${projects.value('modellerad', r.i)}`]];
      th.append(button, Object.assign(element('span', ` ${said.join(', ')}`), { className: 'not' }));
      const kronor = cost === null ? dash : fill(texts.projekt_spann, {
        mitt: million(cost), lag: million(projects.value('kostnad_lag_sek', r.i)), hog: million(projects.value('kostnad_hog_sek', r.i)),
      });
      const cells = {
        nr: number(r.nr, 1), per_miljon: r.per === null ? dash : number(Math.round(10 * r.per), 10), hushall: homes(r.i), kostnad: kronor,
        ack_kostnad: r.can ? million(r.cost) : projects.over(r.i, stopPrice()) ? texts.projekt_stopp : dash,
        ack_hushall: !r.can ? dash : page.intern ? number(Math.round(r.most), 1) : bredband.span(r.least, r.most),
        byggs: built ? texts.projekt_ja : dash,
        i_plan: page.intern ? number(Math.round(100 * projects.value('andel_i_plan', r.i)), 1) : '',
      };
      tr.className = built ? 'byggs' : '';
      tr.append(...COLUMNS.map((name) => (name === 'namn' ? th : element('td', cells[name], name))));
      return tr;
    }

    function draw() {
      [...table.tHead.rows[0].cells].forEach((th, k) => {
        if (COLUMNS[k] === by) th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        else th.removeAttribute('aria-sort');
      });
      const some = rows.slice(0, shown);
      table.tBodies[0].replaceChildren(...some.map(row));
      table.caption.textContent = !rows.length ? texts.projekt_inga : fill(texts.projekt_caption, {
        antal: number(rows.length, 1), visade: number(some.length, 1), troskel: number(state.troskel, 1),
        matt: texts.matt_namn[state.matt].toLowerCase(),
      });
      more.hidden = shown >= rows.length;
    }

    const budget = () => Math.max(0, Number(sum.value) || 0) * MILLION;
    const stopPrice = () => (stop ? (stop.value === '' ? Infinity : Number(stop.value)) : Infinity);

    function tell() {
      const kommun = filter.value, place = kommun ? page.kommunnamn[kommun] : page.lan, count = plan.built.size;
      const named = {
        summa: million(budget(), Number.isInteger(Number(sum.value)) ? 0 : 1), projekt: number(count, 1), plats: place,
        vad: fill(texts.mening_vad[state.matt], { troskel: number(state.troskel, 1) }),
        kostnad: million(plan.kostnad_sek), lag: million(plan.kostnad_lag_sek), hog: million(plan.kostnad_hog_sek),
        utan: page.jamfor[kommun || 'lan'][projects.grid.level(state).kod][2],
      };
      if (page.intern) {
        const two = (x) => (x === null ? number.signs.streck : number(Math.round(100 * x), 100));
        named.hushall = number(Math.round(10 * plan.hushall_utan), 10);
        [named.fore, named.efter] = [0, plan.hushall_utan].map((x) => two(projects.share(state, kommun, x)));
      } else {
        // The ends are those of classes: told no finer than tens.
        named.hushall = bredband.span(10 * Math.floor(plan.hushall_utan_minst / 10), 10 * Math.ceil(plan.hushall_utan_hogst / 10));
      }
      answer.textContent = fill(count ? texts[page.intern ? 'plan_svar_intern' : 'plan_svar'] : texts.plan_inget, named);
      slider.setAttribute('aria-valuetext', fill(texts.plan_miljoner, { summa: named.summa }));
    }

    // listing: the list is another, not only what is built of it.
    function follow(now, listing = true) {
      state = now;
      plan = projects.plan(state, { budget: budget(), stop: stopPrice(), kommun: filter.value });
      if (listing) {
        rows = listed();
        shown = PAGE;
        sort();
      } else if (by === 'byggs') sort();
      tell();
      draw();
    }

    slider.addEventListener('input', () => {
      sum.value = STEPS[slider.value];
      follow(state, false);
    });
    sum.addEventListener('input', () => {
      const near = STEPS.reduce((a, b) => (Math.abs(b - sum.value) < Math.abs(a - sum.value) ? b : a));
      slider.value = STEPS.indexOf(near);
      follow(state, false);
    });
    for (const control of [filter, stop]) control?.addEventListener('input', () => follow(state));
    more.addEventListener('click', () => {
      const from = shown;
      shown += 4 * PAGE;
      draw();
      table.tBodies[0].rows[from].querySelector('button').focus();
    });
    return { follow };
  };
})();
