/**
 * A process of its own for tests of `ref` and `unref`: a client of a cluster or of one server, with a shared, a leased and a
 * subscriber connection, and nothing else to do.
 *
 *     node lingering-client.js cluster|server PORT [unref|ref ...]
 *
 * Exit code 0: nothing kept the process alive. 7: it was alive {@link ALIVE_MS} later, which a timer has seen that keeps
 * nothing alive itself.
 */
import { connectCluster } from '../../src/cluster/index.ts';
import { type Client, connect } from '../../src/net/index.ts';

const ALIVE_MS = 2000;

const [kind, port, ...calls] = process.argv.slice(2);
const seed = { host: '127.0.0.1', port: Number(port) };
const client = (kind === 'cluster' ? await connectCluster({ seeds: [seed] }) : await connect(seed)) as Client;
for (const call of calls) {
  if (call === 'unref') client.unref();
  else client.ref();
}
// What is made after unref() must not keep the process alive either: until then, this does.
const working = setInterval(() => undefined, 10);
await client.send(['SET', 'foo', 1]);
await client.send(['SET', 'bar', 1]);
const subscription = await client.subscribe('news');
void (async () => {
  for await (const message of subscription) console.log(message);
})();
await client.send(['BLPOP', 'nothing', 1]);
setTimeout(() => process.exit(7), ALIVE_MS).unref();
clearInterval(working);
