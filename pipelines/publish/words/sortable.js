// bredband.sortable(table): sorts by its headings. A cell's data-v, where it has one, is its value. The headings are
// made to buttons here: without script there is nothing that only looks as if it could be pressed.
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

  function button(th) {
    if (th.hasAttribute('data-fast')) return;
    const made = document.createElement('button');
    made.type = 'button';
    made.append(...th.childNodes);
    th.append(made);
  }

  // -> { sort(th, down): by a heading, by(): the heading it is sorted by }
  window.bredband = window.bredband || {};
  window.bredband.sortable = function (table) {
    const head = table.tHead.rows[0], body = table.tBodies[0];
    const by = () => head.querySelector('[aria-sort]');

    function sort(th, down) {
      for (const other of head.cells) other.removeAttribute('aria-sort');
      th.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const rows = [...body.rows].map((row, k) => ({ row, k, v: value(row, th.cellIndex) }));
      // What has no value stands last either way.
      rows.sort((a, b) => (a.v === null || b.v === null || !down ? compare(a.v, b.v) : compare(b.v, a.v)) || a.k - b.k);
      body.append(...rows.map((x) => x.row));
    }

    for (const th of head.cells) button(th);
    head.addEventListener('click', (event) => {
      const th = event.target.closest('button')?.closest('th');
      if (th) sort(th, th.getAttribute('aria-sort') === 'ascending');
    });
    return { sort, by };
  };
})();
