"use strict";
// The titles of sortable tables become buttons: the first press sorts upwards, the next downwards.
for (const table of document.querySelectorAll("table.sortable")) {
  const titles = [...table.tHead.rows[0].cells];
  titles.forEach((title, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title.textContent;
    button.addEventListener("click", () => {
      const up = title.getAttribute("aria-sort") !== "ascending";
      titles.forEach((other) => other.removeAttribute("aria-sort"));
      title.setAttribute("aria-sort", up ? "ascending" : "descending");
      sort(table.tBodies[0], column, up ? 1 : -1);
    });
    title.replaceChildren(button);
  });
}

// Columns of numbers by size, texts by the alphabet; empty cells last in both directions.
function sort(body, column, direction) {
  const rows = [...body.rows].map((row) => {
    const cell = row.cells[column];
    const text = cell.dataset.value ?? cell.textContent.trim();
    return { row, text, number: parseFloat(text.replace("\u2212", "-")) };
  });
  const isNumber = body.rows[0]?.cells[column].classList.contains("number");
  const full = rows.filter(({ text }) => text !== "");
  const numbers = isNumber && full.every(({ number }) => !Number.isNaN(number));
  const byText = (a, b) => a.text.localeCompare(b.text, "en", { numeric: true });
  full.sort((a, b) => direction * (numbers ? a.number - b.number : byText(a, b)));
  const empty = rows.filter(({ text }) => text === "");
  body.append(...[...full, ...empty].map(({ row }) => row));
}
