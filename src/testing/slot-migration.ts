/** Moves one slot with its keys from one primary to another, in steps between which a test can look, wait or stop. */
import { ErrorReply } from '../errors.ts';
import type { Argument } from '../resp/index.ts';
import { findDisagreement, introduce } from './cluster-formation.ts';
import type { ClusterNode } from './cluster-node.ts';
import { isAtLeast, type ServerDescription } from './server-binary.ts';
import { waitUntil } from './wait-until.ts';

/** A node as a move needs it: a {@link ClusterNode}. */
export interface MigrationNode
  extends Pick<ClusterNode, 'id' | 'host' | 'port' | 'address' | 'role' | 'send' | 'view' | 'self'> {
  readonly process: { readonly binary: ServerDescription };
}

/** What is to be moved, and who takes part. */
export interface MigrationParties {
  readonly slot: number;
  readonly source: MigrationNode;
  readonly target: MigrationNode;
  /** All nodes of the cluster that are alive when it is called. */
  readonly liveNodes: () => readonly MigrationNode[];
  /** The password of the nodes, where they have one; before 4.0.7 the target wants none while keys are moved. */
  readonly password: string | undefined;
}

/** How long the source waits for the target, per batch of keys; both serve nobody else meanwhile. */
const MIGRATE_TIMEOUT_MS = 5000;
const SEND_OPTIONS = { timeoutMs: 2 * MIGRATE_TIMEOUT_MS };

// Before a slot changes hands, all must agree on the last time one did. An owner has one epoch for all its slots: a node
// that has not heard of a slot taken back, and then hears of the loser's next epoch, will never believe the taker.
const AGREEMENT_TIMEOUT_MS = 10_000;

/**
 * A slot that is being moved. While it is, the source answers ASK for keys that have gone, and TRYAGAIN where a command
 * names keys of both sides.
 */
export class SlotMigration {
  readonly slot: number;
  readonly source: MigrationNode;
  readonly target: MigrationNode;
  readonly #parties: MigrationParties;

  private constructor(parties: MigrationParties) {
    this.slot = parties.slot;
    this.source = parties.source;
    this.target = parties.target;
    this.#parties = parties;
  }

  /** Opens the move on both sides; no key is moved yet. */
  static async begin(parties: MigrationParties): Promise<SlotMigration> {
    const { slot, source, target } = parties;
    // The target first: from the moment the source knows, it sends clients there.
    await target.send(['CLUSTER', 'SETSLOT', slot, 'IMPORTING', source.id]);
    await source.send(['CLUSTER', 'SETSLOT', slot, 'MIGRATING', target.id]);
    return new SlotMigration(parties);
  }

  /**
   * Moves some of the keys that are still at the source.
   *
   * @param count how many at most.
   * @returns how many there were to move; 0 when none is left.
   * @throws {ErrorReply} `BUSYKEY` when a key is on both sides: somebody wrote where nobody may.
   */
  async migrateKeys(count: number): Promise<number> {
    const { source, target, slot } = this;
    const keys = (await source.send(['CLUSTER', 'GETKEYSINSLOT', slot, count], { reply: 'bytes' })) as Buffer[];
    if (keys.length === 0) return 0;
    const { password } = this.#parties;
    const knowsAuth = isAtLeast(source.process.binary, [4, 0, 7]);
    const authentication = password !== undefined && knowsAuth ? ['AUTH', password] : [];
    const where = [target.host, target.port, '', 0, MIGRATE_TIMEOUT_MS];
    const command = ['MIGRATE', ...where, ...authentication, 'KEYS', ...keys];
    if (password === undefined || knowsAuth) await source.send(command, SEND_OPTIONS);
    else await this.#migrateWithoutAuth(command, password);
    return keys.length;
  }

  /**
   * Moves what is left, and makes the target the owner: there first, then at the source, then at the other primaries,
   * which would hear of it later.
   */
  async finish(): Promise<void> {
    while ((await this.migrateKeys(100)) > 0);
    const { source, target } = this;
    await waitUntil(AGREEMENT_TIMEOUT_MS, () => findDisagreement(this.#parties.liveNodes()));
    const command = ['CLUSTER', 'SETSLOT', this.slot, 'NODE', target.id];
    await target.send(command);
    await this.#tell(source, command);
    const others = this.#parties.liveNodes().filter((node) => node !== source && node !== target);
    await Promise.all(others.filter(({ role }) => role === 'primary').map((node) => this.#tell(node, command)));
    // From 7.0 on the new owner tells everybody at once. Before, it can be made to by meeting them again.
    if (!isAtLeast(target.process.binary, [7, 0, 0])) await introduce(target, [source, ...others]);
  }

  /**
   * Leaves the slot where it was: all keys go over and come back. To close an open slot with SETSLOT STABLE alone would
   * strand the keys that have gone, and what clients write on the way.
   */
  async cancel(): Promise<void> {
    await this.finish();
    const back = await SlotMigration.begin({ ...this.#parties, source: this.target, target: this.source });
    await back.finish();
  }

  // A MIGRATE that cannot say a password needs a target that wants none. Who is authenticated there remains so; who
  // connects meanwhile is told NOAUTH afterwards, and has to come again. To copy keys and delete them if they have not
  // changed would never come to an end for one that is always written to.
  async #migrateWithoutAuth(command: readonly Argument[], password: string): Promise<void> {
    const { source, target } = this;
    for (let isDone = false; !isDone; ) {
      await target.send(['CONFIG', 'SET', 'requirepass', '']);
      try {
        await source.send(command, SEND_OPTIONS);
        isDone = true;
      } catch (error) {
        // Another move to this node has just ended, and set the password again.
        if (!(error instanceof ErrorReply && error.message.includes('NOAUTH'))) throw error;
      } finally {
        await target.send(['CONFIG', 'SET', 'requirepass', password]);
      }
    }
  }

  // A primary that has just lost its last slot may have become a replica by itself, which takes no SETSLOT and needs
  // none; and it is no failure of the move when another node ends meanwhile.
  async #tell(node: MigrationNode, command: readonly Argument[]): Promise<void> {
    try {
      await node.send(command);
    } catch (error) {
      if (!this.#parties.liveNodes().includes(node)) return;
      if ((await node.self()).role === 'primary') throw error;
    }
  }
}
