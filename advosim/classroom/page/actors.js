// Who acts: organisations at fixed places with alliances as bows; and the map, where cases travel abroad and come back.
// @ts-check

import { capital, fundsOf, marksOf, nowOf, plain, value, INK, RULE, SOFT, VIEWS } from "./scene.js";

/** The weight that an organisation must give an issue to be named on it. */
const CARES = 0.15;
const MOST_NAMED = 9;
/** Of those, allies from abroad at most. */
const MOST_ABROAD = 4;

/**
 * @param {import("./pen.js").Pen} pen @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene @param {number} side
 */
export function drawOrganisations(pen, box, scene, side) {
  const week = nowOf(scene, side);
  const size = 11 * scene.big;
  const middle = box.x + box.w / 2;
  pen.text(box.x, box.y + size, "for reform", { size, fill: VIEWS.more, weight: 600 });
  pen.text(box.x + box.w, box.y + size, "against", { size, fill: VIEWS.less, weight: 600, anchor: "end" });
  const places = placed(scene, week, { x: box.x, y: box.y + 1.6 * size, w: box.w, h: box.h - 1.6 * size }, size);
  if (!week) return;
  drawBows(pen, scene, week, places, middle);
  const busy = new Set(week.campaigns.filter((each) => each[1] === scene.view.issue).map((each) => each[0]));
  for (const [organisation, at] of places) drawOne(pen, scene, week, organisation, at, busy.has(organisation), size, box.w);
}

/** @typedef {{x: number, y: number, left: boolean, named: boolean, abroad: boolean}} Spot */

/**
 * Where organisations stand: on the side that they take, those whom the issue concerns with their names.
 * Where too many are concerned, those who are founded in mid-run come first, and those who have closed last. Allies from
 * abroad stand below.
 * @param {import("./scene.js").Scene} scene @param {import("./history.js").Week | undefined} week
 * @param {import("./pen.js").Box} box @param {number} size
 * @returns {Map<number, Spot>}
 */
function placed(scene, week, box, size) {
  const { stage, view } = scene;
  const spots = new Map();
  const founded = new Map((week?.founded || []).map(([place, stances, priorities]) => [place, { stances, priorities }]));
  const there = (/** @type {number} */ place) => !stage.newcomers?.[place] || founded.has(place);
  const cares = (/** @type {number} */ place) => (founded.get(place)?.priorities || stage.priorities[place])[view.issue];
  const wants = (/** @type {number} */ place, /** @type {number} */ home) => {
    const own = founded.get(place);
    return own ? own.stances[view.issue] > stage.policy[home][view.issue] : sideOf(stage, place, view.issue, home);
  };
  for (const left of [true, false]) {
    const all = stage.organisations
      .map((each, place) => ({ place, home: each[0] }))
      .filter(({ place, home }) => home === view.polity && there(place) && wants(place, home) === left)
      .map(({ place }) => place);
    const allies = week ? alliesAbroad(scene, week, left ? 0 : 1).slice(0, MOST_ABROAD) : [];
    const rank = (/** @type {number} */ place) => (week && marksOf(stage, week, place) & 1 ? 2 : stage.newcomers?.[place] ? 0 : 1);
    const concerned = all.filter((place) => cares(place) >= CARES).sort((one, other) => rank(one) - rank(other) || one - other);
    const named = [...concerned.slice(0, MOST_NAMED - allies.length).sort((one, other) => one - other), ...allies];
    const rest = all.filter((place) => !named.includes(place));
    const room = rest.length ? 1.9 * size : 0;
    const step = Math.min(2.1 * size, (box.h - room) / Math.max(named.length, 1));
    const edge = left ? box.x + 2 * size : box.x + box.w - 2 * size;
    named.forEach((place, i) => spots.set(place, { x: edge, y: box.y + (i + 0.5) * step, left, named: true, abroad: allies.includes(place) }));
    const across = Math.min(1.15 * size, (box.w / 2 - 2.4 * size) / Math.max(rest.length, 1));
    rest.forEach((place, i) =>
      spots.set(place, { x: edge + (left ? 1 : -1) * i * across, y: box.y + box.h - 0.8 * size, left, named: false, abroad: false }),
    );
  }
  return spots;
}

