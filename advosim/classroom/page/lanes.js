// One time axis for all: the law, people, attention, the government's answers, events, and what the change changed.
// @ts-check

import {
  ANSWERED, answersOf, CURVES, INK, parting, percent, placeOf, RULE, SIDES, signed, SOFT, value,
} from "./scene.js";

/**
 * @typedef {{left: number, right: number, top: number, bottom: number, weeks: number, marks: {x: number, y: number, week: number, text: string}[]}} Axis
 * @typedef {{y: number, h: number}} Lane
 * @typedef {{low: number, high: number, y: (value: number) => number}} Scale
 * @typedef {{prediction?: (number | null)[] | null, band?: {low: number[], high: number[], middle: number[]} | null}} Over
 */

/**
 * How the lanes lie in a box, and what they are of: the same for the ground, for what was, and for today's numbers.
 * @typedef {{
 *   scene: import("./scene.js").Scene, axis: Axis, lanes: Record<keyof typeof HEIGHTS, Lane>, size: number, over: Over,
 *   x: (week: number) => number, law: Scale, people: Scale, attention: Scale, apart: Scale, apartLaw: Scale
 * }} Plot
 */

const LANES = /** @type {const} */ (["law", "people", "attention", "answers", "events", "difference"]);
const HEIGHTS = { law: 84, people: 78, attention: 34, answers: 66, events: 38, difference: 50 };
/** Events with a mark of their own on the axis; the law's steps stand on its line. */
const MARKED = new Set([
  "news", "closure", "founded", "reform", "alliance", "dissolved", "hashtag", "concession", "agreement", "election", "government",
  "adopted", "shaming", "shelter", "withdrawal", "split", "formalised", "merged", "ballot_launched", "vote", "deterrence", "protest",
]);

/**
 * All lanes as one picture.
 * @param {import("./pen.js").Pen} pen @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene @param {Over} over
 */
export function drawLanes(pen, box, scene, over) {
  const plot = plotted(box, scene, over);
  drawGround(pen, plot);
  drawPast(pen, plot, scene.view.week);
  drawHappened(pen, plot);
  drawValues(pen, plot);
  drawNow(pen, plot);
}

/** @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene @param {Over} over @returns {Plot} */
export function plotted(box, scene, over) {
  const size = 12 * scene.big;
  const axis = {
    left: box.x + 10.6 * size, right: box.x + box.w - 6 * size, top: box.y + 1.35 * size, bottom: box.y + box.h - 1.7 * size,
    weeks: scene.stage.weeks, marks: [],
  };
  const x = (/** @type {number} */ week) => axis.left + (week / axis.weeks) * (axis.right - axis.left);
  const lanes = laid(axis);
  const [low, high] = rangeOfPeople(scene);
  const most = Math.max(0.02, extent(scene, "agenda")[1]) * 1.05;
  const { curve, law } = mostApart(scene, over);
  return {
    scene, axis, lanes, size, over, x,
    law: scaled(lanes.law, ...rangeOfLaw(scene)), people: scaled(lanes.people, low, high), attention: scaled(lanes.attention, 0, most),
    apart: scaled(lanes.difference, -curve, curve), apartLaw: scaled(lanes.difference, -law, law),
  };
}

/** What stands still while it plays: names, scales, and what is laid over the whole time. @param {import("./pen.js").Pen} pen @param {Plot} plot */
export function drawGround(pen, plot) {
  drawYears(pen, plot);
  groundOfLaw(pen, plot);
  groundOfPeople(pen, plot);
  groundOfAttention(pen, plot);
  groundOfAnswers(pen, plot);
  groundOfEvents(pen, plot);
  groundOfDifference(pen, plot);
  const { scene, axis, x } = plot;
  const ready = Math.min(...scene.sides.map((side) => side.weeks.length));
  if (ready < axis.weeks) pen.rect(x(ready), axis.bottom - 2, axis.right - x(ready), 2, { fill: "#e3e6ea" });
}

