// Runs over two columns, large; and each outcome over each factor, small.
// @ts-check

import { some } from "./data.js";
import { CHOSEN, fresh, INK, placeOf, REST, SHOWN, ticksOf, write } from "./paint.js";

const MOST_DOTS = 6000;
const MOST_SMALL = 600;

/**
 * @typedef {{left: number, top: number, w: number, h: number}} Box
 * @typedef {{across: number, up: number}} Pair
 */

/**
 * @param {CanvasRenderingContext2D} pen @param {import("./data.js").Narrowed} narrowed @param {Pair} pair @param {Box} box
 * @param {number} most @param {number} size
 */
function dots(pen, narrowed, pair, box, most, size) {
  const drawn = some(narrowed.sweep.run.length, most);
  for (const shown of [0, 1]) {
    pen.fillStyle = shown ? SHOWN : REST;
    pen.globalAlpha = shown ? 0.6 : 0.8;
    for (const run of drawn) {
      const at = narrowed.shown[run] === shown ? spot(narrowed, pair, box, run) : null;
      if (at) pen.fillRect(at[0] - size / 2, at[1] - size / 2, size, size);
    }
  }
  pen.globalAlpha = 1;
  const at = narrowed.chosen >= 0 ? spot(narrowed, pair, box, narrowed.chosen) : null;
  if (at) {
    pen.fillStyle = CHOSEN;
    pen.beginPath();
    pen.arc(at[0], at[1], size + 1.5, 0, 7);
    pen.fill();
  }
}

/** @param {import("./data.js").Narrowed} narrowed @param {Pair} pair @param {Box} box @param {number} run @returns {[number, number] | null} */
function spot(narrowed, pair, box, run) {
  const places = [pair.across, pair.up].map((column) => {
    const value = narrowed.sweep.columns[column].values[run];
    const [low, high] = narrowed.whole[column];
    return value === null ? null : (value - low) / (high - low);
  });
  const [x, y] = places;
  return x === null || y === null ? null : [box.left + x * box.w, box.top + (1 - y) * box.h];
}

/**
 * @param {HTMLCanvasElement} canvas @param {import("./data.js").Narrowed} narrowed @param {Pair} pair @param {() => void} changed
 */
export function scatter(canvas, narrowed, pair, changed) {
  /** @type {Box} */
  let box = { left: 0, top: 0, w: 1, h: 1 };
  /** @type {{from: [number, number], to: [number, number]} | null} */
  let drag = null;

  function draw() {
    const { pen, w, h } = fresh(canvas);
    box = { left: 72, top: 12, w: w - 90, h: h - 50 };
    pen.strokeStyle = REST;
    pen.strokeRect(box.left, box.top, box.w, box.h);
    dots(pen, narrowed, pair, box, MOST_DOTS, 4);
    for (const [value, words] of ticksOf(narrowed, pair.across, Math.max(2, Math.floor(box.w / 70)))) {
      const at = box.left + shareOf(pair.across, value) * box.w;
      pen.strokeRect(at, box.top + box.h, 0, 4);
      write(pen, words, at, h - 22, "center", 66);
    }
    for (const [value, words] of ticksOf(narrowed, pair.up, Math.max(2, Math.floor(box.h / 28)))) {
      const at = box.top + (1 - shareOf(pair.up, value)) * box.h;
      pen.strokeRect(box.left - 4, at, 4, 0);
      write(pen, words, box.left - 7, at + 4, "right", 46);
    }
    write(pen, narrowed.sweep.columns[pair.across].label, box.left + box.w / 2, h - 5, "center", box.w, 12);
    pen.save();
    pen.translate(13, box.top + box.h / 2);
    pen.rotate(-Math.PI / 2);
    write(pen, narrowed.sweep.columns[pair.up].label, 0, 0, "center", box.h * 0.7, 12);
    pen.restore();
    if (drag) {
      pen.strokeStyle = INK;
      pen.strokeRect(drag.from[0], drag.from[1], drag.to[0] - drag.from[0], drag.to[1] - drag.from[1]);
    }
  }

  /** @param {number} column @param {number} value */
  const shareOf = (column, value) => {
    const [low, high] = narrowed.whole[column];
    return (value - low) / (high - low);
  };

  /** @param {number} column @param {number} share */
  const valueAt = (column, share) => {
    const [low, high] = narrowed.whole[column];
    return low + share * (high - low);
  };

  /** @param {[number, number]} at */
  function nearest(at) {
    let best = -1;
    let gap = 12;
    for (let run = 0; run < narrowed.sweep.run.length; run += 1) {
      const here = narrowed.shown[run] ? spot(narrowed, pair, box, run) : null;
      const away = here ? Math.hypot(here[0] - at[0], here[1] - at[1]) : Infinity;
      if (away < gap) [best, gap] = [run, away];
    }
    return best;
  }

  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const at = placeOf(event);
    drag = { from: at, to: at };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.to = placeOf(event);
    draw();
  });
  canvas.addEventListener("pointerup", () => {
    if (!drag) return;
    const { from, to } = drag;
    drag = null;
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) < 5) {
      narrowed.chosen = nearest(from);
    } else {
      const [x, y] = [[from[0], to[0]].map((p) => (p - box.left) / box.w), [from[1], to[1]].map((p) => 1 - (p - box.top) / box.h)];
      narrowed.narrow(pair.across, valueAt(pair.across, x[0]), valueAt(pair.across, x[1]));
      narrowed.narrow(pair.up, valueAt(pair.up, y[0]), valueAt(pair.up, y[1]));
    }
    changed();
  });
  return { draw };
}

