import { publicPath } from '#contracts/api-paths.ts';
import { DEFAULT_DATA_DIR } from '#local/data-directory.ts';
import { readPlatformFile } from '#local/platform-file.ts';
import { accessToken } from '#local/sign-in.ts';
import { readArgumentsOrExit } from '#local/terminal.ts';
import recorded from '../docs/examples.json' with { type: 'json' };
import { type RouteEntry, routes } from '../shared/routes.ts';
import { generate } from './generated-file.ts';
import { isPublished } from './openapi-document.ts';

/**
 * `npm run examples`: asks a platform that runs with its demo for an answer of each route, for `docs/openapi.json` to show. What the routes
 * change stays in its data directory: let it be one of its own.
 */

type Json = Record<string, unknown>;

const HELP = `usage: npm run examples -- [--data DIR] [--only OPERATION,…]

Asks a running platform with demo data for an answer of each route, and writes docs/examples.json, for the contract to show.

  --data DIR   the platform's data directory (default: ${DEFAULT_DATA_DIR}); what the routes change stays in it
  --only LIST  the operations that are asked; the answers of the others stay`;

const { values } = readArgumentsOrExit(HELP, {
  options: { data: { type: 'string', default: DEFAULT_DATA_DIR }, only: { type: 'string' } },
});
const only = values.only?.split(',');
const file = readPlatformFile(values.data);

/** Those who ask, in this order, until one is answered with something. */
const ASKERS = [
  ['acme', 'OPS'],
  ['acme', 'COMPLIANCE'],
  ['acme', 'ADMIN'],
  ['globex', 'OPS'],
  ['globex', 'COMPLIANCE'],
  ['globex', 'ADMIN'],
  ['globex', 'EMPLOYEE'],
  ['acme', 'EMPLOYEE'],
  ['operator', 'OPERATOR'],
] as const;

/** Parameters that a route demands. */
const year = new Date().getUTCFullYear();
const QUERY: Readonly<Record<string, string>> = {
  year: String(year),
  period: new Date().toISOString().slice(0, 'yyyy-mm'.length),
  from: `${year}-01-01`,
  to: `${year}-12-31`,
};

const tokens = new Map<string, Promise<string>>();
function tokenOf(who: string, role: string): Promise<string> {
  const key = `${who}/${role}`;
  const known = tokens.get(key) ?? accessToken(file, who, role);
  tokens.set(key, known);
  return known;
}

interface Answer {
  readonly status: number;
  readonly body: Json | undefined;
}

async function ask(
  method: string,
  path: string,
  token?: string,
  body?: unknown,
  ifMatch?: string,
): Promise<Answer> {
  const response = await fetch(`${file.apiUrl}${path}`, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(method === 'GET' ? {} : { 'idempotency-key': crypto.randomUUID() }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
  });
  const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, body: isJson ? ((await response.json()) as Json) : undefined };
}

/** The entries that are tried for an id in a path. */
const CANDIDATES = 5;

