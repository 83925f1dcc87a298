// A lesson: look, predict, run, reveal, why, how sure. What is right is computed from twins, never written in its file.
// @ts-check

import { askedJson } from "./history.js";
import { CURVES, percent, plain, signed, value } from "./scene.js";

/**
 * A lesson, as `lessons.shown` gives it.
 * @typedef {{name: string, title: string, look: string, question: string, options: string[], draw: string, why: string,
 *   rule: {name: string, says: string, source: string}, runs: number, view: Partial<import("./scene.js").View>}} Lesson
 */

/** @typedef {{done: number, n: number, counts: number[]}} Answer */

/**
 * @typedef {{
 *   scene(): import("./scene.js").Scene, open(lesson: Lesson | null): void, play(): void, sure(): void, drawing(on: boolean): void,
 *   redraw(): void, print(): void, away: boolean, lan: string
 * }} Class
 */

export class LessonPanel {
  /** @param {HTMLElement} panel @param {Class} room */
  constructor(panel, room) {
    this.panel = panel;
    this.room = room;
    /** @type {{name: string, title: string, about: string}[]} */
    this.lessons = [];
    /** @type {Lesson | null} */
    this.lesson = null;
    /** @type {number | null} */
    this.picked = null;
    /** The line that was drawn: by week, from 0. @type {(number | null)[]} */
    this.line = [];
    /** 0 look, 1 predicted, 2 running, 3 revealed. */
    this.step = 0;
    /** @type {Answer | null} */
    this.answer = null;
    this.asking = 0;
    /** @type {number[]} */
    this.tally = [];
    this.hidden = false;
  }

  async list() {
    if (this.room.away) {
      this.panel.innerHTML = "<h3>A history to replay</h3><p>This page holds two histories. Play them, drag along the time axis, read the story. With advosim installed, <code>advosim demo</code> opens the lessons and lets you change the right side.</p>";
      return;
    }
    if (!this.lessons.length) this.lessons = await askedJson("lessons");
    if (!this.lesson) this.showList();
  }

  showList() {
    this.panel.innerHTML = '<h3>Lessons</h3><p class="small">Each asks you to predict first. What is right is not written anywhere: it is counted in many runs.</p>';
    const list = document.createElement("div");
    list.className = "options";
    this.lessons.forEach((lesson, i) => {
      const button = document.createElement("button");
      button.className = "lesson";
      button.dataset.lesson = lesson.name;
      const title = document.createElement("b");
      title.textContent = `${i + 1}. ${lesson.title}`;
      const about = document.createElement("span");
      about.textContent = lesson.about;
      button.append(title, about);
      button.onclick = () => this.open(lesson.name);
      list.append(button);
    });
    this.panel.append(list, this.free());
  }

  free() {
    const note = document.createElement("p");
    note.className = "small";
    note.textContent = "Or play freely: open Change, turn one thing, and press Play.";
    return note;
  }

  /** The lesson that an address holds, with the view as the address has it. @param {string} name */
  async resume(name) {
    this.lesson = await askedJson(`lesson?name=${encodeURIComponent(name)}`);
    this.reset();
    this.ask();
  }

  /** @param {string} name */
  async open(name) {
    this.lesson = await askedJson(`lesson?name=${encodeURIComponent(name)}`);
    this.reset();
    this.room.open(this.lesson);
    this.ask();
  }

  reset() {
    this.picked = null;
    this.line = [];
    this.step = 0;
    this.answer = null;
    this.tally = (this.lesson?.options || []).map(() => 0);
    this.asking += 1;
    this.room.drawing(Boolean(this.lesson?.draw));
    this.build();
  }

  leave() {
    this.lesson = null;
    this.asking += 1;
    this.room.drawing(false);
    this.room.open(null);
    this.showList();
  }

  /** Count in the background while the class looks and predicts. */
  async ask() {
    const mine = ++this.asking;
    const lesson = this.lesson;
    if (!lesson) return;
    try {
      for (;;) {
        const answer = await askedJson(`answer?name=${encodeURIComponent(lesson.name)}&n=${lesson.runs}`);
        if (mine !== this.asking) return;
        this.answer = answer;
        if (this.step >= 3) this.tell();
        if (answer.done >= answer.n) return;
        await new Promise((done) => setTimeout(done, 800));
        if (mine !== this.asking) return;
      }
    } catch {
      // Told where it is needed: at the reveal there is no count.
    }
  }

  /** Both histories have been watched to the end. */
  watched() {
    if (this.lesson && this.step === 2) {
      this.step = 3;
      this.build();
    }
  }

  get predicted() {
    return this.picked !== null || this.line.filter((each) => each !== null).length > 5;
  }

  build() {
    const lesson = this.lesson;
    if (!lesson) return;
    const number = this.lessons.findIndex((each) => each.name === lesson.name) + 1;
    this.panel.innerHTML = `
      <p class="small"><button class="plain" id="leave">All lessons</button></p>
      <h3></h3>
      <p class="step">1 Look</p><p id="look"></p>
      <p class="step">2 Predict</p><div id="predict"></div>
      <div id="later" aria-live="polite"></div>
      <details id="teacher"><summary>For the teacher</summary><div></div></details>`;
    this.at("h3").textContent = `${number}. ${lesson.title}`;
    this.at("#look").textContent = lesson.look;
    this.at("#leave").onclick = () => this.leave();
    this.buildPrediction(lesson);
    this.buildLater(lesson);
    this.buildTeacher(lesson);
  }

