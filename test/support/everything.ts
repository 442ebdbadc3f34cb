/** All that can be read of a message: properties, getters, and what they lead to. */
export function everything(value: unknown, seen: Set<unknown> = new Set()): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (seen.has(value)) return '';
  seen.add(value);
  const names = new Set<string>();
  for (let at: object | null = value; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) names.add(name);
  }
  const texts = [...names].map((name) => `${name}: ${everything((value as Record<string, unknown>)[name], seen)}`);
  return texts.join('\n');
}
