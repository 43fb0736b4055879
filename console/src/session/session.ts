import { useSyncExternalStore } from 'react';
import { Problem, problemOf, unreachable } from '../api/problem.ts';
import type { Answer } from '../api/routes.ts';
import { type Signed, signByPasskey } from './passkey.ts';

/**
 * The session of this browser. The access token is in memory alone; what renews it is in a cookie that no script can read. `expired`
 * keeps the page as it is, and asks for a sign-in above it; so does `again`, while the session goes on. `idle` asks for nothing until
 * somebody touches the page: what a screen asks by itself must not keep a session alive.
 */
export type SessionState = 'starting' | 'out' | 'in' | 'idle' | 'expired' | 'again';

/** Says that there is a session to go on with: it holds no secret, and other tabs hear of its end. */
const MARK = 'vestry.session';
const RENEW_BEFORE_MS = 45_000;

/** The screen to which a sign-in by a provider comes back, and what it needs then. */
const RETURN_PATH = '/console/signed-in';
const RETURN = 'vestry.sign-in';
const VERIFIER_BYTES = 32;
/** Somebody who does one of these is there. */
const TOUCHES = ['keydown', 'pointerdown', 'pointermove', 'wheel'];

let state: SessionState = 'starting';
let token: string | undefined;
let subject: unknown;
let takenAtMs = 0;
let renewAtMs = 0;
let touchedAtMs = 0;
let renewing: Promise<void> | undefined;
const waiting: (() => void)[] = [];
const listeners = new Set<() => void>();

function become(next: SessionState): void {
  state = next;
  if (next === 'in') for (const go of waiting.splice(0)) go();
  for (const listener of listeners) listener();
}

export function useSession(): SessionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}

