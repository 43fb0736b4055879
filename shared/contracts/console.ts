import { COMMON_HEADERS } from './answer-headers.ts';

/** The console stands beside the API: of one origin, so that it needs no leave of CORS. */
export const CONSOLE_PATH = '/console';

/** Its files whose names change with their content, which may be kept for ever. */
export const CONSOLE_ASSETS_PATH = `${CONSOLE_PATH}/assets`;

const directives = (filesAt: readonly string[]): Readonly<Record<string, string>> => ({
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self'",
  'connect-src': ["'self'", ...filesAt].join(' '),
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
  'trusted-types': "'none'",
});

/**
 * Returns the headers of every file of the console. Nothing is loaded from elsewhere, and no text becomes markup or code.
 * @param filesAt where large files are put, past the API: the only places beside it that the console sends anything to
 */
export function consoleHeaders(filesAt: readonly string[]) {
  return {
    'content-security-policy': Object.entries(directives(filesAt))
      .map(([name, sources]) => `${name} ${sources}`)
      .join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    ...COMMON_HEADERS,
    'x-frame-options': 'DENY',
  } as const;
}

/** The page, which answers every path of the console that is no file of {@link CONSOLE_ASSETS_PATH}. */
export const CONSOLE_PAGE_PATH = `${CONSOLE_PATH}/index.html`;

/** The types of its files, by extension. */
export const CONSOLE_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The page names its files, so browsers ask for it each time; what it names never changes. */
export const CONSOLE_CACHING = { page: 'no-cache', assets: 'public, max-age=31536000, immutable' } as const;
