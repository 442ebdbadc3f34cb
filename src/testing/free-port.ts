/** Finds ports for real servers. */
import { createServer } from 'node:net';

// Below the range from which systems take the ports of outgoing connections (32768 on Linux, 49152 elsewhere), for the
// cluster bus as well, which listens 10000 above the port: a connection's own port cannot take what was found free.
const LOWEST_PORT = 10_240;
const HIGHEST_PORT = 22_767;

/** The cluster bus of a server listens this much above its port, unless configured otherwise (possible from 7.0 on). */
export const BUS_PORT_OFFSET = 10_000;

const ATTEMPTS = 200;

// What was given out may not be listening yet.
const givenOut = new Set<number>();

/**
 * Finds a port that is free together with its cluster bus port. Nothing holds it: another process may be faster.
 *
 * @throws {Error} when none is found, or when the host is not an address of this machine.
 */
export async function findFreePort(host: string): Promise<number> {
  if (givenOut.size > (HIGHEST_PORT - LOWEST_PORT) / 2) givenOut.clear();
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST_PORT + Math.floor(Math.random() * (HIGHEST_PORT - LOWEST_PORT + 1));
    if (givenOut.has(port)) continue;
    givenOut.add(port);
    if ((await isFree(host, port)) && (await isFree(host, port + BUS_PORT_OFFSET))) return port;
  }
  throw new Error(`no free port for a server on ${host}`);
}

/** True when nobody listens on a port of this machine. */
export function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
