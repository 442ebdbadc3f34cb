import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConnectionError, ErrorReply } from '../../src/errors.ts';
import { Handshake, type HandshakeOptions } from '../../src/net/handshake.ts';
import type { Reply } from '../../src/resp/index.ts';

const test = suite('net/handshake');

/** Plays replies to a handshake: what it sent, and how it ended. */
function play(options: Partial<HandshakeOptions>, replies: Reply[]): { sent: string[]; end: string } {
  const handshake = new Handshake({ address: 'node:7000', protocol: 'auto', ...options });
  const sent: string[] = [];
  let step = handshake.start();
  try {
    for (const reply of replies) {
      if (step.kind === 'send') sent.push(step.args.join(' '));
      step = handshake.onReply(reply);
    }
  } catch (error) {
    assert.instance(error, ConnectionError);
    return { sent, end: `${(error as ConnectionError).code} ${(error as Error).message}` };
  }
  if (step.kind === 'send') return { sent, end: `wants ${step.args.join(' ')}` };
  return { sent, end: `RESP${step.protocol}` };
}

const error = (text: string): ErrorReply => new ErrorReply(text);
const HELLO: Reply = ['server', 'redis', 'proto', 3];

test('asks for RESP3 with the credentials in one command', () => {
  assert.equal(play({ password: 'P' }, [HELLO]), { sent: ['HELLO 3 AUTH default P'], end: 'RESP3' });
  assert.equal(play({ username: 'u', password: 'P' }, [HELLO]), { sent: ['HELLO 3 AUTH u P'], end: 'RESP3' });
  assert.equal(play({}, [HELLO]), { sent: ['HELLO 3'], end: 'RESP3' });
});

test('falls back to AUTH and RESP2 where the server has no HELLO or no RESP3', () => {
  for (const refusal of ["ERR unknown command 'HELLO'", 'NOPROTO unsupported protocol version']) {
    assert.equal(play({ password: 'P' }, [error(refusal), 'OK']), {
      sent: ['HELLO 3 AUTH default P', 'AUTH P'],
      end: 'RESP2',
    });
    assert.equal(play({}, [error(refusal), 'PONG']), { sent: ['HELLO 3', 'PING'], end: 'RESP2' });
  }
});

test('RESP2 when that is asked for: AUTH with and without a user name', () => {
  assert.equal(play({ protocol: 2, password: 'P' }, ['OK']), { sent: ['AUTH P'], end: 'RESP2' });
  assert.equal(play({ protocol: 2, username: 'u', password: 'P' }, ['OK']), { sent: ['AUTH u P'], end: 'RESP2' });
  assert.equal(play({ protocol: 2 }, ['PONG']), { sent: ['PING'], end: 'RESP2' });
  assert.is(
    play({ protocol: 2 }, [error('LOADING Redis is loading')]).end,
    'RESP2',
    'commands wait, the connection need not',
  );
});

test('then the name, the database and READONLY, each alone [failure mode 29]', () => {
  assert.equal(play({ clientName: 'me', database: 3, readFromReplica: true }, [HELLO, 'OK', 'OK', 'OK']), {
    sent: ['HELLO 3', 'CLIENT SETNAME me', 'SELECT 3', 'READONLY'],
    end: 'RESP3',
  });
  assert.equal(play({ database: 0 }, [HELLO]), { sent: ['HELLO 3'], end: 'RESP3' });
});

test('a name that is refused is no reason to stay away; a database is', () => {
  assert.is(play({ clientName: 'me' }, [HELLO, error('NOPERM no')]).end, 'RESP3');
  assert.match(
    play({ database: 3 }, [HELLO, error('ERR DB index is out of range')]).end,
    /^ERR_CONNECT node:7000 .*out of range/,
  );
});

test('pitfall: a password that differs on one node names that node and what to change', () => {
  for (const text of ['WRONGPASS invalid username-password pair or user is disabled.', 'ERR invalid password']) {
    const { end } = play({ protocol: 2, password: 'secret' }, [error(text)]);
    assert.match(end, /^ERR_AUTH node:7000 refused the password: every node .* same one .*requirepass and masterauth/);
    assert.not.match(end, /secret/);
  }
  assert.match(play({ password: 'secret' }, [error('WRONGPASS x')]).end, /^ERR_AUTH node:7000 refused the password/);
});

test('in RESP2, too, a password that is missing is found out before any command', () => {
  assert.match(
    play({ protocol: 2 }, [error('NOAUTH Authentication required.')]).end,
    /^ERR_AUTH node:7000 requires a password/,
  );
  assert.match(
    play({ protocol: 2 }, [error('DENIED Redis is running in protected mode')]).end,
    /^ERR_CONNECT .*protected mode/,
  );
});

test('a server that is full says so', () => {
  assert.match(
    play({}, [error('ERR max number of clients reached')]).end,
    /^ERR_CONNECT node:7000 refused .*max number/,
  );
});

test('a password that is missing is named too', () => {
  assert.match(
    play({}, [error('NOAUTH HELLO must be called with the client already authenticated')]).end,
    /^ERR_AUTH node:7000 requires a password/,
  );
});

test('pitfall: protected mode names the node and what to change', () => {
  const { end } = play({}, [error('DENIED Redis is running in protected mode because ...')]);
  assert.match(end, /^ERR_CONNECT node:7000 runs in protected mode .* set a password on it/);
});

test('a server without a password accepts whoever brings one', () => {
  for (const text of [
    'ERR Client sent AUTH, but no password is set',
    'ERR AUTH <password> called without any password configured for the default user. Are you sure?',
  ]) {
    assert.is(play({ protocol: 2, password: 'P' }, [error(text)]).end, 'RESP2');
  }
});

test('no password in a message, whatever the server repeats [failure mode 28]', () => {
  const text = 'ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `default`, `secret`';
  const { end } = play({ protocol: 3, password: 'secret' }, [error(text)]);
  assert.match(end, /^ERR_CONNECT/);
  assert.not.match(end, /secret/);
});

test('the zone and the tracking of reads are comforts: whoever refuses them is used without', () => {
  const options = { address: 'node:7000', protocol: 'auto', asksZone: true, tracksReads: true } as const;
  const end = (replies: readonly Reply[]): unknown => {
    const handshake = new Handshake(options);
    let step = handshake.start();
    for (const reply of replies) step = handshake.onReply(reply);
    return step;
  };
  const info = '# Server\r\nredis_version:7.2.4\r\navailability_zone:eu-1\r\nuptime:1';
  assert.equal(end([HELLO, info, 'OK']), { kind: 'ready', protocol: 3, zone: 'eu-1', isTracking: true });
  assert.equal(end([HELLO, info.replace('eu-1', ''), 'OK']), {
    kind: 'ready',
    protocol: 3,
    zone: undefined,
    isTracking: true,
  });
  assert.equal(end([HELLO, error('NOPERM no'), error('NOPERM no')]), {
    kind: 'ready',
    protocol: 3,
    zone: undefined,
    isTracking: false,
  });
  assert.equal(play({ asksZone: true, tracksReads: true }, [error("ERR unknown command 'HELLO'"), 'PONG', info]), {
    sent: ['HELLO 3', 'PING', 'INFO server'],
    end: 'RESP2',
  });
});

test.run();
