// The page: what the address holds, two histories that fill ahead of the viewer, and what is drawn of them.
// @ts-check

import { AHEAD, asked, askedJson, History, inflated, pull, Refused } from "./history.js";
import { CURVES, hasAbroad, percent, plain, signed, value } from "./scene.js";
import { saidPublics } from "./crowd.js";
import { Film } from "./film.js";
import { valueAt, weekAt } from "./lanes.js";
import { Picture } from "./picture.js";
import { showStory } from "./story.js";
import { ChangePanel, saidChange } from "./changes.js";
import { SurePanel } from "./sure.js";
import { LessonPanel } from "./lesson.js";
import { csvOf, download, fillHandout, numbersOf, pngOf, svgOf } from "./keep.js";

/** @typedef {import("./scene.js").View} View */

/** Weeks a second. */
const SPEEDS = [4, 8, 16, 40];
const NUMBERS = ["With one change", "With two changes", "With three changes", "With four changes"];
const TABS = ["lesson", "change", "story", "sure"];
/** Milliseconds between two spoken summaries while it plays. */
const SPOKEN = 5000;
/** Milliseconds for which numbers and story stand while it plays: nobody reads faster. */
const READ = 120;
/** Weeks ahead of the viewer below which more are asked for: in large requests, not week by week. */
const ENOUGH = 0.75 * AHEAD;

/** @returns {View} */
function fresh() {
  return {
    s: "", seed: 1, a: [], b: [], week: 1, issue: 0, polity: 0, measure: "expressed", say: false, map: null,
    tab: "lesson", speed: 8, projector: false, lesson: "", hide: false,
  };
}