/** Returns paths of a route in which the parameters name what is there, the likeliest first. */
async function pathsOf(path: string, token: string | undefined): Promise<string[]> {
  const [before, name] = /^(.*?)\/\{(\w+)\}/.exec(path)?.slice(1) ?? [];
  if (before === undefined || name === undefined) return [path];
  const { body } = await ask('GET', before, token);
  const entries = (body?.data ?? body?.keys ?? []) as Json[];
  const named = entries.map((entry) => entry[name] ?? entry[`${name}_id`] ?? entry.id ?? entry.name);
  const found = [...new Set(named.filter((value) => typeof value === 'string'))].slice(0, CANDIDATES);
  const rest = path.slice(`${before}/{${name}}`.length);
  const filled = await Promise.all(
    [...found, 'E-1001'].map((value) => pathsOf(`${before}/${value}${rest}`, token)),
  );
  return filled.flat();
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
/** It is left out of what is shown. */
const SUFFIX = `-${Date.now().toString(36)}`;
const UNIQUE = /^(external_ref|slug|email|userName|externalId|name)$/;

/** Lists that hold what a field of a body names. */
const LISTS: Readonly<Record<string, string>> = {
  shareholder_id: '/shareholders',
  from_shareholder_id: '/shareholders',
  to_shareholder_id: '/shareholders',
  meeting_id: '/proxy/meetings',
  dividend_id: '/dividends',
  plan_id: '/plans',
};

async function bodyOf(route: RouteEntry, base: string, token: string | undefined): Promise<Json | undefined> {
  const example = route.example as Json | undefined;
  if (example === undefined) return undefined;
  const ids = Object.keys(example).flatMap((name, index) =>
    LISTS[name] === undefined ? [] : [{ name, index }],
  );
  const filled = await Promise.all(
    ids.map(async ({ name, index }) => {
      const { body } = await ask('GET', `${base}${LISTS[name]}?limit=9`, token);
      return [name, ((body?.data ?? []) as Json[])[index]?.id ?? example[name]] as const;
    }),
  );
  return { ...example, ...newNames(example), ...Object.fromEntries(filled) };
}

/** Returns new names for what may be there only once. */
function newNames(example: Json): Json {
  const named = Object.entries(example).filter(
    ([key, value]) => UNIQUE.test(key) && typeof value === 'string',
  );
  return Object.fromEntries(named.map(([key, value]) => [key, `${value}`.replace(/^[^@]+/, `$&${SUFFIX}`)]));
}

async function answerOf(route: RouteEntry): Promise<Json | undefined> {
  const path = publicPath(route);
  const base = path.slice(0, path.length - route.path.length);
  const required = Object.keys(QUERY).filter((name) => route.query !== undefined && isRequired(route, name));
  const query = required.map((name) => `${name}=${QUERY[name]}`).join('&');
  let empty: Json | undefined;
  for (const [who, role] of route.roles === 'PUBLIC' ? [['', '']] : ASKERS) {
    if (route.roles !== 'PUBLIC' && !(route.roles as readonly string[]).includes(role)) continue;
    const token = route.roles === 'PUBLIC' ? undefined : await tokenOf(who, role);
    for (const filled of await pathsOf(path, token)) {
      const version = route.concurrency?.startsWith('if-match') ? await versionAt(filled, token) : undefined;
      const body = await bodyOf(route, base, token);
      const answer = await ask(
        route.method,
        query === '' ? filled : `${filled}?${query}`,
        token,
        body,
        version,
      );
      if (answer.status !== route.status || answer.body === undefined) continue;
      if (shows(answer.body)) return answer.body;
      empty = answer.body;
    }
  }
  return empty;
}

/** Whether a parameter of the query must be sent. */
function isRequired({ query }: RouteEntry, name: string): boolean {
  const { success, error } = query?.safeParse({}) ?? { success: true };
  return !success && error?.issues.some(({ path }) => path[0] === name) === true;
}

/** The `ETag` of what an action is about. */
async function versionAt(path: string, token: string | undefined): Promise<string | undefined> {
  for (let at = path; at.split('/').length > 3; at = at.slice(0, at.lastIndexOf('/'))) {
    const { status, body } = await ask('GET', at, token);
    if (status === 200 && typeof body?.version === 'number') return `"${body.version}"`;
  }
  return undefined;
}

/** Whether an answer shows something: a list without entries doesn't. */
function shows(body: Json): boolean {
  return !Array.isArray(body.data) || body.data.length > 0;
}

const SECRET = /^(access_token|refresh_token|mfa_token|secret|client_secret|secret_access_key|password)$/;
/** Entries of a list that an example shows. */
const SHOWN = 2;

/** An answer as it is shown: short lists, and no secrets. */
function shown(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.slice(0, SHOWN).map((entry) => shown(entry));
  if (typeof value === 'string') return SECRET.test(key) ? '…' : value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shown(inner, name)]));
}

const known: Json = only === undefined ? {} : recorded;
const ids = new Map((JSON.stringify(known).match(UUID) ?? []).map((id) => [id, id]));
/** The same id for the same thing, of the kind that the platform gives. */
function stableId(id: string): string {
  const stable = ids.get(id) ?? `019a6c1e-7000-7000-8000-${String(ids.size + 1).padStart(12, '0')}`;
  ids.set(id, stable);
  return stable;
}

const NEEDS_ANSWER = routes.filter(isPublished).filter(({ response, produces, method, operationId }) => {
  const isJson = (produces ?? ['application/json']).some((type) => /[/+]json$/.test(type));
  // The contract is no example of itself.
  return response !== undefined && isJson && method !== 'DELETE' && operationId !== 'getOpenapi';
});
const examples: Json = { ...known };
/** Changes come first, so that there is something to read; what puts people out comes at the end. */
const turnOf = ({ operationId, method }: RouteEntry): number =>
  /^(updateTenant|updateUser|setSignInSettings|changePassword)$/.test(operationId)
    ? 3
    : method === 'GET'
      ? 2
      : 1;
const asked = NEEDS_ANSWER.filter(({ operationId }) => only?.includes(operationId) ?? true);
for (const route of asked.toSorted((a, b) => turnOf(a) - turnOf(b))) {
  const body = await answerOf(route).catch(
    (error: Error) => void console.error(`${route.operationId}: ${error.message}`),
  );
  if (body === undefined) console.error(`no answer for ${route.operationId}`);
  else examples[route.operationId] = shown(body);
}
const text = JSON.stringify(examples, null, 2)
  .replaceAll(UUID, stableId)
  .replaceAll(SUFFIX, '')
  .replaceAll(/(localhost|127\.0\.0\.1):\d+/g, 'localhost:8000');
generate('docs/examples.json', `${text}\n`, 'npm run examples');
