import { accessToken } from '../session/session.ts';
import { Problem, problemOf, unreachable } from './problem.ts';

const PATH = '/local/clock';

/** A job that has fired on the way. */
export interface Firing {
  readonly schedule: string;
  readonly time: string;
  readonly ok: boolean;
  readonly error?: string;
}

/** All that has happened. */
export interface Moved {
  readonly time: string;
  readonly firings: number;
  readonly failed: number;
  /** Entries of the audit trail by action. */
  readonly changes: Readonly<Record<string, number>>;
}

async function asked(init: RequestInit = {}): Promise<Response> {
  const authorization = `Bearer ${await accessToken()}`;
  const answer = await fetch(PATH, { ...init, headers: { authorization } }).catch((error: unknown) => {
    throw init.signal?.aborted === true ? error : unreachable();
  });
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

export async function readClock(): Promise<{ readonly time: string; readonly moving: boolean }> {
  return (await asked()).json();
}

/**
 * Moves the platform's time to the end of a day, and yields what happens. It stops where it is once the signal is given.
 * @throws Problem
 */
export async function* moveClock(until: string, signal: AbortSignal): AsyncGenerator<Firing | Moved> {
  const { body } = await asked({ method: 'POST', body: JSON.stringify({ until }), signal });
  if (body === null) throw unreachable();
  let rest = '';
  for (const reader = body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield parsed(line);
  }
}

function parsed(line: string): Firing | Moved {
  const value = JSON.parse(line) as Firing | Moved | { readonly failure: string };
  if ('failure' in value) throw new Problem({ title: 'The time was not moved', detail: value.failure });
  return value;
}