/** @template {HTMLElement} T @param {string} id @returns {T} */
function part(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/** @param {string} id */
function embedded(id) {
  return document.getElementById(`data-${id}`)?.textContent || "";
}

const away = Boolean(embedded("stage"));
const view = fresh();
/** @type {import("./history.js").Stage} */
let stageNow;
/** @type {[History, History]} */
let sides;
/** Milliseconds for which axes may stay as they are while weeks come ahead. */
const LATE = 500;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;
let lastSpoken = 0;
let lastRead = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let keepLater;
/** @type {import("./sure.js").Twins | null} */
let bandNow = null;
let drawingLine = false;
/** Counters that tests and benchmarks read. */
const told = { drawn: 0, changed: 0, first: 0, whole: () => sides.every((side) => side.whole) && !film.due && !later };
Object.assign(globalThis, { told });

const film = new Film({
  week: () => view.week,
  ready: () => (sides ? ready() : 0),
  last: () => stageNow.weeks,
  speed: () => view.speed,
  draw,
  turn(week) {
    view.week = week;
    wake();
  },
  over() {
    play(false);
    keepAddress();
    lessonPanel.watched();
  },
});
const picture = new Picture();

/** @returns {import("./scene.js").Scene} */
function scene() {
  return { stage: stageNow, sides, view, big: !view.projector ? 1 : innerHeight > 900 ? 1.45 : 1.25, dim: false };
}

// ---------------------------------------------------------------- what the address holds

function readAddress() {
  try {
    const given = JSON.parse(decodeURIComponent(location.hash.slice(1)) || "{}");
    for (const key of Object.keys(view)) {
      const known = /** @type {any} */ (view);
      if (key in given && (known[key] === null || typeof given[key] === typeof known[key])) known[key] = given[key];
    }
  } catch {
    // An address that was cut short opens the first view.
  }
}

function addressOf() {
  const usual = /** @type {any} */ (fresh());
  const own = Object.entries(view).filter(([key, given]) => JSON.stringify(given) !== JSON.stringify(usual[key]));
  return `#${encodeURIComponent(JSON.stringify(Object.fromEntries(own)))}`;
}

function keepAddress() {
  clearTimeout(keepLater);
  keepLater = setTimeout(() => history.replaceState(null, "", addressOf()), 250);
}

// ---------------------------------------------------------------- histories

/** @param {number} side */
function queryOf(side) {
  return encodeURIComponent(JSON.stringify({ s: view.s, seed: view.seed, c: side ? view.b : view.a }));
}

/** Load a side anew; `from`: weeks before it stay as they are. @param {number} side @param {number} from */
function loadSide(side, from = 1) {
  const before = sides[side];
  before.end();
  sides[side] = new History(stageNow);
  sides[side].weeks = before.weeks.slice(0, Math.max(0, from - 1));
  wake();
}

/** Ask for weeks ahead of the viewer, on both sides. */
function wake() {
  if (away) return;
  sides.forEach((history, side) => {
    if (history.whole || history.wanted - view.week > ENOUGH) return;
    pull(history, queryOf(side), view.week + AHEAD, spare, arrived).catch((error) => {
      history.wanted = 0;
      if (history.alive) wrong(error);
    });
  });
}

/** Milliseconds until the film needs more than so many weeks. @param {number} weeks */
function spare(weeks) {
  return (1000 * (weeks - view.week)) / view.speed;
}

function arrived() {
  // What comes ahead of the viewer only widens the axes: drawing that anew for each answer starved whoever makes the weeks.
  if (picture.reach < view.week) film.ask();
  else {
    later ??= setTimeout(() => {
      later = undefined;
      picture.stretch();
      film.ask();
    }, Math.max(LATE, 10 * film.cost));
  }
  film.goOn();
  if (ready() > 0 && sides[0].weeks[0].bytes.length !== sides[1].weeks[0].bytes.length) {
    sides.forEach((side) => side.end());
    throw new Refused("The two sides have different numbers of people or organisations: they cannot be laid side by side.");
  }
  if (told.first || ready() === 0) return;
  told.first = performance.now();
  speak();
}

function ready() {
  return Math.min(sides[0].weeks.length, sides[1].weeks.length);
}

/** Open a scenario as the view has it: its stage first, then its weeks. */
async function openScenario() {
  const query = encodeURIComponent(JSON.stringify({ s: view.s, seed: view.seed, c: view.a }));
  stageNow = JSON.parse(new TextDecoder().decode(await asked(`stage?q=${query}`)));
  sides?.forEach((side) => side.end());
  sides = [new History(stageNow), new History(stageNow)];
  clamp();
  fillChoices();
  wake();
  setTimeout(() => changePanel.load(view.s).then(() => film.ask(), wrong), 1200);
}

function clamp() {
  view.issue = Math.min(view.issue, stageNow.issues.length - 1);
  view.polity = Math.min(view.polity, stageNow.polities.length - 1);
  view.week = Math.max(1, Math.min(view.week, stageNow.weeks));
  if (!(view.measure in CURVES)) view.measure = "expressed";
}

/** @param {unknown} error */
function wrong(error) {
  if (error instanceof DOMException && error.name === "AbortError") return;
  const place = part("wrong");
  place.textContent = error instanceof Refused ? error.message : "The server does not answer. Is advosim demo still running?";
  place.hidden = false;
  setTimeout(() => (place.hidden = true), 9000);
}

// ---------------------------------------------------------------- choices

/** Radio buttons that look like tabs. @param {string} id @param {string[]} names @param {number} chosen @param {(i: number) => void} choose */
function fillTabs(id, names, chosen, choose) {
  const place = part(id);
  place.querySelectorAll("label").forEach((label) => label.remove());
  place.hidden = names.length < 2;
  names.forEach((name, i) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    Object.assign(input, { type: "radio", name: id, value: String(i), checked: i === chosen });
    const words = document.createElement("span");
    words.textContent = plain(name);
    label.append(input, words);
    input.onchange = () => choose(i);
    place.append(label);
  });
}

function fillChoices() {
  fillTabs("issues", stageNow.issues, view.issue, (i) => look({ issue: i }));
  fillTabs("polities", stageNow.polities, view.polity, (i) => look({ polity: i }));
  part("question").textContent = stageNow.question;
  part("question").title = stageNow.question;
  document.title = `advosim: ${stageNow.title}`;
  part("map").hidden = !hasAbroad(stageNow);
  const measure = /** @type {HTMLSelectElement} */ (part("measure"));
  measure.replaceChildren(...Object.entries(CURVES).map(([key, { name }]) => new Option(name, key, false, key === view.measure)));
  part("week").setAttribute("max", String(stageNow.weeks));
}

