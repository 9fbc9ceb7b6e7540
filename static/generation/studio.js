// The studio page: puts a live line on whatever job stands on the easel. The database, not this page, knows the truth.
import { Easel } from "./easel.js";
import { LiveJob } from "./live.js";
import { prepareTray, watchTray } from "./tray.js";

/** @type {LiveJob | null} */
let line = null;
/** @type {HTMLElement | null} */
let shown = null;
/** @type {Easel | null} */
let easel = null;

/** In these states the canvas stays; what follows them is drawn by the server. */
const UNFINISHED = new Set(["queued", "running"]);

/** Tell htmx's triggers on an element. @param {Element} element @param {string} name */
const ring = (element, name) => element.dispatchEvent(new CustomEvent(name));

/** Look at the easel again; does nothing while it is the same one. */
function look() {
  const section = document.getElementById("easel");
  if (!section || section === shown) return;
  shown = section;
  line?.close();
  line = null;
  easel = new Easel(section);
  const { job, socket } = section.dataset;
  if (job) history.replaceState(null, "", `${location.pathname}?job=${job}`);
  if (socket) line = listen(section, easel, socket);
}

/** While the job on the easel waits, it says what the queue beside it says. */
function tellOutlook() {
  if (shown?.dataset.state !== "queued") return;
  const words = document.querySelector(`[data-outlook="${shown.dataset.job}"]`);
  if (words) easel?.showWaiting(words.textContent ?? "");
}

/**
 * @param {HTMLElement} section
 * @param {Easel} easel
 * @param {string} socket
 */
function listen(section, easel, socket) {
  return new LiveJob(socket, {
    heard(message) {
      // A worker that has not yet heard of a pause tells of a step or two more.
      if (message.type === "step" && section.dataset.held === "true") return;
      if (message.type === "step") easel.showStep(message);
      else easel.showSnapshot(message);
      const state = message.type === "step" ? "running" : message.status;
      const held = String(message.type === "snapshot" && message.held);
      const changed = state !== section.dataset.state || held !== (section.dataset.held ?? "false");
      section.dataset.state = state;
      section.dataset.held = held;
      if (!UNFINISHED.has(state)) ring(section, "job-over");
      else if (changed) ring(document.body, "queue-moved");
    },
    frame: (jpeg) => void easel.drawFrame(jpeg),
    lost: () => easel.showLost(),
  });
}

/** Another picture of the job on the easel, without leaving the page. @param {MouseEvent} event */
function swapPicture(event) {
  const link = event.target instanceof Element ? event.target.closest("a[data-show]") : null;
  const picture = /** @type {HTMLImageElement | null} */ (document.querySelector("#easel img[data-picture]"));
  if (!link || !picture || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.getAttribute("aria-current") === "true") return; // a second click goes to the artwork's page
  event.preventDefault();
  picture.src = /** @type {HTMLElement} */ (link).dataset.show ?? "";
  picture.alt = link.querySelector("img")?.alt ?? "";
  picture.closest("a")?.setAttribute("href", link.getAttribute("href") ?? "");
  for (const other of document.querySelectorAll("a[data-show]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
}

/** The queue is read again whenever it moved; without this line it is read every few seconds. */
function watchQueue() {
  new LiveJob("/ws/queue/", { heard: () => ring(document.body, "queue-moved"), frame: () => {}, lost: () => {} });
}

watchTray();
watchQueue();
look();
document.addEventListener("click", swapPicture);
document.body.addEventListener("htmx:afterSettle", () => {
  prepareTray();
  look();
  tellOutlook();
});
document.body.addEventListener("htmx:responseError", () => shown && new Easel(shown).showLost());
