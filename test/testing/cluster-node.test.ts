import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ErrorReply } from '../../src/errors.ts';
import { ClusterNode } from '../../src/testing/cluster-node.ts';
import { reply, ScriptedNode, type ServerProcess } from '../../src/testing/index.ts';
import { errorOf } from './support.ts';

const test = suite('testing/cluster-node');

const ID = 'a'.repeat(40);
let server: ScriptedNode;
let node: ClusterNode;

test.before.each(async () => {
  server = await ScriptedNode.listen({
    handler: (args) => {
      const command = args.slice(0, 2).join(' ').toUpperCase();
      if (command === 'CLUSTER MYID') return reply(ID);
      if (command === 'CLUSTER NODES') return reply(`${ID} 127.0.0.1:7000@17000 myself,slave b 0 0 1 connected\n`);
      return args[0]?.toString() === 'HELLO' ? '-ERR unknown command\r\n' : '+OK\r\n';
    },
  });
  // Its host and port are all that a node takes of its process here.
  node = await ClusterNode.of(server as unknown as ServerProcess);
});

test.after.each(async () => {
  node.disconnect();
  await server.close();
});

const isHandshake = (text: string) => /^(HELLO|AUTH|CLIENT|PING)/.test(text);

test('a node is known by the id it gives', () => {
  assert.is(node.id, ID);
  assert.is(node.address, server.address);
});

test('commands go over one connection, which an error reply does not end', async () => {
  await node.send(['ECHO', 'before']);
  server.answerOnce(['GET'], '-MOVED 1 127.0.0.1:1\r\n');
  assert.instance(await errorOf(node.send(['GET', 'k'])), ErrorReply);
  await node.send(['ECHO', 'after']);
  const sent = server.commands.filter(({ text }) => /^(ECHO|GET)/.test(text));
  assert.is(sent.length, 3);
  assert.is(new Set(sent.map(({ connection }) => connection.index)).size, 1);
});

test('after a lost connection the next command takes a new one', async () => {
  await node.send(['PING']);
  await server.close();
  await errorOf(node.send(['INCR', 'k'], { timeoutMs: 50 }));
  await server.open();
  assert.is(await node.send(['PING']), 'OK');
});

test('what a node says of itself brings its role up to date', async () => {
  assert.is(node.role, 'primary');
  assert.is((await node.self()).primaryId, 'b');
  assert.is(node.role, 'replica');
});

test('a node that is not in its own list is an error', async () => {
  server.answerOnce(['CLUSTER', 'NODES'], reply(''));
  assert.match((await errorOf(node.self())).message, 'does not know itself');
});

test('a password is set for replication and clients, and written down over a connection that gives it', async () => {
  server.commands.length = 0;
  await node.setPassword('secret');
  const connections = server.commands.map(({ connection }) => connection.index);
  const texts = server.texts.filter((text) => !isHandshake(text));
  assert.equal(texts, ['CONFIG SET masterauth secret', 'CONFIG SET requirepass secret', 'CONFIG REWRITE']);
  assert.ok(server.texts.includes('AUTH secret'));
  assert.ok(connections.at(-1)! > connections[0]!);
});

test.run();
