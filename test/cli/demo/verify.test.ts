import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Ledger } from '../../../src/cli/demo/ledger.ts';
import { type ReadBack, verify } from '../../../src/cli/demo/verify.ts';
import { SLOT_COUNT } from '../../../src/cluster/index.ts';
import { ErrorReply, type RedisError } from '../../../src/errors.ts';

const test = suite('cli/demo: verify');

const SLOT = 12_345;

/** What a ledger knows of, as a cluster that has kept it. */
function kept(): { ledger: Ledger; data: Map<string, string | RedisError> } {
  const ledger = new Ledger();
  const data = new Map<string, string | RedisError>();
  for (let slot = 0; slot < SLOT_COUNT; slot += 3) {
    ledger.acknowledgeVersion(slot, 2);
    ledger.acknowledgedSum[slot] = 25;
    data.set(ledger.valueKey(slot), ledger.value(slot, 2)).set(ledger.counterKey(slot), '25');
  }
  return { ledger, data };
}

function clusterWith(data: ReadonlyMap<string, string | RedisError>): ReadBack {
  const sendAll: ReadBack['sendAll'] = (commands) => {
    for (const [name] of commands) assert.is(name, 'GET');
    return Promise.resolve(commands.map(([, key]) => data.get(key!) ?? null));
  };
  return { sendAll };
}

test('a cluster that has kept everything has no problem', async () => {
  const { ledger, data } = kept();
  assert.equal(await verify(clusterWith(data), ledger), []);
});

test('one wrong value and one wrong counter among all slots are found, each in its own slot', async () => {
  const { ledger, data } = kept();
  data.set(ledger.valueKey(SLOT), ledger.value(SLOT, 1));
  data.set(ledger.counterKey(0), '50');
  assert.equal(await verify(clusterWith(data), ledger), [
    `${ledger.counterKey(0)} is "50", which is not from 25 to 25`,
    `${ledger.valueKey(SLOT)} is "${ledger.value(SLOT, 1)}", acknowledged is version 2`,
  ]);
});

test('the last slot is read, too', async () => {
  const { ledger, data } = kept();
  const last = SLOT_COUNT - 1;
  data.delete(ledger.valueKey(last));
  assert.equal(await verify(clusterWith(data), ledger), [
    `${ledger.valueKey(last)} is null, acknowledged is version 2`,
  ]);
});

test('values are not mixed up with counters, nor with those of other slots', async () => {
  const { ledger, data } = kept();
  const other = SLOT + 3;
  data.set(ledger.valueKey(SLOT), ledger.value(other, 2)).set(ledger.valueKey(other), ledger.value(SLOT, 2));
  const problems = await verify(clusterWith(data), ledger);
  assert.is(problems.length, 2);
});

test('what could not be read is a problem, whatever the reason', async () => {
  const { ledger, data } = kept();
  data.set(ledger.counterKey(SLOT), new ErrorReply('CLUSTERDOWN The cluster is down'));
  const problems = await verify(clusterWith(data), ledger);
  assert.equal(problems, [`slot ${SLOT} could not be read: CLUSTERDOWN The cluster is down`]);
});

test.run();
