// The table of kommuner: sorts by a column, follows the map's threshold and measure. Works without a map.
(function () {
  'use strict';

  bredband.table = function (table) {
    const { sort, by } = bredband.sortable(table), head = table.tHead.rows[0];

    // The columns of another level are other columns: the table is sorted by the one that now stands for the same,
    // or by name where the level has none.
    function resort(level) {
      const now = by(), kind = now.dataset.slag;
      if (!kind || now.classList.contains(level)) return;
      const same = [...head.cells].find((th) => th.dataset.slag === kind && th.classList.contains(level));
      sort(same || head.cells[0], Boolean(same) && now.getAttribute('aria-sort') === 'descending');
    }

    return {
      follow(level, caption) {
        table.dataset.visa = level;
        table.caption.textContent = caption;
        resort(level);
      },
    };
  };
})();
