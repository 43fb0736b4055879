import { basename, dirname } from 'node:path';
import { defineConfig, type Plugin } from 'vite';
import { consoleSources, importedFiles } from './build/design-system.ts';
import { shortened, shortNames } from './build/short-names.ts';

/** The design system defines all of its variables here, for every component that it has. */
const THEME = 'internal/base-theme/styles.scoped.css';
/** All texts of the design system, by component. */
const MESSAGES = 'i18n/messages/all.en.js';
/** The names of the variables for scripts. */
const TOKENS = 'generated/styles/tokens.js';
/** All drawings of the design system, by name. */
const ICONS = 'icon/generated/icons.js';
/** The texts of the design system come parsed, so what parses them is for nothing. */
const PARSER = '@formatjs/icu-messageformat-parser';

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

/** Leaves out the drawings that nothing names. */
const withoutUnusedIcons: Plugin = {
  name: 'without-unused-icons',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith(ICONS) ? withoutUnnamed(code) : null),
};

/** The module is one object, with an entry on lines of its own for each drawing. */
function withoutUnnamed(module: string): string {
  const texts = [...consoleSources(), ...textsOfFiles((path) => !path.endsWith(ICONS))];
  const named = new Set(texts.flatMap((text) => text.match(/(?<=["'])[a-z-]+(?=["'])/g) ?? []));
  return module.replace(/^ {4}"([\w-]+)": [\s\S]*?(?=^ {4}"|^\};)/gm, (entry, name: string) =>
    named.has(name) ? entry : '',
  );
}

/** Classes and variables of the design system have long names with hashes, which no packing makes small. */
function withShortNames(): Plugin {
  let names: ReadonlyMap<string, string> | undefined;
  return {
    name: 'with-short-names',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!/@cloudscape-design\/.*\.(css|js)$/.test(id)) return null;
      names ??= shortNames([...styledFiles(), ...usedVariables()]);
      return shortened(code, names);
    },
  };
}

/** The names of the components that screens import, and of those that these are made of. */
function usedComponents(): ReadonlySet<string> {
  return new Set([...importedFiles().keys()].map((path) => basename(dirname(path))));
}

/** The variables that the styles and scripts of what the console imports use, and those that these are made of. */
function usedVariables(): ReadonlySet<string> {
  const files = importedFiles();
  const text = (end: string): string => [...files].find(([path]) => path.endsWith(end))?.[1] ?? '';
  const others = styledFiles();
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

/** All files but those that define every variable that there is. */
const styledFiles = (): string[] => textsOfFiles((path) => !path.endsWith(THEME) && !path.endsWith(TOKENS));

function textsOfFiles(areMeant: (path: string) => boolean): string[] {
  return [...importedFiles()].flatMap(([path, text]) => (areMeant(path) ? [text] : []));
}

/**
 * Parts that several screens have are one file: a file for each, with a list of imports of its own, adds up to nine thousand bytes more.
 * Those that signing in needs are not among them, so that nobody waits for tables and forms there.
 */
const SHARED_PARTS = {
  name: 'parts',
  test: /console\/src\/parts\/(?!problem-alert|recovery-codes|screen)/,
  minShareCount: 4,
  includeDependenciesRecursively: false,
};

/** `screens/dividends.tsx`, `screens/dividend.tsx` and what is in `screens/dividend` are the file `dividend`. */
const SCREEN = /console\/src\/screens\/([\w-]+)/;

/**
 * A list and the screens of its things are one file: whoever opens a list opens a thing of it next, and each file of its own names anew
 * all that it has from others.
 */
const SCREENS_OF_THINGS = {
  name: (id: string) => SCREEN.exec(id)?.[1]?.replace(/(?<=ss)es$|(?<!s)s$/, '') ?? null,
  includeDependenciesRecursively: false,
};

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [
    withoutFonts,
    withoutUnusedVariables,
    withoutUnusedMessages,
    withoutUnusedIcons,
    withShortNames(),
  ],
  resolve: {
    alias: [{ find: PARSER, replacement: `${PARSER}/lib/no-parser.js` }],
  },
  // An asset that is unpacked into a page would be a source of its own for the policy.
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: { output: { codeSplitting: { groups: [SHARED_PARTS, SCREENS_OF_THINGS] } } },
  },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/local'].map((path) => [path, process.env.VESTRY_API ?? 'http://localhost:8000']),
    ),
  },
});
