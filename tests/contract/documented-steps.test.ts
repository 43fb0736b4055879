import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { publicPath } from '#contracts/api-paths.ts';
import { HELP_OF_COMMANDS } from '#local/command-help.ts';
import { ifMatchOf } from '#platform/http/route.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { type RouteEntry, routes } from '../../shared/routes.ts';

const REPOSITORY = join(import.meta.dirname, '../..');

/** Documents that people follow step by step. Decisions and the change log tell of what was. */
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...globSync('docs/{,runbooks/}*.md', { cwd: REPOSITORY }).toSorted(),
];
const read = (path: string) => readFileSync(join(REPOSITORY, path), 'utf8');

interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  /** The names of the headers that a command sends, in small letters; nobody knows those of prose. */
  readonly headers?: readonly string[];
}

/** The names of metrics, wherever in the code they stand. */
const measured = new Set(
  globSync('shared/{contracts,metrics}/*.ts', { cwd: REPOSITORY }).flatMap((path) =>
    [...read(path).matchAll(/'(vestry_\w+)'/g)].map(([, name = '']) => name),
  ),
);

/** Whatever stands for one part of a path: a parameter, a variable of the shell, an id. */
const PART = String.raw`[\w.~{}$<>:-]+`;
const TARGET = String.raw`((?:/${PART})+/?|/)(\?[\w=&.,$:{}-]*)?`;

/** The operations that prose names, such as `GET /api/uploads/{id}`. */
function callsInProse(text: string): Call[] {
  return [...text.matchAll(new RegExp(String.raw`\b(GET|POST|PUT|PATCH|DELETE|HEAD) ${TARGET}`, 'g'))].map(
    ([, method = '', path = '', query]) => call(method, path.replace(/[.:]$/, ''), query),
  );
}

/** The operations that `curl` is told to call. `$API` is the address with `/api`, in every document. */
function callsOfCurl(text: string): Call[] {
  const commands = text
    .replaceAll('\\\n', ' ')
    // A command within a command is another one.
    .replaceAll(/\$\((?:etag|date)[^()]*\)/g, '')
    .matchAll(/\bcurl\b[^\n|;`]*/g);
  return [...commands].flatMap(([command]) => {
    const target = new RegExp(String.raw`\$(API|\{API%/api\})${TARGET}`).exec(command);
    if (target === null) return [];
    const [, base, path = '', query] = target;
    const sends = /\s(?:-d|-F|--data[\w-]*)\b/.test(command);
    const method = /-X ([A-Z]+)/.exec(command)?.[1] ?? (sends ? 'POST' : 'GET');
    const headers = [...command.matchAll(/-H ["']([\w-]+):/g)].map(([, name = '']) => name.toLowerCase());
    return [{ ...call(method, base === 'API' ? `/api${path}` : path, query), headers }];
  });
}

function call(method: string, path: string, query = ''): Call {
  const names = query === '' ? [] : query.slice(1).split('&');
  return { method, path, query: names.map((name) => name.split('=')[0] ?? '') };
}

function isAt(route: RouteEntry, { method, path }: Call): boolean {
  // Whatever can be read can be asked for its headers alone.
  if (route.method !== method && !(method === 'HEAD' && route.method === 'GET')) return false;
  const declared = [publicPath(route), route.path].map((one) => one.split('/'));
  const parts = path.replace(/(.)\/$/, '$1').split('/');
  return declared.some(
    (one) =>
      one.length === parts.length &&
      one.every(
        (part, index) => part.startsWith('{') || part === parts[index] || isPlaceholder(parts[index]),
      ),
  );
}

const isPlaceholder = (part = '') => part.startsWith('$') || part.startsWith('<');

/** Why a call can't be made as it is written, or nothing. */
function faultOf(one: Call): string | undefined {
  const route = routes.find((each) => isAt(each, one));
  if (route === undefined) return `${one.method} ${one.path} is no route`;
  const schema =
    route.query === undefined
      ? {}
      : (z.toJSONSchema(route.query, { io: 'input', unrepresentable: 'any' }).properties ?? {});
  const unknown = one.query.filter((name) => !Object.hasOwn(schema, name));
  if (unknown.length > 0) return `${one.method} ${one.path} takes no ${unknown.join(', ')}`;
  const missing = headersOf(route).filter((name) => one.headers?.includes(name) === false);
  return missing.length === 0 ? undefined : `${one.method} ${one.path} needs ${missing.join(', ')}`;
}

/** The headers without which a route refuses every request. */
function headersOf(route: RouteEntry): string[] {
  return [
    ...(ifMatchOf(route) === 'required' ? ['if-match'] : []),
    ...(route.idempotency === 'required' ? ['idempotency-key'] : []),
  ];
}

/** Blocks that people paste into a shell. */
function blocks(text: string): string[] {
  return [...text.matchAll(/^ *```(?:sh|bash|console|zsh)?\n([\s\S]*?)^ *```/gm)].map(
    ([, block = '']) => block,
  );
}

/** Every command of npm that a document names: `npm run local -- fire export-audit`. */
function npmCommands(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run(?: -s| --silent)? [\w:-]+|start|test)\b(?: -- [^`\n|;)#]*)?/g)].map(
    ([command]) => command.trim(),
  );
}

