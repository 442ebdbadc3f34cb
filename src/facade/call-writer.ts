import { type InvalidArgumentError, invalidArgument } from '../errors.ts';
import type { Argument } from '../resp/index.ts';
import { type CallPart, isWordChoice, propertyNames } from './shape.ts';

/** What a caller may give for a part; an argument that can't be sent is left to `send` to refuse. */
export type Given = Argument | boolean | undefined | readonly Given[] | GivenObject;

export interface GivenObject {
  readonly [property: string]: Given;
}

/** Appends to one command what the caller gave. Every method throws where something is missing, unknown, or in excess. */
export class CallWriter {
  readonly args: Argument[];
  readonly #words: readonly string[];
  /** How many properties of the object at hand have been written. */
  #written = 0;

  /** `words`: the name of the command. */
  constructor(words: readonly string[]) {
    this.#words = words;
    this.args = words.slice();
  }

  /** What is given for a part by itself: a parameter, a property's value. */
  value(part: CallPart, given: Given): void {
    if (given === undefined) throw this.#lack(part);
    if (part.repeats !== 'never') {
      this.#list(part, Array.isArray(given) ? given : [given]);
      return;
    }
    if (part.token !== undefined) this.args.push(part.token);
    if (part.kind === 'block') this.#object(part.parts, given);
    else this.#single(part, given);
  }

  /** What an object has for one part. */
  property(part: CallPart, object: GivenObject): void {
    const { property } = part;
    if (!isPresent(part, object)) {
      if (!part.isOptional) throw this.#lack(part);
    } else if (property !== undefined) {
      this.#written++;
      if (part.kind === 'token') this.#flag(property, object[property]);
      else this.value(part, object[property]);
    } else if (part.kind === 'block') {
      for (const each of part.parts) this.property(each, object);
    } else {
      this.property(part.parts.find((each) => isPresent(each, object))!, object);
    }
  }

  /** To be called after the last property: a property that no part has taken is a mistake. */
  checkAllWritten(parts: readonly CallPart[], object: GivenObject): void {
    let count = 0;
    for (const name of Object.keys(object)) if (isGiven(object[name])) count++;
    if (count === this.#written) return;
    const names = Object.keys(object).filter((name) => isGiven(object[name]));
    const known = new Set(parts.flatMap(propertyNames));
    const unknown = names.filter((name) => !known.has(name));
    if (unknown.length > 0) throw invalidArgument(`${this.#command} has no option ${unknown.join(', ')}`);
    throw invalidArgument(`${names.join(', ')}: options of ${this.#command} that don't go together, or not alone`);
  }

  /** An object, and nothing that only looks like one to JavaScript: bytes, a list, null. */
  checkedObject(given: Given): GivenObject {
    if (isObject(given)) return given;
    throw invalidArgument(`options of ${this.#command} must be an object`);
  }

  #object(parts: readonly CallPart[], given: Given): void {
    const object = this.checkedObject(given);
    const outer = this.#written;
    this.#written = 0;
    for (const part of parts) this.property(part, object);
    this.checkAllWritten(parts, object);
    this.#written = outer;
  }

  #list(part: CallPart, items: readonly Given[]): void {
    if (part.token !== undefined && part.repeats === 'values') this.args.push(part.token);
    if (part.isCounted) this.args.push(items.length);
    for (const item of items) {
      if (part.repeats === 'token') this.args.push(part.token!);
      if (part.kind === 'block') this.#tuple(part, item);
      else this.#single(part, item);
    }
  }

  /** The parts of a repeated block, by position. */
  #tuple({ parts }: CallPart, given: Given): void {
    if (!Array.isArray(given) || given.length !== parts.length) {
      throw invalidArgument(`${this.#command} takes a list of [${parts.map((part) => part.name).join(', ')}]`);
    }
    for (let i = 0; i < parts.length; i++) this.value(parts[i]!, given[i]);
  }

  /** A value as it is, or one of several: a list, the word or value itself, the property of an object. */
  #single(part: CallPart, given: Given): void {
    if (part.kind === 'value') this.args.push(given as Argument);
    else if (Array.isArray(given)) this.#listOf(part, given);
    else if (!isObject(given)) this.#word(part, given);
    else this.#object([{ ...part, property: undefined, isOptional: false }], given);
  }

  #listOf(choice: CallPart, given: readonly Given[]): void {
    const list = choice.parts.find((part) => part.token === undefined && part.repeats !== 'never');
    if (list === undefined) throw invalidArgument(`${choice.name} of ${this.#command} can't be a list`);
    this.#list(list, given);
  }

  #word(choice: CallPart, given: Given): void {
    const isAnyValue = choice.parts.some((part) => part.kind === 'value' && part.token === undefined);
    const words = isWordChoice(choice) ? choice.parts.map((part) => part.token) : [];
    if (!isAnyValue && !words.includes(given as string)) {
      const wanted = words.length > 0 ? `one of ${words.join(', ')}` : 'an object';
      throw invalidArgument(`${choice.token ?? choice.name} of ${this.#command} must be ${wanted}`);
    }
    this.args.push(given as Argument);
  }

  #flag(token: string, given: Given): void {
    if (given !== true) throw invalidArgument(`${token} of ${this.#command} must be true or false`);
    this.args.push(token);
  }

  #lack(part: CallPart): InvalidArgumentError {
    const names = part.property === undefined ? propertyNames(part) : [part.property];
    return invalidArgument(`${this.#command} needs ${names.join(' or ')}`);
  }

  /** The command's name, for messages. */
  get #command(): string {
    return this.#words.join(' ');
  }
}

/** Whether an object has what a part needs: every part of a block that is not optional, one alternative of a choice. */
function isPresent(part: CallPart, object: GivenObject): boolean {
  if (part.property !== undefined) return isGiven(object[part.property]);
  if (part.kind === 'oneof') return part.parts.some((each) => isPresent(each, object));
  const required = part.parts.filter((each) => !each.isOptional);
  if (required.length === 0) return part.parts.some((each) => isPresent(each, object));
  return required.every((each) => isPresent(each, object));
}

/** `false` leaves a flag out, as `undefined` leaves out anything. */
function isGiven(value: Given): boolean {
  return value !== undefined && value !== false;
}

function isObject(given: Given): given is GivenObject {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Uint8Array);
}
