// The picture of a week on the page: two cards, and one time axis in layers, of which what stands still is drawn once.
// @ts-check

import { drawMap, drawOrganisations } from "./actors.js";
import { CrowdSheet } from "./crowd.js";
import { drawGround, drawHappened, drawPast, drawValues, plotted } from "./lanes.js";
import { nowOf, SOFT } from "./scene.js";
import { Sheet } from "./sheet.js";

/** @typedef {import("./scene.js").Scene} Scene */

export class Picture {
  constructor() {
    const sheet = (/** @type {string} */ id) => new Sheet(id);
    this.crowds = [sheet("crowd-a"), sheet("crowd-b")].map((each) => new CrowdSheet(each));
    this.actors = [sheet("actors-a"), sheet("actors-b")];
    this.ground = sheet("lanes");
    this.curves = sheet("curves");
    this.happened = sheet("happened");
    this.values = sheet("values");
    this.past = /** @type {HTMLElement} */ (document.getElementById("past"));
    this.cursor = /** @type {HTMLElement} */ (document.getElementById("now"));
    /** Of what the curves are, and how far they go. */
    this.of = "";
    this.reach = 0;
    /** @type {Scene["sides"]} */
    this.sides = [];
    /** @type {import("./lanes.js").Plot | null} */
    this.plot = null;
  }

  resized() {
    for (const sheet of [...this.crowds.map((each) => each.sheet), ...this.actors, this.ground, this.curves, this.happened, this.values]) sheet.resized();
    this.stretch();
  }

  /** Axes and curves are to be laid out anew with all weeks that are there. */
  stretch() {
    this.of = "";
  }

  /** @param {Scene} scene @param {boolean} map @param {import("./lanes.js").Over} over */
  draw(scene, map, over) {
    [0, 1].forEach((side) => this.drawCard(scene, side, map));
    this.drawTime(scene, over);
  }

  /** @param {Scene} scene @param {number} side @param {boolean} map */
  drawCard(scene, side, map) {
    if (!nowOf(scene, side)) {
      const there = scene.sides[side].weeks.length;
      this.crowds[side].sheet.paint((pen, box) => {
        const letters = /** @type {import("./pen.js").Letters} */ ({ size: 14, fill: SOFT, anchor: "middle" });
        pen.text(box.w / 2, box.h / 2, `Week ${scene.view.week} is being made`, letters);
        pen.text(box.w / 2, box.h / 2 + 20, `(${there} are there)`, letters);
      });
    } else this.crowds[side].draw(scene, side);
    this.actors[side].paint((pen, box) => (map ? drawMap : drawOrganisations)(pen, box, scene, side));
  }

  /** @param {Scene} scene @param {import("./lanes.js").Over} over */
  drawTime(scene, over) {
    const there = Math.min(...scene.sides.map((side) => side.weeks.length));
    const { issue, polity, measure, week } = scene.view;
    const of = JSON.stringify([issue, polity, measure, scene.big, over, this.ground.box]);
    const others = scene.sides.some((side, i) => side !== this.sides[i]);
    if (!this.plot || of !== this.of || others || (this.reach < week && this.reach < there)) {
      this.layOut(scene, over, there);
      Object.assign(this, { of, reach: there, sides: [...scene.sides] });
    }
    const plot = { .../** @type {import("./lanes.js").Plot} */ (this.plot), scene };
    plot.axis.marks.length = 0;
    this.happened.paint((pen) => drawHappened(pen, plot));
    this.values.paint((pen, box) => drawValues(pen, { ...plot, axis: { ...plot.axis, right: box.w - this.ground.box.w + plot.axis.right } }));
    this.uncover(plot);
  }

  /** Curves are drawn as far as weeks are there, and uncovered week by week: to play them costs no drawing. @param {Scene} scene @param {import("./lanes.js").Over} over @param {number} there */
  layOut(scene, over, there) {
    const plot = plotted(this.ground.box, scene, over);
    this.plot = plot;
    this.ground.paint((pen) => drawGround(pen, plot));
    this.curves.draw((pen) => drawPast(pen, plot, there));
    const { top, bottom } = plot.axis;
    this.cursor.style.top = `${4 + top - 2}px`;
    this.cursor.style.height = `${bottom - top + 2}px`;
    const wide = `${6 * plot.size}px`;
    if (this.values.canvas.style.width !== wide) {
      this.values.canvas.style.width = wide;
      this.values.resized();
    }
  }

  /** @param {import("./lanes.js").Plot} plot */
  uncover({ scene, axis, x }) {
    const { w } = this.ground.box;
    const at = x(scene.view.week);
    const covered = scene.view.week < axis.weeks ? Math.round(w - at) : 0;
    this.past.style.visibility = "visible";
    this.past.style.transform = `translateX(${-covered}px)`;
    this.curves.canvas.style.transform = `translateX(${covered}px)`;
    this.cursor.style.transform = `translateX(${at}px)`;
  }
}
