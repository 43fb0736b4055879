import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TemplateRunner } from 'template-runner';
import { StartError } from 'template-runner/start-error';
import { advance } from './commands.ts';
import { parseDate } from './parse-date.ts';
import type { DatabaseConnection } from './postgres/postgres.ts';

/** The path at which the console of this machine reads and moves the platform's time. No environment on AWS has it. */
const PATH = '/local/clock';
const BODY_LIMIT_BYTES = 1_000;

interface ClockDoorOptions {
  readonly runner: Pick<TemplateRunner, 'scheduler' | 'clock'>;
  readonly database: DatabaseConnection;
  /** The address of the API, which says who asks. */
  readonly apiUrl: string;
}

/** Refuses a request: its status, and why. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, title: string) {
    super(title);
    this.status = status;
  }
}

/**
 * Opens the platform's clock to the console of an operator: GET says what time it is, and POST `{until}` moves it, with a line of JSON for each
 * job that fires, and one for all that has happened. It stops where it is when whoever has asked goes.
 */
export function openClockDoor(options: ClockDoorOptions) {
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.url !== PATH) return false;
    void answer(options, request, response).catch((error: Error) => {
      const status = error instanceof Refusal ? error.status : 500;
      if (response.headersSent) response.end();
      else
        response
          .writeHead(status, { 'content-type': 'application/problem+json', 'cache-control': 'no-store' })
          .end(JSON.stringify({ type: 'about:blank', title: error.message, status }));
    });
    return true;
  };
}

async function answer(
  options: ClockDoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { scheduler, clock } = options.runner;
  if (request.method !== 'GET' && request.method !== 'POST') throw new Refusal(405, 'Send GET or POST');
  await requireOperator(options.apiUrl, request.headers.authorization);
  if (request.method === 'GET') {
    const body = { time: clock.now().toISOString(), moving: scheduler.isAdvancing };
    response
      .writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' })
      .end(JSON.stringify(body));
    return;
  }
  const until = untilOf(await readText(request));
  if (scheduler.isAdvancing) throw new Refusal(409, 'The time is being moved already');
  if (until <= clock.now())
    throw new Refusal(422, `It must be after the platform’s time, ${clock.now().toISOString()}`);
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const emit = (line: unknown): void => void response.write(`${JSON.stringify(line)}\n`);
  await advance(until, emit, { ...options, gone: gone.signal }).catch((error: Error) =>
    emit({ failure: error.message }),
  );
  response.end();
}

/** The time is everybody's: whoever moves it has to be an operator, as the API knows them. */
async function requireOperator(apiUrl: string, authorization: string | undefined): Promise<void> {
  if (authorization === undefined) throw new Refusal(401, 'Sign in as an operator');
  const answer = await fetch(`${apiUrl}/api/me`, { headers: { authorization } });
  if (!answer.ok) throw new Refusal(answer.status === 401 ? 401 : 503, 'The API did not say who you are');
  const { role } = (await answer.json()) as { readonly role?: unknown };
  if (role !== 'OPERATOR') throw new Refusal(403, 'An operator alone moves the time');
}

function untilOf(text: string): Date {
  try {
    const { until } = JSON.parse(text) as { readonly until?: unknown };
    return new Date(parseDate(String(until)));
  } catch (error) {
    throw new Refusal(422, error instanceof StartError ? error.message : 'Send JSON with the day: {"until"}');
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of request.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
      text += chunk as string;
      if (text.length > BODY_LIMIT_BYTES) throw new Refusal(413, 'The body is too long');
    }
    return text;
  } finally {
    // The rest of a refused body is read and dropped: the client gets to read the answer, and its next request on this connection one too.
    request.resume();
  }
}
