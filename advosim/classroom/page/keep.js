// What a class takes home: a link, a file that plays, pictures, numbers, the scenario, and a page to print.
// @ts-check

import { SvgPen } from "./pen.js";
import { drawCrowd } from "./crowd.js";
import { drawMap, drawOrganisations } from "./actors.js";
import { drawLanes } from "./lanes.js";
import { capital, percent, plain, signed, SIDES, SOFT, value } from "./scene.js";
import { toldBy } from "./story.js";

const WIDE = 1280;
const HIGH = 860;

/**
 * The picture of what is shown, as SVG.
 * @param {import("./scene.js").Scene} scene @param {string[]} changed what each side's card says @param {boolean} map
 */
export function svgOf(scene, changed, map) {
  const pen = new SvgPen();
  const { stage, view } = scene;
  pen.text(24, 34, stage.title, { size: 20, weight: 700 });
  pen.text(24, 54, `${capital(plain(stage.issues[view.issue]))}, week ${view.week} of ${stage.weeks}, seed ${view.seed}`, { size: 13, fill: SOFT });
  const card = (WIDE - 24 * 3) / 2;
  SIDES.forEach(({ colour, dash }, side) => {
    const x = 24 + side * (card + 24);
    pen.path([x, 70, x + card, 70], { stroke: colour, width: 4, dash });
    pen.text(x, 92, side ? changed[2] : "As it was", { size: 16, weight: 700, fill: colour });
    pen.text(x, 110, changed[side], { size: 12, fill: SOFT });
    drawCard(pen, { x, y: 120, w: card, h: 250 }, scene, side, map);
    pen.text(x, 392, numbersOf(scene, side).map(([number, words]) => `${number} ${words}`).join("  ·  "), { size: 13 });
  });
  drawLanes(pen, { x: 24, y: 410, w: WIDE - 48, h: HIGH - 440 }, scene, {});
  pen.text(24, HIGH - 10, "A model world, no forecast. Made with advosim.", { size: 11, fill: SOFT });
  return pen.svg(WIDE, HIGH, `${stage.title}: ${changed[1] || "as it was"}`);
}

/** @param {import("./pen.js").Pen} pen @param {import("./pen.js").Box} box @param {import("./scene.js").Scene} scene @param {number} side @param {boolean} map */
export function drawCard(pen, box, scene, side, map) {
  const share = 0.55;
  const gap = 16;
  if (!scene.sides[side].weeks[scene.view.week - 1]) {
    const there = scene.sides[side].weeks.length;
    pen.text(box.x + box.w / 2, box.y + box.h / 2, `Week ${scene.view.week} is being made (${there} are there)`, { size: 14, fill: SOFT, anchor: "middle" });
    return;
  }
  drawCrowd(pen, { x: box.x, y: box.y, w: box.w * share - gap, h: box.h }, scene, side);
  const rest = { x: box.x + box.w * share, y: box.y, w: box.w * (1 - share), h: box.h };
  if (map) drawMap(pen, rest, scene, side);
  else drawOrganisations(pen, rest, scene, side);
}

