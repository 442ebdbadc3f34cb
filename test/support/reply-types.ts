import * as assert from 'uvu/assert';
import type { Argument, Reply } from '../../src/resp/index.ts';
import { replyType } from '../../tools/facade/replies.ts';

/** Each reply has the type that its method declares. */
export function checkReply(args: readonly Argument[], reply: Reply): Reply {
  const type = replyType(args.slice(0, 2).join('|')) ?? replyType(String(args[0]));
  if (type !== undefined) assert.ok(TYPES[type]?.(reply), `${args.join(' ')}: ${reply} is no ${type}`);
  return reply;
}

type Check = (reply: Reply) => boolean;
const isNumber: Check = (reply) => typeof reply === 'number';
const isBigint: Check = (reply) => typeof reply === 'bigint';
const isText: Check = (reply) => typeof reply === 'string' || Buffer.isBuffer(reply);
const isNull: Check = (reply) => reply === null;
const either =
  (...checks: Check[]): Check =>
  (reply) =>
    checks.some((check) => check(reply));
const listOf =
  (check: Check): Check =>
  (reply) =>
    Array.isArray(reply) && reply.every(check);
const tuple =
  (...checks: Check[]): Check =>
  (reply) =>
    Array.isArray(reply) && reply.length === checks.length && reply.every((element, i) => checks[i]!(element));

/** The types that tools/facade/replies.ts knows. */
export const TYPES: { readonly [type: string]: Check } = {
  "'OK'": (reply) => reply === 'OK',
  "'OK' | Text | null": either(isText, isNull),
  "'PONG' | Text": isText,
  number: isNumber,
  'number | null': either(isNumber, isNull),
  'number | bigint': either(isNumber, isBigint),
  'number[]': listOf(isNumber),
  '(number | bigint | null)[]': listOf(either(isNumber, isBigint, isNull)),
  string: (reply) => typeof reply === 'string',
  Text: isText,
  'Text | null': either(isText, isNull),
  'Text | Text[] | null': either(isText, listOf(isText), isNull),
  'Text[]': listOf(isText),
  '(Text | null)[]': listOf(either(isText, isNull)),
  '[key: Text, element: Text] | null': either(tuple(isText, isText), isNull),
  '[cursor: Text, elements: Text[]]': tuple(isText, listOf(isText)),
  '[id: Text, fieldsAndValues: Text[]][]': listOf(tuple(isText, listOf(isText))),
};
