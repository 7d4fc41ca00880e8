// The table of kommuner: sorts by a column, follows the map's threshold and measure. Works without a map.
(function () {
  'use strict';

  bredband.table = function (table) {
    bredband.sortable(table);
    return {
      follow(level, caption) {
        table.dataset.visa = level;
        table.caption.textContent = caption;
      },
    };
  };
})();
