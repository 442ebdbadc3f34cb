/** Says so, in the report of the whole run, where a test can't be made for lack of something on this machine. */
export function skipped(reason: string | undefined): boolean {
  if (reason !== undefined) console.log(`SKIPPED: ${reason}`);
  return reason !== undefined;
}
