/** The steps of a script: `[step.expect('GET'), step.send('$-1\r\n'), step.close()]`. */
import { type Step, toBuffer, type WireBytes } from './script.ts';

/** Awaits the next command, which must begin with these arguments (the name in any case); none: any command. */
export function expect(...command: WireBytes[]): Step {
  return { kind: 'expect', command };
}

/**
 * Sends bytes, cut before the given offsets: `send('+OK\r\n', 1, 4)` sends three pieces. They leave in separate turns of
 * the event loop, so that a client in this process reads them one by one; a client elsewhere mostly will.
 */
export function send(bytes: WireBytes, ...cuts: number[]): Step {
  const whole = toBuffer(bytes);
  const ends = [...cuts, whole.length];
  return { kind: 'send', pieces: ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end)) };
}

/** Waits, on the clock of the node. */
export function delay(delayMs: number): Step {
  return { kind: 'delay', delayMs };
}

/** Ends the connection in an orderly way (FIN): what was sent arrives. */
export function close(): Step {
  return { kind: 'close' };
}

/** Breaks the connection (RST): what was sent may not arrive. */
export function reset(): Step {
  return { kind: 'reset' };
}

/** Takes no more bytes from the socket, so that the client's writes fill the system's buffers and stall. */
export function stopReading(): Step {
  return { kind: 'stopReading' };
}

/** Takes bytes again. */
export function resumeReading(): Step {
  return { kind: 'resumeReading' };
}

/** Answers nothing from here on, as a server that hangs. */
export function silence(): Step {
  return { kind: 'silence' };
}
