/** `slotwire serve`: a server that plays a vector or a script, to test a client. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { REPLY_VECTORS, type ReplyVector, vectorBytes } from '../../conformance/index.ts';
import { argumentOutOfRange } from '../../errors.ts';
import { greet, parseScript, ScriptedNode, type ScriptedNodeOptions, type Step, step } from '../../testing/index.ts';
import { EXIT, exitCodeOf, readNamedFile } from '../exit.ts';

export const SERVE_USAGE = `usage: slotwire serve VECTOR [options] [-- CLIENT ...]     answers a command with the bytes of a vector
       slotwire serve SCRIPT [options] [-- CLIENT ...]     plays a file of steps

A client's HELLO, AUTH, CLIENT SETNAME, INFO and the like are answered by themselves: with a vector always, in a script that
says \`greet\`. docs/conformance.md describes scripts; slotwire/testing has the same for JavaScript.

  --port N, --host NAME       where to listen (a free port of 127.0.0.1)
  --unix PATH                 a Unix socket instead
  --on COMMAND                a vector answers this command (any)
  --cut N                     a vector is sent in pieces of so many bytes
  --ending close|reset|open   of the connection behind a vector (open: later commands get +OK)
  --once                      without a CLIENT: end with the first connection

CLIENT is a program that is run against the server, which ends with it. {host}, {port} and {address} (both) in its arguments
are replaced, and SLOTWIRE_HOST and SLOTWIRE_PORT are in its environment; with --unix there are {address}, which is PATH, and
SLOTWIRE_PATH instead.

exit code: 0 all was played, and the client ended with 0; 1 not; 2 usage; 4 a fault of this program
`;

interface ServeFlags {
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly unix?: string | undefined;
  readonly on?: string | undefined;
  readonly cut?: string | undefined;
  readonly ending?: string | undefined;
  readonly once?: boolean | undefined;
  readonly help?: boolean | undefined;
}

const TEXT = { type: 'string' } as const;
const SWITCH = { type: 'boolean' } as const;

/** Runs the command and returns its exit code; never rejects. */
export function runServe(args: readonly string[]): Promise<number> {
  return exitCodeOf('serve', async () => {
    const end = args.indexOf('--');
    const { values, positionals } = parseArgs({
      args: end < 0 ? [...args] : args.slice(0, end),
      allowPositionals: true,
      options: { port: TEXT, host: TEXT, unix: TEXT, on: TEXT, cut: TEXT, ending: TEXT, once: SWITCH, help: SWITCH },
    });
    const [what] = positionals;
    if (values.help === true || what === undefined || positionals.length > 1) {
      console.log(SERVE_USAGE);
      return values.help === true ? EXIT.conforms : EXIT.usage;
    }
    const command = end < 0 ? [] : args.slice(end + 1);
    checkFlags(values, command);
    return serve(scriptOf(what, values), values, command);
  });
}

/** @throws {RangeError} for what would do nothing, or leave the client with a port that is none. */
function checkFlags({ unix, host, port, once }: ServeFlags, command: readonly string[]): void {
  if (once === true && command.length > 0) throw argumentOutOfRange('--once does nothing: the server ends with CLIENT');
  if (unix === undefined) return;
  if (host !== undefined || port !== undefined) throw argumentOutOfRange('--unix is instead of --host and --port');
  const placeholder = ['{host}', '{port}'].find((word) => command.some((argument) => argument.includes(word)));
  if (placeholder !== undefined) throw argumentOutOfRange(`${placeholder} is not there with --unix: use {address}`);
}

type Play = Pick<ScriptedNodeOptions, 'scripts' | 'script' | 'handler' | 'fallback'>;

