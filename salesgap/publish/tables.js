/* The tables of one section: a click on a header sorts, a button copies as tab-separated text.

   Every line ends where a statement may: the lines are joined when the section is shown. */
((section) => {
  const {compare} = new Intl.Collator(undefined, {numeric: true});
  const plain = (cell) => cell.innerText.replace(/[\u2066-\u2069]/g, "").replace(/\s+/g, " ").trim();

  /* A value, else the text. What is missing comes last, whichever way the column is sorted. */
  const value = (cell) => cell.dataset.v ? +cell.dataset.v : plain(cell);
  const kind = (key) => key.toFixed ? 0 : /^–?$/.test(key) ? 2 : 1;
  const sorted = (rows, column, sign) => {
    const keyed = rows.map((row) => [value(row.cells[column]), row]);
    keyed.sort(([a], [b]) => kind(a) - kind(b) || sign * (a.toFixed ? a - b : compare(a, b)));
    return keyed.map(([, row]) => row);
  };

  const button = (content, act) => {
    const made = document.createElement("button");
    made.append(...content);
    made.onclick = act;
    made.dataset.lmSuppressShortcuts = true;
    return made;
  };

  /* Ascending, descending, then as the pack has it. */
  const next = {ascending: "descending", descending: "none"};
  const sortable = (head, heads, body, rows) => head.append(button(head.childNodes, () => {
    const way = next[head.ariaSort] || "ascending";
    for (const one of heads) one.ariaSort = one === head ? way : null;
    body.append(...way === "none" ? rows : sorted(rows, head.cellIndex, way === "ascending" ? 1 : -1));
  }));

  /* No cell can be taken for a formula, or for the start of a quotation. */
  const line = (row) => [...row.cells].map((cell) => plain(cell).replace(/^[-=+@"]/, "'$&")).join("\t");
  const copy = (table) => button(["Copy"], (event) => {
    const text = [...table.rows].map(line).join("\n");
    navigator.clipboard.writeText(text).then(() => { event.target.textContent = "Copied"; });
  });

  for (const table of section.querySelectorAll("table")) {
    const body = table.tBodies[0], rows = [...body.rows], heads = table.tHead.rows[0].cells;
    for (const head of heads) sortable(head, heads, body, rows);
    if (navigator.clipboard) table.before(copy(table));
  }
})(document.currentScript.parentNode);
