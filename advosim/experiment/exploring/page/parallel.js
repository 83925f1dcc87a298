// Parallel coordinates: an axis for each column, a line for each run (Inselberg 1985).
// @ts-check

import { some } from "./data.js";
import { CHOSEN, fresh, INK, placeOf, REST, SHOWN, ticksOf, write } from "./paint.js";

const TOP = 30;
const BOTTOM = 14;
const SIDE = 56;
const NEAR = 14;
const MOST_LINES = 3000;

/**
 * Draws, and lets ranges be dragged along axes and runs be clicked.
 * @param {HTMLCanvasElement} canvas @param {import("./data.js").Narrowed} narrowed @param {() => void} changed
 */
export function parallel(canvas, narrowed, changed) {
  const { sweep } = narrowed;
  const count = sweep.columns.length;
  let size = { w: 1, h: 1 };
  const x = (/** @type {number} */ column) => (count < 2 ? size.w / 2 : SIDE + (column / (count - 1)) * (size.w - 2 * SIDE));
  const y = (/** @type {number} */ column, /** @type {number} */ value) => {
    const [low, high] = narrowed.whole[column];
    return size.h - BOTTOM - ((value - low) / (high - low)) * (size.h - TOP - BOTTOM);
  };
  const valueAt = (/** @type {number} */ column, /** @type {number} */ at) => {
    const [low, high] = narrowed.whole[column];
    return low + ((size.h - BOTTOM - at) / (size.h - TOP - BOTTOM)) * (high - low);
  };

  /** @param {CanvasRenderingContext2D} pen @param {number} run */
  function line(pen, run) {
    let down = false;
    for (let column = 0; column < count; column += 1) {
      const value = sweep.columns[column].values[run];
      if (value === null) {
        down = false;
      } else if (down) {
        pen.lineTo(x(column), y(column, value));
      } else {
        pen.moveTo(x(column), y(column, value));
        down = true;
      }
    }
  }

  function draw() {
    const { pen, w, h } = fresh(canvas);
    size = { w, h };
    const drawn = some(sweep.run.length, MOST_LINES);
    for (const [shown, colour, ink] of /** @type {[number, string, number][]} */ ([[0, REST, 0.5], [1, SHOWN, narrowed.count > 300 ? 0.16 : 0.45]])) {
      pen.strokeStyle = colour;
      pen.globalAlpha = ink;
      pen.lineWidth = 1;
      for (const run of drawn) {
        if (narrowed.shown[run] !== shown) continue;
        pen.beginPath();
        line(pen, run);
        pen.stroke();
      }
    }
    pen.globalAlpha = 1;
    if (narrowed.chosen >= 0) {
      pen.strokeStyle = CHOSEN;
      pen.lineWidth = 2.5;
      pen.beginPath();
      line(pen, narrowed.chosen);
      pen.stroke();
    }
    for (let column = 0; column < count; column += 1) axis(pen, column);
  }

  /** @param {CanvasRenderingContext2D} pen @param {number} column */
  function axis(pen, column) {
    const room = count < 2 ? size.w : (size.w - 2 * SIDE) / (count - 1) - 6;
    const one = sweep.columns[column];
    pen.strokeStyle = INK;
    pen.lineWidth = one.role === "outcome" ? 1.6 : 1;
    pen.beginPath();
    pen.moveTo(x(column), TOP);
    pen.lineTo(x(column), size.h - BOTTOM);
    pen.stroke();
    if (narrowed.isNarrow(column)) {
      const [from, to] = narrowed.ranges[column].map((value) => y(column, value));
      pen.globalAlpha = 0.35;
      pen.fillStyle = SHOWN;
      pen.fillRect(x(column) - 6, to - 1, 12, from - to + 2);
      pen.globalAlpha = 1;
    }
    write(pen, one.label, x(column), 13, "center", Math.max(room, SIDE), 12, one.role === "outcome" ? 700 : 400);
    const last = column === count - 1 && count > 1;
    for (const [value, words] of ticksOf(narrowed, column, Math.max(2, Math.floor((size.h - TOP - BOTTOM) / 28)))) {
      const [at, edge] = [y(column, value), x(column) + (last ? 5 : -5)];
      pen.beginPath();
      pen.moveTo(x(column), at);
      pen.lineTo(edge, at);
      pen.stroke();
      aside(pen, words, edge + (last ? 3 : -3), at + 4, last ? "left" : "right", Math.min(room, SIDE) - 12);
    }
  }

  /** Words on white, so that lines do not run through them. @param {CanvasRenderingContext2D} pen @param {string} words @param {number} left @param {number} base @param {CanvasTextAlign} align @param {number} room */
  function aside(pen, words, left, base, align, room) {
    const wide = Math.min(pen.measureText(words).width, room);
    pen.globalAlpha = 0.75;
    pen.fillStyle = "#fff";
    pen.fillRect(align === "right" ? left - wide : left, base - 9, wide, 11);
    pen.globalAlpha = 1;
    write(pen, words, left, base, align, room);
  }

  /** @param {number} at */
  const axisNear = (at) => sweep.columns.findIndex((_, column) => Math.abs(x(column) - at) <= NEAR);

  /** The run whose line passes nearest. @param {number} px @param {number} py */
  function lineNear(px, py) {
    const left = Math.max(0, Math.min(count - 2, Math.floor(((px - SIDE) / Math.max(1, size.w - 2 * SIDE)) * (count - 1))));
    let best = -1;
    let gap = 9;
    for (let run = 0; run < sweep.run.length && count > 1; run += 1) {
      const [a, b] = [sweep.columns[left].values[run], sweep.columns[left + 1].values[run]];
      if (!narrowed.shown[run] || a === null || b === null) continue;
      const share = (px - x(left)) / (x(left + 1) - x(left));
      const height = y(left, a) + share * (y(left + 1, b) - y(left, a));
      if (Math.abs(height - py) < gap) [best, gap] = [run, Math.abs(height - py)];
    }
    return best;
  }

  /** @type {{column: number, from: number} | null} */
  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    const [px, py] = placeOf(event);
    const column = axisNear(px);
    if (column < 0) {
      narrowed.chosen = lineNear(px, py);
      changed();
      return;
    }
    canvas.setPointerCapture(event.pointerId);
    drag = { column, from: py };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const [, py] = placeOf(event);
    if (Math.abs(py - drag.from) < 4) return;
    narrowed.narrow(drag.column, valueAt(drag.column, drag.from), valueAt(drag.column, py));
    changed();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const [, py] = placeOf(event);
    if (Math.abs(py - drag.from) < 4) narrowed.release(drag.column);
    drag = null;
    changed();
  });
  return { draw, x, y };
}
