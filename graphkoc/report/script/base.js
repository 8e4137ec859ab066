"use strict";
(() => {
  const root = document.documentElement;
  for (const part of document.querySelectorAll(".tools, .copy, .filters")) part.hidden = false;

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
})();
