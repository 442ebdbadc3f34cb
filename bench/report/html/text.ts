/** Numbers and texts as the page shows them. */

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Three digits, and a letter for thousands and millions. */
export function short(value: number): string {
  if (value >= 999_500) return `${digits(value / 1e6)} M`;
  return value >= 999.5 ? `${digits(value / 1e3)} k` : digits(value);
}

function digits(value: number): string {
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

/** `16 B`, `1460 B`, `64 KiB`, `1 MiB`. */
export function bytes(count: number): string {
  if (count >= 1 << 20 && count % (1 << 20) === 0) return `${count / (1 << 20)} MiB`;
  return count >= 1024 && count % 1024 === 0 ? `${count / 1024} KiB` : `${count} B`;
}

/** A name that a link can lead to. */
export function anchor(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
