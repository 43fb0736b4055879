import { AsyncLocalStorage } from 'node:async_hooks';
import type { Entrant } from './tenant-context.ts';

/** A request whose caller the database must have let in before anything is done or answered. */
interface Open {
  confirmed: boolean;
  /** Asks the database in a round trip of its own. */
  readonly confirm: () => Promise<unknown>;
  /** The one time that it was asked: a refusal holds for all that the request does at once, whatever has changed meanwhile. */
  asked?: Promise<unknown>;
}

const requests = new AsyncLocalStorage<Open>();

/**
 * Runs the request of a caller. Whatever enters the database for them asks for their standing along the way; a call outside, an
 * answer and a refusal that come before ask for it themselves.
 * @throws DomainError `unauthenticated`, whatever else is wrong with the request; and whatever `run` throws
 */
export function asRequest<T>(
  confirm: () => Promise<unknown>,
  run: () => Promise<T>,
  isWorthAsking: (error: unknown) => boolean,
): Promise<T> {
  return requests.run({ confirmed: false, confirm }, async () => {
    try {
      const answer = await run();
      await confirmStanding();
      return answer;
    } catch (error) {
      if (isWorthAsking(error)) await confirmStanding();
      throw error;
    }
  });
}

/** Notes that the database has let an entrant in. */
export function noteStanding({ sessionId }: Entrant): void {
  const request = requests.getStore();
  if (request !== undefined && sessionId !== undefined) request.confirmed = true;
}

/** Asks for the standing of the request's caller, unless that was done. Work without a caller has none to ask for. */
export async function confirmStanding(): Promise<void> {
  const request = requests.getStore();
  if (request === undefined || request.confirmed) return;
  request.asked ??= request.confirm();
  await request.asked;
  request.confirmed = true;
}
