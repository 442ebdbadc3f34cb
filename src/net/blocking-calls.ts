import { blockingTimeoutMs, withBlockingTimeout } from '../commands/index.ts';
import { ConnectionError, ErrorReply, type RedisError } from '../errors.ts';
import type { Push, Reply } from '../resp/index.ts';
import type { Admission } from './admission.ts';
import { type Command, type CommandSink, CommandState, type Outcome } from './command.ts';
import type { Lease, LeaseHolder } from './lease.ts';
import type { LeaseDesk } from './lease-desk.ts';
import type { LeasePool } from './lease-pool.ts';
import { forgetLimit, type LeaseRouter, refusalPause } from './lease-router.ts';
import { lossOf } from './loss.ts';
import type { ClientSettings } from './options.ts';
import { fateAfterLoss } from './retry-policy.ts';
import type { TimerHandle } from './runtime.ts';

/** What commands on leased connections need of the client they belong to. */
export interface LeaseContext {
  readonly settings: ClientSettings;
  readonly desk: LeaseDesk;
  readonly router: LeaseRouter;
  settle(command: Command, outcome: Outcome): void;
  nodeAdmission(command: Command): Admission | undefined;
}

/**
 * Moves blocking commands, each over a connection of its own, so that it stops nobody:
 *
 *     send -> a lease -> reply --value or the caller's error--> settled, the connection is free again
 *                ^         |
 *                `---------' redirection, UNBLOCKED after a failover, a loss that does no harm
 *
 * They are outside the order of their slot. Given up early (deadline, signal), a call takes its connection with it: it
 * might still take an element, and that is all it can do.
 */
export class BlockingCalls implements CommandSink {
  readonly #context: LeaseContext;
  readonly #calls = new Map<Command, BlockingCall>();

  constructor(context: LeaseContext) {
    this.#context = context;
  }

  prepare(): undefined {
    return undefined;
  }

  nodeAdmission(command: Command): Admission | undefined {
    return this.#context.nodeAdmission(command);
  }

  dispatch(command: Command): void {
    const call = new BlockingCall(command, this.#context, () => this.#calls.delete(command));
    this.#calls.set(command, call);
    call.start();
  }

  cancelled(command: Command, from: CommandState): void {
    this.#calls.get(command)?.cancel(from);
  }
}

class BlockingCall implements LeaseHolder {
  readonly #command: Command;
  readonly #context: LeaseContext;
  readonly #onDone: () => void;
  /** Until when it may block, whatever comes in between. */
  readonly #until: number;
  #pool: LeasePool | undefined;
  #lease: Lease | undefined;
  #pause: TimerHandle | undefined;

  constructor(command: Command, context: LeaseContext, onDone: () => void) {
    this.#command = command;
    this.#context = context;
    this.#onDone = onDone;
    const { info, args } = command;
    const blockingMs = (info && blockingTimeoutMs(info, args)) ?? Number.POSITIVE_INFINITY;
    this.#until = context.settings.runtime.now() + blockingMs;
  }

  start(): void {
    const command = this.#command;
    command.state = CommandState.Held;
    this.#pool = this.#context.router.poolFor(command);
    if (this.#pool === undefined) {
      this.#again(refusalPause(command, this.#context.settings.runtime));
      return;
    }
    const limit = this.#context.desk.request(this.#pool, this);
    if (limit !== undefined) command.lastRefusal = limit;
  }

  onLease(lease: Lease): void {
    this.#lease = lease;
    forgetLimit(this.#command);
    lease.enqueue(this.#command);
  }

  onRefused(error: RedisError): void {
    this.#settle(error);
  }

  onReply(lease: Lease, command: Command, reply: Reply): void {
    this.#lease = undefined;
    const next = reply instanceof ErrorReply ? this.#context.router.recover(command, reply, this.#pool!) : reply;
    if (reply instanceof ErrorReply && reply.prefix === 'NOAUTH') lease.close(givenUp(lease.address));
    else lease.giveBack();
    if (reply instanceof ErrorReply && typeof next === 'number') this.#again(next);
    else this.#settle(next);
  }

  onPush(_push: Push): void {}

  onLost(_lease: Lease, unanswered: readonly Command[], error: RedisError | undefined): void {
    this.#lease = undefined;
    const command = this.#command;
    if (error !== undefined) this.#context.router.onLost(this.#pool!, error);
    if (!unanswered.includes(command)) return;
    const isRefused = error?.code === 'ERR_AUTH' && this.#context.settings.credentials === undefined;
    if (isRefused || fateAfterLoss(command) === 'reject') {
      this.#settle(lossOf(command, error));
      return;
    }
    command.askAddress = undefined;
    command.lastRefusal = error;
    this.#again(0);
  }

  /** Its caller has been told. */
  cancel(from: CommandState): void {
    this.#onDone();
    const { runtime } = this.#context.settings;
    if (this.#pause !== undefined) runtime.clearTimer(this.#pause);
    this.#context.desk.withdraw(this);
    const lease = this.#lease;
    this.#lease = undefined;
    if (from === CommandState.Written) lease?.close(givenUp(lease.address));
    else lease?.giveBack();
  }

  #again(delayMs: number): void {
    const { runtime } = this.#context.settings;
    this.#command.state = CommandState.Held;
    this.#pause = runtime.setTimer(() => {
      this.#pause = undefined;
      this.#shorten();
      this.start();
    }, delayMs);
  }

  /** What goes out again blocks for what is left of its time, so that it answers before its budget ends. */
  #shorten(): void {
    const command = this.#command;
    if (command.info === undefined || this.#until === Number.POSITIVE_INFINITY) return;
    const leftMs = this.#until - this.#context.settings.runtime.now();
    command.args = withBlockingTimeout(command.info, command.args, leftMs);
  }

  #settle(outcome: Outcome): void {
    this.#onDone();
    this.#context.settle(this.#command, outcome);
  }
}

function givenUp(address: string): ConnectionError {
  return new ConnectionError('ERR_CLOSED', `leased connection to ${address} was given up`, { address });
}
