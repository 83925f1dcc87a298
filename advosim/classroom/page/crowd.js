// The crowd: the same person at the same place on both sides and in all weeks; columns are publics.
// @ts-check

import { crowdOf, nowOf, ofPublic, plain, INK, SOFT, VIEWS } from "./scene.js";

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

/**
 * @param {import("./pen.js").Pen} pen @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene @param {number} side
 */
export function drawCrowd(pen, box, scene, side) {
  const week = nowOf(scene, side);
  const size = 11 * scene.big;
  const top = 2.4 * size;
  const { places, cell, columns } = seats(scene, { x: box.x, y: box.y + top, w: box.w, h: box.h - top });
  drawLabels(pen, box, scene, columns, size, week);
  if (!week) return;
  const groups = grouped(crowdOf(scene, week), places);
  const quiet = Math.max(0.8, cell * 0.27);
  const loud = Math.max(1.4, cell * 0.46);
  const said = scene.view.say;
  pen.many(groups.moreQuiet, quiet, false, { fill: said ? VIEWS.none : VIEWS.moreQuiet });
  pen.many(groups.lessQuiet, quiet, false, { fill: said ? VIEWS.none : VIEWS.lessQuiet });
  for (const [points, colour] of /** @type {[number[], string][]} */ ([
    [groups.moreFear, VIEWS.more],
    [groups.lessFear, VIEWS.less],
  ])) {
    if (said) pen.many(points, quiet, false, { fill: VIEWS.none });
    else pen.many(points, loud * 0.85, false, { fill: "#fff", stroke: colour, width: Math.max(1, cell * 0.24) });
  }
  pen.many(groups.moreLoud, loud, false, { fill: VIEWS.more });
  pen.many(groups.lessLoud, loud, false, { fill: VIEWS.less });
  const march = loud * 1.05;
  pen.many(groups.moreMarch, march, true, { fill: VIEWS.more, stroke: INK, width: 1.2 });
  pen.many(groups.lessMarch, march, true, { fill: VIEWS.less, stroke: INK, width: 1.2 });
}

/** People by what they want and show. @param {Uint8Array} bytes @param {Float32Array} places */
function grouped(bytes, places) {
  /** @type {Record<string, number[]>} */
  const groups = {};
  for (const wants of ["more", "less"]) for (const shows of ["Quiet", "Fear", "Loud", "March"]) groups[wants + shows] = [];
  for (let i = 0; i < bytes.length; i++) {
    if (places[2 * i] < 0) continue;
    const byte = bytes[i];
    const shows = byte & MARCHES ? "March" : byte & TALKS ? "Loud" : byte & SILENT ? "Fear" : "Quiet";
    groups[(byte & WANTS_MORE ? "more" : "less") + shows].push(places[2 * i], places[2 * i + 1]);
  }
  return groups;
}

/**
 * Labels in two rows in turn, the last one to the right, so that narrow publics have room for theirs.
 * @param {import("./pen.js").Pen} pen @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene
 * @param {{place: number, x: number, w: number}[]} columns @param {number} size @param {import("./history.js").Week | undefined} week
 */
function drawLabels(pen, box, scene, columns, size, week) {
  const narrow = columns.some((column) => column.w < NARROW * box.w);
  columns.forEach(({ place, x, w }, i) => {
    const last = i === columns.length - 1 && columns.length > 1;
    const row = narrow && !last && i % 2 === 1 ? 1 : 0;
    const name = plain(scene.stage.publics[place][1]);
    const lower = narrow && !last ? row : 0;
    const y = box.y + size * (lower ? 2.1 : narrow ? 0.95 : 1.5);
    const at = last ? x + w : x;
    pen.text(at, y, name, { size, fill: SOFT, anchor: last ? "end" : "start" });
    if (week && narrow && lower) pen.path([x, box.y + 2.2 * size, x, box.y + 2.35 * size], { stroke: SOFT });
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
