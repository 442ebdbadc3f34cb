import type { Documents } from '../documents.ts';
export function page(_documents: Documents): string {
  return '';
}
