// The crowd: the same person at the same place on both sides and in all weeks; columns are publics.
// @ts-check

import { crowdOf, nowOf, ofPublic, plain, INK, SOFT, VIEWS } from "./scene.js";
import { Stamps } from "./stamps.js";

/** @typedef {import("./sheet.js").Sheet} Sheet */

/** Bits of a person's byte, as `wire` writes them. */
const WANTS_MORE = 16;
const TALKS = 32;
const MARCHES = 64;
const SILENT = 128;
/** The smallest share of the width that a public's label still fits above. */
const NARROW = 0.2;

/** @typedef {{key: string, places: Float32Array, cell: number, columns: {place: number, x: number, w: number}[]}} Seats */

/** @type {Map<string, Seats>} */
const seated = new Map();

/**
 * Where everybody stands: columns as wide as the publics are large, filled row by row.
 * @param {import("./scene.js").Scene} scene @param {import("./pen.js").Box} box @returns {Seats}
 */
export function seats(scene, box) {
  const { stage, view } = scene;
  const key = [box.x, box.y, box.w, box.h, view.polity, view.s, stage.sample.length].join();
  const known = seated.get(key);
  if (known) return known;
  const mine = stage.publics.map((each, place) => ({ place, home: each[0] })).filter((each) => each.home === view.polity);
  const counts = mine.map(({ place }) => stage.sample.filter((each) => each === place).length);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const gap = mine.length > 1 ? Math.min(14, (0.1 * box.w) / (mine.length - 1)) : 0;
  const width = box.w - gap * (mine.length - 1);
  let cell = Math.sqrt((width * box.h) / Math.max(total, 1));
  const fits = (/** @type {number} */ size) =>
    counts.every((count) => Math.ceil(count / Math.max(1, Math.floor((width * count) / total / size))) * size <= box.h);
  while (cell > 1 && !fits(cell)) cell -= 0.02;
  const places = new Float32Array(2 * stage.sample.length).fill(-1);
  /** @type {Seats["columns"]} */
  const columns = [];
  let x = box.x;
  mine.forEach(({ place }, i) => {
    const across = Math.max(1, Math.floor((width * counts[i]) / total / cell));
    let number = 0;
    stage.sample.forEach((each, person) => {
      if (each !== place) return;
      places[2 * person] = x + ((number % across) + 0.5) * cell;
      places[2 * person + 1] = box.y + (Math.floor(number / across) + 0.5) * cell;
      number += 1;
    });
    columns.push({ place, x, w: across * cell });
    x += (width * counts[i]) / total + gap;
  });
  const found = { key, places, cell, columns };
  if (seated.size > 12) seated.clear();
  seated.set(key, found);
  return found;
}

/** Room for the names of publics, in sizes of letters. */
const TOP = 2.6;

/** The box in which people stand, below the names of publics. @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene */
function below(box, scene) {
  const top = TOP * 11 * scene.big;
  return { x: box.x, y: box.y + top, w: box.w, h: box.h - top };
}

/**
 * @param {import("./pen.js").Pen} pen @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene @param {number} side
 */
export function drawCrowd(pen, box, scene, side) {
  const week = nowOf(scene, side);
  drawPublics(pen, box, scene);
  if (!week) return;
  const { places, cell } = seats(scene, below(box, scene));
  const groups = grouped(crowdOf(scene, week), places);
  looks(scene, cell).forEach(({ r, square, style }, kind) => pen.many(groups[kind], r, square, style));
}

/** The same on a canvas, which is drawn anew only where somebody has changed. */
export class CrowdSheet {
  /** @param {Sheet} sheet */
  constructor(sheet) {
    this.sheet = sheet;
    this.stamps = new Stamps();
    /** People as they were drawn last. @type {Uint8Array} */
    this.last = new Uint8Array(0);
    this.key = "";
  }

