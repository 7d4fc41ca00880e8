// The table of kommuner: sorts by a column, follows the map's threshold and measure. Works without a map.
(function () {
  'use strict';

  bredband.table = function (table) {
    bredband.sortable(table);
    return {
      follow(state, caption) {
        table.dataset.visa = `${state.matt}-${state.troskel}`;
        table.caption.textContent = caption;
      },
    };
  };
})();
