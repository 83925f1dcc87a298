// Thousands of small marks on a canvas: each kind is drawn once, and laid down as pixels wherever it stands.
// @ts-check

import { CanvasPen } from "./pen.js";

/** How a mark looks. @typedef {{r: number, square: boolean, style: import("./pen.js").Style}} Look */
/** A mark's pixels that are not empty: place from its upper left corner, colour with opacity. @typedef {{x: Int16Array, y: Int16Array, ink: Uint8ClampedArray}} Stamp */

/** Places between two pixels, each way, that a mark can stand at. */
const BETWEEN = 4;
/** Pixels around the box that a mark may reach into. */
const EDGE = 2;

/** @type {Map<string, {reach: number, stamps: Stamp[]}>} */
const cut = new Map();

/** A look at all its places between pixels. @param {Look} look @param {number} ratio pixels of the screen to one of the page */
function stampsOf(look, ratio) {
  const key = JSON.stringify([look, ratio]);
  const known = cut.get(key);
  if (known) return known;
  const reach = Math.ceil((look.r + (look.style.stroke ? (look.style.width ?? 1) / 2 : 0)) * ratio) + 1;
  const side = 2 * reach + 1;
  const canvas = document.createElement("canvas");
  canvas.width = side * BETWEEN * BETWEEN;
  canvas.height = side;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  context.scale(ratio, ratio);
  const pen = new CanvasPen(context);
  for (let at = 0; at < BETWEEN * BETWEEN; at++) {
    const [x, y] = [at * side + reach + (at % BETWEEN) / BETWEEN, reach + Math.floor(at / BETWEEN) / BETWEEN];
    pen.many([x / ratio, y / ratio], look.r, look.square, look.style);
  }
  const { data } = context.getImageData(0, 0, canvas.width, side);
  const stamps = Array.from({ length: BETWEEN * BETWEEN }, (_, at) => trimmed(data, canvas.width, at * side, side));
  if (cut.size > 64) cut.clear();
  cut.set(key, { reach, stamps });
  return { reach, stamps };
}

/** @param {Uint8ClampedArray} data @param {number} wide @param {number} left @param {number} side @returns {Stamp} */
function trimmed(data, wide, left, side) {
  /** @type {number[][]} */
  const [x, y, ink] = [[], [], []];
  for (let i = 0; i < side * side; i++) {
    const [column, row] = [i % side, Math.floor(i / side)];
    const at = 4 * (row * wide + left + column);
    if (data[at + 3] < 3) continue;
    x.push(column);
    y.push(row);
    ink.push(...data.subarray(at, at + 4));
  }
  return { x: Int16Array.from(x), y: Int16Array.from(y), ink: Uint8ClampedArray.from(ink) };
}

/** The marks of a box as pixels on white; the same image is filled again each time. */
export class Stamps {
  constructor() {
    /** @type {ImageData | null} */
    this.image = null;
  }

  /**
   * @param {CanvasRenderingContext2D} context @param {number} ratio @param {import("./pen.js").Box} box
   * @param {Look[]} looks those that come later lie above @param {number[][]} points by look: x and y in turn
   */
  lay(context, ratio, box, looks, points) {
    const [left, top] = [Math.floor(box.x * ratio) - EDGE, Math.floor(box.y * ratio) - EDGE];
    const [wide, high] = [Math.ceil(box.w * ratio) + 2 * EDGE, Math.ceil(box.h * ratio) + 2 * EDGE];
    if (this.image?.width !== wide || this.image?.height !== high) this.image = new ImageData(wide, high);
    const image = /** @type {ImageData} */ (this.image);
    image.data.fill(255);
    looks.forEach((look, kind) => {
      const { reach, stamps } = stampsOf(look, ratio);
      const marks = points[kind];
      for (let i = 0; i < marks.length; i += 2) {
        const x = Math.round((marks[i] * ratio - left) * BETWEEN);
        const y = Math.round((marks[i + 1] * ratio - top) * BETWEEN);
        const stamp = stamps[(y % BETWEEN) * BETWEEN + (x % BETWEEN)];
        press(image, stamp, Math.floor(x / BETWEEN) - reach, Math.floor(y / BETWEEN) - reach);
      }
    });
    context.putImageData(image, left, top);
  }
}

/** @param {ImageData} image @param {Stamp} stamp @param {number} left @param {number} top */
function press({ data, width, height }, { x, y, ink }, left, top) {
  for (let i = 0; i < x.length; i++) {
    const [column, row] = [left + x[i], top + y[i]];
    if (column < 0 || row < 0 || column >= width || row >= height) continue;
    const at = 4 * (row * width + column);
    const share = ink[4 * i + 3] / 255;
    data[at] += (ink[4 * i] - data[at]) * share;
    data[at + 1] += (ink[4 * i + 1] - data[at + 1]) * share;
    data[at + 2] += (ink[4 * i + 2] - data[at + 2]) * share;
  }
}
