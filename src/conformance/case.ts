/** What a case of the suite is: data, as the files of `cases/` hold it. */

/** Where a requirement comes from. */
export interface Reference {
  /** A page below redis.io/docs/latest, a source file of the server, or a specification. */
  readonly doc: string;
  readonly section?: string;
}

/**
 * Bytes to send. A text is its UTF-8 bytes, an array of texts is one command, encoded; words in angle brackets stand for
 * what is known only when the case runs (see `words.ts`).
 */
export type Content =
  | string
  | { readonly base64: string }
  | { readonly repeat: readonly Content[]; readonly times: number }
  | readonly Argument[];

/** One argument of a command, or several that repeat. */
export type Argument =
  | string
  | { readonly base64: string }
  | { readonly repeat: readonly string[]; readonly times: number };

/** One thing to do: send, then wait for the replies that the case expects at this step. */
export interface Step {
  /** The connection, opened when it is first named; `a` unless given. In a cluster case it begins with its node: `B:x`. */
  readonly on?: string;
  readonly send?: readonly Content[];
  /** Bytes per write; unless given, all of it in one. */
  readonly cut?: number;
  /** Half-closes the connection behind the bytes. */
  readonly end?: true;
  /** Closes the connection behind the bytes, without waiting. */
  readonly close?: true;
  /** Only opens the connection, and sees what comes unasked. */
  readonly open?: true;
  /** What is done to the cluster first: `move:x` moves the slot of part x. */
  readonly act?: string;
  /** How long to read nothing once the bytes are sent. */
  readonly pauseMs?: number;
  /** A name for the first value of this step's reply, for later steps to use in angle brackets. */
  readonly as?: string;
}

/** How the connection under test ends: it answers on, it is open and says nothing any more, it was closed. */
export type ExpectedEnding = 'open' | 'deaf' | 'closed';

/** One way a server may answer: a pattern for every step (see `pattern.ts`), and how the connection ends. */
export interface Answer {
  readonly replies: readonly string[];
  /** `open` unless given. */
  readonly ending?: ExpectedEnding;
}

/** An answer that is foreseen, and what it is worth. */
export interface Alternative extends Answer {
  readonly verdict: 'pass' | 'lenient' | 'info';
  readonly name?: string;
}

/** A fault that is known of certain servers and versions. */
export interface KnownDeviation extends Answer {
  /** The name a server gives itself in INFO, in lower case; `*` for all. */
  readonly server: string;
  /** The first version that has it. */
  readonly from?: string;
  /** The first version that has it no more. */
  readonly before?: string;
  readonly issue: string;
}

/** `must`: a RESP server has to; `should`: users rely on it; `info`: recorded, and never a failure. */
export type Level = 'must' | 'should' | 'info';

/**
 * What must be there for a case to run. `unsafe` changes settings, sees others' traffic or deletes others' keys; `hostile`
 * sends floods or huge headers; the others name what the target must be or have.
 */
export type Need =
  | 'unsafe'
  | 'hostile'
  | 'debug'
  | 'password'
  | 'nopass'
  | 'users'
  | 'replica'
  | 'cluster'
  | 'own-cluster'
  | 'remote'
  | 'loading';

/** One case. */
export interface Case {
  /** `section/what`: never changed, never used for something else. */
  readonly id: string;
  /** A short code, as stable. */
  readonly alias: string;
  readonly section: string;
  /** A claim. */
  readonly title: string;
  readonly level: Level;
  readonly refs: readonly Reference[];
  /** 3: connection `a` says HELLO 3 first. */
  readonly protocol?: 2 | 3;
  /** The first version of Redis that can; Valkey and Redict continue its numbers. */
  readonly since?: string;
  /** Which of the target's servers; the plain one unless given. */
  readonly server?: 'protected' | 'replica' | 'cluster';
  /** The state the cluster has to be in. */
  readonly stage?: string;
  readonly needs?: readonly Need[];
  /** True when it writes keys, all of them below the suite's own prefix. */
  readonly writes?: true;
  /** No other case may run at the same time. */
  readonly alone?: true;
  /** `split`: the case runs once for every place at which the bytes of its first step can be cut in two. */
  readonly sweep?: 'split';
  /** False where a PING at the end cannot be answered: silence is then waited for. */
  readonly fence?: false;
  /** The connection whose end matters; `a` unless given. */
  readonly ends?: string;
  readonly steps: readonly Step[];
  readonly expect: readonly Alternative[];
  readonly known?: readonly KnownDeviation[];
  /** Commands that put back what the case changed. */
  readonly restore?: readonly (readonly string[])[];
  /** The page that explains what was found here. */
  readonly finding?: string;
}

/** A file of `cases/`. */
export interface CaseFile {
  readonly section: string;
  readonly title: string;
  /** For every case that has none of its own. */
  readonly refs: readonly Reference[];
  readonly cases: readonly (Omit<Case, 'refs' | 'section'> & { readonly refs?: readonly Reference[] })[];
}
