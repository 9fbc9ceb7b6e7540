// The easel: draws frames onto the canvas, says how far the painting is, and keeps the picture before until then.

/** @typedef {import("./live.js").Snapshot} Snapshot */
/** @typedef {import("./live.js").Step} Step */

/** What stood on the easel last, so that the next canvas does not start empty. @type {CanvasImageSource | null} */
let before = null;

const SHARE_OF_STEPS = 0.95;
const ANNOUNCE_EVERY = 0.25;

export class Easel {
  #announced = 0;
  #frames = 0;
  #drawn = 0;

  /** @param {HTMLElement} section */
  constructor(section) {
    this.section = section;
    this.canvas = section.querySelector("canvas");
    this.progress = section.querySelector("progress");
    this.text = section.querySelector("[data-progress-text]");
    this.announcer = section.querySelector("[data-announce]");
    if (this.canvas) this.#start(this.canvas);
    const picture = /** @type {HTMLImageElement | null} */ (section.querySelector("img[data-picture]"));
    if (picture) before = picture;
    document.title = titles[section.dataset.state ?? ""] ?? titles[""];
  }

  /** @param {HTMLCanvasElement} canvas */
  #start(canvas) {
    if (canvas.dataset.frame) {
      void this.drawFrame(canvas.dataset.frame);
      return;
    }
    const context = canvas.getContext("2d");
    if (!context || !before) return;
    context.globalAlpha = 0.3;
    context.drawImage(before, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
  }

  /**
   * Draw a frame, unless a newer one was drawn while this one was decoded.
   * @param {Blob | string} jpeg
   */
  async drawFrame(jpeg) {
    const context = this.canvas?.getContext("2d");
    if (!this.canvas || !context) return;
    const number = ++this.#frames;
    const picture = await decode(jpeg);
    if (number < this.#drawn) return;
    this.#drawn = number;
    context.imageSmoothingQuality = "high";
    context.drawImage(picture, 0, 0, this.canvas.width, this.canvas.height);
    this.canvas.dataset.frames = String(number);
    before = this.canvas;
  }

  /** @param {Step} step */
  showStep(step) {
    this.#show(SHARE_OF_STEPS * (step.step / step.total), and(`Step ${step.step} of ${step.total}`, step.left));
  }

  /** @param {Snapshot} snapshot */
  showSnapshot(snapshot) {
    const { outlook, progress, stage } = snapshot;
    if (snapshot.held) this.#showPaused(progress);
    else if (snapshot.status === "queued") this.showWaiting(outlook, progress);
    else if (stage !== "step") this.#show(progress, and(stages[stage] ?? "Being painted", outlook));
    else this.#show(progress, and(`${Math.round(100 * progress)} % painted`, outlook));
  }

  /**
   * @param {string} outlook its place in line, and when it will be done
   * @param {number} share what was painted before
   */
  showWaiting(outlook, share = 0) {
    this.#show(share, outlook ? `Waiting for the brush: ${outlook}` : "Waiting for the brush");
  }

  /** @param {number} share what was painted before */
  #showPaused(share) {
    const so_far = share > 0 ? ` at ${Math.round(100 * share)} %; it goes on from there` : "";
    this.#show(share, `Paused${so_far}`);
    document.title = titles["paused"];
  }

  showLost() {
    if (this.text) this.text.textContent = "The line to the painter is cut; trying again. The painting goes on.";
  }

  /**
   * @param {number} share
   * @param {string} words
   */
  #show(share, words) {
    if (this.progress) this.progress.value = Math.max(share, this.progress.value);
    if (this.text) this.text.textContent = words;
    document.title = share > 0 ? `${Math.round(100 * share)} % · Aria, the studio` : titles["queued"];
    if (this.announcer && share >= this.#announced + ANNOUNCE_EVERY) {
      this.#announced = share;
      this.announcer.textContent = `${Math.round(100 * share)} percent painted`;
    }
  }
}

/** @param {string} words @param {string | undefined} more */
const and = (words, more) => (more ? `${words}, ${more}` : words);

/** @type {Record<string, string>} */
const titles = {
  "": "Aria, the studio",
  queued: "Waiting · Aria, the studio",
  paused: "Paused · Aria, the studio",
  running: "Painting · Aria, the studio",
  succeeded: "Painted · Aria, the studio",
  failed: "Not painted · Aria, the studio",
};

/** @type {Record<string, string>} */
const stages = {
  wait: "Next on the easel",
  load: "Mixing the colours: the model is loading",
  encode: "Reading the prompt",
  decode: "The varnish: drawing the last pixels",
  store: "Hanging it",
};

/**
 * @param {Blob | string} jpeg bytes, or a data address
 * @returns {Promise<CanvasImageSource>}
 */
async function decode(jpeg) {
  if (jpeg instanceof Blob) return createImageBitmap(jpeg);
  const image = new Image();
  image.src = jpeg;
  await image.decode();
  return image;
}
