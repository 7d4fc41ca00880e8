// Tables that sort, and a search that shows only the rows it finds.
(function () {
  'use strict';

  document.querySelectorAll('table.sorterbar').forEach(bredband.sortable);

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
