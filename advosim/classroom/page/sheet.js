// Canvases of the page, each drawn anew only where what it shows has changed.
// @ts-check

import { CanvasPen, KeptPen } from "./pen.js";

/** A canvas at the screen's resolution. */
export class Sheet {
  /** @param {string} id */
  constructor(id) {
    this.canvas = /** @type {HTMLCanvasElement} */ (document.getElementById(id));
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    /** Its strokes as they were drawn last. */
    this.last = "";
    /** @type {import("./pen.js").Box | null} */
    this.known = null;
    this.ratio = 1;
  }

  /** It may have another size now: asking the browser lays the page out anew, so it is asked once. */
  resized() {
    this.known = null;
  }

  /** @returns {import("./pen.js").Box} */
  get box() {
    if (this.known) return this.known;
    const { width, height } = this.canvas.getBoundingClientRect();
    this.ratio = devicePixelRatio || 1;
    const [w, h] = [Math.max(1, Math.round(width * this.ratio)), Math.max(1, Math.round(height * this.ratio))];
    if (this.canvas.width !== w || this.canvas.height !== h) Object.assign(this.canvas, { width: w, height: h });
    this.last = "";
    this.known = { x: 0, y: 0, w: width, h: height };
    return this.known;
  }

  /** Draw, if the strokes are others than the last time. @param {(pen: import("./pen.js").Pen, box: import("./pen.js").Box) => void} paint @returns {boolean} whether they were */
  paint(paint) {
    const kept = new KeptPen();
    paint(kept, this.box);
    const strokes = JSON.stringify(kept.strokes);
    if (strokes === this.last) return false;
    this.draw((pen) => kept.drawWith(pen));
    this.last = strokes;
    return true;
  }

  /** Draw without a look at what was drawn before. @param {(pen: import("./pen.js").Pen, box: import("./pen.js").Box) => void} paint */
  draw(paint) {
    const { w, h } = this.box;
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, w, h);
    paint(new CanvasPen(this.context), this.box);
    this.last = "";
  }
}
