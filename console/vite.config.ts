import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const COMPONENTS = '@cloudscape-design/components/';
/** The design system defines all of its variables here, for every component that it has. */
const THEME = 'internal/base-theme/styles.scoped.css';
/** All texts of the design system, by component. */
const MESSAGES = 'i18n/messages/all.en.js';
/** The names of the variables for scripts. */
const TOKENS = 'generated/styles/tokens.js';

/** The design system brings a font that the policy of the console lets nobody load: the fonts of the system take its place. */
const withoutFonts: Plugin = {
  name: 'without-fonts',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('.css') ? code.replace(/@font-face\s*\{[^}]*\}/g, '') : null),
};

/** Leaves out the variables of components that no screen has, which would be a tenth of everything that a browser loads. */
const withoutUnusedVariables: Plugin = {
  name: 'without-unused-variables',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith(THEME) ? withoutUnused(code, usedVariables()) : null),
};

function withoutUnused(css: string, used: ReadonlySet<string>): string {
  return css.replace(/(--[\w-]+):[^;{}]*(?:;|(?=\}))/g, (definition, name: string) =>
    used.has(name) ? definition : '',
  );
}

/** Leaves out the texts of components that no screen has. */
const withoutUnusedMessages: Plugin = {
  name: 'without-unused-messages',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith(MESSAGES) ? withoutOthers(code, usedComponents()) : null),
};

/** The module is one object: texts by component, of one language of one package. */
function withoutOthers(module: string, used: ReadonlySet<string>): string {
  const texts = JSON.parse(module.replace(/^export default /, '').replace(/;?\s*$/, '')) as Record<
    string,
    Record<string, Record<string, unknown>>
  >;
  for (const languages of Object.values(texts))
    for (const components of Object.values(languages))
      for (const name of Object.keys(components)) if (!used.has(name)) delete components[name];
  return `export default ${JSON.stringify(texts)};`;
}

/** The names of the components that screens import, and of those that these are made of. */
function usedComponents(): ReadonlySet<string> {
  return new Set([...importedFiles().keys()].map((path) => basename(dirname(path))));
}

/** The variables that the styles and scripts of what the console imports use, and those that these are made of. */
function usedVariables(): ReadonlySet<string> {
  const files = importedFiles();
  const text = (end: string): string => [...files].find(([path]) => path.endsWith(end))?.[1] ?? '';
  const others = [...files].flatMap(([path, code]) =>
    path.endsWith(THEME) || path.endsWith(TOKENS) ? [] : [code],
  );
  const used = new Set(others.flatMap(namesIn));
  // Scripts name a variable by its token.
  const words = new Set(
    others
      .filter((code) => code.includes(TOKENS.replace('.js', '')))
      .flatMap((code) => code.match(/\w+/g) ?? []),
  );
  for (const [, token = '', name = ''] of text(TOKENS).matchAll(/var (\w+) = "var\((--[\w-]+)/g))
    if (words.has(token)) used.add(name);
  const definitions = [...text(THEME).matchAll(/(--[\w-]+):([^;{}]*)/g)];
  // A variable may be made of others.
  for (let before = -1; before !== used.size; ) {
    before = used.size;
    for (const [, name = '', value = ''] of definitions)
      if (used.has(name)) for (const one of namesIn(value)) used.add(one);
  }
  return used;
}

const namesIn = (text: string): string[] => text.match(/--[a-z][\w-]+/g) ?? [];

const importsOf = (text: string): string[] =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, name = '']) => name);

let imported: ReadonlyMap<string, string> | undefined;

/** All files of the design system that the console imports, with their text. */
function importedFiles(): ReadonlyMap<string, string> {
  imported ??= filesOf(
    globSync('src/**/*.{ts,tsx}', { cwd: import.meta.dirname })
      .flatMap((path) => importsOf(readFileSync(join(import.meta.dirname, path), 'utf8')))
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

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [withoutFonts, withoutUnusedVariables, withoutUnusedMessages],
  // An asset that is unpacked into a page would be a source of its own for the policy.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022' },
  server: { proxy: { '/api': process.env.VESTRY_API ?? 'http://localhost:8000' } },
});