/**
 * @param {HTMLCanvasElement} canvas @param {import("./data.js").Narrowed} narrowed @param {Pair} pair @param {() => void} changed
 */
export function multiples(canvas, narrowed, pair, changed) {
  const numbers = narrowed.sweep.columns.map((_, number) => number);
  const across = numbers.filter((number) => narrowed.sweep.columns[number].role === "factor").slice(0, 8);
  const up = numbers.filter((number) => narrowed.sweep.columns[number].role === "outcome").slice(0, 6);
  let cell = { w: 1, h: 1 };
  const LEFT = 16;
  const LOW = 18;

  function draw() {
    const { pen, w, h } = fresh(canvas);
    cell = { w: (w - LEFT - 4) / Math.max(1, across.length), h: (h - LOW - 4) / Math.max(1, up.length) };
    up.forEach((row, j) => {
      across.forEach((column, i) => {
        const box = { left: LEFT + i * cell.w + 5, top: 4 + j * cell.h + 4, w: cell.w - 10, h: cell.h - 8 };
        const large = pair.across === column && pair.up === row;
        pen.strokeStyle = large ? INK : REST;
        pen.lineWidth = large ? 1.6 : 1;
        pen.strokeRect(box.left - 3, box.top - 3, box.w + 6, box.h + 6);
        dots(pen, narrowed, { across: column, up: row }, box, MOST_SMALL, 2);
      });
      pen.save();
      pen.translate(12, 4 + (j + 0.5) * cell.h);
      pen.rotate(-Math.PI / 2);
      write(pen, narrowed.sweep.columns[row].label, 0, 0, "center", cell.h - 4);
      pen.restore();
    });
    across.forEach((column, i) => {
      write(pen, narrowed.sweep.columns[column].label, LEFT + (i + 0.5) * cell.w, h - 6, "center", cell.w - 4);
    });
  }

  canvas.addEventListener("click", (event) => {
    const [px, py] = placeOf(/** @type {PointerEvent} */ (event));
    const [i, j] = [Math.floor((px - LEFT) / cell.w), Math.floor((py - 4) / cell.h)];
    if (i < 0 || i >= across.length || j < 0 || j >= up.length) return;
    [pair.across, pair.up] = [across[i], up[j]];
    changed();
  });
  return { draw };
}
