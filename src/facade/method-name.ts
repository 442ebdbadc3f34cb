/** The method of a command: `GET` is `get`, `CLIENT|NO-EVICT` `clientNoEvict`, `JSON.GET` `jsonGet`. */
export function methodName(path: string): string {
  return path.toLowerCase().replace(/[^a-z0-9]+(.)/g, (_, letter: string) => letter.toUpperCase());
}
