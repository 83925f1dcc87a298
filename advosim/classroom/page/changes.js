// Changes of the right side: controls as the schema declares them, and a list that can be taken back one by one.
// @ts-check

import { askedJson } from "./history.js";
import { capital, saidPath, saidValue } from "./scene.js";
import { SeatPanel } from "./seat.js";

/**
 * A setting, see `controls.controls`.
 * @typedef {{path: string, group: string, name: string, meaning: string, unit: string, kind: "number" | "whole" | "switch" | "choice",
 *   low: number, high: number, names: string[], default: any, value: any, source: string, founding: boolean}} Control
 */

/** What the panel works on; `own` are the changes of the right side that the left side has not. @typedef {{changes(): import("./history.js").Changes, own(): import("./history.js").Changes, week(): number, set(list: import("./history.js").Changes, from: number): void, sides(): import("./history.js").History[], upload(file: File): void}} Desk */

/** Groups that stand open at first. */
const OPEN = new Set(["Force and fear"]);

/** @param {import("./history.js").Changes[number]} change */
export function saidChange([week, path, to], /** @type {any} */ from) {
  const was = from === undefined ? "" : `${saidValue(from)} `;
  const when = week > 1 ? `, from week ${week}` : "";
  return `${saidPath(path)} ${was}→ ${saidValue(to)}${when}`;
}

/** The controls, and what hangs on them. */
export class ChangePanel {
  /** @param {HTMLElement} panel @param {Desk} desk */
  constructor(panel, desk) {
    this.panel = panel;
    this.desk = desk;
    this.scenario = "";
    this.built = false;
    /** @type {Promise<void>} */
    this.loading = Promise.resolve();
    /** @type {Control[]} */
    this.controls = [];
    this.seat = new SeatPanel(desk);
  }

  /** What a setting is at the start of the scenario; undefined while that is not known. @param {string} path */
  valueOf(path) {
    return this.controls.find((control) => control.path === path)?.value;
  }

  /** Fetch the controls of a scenario, where they are not there yet. @param {string} scenario */
  load(scenario) {
    if (this.scenario !== scenario) {
      this.scenario = scenario;
      this.loading = askedJson(`controls?s=${encodeURIComponent(scenario)}`).then((controls) => {
        if (this.scenario !== scenario) return;
        this.controls = controls;
        this.built = false;
        return this.seat.load(scenario);
      });
    }
    return this.loading;
  }

  /** Show the controls of a scenario. @param {string} scenario */
  async show(scenario) {
    await this.load(scenario);
    if (!this.built) this.build();
    this.update();
  }

  build() {
    this.built = true;
    this.panel.innerHTML = `
      <h3>Change the right side</h3>
      <p class="small">The left side stays as it was. Same people, same luck: what differs comes from your change.</p>
      <ul id="changes" aria-label="Changes"></ul>
      <fieldset class="when"><legend class="step">A change holds</legend>
        <label><input type="radio" name="when" value="start" checked> from the start</label>
        <label><input type="radio" name="when" value="next"> <span id="next-week">from the next week on</span></label>
      </fieldset>
      <label for="seek" class="unseen">Search settings</label>
      <input id="seek" type="search" placeholder="Search settings and rules" autocomplete="off">
      <div id="controls"></div>
      <div id="take-a-seat"></div>
      <div class="row"><button id="another-seed">Another seed, other luck</button></div>
      <p class="small"><label for="upload">Play a scenario file of your own:</label> <input id="upload" type="file" accept=".toml"></p>`;
    const seek = /** @type {HTMLInputElement} */ (this.panel.querySelector("#seek"));
    seek.oninput = () => this.filter(seek.value.trim().toLowerCase());
    // On the button itself: the panel may have been drawn anew by the time a file is chosen.
    const chosen = /** @type {HTMLInputElement} */ (this.panel.querySelector("#upload"));
    chosen.onchange = () => chosen.files?.[0] && this.desk.upload(chosen.files[0]);
    this.panel.querySelector("#take-a-seat")?.append(this.seat.box);
    this.filter("");
  }

  /** @param {string} sought */
  filter(sought) {
    const groups = new Map();
    for (const control of this.controls) {
      const text = `${control.group} ${control.name} ${control.meaning}`.toLowerCase();
      if (sought ? !text.includes(sought) : control.group.startsWith("Rule: ")) continue;
      groups.set(control.group, [...(groups.get(control.group) || []), control]);
    }
    const drawn = [...groups].slice(0, 30).map(([group, controls]) => this.group(group, controls, Boolean(sought)));
    const place = /** @type {HTMLElement} */ (this.panel.querySelector("#controls"));
    place.replaceChildren(...drawn);
    if (!sought) {
      const rules = new Set(this.controls.filter((each) => each.group.startsWith("Rule: ")).map((each) => each.group));
      const note = document.createElement("p");
      note.className = "small";
      note.textContent = `${rules.size} rules of the model can be changed or switched off as well: search for one, such as “influence”.`;
      place.append(note);
    } else if (!drawn.length) place.textContent = "No setting of that name.";
  }

