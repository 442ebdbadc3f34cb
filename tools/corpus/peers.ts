import { Buffer } from 'node:buffer';
import { createRequire } from 'node:module';
import { ErrorReply, OverloadError } from '../../src/errors.ts';
import { Attributed, Decoder, NEED_DATA, Push, type Reply } from '../../src/resp/index.ts';
import { type Plain, plainMap, plainNumber, plainText } from './plain.ts';

/** The parsers that are compared. */
export const PEERS = ['slotwire', 'redis-parser', '@redis/client', 'ioredis', 'respjs'] as const;
export type PeerName = (typeof PEERS)[number];

/** The packages of these were written for RESP2. */
export const RESP2_ONLY: ReadonlySet<PeerName> = new Set<PeerName>(['redis-parser', 'respjs']);

/** One parser, at the beginning of a stream. */
export interface PeerParser {
  /** Takes the next bytes, and hands every value they complete to the sink it was made with; throws on an error. */
  write(chunk: Buffer): void;
}

export type Sink = (value: Plain) => void;

/** Makes parsers of one kind, out of the packages that lie beside `packageFile`. */
export function peerFactory(name: PeerName, packageFile: string): (sink: Sink) => PeerParser {
  const load = createRequire(packageFile);
  switch (name) {
    case 'slotwire':
      return ourParser;
    case 'redis-parser':
      return redisParser(load('redis-parser') as RedisParserClass);
    case 'respjs':
      return respjs(load('respjs') as RespjsClass);
    case '@redis/client':
      return callbackDecoder((load('@redis/client/dist/lib/RESP/decoder') as CallbackDecoderModule).Decoder);
    case 'ioredis':
      return callbackDecoder((load('ioredis/built/resp/decoder') as CallbackDecoderModule).Decoder);
  }
}

function ourParser(sink: Sink): PeerParser {
  const decoder = new Decoder({ maps: 'map' });
  return {
    write(chunk) {
      decoder.feed(chunk);
      for (let reply = decoder.next(); reply !== NEED_DATA; reply = decoder.next()) sink(ours(reply));
    },
  };
}

/** Attributes before a push are the push's own here, and around it in the notation. */
function ours(reply: Reply): Plain {
  if (reply instanceof Push) {
    const push: Plain = { push: reply.elements.map(ours) };
    const around = (value: Plain, attributes: Reply): Plain => ({ attributes: ours(attributes), value });
    return reply.attributes.toReversed().reduce(around, push);
  }
  if (reply instanceof Attributed) return { attributes: ours(reply.attributes), value: ours(reply.value) };
  if (reply instanceof OverloadError) return { error: 'too large' };
  if (Array.isArray(reply)) return reply.map(ours);
  if (reply instanceof Map) return plainMap([...reply].map(([key, value]) => [ours(key), ours(value)]));
  return javaScriptValue(reply);
}

/** A value of a parser that gives plain JavaScript ones. */
function javaScriptValue(value: unknown, errorText: (error: Error) => string = messageOf): Plain {
  const inner = (each: unknown): Plain => javaScriptValue(each, errorText);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return plainNumber(value);
  if (typeof value === 'bigint') return { number: `${value}` };
  if (value instanceof Uint8Array) return plainText(value);
  if (value instanceof ErrorReply || value instanceof Error) return { error: errorText(value) };
  if (Array.isArray(value)) return value.map(inner);
  if (value instanceof Set) return [...value].map(inner);
  if (value instanceof Map) return plainMap([...value].map(([key, each]) => [inner(key), inner(each)]));
  if (typeof value === 'object') return plainMap(Object.entries(value).map(([key, each]) => [key, inner(each)]));
  return { unknown: typeof value };
}

function messageOf(error: Error): string {
  return error.message;
}

/** The prefix of an error as its name. */
function nameAndMessage(error: Error): string {
  return error.name === 'Error' ? error.message : `${error.name} ${error.message}`;
}

type RedisParserClass = new (options: {
  returnReply: (reply: unknown) => void;
  returnError: (error: Error) => void;
  returnFatalError: (error: Error) => void;
}) => { execute(chunk: Buffer): void };

function redisParser(Parser: RedisParserClass): (sink: Sink) => PeerParser {
  return (sink) => {
    let fatal: Error | undefined;
    const parser = new Parser({
      returnReply: (reply) => sink(javaScriptValue(reply)),
      returnError: (error) => sink(javaScriptValue(error)),
      returnFatalError: (error) => {
        fatal ??= error;
      },
    });
    return {
      write(chunk) {
        parser.execute(chunk);
        if (fatal !== undefined) throw fatal;
      },
    };
  };
}

type RespjsClass = new () => {
  on(event: 'data' | 'error', listener: (value: unknown) => void): void;
  write(chunk: Buffer): void;
};

function respjs(Parser: RespjsClass): (sink: Sink) => PeerParser {
  return (sink) => {
    let failure: unknown;
    const parser = new Parser();
    parser.on('data', (value) => sink(javaScriptValue(value, nameAndMessage)));
    parser.on('error', (error) => {
      failure ??= error;
    });
    return {
      write(chunk) {
        parser.write(Buffer.from(chunk));
        if (failure !== undefined) throw failure;
      },
    };
  };
}

interface CallbackDecoderModule {
  readonly Decoder: new (options: {
    onReply: (reply: unknown) => void;
    onErrorReply: (error: unknown) => void;
    onPush: (push: unknown) => void;
    getTypeMapping: () => object;
  }) => { write(chunk: Buffer): void };
}

/** The two decoders of one ancestor, as their clients use them unless told otherwise. */
function callbackDecoder(DecoderClass: CallbackDecoderModule['Decoder']): (sink: Sink) => PeerParser {
  return (sink) =>
    new DecoderClass({
      onReply: (reply) => sink(javaScriptValue(reply)),
      onErrorReply: (error) => sink(javaScriptValue(error)),
      onPush: (push) => sink({ push: javaScriptValue(push) }),
      getTypeMapping: () => ({}),
    });
}
