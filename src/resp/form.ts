import { invalidArgument } from '../errors.ts';
import type { MapForm, ReplyForm, VerbatimForm } from './reply.ts';

/** The reply forms as numbers, for the decoder's inner loop: below `Skip` values are built; `Visit` is for a visitor. */
export const Form = { String: 0, Bytes: 1, View: 2, Skip: 3, Raw: 4, Visit: 5 } as const;
export type Form = (typeof Form)[keyof typeof Form];

const FORMS: { readonly [F in ReplyForm]: Form } = {
  string: Form.String,
  bytes: Form.Bytes,
  view: Form.View,
  skip: Form.Skip,
  raw: Form.Raw,
};

/** The number of a form. @throws {InvalidArgumentError} for any other word. */
export function formNumber(form: ReplyForm): Form {
  return FORMS[oneOf('reply', form, REPLY_FORMS)];
}

/** The word `value`, if it is one of those allowed. @throws {InvalidArgumentError} naming the option. */
export function oneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw invalidArgument(`${name} must be one of ${allowed.join(', ')}, not ${JSON.stringify(value)}`);
}

export const REPLY_FORMS: readonly ReplyForm[] = ['string', 'bytes', 'view', 'skip', 'raw'];
export const PUSH_FORMS: readonly ('string' | 'bytes')[] = ['string', 'bytes'];
export const MAP_FORMS: readonly MapForm[] = ['pairs', 'map', 'object'];
export const VERBATIM_FORMS: readonly VerbatimForm[] = ['text', 'typed'];
