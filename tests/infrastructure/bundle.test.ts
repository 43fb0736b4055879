import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { type Bundle, bundle } from '#lib/constructs/bundle.ts';
import { readEnvironment } from '#lib/environment.ts';
import { entriesOf, tablesOf } from '#lib/vestry.ts';

/** The bytes that a cold start may read before it can answer. */
const STATIC_LIMIT_BYTES = 400 * 1024;

const tables = tablesOf(readEnvironment('local'));
const entries = entriesOf(tables);
const code: Bundle = new Map(inject('bundle'));

function digest(of: Bundle): string {
  const hash = createHash('sha256');
  // Functions share the files of their chunks, by links.
  const contents = new Map<number, string>();
  const contentOf = (path: string): string => {
    const { ino } = statSync(path);
    const content = contents.get(ino) ?? createHash('sha256').update(readFileSync(path)).digest('hex');
    contents.set(ino, content);
    return content;
  };
  for (const [entry, { directory }] of of) {
    hash.update(entry);
    const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((file) =>
      file.isFile(),
    );
    for (const file of files.sort((a, b) => (a.name < b.name ? -1 : 1)))
      hash.update(file.name).update(contentOf(join(file.parentPath, file.name)));
  }
  return hash.digest('hex');
}

describe('bundle', () => {
  test.each(entries.map(({ entry }) => entry))('%s is a module with its chunks beside it', (entry) => {
    const { directory } = code.get(entry) ?? { directory: '' };
    const index = readFileSync(join(directory, 'index.mjs'), 'utf8');
    expect(index).toMatch(/export\s*\{[^}]*\bhandler\b/);
    for (const [, chunk = ''] of index.matchAll(/from\s*"\.\/([^"]+)"/g))
      expect(readdirSync(directory)).toContain(chunk);
  });

  test.each(tables.routes.map(({ entry }) => entry))('%s stays within its budget', (entry) => {
    const { staticBytes, staticInputs } = code.get(entry) ?? { staticBytes: Number.NaN, staticInputs: [] };
    expect(staticBytes).toBeLessThanOrEqual(STATIC_LIMIT_BYTES);
    expect(staticInputs.filter((input) => input.includes('@aws-sdk/client-'))).toEqual([]);
  });

  test('no function imports a module that loads all of undici', () => {
    // The name of a chunk says its content, so that each is read once.
    const files = new Map(
      entries.flatMap(({ entry }) => {
        const { directory } = code.get(entry) ?? { directory: '' };
        return readdirSync(directory)
          .filter((file) => file.endsWith('.mjs'))
          .map((file) => [file === 'index.mjs' ? `${entry}/${file}` : file, join(directory, file)] as const);
      }),
    );
    const loading = [...files].filter(([, path]) =>
      /(from|import)\s*["'](node:)?http["']|import\(\s*["']node:http["']/.test(readFileSync(path, 'utf8')),
    );
    expect(files.size).toBeGreaterThan(entries.length);
    expect(loading.map(([name]) => name)).toEqual([]);
  });

  test('migrations travel with the function that applies them', () => {
    const { directory } = code.get('functions/platform/migrate.ts') ?? { directory: '' };
    const filesOf = (path: string): string[] =>
      readdirSync(path, { recursive: true, encoding: 'utf8' }).sort();
    const shipped = filesOf(join(directory, 'migrations'));
    expect(shipped).toEqual(filesOf(join(import.meta.dirname, '../../migrations')));
    expect(shipped).toContain('functions/current_tenant.sql');
  });

  test('only the worker that writes PDFs has the library for it, loads it when it writes one, and finds its font', () => {
    const worker = 'functions/workers/write-report-export.ts';
    const { directory, staticInputs } = code.get(worker) ?? { directory: '', staticInputs: [] };
    expect(staticInputs.filter((input) => /(pdfkit|fontkit)/.test(input))).toEqual([]);
    const having = entries.filter(({ entry }) =>
      readdirSync(code.get(entry)?.directory ?? '').some((file) => file.startsWith('statement-pdf-')),
    );
    expect(having.map(({ entry }) => entry)).toEqual([worker]);
    const font = createRequire(join(directory, 'index.mjs')).resolve(
      'dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf',
    );
    expect(font.startsWith(realpathSync(directory))).toBe(true);
  });

  test('the same sources give the same bytes', () => {
    expect(digest(bundle(entries))).toBe(digest(code));
  });

  test('a missing entry names the route that needs it', () => {
    const absent = {
      entry: 'functions/identity/close-tenant.ts',
      neededBy: 'route closeTenant',
      part: 'core',
    };
    expect(() => bundle([...entries, absent])).toThrow(
      'route closeTenant: functions/identity/close-tenant.ts does not exist',
    );
  });
});
