import { needsSession, runsInSession } from '../commands/index.ts';
import { ClusterError, ConnectionError, ErrorReply, type RedisError } from '../errors.ts';
import type { Push, Reply } from '../resp/index.ts';
import type { Admission } from './admission.ts';
import { AskedKeys } from './asked-keys.ts';
import type { LeaseContext } from './blocking-calls.ts';
import { type Command, type CommandSink, CommandState, type Outcome } from './command.ts';
import type { Lease, LeaseHolder } from './lease.ts';
import type { LeasePool } from './lease-pool.ts';
import { forgetLimit, refusalPause } from './lease-router.ts';
import { lossOf } from './loss.ts';
import { PushStream } from './push-stream.ts';
import { fateAfterLoss } from './retry-policy.ts';
import type { TimerHandle } from './runtime.ts';
import { SessionState } from './session-state.ts';
import { refusalBehind } from './transaction.ts';

/** What a session needs of its client. */
export interface SessionContext extends LeaseContext {
  /** Gives a command the slot of the session, or says why it can't run in it. */
  check(command: Command): RedisError | undefined;
}

/**
 * Moves the commands of one session, in their order, over one leased connection.
 *
 * Until the first command is answered the session is fresh: it holds nothing at the server, so when all that is under way
 * is refused (MOVED, ASK, TRYAGAIN, ...) or lost without harm, it leases anew and begins again. Afterwards a redirection
 * or a loss ends it, since what it held (watched keys, a MULTI) is gone:
 *
 *     fresh --answered--> in use --MOVED, ASK, loss, given up early--> over
 *     ^   `--refused--.
 *     `---------------'
 */
export class SessionLine implements CommandSink, LeaseHolder {
  readonly #context: SessionContext;
  #state = new SessionState();
  #pushes: PushStream | undefined;
  #pool: LeasePool | undefined;
  #lease: Lease | undefined;
  /** Asked for a lease, or paused before it. */
  #isWaiting = false;
  #pause: TimerHandle | undefined;
  /** Not on a connection yet, in the order of their `send`. */
  #held: Command[] = [];
  /** Refused while the session is fresh; they wait for the rest of what is under way. */
  #returned: Command[] = [];
  #pauseMs = 0;
  /** On the connection, not answered and not given up. */
  #inFlight = 0;
  /** After an ASK: the keys that are known to be where it leads. */
  #asked: AskedKeys | undefined;
  #isFresh = true;
  /** Why it takes nothing more. */
  #over: ConnectionError | undefined;

  constructor(context: SessionContext) {
    this.#context = context;
  }

  /** `host:port` of the server, once there is a connection. */
  get address(): string | undefined {
    return this.#lease?.address;
  }

