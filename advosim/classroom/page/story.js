// The story: a sentence an event, of both sides, told no further than the week that is looked at.
// @ts-check

import { SvgPen } from "./pen.js";
import { drawMark } from "./lanes.js";
import { SIDES } from "./scene.js";

const MOST_TOLD = 60;

/** @typedef {{week: number, side: number | null, event: string, text: string, size: number}} Told */

/**
 * What happened on an issue by a week, the latest first; what happened on both sides in one week is told once.
 * @param {import("./scene.js").Scene} scene @returns {Told[]}
 */
export function toldBy(scene) {
  const { view } = scene;
  /** @type {Map<string, Told>} */
  const told = new Map();
  scene.sides.forEach((history, side) => {
    for (const week of history.weeks.slice(0, view.week)) {
      for (const [event, polity, issue, , , size, text] of week.said) {
        if ((issue !== view.issue && issue >= 0) || (polity !== view.polity && polity >= 0)) continue;
        const key = `${week.k} ${text}`;
        const known = told.get(key);
        if (known && known.side !== side) known.side = null;
        else if (!known) told.set(key, { week: week.k, side, event, text, size });
      }
    }
  });
  return [...told.values()].sort((one, other) => other.week - one.week);
}

/** What the panel shows, and the items it is made of: those that stay are not made anew. @type {{key: string, items: Map<string, HTMLElement>}} */
const shownStory = { key: "", items: new Map() };

/** @param {HTMLElement} panel @param {import("./scene.js").Scene} scene @param {(week: number) => void} go */
export function showStory(panel, scene, go) {
  const told = toldBy(scene);
  const shared = told.filter((each) => each.side === null).length;
  const key = JSON.stringify([told.length, shared, told[0]?.text, told[0]?.week, scene.view.issue, scene.view.polity, scene.view.s, scene.view.b]);
  if (key === shownStory.key && panel.childElementCount) return;
  shownStory.key = key;
  if (!told.length) {
    const empty = document.createElement("p");
    empty.className = "small";
    empty.textContent = "Nothing has happened yet. Press Play, or drag along the time axis.";
    panel.replaceChildren(empty);
    return;
  }
  const list = document.createElement("ol");
  list.className = "story";
  const before = shownStory.items;
  shownStory.items = new Map();
  for (const each of told.slice(0, MOST_TOLD)) {
    const item = `${each.week} ${each.side} ${each.text}`;
    shownStory.items.set(item, before.get(item) || toldItem(each, go));
  }
  list.append(...shownStory.items.values());
  const rest = told.length - MOST_TOLD;
  const more = document.createElement("p");
  more.className = "small";
  more.textContent = rest > 0 ? `${rest} earlier events: go back along the time axis to read them.` : "";
  panel.replaceChildren(list, more);
}

/** @param {Told} each @param {(week: number) => void} go */
function toldItem(each, go) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  const head = document.createElement("b");
  head.className = each.side === null ? "" : each.side ? "b" : "a";
  head.textContent = `Week ${each.week} · ${each.side === null ? "on both sides" : SIDES[each.side].name}`;
  const words = document.createElement("span");
  words.textContent = each.text;
  button.append(iconOf(each), head, words);
  button.onclick = () => go(each.week);
  item.append(button);
  return item;
}

/** @param {Told} each */
function iconOf(each) {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  icon.setAttribute("viewBox", "0 0 20 20");
  icon.setAttribute("aria-hidden", "true");
  const pen = new SvgPen();
  drawMark(pen, each.event, 10, 10, 5, each.side === null ? "#545c66" : SIDES[each.side].colour);
  icon.innerHTML = pen.parts.join("");
  return icon;
}
