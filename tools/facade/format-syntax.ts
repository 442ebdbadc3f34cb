import type { Part } from '../../src/facade/syntax.ts';

/** The notation of a command's arguments: the inverse of `parseSyntax`. */
export function formatSyntax(parts: readonly Part[]): string {
  return parts.map(formatPart).join(' ');
}

function formatPart(part: Part): string {
  const token = part.token !== undefined && /^[a-z]|^$/.test(part.token) ? `"${part.token}"` : part.token;
  if (part.kind === 'token') return part.isOptional ? `[${token}]` : token!;
  const before = token === undefined ? '' : `${token}${part.repeats === 'token' ? '...' : ''}:`;
  const after = part.repeats === 'values' ? '...' : '';
  const text = `${before}${part.isCounted ? '#' : ''}${formatContent(part)}${after}`;
  return part.isOptional ? `[${text}]` : text;
}

function formatContent(part: Part): string {
  if (part.kind === 'oneof') return `${part.name}<${part.parts.map(formatPart).join('|')}>`;
  if (part.kind === 'block') return `${part.name}{${formatSyntax(part.parts)}}`;
  return part.name;
}
