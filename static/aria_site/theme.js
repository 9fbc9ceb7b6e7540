// Day or night before the first paint. The key and its words are those of Django's admin, so that one switch serves both.
"use strict";

(() => {
  const root = document.documentElement;
  const night = window.matchMedia("(prefers-color-scheme: dark)");

  /** @returns {"light" | "dark" | "auto"} */
  function remembered() {
    try {
      const theme = localStorage.getItem("theme");
      return theme === "light" || theme === "dark" ? theme : "auto";
    } catch {
      return "auto"; // storage is refused in some private windows
    }
  }

  /** @param {"light" | "dark" | "auto"} theme */
  function apply(theme) {
    root.dataset.theme = theme;
  }

  function isNight() {
    return root.dataset.theme === "auto" ? night.matches : root.dataset.theme === "dark";
  }

  /** @param {HTMLButtonElement} button */
  function describe(button) {
    button.setAttribute("aria-pressed", String(isNight()));
  }

  apply(remembered());

  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("button[data-theme-switch]")) {
      button.hidden = false;
      describe(button);
      button.addEventListener("click", () => {
        const chosen = isNight() ? "light" : "dark";
        // Choosing what the system says anyway means: follow the system again.
        const theme = (chosen === "dark") === night.matches ? "auto" : chosen;
        apply(theme);
        try {
          localStorage.setItem("theme", theme);
        } catch {
          // the choice holds until the page is left
        }
        describe(button);
      });
      night.addEventListener("change", () => describe(button));
    }
  });
})();
