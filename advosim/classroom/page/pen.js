// Two pens with the same strokes: one draws on a canvas, the other writes an SVG, so that what is saved is what is shown.
// @ts-check

/**
 * @typedef {{fill?: string, stroke?: string, width?: number, dash?: number[], opacity?: number}} Style
 * @typedef {{size?: number, weight?: number, fill?: string, anchor?: "start" | "middle" | "end", halo?: boolean}} Letters
 * @typedef {{x: number, y: number, w: number, h: number}} Box
 */

/**
 * @typedef {{
 *   rect(x: number, y: number, w: number, h: number, style: Style): void,
 *   round(x: number, y: number, r: number, style: Style): void,
 *   many(points: number[], r: number, square: boolean, style: Style): void,
 *   path(points: number[], style: Style, closed?: boolean): void,
 *   bow(from: [number, number], over: [number, number], to: [number, number], style: Style): void,
 *   hatch(points: number[], colour: string, rising: boolean): void,
 *   text(x: number, y: number, words: string, letters: Letters): void,
 *   wide(words: string, letters: Letters): number
 * }} Pen
 */

export const FONT = 'system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

/** @param {Letters} letters */
function fontOf(letters) {
  return `${letters.weight || 400} ${letters.size || 12}px ${FONT}`;
}

/** Hatches by colour and direction. @type {Map<string, CanvasPattern | null>} */
const patterns = new Map();

/** Draws on a canvas. @implements {Pen} */
export class CanvasPen {
  /** @param {CanvasRenderingContext2D} context */
  constructor(context) {
    this.context = context;
  }

  /** @param {Style} style */
  ink(style) {
    const c = this.context;
    c.globalAlpha = style.opacity ?? 1;
    if (style.fill) {
      c.fillStyle = style.fill;
      c.fill();
    }
    if (style.stroke) {
      c.strokeStyle = style.stroke;
      c.lineWidth = style.width ?? 1;
      c.setLineDash(style.dash ?? []);
      c.stroke();
    }
    c.globalAlpha = 1;
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h @param {Style} style */
  rect(x, y, w, h, style) {
    this.context.beginPath();
    this.context.rect(x, y, w, h);
    this.ink(style);
  }

  /** @param {number} x @param {number} y @param {number} r @param {Style} style */
  round(x, y, r, style) {
    this.context.beginPath();
    this.context.arc(x, y, r, 0, 7);
    this.ink(style);
  }

  /** @param {number[]} points @param {number} r @param {boolean} square @param {Style} style */
  many(points, r, square, style) {
    const c = this.context;
    c.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      if (square) c.rect(points[i] - r, points[i + 1] - r, 2 * r, 2 * r);
      else {
        c.moveTo(points[i] + r, points[i + 1]);
        c.arc(points[i], points[i + 1], r, 0, 7);
      }
    }
    this.ink(style);
  }

  /** @param {number[]} points @param {Style} style @param {boolean} [closed] */
  path(points, style, closed) {
    this.trace(points, closed);
    this.context.lineJoin = "round";
    this.ink(style);
  }

  /** @param {number[]} points @param {boolean} [closed] */
  trace(points, closed) {
    const c = this.context;
    c.beginPath();
    for (let i = 0; i < points.length; i += 2) c[i ? "lineTo" : "moveTo"](points[i], points[i + 1]);
    if (closed) c.closePath();
  }

  /** @param {[number, number]} from @param {[number, number]} over @param {[number, number]} to @param {Style} style */
  bow(from, over, to, style) {
    const c = this.context;
    c.beginPath();
    c.moveTo(...from);
    c.quadraticCurveTo(...over, ...to);
    this.ink(style);
  }

