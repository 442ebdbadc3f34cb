import { ConnectionError, ErrorReply } from '../errors.ts';
import type { Argument, Reply } from '../resp/index.ts';
import type { Credentials } from './credentials.ts';

/** What a connection needs before it may carry commands. */
export interface HandshakeOptions extends Credentials {
  readonly address: string;
  readonly protocol: 'auto' | 2 | 3;
  readonly clientName?: string | undefined;
  /** SELECT it. */
  readonly database?: number | undefined;
  /** READONLY: the connection reads from a replica (protocol 15). */
  readonly readFromReplica?: boolean | undefined;
  /** Ask for the server's availability zone; who doesn't say has none. */
  readonly asksZone?: boolean | undefined;
  /** CLIENT TRACKING: the server tells when keys that this connection read are written. In RESP3 alone. */
  readonly tracksReads?: boolean | undefined;
}

/** What a handshake has come to. */
export interface Agreement {
  readonly protocol: 2 | 3;
  readonly zone?: string | undefined;
  readonly isTracking: boolean;
}

/** What to do next: send one command and await its reply, or begin work. */
export type HandshakeStep =
  | { readonly kind: 'send'; readonly args: readonly Argument[] }
  | ({ readonly kind: 'ready' } & Agreement);

type Stage = 'hello' | 'auth' | 'probe' | 'name' | 'select' | 'readonly' | 'zone' | 'tracking';

/**
 * The handshake, decided step by step without a socket. Each command is sent alone and awaited: servers have dropped the
 * reply of a failing AUTH that stood behind others (protocol 41).
 *
 *     HELLO 3 [AUTH u p] --ok-------------------.
 *        | no HELLO, or no RESP3                 v
 *        `-> AUTH, or PING without a password -> [CLIENT SETNAME] -> [SELECT] -> [READONLY] -> [INFO] -> [TRACKING] -> ready
 *
 * PING tells whether a password is wanted: else every command would find out for itself.
 */
export class Handshake {
  readonly #options: HandshakeOptions;
  readonly #stages: Stage[];
  #protocol: 2 | 3 = 2;
  #zone: string | undefined;
  #isTracking = false;

  constructor(options: HandshakeOptions) {
    this.#options = options;
    this.#stages = options.protocol === 2 ? this.#authStages() : ['hello'];
    if (options.clientName !== undefined) this.#stages.push('name');
    if (options.database !== undefined && options.database !== 0) this.#stages.push('select');
    if (options.readFromReplica === true) this.#stages.push('readonly');
    if (options.asksZone === true) this.#stages.push('zone');
    if (options.tracksReads === true) this.#stages.push('tracking');
  }

  /** The first step. */
  start(): HandshakeStep {
    return this.#next();
  }

  /**
   * Takes the reply to the last command.
   *
   * @throws {ConnectionError} `ERR_AUTH` or `ERR_CONNECT`, naming the node, what happened and what to change. No message
   * repeats what was sent: it may hold the password, and so may the server's own words about an unknown HELLO.
   */
  onReply(reply: Reply): HandshakeStep {
    const stage = this.#stages.shift();
    if (!(reply instanceof ErrorReply)) {
      if (stage === 'hello') this.#protocol = 3;
      if (stage === 'tracking') this.#isTracking = true;
      if (stage === 'zone') this.#zone = /^availability_zone:(.+)$/m.exec(String(reply))?.[1]?.trim();
      return this.#next();
    }
    switch (stage) {
      case 'hello':
        this.#helloRefused(reply);
        break;
      case 'auth':
        if (!isNotProtected(reply)) throw this.#refused(reply);
        break;
      case 'probe':
        if (reply.prefix === 'NOAUTH' || reply.prefix === 'DENIED') throw this.#refused(reply);
        break;
      // A name is a comfort: a user without the right to CLIENT SETNAME works without one. So is a zone, and a cache.
      case 'name':
      case 'zone':
      case 'tracking':
        break;
      default:
        throw this.#refused(reply);
    }
    return this.#next();
  }

