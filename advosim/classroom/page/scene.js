// What is looked at: two histories, a week, an issue, a country; and how numbers and names are said.
// @ts-check

/** @typedef {import("./history.js").History} History */
/** @typedef {import("./history.js").Stage} Stage */
/** @typedef {import("./history.js").Week} Week */

/**
 * All that the address holds.
 * @typedef {{
 *   s: string, seed: number, a: import("./history.js").Changes, b: import("./history.js").Changes,
 *   week: number, issue: number, polity: number, measure: string, say: boolean, map: boolean | null, tab: string,
 *   speed: number, projector: boolean, lesson: string, hide: boolean
 * }} View
 */

/** @typedef {{stage: Stage, sides: History[], view: View, big: number, dim: boolean}} Scene */

export const INK = "#1b1f24";
export const SOFT = "#545c66";
export const RULE = "#dfe3e8";
export const SIDES = [
  { colour: "#1f3a5f", dash: /** @type {number[]} */ ([]), name: "as it was" },
  { colour: "#a3195b", dash: [7, 4], name: "with the change" },
];
export const VIEWS = { more: "#0072b2", less: "#d55e00", moreQuiet: "#4a95c7", lessQuiet: "#c9783a", none: "#8b939c" };
/** The government's answers, in the order of bits. */
export const ANSWERED = [
  { colour: "#c44e00", name: "uses force" },
  { colour: "#00513b", name: "gives way" },
  { colour: "#3d8fd1", name: "talks" },
  { colour: "#7d7d7d", name: "denies" },
];

/** What the curve of people can show, by measure. @type {Record<string, {name: string, short: string, signed?: boolean}>} */
export const CURVES = {
  expressed: { name: "say they want more", short: "Say so" },
  support: { name: "want more than the law", short: "Want more" },
  attitude: { name: "mean view, -1 to +1", short: "Mean view", signed: true },
  aware: { name: "know of the issue", short: "Know of it" },
  protest_for: { name: "march for reform", short: "March for" },
  protest_against: { name: "march against reform", short: "March against" },
  petition_for: { name: "sign for reform", short: "Sign for" },
  petition_against: { name: "sign against reform", short: "Sign against" },
};

/** The number of a measure in a week, of the country and issue that are looked at. @param {Scene} scene @param {Week} week @param {string} measure */
export function value(scene, week, measure) {
  return week.numbers[placeOf(scene, measure)];
}

/** @param {Scene} scene @param {string} measure */
export function placeOf(scene, measure) {
  const { stage, view } = scene;
  const issues = stage.issues.length;
  return stage.measures.indexOf(measure) * stage.polities.length * issues + view.polity * issues + view.issue;
}

/** Means of an organisation in a week. @param {Stage} stage @param {Week} week @param {number} organisation */
export function fundsOf(stage, week, organisation) {
  const before = stage.issues.length * (stage.measures.length * stage.polities.length + stage.views.length * stage.publics.length);
  return week.numbers[before + organisation];
}

/** What members of a public do in a week. @param {Scene} scene @param {Week} week @param {string} name @param {number} place of the public */
export function ofPublic(scene, week, name, place) {
  const { stage, view } = scene;
  const issues = stage.issues.length;
  const before = issues * stage.measures.length * stage.polities.length;
  return week.numbers[before + (stage.views.indexOf(name) * stage.publics.length + place) * issues + view.issue];
}

/** The government's answers in a week, as bits. @param {Scene} scene @param {Week} week */
export function answersOf(scene, week) {
  return week.bytes[scene.view.polity * scene.stage.issues.length + scene.view.issue];
}

/** Marks of an organisation in a week: 1 closed, 2 abroad. @param {Stage} stage @param {Week} week @param {number} organisation */
export function marksOf(stage, week, organisation) {
  return week.bytes[stage.polities.length * stage.issues.length + organisation];
}

/** The bytes of citizens on the issue that is looked at. @param {Scene} scene @param {Week} week */
export function crowdOf(scene, week) {
  const { stage, view } = scene;
  const start = stage.polities.length * stage.issues.length + stage.organisations.length + view.issue * stage.sample.length;
  return week.bytes.subarray(start, start + stage.sample.length);
}

/** The week that is looked at on a side; none before it has come. @param {Scene} scene @param {number} side @returns {Week | undefined} */
export function nowOf(scene, side) {
  return scene.sides[side].weeks[scene.view.week - 1];
}

/** Whether there is anything abroad. @param {Stage} stage */
export function hasAbroad(stage) {
  return stage.polities.length > 1 || stage.bodies.length > 0;
}

/** @type {{key: string, week: number}} */
const partedAt = { key: "", week: 0 };

/** The first week in which the two differ on what is looked at; 0 while they do not. @param {Scene} scene */
export function parting(scene) {
  const [one, other] = scene.sides.map((history) => history.weeks);
  const there = Math.min(one.length, other.length);
  const key = `${there} ${scene.view.issue} ${scene.view.polity} ${scene.view.s} ${JSON.stringify([scene.view.a, scene.view.b, scene.view.seed])}`;
  if (partedAt.key === key) return partedAt.week;
  const places = ["policy", "expressed", "attitude"].map((name) => placeOf(scene, name));
  const limits = [0.005, 0.002, 0.005];
  let week = 0;
  for (let at = 0; at < there && !week; at++) {
    const apart = places.some((place, i) => Math.abs(one[at].numbers[place] - other[at].numbers[place]) > limits[i]);
    if (apart) week = at + 1;
  }
  Object.assign(partedAt, { key, week });
  return week;
}

/** @param {string} name */
export function plain(name) {
  return name.replaceAll("_", " ").replace(/\bngo\b/g, "NGO");
}

/** @param {string} text */
export function capital(text) {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** @param {number} share */
export function percent(share) {
  const number = 100 * share;
  if (number === 0) return "0%";
  if (number < 0.1) return "<0.1%";
  return `${number < 9.95 ? number.toFixed(1) : Math.round(number)}%`;
}

/** With a true minus sign. @param {number} number */
export function signed(number) {
  const text = Math.abs(number).toFixed(2);
  return text === "0.00" ? "0.00" : (number > 0 ? "+" : "−") + text;
}

/** A setting's value as a change says it. @param {any} given */
export function saidValue(given) {
  if (typeof given === "boolean") return given ? "on" : "off";
  return typeof given === "number" ? String(Math.round(given * 1000) / 1000) : plain(String(given));
}

/** The last part of a setting's path, in words. @param {string} path */
export function saidPath(path) {
  const parts = path.split(".");
  if (parts[0] === "campaign") return `${plain(parts[2])}: ${plain(parts[3])} on ${plain(parts[4])}, weeks`;
  if (parts[0] === "shock") return `${plain(parts[2])} on ${plain(parts[3])}, size`;
  const last = plain(parts[parts.length - 1]);
  if (parts[0] === "mechanism") return last === "on" ? `rule “${plain(parts[1])}”` : `${plain(parts[1])}: ${last}`;
  const inner = parts.length > 4 && parts[2] === "governance" ? `${plain(parts[3])}: ` : "";
  const owner = parts[2] === "organisation" ? `${plain(parts[3])}: ` : parts[0] === "issue" ? `${plain(parts[1])}: ` : "";
  return inner + owner + last;
}