/** @throws {RangeError} when it is neither a vector nor a file. */
function scriptOf(what: string, flags: ServeFlags): Play {
  const vector = REPLY_VECTORS.find(({ id }) => id === what);
  if (vector !== undefined) return { script: vectorScript(vector, flags), handler: greet, fallback: () => '+OK\r\n' };
  if (!existsSync(what)) throw argumentOutOfRange(`no vector and no file is called ${JSON.stringify(what)}`);
  const unused = (['on', 'cut', 'ending'] as const).find((name) => flags[name] !== undefined);
  if (unused !== undefined) throw argumentOutOfRange(`--${unused} is for a vector: a script says it itself`);
  const { scripts, greets } = parseScript(readNamedFile(what).toString(), { vector: bytesOfVector });
  return greets ? { scripts, handler: greet } : { scripts };
}

function bytesOfVector(id: string): Buffer | undefined {
  const vector = REPLY_VECTORS.find((each) => each.id === id);
  return vector === undefined ? undefined : vectorBytes(vector.wire);
}

function vectorScript({ wire, expect }: ReplyVector, { on, cut, ending = 'open' }: ServeFlags): Step[] {
  console.log(`the client must make of it: ${JSON.stringify(expect)}`);
  const bytes = vectorBytes(wire);
  const size = cut === undefined ? bytes.length : positive('--cut', cut);
  const cuts = Array.from(
    { length: Math.max(0, Math.ceil(bytes.length / size) - 1) },
    (_, index) => (index + 1) * size,
  );
  const steps = [step.expect(...(on?.split(' ') ?? [])), step.send(bytes, ...cuts)];
  if (ending === 'open') return steps;
  if (ending === 'close' || ending === 'reset') return [...steps, step[ending]()];
  throw argumentOutOfRange(`--ending is close, reset or open, not ${ending}`);
}

async function serve(play: Play, { host, port, unix, once }: ServeFlags, command: readonly string[]): Promise<number> {
  const number = port === undefined ? undefined : positive('--port', port);
  const node = await ScriptedNode.listen({ ...play, host, port: number, path: unix });
  console.log(`listening on ${node.address}`);
  try {
    const code = command.length > 0 ? await runClient(command, node, unix) : await watch(node, once === true);
    return code === 0 && hasPlayedAll(node) ? EXIT.conforms : EXIT.fails;
  } finally {
    for (const { text, connection } of node.commands) console.log(`${connection.index} < ${text}`);
    await node.close();
  }
}

/** Says what was not played, or not as it was to be. */
function hasPlayedAll(node: ScriptedNode): boolean {
  try {
    node.verify();
    return true;
  } catch (error) {
    console.error((error as Error).message);
    return false;
  }
}

/** @throws {RangeError} when there is no such program. */
function runClient(
  [program = '', ...args]: readonly string[],
  { host, port, address }: ScriptedNode,
  path: string | undefined,
): Promise<number> {
  const filled = args.map((arg) =>
    arg.replaceAll('{host}', host).replaceAll('{port}', String(port)).replaceAll('{address}', address),
  );
  const place = path === undefined ? { SLOTWIRE_HOST: host, SLOTWIRE_PORT: String(port) } : { SLOTWIRE_PATH: path };
  const child = spawn(program, filled, { stdio: 'inherit', env: { ...process.env, ...place } });
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(argumentOutOfRange(`cannot run ${program}: ${error.message}`)));
    child.on('close', (code) => resolve(code ?? EXIT.fails));
  });
}

const FOREVER_MS = 2 ** 31 - 1;

/** Until a signal, or until the first connection is over. */
async function watch(node: ScriptedNode, once: boolean): Promise<number> {
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (once && node.connections[0]?.isOpen === false) finish();
    }, 20);
    const forever = setTimeout(() => {}, FOREVER_MS);
    const finish = () => {
      clearInterval(timer);
      clearTimeout(forever);
      resolve();
    };
    process.once('SIGINT', finish);
    process.once('SIGTERM', finish);
  });
  return 0;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw argumentOutOfRange(`${name} must be a positive integer, not ${text}`);
}
