import type { Endpoint } from '../endpoint.ts';
import { errorType, type Failure } from './failure.ts';

/**
 * Attributes by their names in OpenTelemetry's conventions for database clients, ready for a span or a metric; names that
 * begin with `slotwire.` are our own.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/db/redis/
 */
export interface Attributes {
  [name: string]: string | number;
}

/** A server, as one of our connections leads to it. */
export interface Place {
  readonly endpoint: Endpoint;
  /** The address at the other end of the connection, where the transport knows it. */
  readonly peerAddress?: string | undefined;
}

/** Valkey and Redict have no name of their own in the conventions, and a client need not know whom it talks to. */
const SYSTEM = 'redis';

/** What is true of everything that is published: the system, the server where one is known, the failure where there is one. */
export function commonAttributes(place: Place | undefined, failure: Failure | undefined): Attributes {
  const attributes: Attributes = { 'db.system.name': SYSTEM };
  if (place !== undefined) addPlace(attributes, place);
  if (failure === undefined) return attributes;
  attributes['error.type'] = errorType(failure);
  if (failure.prefix !== undefined) attributes['db.response.status_code'] = failure.prefix;
  return attributes;
}

function addPlace(attributes: Attributes, { endpoint, peerAddress }: Place): void {
  const { host, port, path } = endpoint;
  attributes['network.transport'] = path === undefined ? 'tcp' : 'unix';
  attributes['server.address'] = path ?? host;
  if (path === undefined) attributes['server.port'] = port;
  const peer = path ?? peerAddress;
  if (peer === undefined) return;
  attributes['network.peer.address'] = peer;
  if (path === undefined) attributes['network.peer.port'] = port;
}
