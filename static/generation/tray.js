// The tray: keys, seeds and shapes. Without this the form still paints.

/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement | null} */ (document.querySelector(`#tray [name="${name}"]`));

function chooseCustomSize() {
  const custom = /** @type {HTMLInputElement | null} */ (document.querySelector('#tray [name="size"][value="custom"]'));
  if (custom) custom.checked = true;
}

function showOutputs() {
  for (const output of document.querySelectorAll("#tray output[data-output]")) {
    const slider = field(output.getAttribute("for") ?? "");
    if (slider) output.textContent = Number(slider.value).toFixed(2);
  }
}

/** Bring a freshly swapped tray to life. */
export function prepareTray() {
  for (const button of document.querySelectorAll("#tray [data-shuffle]")) {
    /** @type {HTMLButtonElement} */ (button).hidden = false;
  }
  showOutputs();
}

/** @param {string} seed */
function keepSeed(seed) {
  const input = field("seed");
  if (!input) return;
  input.value = seed;
  input.focus();
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const tray = /** @type {HTMLFormElement | null} */ (document.getElementById("tray"));
  event.preventDefault();
  tray?.requestSubmit();
}

/** @param {Event} event */
function onInput(event) {
  const target = /** @type {HTMLInputElement} */ (event.target);
  if (target.name === "width" || target.name === "height") chooseCustomSize();
  if (target.type === "range") showOutputs();
}

/** @param {Event} event */
function onChange(event) {
  const target = /** @type {HTMLInputElement} */ (event.target);
  if (target.name !== "size" || target.value !== "custom") return;
  const options = document.querySelector("#tray details");
  if (options) /** @type {HTMLDetailsElement} */ (options).open = true;
  field("width")?.focus();
}

/** @param {MouseEvent} event */
function onClick(event) {
  const target = event.target instanceof Element ? event.target : null;
  const keep = target?.closest("[data-reuse-seed]");
  if (keep) {
    event.preventDefault();
    keepSeed(/** @type {HTMLElement} */ (keep).dataset.reuseSeed ?? "");
  }
  if (target?.closest("[data-shuffle]")) keepSeed("");
}

/** What was wrong with the order before says nothing about the one that goes out now. @param {Event} event */
function onSubmit(event) {
  const tray = /** @type {HTMLElement} */ (event.target);
  if (tray.id !== "tray") return;
  for (const fault of tray.querySelectorAll(".fault")) fault.remove();
  for (const input of tray.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    if (/** @type {HTMLInputElement} */ (input).type !== "range") input.removeAttribute("aria-describedby");
  }
  const options = tray.querySelector("details");
  if (options && matchMedia("(max-width: 60rem)").matches) options.open = false; // the canvas is under it there
}

/** Listen once for the life of the page. */
export function watchTray() {
  document.addEventListener("keydown", onKey);
  document.addEventListener("input", onInput);
  document.addEventListener("change", onChange);
  document.addEventListener("click", onClick);
  document.addEventListener("submit", onSubmit);
  prepareTray();
}
