"use strict";
(() => {
  const root = document.documentElement;
  for (const part of document.querySelectorAll(".tools, .filters")) part.hidden = false;

  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const showTheme = () => {
    theme.textContent = isDark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", `Switch to the ${isDark() ? "light" : "dark"} theme`);
  };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    showTheme();
  });
  system.addEventListener("change", showTheme);
  showTheme();
  document.getElementById("print").addEventListener("click", () => print());

  const table = document.getElementById("leaderboard");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];

  const niche = document.getElementById("niche");
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const filter = () => {
    const wanted = find.value.trim().toLowerCase();
    let shown = 0;
    for (const row of rows) {
      const inside = !niche.value || row.dataset.niches.split(" ").includes(niche.value);
      row.hidden = !(inside && row.dataset.find.toLowerCase().includes(wanted));
      shown += !row.hidden;
    }
    found.textContent = shown === rows.length ? "" : `${shown} of the ${rows.length} people on this page`;
  };
  niche.addEventListener("change", filter);
  find.addEventListener("input", filter);

  // A link to a person whom the filter hides would lead nowhere.
  const reveal = () => {
    const row = rows.find((one) => `#${one.id}` === location.hash);
    if (!row) return;
    if (row.hidden) {
      niche.value = find.value = "";
      filter();
      row.scrollIntoView();
    }
    row.querySelector("details").open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();

  const heads = [...table.tHead.rows[0].cells];
  const sort = (head, column) => {
    const numeric = head.classList.contains("number");
    const before = head.getAttribute("aria-sort");
    // Ranks and names are read from the top down, amounts from the largest.
    const first = numeric && column ? "descending" : "ascending";
    const order = before ? (before === "ascending" ? "descending" : "ascending") : first;
    const sign = order === "ascending" ? 1 : -1;
    const value = (row) => row.cells[column].dataset.value;
    const compare = numeric ? (a, b) => value(a) - value(b) : (a, b) => value(a).localeCompare(value(b), "en", { numeric: true });
    rows.sort((a, b) => sign * compare(a, b) || a.cells[0].dataset.value - b.cells[0].dataset.value);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    body.append(...rows);
  };
  heads.forEach((head, column) => {
    if (head.classList.contains("unsorted")) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head, column));
    head.append(button);
  });
})();