/** Look at something else of the same histories. @param {Partial<View>} at */
function look(at) {
  Object.assign(view, at);
  film.ask();
  keepAddress();
  showPanel();
  wake();
}

function mapShown() {
  return hasAbroad(stageNow) && (view.map ?? true);
}

// ---------------------------------------------------------------- playing

/** @param {boolean} on */
function play(on) {
  if (on && view.week >= stageNow.weeks) view.week = 1;
  film.play(on);
  part("play").textContent = on ? "Pause" : "Play";
  if (!on) speak();
  wake();
}

/** @param {number} week */
function go(week) {
  view.week = Math.max(1, Math.min(stageNow.weeks, week));
  film.rewind();
  film.ask();
  keepAddress();
  wake();
}

// ---------------------------------------------------------------- drawing

/** Words beside a picture; only what differs is touched. @param {HTMLElement} place @param {[string, string][]} numbers */
function tell(place, numbers) {
  while (place.children.length > numbers.length) place.lastElementChild?.remove();
  numbers.forEach(([number, words], i) => {
    const item = place.children[i] ?? place.appendChild(document.createElement("span"));
    if (item.getAttribute("data-told") === `${number} ${words}`) return;
    item.setAttribute("data-told", `${number} ${words}`);
    const strong = document.createElement("b");
    strong.textContent = number;
    item.replaceChildren(strong, ` ${words}`);
  });
}

/** Draw the week that is looked at; false where there is none to draw yet. */
function draw() {
  if (!sides || ready() === 0) return false;
  const now = scene();
  const band = bandNow ? { low: bandNow.low, middle: bandNow.middle, high: bandNow.high } : null;
  picture.draw(now, mapShown(), { prediction: lessonPanel.line.length ? lessonPanel.line : null, band });
  const week = /** @type {HTMLInputElement} */ (part("week"));
  week.value = String(view.week);
  told.drawn += 1;
  if (film.playing && performance.now() - lastRead < READ) return true;
  lastRead = performance.now();
  [0, 1].forEach((side) => tell(part(side ? "numbers-b" : "numbers-a"), numbersOf(now, side)));
  part("at").textContent = `week ${view.week} of ${stageNow.weeks}`;
  week.setAttribute("aria-valuetext", `week ${view.week} of ${stageNow.weeks}`);
  if (view.tab === "story") showStory(part("panel-story"), now, go);
  titles();
  changePanel.seat.update();
  if (film.playing && performance.now() - lastSpoken > SPOKEN) speak();
  return true;
}

/** Changes of the right side that the left side has not. */
function ownChanges() {
  return view.b.filter((each) => !view.a.some((other) => JSON.stringify(other) === JSON.stringify(each)));
}

/** What each card says of its changes: left, right, and the right card's name. */
function changed() {
  const own = ownChanges();
  const said = own.map((each) => {
    const left = view.a.filter((other) => other[1] === each[1]).pop();
    return saidChange(each, left ? left[2] : changePanel.valueOf(each[1]));
  });
  const name = own.length < 2 ? NUMBERS[0] : NUMBERS[own.length - 1] || "With many changes";
  return ["", said.join(", ") || "nothing changed yet", name];
}

function titles() {
  const [left, right, name] = changed();
  for (const [id, words] of [["changed-a", left], ["changed-b", right], ["name-b", name]]) {
    if (part(id).textContent !== words) part(id).textContent = words;
  }
  part("changed-b").title = right;
}

/** Say what is shown to those who do not see it. */
function speak() {
  lastSpoken = performance.now();
  if (!ready() || document.hidden) return;
  const now = scene();
  const said = [0, 1].map((side) => {
    const week = sides[side].weeks[view.week - 1];
    if (!week) return "";
    const text = `${side ? "With the change" : "As it was"}: the law ${signed(value(now, week, "policy"))}, ${percent(value(now, week, "support"))} want more, ${percent(value(now, week, "expressed"))} say so, ${percent(value(now, week, "silenced"))} silent out of fear.`;
    part(side ? "crowd-b" : "crowd-a").setAttribute("aria-label", `${text} ${saidPublics(now, week)}`);
    return text;
  });
  const words = `Week ${view.week}, ${plain(stageNow.issues[view.issue])}. ${said.join(" ")}`;
  part("said").textContent = words;
  part("lanes").setAttribute("aria-label", `Both histories by week. ${words}`);
}

