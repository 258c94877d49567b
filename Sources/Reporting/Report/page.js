// Sorts a table by a column when its head is pressed; once more turns the order.
document.querySelectorAll('table.sortable').forEach(function (table) {
  var heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach(function (head, column) {
    head.firstElementChild.addEventListener('click', function () {
      var down = head.getAttribute('aria-sort') === 'ascending';
      heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      var body = table.tBodies[0];
      var rows = Array.from(body.rows).map(function (row, place) {
        var cell = row.cells[column], number = cell.dataset.value;
        return {row: row, place: place, empty: cell.className === 'none',
                key: number === undefined ? cell.textContent : Number(number)};
      });
      rows.sort(function (a, b) {
        if (a.empty !== b.empty) { return a.empty ? 1 : -1; }
        var order = typeof a.key === 'number' && typeof b.key === 'number'
          ? a.key - b.key : String(a.key).localeCompare(String(b.key), 'en', {numeric: true});
        return (down ? -order : order) || a.place - b.place;
      });
      rows.forEach(function (entry) { body.appendChild(entry.row); });
    });
  });
});
