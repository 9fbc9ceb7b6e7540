// The artwork page: arrow keys walk along the wall, one button copies the recipe.

/** @param {string} way */
function walk(way) {
  const link = /** @type {HTMLAnchorElement | null} */ (document.querySelector(`.beside a[rel="${way}"]`));
  link?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "ArrowLeft") walk("prev");
  if (event.key === "ArrowRight") walk("next");
});

for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.getElementById(/** @type {HTMLButtonElement} */ (button).dataset.copy ?? "");
  const word = button.querySelector("span");
  if (!navigator.clipboard || !source || !word) continue;
  /** @type {HTMLButtonElement} */ (button).hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(JSON.stringify(JSON.parse(source.textContent ?? ""), null, 2));
      word.textContent = "Copied";
    } catch {
      word.textContent = "The browser refused. Select the table instead.";
    }
  });
}
