/** What was seen in one second. */
export interface Sample {
  readonly minute: number;
  /** Heap and buffers after a collection. */
  readonly memoryMiB: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const WIDTH = 900;
const HEIGHT = 160;
const LEFT = 70;

/** The samples as an SVG picture: memory, and latency at two percentiles, over time. */
export function plot(samples: readonly Sample[], title: string): string {
  const panels = (['memoryMiB', 'p50Ms', 'p99Ms'] as const).map((name, i) => panel(samples, name, i));
  const height = panels.length * (HEIGHT + 40) + 30;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH + LEFT + 20}" height="${height}" font-family="sans-serif" font-size="12">
<title>slotwire soak: ${title}</title>
<rect width="100%" height="100%" fill="white"/><text x="${LEFT}" y="18" font-size="14">slotwire soak: ${title}</text>
${panels.join('\n')}
</svg>
`;
}

const LABELS = { memoryMiB: 'memory, MiB', p50Ms: 'latency p50, ms', p99Ms: 'latency p99, ms' };

function panel(samples: readonly Sample[], name: keyof typeof LABELS, index: number): string {
  const top = 30 + index * (HEIGHT + 40);
  const highest = Math.max(...samples.map((sample) => sample[name])) * 1.1;
  const end = samples.at(-1)!.minute;
  const points = samples.map((sample) => {
    const x = LEFT + (sample.minute / end) * WIDTH;
    const y = top + HEIGHT - (sample[name] / highest) * HEIGHT;
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  return `<rect x="${LEFT}" y="${top}" width="${WIDTH}" height="${HEIGHT}" fill="none" stroke="#ccc"/>
<text x="${LEFT + 4}" y="${top + 14}">${LABELS[name]}</text><text x="4" y="${top + 10}">${highest.toFixed(1)}</text><text x="4" y="${top + HEIGHT}">0</text>
<text x="${LEFT + WIDTH - 60}" y="${top + HEIGHT + 16}">${end.toFixed(0)} minutes</text>
<polyline fill="none" stroke="#0a6" stroke-width="1" points="${points.join(' ')}"/>`;
}