function faultOfCommand(command: string): string | undefined {
  const [, script = '', rest = ''] =
    /^npm (?:run(?: -s| --silent)? )?([\w:-]+)(?: -- (.*))?$/.exec(command) ?? [];
  if (!Object.hasOwn(packageJson.scripts, script)) return `there is no script ${script}`;
  const help = script === 'local' ? HELP_OF_COMMANDS : undefined;
  if (help === undefined || rest === '') return undefined;
  const [name = '', ...words] = rest.split(/\s+/);
  const text = help[name];
  if (text === undefined) return /^[A-Z]+$/.test(name) ? undefined : `there is no command ${name}`;
  const unknown = words.filter((word) => word.startsWith('--') && !text.includes(word));
  return unknown.length === 0 ? undefined : `${name} takes no ${unknown.join(', ')}`;
}

const present = <T>(value: T | undefined): value is T => value !== undefined;

describe.each(documents)('%s', (document) => {
  const text = read(document);

  test('names only operations that can be called, with parameters that they take', () => {
    expect([...callsInProse(text), ...callsOfCurl(text)].map(faultOf).filter(present)).toEqual([]);
  });

  test('names only commands that exist, with options that they take', () => {
    expect(npmCommands(text).map(faultOfCommand).filter(present)).toEqual([]);
  });

  test('names only metrics that are measured', () => {
    const named = [...text.matchAll(/\bvestry_[a-z_]+_(?:seconds|total|depth|stuck)(?=\b|_)/g)].map(
      ([name]) => name,
    );
    expect(named.filter((name) => !measured.has(name))).toEqual([]);
  });

  test('has no comment behind a command, which a stock zsh takes for arguments', () => {
    const commented = blocks(text).flatMap((block) =>
      block.split('\n').filter((line) => /\S\s+#\s/.test(line) || /^\s*#\s/.test(line)),
    );
    expect(commented).toEqual([]);
  });
});

test('a step that can no longer be followed is found', () => {
  const text =
    'Cancel it (`DELETE /api/dividends/{id}`), `curl "$API/uploads?page=2"`, `npm run local -- fires`.';
  expect([...callsInProse(text), ...callsOfCurl(text)].map(faultOf)).toEqual([
    'DELETE /api/dividends/{id} is no route',
    'GET /api/uploads takes no page',
  ]);
  expect(npmCommands(text).map(faultOfCommand)).toEqual(['there is no command fires']);
  const match = `curl -X POST "$API/bank-files/$FILE/items/$ITEM/match" -H "Authorization: Bearer $TOKEN" -d '{}'`;
  const withVersion = `${match} -H "If-Match: $(etag /bank-files/$FILE)"`;
  expect([match, withVersion].flatMap(callsOfCurl).map(faultOf)).toEqual([
    'POST /api/bank-files/$FILE/items/$ITEM/match needs if-match',
    undefined,
  ]);
});
