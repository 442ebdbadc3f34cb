import { type Endpoint, formatAddress, type Transport, type TransportEvents } from '../../net/index.ts';
import { type LinkWeather, type ServerEnd, SimulatedConnection } from './simulated-connection.ts';
import type { VirtualRuntime } from './virtual-runtime.ts';

/** Whoever can be dialled at an address. */
export interface SimulatedServer {
  /** False: dials are refused. */
  readonly isListening: boolean;
  /** Takes a connection; bytes that arrive are given to the end it returns. */
  accept(connection: SimulatedConnection): ServerEnd;
}

/** What a connection is like unless somebody says otherwise. */
export const FAIR_WEATHER: Readonly<LinkWeather> = Object.freeze({
  minLatencyMs: 0.2,
  maxLatencyMs: 2,
  windowBytes: 64 * 1024,
  splitChance: 0.15,
});

const NETWORK_DRAWS = 1;

/** A network of one client and any number of servers: latency, refusals, losses. */
export class SimulatedNetwork {
  readonly #runtime: VirtualRuntime;
  readonly #random: () => number;
  readonly #servers = new Map<string, SimulatedServer>();
  readonly #weather = new Map<string, LinkWeather>();
  /** Addresses where dials get no answer at all. */
  readonly #silent = new Set<string>();
  readonly #connections = new Map<string, Set<SimulatedConnection>>();
  /** Those that the client has dialled and not ended. */
  readonly #open = new Set<SimulatedConnection>();
  #mostOpen = 0;
  #count = 0;

  constructor(runtime: VirtualRuntime) {
    this.#runtime = runtime;
    this.#random = runtime.randomFor(NETWORK_DRAWS);
    runtime.connectThrough((endpoint, events) => this.#dial(endpoint, events));
  }

  /** The most connections that the client had at once. */
  get mostOpen(): number {
    return this.#mostOpen;
  }

  /** Puts a server at `host:port`. */
  listen(address: string, server: SimulatedServer): void {
    this.#servers.set(address, server);
  }

  /** The weather on the way to an address: change it, and connections there feel it at once. */
  weatherAt(address: string): LinkWeather {
    let weather = this.#weather.get(address);
    if (weather === undefined) {
      weather = { ...FAIR_WEATHER };
      this.#weather.set(address, weather);
    }
    return weather;
  }

  /** Whether dials to an address get an answer, be it a refusal. */
  setSilent(address: string, isSilent: boolean): void {
    if (isSilent) this.#silent.add(address);
    else this.#silent.delete(address);
  }

  /** The connections to an address that the client has open, oldest first. */
  connectionsTo(address: string): SimulatedConnection[] {
    const all = this.#connections.get(address);
    if (all === undefined) return [];
    for (const connection of all) if (connection.isClientGone) all.delete(connection);
    return [...all];
  }

  #dial(endpoint: Endpoint, events: TransportEvents): Transport {
    const runtime = this.#runtime;
    const address = formatAddress(endpoint);
    const weather = this.weatherAt(address);
    const name = `#${++this.#count} to ${address}`;
    const connection = new SimulatedConnection({ runtime, random: this.#random, weather, events, name });
    runtime.trace?.(runtime.now(), `${name} dialled`);
    this.#noteOpen(connection);
    if (this.#silent.has(address)) {
      connection.halfOpen();
      return connection;
    }
    runtime.setTimer(() => {
      const server = this.#servers.get(address);
      if (connection.isClientGone) return;
      if (server === undefined || !server.isListening) {
        connection.isClientGone = true;
        events.onClose(new Error(`connect ECONNREFUSED ${address}`));
        return;
      }
      this.#remember(address, connection);
      connection.accepted(server.accept(connection));
    }, weather.minLatencyMs);
    return connection;
  }

  #noteOpen(connection: SimulatedConnection): void {
    for (const other of this.#open) if (other.isClientGone) this.#open.delete(other);
    this.#open.add(connection);
    this.#mostOpen = Math.max(this.#mostOpen, this.#open.size);
  }

  #remember(address: string, connection: SimulatedConnection): void {
    const all = this.#connections.get(address);
    if (all === undefined) this.#connections.set(address, new Set([connection]));
    else all.add(connection);
  }
}
