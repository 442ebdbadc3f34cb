import type { OverloadError } from '../errors.ts';
import { Type } from './bytes.ts';
import type { Form } from './form.ts';
import type { Reply } from './reply.ts';

/** Elements of a frame that is not open, or whose elements nobody wants. Never written to. */
export const NO_ITEMS: Reply[] = [];

/** An aggregate that has begun and not ended: one level of the decoder's stack. */
export class Frame {
  /** Its type byte. */
  type: number = Type.Array;
  /** Elements still to come; below zero, in a streamed aggregate: minus one, and minus the elements that came. */
  remaining = 0;
  items: Reply[] = NO_ITEMS;
  /** Offset of its first byte in the stream. */
  offset = 0;
  /** What the frame interrupted, when it is a push. */
  outer: Unit | undefined = undefined;
}

/** What was read of an aggregate before it went onto the stack. */
export interface Begun {
  readonly type: number;
  readonly items: Reply[];
  /** Elements still to come, at least one. */
  readonly remaining: number;
  /** Offset of its first byte in the stream. */
  readonly offset: number;
}

/** One reply or one push, while it is being read: they nest, because a push may come inside a reply (protocol 35). */
export interface Unit {
  readonly form: Form;
  /** Offset of its first byte in the stream. */
  readonly offset: number;
  /** What is delivered in its place when it turned out to be over a size limit. */
  readonly overload: OverloadError | undefined;
  /** Frames that were open when it began. */
  readonly floor: number;
}
