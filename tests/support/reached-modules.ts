import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageFile from '../../package.json' with { type: 'json' };

const aliases = Object.entries(packageFile.imports)
  .map(([from, to]) => [from.slice(0, -1), to.slice(0, -1)] as const)
  .sort(([a], [b]) => b.length - a.length);

function resolved(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(from, '..', specifier);
  const alias = aliases.find(([prefix]) => specifier.startsWith(prefix));
  return alias && join(alias[1], specifier.slice(alias[0].length));
}

/** A module of ours: its text, and the modules of ours that it loads with itself and later. */
interface Module {
  readonly text: string;
  readonly atOnce: readonly string[];
  readonly later: readonly string[];
}

const known = new Map<string, Module>();

function moduleOf(file: string): Module {
  const text = readFileSync(file, 'utf8');
  const ours = (pattern: RegExp) =>
    [...text.matchAll(pattern)].flatMap(([, specifier = '']) => {
      const found = resolved(file, specifier);
      return found !== undefined && existsSync(found) ? [found] : [];
    });
  return {
    text,
    atOnce: ours(/(?:^|\n)(?:import|export) (?!type )[^;]*?from '([^']+)'/g),
    later: ours(/\bimport\('([^']+)'\)/g),
  };
}

/**
 * Returns the text of every module of ours that an entry can reach, by file: what is imported, and what is loaded later, except from
 * the modules that are named.
 */
export function modulesReached(entry: string, exceptLaterFrom: readonly string[] = []): Map<string, string> {
  const seen = new Map<string, string>();
  const waiting = [entry];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    const module = known.get(file) ?? moduleOf(file);
    known.set(file, module);
    seen.set(file, module.text);
    waiting.push(...module.atOnce, ...(exceptLaterFrom.includes(file) ? [] : module.later));
  }
  return seen;
}
