// Search over names, kommun codes, cell ids and gap area ids: a combobox with a list of results. What is found, and
// that nothing is, stands at the field.
(function () {
  'use strict';
  const MOST = 8;
  const lower = (text) => text.toLocaleLowerCase('sv').trim();
  // A hyphen or several spaces are one space; E 6 is E6.
  const spaced = (text) => lower(text).replace(/[\s-]+/g, ' ').replace(/^e (?=\d)/, 'e');
  // Å, ä and ö are found by a and o as well, for those who lack the keys.
  const plain = (text) => spaced(text).normalize('NFD').replace(/\p{M}/gu, '');

  // How well a name answers: the lower the better, null not at all. What is written with its dots comes first.
  // Last come names that answer with their kommun after them.
  function rank({ key, exact, within, code, kind }, wanted, as) {
    if (kind === 'kommun' && code === wanted) return 0;
    const at = key.indexOf(wanted);
    if (at < 0) {
      const whole = within ? `${key} ${within}`.indexOf(wanted) : -1;
      return whole < 0 || whole > key.length ? null : whole === 0 ? 8 : 9;
    }
    const dots = exact.startsWith(as, at) ? 0 : 1;
    if (at === 0) return (key.length === wanted.length ? 0 : 2) + dots;
    return (key[at - 1] === ' ' ? 4 : 6) + dots;
  }

  // names: bredband.names. facts, areas: for ids. actions: onPlace(name), onCell(column, row), onArea(found).
  // -> { add(names) }
  bredband.search = function (names, facts, areas, page, texts, actions) {
    const input = document.getElementById('sok'), list = document.getElementById('sok-lista');
    const status = document.getElementById('sok-besked');
    const kommuner = Object.fromEntries(Object.entries(page.kommunnamn).map(([code, name]) => [code, plain(name)]));
    const folded = (entry) => ({
      ...entry, key: plain(entry.name), exact: spaced(entry.name), within: entry.kind === 'kommun' ? '' : kommuner[entry.code],
      go: () => actions.onPlace(entry),
    });
    const index = [], waiting = [...names]; // folded when somebody searches
    let results = [], active = -1;

    function say(text, failed = false) {
      status.textContent = text;
      status.classList.toggle('dold', !failed);
      input.toggleAttribute('aria-invalid', failed);
    }

    function byId(text) {
      const compact = text.replace(/\s/g, ''), at = facts.parse(compact), area = areas.find(compact);
      if (area) return [{ name: compact, kind: 'omrade', go: () => actions.onArea(area) }];
      if (!at || facts.at(...at) < 0) return at ? null : [];
      return [{ name: compact, kind: 'ruta', go: () => actions.onCell(...at) }];
    }

    function find(text) {
      const wanted = plain(text), as = spaced(text);
      if (!wanted) return [];
      const ids = byId(text.trim());
      if (!ids || ids.length) return ids;
      const found = [];
      index.push(...waiting.splice(0).map(folded));
      index.forEach((entry, k) => {
        const r = rank(entry, wanted, as);
        if (r !== null) found.push({ entry, r, k });
      });
      return found.sort((a, b) => a.r - b.r || a.k - b.k).slice(0, MOST).map((x) => x.entry);
    }

    function mark(k) {
      active = k;
      [...list.children].forEach((li, i) => li.setAttribute('aria-selected', String(i === k)));
      if (k >= 0) {
        input.setAttribute('aria-activedescendant', list.children[k].id);
        list.children[k].scrollIntoView({ block: 'nearest' });
      } else input.removeAttribute('aria-activedescendant');
    }

    function close() {
      list.hidden = true;
      input.setAttribute('aria-expanded', 'false');
      mark(-1);
    }

    function draw() {
      const found = find(input.value), asked = input.value.trim() !== '';
      results = found || [];
      const rows = results.map(({ name, kind, code }, k) => {
        const li = bredband.element('li'), kommun = kind === 'kommun' ? '' : page.kommunnamn[code];
        li.id = `sok-${k}`;
        li.setAttribute('role', 'option');
        const what = kommun ? bredband.fill(texts.sok_i, { slag: texts[`sok_${kind}`], kommun }) : texts[`sok_${kind}`];
        li.append(bredband.element('span', name), Object.assign(bredband.element('span', what), { className: 'not' }));
        return li;
      });
      list.replaceChildren(...rows);
      list.hidden = !rows.length;
      input.setAttribute('aria-expanded', String(rows.length > 0));
      mark(rows.length ? 0 : -1);
      if (!asked) say('');
      else if (rows.length) say(bredband.fill(texts.sok_antal, { antal: rows.length }));
      else say(found ? bredband.fill(texts.sok_tomt, { text: input.value.trim() }) : texts.sok_utanfor, true);
    }

    function take(k) {
      const chosen = results[k];
      if (!chosen) return;
      input.value = chosen.name;
      close();
      say('');
      chosen.go();
    }

    input.addEventListener('input', draw);
    input.addEventListener('focus', () => { if (input.value) input.select(); });
    input.addEventListener('blur', close);
    input.addEventListener('keydown', (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) {
        if (list.hidden) draw();
        else mark((active + step + results.length) % results.length);
      } else if (event.key === 'Enter') {
        if (list.hidden) draw();
        if (active >= 0) take(active);
      } else if (event.key === 'Escape' && !list.hidden) close();
      else return;
      event.preventDefault();
    });
    // The field keeps the focus; what is chosen is chosen when the finger lets go, so that it can be thought better of.
    list.addEventListener('mousedown', (event) => event.preventDefault());
    list.addEventListener('click', (event) => {
      const li = event.target.closest('li');
      if (li) take([...list.children].indexOf(li));
    });

    return {
      add(more) {
        waiting.push(...more);
        // What is being asked for is answered anew.
        if (!list.hidden || input.hasAttribute('aria-invalid')) draw();
      },
    };
  };
})();
