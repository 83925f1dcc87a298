// What all pictures are drawn with.
// @ts-check

import { shownValue } from "./words.js";

export const SHOWN = "#0072b2";
export const CHOSEN = "#d55e00";
export const REST = "#d9dee4";
export const INK = "#1b1f24";
export const FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

/**
 * A canvas as large as its place, empty, with its pen in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @returns {{pen: CanvasRenderingContext2D, w: number, h: number}}
 */
export function fresh(canvas) {
  const scale = globalThis.devicePixelRatio || 1;
  const { width: w, height: h } = canvas.getBoundingClientRect();
  canvas.width = Math.max(1, Math.round(w * scale));
  canvas.height = Math.max(1, Math.round(h * scale));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, w, h);
  return { pen, w, h };
}

/** Where the pointer is on a canvas. @param {PointerEvent} event @returns {[number, number]} */
export function placeOf(event) {
  const box = /** @type {HTMLElement} */ (event.currentTarget).getBoundingClientRect();
  return [event.clientX - box.left, event.clientY - box.top];
}

/** @param {CanvasRenderingContext2D} pen @param {string} words @param {number} x @param {number} y @param {CanvasTextAlign} align @param {number} room @param {number} [size] @param {number} [weight] */
export function write(pen, words, x, y, align, room, size = 11, weight = 400) {
  pen.font = `${weight} ${size}px ${FONT}`;
  pen.textAlign = align;
  pen.fillStyle = INK;
  let shown = words;
  while (shown.length > 3 && pen.measureText(shown).width > room) shown = `${shown.slice(0, -2).trimEnd()}…`;
  pen.fillText(shown, x, y);
}

const FEW = 7;

/**
 * Numbers along an axis, with their words: the values themselves where there are few, else round ones.
 * @param {import("./data.js").Narrowed} narrowed @param {number} column @param {number} most @returns {[number, string][]}
 */
export function ticksOf(narrowed, column, most) {
  const [low, high] = narrowed.whole[column];
  const one = narrowed.sweep.columns[column];
  const known = /** @type {number[]} */ (one.values.filter((value) => value !== null));
  const own = [...new Set(known)].sort((a, b) => a - b);
  if (one.levels || own.length <= FEW) {
    const step = Math.ceil(own.length / most);
    return own.filter((_, place) => place % step === 0).map((value) => [value, shownValue(one, value)]);
  }
  const power = 10 ** Math.floor(Math.log10((high - low) / most));
  const step = power * (/** @type {number} */ ([1, 2, 5, 10].find((size) => (high - low) / (size * power) <= most)));
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, n) => {
    const value = Number(((first + n) * step).toPrecision(12));
    return [value, shownValue(one, value)];
  });
}
