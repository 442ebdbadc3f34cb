/** One parser in a thread of its own, where it may hang or run out of memory. */
import { Buffer } from 'node:buffer';
import { parentPort, workerData } from 'node:worker_threads';
import { type PeerName, peerFactory } from './peers.ts';
import { readInAllWays } from './run-peer.ts';

const { name, packageFile }: { name: PeerName; packageFile: string } = workerData;
const make = peerFactory(name, packageFile);

parentPort?.on('message', (wire: Uint8Array) => {
  parentPort?.postMessage(readInAllWays(make, Buffer.from(wire)));
});
