// How sure is this? Twins with other seeds, a band of their differences, and in how many of them a claim holds.
// @ts-check

import { askedJson } from "./history.js";
import { CanvasPen } from "./pen.js";
import { CURVES, INK, percent, RULE, SIDES, signed, SOFT } from "./scene.js";

/** Twins, as the server answers. @typedef {{done: number, n: number, low: number[], middle: number[], high: number[], twins: {seed: number, mean: [number, number], final: [number, number], peak: [number, number]}[]}} Twins */

const MANY = [20, 50, 100];
const EVERY = 500;
const TAKES = /** @type {const} */ ({ mean: "on average over all weeks", final: "in the last week", peak: "at its highest" });

/** @typedef {{view(): import("./scene.js").View, weeks(): number, band(twins: Twins | null): void}} Witness */

export class SurePanel {
  /** @param {HTMLElement} panel @param {Witness} witness */
  constructor(panel, witness) {
    this.panel = panel;
    this.witness = witness;
    this.key = "";
    this.asking = 0;
    /** @type {Twins | null} */
    this.twins = null;
    /** @type {keyof typeof TAKES} */
    this.take = "mean";
  }

  /** What the twins are of: they count no more when that changes. */
  subject() {
    const { s, a, b, issue, polity, measure } = this.witness.view();
    return JSON.stringify([s, a, b, issue, polity, measure]);
  }

  show() {
    if (this.key !== this.subject()) {
      this.key = this.subject();
      this.asking += 1;
      this.twins = null;
      this.witness.band(null);
      this.build();
    }
  }

  build() {
    const { a, b, measure } = this.witness.view();
    const curve = CURVES[measure];
    const same = JSON.stringify(a) === JSON.stringify(b);
    this.panel.innerHTML = `
      <h3>One history is an anecdote</h3>
      <p>The two sides share their luck, but another seed is other luck: other news, other people who meet. Run the same change in many pairs of twins and see whether it does the same.</p>
      <p class="row"><button class="go" id="run-twins">Run twins</button>
        <label class="pick">Pairs <select id="pairs">${MANY.map((n) => `<option>${n}</option>`).join("")}</select></label></p>
      <p class="small" id="twins-state"></p>
      <div id="twins-told"></div>`;
    const run = /** @type {HTMLButtonElement} */ (this.panel.querySelector("#run-twins"));
    run.disabled = same;
    run.onclick = () => this.run(Number(/** @type {HTMLSelectElement} */ (this.panel.querySelector("#pairs")).value));
    this.state(same ? "Change something on the right side first (tab Change), or open a lesson." : `Asked about: people who ${curve.name}. Choose another curve above the time axis.`);
  }

  /** @param {string} words */
  state(words) {
    const place = this.panel.querySelector("#twins-state");
    if (place) place.textContent = words;
  }

  /** @param {number} n */
  async run(n) {
    const mine = ++this.asking;
    const { s, seed, a, b, issue, polity, measure } = this.witness.view();
    const view = encodeURIComponent(JSON.stringify({ s, seed, c: [], a, b }));
    try {
      for (;;) {
        const twins = await askedJson(`twins?view=${view}&n=${n}&issue=${issue}&polity=${polity}&measure=${measure}`);
        if (mine !== this.asking) return;
        this.twins = twins;
        this.tell();
        if (twins.done >= n) return;
        await new Promise((done) => setTimeout(done, EVERY));
        if (mine !== this.asking) return;
      }
    } catch (error) {
      if (mine === this.asking) this.state(String(error instanceof Error ? error.message : error));
    }
  }

  tell() {
    const twins = this.twins;
    if (!twins) return;
    this.state(twins.done < twins.n ? `${twins.done} of ${twins.n} pairs have run; more are coming.` : `${twins.n} pairs have run. The gold band beside “Difference” holds eight in ten of them, week by week.`);
    if (!twins.done) return;
    this.witness.band(twins);
    const place = /** @type {HTMLElement} */ (this.panel.querySelector("#twins-told"));
    const { measure } = this.witness.view();
    const differences = twins.twins.map((each) => each[this.take][1] - each[this.take][0]);
    const more = differences.filter((each) => each > 0).length;
    const less = differences.filter((each) => each < 0).length;
    const most = Math.max(more, less);
    place.innerHTML = `
      <p class="step">In how many twins?</p>
      <p><b>${most} of ${twins.done}</b>: ${more >= less ? "more" : "less"} with the change (${CURVES[measure].name})
        <label class="pick"><span class="unseen">Taken</span> <select id="take">${Object.entries(TAKES).map(([key, words]) => `<option value="${key}"${key === this.take ? " selected" : ""}>${words}</option>`).join("")}</select></label></p>
      <p class="small">${verdict(most, twins.done)}</p>
      <canvas id="strip" role="img" aria-label="Differences of ${twins.done} pairs of twins: ${more} above zero, ${less} below"></canvas>`;
    const select = /** @type {HTMLSelectElement} */ (place.querySelector("#take"));
    select.onchange = () => {
      this.take = /** @type {keyof typeof TAKES} */ (select.value);
      this.tell();
    };
    drawStrip(/** @type {HTMLCanvasElement} */ (place.querySelector("#strip")), differences, Boolean(CURVES[measure].signed));
  }
}

/** @param {number} k @param {number} n */
function verdict(k, n) {
  if (n < 10) return "Too few pairs yet to tell.";
  if (k / n >= 0.95) return "Nearly always: luck hardly matters for this.";
  if (k / n >= 0.8) return "Mostly, but luck can turn it round.";
  if (k / n >= 0.65) return "More often than not. One history alone would have told you little.";
  return "It could be either: this change does not decide it, luck does.";
}

/** One mark for each pair, on a line from less to more. @param {HTMLCanvasElement} canvas @param {number[]} differences @param {boolean} isSigned */
function drawStrip(canvas, differences, isSigned) {
  const [w, h] = [canvas.parentElement?.clientWidth || 300, 92];
  const ratio = devicePixelRatio || 1;
  canvas.width = w * ratio;
  canvas.height = h * ratio;
  canvas.style.height = `${h}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.scale(ratio, ratio);
  const pen = new CanvasPen(context);
  const most = Math.max(...differences.map(Math.abs), 1e-6);
  const x = (/** @type {number} */ v) => w / 2 + (v / most) * (w / 2 - 12);
  pen.path([8, 62, w - 8, 62], { stroke: RULE });
  pen.path([w / 2, 8, w / 2, 68], { stroke: INK });
  const rows = new Map();
  for (const each of [...differences].sort((one, other) => one - other)) {
    const column = Math.round(x(each) / 7);
    const row = rows.get(column) || 0;
    rows.set(column, row + 1);
    pen.round(column * 7, 57 - Math.min(row, 6) * 7.5, 3, { fill: each > 0 ? SIDES[1].colour : each < 0 ? SIDES[0].colour : SOFT });
  }
  const said = isSigned ? signed : (/** @type {number} */ v) => `${v < 0 ? "−" : "+"}${percent(Math.abs(v))}`;
  pen.text(8, 82, said(-most), { size: 12, fill: SOFT });
  pen.text(w / 2, 82, "no difference", { size: 12, fill: SOFT, anchor: "middle" });
  pen.text(w - 8, 82, said(most), { size: 12, fill: SOFT, anchor: "end" });
}
