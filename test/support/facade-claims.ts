/** Claims about the typed facade, each of which holds over every protocol that the server speaks. */
import type { Context, Test } from 'uvu';
import * as assert from 'uvu/assert';
import { type Commands, commands } from '../../src/facade/index.ts';
import { type Client, connect } from '../../src/net/index.ts';
import { type ServerProcess, startServer } from '../../src/testing/index.ts';
import { checkReply } from './reply-types.ts';
import { type AddTest, protocols } from './server-needs.ts';

/** Runs with an empty server; replies have the types that methods declare. */
export type ClaimBody = (redis: Commands, client: Client) => Promise<void>;

/** Adds a claim to a suite. */
export type Claim = (title: string, body: ClaimBody) => void;

/** What the claims of a suite are about. */
export interface FacadeServer {
  /** Started before the first test. */
  readonly process: () => ServerProcess;
  /** @param add the suite itself, or what leaves out a test where the server lacks what it is about. */
  readonly claims: (add: AddTest<Context>) => Claim;
}

/** Gives a suite a server, and a client for each protocol. */
export function facadeServer(test: Test<Context>): FacadeServer {
  const spoken = protocols();
  const clients = new Map<2 | 3, Client>();
  let server: ServerProcess | undefined;
  test.before(async () => {
    server = await startServer();
    const { host, port } = server;
    for (const protocol of spoken) clients.set(protocol, await connect({ host, port, protocol }));
  });
  test.after(async () => {
    await Promise.all([...clients.values()].map((client) => client.close()));
    await server?.stop();
  });
  const claims = (add: AddTest<Context>): Claim => {
    return (title, body) => {
      for (const protocol of spoken) {
        add(`${title}, in RESP${protocol}`, async () => {
          const client = clients.get(protocol)!;
          const redis = commands({ send: async (args, options) => checkReply(args, await client.send(args, options)) });
          assert.is(await redis.flushall(), 'OK');
          await body(redis, client);
        });
      }
    };
  };
  return { process: () => server!, claims };
}
