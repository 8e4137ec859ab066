"use strict";
(() => {
  // A person's page opens as the target of its link, also without this. Here it becomes a dialog: the focus goes in and
  // stays, Escape closes it, and the reader is back where they were.
  const root = document.documentElement;
  const people = document.getElementById("persons");
  if (!people) return;
  const behind = [...document.body.children, ...document.getElementById("main").children].filter(
    (part) => !part.contains(people) && part.id !== "announced" && part.tagName !== "SCRIPT",
  );
  let opened = null;
  let link = null;
  let place = 0;

  const find = () => document.getElementById(location.hash.slice(1))?.closest("#persons > .person");
  const open = (person) => {
    opened = person;
    person.setAttribute("aria-modal", "true");
    person.tabIndex = -1;
    person.scrollTop = 0;
    for (const part of behind) part.inert = true;
    person.focus({ preventScroll: true });
  };
  const close = () => {
    link ??= document.querySelector(`main > :not(#persons) a[href="#${opened.id}"]`);
    opened = null;
    for (const part of behind) part.inert = false;
    scrollTo(0, place);
    link?.focus();
    link = null;
  };
  const follow = () => {
    const person = find();
    if (person) open(person);
    else if (opened) close();
  };
  const leave = () => (location.hash = "people");

  document.addEventListener("click", (event) => {
    const clicked = event.target.closest('a[href^="#person-"]');
    if (clicked && !people.contains(clicked)) [link, place] = [clicked, scrollY];
    // What is dark beside the page closes it too.
    if (opened && !opened.contains(event.target)) leave();
  });
  document.addEventListener("keydown", (event) => {
    if (!opened) return;
    if (event.key === "Escape") leave();
    if (event.key !== "Tab") return;
    const stops = [...opened.querySelectorAll("a, button")].filter((one) => one.checkVisibility());
    const [first, last] = [stops[0], stops[stops.length - 1]];
    const at = document.activeElement;
    if (event.shiftKey ? at === first || at === opened : at === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  });
  for (const button of people.querySelectorAll(".paper")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      root.classList.add("paper-of-one");
      print();
    });
  }
  addEventListener("afterprint", () => root.classList.remove("paper-of-one"));
  addEventListener("hashchange", follow);
  follow();
})();
