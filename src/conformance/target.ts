/** What is tested: one server, or several in their parts. */
import { type Endpoint, formatAddress } from '../net/index.ts';
import type { Need } from './case.ts';
import { encodeCommand } from './content.ts';
import { Pattern } from './pattern.ts';
import { parseServerInfo, type ServerProfile } from './server-version.ts';
import { formatTokens, type Token } from './token.ts';
import { Unreachable } from './unreachable.ts';
import { stepIsOver } from './wait.ts';
import { WireConnection } from './wire-connection.ts';

/** Who the suite says it is. */
export interface Login {
  readonly username?: string | undefined;
  readonly password: string;
}

/** The servers of a run, and what may be done to them. */
export interface Target {
  /** How reports name it. */
  readonly name: string;
  readonly plain: Endpoint;
  /** Said on every connection to {@link plain}. */
  readonly login?: Login | undefined;
  /** A server that wants a password; {@link plain} itself where it wants one. */
  readonly secured?: { readonly endpoint: Endpoint; readonly password: string } | undefined;
  /** A replica of {@link plain}. */
  readonly replica?: Endpoint | undefined;
  /** The nodes of a cluster by what the cases call them. */
  readonly nodes?: ReadonlyMap<string, Endpoint> | undefined;
  /** Words that the cases may use: `alice-password`, `slot:A`, ... */
  readonly words?: ReadonlyMap<string, string> | undefined;
  /** In a cluster: a hash tag whose slot belongs to a part (`A`, `B`, ...). */
  readonly tagOf?: ((part: string) => string) | undefined;
  /** In a cluster of the suite's own: brings it into a state, and returns words that are new in it. */
  readonly enter?: ((stage: string) => Promise<ReadonlyMap<string, string>>) | undefined;
  /** In a cluster of the suite's own: does what a step asks for. */
  readonly act?: ((what: string) => Promise<void>) | undefined;
  /** What is given or allowed, beyond what the suite finds out. */
  readonly gives: ReadonlySet<Need>;
}

/** What the suite found out about the target. */
export interface Profile extends ServerProfile {
  readonly mode: string;
  readonly hasResp3: boolean;
  readonly gives: ReadonlySet<Need>;
}

/** A connection for questions: named, so that an operator sees whose it is. */
export class Control {
  readonly #connection: WireConnection;

  private constructor(connection: WireConnection) {
    this.#connection = connection;
  }

  /** @throws {Unreachable} when there is nobody, or the login is refused. */
  static async open(endpoint: Endpoint, login?: Login): Promise<Control> {
    const control = new Control(await reach(endpoint));
    try {
      if (login !== undefined) await control.#login(login);
      await control.ask(['CLIENT', 'SETNAME', 'slotwire-conform']);
      return control;
    } catch (error) {
      control.close();
      throw error;
    }
  }

  /** Sends one command, and returns the tokens of its reply. */
  ask(command: readonly string[]): Promise<readonly Token[]> {
    return ask(this.#connection, command);
  }

  close(): void {
    this.#connection.close();
  }

  async #login({ username, password }: Login): Promise<void> {
    const reply = await this.ask(username === undefined ? ['AUTH', password] : ['AUTH', username, password]);
    if (reply[0]?.type !== '+') throw new Unreachable(`the server refuses the login: ${formatTokens(reply)}`);
  }
}

async function reach(endpoint: Endpoint): Promise<WireConnection> {
  try {
    return await WireConnection.open('control', endpoint);
  } catch (cause) {
    throw new Unreachable(`no connection to ${formatAddress(endpoint)}: ${(cause as Error).message}`, { cause });
  }
}

const PATIENCE = { quietMs: 50, timeoutMs: 3000 };

/** Sends one command beside the steps of a case, and returns the tokens of its reply. */
export async function ask(connection: WireConnection, command: readonly string[]): Promise<readonly Token[]> {
  await connection.send(encodeCommand(command));
  const anything = new Pattern('?', { key: (name) => name, values: new Map() });
  await stepIsOver(connection, [anything], PATIENCE);
  const tokens = connection.reader.tokens.slice(connection.taken);
  connection.taken += tokens.length;
  return tokens;
}

/**
 * Asks the target what it is and what it can.
 *
 * @param as instead of what the server says of itself.
 * @throws {Unreachable} when it cannot be reached, or does not answer PING.
 */
export async function profileOf(target: Target, as?: ServerProfile): Promise<Profile> {
  const control = await Control.open(target.plain, target.login);
  try {
    const pong = await control.ask(['PING']);
    if (pong.length === 0) throw new Unreachable('the server does not answer PING');
    const info = (await control.ask(['INFO', 'server']))[0]?.body?.toString() ?? '';
    const said = parseServerInfo(info);
    const gives = new Set(target.gives);
    if (target.secured !== undefined) gives.add('password');
    if (target.login === undefined) gives.add('nopass');
    if (target.replica !== undefined) gives.add('replica');
    if (gives.has('unsafe') && !isError(await control.ask(['DEBUG', 'PROTOCOL', 'integer']))) gives.add('debug');
    // Last, because it changes the connection.
    const hasResp3 = (await control.ask(['HELLO', '3']))[0]?.type === '%';
    return { ...said, ...as, hasResp3, gives };
  } finally {
    control.close();
  }
}

function isError(tokens: readonly Token[]): boolean {
  return tokens[0] === undefined || tokens[0].type === '-' || tokens[0].type === '!';
}

/** True when a new connection gets its PING answered, whatever the answer. */
async function isAlive(endpoint: Endpoint): Promise<boolean> {
  try {
    const control = await Control.open(endpoint);
    const reply = await control.ask(['PING']);
    control.close();
    return reply.length > 0;
  } catch {
    return false;
  }
}

/** True when every one of these servers is. */
export async function areAlive(endpoints: readonly Endpoint[]): Promise<boolean> {
  return (await Promise.all(endpoints.map(isAlive))).every((alive) => alive);
}
