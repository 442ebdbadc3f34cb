import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseClusterSlots, parseConfigEpochs, singleServerView } from '../../src/cluster/topology.ts';
import type { Reply } from '../../src/resp/index.ts';

const test = suite('cluster/topology');
const VIA = { host: '10.0.0.1', port: 7000 };
const EPOCHS = new Map([['id', 7]]);

function summary(reply: Reply): string[] | undefined {
  return parseClusterSlots(reply, { via: VIA, addressMap: undefined, epochs: EPOCHS })?.ranges.map(
    ({ start, end, primary, replicas }) => {
      const names = replicas.map(({ endpoint }) => `${endpoint.host}:${endpoint.port}`);
      return [
        `${start}-${end}`,
        primary ? `${primary.endpoint.host}:${primary.endpoint.port}` : 'nobody',
        ...names,
      ].join(' ');
    },
  );
}

test('ranges with primary and replicas, of old servers and of new', () => {
  assert.equal(summary([[0, 5460, ['10.0.0.2', 1], ['10.0.0.3', 2]]]), ['0-5460 10.0.0.2:1 10.0.0.3:2']);
  const node: Reply = ['10.0.0.2', 1, 'id', ['hostname', 'h'], 'a field of tomorrow'];
  assert.equal(
    summary([
      [0, 1, node],
      [3, 3, node],
    ]),
    ['0-1 10.0.0.2:1', '3-3 10.0.0.2:1'],
  );
});

test('NULL is the host that answered; a primary without an address leaves nobody, not a replica', () => {
  assert.equal(summary([[0, 1, [null, 7001]]]), ['0-1 10.0.0.1:7001']);
  assert.equal(summary([[0, 1, ['?', 7001], ['10.0.0.3', 2], ['?', 3]]]), ['0-1 nobody 10.0.0.3:2']);
});

test('the host name in the metadata is the server’s name, in every shape that maps have', () => {
  const shapes: unknown[] = [
    ['ip', '10.0.0.2', 'hostname', 'node2'],
    new Map([['hostname', 'node2']]),
    Object.assign(Object.create(null), { hostname: 'node2' }),
  ];
  const nameWith = (metadata: unknown): string | undefined => {
    const context = { via: { ...VIA, tls: {} }, addressMap: undefined, epochs: EPOCHS };
    const view = parseClusterSlots([[0, 1, ['10.0.0.2', 1, 'id', metadata as Reply]]], context);
    return view!.ranges[0]!.primary!.endpoint.serverName;
  };
  for (const shape of shapes) assert.is(nameWith(shape), 'node2');
  const others = [
    [],
    ['ip', 'hostname'],
    ['hostname'],
    ['hostname', 5],
    ['hostname', ''],
    null,
    'hostname',
    7,
    new Map(),
  ];
  for (const other of others) assert.is(nameWith(other), undefined, JSON.stringify(other));
});

test('an empty cluster has no ranges', () => {
  assert.equal(summary([]), []);
});

test('what has another shape is no view', () => {
  const bad: Reply[] = [
    'OK',
    1,
    null,
    ['x'],
    [[0, 1]],
    [[1, 0, ['h', 1]]],
    [[0, 16384, ['h', 1]]],
    [[-1, 0, ['h', 1]]],
  ];
  bad.push([[0.5, 1, ['h', 1]]], [[0, 1, 'h']], [[0, 1, [5, 1]]], [[0, 1, ['h', 'x']]], [['0', 1, ['h', 1]]]);
  for (const reply of bad) assert.is(summary(reply), undefined, JSON.stringify(reply));
});

test('epochs come from CLUSTER NODES, by node id', () => {
  const text = [
    '07c37df 127.0.0.1:30004@31004,host slave e7d1eec 0 1426238317239 4 connected',
    'e7d1eec 127.0.0.1:30001@31001 myself,master - 0 0 12 connected 0-5460 [5461->-x]',
    'not a node',
    '',
  ].join('\n');
  assert.equal(
    [...parseConfigEpochs(text)],
    [
      ['07c37df', 4],
      ['e7d1eec', 12],
    ],
  );
  assert.equal([...parseConfigEpochs(null)], []);
  const context = { via: VIA, addressMap: undefined, epochs: EPOCHS };
  const view = parseClusterSlots(
    [
      [0, 1, ['h', 1, 'id']],
      [2, 3, ['h', 1]],
      [4, 5, ['h', 1, 'other']],
    ],
    context,
  );
  assert.equal(
    view?.ranges.map(({ epoch }) => epoch),
    [7, 0, 0],
  );
});

test('a server without a cluster has every slot', () => {
  const [range] = singleServerView(VIA, '10.0.0.1:7000').ranges;
  assert.equal([range?.start, range?.end, range?.primary?.endpoint], [0, 16383, VIA]);
});

test.run();