/** Organisations of other countries that are allied on the issue with one from here. @param {import("./scene.js").Scene} scene @param {import("./history.js").Week} week @param {number} side */
function alliesAbroad({ stage, view }, week, side) {
  const home = (/** @type {number} */ one) => stage.organisations[one][0] === view.polity;
  const shared = week.alliances.filter((each) => each[1] === view.issue && each[2] === side && each[3].some(home));
  return [...new Set(shared.flatMap((each) => each[3].filter((one) => !home(one))))].sort((one, other) => one - other);
}

/** Whether an organisation would have more reform than the law at the start. @param {import("./history.js").Stage} stage @param {number} place @param {number} issue @param {number} home */
export function sideOf(stage, place, issue, home) {
  return stage.stances[place][issue] > stage.policy[home][issue];
}

/**
 * @param {import("./pen.js").Pen} pen @param {import("./scene.js").Scene} scene @param {import("./history.js").Week} week
 * @param {Map<number, Spot>} places @param {number} middle
 */
function drawBows(pen, scene, week, places, middle) {
  for (const [, issue, side, members] of week.alliances) {
    const here = issue === scene.view.issue;
    const known = members.map((one) => places.get(one)).filter((spot) => spot !== undefined);
    const colour = here ? (side === 0 ? VIEWS.more : VIEWS.less) : "#c3c9d0";
    for (let i = 1; i < known.length; i++) {
      const [from, to] = [known[i - 1], known[i]];
      const out = from.x < middle ? -1 : 1;
      const far = Math.min(20, 7 + Math.abs(from.y - to.y) * 0.22) * scene.big * out;
      const over = /** @type {[number, number]} */ ([(from.x + to.x) / 2 + far * 1.6, (from.y + to.y) / 2]);
      pen.bow([from.x, from.y], over, [to.x, to.y], { stroke: colour, width: here ? 2 : 1.2 });
    }
  }
}

/**
 * @param {import("./pen.js").Pen} pen @param {import("./scene.js").Scene} scene @param {import("./history.js").Week} week
 * @param {number} organisation @param {Spot} at @param {boolean} busy @param {number} size @param {number} wide
 */
function drawOne(pen, scene, week, organisation, at, busy, size, wide) {
  const { stage } = scene;
  const closed = (marksOf(stage, week, organisation) & 1) > 0;
  const exiled = (marksOf(stage, week, organisation) & 2) > 0;
  const colour = at.named ? (at.left ? VIEWS.more : VIEWS.less) : "#9aa2ab";
  const most = (at.named ? 0.62 : 0.42) * size;
  const means = 0.105 * size * Math.sqrt(Math.max(0, fundsOf(stage, week, organisation)));
  // In half pixels: what nobody can see need not be drawn anew.
  const r = Math.round(2 * Math.max(0.18 * size, Math.min(most, means))) / 2;
  if (closed) drawCross(pen, at.x, at.y, 0.32 * size);
  else {
    pen.round(at.x, at.y, r, { fill: exiled || at.abroad ? "#fff" : colour, stroke: colour, width: 1.5 });
    if (busy) pen.round(at.x, at.y, r + 2.5, { stroke: colour, width: 1.4 });
  }
  if (!at.named) return;
  const [home, own] = stage.organisations[organisation];
  const from = at.abroad ? ` (${plain(stage.polities[home])})` : "";
  const room = wide / 2 - 3.2 * size - pen.wide(from, { size: size - 0.5 });
  const name = shortened(pen, capital(plain(own)), room, size - 0.5) + from;
  pen.text(at.x + (at.left ? 1 : -1) * 1.0 * size, at.y + 0.36 * size, name, {
    size: size - 0.5,
    fill: closed ? "#6b7280" : INK,
    anchor: at.left ? "start" : "end",
    halo: true,
  });
}

/** @param {import("./pen.js").Pen} pen @param {number} x @param {number} y @param {number} r */
function drawCross(pen, x, y, r) {
  pen.path([x - r, y - r, x + r, y + r], { stroke: INK, width: 1.8 });
  pen.path([x - r, y + r, x + r, y - r], { stroke: INK, width: 1.8 });
}

