// The film: weeks pass by the clock, pictures come as often as the machine can draw them. A film drops pictures; it never slows.
// @ts-check

/** Milliseconds that a picture waits for the screen where nothing is in its way. */
const SCREEN = 17;
/** Of its time, a tab draws one part in so many at most, so that whoever makes the weeks, and other tabs, have theirs. */
const PART = 3;

/**
 * @typedef {{
 *   week(): number, ready(): number, last(): number, speed(): number, turn(week: number): void, draw(): boolean, over(): void
 * }} Reel what is played: `turn` goes on to a week, `draw` says whether there was anything to draw
 */

export class Film {
  /** @param {Reel} reel */
  constructor(reel) {
    this.reel = reel;
    this.playing = false;
    /** Whether something is to be drawn. */
    this.due = true;
    /** The week at which the clock began, and when. */
    this.from = 1;
    this.since = 0;
    /** Milliseconds that pictures took lately, from when they could have begun until they were out. */
    this.cost = 0;
    this.called = 0;
    this.waiting = false;
    this.free = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    document.addEventListener("visibilitychange", () => this.rewind());
  }

  /** @param {boolean} on */
  play(on) {
    this.playing = on;
    this.rewind();
    clearTimeout(this.timer);
    this.ask();
  }

  /** The clock begins anew at the week that is shown. */
  rewind() {
    this.from = this.reel.week();
    this.since = performance.now();
  }

  /** Something is to be drawn. */
  ask() {
    this.due = true;
    this.call();
  }

  call() {
    if (this.waiting) return;
    this.waiting = true;
    this.called = performance.now();
    requestAnimationFrame(() => this.picture());
  }

  picture() {
    this.waiting = false;
    const began = performance.now();
    if (this.playing) this.wind(began);
    const drawn = this.due && this.reel.draw();
    if (drawn) this.due = false;
    // What drawing took is known only when the browser has laid the picture out.
    setTimeout(() => this.rest(began, drawn), 0);
  }

  /** Go on to the week that the clock shows, as far as weeks are there. @param {number} now */
  wind(now) {
    const { reel } = this;
    const meant = Math.floor(this.from + ((now - this.since) / 1000) * reel.speed());
    const week = Math.min(meant, Math.max(reel.ready(), reel.week()));
    if (meant > week) [this.from, this.since] = [week, now];
    if (week > reel.week()) {
      reel.turn(week);
      this.due = true;
    }
    if (week >= reel.last()) reel.over();
  }

  /** @param {number} began @param {boolean} drawn */
  rest(began, drawn) {
    const late = Math.max(0, began - this.called - SCREEN);
    if (drawn) this.cost += 0.3 * (performance.now() - began + late - this.cost);
    this.free = began + PART * this.cost;
    this.goOn();
  }

  /** Call for the next picture: not before its week is due, and not while others should have the machine. */
  goOn() {
    const { reel } = this;
    if (!this.playing || this.waiting || reel.ready() <= reel.week()) return;
    const due = this.since + (1000 * (reel.week() + 1 - this.from)) / reel.speed();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.call(), Math.max(0, Math.max(due, this.free) - performance.now()));
  }
}
