// Histories as the page holds them: weeks as they come from the server, or from the file that holds them all.
// @ts-check

/**
 * What stands for a whole run: see `wire.stage` for the fields.
 * @typedef {{
 *   title: string, question: string, weeks: number, measures: string[], views: string[], answers: string[],
 *   slots: string[], polities: string[], citizens: number[], issues: string[], meanings: string[],
 *   publics: [number, string][], shares: number[], sample: number[], organisations: [number, string][],
 *   kinds: string[], newcomers: number[], stances: number[][], priorities: number[][], parties: [number, string][],
 *   bodies: [string, string][], policy: number[][], elections: number[], reforms: [number, string, any][]
 * }} Stage
 */

/**
 * One thing that happened: event, polity, issue, organisation, side, size, sentence.
 * @typedef {[string, number, number, number, number, number, string]} Said
 */

/**
 * A week: JSON, numbers and bytes as `wire.week` lays them out.
 * @typedef {{
 *   k: number, campaigns: [number, number, number][], founded: [number, number[], number[]][], alliances: [number, number, number, number[]][],
 *   parties: [number, number, number][], ballots: [number, number, number, number, number, number, number][],
 *   appeals: [number, number, number, number, number][], cases: [number, number, number, number, number][],
 *   members: [number, number, number][], said: Said[], numbers: Float32Array, bytes: Uint8Array
 * }} Week
 */

/** Changes as the address holds them: week (0: from the founding), path, value. @typedef {[number, string, any][]} Changes */

/** Weeks that are made ahead of the viewer, at most. */
export const AHEAD = 104;
/** Milliseconds that an answer may take, at least and at most: the longer, the more weeks come at once. */
const WAITS = [150, 1000];

const LETTERS = new TextDecoder();

/** What this tab calls itself: the server keeps the histories that it watches. */
const TAB = Math.random().toString(36).slice(2, 12);

/**
 * The weeks in some bytes, and where the first that is not whole begins.
 * @param {Uint8Array} bytes
 * @returns {{weeks: Week[], rest: number}}
 */
export function unpacked(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @type {Week[]} */
  const weeks = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) break;
    weeks.push(oneWeek(bytes, view, at + 4, end));
    at = end;
  }
  return { weeks, rest: at };
}

/** @param {Uint8Array} bytes @param {DataView} view @param {number} at @param {number} end @returns {Week} */
function oneWeek(bytes, view, at, end) {
  const text = view.getUint32(at, true);
  const count = view.getUint32(at + 4, true);
  const numbers = at + 8 + text;
  const tail = numbers + 4 * count;
  const table = JSON.parse(LETTERS.decode(bytes.subarray(at + 8, numbers)));
  // Copies: numbers must lie at a multiple of four, and a week should not keep the whole answer alive.
  table.numbers = new Float32Array(bytes.slice(numbers, tail).buffer);
  table.bytes = bytes.slice(tail, end);
  return table;
}

/** One history, filled as its weeks come. */
export class History {
  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage;
    /** @type {Week[]} */
    this.weeks = [];
    this.alive = true;
    /** As it was asked for; empty before. */
    this.query = "";
    this.pulling = false;
    this.wanted = 0;
    /** Whether a week of its own has come: until then somebody waits, and the first request asks for one alone. */
    this.begun = false;
    this.leave = new AbortController();
  }

  /** Whether all weeks are there. */
  get whole() {
    return this.weeks.length >= this.stage.weeks;
  }

  /** No more weeks are wanted: the server need not keep them. */
  end() {
    this.alive = false;
    this.leave.abort();
    if (this.query) navigator.sendBeacon(`leave?q=${this.query}&tab=${TAB}`);
  }
}

/**
 * Pull weeks of a history from the server until `wanted`; one request at a time, as a browser gives a host few.
 * @param {History} history
 * @param {string} query
 * @param {number} wanted
 * @param {(weeks: number) => number} spare milliseconds that the viewer has left when so many weeks are there
 * @param {() => void} arrived
 */
export async function pull(history, query, wanted, spare, arrived) {
  history.wanted = Math.min(history.stage.weeks, Math.max(history.wanted, wanted));
  if (history.pulling) return;
  history.pulling = true;
  history.query = query;
  try {
    while (history.alive && history.weeks.length < history.wanted) {
      const from = history.weeks.length + 1;
      const most = history.begun ? Math.min(AHEAD, history.wanted - history.weeks.length) : 1;
      const wait = Math.round(Math.max(WAITS[0], Math.min(WAITS[1], spare(from - 1))));
      const bytes = await asked(`weeks?q=${query}&from=${from}&most=${most}&wait=${wait}&tab=${TAB}`, history.leave.signal);
      if (!history.alive) return;
      history.weeks.push(...unpacked(new Uint8Array(bytes)).weeks);
      history.begun = true;
      arrived();
    }
  } finally {
    history.pulling = false;
  }
}

/** What went wrong, in sentences. */
export class Refused extends Error {}

/** @param {string} address @param {AbortSignal} [signal] @param {RequestInit} [how] @returns {Promise<ArrayBuffer>} */
export async function asked(address, signal, how) {
  const answer = await fetch(address, { ...how, signal });
  if (answer.ok) return answer.arrayBuffer();
  let told = `The server says ${answer.status}.`;
  try {
    told = (await answer.json()).problems.join("\n");
  } catch {
    // A server that is gone has no sentences.
  }
  throw new Refused(told);
}

/** @param {string} address @param {RequestInit} [how] @returns {Promise<any>} */
export async function askedJson(address, how) {
  return JSON.parse(LETTERS.decode(await asked(address, undefined, how)));
}

/**
 * Weeks from a file: deflated, each one's bytes as the difference to those of the week before.
 * @param {string} text in base64
 * @returns {Promise<Week[]>}
 */
export async function inflated(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const { weeks } = unpacked(new Uint8Array(await new Response(stream).arrayBuffer()));
  for (let at = 1; at < weeks.length; at++) {
    const before = weeks[at - 1].bytes;
    const now = weeks[at].bytes;
    if (now.length === before.length) for (let i = 0; i < now.length; i++) now[i] ^= before[i];
  }
  return weeks;
}
