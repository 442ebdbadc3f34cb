import { argumentOutOfRange, invalidArgument } from '../../errors.ts';
import type { Gap, Message, Payload, PubSubForm } from './messages.ts';

/** Call-backs instead of iteration. They never run in the middle of the client's work, and what they throw stays theirs. */
export interface SubscribeHandlers<P extends string | Buffer = string> {
  readonly onMessage?: ((message: Message<P>) => void) | undefined;
  readonly onGap?: ((gap: Gap<P>) => void) | undefined;
  /** Nothing more comes; `error` where it was not the caller's wish. */
  readonly onEnd?: ((error: Error | undefined) => void) | undefined;
}

/** Options of `subscribe`, `psubscribe` and `ssubscribe`. */
export interface SubscribeOptions<F extends PubSubForm = 'string'> extends SubscribeHandlers<Payload<F>> {
  /** The form of names and payloads; default `string`. */
  readonly reply?: F | undefined;
  /** How long the first confirmation may take, in milliseconds; default the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Before the confirmation it rejects with `ERR_ABORTED`, afterwards it unsubscribes. */
  readonly signal?: AbortSignal | undefined;
  /** Messages that wait for the consumer, at most; default 10000. */
  readonly maxQueuedMessages?: number | undefined;
  /** The same in bytes; default 16 MiB. */
  readonly maxQueuedBytes?: number | undefined;
  /** When more would wait: the oldest are dropped, and a gap says so; or the subscription ends with `ERR_QUEUE_FULL`. */
  readonly whenFull?: 'dropOldest' | 'end' | undefined;
}

export interface SubscribeSettings {
  readonly reply: PubSubForm;
  readonly timeoutMs: number;
  readonly maxQueuedMessages: number;
  readonly maxQueuedBytes: number;
  readonly whenFull: 'dropOldest' | 'end';
}

export const SUBSCRIBE_DEFAULTS: Omit<SubscribeSettings, 'timeoutMs'> = {
  reply: 'string',
  maxQueuedMessages: 10_000,
  maxQueuedBytes: 16 * 1024 * 1024,
  whenFull: 'dropOldest',
};

/** @throws TypeError or RangeError (`ERR_INVALID_ARGUMENT`), naming the option. */
export function subscribeSettings(options: SubscribeOptions<PubSubForm>, timeoutMs: number): SubscribeSettings {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const settings: SubscribeSettings = { ...SUBSCRIBE_DEFAULTS, timeoutMs, ...given };
  for (const name of ['timeoutMs', 'maxQueuedMessages', 'maxQueuedBytes'] as const) {
    const value: unknown = settings[name];
    if (typeof value === 'number' && value > 0) continue;
    throw argumentOutOfRange(`${name} must be a number above 0, not ${String(value)}`);
  }
  if (settings.reply !== 'string' && settings.reply !== 'bytes') {
    throw invalidArgument('reply must be one of string, bytes');
  }
  if (settings.whenFull !== 'dropOldest' && settings.whenFull !== 'end') {
    throw invalidArgument('whenFull must be one of dropOldest, end');
  }
  return settings;
}
