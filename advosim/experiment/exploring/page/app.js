// The page: pictures, filters and the chosen run keep in step.
// @ts-check

import { Narrowed, readSweep } from "./data.js";
import { parallel } from "./parallel.js";
import { multiples, scatter } from "./scatter.js";
import { tellStory } from "./story.js";
import { commandOf, sentence, shownValue } from "./words.js";

const MOST_LISTED = 500;
const STEPS = 100;

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function part(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

const sweep = readSweep();
const narrowed = new Narrowed(sweep);
const outcome = sweep.columns.findIndex((column) => column.role === "outcome");
const pair = { across: 0, up: outcome < 0 ? 0 : outcome };
const pictures = [
  parallel(part("parallel", HTMLCanvasElement), narrowed, changed),
  scatter(part("scatter", HTMLCanvasElement), narrowed, pair, changed),
  multiples(part("multiples", HTMLCanvasElement), narrowed, pair, changed),
];

/** @type {(() => void)[]} */
const told = [];

function changed() {
  for (const picture of pictures) picture.draw();
  for (const tell of told) tell();
}

// ---------------------------------------------------------------- head

part("title", HTMLElement).textContent = sweep.title;
part("question", HTMLElement).textContent = sweep.question;
document.title = `${sweep.title}: runs`;
part("clear", HTMLButtonElement).addEventListener("click", () => {
  narrowed.release();
  changed();
});
told.push(() => {
  const held = sweep.run.length;
  const drawn = held < sweep.of ? `, drawn from ${sweep.of.toLocaleString("en")}` : "";
  const failed = sweep.failed ? `; ${sweep.failed} failed runs are left out` : "";
  part("count", HTMLElement).textContent = `${narrowed.count.toLocaleString("en")} of ${held.toLocaleString("en")} runs${drawn}${failed}`;
});

// ---------------------------------------------------------------- which two

for (const [id, key] of /** @type {["across" | "up", "across" | "up"][]} */ ([["across", "across"], ["up", "up"]])) {
  const list = part(id, HTMLSelectElement);
  sweep.columns.forEach((column, number) => list.add(new Option(column.label, String(number))));
  list.addEventListener("change", () => {
    pair[key] = Number(list.value);
    changed();
  });
  told.push(() => {
    list.value = String(pair[key]);
  });
}

// ---------------------------------------------------------------- the chosen run

/** @param {number} run */
const storyOf = (run) => sweep.stories[String(sweep.run[run])] || "";

const runs = part("run", HTMLSelectElement);
let listed = "";
runs.addEventListener("change", () => {
  narrowed.chosen = Number(runs.value);
  changed();
});
told.push(() => {
  const shown = sweep.run.map((_, run) => run).filter((run) => narrowed.shown[run] || run === narrowed.chosen);
  const here = shown.slice(0, MOST_LISTED);
  if (narrowed.chosen >= 0 && !here.includes(narrowed.chosen)) here.push(narrowed.chosen);
  const key = here.join();
  if (key !== listed) {
    listed = key;
    runs.replaceChildren(new Option("none", "-1"), ...here.map((run) => new Option(`${sweep.run[run]} (seed ${sweep.seed[run]})${storyOf(run) ? ", with its story" : ""}`, String(run))));
  }
  runs.value = String(narrowed.chosen);
  const chosen = narrowed.chosen >= 0;
  part("again", HTMLElement).hidden = !chosen;
  part("copied", HTMLElement).textContent = "";
  part("story", HTMLElement).textContent = chosen ? sentence(sweep, narrowed.chosen) : "Click a run, or choose one here.";
  part("command", HTMLElement).textContent = chosen ? commandOf(sweep, narrowed.chosen) : "";
  const story = chosen ? storyOf(narrowed.chosen) : "";
  part("tale", HTMLElement).hidden = !story;
  tellStory(part("told", HTMLElement), story);
  part("untold", HTMLElement).textContent = story || !chosen ? "" : sweep.untold;
  const { own } = sweep.command;
  part("own", HTMLElement).textContent = own.length ? `The sweep had rules of its own (${own.join(", ")}), which this command does not know: use simulate(..., mechanisms=...) in Python.` : "";
});
part("copy", HTMLButtonElement).addEventListener("click", async () => {
  const words = part("command", HTMLElement);
  try {
    await navigator.clipboard.writeText(words.textContent || "");
    part("copied", HTMLElement).textContent = "copied";
  } catch {
    getSelection()?.selectAllChildren(words);
    part("copied", HTMLElement).textContent = "marked: copy it with the keyboard";
  }
});

// ---------------------------------------------------------------- filters

sweep.columns.forEach((column, number) => {
  const [low, high] = narrowed.whole[number];
  const step = column.levels ? 1 : (high - low) / STEPS;
  const field = document.createElement("fieldset");
  const name = document.createElement("legend");
  name.textContent = column.label;
  name.title = [column.meaning, column.unit].filter(Boolean).join(", ");
  field.append(name);
  const ends = ["from", "to"].map((word, end) => {
    const label = document.createElement("label");
    const slider = document.createElement("input");
    const value = document.createElement("output");
    Object.assign(slider, { type: "range", min: String(low), max: String(high), step: String(step || "any") });
    slider.setAttribute("aria-label", `${column.label} ${word}`);
    slider.addEventListener("input", () => {
      const range = [...narrowed.ranges[number]];
      range[end] = Number(slider.value) >= high - step / 2 ? high : Number(slider.value);
      narrowed.narrow(number, range[0], range[1]);
      changed();
    });
    label.append(word, slider, value);
    field.append(label);
    return { slider, value };
  });
  part("filters", HTMLElement).append(field);
  told.push(() => {
    field.classList.toggle("narrowed", narrowed.isNarrow(number));
    ends.forEach(({ slider, value }, end) => {
      slider.value = String(narrowed.ranges[number][end]);
      slider.setAttribute("aria-valuetext", shownValue(column, narrowed.ranges[number][end]));
      value.textContent = shownValue(column, narrowed.ranges[number][end]);
    });
  });
});

new ResizeObserver(changed).observe(part("parallel", HTMLCanvasElement));
changed();
