import type { FakeRuntime, FakeTransport } from './fake-runtime.ts';

const LATENCY_MS = 1;

/** One connection, as the server sees it. */
interface Session {
  readonly transport: FakeTransport;
  readonly subscribed: Set<string>;
  isResp3: boolean;
}

/** A server on virtual time that knows subscriptions and PUBLISH; everything takes a millisecond to arrive. */
export class PubSubServer {
  readonly #runtime: FakeRuntime;
  readonly #sessions = new Set<Session>();
  readonly #hasResp3: boolean;

  constructor(runtime: FakeRuntime, hasResp3: boolean) {
    this.#runtime = runtime;
    this.#hasResp3 = hasResp3;
    runtime.onOpen = (transport) => this.#open(transport);
  }

  /** What is subscribed over connections that are open: `subscribe a`, `ssubscribe b`. */
  get subscribed(): string[] {
    return this.#live().flatMap(({ subscribed }) => [...subscribed]);
  }

  publish(word: 'message' | 'smessage', channel: string, payload: string): void {
    const name = word === 'message' ? 'subscribe' : 'ssubscribe';
    for (const session of this.#live()) {
      if (session.subscribed.has(`${name} ${channel}`)) this.#push(session, word, channel, payload);
    }
  }

  /** Connections with subscriptions are lost, with all that is on its way over them. */
  kill(): void {
    for (const session of this.#live()) if (session.subscribed.size > 0) session.transport.close();
  }

  /** Ends a subscription without being asked, as for a slot that leaves. */
  drop(channel: string): void {
    for (const session of this.#live()) {
      if (session.subscribed.delete(`ssubscribe ${channel}`)) this.#push(session, 'sunsubscribe', channel, 0);
    }
  }

  #live(): Session[] {
    return [...this.#sessions].filter(({ transport }) => !transport.isDestroyed);
  }

  #open(transport: FakeTransport): void {
    const session: Session = { transport, subscribed: new Set(), isResp3: false };
    this.#sessions.add(session);
    transport.onWrite = () => {
      for (const command of transport.takeCommands())
        this.#later(session, () => this.#serve(session, command.split(' ')));
    };
    this.#later(session, () => transport.accept());
  }

  #serve(session: Session, [name = '', ...args]: readonly string[]): void {
    const word = name.toLowerCase();
    if (word === 'hello') {
      session.isResp3 = this.#hasResp3;
      this.#reply(session, this.#hasResp3 ? '%1\r\n+proto\r\n:3\r\n' : '-ERR unknown command\r\n');
    } else if (word === 'ping') this.#pong(session, args[0]);
    else if (word.endsWith('unsubscribe')) {
      for (const channel of args) {
        session.subscribed.delete(`${word.replace('un', '')} ${channel}`);
        this.#push(session, word, channel, 0);
      }
    } else {
      for (const channel of args) {
        session.subscribed.add(`${word} ${channel}`);
        this.#push(session, word, channel, 1);
      }
    }
  }

  #pong(session: Session, token: string | undefined): void {
    if (!session.isResp3 && session.subscribed.size > 0) this.#push(session, 'pong', token ?? '');
    else this.#reply(session, token === undefined ? '+PONG\r\n' : `$${token.length}\r\n${token}\r\n`);
  }

  #push(session: Session, ...elements: (string | number)[]): void {
    const parts = elements.map((element) =>
      typeof element === 'number' ? `:${element}\r\n` : `$${element.length}\r\n${element}\r\n`,
    );
    this.#reply(session, `${session.isResp3 ? '>' : '*'}${parts.length}\r\n${parts.join('')}`);
  }

  #reply(session: Session, text: string): void {
    this.#later(session, () => session.transport.reply(text));
  }

  #later({ transport }: Session, act: () => void): void {
    this.#runtime.setTimer(() => {
      if (!transport.isDestroyed) act();
    }, LATENCY_MS);
  }
}
