import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply } from '../../src/errors.ts';
import type { Argument } from '../../src/resp/index.ts';
import { everything } from '../support/everything.ts';
import { readyClient } from '../support/ready-client.ts';

const test = suite('net/hide-secrets');

/** What the caller of a command is told, when the server says so. */
async function told(args: readonly Argument[], text: string): Promise<ErrorReply> {
  const { client, runtime } = await readyClient();
  const promise = client.send(args);
  runtime.flush();
  runtime.last.reply(`-${text}\r\n`);
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  client.destroy();
  assert.instance(error, ErrorReply);
  return error as ErrorReply;
}

test('a password that the server repeats is not in the error', async () => {
  const error = await told(
    ['ACL', 'SETUSER', 'bob', '<pässword'],
    "ERR Error in ACL SETUSER modifier '<pässword': The password you are trying to remove does not exist",
  );
  assert.is(
    error.message,
    "ERR Error in ACL SETUSER modifier '<***': The password you are trying to remove does not exist",
  );
  assert.equal([error.prefix, error.command, error.address], ['ERR', 'ACL SETUSER', '127.0.0.1:6379']);
  assert.not.match(everything(error), /pässword/);
});

test('bytes are hidden as the text that they are', async () => {
  const error = await told(['CONFIG', 'SET', 'requirepass', Buffer.from('pässword')], "ERR can't set 'pässword'");
  assert.is(error.message, "ERR can't set '***'");
});

test('of a command with a password that the server does not have, nothing that it repeats is told', async () => {
  const cut = "ERR unknown command 'CONFIG', with args beginning with: 'SET' 'requirepass' 'a long passw";
  const error = await told(['CONFIG', 'SET', 'requirepass', 'a long password'], cut);
  assert.is(error.message, "ERR unknown command 'CONFIG', with args beginning with: ***");
});

test('what is no password is told as the server says it', async () => {
  const text = "ERR unknown command 'SETX', with args beginning with: 'key' 'value'";
  assert.is((await told(['SETX', 'key', 'value'], text)).message, text);
  assert.is((await told(['CONFIG', 'SET', 'requirepass', ''], 'ERR no')).message, 'ERR no');
});

test('within a transaction they are hidden too', async () => {
  const { client, runtime } = await readyClient();
  const commands = [
    ['SET', 'a', 1],
    ['CONFIG', 'SET', 'requirepass', 'hunter2'],
  ];
  const promise = client.transaction(commands).catch((error: unknown) => error);
  runtime.flush();
  runtime.last.reply('+OK\r\n');
  runtime.flush();
  runtime.last.reply(
    "+QUEUED\r\n-ERR unknown command 'CONFIG', with args beginning with: 'SET' 'requirepass' 'hunter2'",
  );
  runtime.last.reply('\r\n-EXECABORT Transaction discarded because of previous errors.\r\n');
  const aborted = (await promise) as ErrorReply;
  assert.match(aborted.message, /^EXECABORT nothing ran, since CONFIG SET/);
  assert.not.match(`${aborted.message} ${(aborted.cause as Error).message}`, /hunter2/);

  const again = client.transaction(commands);
  runtime.flush();
  runtime.last.reply("+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n+OK\r\n-ERR CONFIG SET failed: 'hunter2'\r\n");
  const [, failed] = (await again) as [string, ErrorReply];
  assert.is(failed.message, "ERR CONFIG SET failed: '***'");
  client.destroy();
});

test.run();
