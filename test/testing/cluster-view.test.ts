import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeOwners, findOwner, parseClusterNodes } from '../../src/testing/cluster-view.ts';

const test = suite('testing/cluster-view');

const NODES = `aaaa 127.0.0.1:7000@17000 myself,master - 0 1700000000000 4 connected 0-99 101 [100->-bbbb] [102-<-bbbb]
bbbb 127.0.0.1:7001@17001,host.example,shard-id=99 master - 0 1700000000000 2 connected 100 102-16383
cccc ::1:7002@17002 slave aaaa 0 1700000000000 4 connected
dddd :0@0 master,fail,noaddr - 1700000000000 1700000000000 0 disconnected
eeee 127.0.0.1:7004@17004 handshake - 0 0 0 connected
`;

test('each line is a node with its address, role, epoch and slots', () => {
  const [a, b, c] = parseClusterNodes(NODES);
  assert.equal(a, {
    id: 'aaaa',
    host: '127.0.0.1',
    port: 7000,
    role: 'primary',
    isMyself: true,
    isHealthy: true,
    primaryId: undefined,
    configEpoch: 4,
    slots: [
      [0, 99],
      [101, 101],
    ],
  });
  assert.is(b?.port, 7001);
  assert.equal(b?.slots, [
    [100, 100],
    [102, 16_383],
  ]);
  assert.is(c?.host, '::1');
  assert.is(c?.role, 'replica');
  assert.is(c?.primaryId, 'aaaa');
});

test('a node that failed, or is shaking hands, is not healthy', () => {
  const views = parseClusterNodes(NODES);
  assert.equal(
    views.map(({ isHealthy }) => isHealthy),
    [true, true, true, false, false],
  );
  assert.is(views[3]?.host, '');
});

test('the old form without a bus port is understood', () => {
  const [node] = parseClusterNodes('aaaa 127.0.0.1:7000 master - 0 0 1 connected 5\n');
  assert.is(node?.port, 7000);
  assert.equal(node?.slots, [[5, 5]]);
});

test('two nodes agree when owners and epochs are the same, in whatever order they list them', () => {
  const views = parseClusterNodes(NODES);
  assert.is(describeOwners(views), describeOwners([...views].reverse()));
  const later = views.map((view) => ({ ...view, configEpoch: view.configEpoch + 1 }));
  assert.is.not(describeOwners(views), describeOwners(later));
});

test('of two claims the one with the higher epoch counts', () => {
  const views = parseClusterNodes(
    'aaaa 127.0.0.1:7000@17000 myself,master - 0 0 4 connected 0-99\n' +
      'bbbb 127.0.0.1:7001@17001 myself,master - 0 0 5 connected 50\n',
  );
  assert.is(findOwner(views, 49)?.id, 'aaaa');
  assert.is(findOwner(views, 50)?.id, 'bbbb');
  assert.is(findOwner(views, 100), undefined);
});

test.run();