  /** @param {import("./scene.js").Scene} scene @param {number} side */
  draw(scene, side) {
    const week = /** @type {import("./history.js").Week} */ (nowOf(scene, side));
    const { sheet } = this;
    const people = crowdOf(scene, week);
    const fresh = sheet.paint((pen, box) => drawPublics(pen, box, scene));
    const key = `${scene.view.say} ${scene.view.polity} ${scene.view.s} ${sheet.box.w} ${sheet.box.h}`;
    if (!fresh && key === this.key && alike(people, this.last)) return;
    this.last = people;
    this.key = key;
    const box = below(sheet.box, scene);
    const { places, cell } = seats(scene, box);
    this.stamps.lay(sheet.context, sheet.ratio, box, looks(scene, cell), grouped(people, places));
  }
}

/** @param {Uint8Array} one @param {Uint8Array} other */
function alike(one, other) {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** How people look, in the order of `kindOf`. @param {import("./scene.js").Scene} scene @param {number} cell @returns {import("./stamps.js").Look[]} */
function looks(scene, cell) {
  const said = scene.view.say;
  const quiet = Math.max(0.8, cell * 0.27);
  const loud = Math.max(1.4, cell * 0.46);
  const afraid = (/** @type {string} */ colour) =>
    said
      ? { r: quiet, square: false, style: { fill: VIEWS.none } }
      : { r: loud * 0.85, square: false, style: { fill: "#fff", stroke: colour, width: Math.max(1, cell * 0.24) } };
  const marcher = (/** @type {string} */ colour) => ({ r: loud * 1.05, square: true, style: { fill: colour, stroke: INK, width: 1.2 } });
  return [
    { r: quiet, square: false, style: { fill: said ? VIEWS.none : VIEWS.moreQuiet } },
    { r: quiet, square: false, style: { fill: said ? VIEWS.none : VIEWS.lessQuiet } },
    afraid(VIEWS.more),
    afraid(VIEWS.less),
    { r: loud, square: false, style: { fill: VIEWS.more } },
    { r: loud, square: false, style: { fill: VIEWS.less } },
    marcher(VIEWS.more),
    marcher(VIEWS.less),
  ];
}

/** Quiet, silent out of fear, talking, marching; of each, who wants more comes first. @param {number} byte */
function kindOf(byte) {
  const shows = byte & MARCHES ? 3 : byte & TALKS ? 2 : byte & SILENT ? 1 : 0;
  return 2 * shows + (byte & WANTS_MORE ? 0 : 1);
}

/** Places of people by their kind. @param {Uint8Array} bytes @param {Float32Array} places */
function grouped(bytes, places) {
  /** @type {number[][]} */
  const groups = [[], [], [], [], [], [], [], []];
  for (let i = 0; i < bytes.length; i++) {
    if (places[2 * i] >= 0) groups[kindOf(bytes[i])].push(places[2 * i], places[2 * i + 1]);
  }
  return groups;
}

/**
 * Names of publics in two rows in turn, the last one to the right, so that narrow ones have room for theirs.
 * @param {import("./pen.js").Pen} pen @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene
 */
function drawPublics(pen, box, scene) {
  const size = 11 * scene.big;
  const { columns } = seats(scene, below(box, scene));
  const narrow = columns.some((column) => column.w < NARROW * box.w);
  columns.forEach(({ place, x, w }, i) => {
    const last = i === columns.length - 1 && columns.length > 1;
    const row = narrow && !last && i % 2 === 1 ? 1 : 0;
    const name = plain(scene.stage.publics[place][1]);
    const lower = narrow && !last ? row : 0;
    const y = box.y + size * (lower ? 2.1 : narrow ? 0.95 : 1.5);
    const at = last ? x + w : x;
    pen.text(at, y, name, { size, fill: SOFT, anchor: last ? "end" : "start" });
    if (narrow && lower) pen.path([x, box.y + 2.2 * size, x, box.y + 2.35 * size], { stroke: SOFT });
  });
}

/** People of each public as a sentence, for those who do not see the picture. @param {import("./scene.js").Scene} scene @param {import("./history.js").Week} week */
export function saidPublics(scene, week) {
  return scene.stage.publics
    .map((each, place) => ({ each, place }))
    .filter(({ each }) => each[0] === scene.view.polity)
    .map(({ each, place }) => `${plain(each[1])}: ${Math.round(100 * ofPublic(scene, week, "support", place))}% want more`)
    .join(", ");
}
