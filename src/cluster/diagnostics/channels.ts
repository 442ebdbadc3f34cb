import type { Channel, TracingChannel } from 'node:diagnostics_channel';
import {
  COMMANDS,
  CONNECTS,
  type CommandTrace,
  type ConnectionChange,
  type ConnectTrace,
  DISCONNECTS,
} from '../../net/index.ts';
import { REDIRECTS, TOPOLOGY } from './observer.ts';
import type { Redirect } from './redirect.ts';
import { REFRESHES, type RefreshTrace } from './refresh-trace.ts';
import type { TopologyChange } from './topology-change.ts';

/**
 * The channels of `node:diagnostics_channel` on which all clients of this process publish, with the types of what they
 * publish; the same as `channel(name)` and `tracingChannel(name)` give.
 *
 * Nothing in them is an argument, a reply, or a word of a server's but an error prefix.
 *
 * @see https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html
 */
export const channels: {
  /** `slotwire:command`: a tracing channel, of calls of `send`, `sendAll`, `transaction` and `runScript`. */
  readonly command: TracingChannel<unknown, CommandTrace>;
  /** `slotwire:connect`: a tracing channel, of dialling and handshake. */
  readonly connect: TracingChannel<unknown, ConnectTrace>;
  /** `slotwire:refresh`: a tracing channel, of looks at the topology. */
  readonly refresh: TracingChannel<unknown, RefreshTrace>;
  /** `slotwire:disconnect`: connections that were open and are no longer. */
  readonly disconnect: Channel<unknown, ConnectionChange>;
  /** `slotwire:redirect`: commands that a node sent elsewhere. */
  readonly redirect: Channel<unknown, Redirect>;
  /** `slotwire:topology`: what is different in the believed topology. */
  readonly topology: Channel<unknown, TopologyChange>;
} = Object.freeze({
  command: COMMANDS,
  connect: CONNECTS,
  refresh: REFRESHES,
  disconnect: DISCONNECTS,
  redirect: REDIRECTS,
  topology: TOPOLOGY,
});
