// Decodes a blurhash (https://blurha.sh, the published algorithm) onto a tiny canvas.

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~";
const SIDE = 24;

/** @param {string} text @returns {number} */
function number83(text) {
  let value = 0;
  for (const sign of text) value = value * 83 + DIGITS.indexOf(sign);
  return value;
}

/** @param {number} value 0 to 255 */
const toLinear = (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);

/** @param {number} value linear light */
function toByte(value) {
  const held = Math.max(0, Math.min(1, value));
  return Math.round(255 * (held <= 0.0031308 ? held * 12.92 : 1.055 * held ** (1 / 2.4) - 0.055));
}

/** @param {number} step 0 to 18 @param {number} most */
function wave(step, most) {
  const part = (step - 9) / 9;
  return Math.sign(part) * part * part * most;
}

/** @param {string} hash @returns {{ across: number, down: number, colours: number[][] } | null} */
function parse(hash) {
  if (hash.length < 6) return null;
  const size = number83(hash[0]);
  const across = (size % 9) + 1;
  const down = Math.floor(size / 9) + 1;
  if (hash.length !== 4 + 2 * across * down) return null;
  const most = (number83(hash[1]) + 1) / 166;
  const average = number83(hash.slice(2, 6));
  const colours = [[average >> 16, (average >> 8) & 255, average & 255].map(toLinear)];
  for (let place = 6; place < hash.length; place += 2) {
    const value = number83(hash.slice(place, place + 2));
    colours.push([Math.floor(value / 361), Math.floor(value / 19) % 19, value % 19].map((step) => wave(step, most)));
  }
  return { across, down, colours };
}

/**
 * Draw the hash onto the canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {string} hash
 * @returns {boolean} whether it was a hash
 */
export function paintBlurhash(canvas, hash) {
  const parsed = parse(hash);
  const context = canvas.getContext("2d");
  if (!parsed || !context) return false;
  canvas.width = canvas.height = SIDE;
  const image = context.createImageData(SIDE, SIDE);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const light = [0, 0, 0];
      parsed.colours.forEach((colour, index) => {
        const i = index % parsed.across;
        const j = Math.floor(index / parsed.across);
        const share = Math.cos((Math.PI * x * i) / SIDE) * Math.cos((Math.PI * y * j) / SIDE);
        for (let part = 0; part < 3; part++) light[part] += colour[part] * share;
      });
      image.data.set([...light.map(toByte), 255], 4 * (y * SIDE + x));
    }
  }
  context.putImageData(image, 0, 0);
  return true;
}