  /** @param {string} which @returns {HTMLElement} */
  at(which) {
    return /** @type {HTMLElement} */ (this.panel.querySelector(which));
  }

  /** @param {Lesson} lesson */
  buildPrediction(lesson) {
    const place = this.at("#predict");
    if (lesson.draw) {
      const words = document.createElement("p");
      words.textContent = `${lesson.question} Draw it: press and drag over the lane “${CURVES[lesson.draw].short}” on the time axis.`;
      place.append(words);
      return;
    }
    const set = document.createElement("fieldset");
    set.className = "options";
    const legend = document.createElement("legend");
    legend.textContent = lesson.question;
    set.append(legend);
    lesson.options.forEach((text, i) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name: "option", value: String(i), checked: this.picked === i, disabled: this.step >= 3 });
      const words = document.createElement("span");
      words.textContent = text;
      const told = document.createElement("em");
      label.append(input, words, told);
      input.onchange = () => {
        this.picked = i;
        this.predictedNow();
      };
      set.append(label);
    });
    place.append(set);
  }

  predictedNow() {
    if (this.step < 1) this.step = 1;
    const lesson = this.lesson;
    if (lesson) this.buildLater(lesson);
  }

  /** @param {Lesson} lesson */
  buildLater(lesson) {
    const place = this.at("#later");
    place.replaceChildren();
    if (!this.predicted) return;
    if (this.step < 3) {
      place.innerHTML = '<p class="step">3 Run</p><p>Your prediction is fixed. Now watch both histories.</p><p class="row"><button class="go" id="run-both">Run both</button><button id="to-end">Show the end</button></p>';
      this.at("#run-both").onclick = () => {
        this.step = 2;
        this.room.play();
      };
      this.at("#to-end").onclick = () => {
        this.step = 2;
        this.room.sure();
      };
      return;
    }
    place.innerHTML = `<p class="step">3 What happened here</p><table id="happened"></table>
      <p class="step">4 What happens mostly</p><p id="counted"></p>
      <p class="step">5 Why</p><p id="why"></p><p class="small" id="rule"></p>
      <p class="step">6 How sure?</p><p id="sure-told" class="small"></p>
      <p class="row"><button id="again">Once more</button><button id="other-luck">Other luck</button></p>`;
    this.fillHappened();
    this.at("#why").textContent = lesson.why;
    this.at("#rule").textContent = `The rule “${plain(lesson.rule.name)}”: ${lesson.rule.says} (${lesson.rule.source})`;
    this.at("#again").onclick = () => this.open(lesson.name);
    this.at("#other-luck").onclick = () => {
      const view = this.room.scene().view;
      lesson.view = { ...lesson.view, seed: view.seed + 1 };
      this.room.open(lesson);
      this.step = 2;
      this.buildLater(lesson);
    };
    this.tell();
  }

  fillHappened() {
    const scene = this.room.scene();
    const rows = [["want more reform", "support", false], ["say so", "expressed", false], ["silent out of fear", "silenced", false], ["march for it", "protest_for", false], ["mean view", "attitude", true], ["the law at the end", "policy", true]];
    const body = rows.map(([words, measure, isSigned]) => {
      const numbers = scene.sides.map(({ weeks }) => {
        const all = weeks.map((week) => value(scene, week, String(measure)));
        const number = measure === "policy" ? all[all.length - 1] : all.reduce((sum, each) => sum + each, 0) / Math.max(all.length, 1);
        return (isSigned ? signed : percent)(number);
      });
      return `<tr><td>${words}</td><td>${numbers[0]}</td><td>${numbers[1]}</td></tr>`;
    });
    this.at("#happened").innerHTML = `<thead><tr><th scope="col">average week</th><th scope="col" class="a">as it was</th><th scope="col" class="b">change</th></tr></thead><tbody>${body.join("")}</tbody>`;
  }

  /** Say what was counted; or nothing, where the teacher hides it. */
  tell() {
    const lesson = this.lesson;
    const counted = this.panel.querySelector("#counted");
    if (!lesson || !counted) return;
    const answer = this.answer;
    this.panel.querySelectorAll("#predict label").forEach((label) => label.classList.remove("holds"));
    if (this.hidden) {
      counted.textContent = "Your teacher shows this later.";
      this.at("#why").textContent = "";
      return;
    }
    this.at("#why").textContent = lesson.why;
    if (!answer || !answer.done) {
      counted.textContent = "The twins are still running.";
      return;
    }
    if (lesson.draw) this.toldOfLine(lesson, answer, counted);
    else this.toldOfOptions(lesson, answer, counted);
    this.at("#sure-told").textContent = answer.done < answer.n ? `${answer.done} of ${answer.n} pairs of twins have run so far.` : `Counted in ${answer.n} pairs of twins with other seeds. The tab “How sure?” shows each of them.`;
  }

  /** @param {Lesson} lesson @param {Answer} answer @param {Element} counted */
  toldOfOptions(lesson, answer, counted) {
    const best = answer.counts.indexOf(Math.max(...answer.counts));
    const share = answer.counts[best] / answer.done;
    const labels = [...this.panel.querySelectorAll("#predict label")];
    labels.forEach((label, i) => {
      const told = /** @type {HTMLElement} */ (label.querySelector("em"));
      told.textContent = `in ${answer.counts[i]} of ${answer.done} twins${i === this.picked ? " · your prediction" : ""}`;
      const bar = label.querySelector("progress") || document.createElement("progress");
      Object.assign(bar, { className: "bar", max: answer.done, value: answer.counts[i] });
      bar.setAttribute("aria-label", `${answer.counts[i]} of ${answer.done}`);
      told.after(bar);
      if (i === best && answer.counts[best] > 0) label.classList.add("holds");
    });
    const right = this.picked === best ? "You saw it coming. " : "";
    const words = lesson.options[best];
    counted.textContent = !answer.counts[best] ? "None of these: look at the numbers above." : share >= 0.8 ? `${right}“${words}” holds in ${answer.counts[best]} of ${answer.done} pairs of twins.` : `${right}“${words}” comes most often, but only in ${answer.counts[best]} of ${answer.done} pairs: luck decides much of it.`;
  }

  /** How far the line was from what came, and what the twins say. @param {Lesson} lesson @param {Answer} answer @param {Element} counted */
  toldOfLine(lesson, answer, counted) {
    const scene = this.room.scene();
    const isSigned = CURVES[lesson.draw].signed;
    const far = scene.sides[1].weeks.flatMap((week) => {
      const guess = this.line[week.k];
      return guess === null || guess === undefined ? [] : [Math.abs(guess - value(scene, week, lesson.draw))];
    });
    const mean = far.reduce((sum, each) => sum + each, 0) / Math.max(far.length, 1);
    const twins = lesson.options.map((text, i) => `“${text}” holds in ${answer.counts[i]}`);
    const line = `Your line is ${isSigned ? mean.toFixed(2) : percent(mean)} away from what came, in an average week.`;
    counted.textContent = twins.length ? `${line} Of ${answer.done} pairs of twins, ${twins.join(", ")}.` : line;
  }

  /** The student draws. @param {number} week @param {number} guess @param {number} before the week in which the line was last */
  draw(week, guess, before) {
    if (!this.lesson?.draw || this.step >= 2) return;
    while (this.line.length <= this.room.scene().stage.weeks) this.line.push(null);
    const from = before > 0 ? before : week;
    const was = this.line[from] ?? guess;
    const steps = Math.max(1, Math.abs(week - from));
    for (let i = 0; i <= steps; i++) this.line[from + Math.sign(week - from) * i] = was + ((guess - was) * i) / steps;
    this.predictedNow();
    this.room.redraw();
  }

  /** @param {Lesson} lesson */
  buildTeacher(lesson) {
    const place = this.at("#teacher div");
    place.innerHTML = `
      <p class="row"><button id="hide" aria-pressed="${this.hidden}">Hide answers</button><button id="reset">Reset</button><button id="print">Print a hand-out</button></p>
      <table id="tally"><caption class="small">Tally of predictions: count hands</caption></table><div id="lan"></div>`;
    this.at("#hide").onclick = () => {
      this.hidden = !this.hidden;
      this.at("#hide").setAttribute("aria-pressed", String(this.hidden));
      this.tell();
    };
    this.at("#reset").onclick = () => this.open(lesson.name);
    this.at("#print").onclick = () => this.room.print();
    this.fillTally(lesson);
    if (this.room.lan) this.at("#lan").innerHTML = `<p class="small">Students open ${this.room.lan}</p><img src="qr.svg" alt="QR code of ${this.room.lan}" width="180" height="180">`;
  }

  /** @param {Lesson} lesson */
  fillTally(lesson) {
    const all = this.tally.reduce((sum, each) => sum + each, 0);
    const rows = lesson.options.map((text, i) => {
      const row = document.createElement("tr");
      const words = document.createElement("td");
      words.textContent = text;
      const number = document.createElement("td");
      number.textContent = `${this.tally[i]}${all ? ` (${Math.round((100 * this.tally[i]) / all)}%)` : ""}`;
      const keys = document.createElement("td");
      for (const step of [-1, 1]) {
        const key = document.createElement("button");
        key.textContent = step > 0 ? "+" : "−";
        key.setAttribute("aria-label", `${step > 0 ? "One more" : "One fewer"}: ${text}`);
        key.onclick = () => {
          this.tally[i] = Math.max(0, this.tally[i] + step);
          this.fillTally(lesson);
        };
        keys.append(key);
      }
      row.append(words, keys, number);
      return row;
    });
    const table = this.at("#tally");
    table.querySelectorAll("tr").forEach((row) => row.remove());
    table.append(...rows);
  }
}
