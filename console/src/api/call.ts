import { accessToken, askAgain, renewed } from '../session/session.ts';
import { Problem, problemOf, unreachable } from './problem.ts';
import type { Answer, Arguments, Operation } from './routes.ts';

/** The call behind an answer: shown beside it, so that anybody can do the same by a program. */
export interface Origin {
  readonly method: string;
  readonly path: string;
  readonly requestId: string | undefined;
}

const origins = new WeakMap<object, Origin>();
const TIMEOUT_MS = 35_000;
const WRITE_TRIES = 3;
const PAUSE_MS = 800;
/** A token that is refused twice is not refused for its age. */
const RENEWALS = 2;

export function originOf(answer: object | undefined): Origin | undefined {
  return answer === undefined ? undefined : origins.get(answer);
}

interface Parts {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly version?: number;
  readonly key?: string;
  /** @default JSON */
  readonly accept?: string;
}

/**
 * Calls an operation of the API. A session that has ended is asked for again, and the call goes on. A write is repeated only with its
 * key, and only when nothing has answered.
 * @throws Problem
 */
export async function call<O extends Operation>(operation: O, ...sent: Arguments<O>): Promise<Answer<O>> {
  const [parts = {}] = sent as [Parts?];
  const { method, path, answer } = await answerTo(operation, parts);
  if (answer.status === 204) return undefined as Answer<O>;
  const body = (await answer.json()) as Answer<O> & object;
  origins.set(body, { method, path, requestId: answer.headers.get('x-request-id') ?? undefined });
  return body;
}

/**
 * Asks for what an operation answers as a table, for programs that read such files.
 * @throws Problem
 */
export async function table<O extends Operation>(operation: O, ...sent: Arguments<O>): Promise<Blob> {
  const [parts = {}] = sent as [Parts?];
  const { answer } = await answerTo(operation, { ...parts, accept: 'text/csv' });
  return answer.blob();
}

async function answerTo(operation: string, parts: Parts) {
  const [method = '', template = ''] = operation.split(' ');
  const path = `/api${pathOf(template, parts)}`;
  const tries = parts.key === undefined ? 1 : WRITE_TRIES;
  return { method, path, answer: await answered(method, path, parts, tries) };
}

function pathOf(template: string, { params = {}, query = {} }: Parts): string {
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return search === '' ? path : `${path}?${search}`;
}

async function answered(method: string, path: string, parts: Parts, tries: number): Promise<Response> {
  const isPublic = path.startsWith('/api/auth/') && !path.startsWith('/api/auth/step-up');
  let renewals = 0;
  let isAsked = false;
  for (let attempt = 1; ; attempt += 1) {
    const token = isPublic ? undefined : await accessToken();
    const answer = await fetch(path, init(method, parts, token)).catch(() => undefined);
    if (answer === undefined) {
      if (attempt >= tries) throw unreachable();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    } else if (answer.status === 401 && token !== undefined && renewals < RENEWALS) {
      renewals += 1;
      await renewed(token);
    } else if (answer.ok) {
      return answer;
    } else {
      const problem = await problemOf(answer);
      if (problem.slug !== 'fresh-sign-in-required' || isAsked) throw problem;
      isAsked = true;
      await askAgain();
    }
  }
}

function init(
  method: string,
  { body, version, key, accept = 'application/json' }: Parts,
  token: string | undefined,
): RequestInit {
  const headers = new Headers({ accept });
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
  if (version !== undefined) headers.set('if-match', `"${version}"`);
  if (key !== undefined) headers.set('idempotency-key', key);
  if (body !== undefined && !(body instanceof FormData)) headers.set('content-type', 'application/json');
  return {
    method,
    headers,
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
  };
}

export function isProblem(error: unknown): error is Problem {
  return error instanceof Problem;
}

/** A key for one act of a person: the same for each time that it is sent. */
export function newKey(): string {
  return crypto.randomUUID();
}