/**
 * A name that fits: its words are shortened from the first on, each to three letters at least, so that alike ones stay
 * apart; what is still too wide loses words of its middle.
 * @param {import("./pen.js").Pen} pen @param {string} name @param {number} wide @param {number} size
 */
function shortened(pen, name, wide, size) {
  const fits = (/** @type {string} */ told) => pen.wide(told, { size }) <= wide;
  if (fits(name)) return name;
  const words = name.split(" ");
  for (const [place, word] of words.entries()) {
    for (let keep = word.length - 2; keep >= 3; keep -= 1) {
      words[place] = `${word.slice(0, keep)}.`;
      if (fits(words.join(" "))) return words.join(" ");
    }
  }
  while (words.length > 2 && !fits(words.join(" "))) words.splice(1, 1);
  return words.join(" ");
}

// ---------------------------------------------------------------- the map

/**
 * Countries below, bodies above; cases travel up, and shaming comes back down on the country that is looked at.
 * @param {import("./pen.js").Pen} pen @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene @param {number} side
 */
export function drawMap(pen, box, scene, side) {
  const { stage, view } = scene;
  const week = nowOf(scene, side);
  const size = 11 * scene.big;
  const sky = { x: box.x, y: box.y + 0.29 * box.h };
  const homes = stage.polities.map((name, place) => ({ name, ...country(stage, place, box) }));
  const gates = stage.bodies.map(([name], place) => ({
    name,
    x: box.x + (box.w * (place + 1)) / (stage.bodies.length + 1),
    y: sky.y,
  }));
  if (gates.length) pen.text(box.x, box.y + size, "above the states", { size: size - 1, fill: SOFT });
  pen.path([box.x, sky.y + 1.3 * size, box.x + box.w, sky.y + 1.3 * size], { stroke: RULE, dash: [2, 3] });
  if (week) {
    drawMembers(pen, week, homes, gates, size);
    drawAllies(pen, scene, week, homes);
    drawShame(pen, scene, week, homes, gates, size);
  }
  homes.forEach((home, place) => drawCountry(pen, scene, week, home, place, size));
  for (const gate of gates) {
    const r = 0.8 * size;
    const roof = [gate.x - 1.5 * r, gate.y - r, gate.x, gate.y - 2.2 * r, gate.x + 1.5 * r, gate.y - r];
    pen.path(roof, { fill: "#e9ecf0", stroke: INK, width: 1.2 }, true);
    for (const off of [-1, 0, 1]) pen.rect(gate.x + off * r - 1.5, gate.y - r, 3, 1.4 * r, { fill: INK });
    pen.text(gate.x, gate.y - 2.6 * r, plain(gate.name), { size, anchor: "middle", weight: 600, halo: true });
  }
  if (week) drawCases(pen, scene, week, homes, gates, size);
  if (!stage.bodies.length && stage.polities.length < 2) pen.text(box.x, box.y + size, plain(view.s), { size });
}

/** @param {import("./history.js").Stage} stage @param {number} place @param {import("./pen.js").Box} box */
function country(stage, place, box) {
  const largest = Math.max(...stage.citizens);
  const share = 0.75 + 0.25 * Math.sqrt(stage.citizens[place] / largest);
  const r = share * Math.min((0.38 * box.w) / stage.polities.length, 0.19 * box.h);
  return { x: box.x + (box.w * (place + 0.5)) / stage.polities.length, y: box.y + 0.7 * box.h, r };
}

/** @typedef {{name: string, x: number, y: number, r?: number}} Place */

/**
 * Who is a member of which body, and whose government has left it.
 * @param {import("./pen.js").Pen} pen @param {import("./history.js").Week} week @param {Place[]} homes @param {Place[]} gates @param {number} size
 */
