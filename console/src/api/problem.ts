/** A field that the API has refused: `/holdings`, or `?limit` of a query. */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly message: string;
}

/** A refusal of the API (RFC 9457), or that nothing has answered. */
export class Problem extends Error {
  readonly status: number;
  readonly type: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly requestId: string | undefined;
  /** The wait after which another attempt is worth making, where the API says one. */
  readonly retryAfterMs: number | undefined;

  constructor(document: Partial<Problem> & { readonly title: string }) {
    super(document.title);
    this.status = document.status ?? 0;
    this.type = document.type ?? 'about:blank';
    this.title = document.title;
    this.detail = document.detail ?? '';
    this.errors = document.errors ?? [];
    this.requestId = document.requestId;
    this.retryAfterMs = document.retryAfterMs;
  }

  /** The last part of the type: `change-decided`. */
  get slug(): string {
    return this.type.slice(this.type.lastIndexOf('/') + 1);
  }
}

/** The console takes times by the clock of a company, and makes the instants that the API asks for of them. */
const INSTANT = /must be an instant (in UTC, as [\w:-]+Z|that exists)/;

export const forPeople = (message: string): string =>
  message.replace(INSTANT, 'must be a day and a time, as 2026-01-31 09:30');

/** The contents of fields when they were refused. */
const refused = new WeakMap<Error, Map<string, string>>();

/** Whether a field still has in it what was refused: whatever has been written since is not judged before it is sent. */
export function isAsRefused(problem: Error, field: string, now: string): boolean {
  const fields = refused.get(problem) ?? new Map<string, string>();
  refused.set(problem, fields);
  const then = fields.get(field);
  if (then === undefined) fields.set(field, now);
  return then === undefined || then === now;
}

/**
 * Returns what is wrong with a field of the body, for the field to say.
 * @param now what is in the field, by which the fault goes once somebody edits it; nothing for forms that forget every fault then
 */
export function faultOf(problem: Error | null, field: string, now = ''): string | undefined {
  const errors = problem instanceof Problem ? problem.errors : [];
  const message = errors.find(({ pointer }) => pointer === `/${field}`)?.message;
  if (problem === null || message === undefined || !isAsRefused(problem, field, now)) return undefined;
  return `It ${forPeople(message)}.`;
}

/** Returns what is wrong with a field that has several values in it: it says the first fault of any. */
export function faultWithin(problem: Error | null, field: string, now: string): string | undefined {
  const errors = problem instanceof Problem ? problem.errors : [];
  const first = errors.find(({ pointer }) => pointer === `/${field}` || pointer.startsWith(`/${field}/`));
  return first === undefined ? undefined : faultOf(problem, first.pointer.slice(1), now);
}

const UNREACHABLE = 'unreachable';

export function unreachable(): Problem {
  return new Problem({
    type: `/problems/${UNREACHABLE}`,
    title: 'Vestry can’t be reached',
    detail: 'Your connection or the platform is down. Nothing that you have entered is lost.',
  });
}

export function isUnreachable(error: unknown): boolean {
  return error instanceof Problem && error.slug === UNREACHABLE;
}

export async function problemOf(answer: Response): Promise<Problem> {
  const requestId = answer.headers.get('x-request-id') ?? undefined;
  const retryAfterSeconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const document = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  return new Problem({
    title: `The API answered ${answer.status}`,
    ...document,
    status: answer.status,
    ...(requestId === undefined ? {} : { requestId }),
    ...(Number.isFinite(retryAfterSeconds) ? { retryAfterMs: retryAfterSeconds * 1000 } : {}),
  });
}

/** Returns what to do about a problem, where the API leaves that to whoever shows it. */
export function nextStep({ slug, status }: Problem): string | undefined {
  if (slug === UNREACHABLE) return 'Try again once you are connected.';
  if (slug === 'precondition-failed' || slug === 'change-outdated')
    return 'Somebody has changed it since you opened it. Look at what it is now, and decide again.';
  if (slug === 'change-decided') return 'Somebody else has decided meanwhile. The list shows what waits now.';
  if (slug === 'second-factor-required') return 'Prove your second factor, and do it again.';
  if (slug === 'fresh-sign-in-required') return 'Sign out and in, and do it again.';
  if (status === 403) return 'Ask an administrator of your company, if you need this for your work.';
  if (status === 404) return 'Check the address. It may belong to another company, or be gone.';
  if (status === 429) return 'Wait a moment, then try again.';
  if (status >= 500) return 'Try again. If it stays, tell your operator the request id.';
  return undefined;
}