/** What was, up to a week. @param {import("./pen.js").Pen} pen @param {Plot} plot @param {number} until */
export function drawPast(pen, plot, until) {
  const { scene, law, people, attention } = plot;
  const { measure } = scene.view;
  drawCurves(pen, plot, until, "policy", law.y, true);
  if (measure === "expressed") drawSilence(pen, plot, until);
  drawCurves(pen, plot, until, measure, people.y, false);
  drawCurves(pen, plot, until, "agenda", attention.y, false);
  drawAnswers(pen, plot, until);
  drawDifference(pen, plot, until);
}

/** Marks and words at what has happened by the week that is looked at. @param {import("./pen.js").Pen} pen @param {Plot} plot */
export function drawHappened(pen, plot) {
  drawParting(pen, plot);
  drawSteps(pen, plot);
  drawEvents(pen, plot);
}

/** The numbers of the week that is looked at, beside the lanes. @param {import("./pen.js").Pen} pen @param {Plot} plot */
export function drawValues(pen, plot) {
  const { scene, lanes } = plot;
  const { measure, week } = scene.view;
  const curve = CURVES[measure];
  const now = scene.sides.map((side) => side.weeks[week - 1]);
  const of = (/** @type {string} */ name, /** @type {(v: number) => string} */ say) => now.map((each) => (each ? say(value(scene, each, name)) : ""));
  drawNumbers(pen, plot, lanes.law, of("policy", signed));
  drawNumbers(pen, plot, lanes.people, of(measure, curve.signed ? signed : percent));
  drawNumbers(pen, plot, lanes.attention, of("agenda", percent));
  if (!now[0] || !now[1]) return;
  const apart = (/** @type {string} */ name) => value(scene, now[1], name) - value(scene, now[0], name);
  const said = curve.signed ? signed(apart(measure)) : `${apart(measure) < 0 ? "−" : apart(measure) > 0 ? "+" : ""}${percent(Math.abs(apart(measure)))}`;
  const { axis, size } = plot;
  const middle = lanes.difference.y + lanes.difference.h / 2;
  pen.text(axis.right + 0.6 * size, middle - 0.15 * size, said, { size, weight: 700, fill: SIDES[1].colour });
  pen.text(axis.right + 0.6 * size, middle + 1.25 * size, `law ${signed(apart("policy"))}`, { size: size - 1, weight: 600 });
}

/** @param {Axis} axis @returns {Record<keyof typeof HEIGHTS, Lane>} */
function laid(axis) {
  const gap = 11;
  const total = LANES.reduce((sum, name) => sum + HEIGHTS[name], 0);
  const unit = (axis.bottom - axis.top - gap * (LANES.length - 1)) / total;
  let y = axis.top;
  /** @type {any} */
  const lanes = {};
  for (const name of LANES) {
    lanes[name] = { y, h: HEIGHTS[name] * unit };
    y += HEIGHTS[name] * unit + gap;
  }
  return lanes;
}

/** The week at a place on the axis. @param {Axis} axis @param {number} x */
export function weekAt(axis, x) {
  return Math.max(1, Math.min(axis.weeks, Math.round(((x - axis.left) / (axis.right - axis.left)) * axis.weeks)));
}

/** A place on the lane of people as a value of its curve. @param {import("./scene.js").Scene} scene @param {Axis} axis @param {number} y */
export function valueAt(scene, axis, y) {
  const lane = laid(axis).people;
  const [low, high] = rangeOfPeople(scene);
  const share = 1 - (y - lane.y) / lane.h;
  return low + Math.max(0, Math.min(1, share)) * (high - low);
}

/** @param {import("./scene.js").Scene} scene @param {string} measure @returns {[number, number]} */
function extent(scene, measure) {
  const place = placeOf(scene, measure);
  let low = Infinity;
  let high = -Infinity;
  for (const side of scene.sides) {
    for (const week of side.weeks) {
      low = Math.min(low, week.numbers[place]);
      high = Math.max(high, week.numbers[place]);
    }
  }
  return [low, high];
}

