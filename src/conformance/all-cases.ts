/** Every case, in the order of the sections. */
import type { Case, CaseFile } from './case.ts';
import auth from './cases/auth.json' with { type: 'json' };
import binary from './cases/binary.json' with { type: 'json' };
import blocking from './cases/blocking.json' with { type: 'json' };
import bulk from './cases/bulk.json' with { type: 'json' };
import clientReply from './cases/client-reply.json' with { type: 'json' };
import closing from './cases/closing.json' with { type: 'json' };
import cluster from './cases/cluster.json' with { type: 'json' };
import environment from './cases/environment.json' with { type: 'json' };
import errors from './cases/errors.json' with { type: 'json' };
import framing from './cases/framing.json' with { type: 'json' };
import hello from './cases/hello.json' with { type: 'json' };
import inline from './cases/inline.json' with { type: 'json' };
import integers from './cases/integers.json' with { type: 'json' };
import monitor from './cases/monitor.json' with { type: 'json' };
import multibulk from './cases/multibulk.json' with { type: 'json' };
import nulls from './cases/nulls.json' with { type: 'json' };
import pubsub from './cases/pubsub.json' with { type: 'json' };
import push from './cases/push.json' with { type: 'json' };
import resp3 from './cases/resp3.json' with { type: 'json' };
import transactions from './cases/transactions.json' with { type: 'json' };
import unauthenticated from './cases/unauthenticated.json' with { type: 'json' };

// The schema in `cases/` says what the compiler cannot see in JSON; a test holds every file to it.
const FILES = [
  ...[framing, inline, multibulk, bulk, errors, binary, nulls, integers, hello, resp3, clientReply],
  ...[auth, unauthenticated, transactions, pubsub, push, monitor, closing, blocking, cluster, environment],
] as unknown as readonly CaseFile[];

/** Titles by the names of the sections, in their order. */
export const SECTIONS: ReadonlyMap<string, string> = new Map(FILES.map(({ section, title }) => [section, title]));

/** Every case of the suite. */
export const CASES: readonly Case[] = FILES.flatMap(({ section, refs, cases }) =>
  cases.map((each) => ({ refs, ...each, section })),
);

/** Finds a case by its id or its alias. */
export function findCase(name: string): Case | undefined {
  return CASES.find(({ id, alias }) => id === name || alias === name);
}