function drawMembers(pen, week, homes, gates, size) {
  for (const [body, polity, inside] of week.members || []) {
    const [from, to] = [homes[polity], gates[body]];
    const ends = [from.x, from.y - (from.r || 0), to.x, to.y + 0.4 * size];
    if (inside) pen.path(ends, { stroke: "#8a929b", width: 1 });
    else {
      const [x, y] = [(ends[0] + ends[2]) / 2, (ends[1] + ends[3]) / 2];
      pen.path(ends, { stroke: "#8a929b", width: 1, dash: [2, 4] });
      drawCross(pen, x, y, 0.36 * size);
      pen.text(x + 0.7 * size, y + 0.35 * size, "left", { size, weight: 700, halo: true });
    }
  }
}

/**
 * Alliances on the issue across borders: the more pairs, the wider.
 * @param {import("./pen.js").Pen} pen @param {import("./scene.js").Scene} scene @param {import("./history.js").Week} week @param {Place[]} homes
 */
function drawAllies(pen, { stage, view, big }, week, homes) {
  /** @type {Map<string, number>} */
  const pairs = new Map();
  for (const [, issue, side, members] of week.alliances) {
    if (issue !== view.issue) continue;
    const countries = [...new Set(members.map((one) => stage.organisations[one][0]))].sort();
    countries.forEach((one, i) => countries.slice(i + 1).forEach((other) => pairs.set(`${one} ${other} ${side}`, (pairs.get(`${one} ${other} ${side}`) || 0) + 1)));
  }
  for (const [key, number] of pairs) {
    const [one, other, side] = key.split(" ").map(Number);
    const [from, to] = [homes[one], homes[other]];
    const low = Math.max(from.y + (from.r || 0), to.y + (to.r || 0));
    const over = /** @type {[number, number]} */ ([(from.x + to.x) / 2, low + (side ? 4 : 14) * big]);
    const style = { stroke: side === 0 ? VIEWS.more : VIEWS.less, width: Math.min(6, 1.2 + number) };
    pen.bow([from.x, from.y + 0.6 * (from.r || 0)], over, [to.x, to.y + 0.6 * (to.r || 0)], style);
  }
}

/**
 * @param {import("./pen.js").Pen} pen @param {import("./scene.js").Scene} scene @param {import("./history.js").Week | undefined} week
 * @param {Place} home @param {number} place @param {number} size
 */
function drawCountry(pen, scene, week, home, place, size) {
  const looked = place === scene.view.polity;
  const r = home.r || 10;
  pen.round(home.x, home.y, r, { fill: looked ? "#fff" : "#f0f2f4", stroke: INK, width: looked ? 2.2 : 1 });
  pen.text(home.x, home.y + r + 1.1 * size, plain(home.name), { size, anchor: "middle", weight: looked ? 700 : 400, halo: true });
  if (!week) return;
  const law = value({ ...scene, view: { ...scene.view, polity: place } }, week, "policy");
  pen.text(home.x, home.y + 0.1 * size, "law", { size: size - 1.5, anchor: "middle", fill: SOFT });
  pen.text(home.x, home.y + 1.15 * size, `${law > 0 ? "+" : law < 0 ? "−" : ""}${Math.abs(law).toFixed(2)}`, { size, anchor: "middle", weight: 700 });
}

/**
 * Cases on their way, and those that were taken up; blue asks for reform, orange against it.
 * @param {import("./pen.js").Pen} pen @param {import("./scene.js").Scene} scene @param {import("./history.js").Week} week
 * @param {Place[]} homes @param {Place[]} gates @param {number} size
 */