/** @param {import("./scene.js").Scene} scene @returns {[number, number]} */
function rangeOfPeople(scene) {
  const curve = CURVES[scene.view.measure];
  const [low, high] = extent(scene, scene.view.measure);
  if (curve.signed) return [Math.min(low, -0.1) - 0.05, Math.max(high, 0.1) + 0.05];
  if (scene.view.measure !== "expressed") return [0, Math.max(0.002, high * 1.08)];
  const silent = placeOf(scene, "silenced");
  const said = placeOf(scene, "expressed");
  let most = 0.02;
  for (const side of scene.sides) for (const week of side.weeks) most = Math.max(most, week.numbers[said] + week.numbers[silent]);
  return [0, most * 1.08];
}

/** @param {Lane} lane @param {number} low @param {number} high @returns {Scale} */
function scaled(lane, low, high) {
  return { low, high, y: (value) => lane.y + lane.h * (1 - (value - low) / (high - low || 1)) };
}

/** @param {import("./scene.js").Scene} scene @returns {[number, number]} */
function rangeOfLaw(scene) {
  const start = scene.stage.policy[scene.view.polity][scene.view.issue];
  const [low, high] = extent(scene, "policy");
  return [Math.max(-1.02, Math.min(low, start - 0.25) - 0.06), Math.min(1.02, Math.max(high, start + 0.25) + 0.06)];
}

/** How far apart the two sides come, on the curve of people and on the law. @param {import("./scene.js").Scene} scene @param {Over} over */
function mostApart(scene, over) {
  const place = placeOf(scene, scene.view.measure);
  const law = placeOf(scene, "policy");
  const [one, other] = scene.sides.map((side) => side.weeks);
  const most = { curve: CURVES[scene.view.measure].signed ? 0.05 : 0.005, law: 0.1 };
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    most.curve = Math.max(most.curve, Math.abs(other[at].numbers[place] - one[at].numbers[place]));
    most.law = Math.max(most.law, Math.abs(other[at].numbers[law] - one[at].numbers[law]));
  }
  if (over.band) most.curve = Math.max(most.curve, ...over.band.low.map(Math.abs), ...over.band.high.map(Math.abs));
  return most;
}

