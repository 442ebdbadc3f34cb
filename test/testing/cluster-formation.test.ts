import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Argument } from '../../src/resp/index.ts';
import {
  findDisagreement,
  findStrangers,
  findUnsettled,
  formCluster,
  introduce,
} from '../../src/testing/cluster-formation.ts';
import type { ClusterNode } from '../../src/testing/cluster-node.ts';
import { parseClusterNodes } from '../../src/testing/cluster-view.ts';

const test = suite('testing/cluster-formation');

/** A node that answers what it is given to answer. */
class FakeNode {
  readonly host = '127.0.0.1';
  readonly id: string;
  readonly port: number;
  readonly log: string[] = [];
  role: ClusterNode['role'] = 'primary';
  /** The replies to CLUSTER NODES, CLUSTER INFO and INFO replication; the first undefined: it does not answer. */
  nodes: string | undefined;
  info = 'cluster_state:ok\r\n';
  replication = 'role:master\r\nconnected_slaves:1\r\nslave0:ip=127.0.0.1,port=7003,state=online,offset=28,lag=0\r\n';

  constructor(id: string, port: number) {
    this.id = id;
    this.port = port;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  async send(command: readonly Argument[]): Promise<string> {
    const shown = command.length > 8 ? [...command.slice(0, 3), '...', command.at(-1)] : command;
    this.log.push(shown.join(' '));
    return command[0] === 'INFO' ? this.replication : this.info;
  }

  async view() {
    if (this.nodes === undefined) throw new Error('connection refused');
    return parseClusterNodes(this.nodes);
  }
}

const NODES = `aaaa 127.0.0.1:7000@17000 master - 0 0 1 connected 0-8191
bbbb 127.0.0.1:7001@17001 master - 0 0 2 connected 8192-16383
cccc 127.0.0.1:7003@17003 slave aaaa 0 0 1 connected
`;

function threeNodes(): [FakeNode, FakeNode, FakeNode] {
  const nodes = [new FakeNode('aaaa', 7000), new FakeNode('bbbb', 7001), new FakeNode('cccc', 7003)] as const;
  for (const node of nodes) node.nodes = NODES;
  nodes[2].replication = 'role:slave\r\nmaster_link_status:up\r\n';
  return [...nodes];
}

const asNodes = (nodes: readonly FakeNode[]) => nodes as unknown as ClusterNode[];
const unsettled = (nodes: readonly FakeNode[]) => findUnsettled(asNodes(nodes));

test('primaries share the slots evenly under epochs of their own, all meet, replicas are dealt out in turn', async () => {
  const nodes = threeNodes();
  await formCluster(asNodes(nodes), 2, 1000);
  assert.equal(nodes[0].log, [
    'CLUSTER ADDSLOTS 0 ... 8191',
    'CLUSTER SET-CONFIG-EPOCH 1',
    'CLUSTER MEET 127.0.0.1 7001',
    'CLUSTER MEET 127.0.0.1 7003',
  ]);
  assert.equal(nodes[1].log, [
    'CLUSTER ADDSLOTS 8192 ... 16383',
    'CLUSTER SET-CONFIG-EPOCH 2',
    'CLUSTER MEET 127.0.0.1 7003',
  ]);
  assert.equal(nodes[2].log, ['CLUSTER REPLICATE aaaa']);
  assert.is(nodes[2].role, 'replica');
});

test('a node is introduced to each of the others', async () => {
  const [a, b, c] = threeNodes();
  await introduce(asNodes([a])[0]!, [b, c]);
  assert.equal(a.log, ['CLUSTER MEET 127.0.0.1 7001', 'CLUSTER MEET 127.0.0.1 7003']);
});

test('a node that is unknown somewhere, or only shaking hands, is a stranger', async () => {
  const nodes = threeNodes();
  assert.is(await findStrangers(asNodes(nodes)), undefined);
  nodes[1].nodes = NODES.replace('slave aaaa', 'handshake -');
  assert.is(await findStrangers(asNodes(nodes)), '127.0.0.1:7001 does not know 127.0.0.1:7003');
});

test('nodes disagree when one sees other owners or older epochs, and when one does not answer', async () => {
  const nodes = threeNodes();
  assert.is(await findDisagreement(nodes), undefined);
  for (const other of [NODES.replace('0-8191', '0-8190'), NODES.replace('0 2 connected', '0 1 connected'), undefined]) {
    nodes[2].nodes = other;
    assert.is(await findDisagreement(nodes), '127.0.0.1:7003 does not agree with 127.0.0.1:7000 on the slots');
  }
});

test('a cluster is settled when nothing is missing', async () => {
  assert.is(await unsettled(threeNodes()), undefined);
});

const MISSING: readonly [what: string, spoil: (nodes: FakeNode[]) => void, message: string][] = [
  ['a node does not answer', ([a]) => (a!.nodes = undefined), '127.0.0.1:7000 does not answer: connection refused'],
  ['an owner of slots is not alive', (nodes) => nodes.splice(1, 1), '127.0.0.1:7001 is not running and owns slots'],
  ['a node finds it down', ([, b]) => (b!.info = 'cluster_state:fail'), '127.0.0.1:7001 finds the cluster down'],
  [
    'a replica has no link to its primary',
    ([, , c]) => (c!.replication = 'role:slave\r\nmaster_link_status:down\r\n'),
    '127.0.0.1:7003 is not synchronised with its primary',
  ],
  [
    'a replica has acknowledged nothing',
    ([a]) => (a!.replication = a!.replication.replace('offset=28', 'offset=0')),
    '127.0.0.1:7000 has a replica that acknowledged nothing yet',
  ],
  [
    'nodes disagree',
    ([, , c]) => (c!.nodes = NODES.replace('0 2 connected', '0 3 connected')),
    '127.0.0.1:7003 does not agree with 127.0.0.1:7000 on the slots',
  ],
];

for (const [what, spoil, message] of MISSING) {
  test(`a cluster is not settled when ${what}`, async () => {
    const nodes = threeNodes();
    spoil(nodes);
    assert.is(await unsettled(nodes), message);
  });
}

test.run();
