/** What the servers' own command tables say: flags, key specifications, policies. Data about commands, no more. */
export { argumentText } from './argument-text.ts';
export { blockingTimeoutMs, isBlockingCall, withBlockingTimeout } from './blocking.ts';
export { type CommandInfo, NO_KEY, type RequestPolicy, type ResponsePolicy } from './command-info.ts';
export { CommandNames } from './command-names.ts';
export { type CommandEntry, learnCommand, readCommandReply } from './command-reply.ts';
export { findCommand, findCommandIn, knownCommands } from './find-command.ts';
export { findKeyRange, type KeyRange } from './key-range.ts';
export type { BeginSearch, FindKeys, KeyAccess, KeySpec } from './key-spec.ts';
export { firstKeyIndex, keyPositions } from './keys.ts';
export { secretArguments } from './secret-arguments.ts';
export { needsSession, runsInSession, type SessionNeed } from './session-need.ts';
