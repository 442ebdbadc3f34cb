/** What happens inside, for whoever wants to hear of it; it costs next to nothing while nobody does. */
export { type Attributes, commonAttributes, type Place } from './attributes.ts';
export { COMMANDS, CommandTrace, type TraceHome, traceSending } from './command-trace.ts';
export {
  CONNECTS,
  ConnectionChange,
  type ConnectionFacts,
  type ConnectionKind,
  ConnectTrace,
  DISCONNECTS,
} from './connection-trace.ts';
export { type EventListener, Events } from './events.ts';
export { errorType, type Failure, failureOf } from './failure.ts';
export { type ConnectionListener, noCounts, ServerActivity, type ServerCounters } from './server-activity.ts';
export { Tally } from './tally.ts';
