/** What clients say before their first command of use, and what servers answer. */
import type { WireBytes } from './script.ts';
import type { Handler } from './scripted-connection.ts';
import { mapReply, reply, type WireValue } from './wire-reply.ts';

/** What a server says of itself in HELLO. */
export interface HelloFields {
  readonly protocol: 2 | 3;
  readonly mode: 'standalone' | 'cluster';
  readonly role: 'master' | 'replica';
}

/** The reply to HELLO, in the protocol that it begins. */
export function helloReply({ protocol, mode, role }: HelloFields): string {
  const pairs: [string, WireValue][] = [
    ['server', 'redis'],
    ['version', '7.0.0'],
    ['proto', protocol],
    ['id', 1],
    ['mode', mode],
    ['role', role],
    ['modules', []],
  ];
  return mapReply(pairs, protocol);
}

const OK = '+OK\r\n';

/** Answers what drivers send by themselves, as a single server without a password does; all else is left to others. */
export const greet: Handler = (args): WireBytes | undefined => {
  const [name, subcommand] = args.slice(0, 2).map((arg) => arg.toString().toUpperCase());
  switch (name) {
    case 'HELLO':
      if (subcommand !== undefined && subcommand !== '2' && subcommand !== '3') {
        return '-NOPROTO unsupported protocol version\r\n';
      }
      return helloReply({ protocol: subcommand === '3' ? 3 : 2, mode: 'standalone', role: 'master' });
    case 'AUTH':
    case 'SELECT':
    case 'READONLY':
      return OK;
    case 'CLIENT':
      // CLIENT REPLY, TRACKING and KILL are what a test is about.
      return ['SETNAME', 'SETINFO', 'NO-EVICT', 'NO-TOUCH', 'CAPA'].includes(subcommand ?? '') ? OK : undefined;
    case 'INFO':
      return reply('# Server\r\nredis_version:7.0.0\r\nredis_mode:standalone\r\nloading:0\r\n');
    case 'COMMAND':
      return '*0\r\n';
    case 'CLUSTER':
      return '-ERR This instance has cluster support disabled\r\n';
    default:
      return undefined;
  }
};
