import type { Given } from '../../src/facade/call-writer.ts';
import type { CallSyntax } from '../../src/facade/encode-call.ts';
import { propertyName } from '../../src/facade/shape.ts';
import type { Part } from '../../src/facade/syntax.ts';
import type { Argument } from '../../src/resp/index.ts';

/** A call of a facade's method, and the command that it must become: composed apart from the code under test. */
export interface SampleCall {
  readonly given: Given[];
  readonly args: Argument[];
}

/** Every decision that a call leaves to the caller. */
export interface Choices {
  includes(part: Part): boolean;
  /** An index below `count`. */
  alternative(count: number): number;
  /** How many elements a list has, at least 1. */
  listLength(): number;
  value(part: Part): Argument;
}

/** The shortest valid call: nothing that is optional, the first alternative, one element in each list. */
export function shortest(value: Choices['value']): Choices {
  return { includes: () => false, alternative: () => 0, listLength: () => 1, value };
}

/** A call with everything that goes together: all options, the first alternative of each, two elements in each list. */
export function fullest(value: Choices['value']): Choices {
  return { includes: () => true, alternative: () => 0, listLength: () => 2, value };
}

/** Composes a call of a command. */
export function sampleCall(syntax: CallSyntax, choices: Choices): SampleCall {
  const sampler = new Sampler(choices, [...syntax.words]);
  const given: Given[] = Array.from({ length: syntax.parameterCount }, () => undefined);
  const options: { [name: string]: Given } = {};
  for (const [index, part] of syntax.parts.entries()) {
    if (part.isOptional && !choices.includes(part)) continue;
    const position = syntax.positions[index]!;
    if (position >= 0) given[position] = sampler.value(part);
    else if (part.kind === 'token' && !part.isOptional) sampler.args.push(part.token!);
    else sampler.property(part, options);
  }
  if (syntax.options.length > 0) given.push(options);
  while (given.length > 0 && given.at(-1) === undefined) given.pop();
  return { given, args: sampler.args };
}

class Sampler {
  readonly args: Argument[];
  readonly #choices: Choices;
  /** Lists of one block belong together: keys and IDs of XREAD. */
  #blockLength: number | undefined;

  constructor(choices: Choices, args: Argument[]) {
    this.#choices = choices;
    this.args = args;
  }

  /** Appends a part and returns what the caller gives for it. */
  value(part: Part): Given {
    if (part.repeats === 'never') {
      if (part.token !== undefined) this.args.push(part.token);
      return this.#single(part);
    }
    if (part.token !== undefined && part.repeats === 'values') this.args.push(part.token);
    const length = this.#blockLength ?? this.#choices.listLength();
    if (part.isCounted) this.args.push(length);
    return Array.from({ length }, () => {
      if (part.repeats === 'token') this.args.push(part.token!);
      return part.kind === 'block' ? part.parts.map((each) => this.value(each)) : this.#single(part);
    });
  }

  /** Appends a part and adds its properties to an object. */
  property(part: Part, object: { [name: string]: Given }): void {
    const name = propertyName(part);
    if (part.kind === 'token') {
      this.args.push(part.token!);
      object[name!] = true;
    } else if (name !== undefined) object[name] = this.value(part);
    else if (part.kind === 'block') this.#block(part, object);
    else this.property(this.#alternative(part), object);
  }

  #single(part: Part): Given {
    if (part.kind === 'value') {
      const value = this.#choices.value(part);
      this.args.push(value);
      return value;
    }
    const object: { [name: string]: Given } = {};
    if (part.kind === 'block') {
      this.#block(part, object);
      return object;
    }
    const chosen = this.#alternative(part);
    if (chosen.token === undefined && chosen.repeats !== 'never') return this.value(chosen);
    if (chosen.kind === 'value' && chosen.token === undefined) return this.#single(chosen);
    if (chosen.kind === 'token' && part.parts.every((each) => each.kind === 'token' || each.token === undefined)) {
      this.args.push(chosen.token!);
      return chosen.token;
    }
    this.property(chosen, object);
    return object;
  }

  #block(part: Part, object: { [name: string]: Given }): void {
    const before = this.args.length;
    this.#blockLength ??= this.#choices.listLength();
    for (const each of part.parts) if (!each.isOptional || this.#choices.includes(each)) this.property(each, object);
    // One of a block's parts says that the block is there.
    if (this.args.length === before) this.property(part.parts[0]!, object);
    this.#blockLength = undefined;
  }

  #alternative(part: Part): Part {
    return part.parts[this.#choices.alternative(part.parts.length)]!;
  }
}
