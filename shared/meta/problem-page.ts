import { type ProblemSlug, problemRegistry } from '#contracts/problems.ts';
import { type Page, page } from './page.ts';
import { PROBLEM_HELP } from './problem-help.ts';

const STYLE = `
:root { color-scheme: light dark; --ink: #1b2423; --quiet: #5b6866; --paper: #fbfbf8; --accent: #1d4d4f; --code: #eef1ee; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6ebe8; --quiet: #9aa8a4; --paper: #141a1a; --accent: #8fc7c1; --code: #232c2b; }
}
body { margin: 0; padding: 3rem 1.5rem; background: var(--paper); color: var(--ink);
  font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 38rem; margin: 0 auto; }
h1 { margin: 0 0 2rem; font: 400 2rem/1.2 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; color: var(--accent); }
h2 { margin: 0 0 0.25rem; font-size: 1rem; }
p { margin: 0 0 1.5rem; text-wrap: pretty; }
small { color: var(--quiet); font-size: 1rem; }
code { padding: 0.1em 0.3em; border-radius: 3px; background: var(--code); font: 0.92em ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
`;

/** The page of a problem, or undefined where there is no such problem. */
export function problemPage(slug: string): Page | undefined {
  if (!Object.hasOwn(problemRegistry, slug)) return undefined;
  const { status, title } = problemRegistry[slug as ProblemSlug];
  const { cause, remedy } = PROBLEM_HELP[slug as ProblemSlug];
  return page({
    title: `${title} · Vestry`,
    description: title,
    style: STYLE,
    body: `<main>
<p><small>${status} <code>${slug}</code></small></p>
<h1>${title}</h1>
<h2>What causes it</h2>
<p>${inHtml(cause)}</p>
<h2>What to do</h2>
<p>${inHtml(remedy)}</p>
</main>`,
  });
}

/** Shows what stands between backticks as code. Our texts hold no other markup. */
const inHtml = (text: string): string => text.replace(/`([^`]+)`/g, '<code>$1</code>');
