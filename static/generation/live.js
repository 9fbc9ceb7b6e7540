// The socket of one job: opens, listens, and comes back with growing, jittered patience when it is lost.

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 20_000;

/**
 * @typedef {{ type: "snapshot", job: string, status: string, held: boolean, stage: string, progress: number, error: string, outlook: string }} Snapshot
 * @typedef {{ type: "step", step: number, total: number, left?: string }} Step
 * @typedef {{ heard: (message: Snapshot | Step) => void, frame: (jpeg: Blob) => void, lost: () => void }} Listener
 */

export class LiveJob {
  /** @type {WebSocket | null} */
  #socket = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;
  #over = false;

  /**
   * @param {string} path
   * @param {Listener} listener
   */
  constructor(path, listener) {
    this.path = path;
    this.listener = listener;
    this.#open();
  }

  /** Listen no longer. */
  close() {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #open() {
    const socket = new WebSocket(new URL(this.path, location.href.replace(/^http/, "ws")));
    socket.binaryType = "blob";
    socket.addEventListener("open", () => (this.#wait = FIRST_WAIT_MS));
    socket.addEventListener("message", (event) => this.#hear(event.data));
    socket.addEventListener("close", () => this.#lost());
    this.#socket = socket;
  }

  /** @param {string | Blob} data */
  #hear(data) {
    if (this.#over) return;
    if (data instanceof Blob) this.listener.frame(data);
    else this.listener.heard(JSON.parse(data));
  }

  #lost() {
    if (this.#over) return;
    this.listener.lost();
    this.#timer = setTimeout(() => this.#open(), this.#wait * (0.5 + Math.random()));
    this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2);
  }
}