// ---------------------------------------------------------------- panels

const changePanel = new ChangePanel(part("panel-change"), {
  upload: (file) => void upload(file),
  changes: () => view.b,
  own: ownChanges,
  week: () => view.week,
  sides: () => sides,
  set(list, from) {
    const asked = performance.now();
    view.b = list;
    view.lesson = "";
    bandNow = null;
    loadSide(1, from);
    const wanted = Math.max(1, from);
    const history = sides[1];
    const wait = () => {
      if (history.weeks.length >= wanted) told.changed = performance.now() - asked;
      else if (history.alive) setTimeout(wait, 5);
    };
    wait();
    film.ask();
    titles();
    keepAddress();
    changePanel.update();
  },
});

const surePanel = new SurePanel(part("panel-sure"), {
  view: () => view,
  weeks: () => stageNow.weeks,
  band(twins) {
    bandNow = twins;
    film.ask();
  },
});

const lessonPanel = new LessonPanel(part("panel-lesson"), {
  scene,
  away,
  lan: "",
  open(lesson) {
    play(false);
    view.lesson = lesson ? lesson.name : "";
    if (!lesson) return keepAddress();
    Object.assign(view, { a: [], b: [], week: 1, polity: 0, issue: 0, measure: "expressed" }, lesson.view);
    bandNow = null;
    const picker = /** @type {HTMLSelectElement} */ (part("scenario"));
    if ([...picker.options].some((each) => each.value === view.s)) picker.value = view.s;
    openScenario().catch(wrong);
    film.ask();
    keepAddress();
  },
  play() {
    go(1);
    play(true);
  },
  sure() {
    const wait = () => {
      if (ready() >= stageNow.weeks) {
        go(stageNow.weeks);
        lessonPanel.watched();
      } else {
        view.week = Math.max(1, ready());
        film.ask();
        wake();
        setTimeout(wait, 60);
      }
    };
    wait();
  },
  drawing(on) {
    drawingLine = on;
    part("lanes").classList.toggle("drawing", on);
    film.ask();
  },
  redraw() {
    film.ask();
  },
  print: () => printHandout(),
});

function showPanel() {
  for (const name of TABS) {
    const on = view.tab === name;
    part(`tab-${name}`).setAttribute("aria-selected", String(on));
    part(`tab-${name}`).tabIndex = on ? 0 : -1;
    part(`panel-${name}`).hidden = !on;
  }
  if (view.tab === "story" && ready()) showStory(part("panel-story"), scene(), go);
  if (view.tab === "change") changePanel.show(view.s).catch(wrong);
  if (view.tab === "sure") surePanel.show();
  if (view.tab === "lesson") lessonPanel.list().catch(wrong);
}

function printHandout() {
  fillHandout(part("handout"), scene(), changed(), mapShown());
  const figure = /** @type {HTMLImageElement} */ (part("handout").querySelector("img"));
  figure.decode().then(() => print(), () => print());
}

function keepDialog() {
  const dialog = /** @type {HTMLDialogElement} */ (part("dialog"));
  const choices = [
    ["link", "Copy the link", "The address holds all that is shown.", true],
    ["file", "One HTML file", "Plays in any browser, without a server.", true],
    ["png", "Picture (PNG)", "For slides and papers.", false],
    ["svg", "Picture (SVG)", "To be edited or enlarged.", false],
    ["csv", "Table (CSV)", "Both histories, a row a week.", false],
    ["toml", "Scenario (TOML)", "advosim run repeats the right side.", true],
    ["print", "Hand-out", "One page to print.", false],
  ];
  dialog.innerHTML = '<h3 id="dialog-title">Keep and share</h3><div class="choices"></div><p class="row"><button id="close">Close</button></p>';
  const place = /** @type {HTMLElement} */ (dialog.querySelector(".choices"));
  for (const [name, words, more, live] of choices) {
    if (live && away) continue;
    const button = document.createElement("button");
    button.id = `keep-${name}`;
    button.append(String(words));
    const note = document.createElement("small");
    note.textContent = String(more);
    button.append(note);
    button.onclick = () => {
      dialog.close();
      keepAs(String(name)).catch(wrong);
    };
    place.append(button);
  }
  /** @type {HTMLElement} */ (dialog.querySelector("#close")).onclick = () => dialog.close();
  dialog.showModal();
}