  /** @param {number[]} points @param {string} colour @param {boolean} rising */
  hatch(points, colour, rising) {
    const key = colour + rising;
    if (!patterns.has(key)) {
      const tile = document.createElement("canvas");
      tile.width = tile.height = 6;
      const c = /** @type {CanvasRenderingContext2D} */ (tile.getContext("2d"));
      c.strokeStyle = colour;
      c.lineWidth = 1.3;
      c.beginPath();
      for (const at of [-6, 0, 6]) {
        c.moveTo(at - 1, rising ? 7 : -1);
        c.lineTo(at + 7, rising ? -1 : 7);
      }
      c.stroke();
      patterns.set(key, this.context.createPattern(tile, "repeat"));
    }
    this.trace(points, true);
    this.context.fillStyle = patterns.get(key) || colour;
    this.context.globalAlpha = 0.75;
    this.context.fill();
    this.context.globalAlpha = 1;
  }

  /** @param {number} x @param {number} y @param {string} words @param {Letters} letters */
  text(x, y, words, letters) {
    const c = this.context;
    c.font = fontOf(letters);
    c.textAlign = letters.anchor === "middle" ? "center" : letters.anchor === "end" ? "right" : "left";
    if (letters.halo) {
      c.strokeStyle = "#fff";
      c.lineWidth = 3;
      c.setLineDash([]);
      c.lineJoin = "round";
      c.strokeText(words, x, y);
    }
    c.fillStyle = letters.fill || "#1b1f24";
    c.fillText(words, x, y);
  }

  /** @param {string} words @param {Letters} letters */
  wide(words, letters) {
    return widthOf(words, letters);
  }
}

/** @type {CanvasRenderingContext2D | null} */
let ruler = null;
/** @type {Map<string, number>} */
const widths = new Map();

/** @param {string} words @param {Letters} letters */
function widthOf(words, letters) {
  const font = fontOf(letters);
  const key = font + words;
  let width = widths.get(key);
  if (width === undefined) {
    ruler ??= /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    ruler.font = font;
    width = ruler.measureText(words).width;
    if (widths.size > 2000) widths.clear();
    widths.set(key, width);
  }
  return width;
}

/** Keeps strokes instead of drawing them, so that they can be laid beside the last ones. @implements {Pen} */
export class KeptPen {
  constructor() {
    /** @type {[Exclude<keyof Pen, "wide">, any[]][]} */
    this.strokes = [];
  }

  /** @param {any[]} how */
  rect(...how) {
    this.strokes.push(["rect", how]);
  }

  /** @param {any[]} how */
  round(...how) {
    this.strokes.push(["round", how]);
  }

  /** @param {any[]} how */
  many(...how) {
    this.strokes.push(["many", how]);
  }

  /** @param {any[]} how */
  path(...how) {
    this.strokes.push(["path", how]);
  }

  /** @param {any[]} how */
  bow(...how) {
    this.strokes.push(["bow", how]);
  }

  /** @param {any[]} how */
  hatch(...how) {
    this.strokes.push(["hatch", how]);
  }

  /** @param {any[]} how */
  text(...how) {
    this.strokes.push(["text", how]);
  }

  /** @param {string} words @param {Letters} letters */
  wide(words, letters) {
    return widthOf(words, letters);
  }

  /** @param {Pen} pen */
  drawWith(pen) {
    for (const [stroke, how] of this.strokes) /** @type {any} */ (pen)[stroke](...how);
  }
}