async function post(path: string, body?: object): Promise<Response> {
  const answer = await fetch(`/api/auth/${path}`, {
    method: 'POST',
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch(() => {
    throw unreachable();
  });
  if (!answer.ok) throw await problemOf(answer);
  return answer;
}

interface Tokens {
  readonly access_token: string;
  readonly expires_in: number;
}

/** Reads whose token it is: for this page alone, and trusted for nothing. */
function subjectOf(accessToken: string): unknown {
  const [, claims = ''] = accessToken.split('.');
  return JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).sub;
}

function take({ access_token, expires_in }: Tokens): void {
  const isAnother = subject !== undefined && subject !== subjectOf(access_token);
  localStorage.setItem(MARK, 'on');
  // Another person gets a page of their own: nothing of the one before is shown to them, or sent as theirs.
  if (isAnother) {
    location.assign('/console/');
    return;
  }
  subject = subjectOf(access_token);
  token = access_token;
  takenAtMs = performance.now();
  renewAtMs = takenAtMs + Math.max(expires_in * 500, expires_in * 1000 - RENEW_BEFORE_MS);
  become('in');
}

/** The rest of a sign-in by a provider: a second factor that is still asked for, or why it was refused. */
export interface Arrival {
  readonly challenge?: Challenge;
  readonly problem?: Problem;
}

let arrival: Arrival = {};

/** Returns what a sign-in by a provider has left to do, once. */
export function takeArrival(): Arrival {
  const taken = arrival;
  arrival = {};
  return taken;
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** Leaves for an identity provider. The secret that its code is bound to stays in this tab. */
export async function leaveFor(startUri: string): Promise<void> {
  const verifier = base64Url(crypto.getRandomValues(new Uint8Array(VERIFIER_BYTES)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const back = location.pathname + location.search;
  sessionStorage.setItem(RETURN, JSON.stringify({ verifier, back }));
  const to = new URL(startUri, location.origin);
  to.searchParams.set('redirect_uri', location.origin + RETURN_PATH);
  to.searchParams.set('code_challenge', base64Url(new Uint8Array(digest)));
  location.assign(to);
}

/** Takes the code of a provider's sign-in out of the address, and exchanges it for a session. */
async function arrive(code: string): Promise<void> {
  const { verifier = '', back = '/console/' } = JSON.parse(sessionStorage.getItem(RETURN) ?? '{}');
  sessionStorage.removeItem(RETURN);
  history.replaceState(null, '', back);
  try {
    const answer = await post('sso/token', { code, code_verifier: verifier, session: 'cookie' });
    const begun = (await answer.json()) as Challenge | Tokens;
    if (!('mfa_required' in begun)) return take(begun);
    arrival = { challenge: begun };
  } catch (problem) {
    arrival = problem instanceof Problem ? { problem } : {};
  }
  become('out');
}

/** Goes on with the session that the browser has, or with a sign-in by a provider. */
export async function resume(): Promise<void> {
  const code = location.pathname === RETURN_PATH ? new URLSearchParams(location.search).get('code') : null;
  if (code !== null) return arrive(code);
  if (localStorage.getItem(MARK) === null) return become('out');
  try {
    await renew();
  } catch {
    if (state === 'starting') become('out');
  }
}

/** Exchanges the cookie for an access token, once for all that ask at the same time. */
function renew(): Promise<void> {
  renewing ??= post('refresh', { session: 'cookie' })
    .then(async (answer) => take((await answer.json()) as Tokens))
    .finally(() => {
      renewing = undefined;
    });
  return renewing;
}

/** Returns a token that is good for now. Waits for a sign-in where the session has ended. */
export async function accessToken(): Promise<string> {
  if (state === 'in' && performance.now() > renewAtMs) await renewForSomebody();
  while (token === undefined || state !== 'in') await new Promise<void>((resolve) => waiting.push(resolve));
  return token;
}

/** Replaces a token that the API has refused. */
export async function renewed(refused: string): Promise<void> {
  if (token === refused && state === 'in') await renewForSomebody();
}

/** Asks for a sign-in that is new, above the page. What waits goes on after it, or with the session as it is. */
export function askAgain(): Promise<void> {
  become('again');
  return new Promise((resolve) => waiting.push(resolve));
}

export function goOn(): void {
  become('in');
}

/** Whoever has touched the page since the last token was taken has been at work. */
async function renewForSomebody(): Promise<void> {
  if (touchedAtMs < takenAtMs) become('idle');
  else await renewOrAsk();
}

function touched(): void {
  touchedAtMs = performance.now();
  // The next touch is another attempt, if nothing answers now.
  if (state === 'idle') renewOrAsk().catch(() => undefined);
}

async function renewOrAsk(): Promise<void> {
  try {
    await renew();
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    token = undefined;
    become('expired');
  }
}

type Challenge = Extract<Answer<'POST /auth/login'>, { mfa_required: true }>;

/** Signs in by a password. Returns what the second factor has to answer, where there is one. */
export async function signIn(credentials: object): Promise<Challenge | undefined> {
  const answer = await post('login', { ...credentials, session: 'cookie' });
  const begun = (await answer.json()) as Challenge | Tokens;
  if ('mfa_required' in begun) return begun;
  take(begun);
  return undefined;
}

/** Signs in by a passkey alone, which says whose it is. */
export async function signInByPasskey(): Promise<void> {
  const { options } = await (await post('passkey/options')).json();
  const answer = await post('passkey', { passkey: await signByPasskey(options), session: 'cookie' });
  take((await answer.json()) as Tokens);
}

export async function enrol(mfa_token: string): Promise<Answer<'POST /auth/mfa/enrol'>> {
  return (await post('mfa/enrol', { mfa_token })).json();
}

/** Completes a sign-in. Returns the recovery codes of a factor that it has confirmed; `enter` goes in once they were seen. */
export async function proveFactor(
  mfa_token: string,
  proof: { readonly code: string } | { readonly passkey: Signed },
): Promise<{ readonly recoveryCodes: readonly string[]; enter(): void }> {
  const answer = await post('mfa', { mfa_token, ...proof, session: 'cookie' });
  const tokens = (await answer.json()) as Tokens & { readonly recovery_codes?: readonly string[] };
  return { recoveryCodes: tokens.recovery_codes ?? [], enter: () => take(tokens) };
}

export async function signOut(): Promise<void> {
  localStorage.removeItem(MARK);
  await post('logout', { session: 'cookie' }).catch(() => undefined);
  // All that was on the screen, and in memory, goes with the page.
  location.assign('/console/');
}

for (const type of TOUCHES) addEventListener(type, touched, { capture: true, passive: true });

addEventListener('storage', ({ key, newValue }) => {
  if (key === MARK && newValue === null) location.assign('/console/');
});
