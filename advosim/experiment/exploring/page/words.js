// What is said of a run, and how it is run again.
// @ts-check

/** A value as a person reads it. @param {import("./data.js").Column} column @param {number | null} value */
export function shownValue(column, value) {
  if (value === null) return "none";
  if (column.levels) return column.levels[Math.round(value)] ?? "";
  const size = Math.abs(value);
  if (value !== 0 && (size < 0.001 || size >= 1e6)) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/**
 * Seed, factors and outcomes of a run, and where its outcomes stand among all runs.
 * @param {import("./data.js").Sweep} sweep @param {number} run
 */
export function sentence(sweep, run) {
  const said = (/** @type {import("./data.js").Column} */ column) => `${column.label} ${shownValue(column, column.values[run])}`;
  const factors = sweep.columns.filter((column) => column.role === "factor").map(said).join(", ");
  const outcomes = sweep.columns.filter((column) => column.role === "outcome").map((column) => `${said(column)}, ${standing(column, run)}`);
  return `Run ${sweep.run[run]}, seed ${sweep.seed[run]}, with ${factors}. It came to ${outcomes.join("; ")}.`;
}

/** @param {import("./data.js").Column} column @param {number} run */
function standing(column, run) {
  const own = column.values[run];
  if (own === null) return "which is no number";
  const others = column.values.filter((_, other) => other !== run);
  const below = others.filter((value) => value !== null && value < own).length / Math.max(1, others.length);
  const above = others.filter((value) => value !== null && value > own).length / Math.max(1, others.length);
  if (below === 0 && above === 0) return "as in all runs";
  return below >= above ? `more than in ${Math.round(below * 100)}% of the others` : `less than in ${Math.round(above * 100)}% of the others`;
}

/** The words that run it again. @param {import("./data.js").Sweep} sweep @param {number} run */
export function commandOf(sweep, run) {
  const { place, scenarios, also, fromWeek, weeks } = sweep.command;
  let name = Object.keys(scenarios)[0];
  const sets = [];
  for (const column of sweep.columns) {
    const value = column.values[run];
    if (column.role !== "factor" || value === null) continue;
    const text = column.levels ? column.levels[value] : String(value);
    if (column.name === "scenario") {
      name = text;
      continue;
    }
    for (const path of [column.name, ...(also[column.name] || [])]) sets.push(`--set ${quoted(`${path}=${text}`)}`);
  }
  const [begin, out] = [`advosim run ${place}/${scenarios[name]} --seed ${sweep.seed[run]}`, `run-${sweep.run[run]}`];
  if (fromWeek === null) return [begin, ...sets, `--out ${out}`].join(" ");
  const past = `${begin} --weeks ${fromWeek - 1} --save-state ${out}.state --out ${out}-past`;
  return `${past} && ${[`advosim run --from ${out}.state --weeks ${weeks[name]}`, ...sets, `--out ${out}`].join(" ")}`;
}

/** @param {string} word */
function quoted(word) {
  return /^[\w./=:+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
