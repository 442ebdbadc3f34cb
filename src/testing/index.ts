/** Real servers and clusters for tests, benches and demonstrations, and servers that play bytes: `slotwire/testing`. */

export type { Request } from '../resp/index.ts';
export { type ClusterOptions, type MoveOptions, startCluster, TestCluster } from './cluster.ts';
export { ClusterNode } from './cluster-node.ts';
export { type NodeView, parseClusterNodes, type SlotRange } from './cluster-view.ts';
export { CredentialFeed } from './credential-feed.ts';
export { FlakyProxy, type ProxyMode } from './flaky-proxy.ts';
export { greet, type HelloFields, helloReply } from './greeting.ts';
export * from './history/index.ts';
export { KNOWN_SERVERS, type KnownServer, type KnownServerName } from './known-servers.ts';
export { type ParsedScript, parseScript, type ScriptSources } from './parse-script.ts';
export type { Step, WireBytes } from './script.ts';
export {
  type ClusterHandler,
  ScriptedCluster,
  ScriptedClusterNode,
  type ScriptedClusterOptions,
} from './scripted-cluster.ts';
export { type Handler, type ReceivedCommand, ScriptedConnection } from './scripted-connection.ts';
export { ScriptedLayout } from './scripted-layout.ts';
export { NO_ANSWER, ScriptedNode, type ScriptedNodeOptions } from './scripted-node.ts';
export { seededRandom } from './seeded-random.ts';
export {
  describeServer,
  findServer,
  isAtLeast,
  parseVersion,
  type ServerBinary,
  type ServerDescription,
  type ServerName,
  type ServerVersion,
} from './server-binary.ts';
export { fetchServer, findCachedServer, listCachedServers, serverCacheFolder } from './server-cache.ts';
export {
  type ServerConfig,
  type ServerOptions,
  ServerProcess,
  type ServerState,
  startServer,
} from './server-process.ts';
export * from './simulation/index.ts';
export { type MigrationNode, type MigrationParties, SlotMigration } from './slot-migration.ts';
export * as step from './step.ts';
export { type Executable, libraryFolders, type UnpackChoice, unpackedProgram, unpackTool } from './unpacked-package.ts';
export { waitUntil } from './wait-until.ts';
export { mapReply, reply, type WireValue } from './wire-reply.ts';
