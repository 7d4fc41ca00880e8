// The table of gap areas: as many as the reader asks for, each with a button that shows it on the map.
(function () {
  'use strict';
  const PAGE = 10;
  const COLUMNS = {
    intern: ['prioritet', 'rutor', 'hushall_utan', 'adresser_klassade', 'kostnad_sek', 'kostnad_per_hushall_sek', 'schakt_m'],
    oppen: ['rutor', 'adresser', 'hushall_utan', 'kostnad_klass'],
  };

  // onChoose(area): shows an area on the map.
  bredband.areaList = function (areas, page, texts, onChoose) {
    const table = document.getElementById('omradestabell'), more = document.getElementById('omraden-fler');
    const filter = document.getElementById('omraden-kommun'), { element, number } = bredband;
    const columns = COLUMNS[page.intern ? 'intern' : 'oppen'];
    let state = null, shown = PAGE, ranked = [], ranking = '';

    filter.append(Object.assign(element('option', texts.omraden_alla), { value: '' }));
    const named = Object.entries(page.kommunnamn).sort((a, b) => a[1].localeCompare(b[1], 'sv'));
    for (const [code, name] of named) filter.append(Object.assign(element('option', name), { value: code }));

    const head = table.tHead.insertRow();
    for (const name of ['namn', ...columns]) {
      const text = name === 'namn' ? texts.omraden_namn : texts[`omrade_${name}`];
      head.append(Object.assign(element('th', text), { scope: 'col' }));
    }

    function row(area) {
      const tr = element('tr'), th = Object.assign(element('th'), { scope: 'row' });
      const button = Object.assign(element('button', areas.name(state, area)), { type: 'button', className: 'lank' });
      button.addEventListener('click', () => onChoose(area));
      th.append(button);
      tr.append(th, ...columns.map((name) => element(
        'td', name === 'rutor' ? number(areas.size(state)[area], 1) : areas.text(name, state, area), name,
      )));
      return tr;
    }

    function draw() {
      const rows = ranked.slice(0, shown), body = table.tBodies[0];
      body.replaceChildren(...rows.map(row));
      table.caption.textContent = !ranked.length ? texts.omraden_inga : bredband.fill(
        page.intern ? texts.omraden_caption_prio : texts.omraden_caption,
        {
          antal: number(ranked.length, 1), visade: number(rows.length, 1), troskel: number(state.troskel, 1),
          matt: texts.matt_namn[state.matt].toLowerCase(),
        },
      );
      more.hidden = shown >= ranked.length;
    }

    function follow(now) {
      const wanted = `${now.matt}-${now.troskel}-${filter.value}`;
      state = now;
      if (wanted === ranking) return;
      ranking = wanted;
      shown = PAGE;
      // Not within the recolouring itself, nor before the first picture: the reader looks at the map first.
      bredband.pictured.then(() => setTimeout(() => {
        if (wanted !== ranking) return;
        ranked = areas.ranked(state, filter.value);
        draw();
      }));
    }

    filter.addEventListener('change', () => follow(state));
    more.addEventListener('click', () => {
      const from = shown;
      shown += 2 * PAGE;
      draw();
      table.tBodies[0].rows[from].querySelector('button').focus();
    });
    return { follow };
  };
})();
