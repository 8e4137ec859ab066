(() => {
  const slider = document.getElementById("plan-budget");
  if (!slider) return;
  const budgets = [...document.querySelectorAll("#plan-budgets tbody")];
  const shown = [...document.querySelectorAll("#plan [data-figure]")];
  const steps = [...document.querySelectorAll("#plan .step")];
  const roster = [...document.querySelectorAll("#plan-roster tr[data-total]")];
  // What each budget shows is read once from the table of all budgets, so that moving the slider looks nothing up.
  const texts = budgets.map((rows) =>
    Object.fromEntries([...rows.querySelectorAll("[data-of]")].map((cell) => [cell.dataset.of, cell.textContent])),
  );
  const show = () => {
    const at = Number(slider.value);
    for (const part of shown) part.textContent = texts[at][part.dataset.figure] ?? "–";
    steps.forEach((step, number) => step.classList.toggle("on", number === at));
    for (const row of roster) row.classList.toggle("beyond", Number(row.dataset.total) > Number(budgets[at].dataset.budget));
    slider.setAttribute("aria-valuetext", texts[at].budget);
  };
  slider.disabled = false;
  slider.addEventListener("input", show);
})();
