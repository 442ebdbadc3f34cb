/** What a scripted server does on one connection: an array of steps, each made by a function of `step`. */

/** Bytes as they go over the wire; strings are UTF-8. */
export type WireBytes = string | Uint8Array;

/** One step of a script. */
export type Step =
  | { readonly kind: 'expect'; readonly command: readonly WireBytes[] }
  | { readonly kind: 'send'; readonly pieces: readonly Buffer[] }
  | { readonly kind: 'delay'; readonly delayMs: number }
  | { readonly kind: 'close' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'stopReading' }
  | { readonly kind: 'resumeReading' }
  | { readonly kind: 'silence' };

/** Strings as UTF-8, bytes as they are, uncopied. */
export function toBuffer(bytes: WireBytes): Buffer {
  if (typeof bytes === 'string') return Buffer.from(bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** True when a command begins with the wanted arguments: its name in any case, the others byte by byte. */
export function beginsWith(args: readonly Buffer[], wanted: readonly WireBytes[]): boolean {
  return wanted.every((each, index) => {
    const actual = args[index];
    if (index === 0) return actual?.toString().toUpperCase() === toBuffer(each).toString().toUpperCase();
    return actual?.equals(toBuffer(each)) === true;
  });
}

/** A command for a message: `GET k`, long arguments shortened. */
export function describeCommand(args: readonly WireBytes[]): string {
  return args.map((arg) => toBuffer(arg).toString('utf8', 0, 60)).join(' ');
}
