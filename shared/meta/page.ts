import { createHash } from 'node:crypto';

export interface PageParts {
  readonly title: string;
  readonly description: string;
  readonly body: string;
  readonly style: string;
  /** @default none */
  readonly script?: string;
  /** Elements of the head that load our own assets. @default none */
  readonly assets?: string;
  /** Further sources that the page may load from, by directive: `{ 'script-src': "'self'" }`. @default none */
  readonly sources?: Readonly<Record<string, string>>;
}

const ICON =
  "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'><rect width='32' height='32' rx='7' fill='#1d4d4f'/><path d='M8 9l8 15 8-15' fill='none' stroke='#fff' stroke-width='3.5' stroke-linecap='round' stroke-linejoin='round'/></svg>";

export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An HTML page that runs and loads nothing but what it names here: its own style and script are allowed by their hashes. */
export function page(parts: PageParts): Page {
  const { title, description, body, style, script, assets = '', sources = {} } = parts;
  const policy = {
    'default-src': "'none'",
    'script-src': [sources['script-src'], script && hashOf(script)],
    'style-src': [sources['style-src'], hashOf(style)],
    'img-src': ['data:', sources['img-src']],
    'connect-src': [sources['connect-src']],
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
  };
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<title>${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
${assets}<style>${style}</style>
</head>
<body>
${body}
${script === undefined ? '' : `<script>${script}</script>\n`}</body>
</html>
`;
  return {
    html,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policyText(policy),
      // A page links assets by their versions, so browsers must ask for the page each time.
      'cache-control': 'no-cache',
    },
  };
}

/** A directive without a source allows nothing. */
function policyText(directives: Readonly<Record<string, string | readonly (string | undefined)[]>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${[sources].flat().filter(Boolean).join(' ') || "'none'"}`)
    .join('; ');
}

function hashOf(inline: string): string {
  return `'sha256-${createHash('sha256').update(inline).digest('base64')}'`;
}
