import { linkTo } from '#contracts/links.ts';
import { getDocs, getHealth, getOpenapi } from './meta.routes.ts';
import { page } from './page.ts';

const PRODUCT =
  'Vestry keeps the share registers of issuers and the equity and retirement plans of employers, for many tenants ' +
  'who never see each other. It knows who holds what on any day, pays each of them exactly once, and can show ' +
  'afterwards why.';

/** The route of another room. */
const KEYS = { path: '/.well-known/jwks.json', base: 'root' } as const;

const LINKS = [
  { href: linkTo(getDocs), name: 'Documentation', text: 'Every operation of the API, to read and to try' },
  { href: linkTo(getOpenapi), name: 'Contract', text: 'The same as an OpenAPI 3.1 document' },
  { href: linkTo(KEYS), name: 'Signing keys', text: 'The public keys that verify access tokens' },
  { href: linkTo(getHealth), name: 'Health', text: 'Whether the platform answers' },
];

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2423; --quiet: #5b6866; --line: #dde3e0; --paper: #fbfbf8; --accent: #1d4d4f; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebe8; --quiet: #9aa8a4; --line: #2b3534; --paper: #141a1a; --accent: #8fc7c1; }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 2rem 1.5rem;
  background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { width: 100%; max-width: 38rem; }
h1 { margin: 0 0 1.25rem; font: 400 3rem/1.1 "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", Georgia, serif;
  letter-spacing: -0.01em; color: var(--accent); }
p { margin: 0 0 2.5rem; text-wrap: pretty; }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
a { display: grid; grid-template-columns: 10.5rem 1fr; gap: 0 1rem; padding: 0.8rem 0; color: inherit; text-decoration: none; }
a strong { font-weight: 600; color: var(--accent); }
a span { color: var(--quiet); }
a:hover strong, a:focus-visible strong { text-decoration: underline; text-underline-offset: 0.2em; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 4px; border-radius: 2px; }
@media (max-width: 32rem) { a { grid-template-columns: 1fr; } h1 { font-size: 2.5rem; } }
`;

const links = LINKS.map(
  ({ href, name, text }) => `<li><a href="${href}"><strong>${name}</strong><span>${text}</span></a></li>`,
);

export const homePage = page({
  title: 'Vestry',
  description: PRODUCT,
  style: STYLE,
  body: `<main>
<h1>Vestry</h1>
<p>${PRODUCT}</p>
<nav aria-label="Platform"><ul>
${links.join('\n')}
</ul></nav>
</main>`,
});