  get pushes(): PushStream {
    this.#pushes ??= new PushStream();
    if (this.#over !== undefined) this.#pushes.end(this.#over);
    return this.#pushes;
  }

  prepare(command: Command): RedisError | undefined {
    if (this.#over !== undefined) return isOver(this.#over);
    const { info, name } = command;
    const need = needsSession(info);
    if (need !== undefined && !runsInSession(need)) {
      return new ClusterError('ERR_NEEDS_SESSION', `${name} can't be sent in a session: it needs ${need}`);
    }
    if (this.#state.isMonitoring) {
      return new ClusterError(
        'ERR_NEEDS_SESSION',
        `MONITOR has this session to itself: ${name} needs another session()`,
      );
    }
    return this.#context.check(command);
  }

  nodeAdmission(command: Command): Admission | undefined {
    return this.#context.nodeAdmission(command);
  }

  dispatch(command: Command): void {
    if (this.#over !== undefined) {
      this.#context.settle(command, isOver(this.#over));
    } else if (this.#lease !== undefined && this.#returned.length === 0) {
      this.#enqueue(this.#lease, command);
    } else {
      command.state = CommandState.Held;
      this.#held.push(command);
      if (this.#lease === undefined && !this.#isWaiting) this.#acquire();
    }
  }

  /** Given up early: when it was written, nobody knows any more what the connection holds. */
  cancelled(command: Command, from: CommandState): void {
    // The MULTI of a transaction may have been written, and with it goes what was watched.
    if (from === CommandState.Written || (from === CommandState.Queued && command.transaction !== undefined)) {
      this.#finish(new ConnectionError('ERR_CLOSED', `the session is over: ${command.name} was given up in it`));
      this.#lease?.close(this.#over!);
      return;
    }
    if (from === CommandState.Queued) this.#inFlight--;
    this.#held = this.#held.filter((held) => held !== command);
    this.#returned = this.#returned.filter((returned) => returned !== command);
  }

  onLease(lease: Lease): void {
    this.#isWaiting = false;
    this.#lease = lease;
    for (const command of this.#held.splice(0)) {
      forgetLimit(command);
      this.dispatch(command);
    }
  }

  onRefused(error: RedisError): void {
    this.#isWaiting = false;
    for (const command of this.#held.splice(0)) this.#context.settle(command, error);
  }

  onReply(lease: Lease, command: Command, reply: Reply): void {
    this.#inFlight--;
    if (this.#over !== undefined) this.#answeredLate(command, reply, this.#over);
    else if (reply instanceof ErrorReply) this.#refused(lease, command, reply);
    else this.#answered(lease, command, reply);
    // What is still owed when a session is over is waited for: to be told that an EXEC was refused is better than a doubt.
    if (this.#over !== undefined && this.#inFlight === 0) this.#drop(lease);
  }

  onPush(push: Push): void {
    this.#pushes?.push(push);
  }

  onLost(_lease: Lease, unanswered: readonly Command[], error: RedisError | undefined): void {
    this.#lease = undefined;
    this.#inFlight = 0;
    if (error !== undefined) this.#context.router.onLost(this.#pool!, error);
    const isRefused = error?.code === 'ERR_CLOSED' || (error?.code === 'ERR_AUTH' && this.#hasFixedCredentials());
    const isHarmless = unanswered.every((command) => fateAfterLoss(command) !== 'reject');
    if (this.#over === undefined && this.#isFresh && isHarmless && !isRefused) {
      for (const command of unanswered) command.lastRefusal = error;
      this.#returned.push(...unanswered);
      this.#beginAgain();
      return;
    }
    const { address } = this.#pool!;
    this.#finish(
      new ConnectionError('ERR_CLOSED', 'the session is over: its connection was lost', { address, cause: error }),
    );
    for (const command of unanswered) this.#context.settle(command, lossOf(command, error));
  }

  /** The user's function has returned: the connection is cleaned and given back, or closed where that is not certain. */
  end(): void {
    this.#pushes?.end();
    this.#finish(new ConnectionError('ERR_CLOSED', 'the session has ended'));
    const lease = this.#lease;
    if (lease === undefined) return;
    if (lease.owed > 0 || this.#state.isDoubtful) {
      lease.close(this.#over!);
    } else {
      this.#lease = undefined;
      lease.giveBack(this.#state.cleaning);
    }
  }

  #answeredLate(command: Command, reply: Reply, over: ConnectionError): void {
    const isElsewhere = isRedirection(reply);
    if (isElsewhere) command.mayHaveRun = false;
    this.#context.settle(command, isElsewhere ? isOver(over) : reply);
  }

  #answered(lease: Lease, command: Command, reply: Outcome): void {
    this.#isFresh = false;
    this.#state.answered(command.info, reply);
    if (command.info?.name === 'MONITOR' && !(reply instanceof ErrorReply)) lease.expectMonitorLines();
    this.#context.settle(command, reply);
    // Some was answered, some was sent elsewhere: to begin again would change the order.
    const redirected = this.#returned[0];
    if (redirected !== undefined) this.#finish(movedAway(redirected.lastRefusal!));
  }

  #refused(lease: Lease, command: Command, refusal: ErrorReply): void {
    const next =
      this.#isFresh || isRedirection(refusal) ? this.#context.router.recover(command, refusal, this.#pool!) : refusal;
    if (typeof next !== 'number') {
      this.#answered(lease, command, next);
    } else if (this.#isFresh) {
      command.state = CommandState.Held;
      this.#pauseMs = Math.max(this.#pauseMs, next);
      this.#returned.push(command, ...this.#withdraw());
      if (this.#inFlight > 0) return;
      this.#lease = undefined;
      // A MULTI that nobody waits for may still be on its way.
      if (refusalBehind(refusal).prefix === 'NOAUTH' || lease.owed > 0) lease.close(movedAway(refusal));
      else lease.giveBack();
      this.#beginAgain();
    } else {
      this.#finish(movedAway(refusal));
      this.#context.settle(command, movedAway(refusal));
    }
  }

  /** Nothing was made at the server: all that came back goes out again, in order. */
  #beginAgain(): void {
    const again = this.#returned.splice(0).filter((command) => !command.isSettled);
    for (const command of again) command.state = CommandState.Held;
    this.#held = [...again, ...this.#held].sort((a, b) => a.sequence - b.sequence);
    this.#state = new SessionState();
    this.#isWaiting = true;
    this.#pause = this.#context.settings.runtime.setTimer(() => this.#acquire(), this.#pauseMs);
    this.#pauseMs = 0;
  }

  #acquire(): void {
    this.#pause = undefined;
    this.#isWaiting = this.#held.length > 0;
    const oldest = this.#held[0];
    if (oldest === undefined) return;
    const { router, desk, settings } = this.#context;
    this.#pool = router.poolFor(oldest);
    if (this.#pool === undefined) {
      const pauseMs = refusalPause(oldest, settings.runtime);
      this.#pause = settings.runtime.setTimer(() => this.#acquire(), pauseMs);
      return;
    }
    this.#asked = oldest.asking ? new AskedKeys(this.#held, oldest.askAddress) : undefined;
    const limit = desk.request(this.#pool, this);
    if (limit !== undefined) for (const command of this.#held) command.lastRefusal = limit;
  }

  #enqueue(lease: Lease, command: Command): void {
    if (this.#asked?.covers(command) === false) {
      // Where the ASK led, a key that is still at the source would seem not to exist.
      const message = `the session is over: its slot is being moved, and where the keys of ${command.name} are is not known`;
      const error = new ConnectionError('ERR_CLOSED', message, { address: lease.address });
      this.#finish(error);
      this.#context.settle(command, isOver(error));
      if (this.#inFlight === 0) this.#drop(lease);
      return;
    }
    // ASKING before MULTI holds until its EXEC; within it, it would be queued (protocol 8).
    command.asking = this.#asked !== undefined && !this.#state.isInMulti;
    this.#state.sent(command.info);
    lease.setProbed(!this.#state.isInMulti);
    this.#inFlight++;
    lease.enqueue(command);
  }

  /** What the connection has not written yet. */
  #withdraw(): Command[] {
    const queued = this.#lease?.takeQueued() ?? [];
    this.#inFlight -= queued.length;
    return queued;
  }

  /** Takes nothing more. What is not written is told so; what is written is still waited for. */
  #finish(over: ConnectionError): void {
    this.#over ??= over;
    if (this.#pause !== undefined) this.#context.settings.runtime.clearTimer(this.#pause);
    this.#context.desk.withdraw(this);
    const waiting = [...this.#returned.splice(0), ...this.#held.splice(0), ...this.#withdraw()];
    for (const command of waiting) this.#context.settle(command, isOver(this.#over));
    this.#pushes?.end(this.#over);
  }

  #drop(lease: Lease): void {
    this.#lease = undefined;
    lease.close(this.#over!);
  }

  #hasFixedCredentials(): boolean {
    return this.#context.settings.credentials === undefined;
  }
}

function isRedirection(reply: Reply): boolean {
  if (!(reply instanceof ErrorReply)) return false;
  const { prefix } = refusalBehind(reply);
  return prefix === 'MOVED' || prefix === 'ASK';
}

function movedAway(refusal: RedisError): ConnectionError {
  const { address } = refusal as ErrorReply;
  const message = `the session is over: what it held stayed behind when its slot moved (${refusal.message}); run it again`;
  return new ConnectionError('ERR_CLOSED', message, { address, cause: refusal });
}

/** Each command has an error of its own: `wasSent` differs from one to the other. */
function isOver({ message, address, cause }: ConnectionError): ConnectionError {
  return new ConnectionError('ERR_CLOSED', message, { address, cause });
}