  #next(): HandshakeStep {
    // Over RESP2 nobody could tell us anything but the answers to our own commands.
    if (this.#stages[0] === 'tracking' && this.#protocol === 2) this.#stages.shift();
    const stage = this.#stages[0];
    if (stage === undefined)
      return { kind: 'ready', protocol: this.#protocol, zone: this.#zone, isTracking: this.#isTracking };
    return { kind: 'send', args: this.#command(stage) };
  }

  #command(stage: Stage): readonly Argument[] {
    const { username, password, clientName, database } = this.#options;
    switch (stage) {
      case 'hello':
        return password === undefined ? ['HELLO', 3] : ['HELLO', 3, 'AUTH', username ?? 'default', password];
      case 'auth':
        return username === undefined ? ['AUTH', password!] : ['AUTH', username, password!];
      case 'probe':
        return ['PING'];
      case 'name':
        return ['CLIENT', 'SETNAME', clientName!];
      case 'select':
        return ['SELECT', database!];
      case 'readonly':
        return ['READONLY'];
      case 'zone':
        return ['INFO', 'server'];
      case 'tracking':
        return ['CLIENT', 'TRACKING', 'ON'];
    }
  }

  /** A server without HELLO or RESP3 is asked for AUTH and spoken to in RESP2. */
  #helloRefused(reply: ErrorReply): void {
    const isMissing = reply.prefix === 'NOPROTO' || (reply.prefix === 'ERR' && !isFarewell(reply));
    if (!isMissing || this.#options.protocol === 3) throw this.#refused(reply);
    this.#stages.unshift(...this.#authStages());
  }

  #authStages(): Stage[] {
    return this.#options.password === undefined ? ['probe'] : ['auth'];
  }

  #refused(reply: ErrorReply): ConnectionError {
    return refusal(reply, this.#options);
  }
}

/**
 * The error for a refusal that ends a connection, naming the node, what happened and what to change. It repeats no
 * password, whatever the server repeats.
 */
export function refusal(reply: ErrorReply, options: Credentials & { readonly address: string }): ConnectionError {
  const { address, password } = options;
  const fail = (code: 'ERR_AUTH' | 'ERR_CONNECT', message: string): ConnectionError =>
    new ConnectionError(code, `${address} ${message}`, { address });
  if (reply.prefix === 'NOAUTH') return fail('ERR_AUTH', `requires a password and none was given: set 'password'`);
  if (reply.prefix === 'WRONGPASS' || isWrongPassword(reply)) {
    return fail(
      'ERR_AUTH',
      `refused the ${password === undefined ? 'user' : 'password'}: every node of a cluster must have the same one ` +
        '(CONFIG SET requirepass and masterauth on that node)',
    );
  }
  if (reply.prefix === 'NOPERM') return fail('ERR_AUTH', 'does not permit this user to connect (NOPERM)');
  if (reply.prefix === 'DENIED') return fail('ERR_CONNECT', DENIED);
  return fail('ERR_CONNECT', `refused the connection: ${withoutSecret(reply.message, password)}`);
}

function withoutSecret(text: string, password: string | undefined): string {
  return password === undefined || password === '' ? text : text.replaceAll(password, '***');
}

const DENIED =
  'runs in protected mode and refuses clients from other machines: set a password on it (CONFIG SET requirepass), ' +
  'or CONFIG SET protected-mode no where the network is trusted';

/** Servers before 6.0 have one text for a wrong password. */
function isWrongPassword(reply: ErrorReply): boolean {
  return reply.prefix === 'ERR' && reply.detail === 'invalid password';
}

/** Sent before a server closes a connection that it never meant to serve (protocol 40). */
function isFarewell(reply: ErrorReply): boolean {
  return /max number of clients/.test(reply.message);
}

/** The server has no password at all: there is nothing to refuse. */
function isNotProtected(reply: ErrorReply): boolean {
  return /no password is set|without any password configured/.test(reply.message);
}
