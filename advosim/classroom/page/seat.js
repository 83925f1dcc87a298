// Take a seat: one organisation of the right side is directed, quarter by quarter, beside what it does by itself.
// @ts-check

import { askedJson } from "./history.js";
import { capital, plain } from "./scene.js";

/** @typedef {import("./history.js").Changes} Changes */
/** A setting of a script, see `controls.seats`. @typedef {{path: string, meaning: string, unit: string, low: number | null, high: number | null, names: string[], default: any, source: string}} Script */
/** @typedef {{polity: string, name: string, tactics: string[]}} Seat */
/** @typedef {{organisations: Seat[], tactics: string[], issues: string[], scripts: Script[]}} Seats */
/** @typedef {{changes(): Changes, week(): number, set(list: Changes, from: number): void, sides(): import("./history.js").History[]}} Desk */

const NOBODY = /** @type {Seats} */ ({ organisations: [], tactics: [], issues: [], scripts: [] });
/** Weeks of the table of what was done. */
const SHOWN = 13;

/**
 * The changes with one more order: what the same organisation was told for later is gone, what still runs ends before.
 * @param {Changes} changes @param {number} week @param {string} path @param {number} weeks @returns {Changes}
 */
export function ordered(changes, week, path, weeks) {
  const mine = path.split(".").slice(0, 3).join(".") + ".";
  /** @type {Changes} */
  const kept = [];
  for (const [first, other, value] of changes) {
    if (!other.startsWith(mine)) kept.push([first, other, value]);
    else if (first < week) kept.push([first, other, Math.min(value, week - first)]);
  }
  return sorted([...kept, [week, path, weeks]]);
}

/** @param {Changes} changes @returns {Changes} */
function sorted(changes) {
  return changes.sort((one, other) => one[0] - other[0] || (one[1] < other[1] ? -1 : 1));
}

