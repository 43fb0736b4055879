import { linkTo } from '#contracts/links.ts';
import { page } from './page.ts';

/** The routes of another room, by what stands before the token in the link. */
const ACCEPT_INVITATION = { path: '/auth/invitations/accept' } as const;
const RESET_PASSWORD = { path: '/auth/password-reset/complete' } as const;

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2423; --quiet: #5b6866; --line: #b9c4c0; --paper: #fbfbf8; --accent: #1d4d4f; --on: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebe8; --quiet: #9aa8a4; --line: #4a5755; --paper: #141a1a; --accent: #8fc7c1; --on: #141a1a; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem 1.5rem; background: var(--paper);
  color: var(--ink); font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { width: 100%; max-width: 26rem; }
h1 { margin: 0 0 1rem; font: 400 2rem/1.2 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; color: var(--accent); }
p { margin: 0 0 1.5rem; }
label { display: block; margin: 0 0 0.35rem; font-weight: 600; }
input { width: 100%; padding: 0.6rem 0.7rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line);
  border-radius: 4px; }
small { display: block; margin: 0.35rem 0 1.25rem; color: var(--quiet); }
button { padding: 0.6rem 1.4rem; font: inherit; font-weight: 600; color: var(--on); background: var(--accent); border: 0; border-radius: 4px; }
button[disabled] { opacity: 0.6; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[role=status] { margin: 1.25rem 0 0; min-height: 1.6em; }
`;

/** The token leaves the address at once, so that neither the history of the browser nor a later click repeats it. */
const SCRIPT = `
const main = document.querySelector('main');
const [, purpose, token] = /^#(\\w+)=([\\w.-]+)$/.exec(location.hash) ?? [];
const accept = main.dataset[purpose];
history.replaceState(null, '', location.pathname);
const form = document.querySelector('form');
const say = (text) => { document.querySelector('[role=status]').textContent = text; };
if (accept === undefined) { form.hidden = true; say('The link is incomplete. Open it again from the mail, whole.'); }
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  say('');
  try {
    const answer = await fetch(accept, {
      method: 'POST',
      signal: AbortSignal.timeout(30000),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token, password: form.elements.password.value }),
    });
    if (answer.ok) { form.hidden = true; say('Your password is set. You can sign in now.'); return; }
    const problem = await answer.json();
    say(problem.errors?.[0] ? 'The password ' + problem.errors[0].message + '.' : problem.detail);
  } catch { say('Vestry can\\u2019t be reached. Try again.'); }
  button.disabled = false;
});
`;

export const passwordPage = page({
  title: 'Set your password',
  description: 'Set the password with which you sign in to Vestry.',
  style: STYLE,
  body: `<main data-invitation="${linkTo(ACCEPT_INVITATION)}" data-reset="${linkTo(RESET_PASSWORD)}">
<h1>Set your password</h1>
<form>
<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="12" maxlength="128" required autofocus aria-describedby="rule">
<small id="rule">12 characters or more. Four words that nobody would put together are a good one.</small>
<button>Set password</button>
</form>
<p role="status"></p>
<noscript>This page needs JavaScript.</noscript>
</main>`,
  script: SCRIPT,
  sources: { 'connect-src': "'self'" },
});
