/** Somebody's cluster as a target: what the cases call its nodes, by its own words. */
import type { Endpoint } from '../net/index.ts';
import { type NodeView, parseClusterNodes } from '../testing/index.ts';
import type { Need } from './case.ts';
import { type NamedNode, nameParts } from './cluster-parts.ts';
import { Control, type Login, type Target } from './target.ts';
import { Unreachable } from './unreachable.ts';

/**
 * Describes a cluster by asking the first seed that answers. Only the cases that need no change to the cluster can run.
 *
 * @throws {Unreachable} when no seed answers, or there are not two primaries with slots.
 */
export async function clusterTarget(seeds: readonly Endpoint[], login?: Login): Promise<Target> {
  const views = await askSeeds(seeds, login);
  const tls = seeds.find((seed) => seed.tls !== undefined)?.tls;
  const [a, b] = views.filter(({ role, slots, isHealthy }) => role === 'primary' && slots.length > 0 && isHealthy);
  if (a === undefined || b === undefined)
    throw new Unreachable('no connection to a cluster with two primaries that own slots');
  const c = views.find(({ primaryId, isHealthy }) => primaryId === a.id && isHealthy);
  const named = new Map<string, NamedNode>([['A', a], ['B', b], ...(c === undefined ? [] : [['C', c] as const])]);
  const parts = nameParts(named, (slot) => (owns(a, slot) ? 'A' : owns(b, slot) ? 'B' : undefined));
  const nodes = new Map(
    [...parts.nodes].map(([name, endpoint]) => [name, tls === undefined ? endpoint : { ...endpoint, tls }]),
  );
  const gives = new Set<Need>(['cluster', ...(c === undefined ? [] : (['replica'] as const))]);
  return { ...parts, nodes, name: `cluster of ${a.host}:${a.port}`, plain: nodes.get('A')!, login, gives };
}

async function askSeeds(seeds: readonly Endpoint[], login: Login | undefined): Promise<NodeView[]> {
  const failures: string[] = [];
  for (const seed of seeds) {
    try {
      const control = await Control.open(seed, login);
      const reply = (await control.ask(['CLUSTER', 'NODES']))[0];
      control.close();
      if (reply?.body !== undefined) {
        // A node does not always know its own address: then it is the one that was dialled.
        const views = parseClusterNodes(reply.body.toString());
        return views.map((view) => (view.host === '' ? { ...view, host: seed.host } : view));
      }
      failures.push(`${seed.host}:${seed.port}: no cluster`);
    } catch (error) {
      failures.push(`${seed.host}:${seed.port}: ${(error as Error).message}`);
    }
  }
  throw new Unreachable(`no connection to the cluster: ${failures.join('; ')}`);
}

function owns({ slots }: NodeView, slot: number): boolean {
  return slots.some(([first, last]) => first <= slot && slot <= last);
}