/** Where a student takes a seat. */
export class SeatPanel {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.known = NOBODY;
    this.told = "";
    this.box = document.createElement("details");
    this.box.id = "seat";
  }

  /** Fetch who can be directed. @param {string} scenario */
  async load(scenario) {
    this.known = await askedJson(`seats?s=${encodeURIComponent(scenario)}`);
    this.build();
  }

  build() {
    this.box.innerHTML = `
      <summary>Take a seat</summary>
      <p class="small">Direct one organisation of the right side. It pays, and meets the same government and people; on the left it goes its own way.</p>
      <div class="control"><label for="seat-who"><span>Organisation</span></label><select id="seat-who"></select></div>
      <div class="control"><label for="seat-tactic"><span>Tactic</span></label><select id="seat-tactic"></select></div>
      <div class="control"><label for="seat-issue"><span>Issue</span></label><select id="seat-issue"></select></div>
      <div class="control"><label for="seat-weeks"><span>Weeks</span></label><input id="seat-weeks" type="number"><p id="about-seat-weeks"></p></div>
      <div class="row"><button id="seat-order"></button></div>
      <table id="seat-done"><caption>What it does</caption><thead><tr><th scope="col">Week</th><th scope="col">By itself</th><th scope="col">On your order</th></tr></thead><tbody></tbody></table>
      <h4>Something happens</h4>
      <div class="control"><label for="shock-kind"><span>What</span></label><select id="shock-kind"></select><p id="about-shock-kind"></p></div>
      <div class="control"><label for="shock-issue"><span>Issue</span></label><select id="shock-issue"></select></div>
      <div class="control"><label for="shock-size"><span>Size</span></label><input id="shock-size" type="number" step="0.1"><p id="about-shock-size"></p></div>
      <div class="row"><button id="shock-add"></button></div>`;
    this.fill("seat-who", this.known.organisations.map((each, place) => [String(place), plain(each.name)]));
    this.fill("seat-issue", this.known.issues.map((name) => [name, plain(name)]));
    this.fill("shock-issue", this.known.issues.map((name) => [name, plain(name)]));
    this.number("seat-weeks", "campaign.weeks");
    this.number("shock-size", "shock.size");
    const kinds = this.script("shock.kind");
    this.fill("shock-kind", kinds.names.map((name) => [name, plain(name)]));
    this.about("shock-kind", kinds);
    const who = this.select("seat-who");
    who.onchange = () => {
      this.tactics();
      this.update();
    };
    this.button("seat-order").onclick = () => this.order();
    this.button("shock-add").onclick = () => this.strike();
    this.box.ontoggle = () => this.update();
    this.tactics();
    this.update();
  }

  /** @param {string} path @returns {Script} */
  script(path) {
    return /** @type {Script} */ (this.known.scripts.find((each) => each.path === path));
  }

  /** @param {string} id @returns {HTMLSelectElement} */
  select(id) {
    return /** @type {HTMLSelectElement} */ (this.box.querySelector(`#${id}`));
  }

  /** @param {string} id @returns {HTMLInputElement} */
  input(id) {
    return /** @type {HTMLInputElement} */ (this.box.querySelector(`#${id}`));
  }

  /** @param {string} id @returns {HTMLButtonElement} */
  button(id) {
    return /** @type {HTMLButtonElement} */ (this.box.querySelector(`#${id}`));
  }

  /** @param {string} id @param {[string, string][]} rows */
  fill(id, rows) {
    this.select(id).replaceChildren(...rows.map(([value, text]) => new Option(capital(text), value)));
  }

  /** @param {string} id @param {string} path */
  number(id, path) {
    const [row, input] = [this.script(path), this.input(id)];
    input.min = String(row.low);
    input.max = String(row.high);
    input.value = String(row.default);
    this.about(id, row);
  }

  /** @param {string} id @param {Script} row */
  about(id, row) {
    const note = /** @type {HTMLElement} */ (this.box.querySelector(`#about-${id}`));
    const range = row.low === null ? "" : ` From ${row.low} to ${row.high} (${row.unit}).`;
    note.textContent = `${capital(row.meaning)}.${range} Source: ${row.source}.`;
    this.box.querySelector(`#${id}`)?.setAttribute("aria-describedby", note.id);
  }

  /** @returns {Seat | undefined} */
  seated() {
    return this.known.organisations[Number(this.select("seat-who").value)];
  }

  tactics() {
    this.fill("seat-tactic", (this.seated()?.tactics ?? []).map((name) => [name, plain(name)]));
  }

  order() {
    const seat = this.seated();
    const weeks = this.input("seat-weeks");
    if (!seat || !weeks.reportValidity()) return;
    const path = ["campaign", seat.polity, seat.name, this.select("seat-tactic").value, this.select("seat-issue").value].join(".");
    const week = this.desk.week() + 1;
    this.desk.set(ordered(this.desk.changes(), week, path, Number(weeks.value)), week);
  }

  strike() {
    const size = this.input("shock-size");
    const kind = this.select("shock-kind").value;
    const seat = this.seated();
    if (!seat || !size.reportValidity()) return;
    const path = ["shock", seat.polity, kind, this.select("shock-issue").value, ...(kind === "scandal" ? [seat.name] : [])].join(".");
    const week = this.desk.week() + 1;
    const rest = this.desk.changes().filter((change) => change[0] !== week || change[1] !== path);
    this.desk.set(sorted([...rest, [week, path, Number(size.value)]]), week);
  }

  /** Show the weeks before the one that is looked at. */
  update() {
    if (!this.box.open || !this.known.organisations.length) return;
    const week = this.desk.week();
    const place = Number(this.select("seat-who").value);
    this.button("seat-order").textContent = `Order it from week ${week + 1} on`;
    this.button("shock-add").textContent = `Let it happen in week ${week + 1}`;
    const done = this.desk.sides().map((side) => side.weeks.slice(Math.max(0, week - SHOWN), week));
    const rows = done[0].map((left, at) => [left.k, this.said(left, place), this.said(done[1][at], place)]);
    const told = JSON.stringify(rows);
    if (told === this.told && this.box.querySelector("tbody tr")) return;
    this.told = told;
    const body = /** @type {HTMLElement} */ (this.box.querySelector("tbody"));
    body.replaceChildren(
      ...rows.reverse().map((row) => {
        const line = document.createElement("tr");
        for (const text of row) line.insertCell().textContent = String(text);
        return line;
      }),
    );
  }

  /** @param {import("./history.js").Week | undefined} week @param {number} place */
  said(week, place) {
    const own = (week?.campaigns ?? []).filter((row) => row[0] === place);
    return own.map((row) => `${plain(this.known.tactics[row[2]])} (${plain(this.known.issues[row[1]])})`).join(", ") || "nothing";
  }
}
