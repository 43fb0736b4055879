import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const REPOSITORY = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

/** The rooms that every domain may import. The drawing has one arrow for all domains. */
const FOUNDATIONS = ['platform', 'contracts', 'kernel', 'generated'];
const IMPORT = /^(import type|import|export)\b[^;]*?from '#([a-z-]+)\/|\b(import)\('#([a-z-]+)\//gm;

const document = read('docs/architecture.md');
const [, drawing = ''] = /```mermaid\n([\s\S]*?)```/.exec(document) ?? [];

const rooms = readdirSync(join(REPOSITORY, 'shared'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** Imports between rooms as arrows: dotted where only types are imported. */
function arrowsOfTheCode(): string[] {
  const kinds = new Map<string, boolean>();
  for (const file of globSync('shared/*/**/*.ts', { cwd: REPOSITORY })) {
    if (/\.(test|sample|d)\.ts$/.test(file)) continue;
    const [, from = ''] = file.split('/');
    for (const [, keyword, room, dynamic, lazy] of read(file).matchAll(IMPORT)) {
      const to = room ?? lazy ?? '';
      if (to === from || !rooms.includes(to)) continue;
      const base = FOUNDATIONS.includes(to) && !FOUNDATIONS.includes(from) ? 'domains' : from;
      const arrow = `${base} ${to}`;
      kinds.set(arrow, (kinds.get(arrow) ?? true) && keyword === 'import type' && dynamic === undefined);
    }
  }
  return [...kinds].map(([arrow, typesOnly]) => arrow.replace(' ', typesOnly ? ' -.-> ' : ' --> ')).sort();
}

test('the drawing has the arrows of the code, and no other', () => {
  const drawn = drawing.split('\n').map((line) => line.trim());
  expect(drawn.filter((line) => line.includes('->')).sort()).toEqual(arrowsOfTheCode());
});

test('every room is drawn and described', () => {
  for (const room of rooms) {
    expect(drawing, room).toMatch(new RegExp(`\\b${room}\\b`));
    expect(document, room).toContain(`| \`shared/${room}\` |`);
  }
});
