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

/** Ends of an axis in words. @param {import("./data.js").Narrowed} narrowed @param {number} column @returns {[string, string]} */
export function endsOf(narrowed, column) {
  const [low, high] = narrowed.whole[column];
  const one = narrowed.sweep.columns[column];
  return [shownValue(one, one.levels ? Math.ceil(low) : low), shownValue(one, one.levels ? Math.floor(high) : high)];
}