/** @param {string} name */
async function keepAs(name) {
  const file = `advosim_${view.s}_week_${view.week}`;
  if (name === "link") {
    await navigator.clipboard.writeText(`${location.origin}${location.pathname}${addressOf()}`);
    part("said").textContent = "The link is copied.";
  } else if (name === "svg") download(`${file}.svg`, svgOf(scene(), changed(), mapShown()), "image/svg+xml");
  else if (name === "png") download(`${file}.png`, await pngOf(svgOf(scene(), changed(), mapShown())), "image/png");
  else if (name === "csv") download(`advosim_${view.s}.csv`, csvOf(scene()), "text/csv");
  else if (name === "toml") download(`${view.s}_changed.toml`, await asked(`scenario.toml?q=${queryOf(1)}`), "application/toml");
  else if (name === "print") printHandout();
  else if (name === "file") {
    const whole = encodeURIComponent(JSON.stringify(view));
    download(`advosim_${view.s}.html`, await asked(`one-file?view=${whole}`), "text/html");
  }
}

// ---------------------------------------------------------------- hands

function hands() {
  part("play").onclick = () => play(!film.playing);
  const steps = /** @type {const} */ ({ first: () => 1, back: () => view.week - 1, next: () => view.week + 1 });
  for (const [id, to] of Object.entries(steps)) {
    part(id).onclick = () => {
      play(false);
      go(to());
    };
  }
  const week = /** @type {HTMLInputElement} */ (part("week"));
  week.oninput = () => {
    play(false);
    go(Number(week.value));
  };
  const speed = /** @type {HTMLSelectElement} */ (part("speed"));
  speed.replaceChildren(...SPEEDS.map((each) => new Option(`${each} weeks a second`, String(each), false, each === view.speed)));
  speed.onchange = () => {
    look({ speed: Number(speed.value) });
    film.rewind();
  };
  const measure = /** @type {HTMLSelectElement} */ (part("measure"));
  measure.onchange = () => look({ measure: measure.value });
  part("say").onclick = () => {
    look({ say: !view.say });
    pressed();
  };
  part("map").onclick = () => {
    look({ map: !mapShown() });
    pressed();
  };
  part("projector").onclick = () => {
    look({ projector: !view.projector });
    pressed();
  };
  part("keep").onclick = keepDialog;
  tabHands();
  laneHands();
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("input, select, button, dialog, summary, textarea")) return;
    const keys = /** @type {Record<string, () => void>} */ ({
      " ": () => play(!film.playing), ArrowRight: () => go(view.week + 1), ArrowLeft: () => go(view.week - 1),
      Home: () => go(1), End: () => go(stageNow.weeks),
    });
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  });
  const resized = new ResizeObserver(() => {
    picture.resized();
    film.ask();
  });
  for (const id of ["crowd-a", "crowd-b", "actors-a", "actors-b", "lanes"]) resized.observe(part(id));
  addEventListener("hashchange", () => location.reload());
  if (!away) addEventListener("pagehide", () => sides.forEach((side) => side.end()));
}

function pressed() {
  part("say").setAttribute("aria-pressed", String(view.say));
  part("map").setAttribute("aria-pressed", String(mapShown()));
  part("projector").setAttribute("aria-pressed", String(view.projector));
  document.body.classList.toggle("projector", view.projector);
  film.ask();
}

