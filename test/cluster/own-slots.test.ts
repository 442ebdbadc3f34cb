import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { allSlots, parseOwnSlots } from '../../src/cluster/own-slots.ts';

const test = suite('cluster/own-slots');

const OTHER = 'aa 10.0.0.2:7001@17001,host master - 0 1 7 connected 200-300\n';

test('the own line says slots, single and in ranges, and those on their way', () => {
  const own = 'bb 10.0.0.1:7000@17000,host,shard-id=x myself,master - 0 0 42 connected 0-2 5 [93->-aa] [77-<-cc]\n';
  const slots = parseOwnSlots(OTHER + own)!;
  assert.equal([slots.id, slots.epoch], ['bb', 42]);
  assert.equal([...slots.owned.subarray(0, 8)], [1, 1, 1, 0, 0, 1, 0, 0]);
  assert.equal([...slots.leaving], [[93, 'aa']]);
  assert.equal([...slots.arriving], [[77, 'cc']]);
  assert.is(slots.owned[250], 0);
});

test('a replica has no slots, and a reply without a line of its own says nothing', () => {
  assert.not(parseOwnSlots('bb :7000@17000 myself,slave aa 0 0 42 connected')!.owned.includes(1));
  assert.is(parseOwnSlots(OTHER), undefined);
  assert.is(parseOwnSlots(null), undefined);
});

test('a server without cluster mode has them all', () => {
  assert.not(allSlots().owned.includes(0));
});

test.run();
