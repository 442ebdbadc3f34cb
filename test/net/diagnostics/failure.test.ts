import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConnectionError, ErrorReply, TimeoutError } from '../../../src/errors.ts';
import { errorType, failureOf } from '../../../src/net/index.ts';

const test = suite('net/diagnostics/failure');

test('of an error reply the prefix is told', () => {
  const failure = failureOf(new ErrorReply('WRONGTYPE Operation against a key'));
  assert.equal([failure.name, failure.code, failure.prefix], ['ErrorReply', 'ERR_REPLY', 'WRONGTYPE']);
  assert.equal([failure.message, errorType(failure)], ['WRONGTYPE', 'WRONGTYPE']);
});

test('an error reply without a prefix has the code of its class', () => {
  const failure = failureOf(new ErrorReply('what the script said'));
  assert.equal([failure.prefix, failure.message, errorType(failure)], [undefined, 'an error', 'ERR_REPLY']);
});

test('our own words are told, but for what they quote of a server', () => {
  const refusal = new ErrorReply('LOADING said with: precious');
  const lost = new ConnectionError('ERR_CONNECTION_LOST', `connection to h:1 closed: ${refusal.message}`, {
    cause: refusal,
  });
  const late = new TimeoutError('ERR_COMMAND_TIMEOUT', `GET not answered; last refusal: ${lost.message}`, {
    timeoutMs: 5,
    wasSent: true,
    cause: lost,
  });
  assert.is(failureOf(late).message, 'GET not answered; last refusal: connection to h:1 closed: LOADING');
  assert.is(errorType(failureOf(late)), 'ERR_COMMAND_TIMEOUT');
});

test.run();
