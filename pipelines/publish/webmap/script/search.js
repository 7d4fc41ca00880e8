// Search over kommuner, places, cell ids and gap area ids: a combobox with a list of results.
(function () {
  'use strict';
  const MOST = 8;
  // Å, ä and ö are found by a and o as well, for those who lack the keys.
  const plain = (text) => text.toLocaleLowerCase('sv').normalize('NFD').replace(/\p{M}/gu, '');

  // shapes: names with places. facts, areas: for ids. onPlace({ lat, lng, zoom, bounds }), onCell(column, row), onArea(found).
  bredband.search = function (shapes, facts, areas, texts, actions) {
    const input = document.getElementById('sok'), list = document.getElementById('sok-lista');
    const say = (text) => { document.getElementById('meddelande').textContent = text; };
    const index = [
      ...shapes.kommuner.map(([name, lat, lng, bounds]) => ({ name, kind: 'kommun', go: () => actions.onPlace({ lat, lng, bounds }) })),
      ...shapes.orter.map(([name, lat, lng]) => ({ name, kind: 'ort', go: () => actions.onPlace({ lat, lng, zoom: 13 }) })),
    ].map((entry) => ({ ...entry, key: plain(entry.name) }));
    let results = [], active = -1;

    function byId(text) {
      const compact = text.replace(/\s/g, ''), at = facts.parse(compact), area = areas.find(compact);
      if (area) return [{ name: compact, kind: 'omrade', go: () => actions.onArea(area) }];
      if (!at) return [];
      if (facts.at(...at) < 0) return [{ name: texts.sok_utanfor, kind: '', go: null }];
      return [{ name: compact, kind: 'ruta', go: () => actions.onCell(...at) }];
    }

    function find(text) {
      const wanted = plain(text.trim());
      if (!wanted) return [];
      const ids = byId(text.trim());
      if (ids.length) return ids;
      const starts = [], words = [], within = [];
      for (const entry of index) {
        const at = entry.key.indexOf(wanted);
        if (at === 0) starts.push(entry);
        else if (at > 0) (/[\s-]/.test(entry.key[at - 1]) ? words : within).push(entry);
      }
      return [...starts, ...words, ...within].slice(0, MOST);
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
      results = find(input.value);
      const asked = input.value.trim() !== '';
      const rows = results.map(({ name, kind }, k) => {
        const li = bredband.element('li'), text = bredband.element('span', name);
        Object.assign(li, { id: `sok-${k}` });
        li.setAttribute('role', 'option');
        li.append(text);
        if (kind) li.append(Object.assign(bredband.element('span', texts[`sok_${kind}`]), { className: 'not' }));
        return li;
      });
      list.replaceChildren(...rows);
      list.hidden = !rows.length;
      input.setAttribute('aria-expanded', String(rows.length > 0));
      mark(rows.length ? 0 : -1);
      say(!asked ? '' : rows.length ? bredband.fill(texts.sok_antal, { antal: rows.length }) : texts.sok_tomt);
    }

    function take(k) {
      const chosen = results[k];
      if (!chosen || !chosen.go) return;
      input.value = chosen.name;
      close();
      say('');
      chosen.go();
    }

    input.addEventListener('input', draw);
    input.addEventListener('focus', () => { if (input.value) input.select(); });
    input.addEventListener('blur', () => setTimeout(close, 150));
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
    // Before the input loses focus.
    list.addEventListener('pointerdown', (event) => {
      event.preventDefault();
      const li = event.target.closest('li');
      if (li) take([...list.children].indexOf(li));
    });
  };
})();
