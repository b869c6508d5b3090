"use strict";
(() => {
  const form = document.querySelector("form");
  const search = document.getElementById("filter");
  const shown = document.getElementById("shown");
  const cards = Array.from(document.querySelectorAll(".card"), (card) => ({
    card,
    row: document.querySelector(`[data-of="${card.id}"]`),
    text: card.textContent.toLowerCase(),
  }));
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const state = form.elements.state.value;
    let count = 0;
    for (const { card, row, text } of cards) {
      const fits = state === "all" || card.dataset.state === state || (state === "open" && card.dataset.state === "overdue");
      const visible = fits && words.every((word) => text.includes(word));
      card.hidden = !visible;
      if (row) row.hidden = !visible;
      count += visible ? 1 : 0;
    }
    shown.textContent = `${count} of ${cards.length} shown`;
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  const theme = document.querySelector(".theme");
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";
  const label = () => { theme.textContent = isDark() ? "Light colors" : "Dark colors"; };
  theme.addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    label();
  });
  system.addEventListener("change", label);
  label();
  apply();
})();
