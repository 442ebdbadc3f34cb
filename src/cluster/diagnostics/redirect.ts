import { type Attributes, commonAttributes, type Endpoint, formatAddress } from '../../net/index.ts';
import type { Redirection } from '../redirection.ts';

/** A node has sent a command elsewhere. */
export class Redirect {
  readonly kind: Redirection['kind'];
  readonly slot: number;
  /** The name of the command: `GET`. */
  readonly command: string;
  /** The node that said so, by its address. */
  readonly from: string;
  /** Where the command goes; undefined: nowhere that may be connected to, so that the topology is asked. */
  readonly to: string | undefined;
  readonly #from: Endpoint;

  constructor(
    redirection: Redirection,
    command: string,
    ends: { from: Endpoint; to: { address: string } | undefined },
  ) {
    this.kind = redirection.kind;
    this.slot = redirection.slot;
    this.command = command;
    this.from = formatAddress(ends.from);
    this.to = ends.to?.address;
    this.#from = ends.from;
  }

  /** All of this by OpenTelemetry's names; the server is the one that redirected. */
  get attributes(): Attributes {
    return {
      ...commonAttributes({ endpoint: this.#from }, undefined),
      'db.operation.name': this.command,
      'db.response.status_code': this.kind.toUpperCase(),
      'slotwire.slot': this.slot,
      ...(this.to === undefined ? {} : { 'slotwire.redirect.to': this.to }),
    };
  }
}