function tabHands() {
  TABS.forEach((name, i) => {
    const tab = part(`tab-${name}`);
    tab.onclick = () => look({ tab: name });
    tab.onkeydown = (event) => {
      const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
      if (!step) return;
      event.preventDefault();
      const shown = TABS.filter((each) => !part(`tab-${each}`).hidden);
      const other = shown[(shown.indexOf(name) + step + shown.length) % shown.length];
      part(`tab-${other}`).focus();
      look({ tab: other });
    };
    if (away && (name === "change" || name === "sure")) tab.hidden = true;
    void i;
  });
}

/** Dragging along the axis goes through the weeks; in a lesson that asks for a line, it draws it. */
function laneHands() {
  const canvas = part("lanes");
  let held = false;
  let last = 0;
  const at = (/** @type {PointerEvent} */ event) => {
    const axis = picture.plot?.axis;
    if (!axis) return;
    const box = canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const week = weekAt(axis, x);
    if (drawingLine && lessonPanel.step < 2) {
      lessonPanel.draw(week, valueAt(scene(), axis, y), last);
      last = week;
    } else go(week);
  };
  canvas.onpointerdown = (event) => {
    held = true;
    last = 0;
    play(false);
    canvas.setPointerCapture(event.pointerId);
    at(event);
  };
  canvas.onpointermove = (event) => {
    if (held) at(event);
    else hint(event);
  };
  canvas.onpointerup = () => {
    held = false;
    speak();
  };
  canvas.onpointerleave = () => (part("tip").hidden = true);
}

/** Say what a mark on the axis stands for. @param {PointerEvent} event */
function hint(event) {
  const tip = part("tip");
  const box = part("lanes").getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  const near = picture.plot?.axis.marks.find((mark) => Math.abs(mark.x - x) < 7 && Math.abs(mark.y - y) < 9);
  tip.hidden = !near;
  if (!near) return;
  tip.textContent = `Week ${near.week}: ${near.text}`;
  tip.style.left = `${Math.min(x + 12, box.width - 330)}px`;
  tip.style.top = `${Math.max(0, y - 34)}px`;
}

// ---------------------------------------------------------------- start

async function startLive() {
  const shelf = await askedJson("shelf");
  lessonPanel.room.lan = shelf.lan || "";
  if (!view.s) view.s = shelf.first;
  const picker = /** @type {HTMLSelectElement} */ (part("scenario"));
  const known = Object.entries(shelf.titles);
  picker.replaceChildren(...known.map(([name, title]) => new Option(String(title), name, false, name === view.s)));
  picker.onchange = () => {
    play(false);
    Object.assign(view, { s: picker.value, a: [], b: [], week: 1, issue: 0, polity: 0, lesson: "", map: null });
    bandNow = null;
    openScenario().then(showPanel).catch(wrong);
    keepAddress();
  };
  await openScenario();
  changePanel.panel.addEventListener("click", (event) => {
    if (/** @type {HTMLElement} */ (event.target).id !== "another-seed") return;
    view.seed += 1;
    bandNow = null;
    loadSide(0);
    loadSide(1);
    keepAddress();
  });
  if (view.lesson) await lessonPanel.list().then(() => lessonPanel.resume(view.lesson));
}

/** Play a scenario file of one's own. @param {File} file */
async function upload(file) {
  try {
    const known = await askedJson("upload", { method: "POST", body: await file.text() });
    const picker = /** @type {HTMLSelectElement} */ (part("scenario"));
    picker.append(new Option(known.title, known.name, false, true));
    picker.dispatchEvent(new Event("change"));
  } catch (error) {
    wrong(error);
  }
}

async function startAway() {
  document.body.classList.add("away");
  Object.assign(view, JSON.parse(embedded("view")));
  stageNow = JSON.parse(embedded("stage"));
  readAddress();
  sides = [new History(stageNow), new History(stageNow)];
  const weeks = await Promise.all([0, 1].map((side) => inflated(embedded(`side${side}`))));
  weeks.forEach((each, side) => (sides[side].weeks = each));
  clamp();
  fillChoices();
  if (view.tab === "change" || view.tab === "sure") view.tab = "story";
  arrived();
}

async function start() {
  readAddress();
  await (away ? startAway() : startLive());
  hands();
  pressed();
  showPanel();
  speak();
  film.ask();
}

start().catch(wrong);