function drawCases(pen, scene, week, homes, gates, size) {
  const { stage, view } = scene;
  for (const [organisation, body, issue, side, done] of week.appeals) {
    const from = homes[stage.organisations[organisation][0]];
    const to = goal(homes, gates, body, from);
    if (!to) continue;
    const here = issue === view.issue;
    const colour = here ? (side === 0 ? VIEWS.more : VIEWS.less) : "#9aa2ab";
    const over = above(from, to);
    pen.bow([from.x, from.y - (from.r || 0)], over, [to.x, to.y], { stroke: colour, width: 1.2, dash: [3, 3] });
    const [x, y] = onBow([from.x, from.y - (from.r || 0)], over, [to.x, to.y], Math.min(done, 0.92));
    pen.rect(x - 0.5 * size, y - 0.36 * size, size, 0.72 * size, { fill: "#fff", stroke: colour, width: 1.6 });
    pen.path([x - 0.5 * size, y - 0.36 * size, x, y + 0.1 * size, x + 0.5 * size, y - 0.36 * size], { stroke: colour, width: 1.2 });
  }
  const counts = new Map();
  for (const [body, polity, issue, side, fresh] of week.cases) {
    if (issue !== view.issue || polity !== view.polity) continue;
    const to = goal(homes, gates, body, homes[polity]);
    if (!to) continue;
    const number = counts.get(body) || 0;
    counts.set(body, number + 1);
    const colour = side === 0 ? VIEWS.more : VIEWS.less;
    pen.round(to.x + (2.1 + number * 1.1) * size, to.y - 0.2 * size, 0.46 * size, { fill: colour, opacity: 0.25 + 0.75 * fresh, stroke: colour });
  }
}

/** Where a case goes: to a body, or to the nearest other country. @param {Place[]} homes @param {Place[]} gates @param {number} body @param {Place} from @returns {Place | undefined} */
function goal(homes, gates, body, from) {
  if (body >= 0) return gates[body];
  return homes.filter((home) => home !== from).sort((one, other) => Math.abs(one.x - from.x) - Math.abs(other.x - from.x))[0];
}

/** @param {Place} from @param {Place} to @returns {[number, number]} */
function above(from, to) {
  return [(from.x + to.x) / 2 - 14, Math.min(from.y, to.y) - Math.abs(from.x - to.x) * 0.12];
}

/** @param {[number, number]} a @param {[number, number]} b @param {[number, number]} c @param {number} t @returns {[number, number]} */
function onBow(a, b, c, t) {
  const at = (/** @type {0 | 1} */ i) => (1 - t) ** 2 * a[i] + 2 * t * (1 - t) * b[i] + t * t * c[i];
  return [at(0), at(1)];
}

/** Where words begin that stand about a place and do not leave the map. @param {Place[]} homes @param {number} middle @param {number} wide */
function within(homes, middle, wide) {
  const [first, last] = [homes[0], homes[homes.length - 1]];
  const [least, most] = [first.x - (first.r || 0), last.x + (last.r || 0) - wide];
  return Math.max(least, Math.min(middle - wide / 2, most));
}

/**
 * Shaming that comes back to the country that is looked at: the wider, the stronger.
 * @param {import("./pen.js").Pen} pen @param {import("./scene.js").Scene} scene @param {import("./history.js").Week} week
 * @param {Place[]} homes @param {Place[]} gates @param {number} size
 */
function drawShame(pen, scene, week, homes, gates, size) {
  const home = homes[scene.view.polity];
  ["shaming_for", "shaming_against"].forEach((measure, side) => {
    const strength = value(scene, week, measure);
    if (strength < 0.01) return;
    const colour = side === 0 ? VIEWS.more : VIEWS.less;
    const bodies = new Set(week.cases.filter((each) => each[1] === scene.view.polity && each[2] === scene.view.issue).map((each) => each[0]));
    for (const body of bodies) {
      const from = goal(homes, gates, body, home);
      if (!from) continue;
      const to = /** @type {[number, number]} */ ([home.x + 4, home.y - (home.r || 0)]);
      const over = /** @type {[number, number]} */ ([(from.x + home.x) / 2 + 26, (from.y + home.y) / 2]);
      pen.bow([from.x + 5, from.y], over, to, { stroke: colour, width: 1.5 + 7 * strength, opacity: 0.55 });
      pen.path([to[0] - 6, to[1] - 9, to[0], to[1], to[0] + 8, to[1] - 8], { fill: colour }, true);
    }
    const told = `shamed: ${Math.round(100 * strength)}%`;
    const x = within(homes, home.x, pen.wide(told, { size: size - 0.5, weight: 600 }));
    pen.text(x, home.y + (home.r || 0) + (2.3 + side) * size, told, { size: size - 0.5, fill: colour, weight: 600, halo: true });
  });
}