  /** @param {string} name @param {Control[]} controls @param {boolean} open */
  group(name, controls, open) {
    const details = document.createElement("details");
    details.open = open || OPEN.has(name);
    const summary = document.createElement("summary");
    summary.textContent = name;
    details.append(summary);
    const fill = () => {
      if (details.open && details.childElementCount === 1) details.append(...controls.map((control) => this.control(control)));
    };
    details.ontoggle = fill;
    fill();
    return details;
  }

  /** The value that holds on the right side, as the list of changes has it. @param {Control} control */
  held(control) {
    const own = this.desk.changes().filter((change) => change[1] === control.path);
    return own.length ? own[own.length - 1][2] : control.value;
  }

  /** @param {Control} control */
  control(control) {
    const box = document.createElement("div");
    const now = this.held(control);
    box.className = now === control.value ? "control" : "control moved";
    box.dataset.path = control.path;
    const label = document.createElement("label");
    const name = document.createElement("span");
    name.textContent = capital(control.name);
    const shown = document.createElement("output");
    shown.textContent = saidValue(now);
    label.append(name, shown);
    const input = this.input(control, now, shown);
    input.id = `set-${control.path}`;
    label.htmlFor = input.id;
    const note = document.createElement("p");
    note.id = `about-${control.path}`;
    input.setAttribute("aria-describedby", note.id);
    const range = control.kind === "number" || control.kind === "whole" ? ` From ${control.low} to ${control.high}${control.unit ? ` (${control.unit})` : ""}.` : "";
    const start = control.founding ? " Only from the start." : "";
    note.textContent = `${capital(control.meaning)}.${range} Usually ${saidValue(control.default ?? "none")}.${start} Source: ${control.source || "convention"}.`;
    box.append(label, input, note);
    return box;
  }

  /** @param {Control} control @param {any} now @param {HTMLOutputElement} shown @returns {HTMLInputElement | HTMLSelectElement} */
  input(control, now, shown) {
    if (control.kind === "choice") {
      const select = document.createElement("select");
      select.append(...control.names.map((name) => new Option(saidValue(name), name, false, name === now)));
      select.onchange = () => this.change(control, select.value);
      return select;
    }
    const input = document.createElement("input");
    if (control.kind === "switch") {
      input.type = "checkbox";
      input.checked = now;
      input.onchange = () => this.change(control, input.checked);
      return input;
    }
    input.type = "range";
    // Ranges over thousands are for the command line: a slider goes to four times what is usual.
    const high = control.high - control.low > 50 ? Math.min(control.high, Math.max(4 * Math.abs(control.default), 4 * Math.abs(now), 4)) : control.high;
    input.min = String(control.low);
    input.max = String(high);
    input.step = control.kind === "whole" ? "1" : high - control.low <= 2 ? "0.05" : "0.1";
    if (control.kind === "number" && high - control.low < 0.5) input.step = "any";
    input.value = String(now);
    input.oninput = () => {
      shown.textContent = saidValue(Number(input.value));
    };
    input.onchange = () => this.change(control, Number(Number(input.value).toPrecision(6)));
    return input;
  }

  /** @param {Control} control @param {any} to */
  change(control, to) {
    const late = /** @type {HTMLInputElement} */ (this.panel.querySelector("[name=when][value=next]")).checked;
    const week = control.founding ? 0 : late ? this.desk.week() + 1 : 1;
    const rest = this.desk.changes().filter((change) => !(change[1] === control.path && (change[0] === week || change[0] > week)));
    const before = rest.filter((change) => change[1] === control.path);
    const holds = before.length ? before[before.length - 1][2] : control.value;
    const list = holds === to ? rest : [...rest, /** @type {[number, string, any]} */ ([week, control.path, to])];
    this.desk.set(list.sort((one, other) => one[0] - other[0] || (one[1] < other[1] ? -1 : 1)), week);
  }

  /** Show what has been changed. */
  update() {
    const list = this.panel.querySelector("#changes");
    if (!list) return;
    const changes = this.desk.changes();
    this.seat.update();
    list.replaceChildren(
      ...this.desk.own().map((change) => {
        const item = document.createElement("li");
        const words = document.createElement("span");
        words.textContent = capital(saidChange(change, this.valueOf(change[1])));
        const undo = document.createElement("button");
        undo.textContent = "Take back";
        undo.setAttribute("aria-label", `Take back: ${words.textContent}`);
        undo.onclick = () => this.desk.set(changes.filter((other) => other !== change), change[0]);
        item.append(words, undo);
        return item;
      }),
    );
    const next = this.panel.querySelector("#next-week");
    if (next) next.textContent = `from week ${this.desk.week() + 1} on, as a reform`;
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (this.panel.querySelectorAll(".control"))) {
      const control = this.controls.find((each) => each.path === box.dataset.path);
      if (!control) continue;
      const now = this.held(control);
      box.classList.toggle("moved", now !== control.value);
      const input = /** @type {HTMLInputElement} */ (box.querySelector("input, select"));
      if (control.kind === "switch") input.checked = now;
      else input.value = String(now);
      const shown = /** @type {HTMLOutputElement} */ (box.querySelector("output"));
      shown.textContent = saidValue(now);
    }
  }
}
