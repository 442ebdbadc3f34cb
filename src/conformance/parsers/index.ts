/** The vectors, and everything that runs parsers over them. */
export { type AdapterLimits, AdapterReader } from './adapter-process.ts';
export { COMMAND_VECTORS, REPLY_VECTORS, REQUEST_VECTORS, VECTOR_FILES } from './all-vectors.ts';
export type { ChunkPlan } from './chunk-plan.ts';
export { judgeReading, PARSER_FAULTS, type ParserFault, type ParserJudgement, type Trial } from './judge-reading.ts';
export { ownParser } from './own-parser.ts';
export { type Parser, type ParserKind, readerInProcess, type Say, sayValue } from './parser.ts';
export type { Outcome, ParserProfile, Reader } from './reader.ts';
export type { Reading, Said } from './reading.ts';
export { runVectors, type VectorRunOptions } from './run-vectors.ts';
export { type AdapterPipes, serveParser } from './serve-parser.ts';
export {
  type CommandVector,
  type Notation,
  outcomesOf,
  type ReplyVector,
  type RequestVector,
  type VectorBytes,
  type VectorOutcome,
  vectorBytes,
} from './vector.ts';
