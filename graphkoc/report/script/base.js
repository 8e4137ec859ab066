"use strict";
(() => {
  const root = document.documentElement;
  for (const part of document.querySelectorAll(".tools, .copy, .filters")) part.hidden = false;

  // Light, dark and paper.
  const theme = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const showTheme = () => (theme.textContent = isDark() ? theme.dataset.light : theme.dataset.dark);
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    showTheme();
  });
  system.addEventListener("change", showTheme);
  showTheme();
  document.getElementById("print").addEventListener("click", () => print());

  // What is marked data-print is on paper also where a reader has not opened it.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details[data-print]:not([open])")];
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });

  // Sentences that go into a mail. A page opened from a disk may not have the clipboard, but can copy what is selected.
  const announced = document.getElementById("announced");
  const copySelected = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    return done;
  };
  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copySelected(text);
    }
  };
  for (const button of document.querySelectorAll(".copy")) {
    const name = button.textContent;
    button.addEventListener("click", async () => {
      const done = await copy(button.previousElementSibling.textContent.trim());
      button.focus();
      if (!done) return;
      button.textContent = announced.textContent = announced.dataset.copied;
      setTimeout(() => {
        button.textContent = name;
        announced.textContent = "";
      }, 2000);
    });
  }

  // Tables. Rows that name a group stay where they are, values that are missing come last, equal ones keep their order.
  const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  const compareAs = {
    number: (a, b) => a - b,
    text: (a, b) => a.localeCompare(b, root.lang, { numeric: true }),
  };
  const sortBody = (body, column, compare, sign) => {
    const rows = [...body.rows].filter((row) => !row.querySelector("th[scope$=group]"));
    rows.sort((a, b) => {
      const [one, other] = [value(a, column), value(b, column)];
      return one && other ? sign * compare(one, other) : !one - !other;
    });
    body.append(...rows);
  };
  const sort = (table, head) => {
    const column = head.cellIndex;
    const kind = head.dataset.sort;
    const before = head.getAttribute("aria-sort");
    // Ranks and names are read from the top down, amounts from the largest.
    const first = kind === "number" && column ? "descending" : "ascending";
    const order = before ? (before === "ascending" ? "descending" : "ascending") : first;
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    for (const body of table.tBodies) sortBody(body, column, compareAs[kind], order === "ascending" ? 1 : -1);
  };
  for (const head of document.querySelectorAll("table.sortable th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head.closest("table"), head));
    head.append(button);
  }

  // Filters: of the rows of the table that data-for names, those stay whose data-find has every word that is typed,
  // and whose data-NAME has the value that is chosen in the list with that data-filter.
  const filter = (form) => {
    const words = form.querySelector("[data-find]")?.value.toLowerCase().split(/\s+/).filter(Boolean) ?? [];
    const lists = [...form.querySelectorAll("select[data-filter]")].filter((list) => list.value);
    const rows = [...document.getElementById(form.dataset.for).querySelectorAll("[data-find]")];
    const fits = (row) =>
      words.every((word) => row.dataset.find.toLowerCase().includes(word)) &&
      lists.every((list) => row.dataset[list.dataset.filter].split("|").includes(list.value));
    for (const row of rows) row.hidden = !fits(row);
    const found = form.querySelector(".found");
    const shown = rows.filter((row) => !row.hidden).length;
    const write = (n) => n.toLocaleString(root.lang);
    found.textContent = found.dataset.text.replace("{n}", write(shown)).replace("{all}", write(rows.length));
  };
  const forms = [...document.querySelectorAll(".filters")];
  for (const form of forms) form.addEventListener("input", () => filter(form));
  const clear = (form) => {
    for (const field of form.querySelectorAll("[data-find], select")) field.value = "";
    filter(form);
  };

  // Links: what a filter hides or a closed box holds is shown before the reader is taken there.
  const reveal = (hash) => {
    const target = document.getElementById(hash.slice(1));
    if (!target) return;
    const hidden = target.closest("[data-find][hidden]");
    if (hidden) clear(forms.find((form) => document.getElementById(form.dataset.for).contains(hidden)));
    let moved = Boolean(hidden);
    for (let box = target.closest("details:not([open])"); box; box = box.parentElement.closest("details:not([open])")) {
      box.open = true;
      moved = true;
    }
    if (moved) target.scrollIntoView();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) reveal(link.getAttribute("href"));
  });
  addEventListener("hashchange", () => reveal(location.hash));
  reveal(location.hash);
})();
