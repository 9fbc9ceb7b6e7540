// The wall comes in softly: a blurred memory of each picture until the picture itself is there.
import { paintBlurhash } from "./blurhash.js";

/** @param {HTMLAnchorElement} frame */
function welcome(frame) {
  const picture = /** @type {HTMLImageElement | null} */ (frame.querySelector("img"));
  if (!picture || picture.complete || frame.querySelector("canvas")) return;
  const memory = document.createElement("canvas");
  if (paintBlurhash(memory, frame.dataset.blurhash ?? "")) picture.before(memory);
  picture.classList.add("is-coming");
  const arrived = () => {
    picture.classList.remove("is-coming");
    setTimeout(() => memory.remove(), 200);
  };
  picture.addEventListener("load", arrived, { once: true });
  picture.addEventListener("error", arrived, { once: true });
}

/** @param {ParentNode} room */
function welcomeAll(room) {
  for (const frame of room.querySelectorAll("a.frame")) welcome(/** @type {HTMLAnchorElement} */ (frame));
}

welcomeAll(document);
document.body.addEventListener("htmx:afterSettle", () => welcomeAll(document));
