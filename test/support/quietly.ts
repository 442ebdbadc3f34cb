/** Runs something that prints, and returns what it came to and what it printed. */
export async function quietly<T>(run: () => Promise<T>): Promise<{ readonly result: T; readonly output: string }> {
  const { log, error } = console;
  const { write } = process.stdout;
  let output = '';
  const keep = (text: unknown): void => {
    output += `${String(text)}\n`;
  };
  console.log = keep;
  console.error = keep;
  process.stdout.write = (text: string | Uint8Array) => {
    output += String(text);
    return true;
  };
  try {
    return { result: await run(), output };
  } finally {
    console.log = log;
    console.error = error;
    process.stdout.write = write;
  }
}
