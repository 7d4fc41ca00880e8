// bredband.sortable(table): sorts by the buttons in its headings. A cell's data-v, where it has one, is its value.
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

  window.bredband = window.bredband || {};
  window.bredband.sortable = function (table) {
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
  };
})();
