import { invalidArgument } from '../errors.ts';
import type { Argument } from '../resp/index.ts';
import { isWordChoice, propertyName, propertyNames } from './shape.ts';
import type { Part } from './syntax.ts';

/** What a caller may give for a part; an argument that can't be sent is left to `send` to refuse. */
export type Given = Argument | boolean | undefined | readonly Given[] | GivenObject;

export interface GivenObject {
  readonly [property: string]: Given;
}

/** Appends to one command what the caller gave, in the order of the syntax. */
export class CallWriter {
  readonly args: Argument[];
  readonly #command: string;
  /** Properties of the object at hand that have been written; any other is a mistake of the caller's. */
  #written = 0;

  /** `words`: the name of the command. */
  constructor(words: readonly string[]) {
    this.#command = words.join(' ');
    this.args = [...words];
  }

  /** @throws {InvalidArgumentError} naming what is missing, unknown, or in excess. */
  value(part: Part, given: Given): void {
    if (given === undefined) throw invalidArgument(`${this.#command} needs ${part.token ?? part.name}`);
    if (part.repeats === 'never') {
      if (part.token !== undefined) this.args.push(part.token);
      this.#single(part, given);
      return;
    }
    const list: readonly Given[] = Array.isArray(given) ? given : [given as Given];
    if (part.token !== undefined && part.repeats === 'values') this.args.push(part.token);
    if (part.isCounted) this.args.push(list.length);
    for (const item of list) {
      if (part.repeats === 'token') this.args.push(part.token!);
      if (part.kind === 'block') this.#tuple(part, item);
      else this.#single(part, item);
    }
  }

  /** A part that is no parameter: a property of the options, or a word that the command always has. */
  option(part: Part, options: GivenObject): void {
    if (part.kind === 'token' && !part.isOptional) this.args.push(part.token!);
    else this.property(part, options);
  }

  /** Writes what an object has for one part. After the last one, {@link checkWritten}. */
  property(part: Part, object: GivenObject): void {
    const name = propertyName(part);
    if (!isPresent(part, object)) {
      if (!part.isOptional) throw invalidArgument(`${this.#command} needs ${propertyNames(part).join(' or ')}`);
    } else if (name === undefined) {
      const present = part.parts.filter((each) => isPresent(each, object));
      for (const each of part.kind === 'block' ? part.parts : present.slice(0, 1)) this.property(each, object);
    } else {
      this.#written++;
      if (part.kind === 'token') this.#flag(name, object[name]);
      else this.value(part, object[name]);
    }
  }

  /** @throws {InvalidArgumentError} the object has properties that no part has taken. */
  checkWritten(parts: readonly Part[], object: GivenObject): void {
    const names = Object.keys(object).filter((name) => isGiven(object[name]));
    if (names.length === this.#written) return;
    const known = new Set(parts.flatMap(propertyNames));
    const unknown = names.filter((name) => !known.has(name));
    if (unknown.length > 0) throw invalidArgument(`${this.#command} has no option ${unknown.join(', ')}`);
    throw invalidArgument(`${names.join(', ')}: options of ${this.#command} that don't go together, or not alone`);
  }

  #object(parts: readonly Part[], given: Given): void {
    const object = this.checkObject(given);
    const outer = this.#written;
    this.#written = 0;
    for (const part of parts) this.property(part, object);
    this.checkWritten(parts, object);
    this.#written = outer;
  }

  /** @throws {InvalidArgumentError} it is no object, or one that is an argument or a list. */
  checkObject(given: Given): GivenObject {
    if (isObject(given)) return given;
    throw invalidArgument(`options of ${this.#command} must be an object`);
  }

  #single(part: Part, given: Given): void {
    if (part.kind === 'block') this.#object(part.parts, given);
    else if (part.kind === 'oneof') this.#choice(part, given);
    else this.args.push(given as Argument);
  }

  /** One of several: the list, the object, or the word or value itself. */
  #choice(part: Part, given: Given): void {
    if (Array.isArray(given)) {
      const list = part.parts.find((each) => each.token === undefined && each.repeats !== 'never');
      if (list === undefined) throw invalidArgument(`${part.name} of ${this.#command} can't be a list`);
      this.value(list, given);
    } else if (isObject(given)) {
      this.#object([{ ...part, token: undefined, isOptional: false, repeats: 'never' }], given);
    } else {
      const isAnyValue = part.parts.some((each) => each.kind === 'value' && each.token === undefined);
      const words = isWordChoice(part) ? part.parts.map((each) => each.token) : [];
      if (!isAnyValue && !words.includes(given as string)) {
        const wanted = words.length > 0 ? `one of ${words.join(', ')}` : 'an object';
        throw invalidArgument(`${part.token ?? part.name} of ${this.#command} must be ${wanted}`);
      }
      this.args.push(given as Argument);
    }
  }

  /** The parts of a repeated block, by position. */
  #tuple(block: Part, given: Given): void {
    const names = block.parts.map((part) => part.name);
    if (!Array.isArray(given) || given.length !== names.length) {
      throw invalidArgument(`${this.#command} takes a list of [${names.join(', ')}]`);
    }
    for (const [index, part] of block.parts.entries()) this.value(part, given[index]);
  }

  #flag(token: string, given: Given): void {
    if (given !== true) throw invalidArgument(`${token} of ${this.#command} must be true or false`);
    this.args.push(token);
  }
}

/** Whether an object has what a part needs: every part of a block that is not optional, one alternative of a choice. */
function isPresent(part: Part, object: GivenObject): boolean {
  const name = propertyName(part);
  if (name !== undefined) return isGiven(object[name]);
  const isThere = (each: Part): boolean => isPresent(each, object);
  if (part.kind === 'oneof') return part.parts.some(isThere);
  const required = part.parts.filter((each) => !each.isOptional);
  return required.length > 0 ? required.every(isThere) : part.parts.some(isThere);
}

/** `false` leaves a flag out, as `undefined` leaves out anything. */
function isGiven(value: Given): boolean {
  return value !== undefined && value !== false;
}

function isObject(given: Given): given is GivenObject {
  return typeof given === 'object' && given !== null && !Array.isArray(given) && !(given instanceof Uint8Array);
}
