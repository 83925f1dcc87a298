// The sweep, what is left of it after narrowing down, and which run is chosen.
// @ts-check

/**
 * @typedef {{name: string, label: string, role: "factor" | "outcome", levels: string[] | null, values: (number | null)[], meaning: string, unit: string}} Column
 * @typedef {{place: string, scenarios: Record<string, string>, also: Record<string, string[]>, own: string[], fromWeek: number | null, weeks: Record<string, number>}} Command
 * @typedef {{title: string, question: string, of: number, failed: number, columns: Column[], run: number[], seed: number[], command: Command, stories: Record<string, string>, untold: string}} Sweep
 * @typedef {[number, number]} Range
 */

/** @returns {Sweep} */
export function readSweep() {
  const held = document.getElementById("data-sweep");
  if (!held) throw new Error("this page holds no sweep");
  return JSON.parse(held.textContent || "");
}

/** Least and greatest value of a column, apart even where all are the same. @param {Column} column @returns {Range} */
export function ends(column) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of column.values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** Which runs are shown: those within all ranges. */
export class Narrowed {
  /** @param {Sweep} sweep */
  constructor(sweep) {
    this.sweep = sweep;
    /** @type {Range[]} */
    this.whole = sweep.columns.map(ends);
    /** @type {Range[]} */
    this.ranges = this.whole.map((each) => [each[0], each[1]]);
    this.shown = new Uint8Array(sweep.run.length);
    this.count = 0;
    /** Place of the chosen run, or -1. */
    this.chosen = -1;
    this.tell();
  }

  /** Lets a column show only a range. @param {number} column @param {number} from @param {number} to */
  narrow(column, from, to) {
    const [low, high] = this.whole[column];
    this.ranges[column] = [Math.max(low, Math.min(from, to)), Math.min(high, Math.max(from, to))];
    this.tell();
  }

  /** Lets go of a column, or of all. @param {number} [column] */
  release(column) {
    this.whole.forEach((each, number) => {
      if (column === undefined || column === number) this.ranges[number] = [each[0], each[1]];
    });
    this.tell();
  }

  /** @param {number} column */
  isNarrow(column) {
    const [low, high] = this.whole[column];
    return this.ranges[column][0] > low || this.ranges[column][1] < high;
  }

  tell() {
    const narrow = this.sweep.columns.map((_, number) => number).filter((number) => this.isNarrow(number));
    this.count = 0;
    for (let run = 0; run < this.shown.length; run += 1) {
      const inside = narrow.every((number) => {
        const value = this.sweep.columns[number].values[run];
        return value !== null && value >= this.ranges[number][0] && value <= this.ranges[number][1];
      });
      this.shown[run] = inside ? 1 : 0;
      this.count += this.shown[run];
    }
  }
}

/** Runs to draw, at most so many, evenly among all. @param {number} count @param {number} most */
export function some(count, most) {
  const step = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / step) }, (_, number) => number * step);
}
