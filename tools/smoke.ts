/** `npm run smoke`: asks a deployment whether it works, after a release. */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitOnStartError, readArguments, StartError, usageOf } from '#local/terminal.ts';

const HELP = `usage: npm run smoke -- URL | --outputs FILE [--patience-seconds N]

Asks the API at URL, such as https://….execute-api.us-east-1.amazonaws.com/live, a few questions that change nothing, and ends
with 1 when an answer is wrong. A function that starts cold is asked again, for two minutes unless --patience-seconds says
otherwise. --outputs reads the URL from the file that \`cdk deploy --outputs-file\` has written.`;

/** The time in which a function that starts cold, and a database that has slept, must have answered. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = 3_000;
const REQUEST_TIMEOUT_MS = 30_000;

interface Question {
  readonly path: string;
  readonly status: number;
  /** A clause: the answer shows that it is so. */
  readonly shows: string;
  readonly holds: (body: string) => boolean;
}

const isProblem = (type: string) => (body: string) => body.includes('"type"') && body.includes(type);

const QUESTIONS: readonly Question[] = [
  {
    path: '/openapi.json',
    status: 200,
    shows: 'functions are reached',
    holds: (body) => /"openapi":\s*"3\.1/.test(body),
  },
  { path: '/docs', status: 200, shows: 'pages are served', holds: (body) => body.includes('<html') },
  {
    path: '/.well-known/jwks.json',
    status: 200,
    shows: 'functions sign in to the database',
    holds: (body) => body.includes('"keys"'),
  },
  {
    path: '/.well-known/security.txt',
    status: 200,
    shows: 'whoever finds a weakness learns whom to tell',
    holds: (body) => body.startsWith('Contact: '),
  },
  {
    path: '/api/tenants',
    status: 401,
    shows: 'nobody gets in without a token',
    holds: isProblem('unauthenticated'),
  },
  { path: '/api/nowhere', status: 404, shows: 'unknown paths are problems', holds: isProblem('not-found') },
];

/** Returns why an answer is wrong, or nothing. */
async function ask(base: string, { path, status, holds }: Question): Promise<string | undefined> {
  try {
    const response = await fetch(base + path, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
    const body = await response.text();
    if (response.status !== status) return `answers ${response.status} instead of ${status}`;
    return holds(body) ? undefined : `answers ${status} with something else: ${body.slice(0, 200)}`;
  } catch (error) {
    const { message, cause } = error as Error;
    return `does not answer: ${cause instanceof Error ? cause.message : message}`;
  }
}

async function smoke(base: string, until: number): Promise<number> {
  let wrong = 0;
  for (const question of QUESTIONS) {
    let reason = await ask(base, question);
    while (reason !== undefined && Date.now() < until) {
      await sleep(Math.min(PAUSE_MS, until - Date.now()));
      reason = await ask(base, question);
    }
    if (reason !== undefined) wrong += 1;
    console.log(
      `${reason === undefined ? 'ok' : 'WRONG'}  GET ${question.path}: ${reason ?? question.shows}`,
    );
  }
  return wrong;
}

/** Returns the address of the API, from the outputs of a deployment: its domain, and without one the address that API Gateway gives it. */
function urlFrom(file: string): string {
  const outputs = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Record<string, string>>;
  const urlOf = (part: string) => Object.entries(outputs).find(([stack]) => stack.endsWith(part))?.[1].Url;
  const url = urlOf('-edge') ?? urlOf('-api');
  if (url === undefined)
    throw new StartError(`${file} has no output Url of a stack vestry-<environment>-edge or -api`);
  return url;
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments(HELP, {
    allowPositionals: true,
    options: { outputs: { type: 'string' }, 'patience-seconds': { type: 'string' } },
  });
  const [given, ...more] = positionals;
  const url = given ?? (values.outputs === undefined ? undefined : urlFrom(values.outputs));
  if (url === undefined || more.length > 0) throw new StartError(usageOf(HELP));
  if (!URL.canParse(url)) throw new StartError(`${url} is no URL, such as https://api.equity.example`);
  const patience =
    values['patience-seconds'] === undefined ? PATIENCE_MS : Number(values['patience-seconds']) * 1_000;
  const wrong = await smoke(url.replace(/\/$/, ''), Date.now() + patience);
  if (wrong > 0) throw new StartError(`${wrong} of ${QUESTIONS.length} answers are wrong`);
}

await exitOnStartError(main);
