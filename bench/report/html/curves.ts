/** Curves over a logarithmic axis, as SVG that is as wide as there is room: a line, a mark and a name for each series. */
import { escaped } from './text.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
  readonly least?: number | undefined;
  readonly most?: number | undefined;
}

export interface Series {
  readonly name: string;
  /** Of its colour and mark. */
  readonly style: number;
  readonly points: readonly Point[];
}

export interface Plot {
  readonly title: string;
  readonly axis: string;
  readonly series: readonly Series[];
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
  /** Names stand at the ends of the lines, unless they are too long for that. */
  readonly hasLegend?: boolean;
}

const WIDTH = 400;
const HEIGHT = 260;
const LEFT = 44;
const ROOM_FOR_NAMES = 102;
const ROOM_WITHOUT = 28;
const TOP = 10;
const BOTTOM = 38;
const LABEL_HEIGHT = 13;

type Scale = (value: number) => number;

export function curves({ title, axis, series, xText, yText, hasLegend = false }: Plot): string {
  const drawn = series.filter(({ points }) => points.length > 0);
  const points = drawn.flatMap((each) => each.points);
  if (points.length === 0) return '';
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const ys = points.flatMap(({ y, least = y, most = y }) => [least, most]);
  const low = Math.min(...ys);
  const high = Math.max(...ys);
  const right = WIDTH - (hasLegend ? ROOM_WITHOUT : ROOM_FOR_NAMES);
  const x = logarithmic([xs[0]!, xs.at(-1)!], [LEFT + 8, right]);
  const y = logarithmic([low / 1.1, high * 1.1], [HEIGHT - BOTTOM, TOP]);
  const grid = ticks(low, high).map(
    (value) =>
      `<line class="grid" x1="${LEFT}" x2="${right}" y1="${at(y(value))}" y2="${at(y(value))}"/><text class="tick" x="${LEFT - 6}" y="${at(y(value) + 4)}" text-anchor="end">${escaped(yText(value))}</text>`,
  );
  const labels = spaced(drawn.map(({ points: [...own] }) => y(own.at(-1)!.y)));
  const lines = drawn.map((each, i) => {
    const label = hasLegend ? '' : labelOf(each, { x, y, right, labelY: labels[i]! });
    return `<g class="s${each.style}">${lineOf(each, { x, y, xText, yText })}${label}</g>`;
  });
  const legend = drawn.map(({ name, style }) => `<span class="s${style}">${escaped(name)}</span>`).join('');
  return `<figure class="curve"><figcaption>${escaped(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(`${title}, over ${axis}`)}">
${grid.join('')}${xTicks(xs, x, xText)}<text class="axis" x="${(LEFT + right) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escaped(axis)}</text>
${lines.join('\n')}
</svg>${hasLegend ? `<div class="legend">${legend}</div>` : ''}</figure>`;
}

interface Drawing {
  readonly x: Scale;
  readonly y: Scale;
  readonly xText: (x: number) => string;
  readonly yText: (y: number) => string;
}

function lineOf({ name, style, points }: Series, { x, y, xText, yText }: Drawing): string {
  const path = points.map((point) => `${at(x(point.x))},${at(y(point.y))}`).join(' ');
  const marks = points.map((point) => {
    const { least, most } = point;
    const whisker =
      least === undefined || most === undefined || most === least
        ? ''
        : `<line class="whisker" x1="${at(x(point.x))}" x2="${at(x(point.x))}" y1="${at(y(least))}" y2="${at(y(most))}"/>`;
    const words = escaped(`${name}, ${xText(point.x)}: ${yText(point.y)}`);
    return `<g>${whisker}${mark(style, x(point.x), y(point.y))}<title>${words}</title></g>`;
  });
  return `<polyline points="${path}"/>${marks.join('')}`;
}

/** The name of a series, and a line to its last point. */
function labelOf(
  { name, points }: Series,
  { x, y, right, labelY }: { x: Scale; y: Scale; right: number; labelY: number },
): string {
  const last = points.at(-1)!;
  return `<line class="leader" x1="${at(x(last.x) + 5)}" y1="${at(y(last.y))}" x2="${right + 12}" y2="${at(labelY)}"/><text class="name" x="${right + 15}" y="${at(labelY + 4)}">${escaped(name)}</text>`;
}

/** Marks differ in form too, because colours alone don't do for everybody. */
function mark(style: number, x: number, y: number): string {
  const form = style % 5;
  if (form === 0) return `<circle cx="${at(x)}" cy="${at(y)}" r="4"/>`;
  if (form === 1) return `<rect x="${at(x - 3.5)}" y="${at(y - 3.5)}" width="7" height="7"/>`;
  const shapes: { readonly [form: number]: readonly [number, number][] } = {
    2: [
      [0, -4.5],
      [4.5, 3.5],
      [-4.5, 3.5],
    ],
    3: [
      [0, -5],
      [5, 0],
      [0, 5],
      [-5, 0],
    ],
    4: [
      [0, 4.5],
      [4.5, -3.5],
      [-4.5, -3.5],
    ],
  };
  return `<polygon points="${shapes[form]!.map(([dx, dy]) => `${at(x + dx)},${at(y + dy)}`).join(' ')}"/>`;
}

function logarithmic([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const [a, b] = [Math.log(low), Math.log(high)];
  return (value) => (a === b ? (from + to) / 2 : from + ((Math.log(value) - a) / (b - a)) * (to - from));
}

/** From sparse to dense: which multiples of powers of ten a scale shows. */
const TICK_STEPS = [
  [1],
  [1, 3],
  [1, 2, 5],
  [1, 1.5, 2, 3, 4, 5, 6, 8],
  [1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
];
const FEWEST_TICKS = 3;

/** Round values between two, not many, but enough to read a scale by. */
function ticks(low: number, high: number): number[] {
  let found: number[] = [];
  for (const steps of TICK_STEPS) {
    found = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++) {
      for (const step of steps) found.push(Number((step * 10 ** power).toPrecision(3)));
    }
    found = found.filter((value) => value >= low / 1.1 && value <= high * 1.1);
    if (found.length >= FEWEST_TICKS) break;
  }
  return found;
}

/** Leaves out the texts that would touch their neighbour. */
function xTicks(xs: readonly number[], x: Scale, xText: (x: number) => string): string {
  let end = Number.NEGATIVE_INFINITY;
  return xs
    .map((value) => {
      const text = xText(value);
      const half = text.length * 3.4;
      const isRoom = x(value) - half > end + 4;
      if (isRoom) end = x(value) + half;
      const line = `<line class="tickmark" x1="${at(x(value))}" x2="${at(x(value))}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM + 4}"/>`;
      return isRoom
        ? `${line}<text class="tick" x="${at(x(value))}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${escaped(text)}</text>`
        : line;
    })
    .join('');
}

/** Moves labels apart that would overlap, each as little as it takes, none out of the picture. */
function spaced(wanted: readonly number[]): number[] {
  const order = wanted.map((_, i) => i).sort((a, b) => wanted[a]! - wanted[b]!);
  const placed = [...wanted];
  let lowest = TOP;
  for (const i of order) {
    placed[i] = Math.max(placed[i]!, lowest);
    lowest = placed[i]! + LABEL_HEIGHT;
  }
  let highest = HEIGHT - BOTTOM + 4;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i]!, highest);
    highest = placed[i]! - LABEL_HEIGHT;
  }
  return placed;
}

function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}
