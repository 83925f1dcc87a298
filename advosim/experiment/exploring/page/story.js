// The story of a run, from the Markdown in which it is written.
// @ts-check

/**
 * Headings, lists, paragraphs; a table becomes a list, for there is little room across.
 * @param {HTMLElement} place @param {string} text
 */
export function tellStory(place, text) {
  place.replaceChildren();
  /** @type {HTMLElement | null} */
  let list = null;
  /** @type {string[]} */
  let heads = [];
  for (const line of text.split("\n").map((each) => each.trim())) {
    if (!line || /^-{3,}$/.test(line)) {
      list = null;
      heads = [];
      continue;
    }
    const heading = /^(#+) (.*)$/.exec(line);
    const cells = line.startsWith("|") ? line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()) : null;
    if (cells && (!heads.length || cells.every((cell) => /^-+$/.test(cell)))) {
      heads = heads.length ? heads : cells;
    } else if (cells || line.startsWith("- ")) {
      if (!list) place.append((list = document.createElement("ul")));
      list.append(filled("li", cells ? inWords(heads, cells) : line.slice(2)));
    } else {
      place.append(heading ? filled(heading[1].length > 1 ? "h4" : "h3", heading[2]) : filled("p", line));
    }
  }
}

/** A row of a table. @param {string[]} heads @param {string[]} cells */
function inWords(heads, cells) {
  return `**${cells[0]}**: ${cells.slice(1).map((cell, number) => `${heads[number + 1]} ${cell}`).join("; ")}`;
}

/** An element with text in which **bold** and *slanted* words are marked. @param {string} kind @param {string} text */
function filled(kind, text) {
  const element = document.createElement(kind);
  for (const [found, bold, slanted] of text.matchAll(/\*\*(.+?)\*\*|\*(.+?)\*|(?:[^*\\]|\\.)+|[*\\]/g)) {
    const part = document.createElement(bold ? "b" : slanted ? "i" : "span");
    part.textContent = unescaped(bold || slanted || found);
    element.append(part);
  }
  return element;
}

/** Words of the scenario's as they were written: Markdown has them with its own marks made plain. @param {string} text */
function unescaped(text) {
  const plain = text.replace(/`/g, "").replace(/\\(.)/g, "$1");
  return plain.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
