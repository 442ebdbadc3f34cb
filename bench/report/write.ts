/** Where the figures of the benchmarks are kept, and what is made from them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { readDocuments } from './documents.ts';
import { page } from './html/page.ts';
import { fillPlaces } from './markdown.ts';
import { tables } from './tables.ts';

/** One document for each part. */
export const PARTS = ['micro', 'codec', 'path', 'single'] as const;

/** What is committed. */
export const RESULTS = 'bench/results';

/** In which documents figures stand. */
export const WRITTEN = ['README.md', 'bench/README.md'] as const;

/** By file: the whole text, with the figures of the documents in a folder. */
export function writtenTexts(folder: string = RESULTS): Map<string, string> {
  const made = tables(readDocuments(PARTS.map((part) => `${folder}/${part}.json`)));
  return new Map(WRITTEN.map((file) => [file, fillPlaces(readFileSync(file, 'utf8'), made)]));
}

/** Puts the figures into README.md and bench/README.md. @returns the files that are others now */
export function writeTexts(folder: string = RESULTS): string[] {
  const changed = [...writtenTexts(folder)].filter(([file, text]) => readFileSync(file, 'utf8') !== text);
  for (const [file, text] of changed) writeFileSync(file, text);
  return changed.map(([file]) => file);
}

/** Makes the page with plots of documents. */
export function writePage(file: string, documents: readonly string[]): void {
  writeFileSync(file, page(readDocuments(documents)));
}
