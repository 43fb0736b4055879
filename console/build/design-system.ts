import { globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPONENTS = '@cloudscape-design/components/';
const CONSOLE = join(import.meta.dirname, '..');

const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name = '']) => name);

let sources: readonly string[] | undefined;

/** The texts of the console's own sources. */
export function consoleSources(): readonly string[] {
  sources ??= globSync('src/**/*.{ts,tsx}', { cwd: CONSOLE })
    .sort()
    .map((path) => readFileSync(join(CONSOLE, path), 'utf8'));
  return sources;
}

let imported: ReadonlyMap<string, string> | undefined;

/** All files of the design system that the console imports, with their text. */
export function importedFiles(): ReadonlyMap<string, string> {
  imported ??= filesOf(
    consoleSources()
      .flatMap(importsOf)
      .filter((name) => name.startsWith(COMPONENTS))
      .map((name) => fileURLToPath(import.meta.resolve(name))),
  );
  return imported;
}

/** All files of the design system that these import, with their text. */
function filesOf(paths: readonly string[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const read = (named: string): void => {
    const path = [named, `${named}.js`, join(named, 'index.js')].find((one) =>
      statSync(one, { throwIfNoEntry: false })?.isFile(),
    );
    if (path === undefined || files.has(path)) return;
    const text = readFileSync(path, 'utf8');
    files.set(path, text);
    if (!path.endsWith('.js')) return;
    for (const name of importsOf(text)) if (name.startsWith('.')) read(join(dirname(path), name));
  };
  paths.forEach(read);
  return files;
}