// ---------------------------------------------------------------- what stands still

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function drawYears(pen, { axis, x, size }) {
  const every = axis.weeks <= 60 ? 13 : axis.weeks <= 420 ? 52 : 104;
  for (let week = 0; week <= axis.weeks; week += every) {
    pen.path([x(week), axis.top, x(week), axis.bottom], { stroke: RULE });
    const anchor = week === 0 ? "start" : week + every > axis.weeks ? "end" : "middle";
    const words = week === 0 ? "start" : every === 13 ? `week ${week}` : `${week / 52} year${week === 52 ? "" : "s"}`;
    pen.text(x(week), axis.bottom + 1.2 * size, words, { size: size - 1, fill: SOFT, anchor });
  }
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot @param {Lane} lane @param {string} name @param {string} note @param {string} [more] */
function drawName(pen, { axis, size }, lane, name, note, more) {
  const x = axis.left - 10.2 * size;
  pen.text(x, lane.y + 0.9 * size, name, { size, weight: 600 });
  if (lane.h > 2.1 * size) pen.text(x, lane.y + 2.1 * size, note, { size: size - 1, fill: SOFT });
  if (more && lane.h > 3.4 * size) pen.text(x, lane.y + 3.3 * size, more, { size: size - 1, fill: SOFT });
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function groundOfLaw(pen, plot) {
  const { axis, lanes, size, law } = plot;
  drawName(pen, plot, lanes.law, "The law", "up: reform");
  const every = law.high - law.low > 1.1 ? 0.5 : 0.25;
  for (let tick = Math.ceil(law.low / every) * every; tick <= law.high; tick += every) {
    const zero = Math.abs(tick) < 0.01;
    pen.path([axis.left, law.y(tick), axis.right, law.y(tick)], { stroke: zero ? "#b8bfc7" : RULE, dash: [2, 3] });
    pen.text(axis.left - 5, law.y(tick) + 0.33 * size, zero ? "0" : signed(tick), { size: size - 2, fill: SOFT, anchor: "end" });
  }
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function groundOfPeople(pen, plot) {
  const { axis, lanes, size, scene, over, x } = plot;
  const { low, high, y } = plot.people;
  const measure = scene.view.measure;
  const curve = CURVES[measure];
  const said = curve.signed ? signed : percent;
  drawName(pen, plot, lanes.people, curve.short, measure === "expressed" ? "hatched: silent" : "of all citizens", measure === "expressed" ? "out of fear" : "");
  pen.path([axis.left, y(Math.max(0, low)), axis.right, y(Math.max(0, low))], { stroke: "#b8bfc7" });
  for (const tick of [low, high / 1.08]) {
    pen.text(axis.left - 5, Math.max(lanes.people.y + 0.8 * size, y(tick) + 0.2 * size), tick === 0 ? "0" : said(tick), { size: size - 2, fill: SOFT, anchor: "end" });
  }
  if (!over.prediction) return;
  const points = over.prediction.flatMap((guess, week) => (guess === null ? [] : [x(week), y(guess)]));
  pen.path(points, { stroke: INK, width: 3, dash: [2, 4] });
  if (points.length) pen.text(points[points.length - 2] - 4, points[points.length - 1] - 6, "your guess", { size: size - 1, weight: 700, anchor: "end", halo: true });
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function groundOfAttention(pen, plot) {
  const { axis, lanes } = plot;
  drawName(pen, plot, lanes.attention, "Attention", "share of agenda");
  pen.path([axis.left, lanes.attention.y + lanes.attention.h, axis.right, lanes.attention.y + lanes.attention.h], { stroke: "#b8bfc7" });
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function groundOfAnswers(pen, plot) {
  const { axis, lanes, size } = plot;
  const lane = lanes.answers;
  pen.text(axis.left - 10.2 * size, lane.y + 0.7 * size, "Government", { size, weight: 600 });
  let at = axis.left + 4;
  ANSWERED.forEach(({ colour, name }) => {
    pen.rect(at, lane.y - 0.02 * size, 0.75 * size, 0.75 * size, { fill: colour });
    pen.text(at + 1.1 * size, lane.y + 0.7 * size, name, { size: size - 1.5, fill: SOFT });
    at += pen.wide(name, { size: size - 1.5 }) + 2.4 * size;
  });
  [0, 1].forEach((side) => {
    const { y, high } = ribbon(plot, side);
    pen.rect(axis.left, y, axis.right - axis.left, high, { fill: "#f1f3f5" });
    drawSide(pen, plot, y + 0.5 * high, side);
  });
}

/** One ribbon a side, one row an answer. @param {Plot} plot @param {number} side */
function ribbon({ lanes, size }, side) {
  const high = (lanes.answers.h - 1.25 * size) / 2 - 2;
  return { y: lanes.answers.y + 1.25 * size + side * (high + 4), high };
}

/** Which side a row is of. @param {import("./pen.js").Pen} pen @param {Plot} plot @param {number} y @param {number} side */
function drawSide(pen, { axis, size }, y, side) {
  pen.text(axis.left - 5, y + 0.33 * size, side ? "change" : "as it was", {
    size: size - 1.5, fill: SIDES[side].colour, weight: 600, anchor: "end",
  });
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function groundOfEvents(pen, plot) {
  const { axis } = plot;
  drawName(pen, plot, plot.lanes.events, "Events", "");
  [0, 1].forEach((side) => {
    const y = heightOfEvents(plot, side);
    drawSide(pen, plot, y, side);
    pen.path([axis.left, y, axis.right, y], { stroke: "#eceff2" });
  });
}

/** @param {Plot} plot @param {number} side */
function heightOfEvents({ lanes }, side) {
  return lanes.events.y + lanes.events.h * (side ? 0.78 : 0.26);
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function groundOfDifference(pen, plot) {
  const { axis, lanes, size, scene, over, x, apart } = plot;
  drawName(pen, plot, lanes.difference, "Difference", "change − as it was");
  if (over.band) {
    const edge = [...over.band.high.flatMap((v, at) => [x(at + 1), apart.y(v)])];
    for (let at = over.band.low.length - 1; at >= 0; at--) edge.push(x(at + 1), apart.y(over.band.low[at]));
    pen.path(edge, { fill: "#c9a227", opacity: 0.28 }, true);
    pen.path(over.band.middle.flatMap((v, at) => [x(at + 1), apart.y(v)]), { stroke: "#7a5c00", width: 1.5 });
  }
  pen.path([axis.left, apart.y(0), axis.right, apart.y(0)], { stroke: "#8a929b" });
  const words = `area: ${CURVES[scene.view.measure].short.toLowerCase()}, line: the law${over.band ? ", gold: twins" : ""}`;
  pen.text(axis.left + 4, lanes.difference.y + 0.75 * size, words, { size: size - 2, fill: SOFT, halo: true });
}

// ---------------------------------------------------------------- what was

/**
 * @param {import("./pen.js").Pen} pen @param {Plot} plot @param {number} until
 * @param {string} measure @param {(number: number) => number} y @param {boolean} steps
 */
function drawCurves(pen, { scene, x }, until, measure, y, steps) {
  const place = placeOf(scene, measure);
  [0, 1].forEach((side) => {
    const points = [];
    let last = 0;
    for (const week of scene.sides[side].weeks.slice(0, until)) {
      const at = y(week.numbers[place]);
      if (steps && points.length && Math.abs(at - last) > 0.05) points.push(x(week.k), last);
      points.push(x(week.k), at);
      last = at;
    }
    const { colour, dash } = SIDES[side];
    if (points.length === 2) pen.round(points[0], points[1], 2, { fill: colour });
    else pen.path(points, { stroke: colour, width: 2.2 * scene.big, dash });
  });
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot @param {number} until */
function drawSilence(pen, { scene, x, people }, until) {
  const [said, silent] = [placeOf(scene, "expressed"), placeOf(scene, "silenced")];
  [0, 1].forEach((side) => {
    const weeks = scene.sides[side].weeks.slice(0, until);
    const up = weeks.flatMap((week) => [x(week.k), people.y(week.numbers[said] + week.numbers[silent])]);
    const back = [];
    for (let i = weeks.length - 1; i >= 0; i--) back.push(x(weeks[i].k), people.y(weeks[i].numbers[said]));
    pen.hatch([...up, ...back], SIDES[side].colour, side === 0);
  });
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot @param {number} until */
function drawAnswers(pen, plot, until) {
  const { scene, x } = plot;
  const wide = Math.max(1.4, x(1) - x(0) + 0.3);
  [0, 1].forEach((side) => {
    const { y, high } = ribbon(plot, side);
    ANSWERED.forEach(({ colour }, row) => {
      for (const [first, last] of spells(scene, side, row, until)) {
        const left = x(first) - wide / 2;
        pen.rect(left, y + (row * high) / 4, x(last) + wide / 2 - left, high / 4, { fill: colour });
      }
    });
  });
}

/** First and last week of each time in which the government gave an answer. @param {import("./scene.js").Scene} scene @param {number} side @param {number} row @param {number} until @returns {[number, number][]} */
function spells(scene, side, row, until) {
  /** @type {[number, number][]} */
  const found = [];
  for (const week of scene.sides[side].weeks.slice(0, until)) {
    if (!((answersOf(scene, week) >> row) & 1)) continue;
    const last = found[found.length - 1];
    if (last && last[1] === week.k - 1) last[1] = week.k;
    else found.push([week.k, week.k]);
  }
  return found;
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot @param {number} until */
function drawDifference(pen, { scene, x, apart, apartLaw }, until) {
  const [place, law] = [placeOf(scene, scene.view.measure), placeOf(scene, "policy")];
  const [one, other] = scene.sides.map((side) => side.weeks);
  const there = Math.min(one.length, other.length, until);
  if (there < 1) return;
  const area = [x(1), apart.y(0)];
  /** @type {number[]} */
  const line = [];
  for (let at = 0; at < there; at++) {
    area.push(x(at + 1), apart.y(other[at].numbers[place] - one[at].numbers[place]));
    const step = apartLaw.y(other[at].numbers[law] - one[at].numbers[law]);
    if (line.length && Math.abs(step - line[line.length - 1]) > 0.05) line.push(x(at + 1), line[line.length - 1]);
    line.push(x(at + 1), step);
  }
  area.push(x(there), apart.y(0));
  pen.path(area, { fill: SIDES[1].colour, opacity: 0.3 }, true);
  pen.path(line, { stroke: INK, width: 1.8 });
}

// ---------------------------------------------------------------- what happened

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function drawParting(pen, { scene, axis, x, size }) {
  const week = parting(scene);
  if (!week || week > scene.view.week) return;
  pen.path([x(week), axis.top - 1.1 * size, x(week), axis.bottom], { stroke: SIDES[1].colour, dash: [2, 3] });
  const left = x(week) < axis.right - 9 * size;
  pen.text(x(week) + (left ? 4 : -4), axis.top - 0.35 * size, `they part in week ${week}`, {
    size: size - 1, weight: 600, fill: SIDES[1].colour, anchor: left ? "start" : "end", halo: true,
  });
}

/** Steps of the law, named by their size. @param {import("./pen.js").Pen} pen @param {Plot} plot */
function drawSteps(pen, { scene, axis, x, size, law }) {
  [0, 1].forEach((side) => {
    for (const week of shown(scene, side)) {
      for (const [event, polity, issue, , , change, text] of week.said) {
        if (event !== "step" || polity !== scene.view.polity || issue !== scene.view.issue) continue;
        const at = law.y(value(scene, week, "policy"));
        axis.marks.push({ x: x(week.k), y: at, week: week.k, text });
        if (signed(change) === signed(0)) continue;
        const room = x(week.k) < axis.right - 4 * size;
        pen.text(x(week.k) + (room ? 5 : -5), at + (change > 0 ? -0.45 : 1.1) * size, signed(change), {
          size: size - 0.5, weight: 700, fill: SIDES[side].colour, anchor: room ? "start" : "end", halo: true,
        });
      }
    }
  });
}

/** @param {import("./scene.js").Scene} scene @param {number} side */
function shown(scene, side) {
  return scene.sides[side].weeks.slice(0, scene.view.week);
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function drawEvents(pen, plot) {
  const { scene, axis, x, size } = plot;
  [0, 1].forEach((side) => {
    const y = heightOfEvents(plot, side);
    for (const week of shown(scene, side)) {
      for (const [event, polity, issue, , , , text] of week.said) {
        const here = (issue === scene.view.issue || issue < 0) && (polity === scene.view.polity || polity < 0);
        if (!here || !MARKED.has(event)) continue;
        drawMark(pen, event, x(week.k), y, 0.34 * size, SIDES[side].colour);
        axis.marks.push({ x: x(week.k), y, week: week.k, text });
      }
    }
  });
}

/** What happened, by shape: the same shapes stand in the story. @param {import("./pen.js").Pen} pen @param {string} event @param {number} x @param {number} y @param {number} r @param {string} colour */
export function drawMark(pen, event, x, y, r, colour) {
  const line = { stroke: colour, width: 1.8 };
  const solid = { fill: colour };
  if (event === "closure") {
    pen.path([x - r, y - r, x + r, y + r], line);
    pen.path([x - r, y + r, x + r, y - r], line);
  } else if (event === "founded" || event === "split" || event === "formalised") {
    pen.path([x - r, y, x + r, y], line);
    pen.path([x, y - r, x, y + r], line);
  } else if (event === "alliance" || event === "joined") pen.round(x, y, r, { ...line, fill: "#fff" });
  else if (event === "dissolved" || event === "left") {
    pen.round(x, y, r, { ...line, fill: "#fff" });
    pen.path([x - r, y + r, x + r, y - r], line);
  } else if (event === "reform") pen.path([x, y - 1.4 * r, x + 1.2 * r, y, x, y + 1.4 * r, x - 1.2 * r, y], solid, true);
  else if (event === "hashtag") {
    pen.path([x - r * 0.35, y - r, x - r * 0.55, y + r], line);
    pen.path([x + r * 0.55, y - r, x + r * 0.35, y + r], line);
    pen.path([x - r, y - r * 0.35, x + r, y - r * 0.35], line);
    pen.path([x - r, y + r * 0.35, x + r, y + r * 0.35], line);
  } else if (event === "news" || event === "disaster") pen.path([x, y - r, x + r, y + r, x - r, y + r], solid, true);
  else if (event === "step") pen.path([x - r, y + r, x, y + r, x, y - r, x + r, y - r], { ...line, width: 2.2 });
  else if (event === "protest") pen.rect(x - r * 0.85, y - r * 0.85, 1.7 * r, 1.7 * r, solid);
  else if (event === "repress" || event === "accommodate") pen.rect(x - r, y - r * 0.4, 2 * r, 0.8 * r, solid);
  else if (["adopted", "refused", "appeal", "shaming", "shelter"].includes(event)) {
    pen.path([x - r, y + r, x + r, y - r], line);
    pen.path([x - r * 0.2, y - r, x + r, y - r, x + r, y + r * 0.2], line);
  } else if (event === "merged") {
    pen.path([x - r, y - r, x, y, x - r, y + r], line);
    pen.path([x, y, x + r, y], line);
  } else if (event === "withdrawal") {
    pen.path([x - r, y - r, x + r, y + r], line);
    pen.path([x + r, y - r * 0.2, x + r, y + r, x - r * 0.2, y + r], line);
  } else if (event === "unregistered" || event === "not_followed") {
    pen.round(x, y, r, { ...line, fill: "#fff" });
    pen.path([x - r * 0.5, y, x + r * 0.5, y], line);
  } else {
    pen.rect(x - r, y - r * 0.7, 2 * r, 1.6 * r, { ...line, fill: "#fff" });
    pen.path([x - r * 0.6, y - r * 1.1, x + r * 0.6, y - r * 1.1], line);
  }
}

// ---------------------------------------------------------------- the week that is looked at

/** @param {import("./pen.js").Pen} pen @param {Plot} plot @param {Lane} lane @param {string[]} numbers */
function drawNumbers(pen, { axis, size }, lane, numbers) {
  const middle = lane.y + lane.h / 2;
  numbers.forEach((number, side) => {
    pen.text(axis.right + 0.6 * size, middle + (side ? 1.25 : -0.15) * size, number, {
      size, weight: 700, fill: SIDES[side].colour,
    });
  });
}

/** @param {import("./pen.js").Pen} pen @param {Plot} plot */
function drawNow(pen, { scene, axis, x }) {
  const at = x(scene.view.week);
  pen.path([at, axis.top - 2, at, axis.bottom], { stroke: INK, width: 1.6 });
  pen.round(at, axis.bottom, 5 * scene.big, { fill: INK });
  pen.round(at, axis.top - 2, 3 * scene.big, { fill: INK });
}