/** @param {unknown} text */
export function escaped(text) {
  return String(text).replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** @param {number} value */
function tenth(value) {
  return String(Math.round(value * 10) / 10);
}

/** Writes an SVG. @implements {Pen} */
export class SvgPen {
  constructor() {
    /** @type {string[]} */
    this.parts = [];
    /** @type {Map<string, string>} */
    this.hatches = new Map();
  }

  /** @param {Style} style */
  ink(style) {
    const said = [`fill="${style.fill || "none"}"`];
    if (style.stroke) said.push(`stroke="${style.stroke}" stroke-width="${style.width ?? 1}" stroke-linejoin="round"`);
    if (style.dash?.length) said.push(`stroke-dasharray="${style.dash.join(" ")}"`);
    if (style.opacity !== undefined) said.push(`opacity="${style.opacity}"`);
    return said.join(" ");
  }

  /** @param {number} x @param {number} y @param {number} w @param {number} h @param {Style} style */
  rect(x, y, w, h, style) {
    this.parts.push(
      `<rect x="${tenth(x)}" y="${tenth(y)}" width="${tenth(w)}" height="${tenth(h)}" ${this.ink(style)}/>`,
    );
  }

  /** @param {number} x @param {number} y @param {number} r @param {Style} style */
  round(x, y, r, style) {
    this.parts.push(`<circle cx="${tenth(x)}" cy="${tenth(y)}" r="${tenth(r)}" ${this.ink(style)}/>`);
  }

  /** @param {number[]} points @param {number} r @param {boolean} square @param {Style} style */
  many(points, r, square, style) {
    const drawn = [];
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [points[i], points[i + 1]];
      const width = tenth(2 * r);
      drawn.push(
        square
          ? `M${tenth(x - r)} ${tenth(y - r)}h${width}v${width}h-${width}z`
          : `M${tenth(x - r)} ${tenth(y)}a${tenth(r)} ${tenth(r)} 0 1 0 ${width} 0a${tenth(r)} ${tenth(r)} 0 1 0 -${width} 0`,
      );
    }
    if (drawn.length) this.parts.push(`<path d="${drawn.join("")}" ${this.ink(style)}/>`);
  }

  /** @param {number[]} points @param {boolean} [closed] */
  trace(points, closed) {
    let drawn = "";
    for (let i = 0; i < points.length; i += 2) {
      drawn += `${i ? "L" : "M"}${tenth(points[i])} ${tenth(points[i + 1])}`;
    }
    return drawn + (closed ? "z" : "");
  }

  /** @param {number[]} points @param {Style} style @param {boolean} [closed] */
  path(points, style, closed) {
    if (points.length) this.parts.push(`<path d="${this.trace(points, closed)}" ${this.ink(style)}/>`);
  }

  /** @param {[number, number]} from @param {[number, number]} over @param {[number, number]} to @param {Style} style */
  bow(from, over, to, style) {
    const [a, b, c] = [from, over, to].map((point) => point.map(tenth).join(" "));
    this.parts.push(`<path d="M${a}Q${b} ${c}" ${this.ink(style)}/>`);
  }

  /** @param {number[]} points @param {string} colour @param {boolean} rising */
  hatch(points, colour, rising) {
    const name = `hatch${colour.slice(1)}${rising ? "up" : "down"}`;
    this.hatches.set(
      name,
      `<pattern id="${name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(${rising ? 45 : -45})">` +
        `<path d="M0 0V6" stroke="${colour}" stroke-width="1.6"/></pattern>`,
    );
    if (points.length) this.parts.push(`<path d="${this.trace(points, true)}" fill="url(#${name})" opacity=".75"/>`);
  }

  /** @param {number} x @param {number} y @param {string} words @param {Letters} letters */
  text(x, y, words, letters) {
    const halo = letters.halo ? ' stroke="#fff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' : "";
    this.parts.push(
      `<text x="${tenth(x)}" y="${tenth(y)}" font-size="${letters.size || 12}" font-weight="${letters.weight || 400}" ` +
        `text-anchor="${letters.anchor || "start"}" fill="${letters.fill || "#1b1f24"}"${halo}>${escaped(words)}</text>`,
    );
  }

  /** @param {string} words @param {Letters} letters */
  wide(words, letters) {
    return widthOf(words, letters);
  }

  /** The whole drawing. @param {number} w @param {number} h @param {string} title */
  svg(w, h, title) {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${w} ${h}" width="${w}" height="${h}" ` +
      `font-family="${escaped(FONT)}" role="img"><title>${escaped(title)}</title><defs>${[...this.hatches.values()].join("")}</defs>` +
      `<rect width="${w}" height="${h}" fill="#fff"/>${this.parts.join("")}</svg>`
    );
  }
}
