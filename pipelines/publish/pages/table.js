// A table that sorts by its headings and shows only the rows a search finds.
(function () {
  'use strict';

  const value = (row, index) => {
    const cell = row.cells[index];
    return cell.dataset.v === undefined ? cell.textContent : cell.dataset.v === '' ? null : Number(cell.dataset.v);
  };

  function compare(a, b) {
    if (a === null || b === null) return (a === null) - (b === null);
    return typeof a === 'number' ? a - b : a.localeCompare(b, 'sv');
  }

  for (const table of document.querySelectorAll('table.sorterbar')) {
    const head = table.tHead.rows[0], body = table.tBodies[0];
    head.addEventListener('click', (event) => {
      const button = event.target.closest('button');
      if (!button) return;
      const th = button.closest('th'), down = th.getAttribute('aria-sort') === 'ascending';
      for (const other of head.cells) other.removeAttribute('aria-sort');
      th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows].map((row, k) => ({ row, k, v: value(row, th.cellIndex) }));
      // What has no value stands last either way.
      rows.sort((a, b) => (a.v === null || b.v === null || !down ? compare(a.v, b.v) : compare(b.v, a.v)) || a.k - b.k);
      body.append(...rows.map((x) => x.row));
    });
  }

  const search = document.getElementById('sok'), found = document.getElementById('traffar');
  if (search) {
    const rows = [...document.getElementById('kommuntabell').tBodies[0].rows];
    const plain = (text) => text.toLocaleLowerCase('sv').trim();
    const show = () => {
      const wanted = plain(search.value);
      let n = 0;
      for (const row of rows) {
        row.hidden = !(plain(row.cells[0].textContent).includes(wanted) || row.dataset.kod.startsWith(wanted));
        n += !row.hidden;
      }
      found.textContent = found.dataset.mall.replace('{n}', n).replace('{alla}', rows.length);
    };
    search.closest('.sok').hidden = false;
    search.addEventListener('input', show);
    show();
  }
})();