/** The numbers below a card. @param {import("./scene.js").Scene} scene @param {number} side @returns {[string, string][]} */
export function numbersOf(scene, side) {
  const week = scene.sides[side].weeks[scene.view.week - 1];
  if (!week) return [];
  const of = (/** @type {string} */ name) => value(scene, week, name);
  /** @type {[string, string][]} */
  const numbers = [
    [percent(of("support")), "want more"],
    [percent(of("expressed")), "say so"],
    [percent(of("silenced")), "silent out of fear"],
    [signed(of("attitude")), "mean view"],
  ];
  const { stage, view } = scene;
  const seats = week.parties.map((row, place) => ({ row, home: stage.parties[place][0], name: stage.parties[place][1] })).filter((each) => each.home === view.polity && each.row[0] > 0);
  if (seats.length) {
    const all = seats.reduce((sum, each) => sum + each.row[0], 0);
    const ruling = seats.filter((each) => each.row[1]);
    const share = ruling.reduce((sum, each) => sum + each.row[0], 0) / all;
    numbers.push([capital(ruling.map((each) => plain(each.name)).join(", ") || "nobody"), `govern${ruling.length === 1 ? "s" : ""} with ${percent(share)} of the seats`]);
  }
  for (const [polity, issue, slot, collecting, signatures, needed, left] of week.ballots) {
    if (polity !== view.polity || (issue !== view.issue && stage.slots[slot] !== "recall")) continue;
    numbers.push(collecting ? [`${percent(signatures)} of ${percent(needed)}`, `signed for the ${stage.slots[slot].split(" ")[0]}`] : [`Vote in ${left}`, `week${left === 1 ? "" : "s"}: ${stage.slots[slot].split(" ")[0]}`]);
  }
  return numbers;
}

/** Both histories as a table with one row a week, side, country and issue. @param {import("./scene.js").Scene} scene */
export function csvOf(scene) {
  const { stage } = scene;
  const rows = [["side", "week", "polity", "issue", ...stage.measures].join(",")];
  scene.sides.forEach((history, side) => {
    for (const week of history.weeks) {
      stage.polities.forEach((polity, p) =>
        stage.issues.forEach((issue, m) => {
          const numbers = stage.measures.map((_, i) => week.numbers[(i * stage.polities.length + p) * stage.issues.length + m]);
          rows.push([side ? "changed" : "as_it_was", week.k, polity, issue, ...numbers.map((v) => Number(v.toPrecision(6)))].join(","));
        }),
      );
    }
  });
  return rows.join("\r\n") + "\r\n";
}

/** Give the browser a file. @param {string} name @param {BlobPart} content @param {string} kind */
export function download(name, content, kind) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: kind }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A picture as PNG, drawn from its SVG at twice the size. @param {string} svg @returns {Promise<Blob>} */
export async function pngOf(svg) {
  const picture = new Image();
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    picture.src = address;
    await picture.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * WIDE;
    canvas.height = 2 * HIGH;
    /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")).drawImage(picture, 0, 0, canvas.width, canvas.height);
    return await new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error("no picture"))), "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Fill the page that is printed: what was changed, both figures, what happened. @param {HTMLElement} place @param {import("./scene.js").Scene} scene @param {string[]} changed @param {boolean} map */
export function fillHandout(place, scene, changed, map) {
  const { stage, view } = scene;
  place.replaceChildren();
  const add = (/** @type {string} */ tag, /** @type {string} */ words) => {
    const element = document.createElement(tag);
    element.textContent = words;
    place.append(element);
    return element;
  };
  add("h2", stage.title);
  add("p", stage.question);
  add("p", changed[1] ? `On the right side: ${changed[1]}. All else, people and luck included, is the same.` : "Nothing was changed: both sides are one history.");
  const figure = /** @type {HTMLImageElement} */ (add("img", ""));
  figure.alt = "Both histories";
  figure.src = `data:image/svg+xml,${encodeURIComponent(svgOf(scene, changed, map))}`;
  add("h3", `What happened on ${plain(stage.issues[view.issue])} by week ${view.week}`);
  const list = add("ol", "");
  const weighty = new Set(["step", "reform", "vote", "election", "government", "closure", "adopted", "shaming", "protest", "alliance", "agreement"]);
  for (const told of toldBy(scene).filter((each) => weighty.has(each.event)).reverse().slice(0, 26)) {
    const item = document.createElement("li");
    item.textContent = `Week ${told.week}, ${told.side === null ? "both sides" : SIDES[told.side].name}: ${told.text}`;
    list.append(item);
  }
  add("p", `A model world (seed ${view.seed}), no report from a real place and no forecast. Another seed tells another history: look at “How sure?”.`);
}
