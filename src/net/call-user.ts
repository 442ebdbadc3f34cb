/**
 * Calls a function of the user's in the middle of our own work. What it throws is thrown again outside, where an
 * uncaught error belongs; for us it has said nothing. The same for whatever must not keep others from their turn.
 */
export function callUser<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return undefined;
  }
}
