import { type Reply, reply } from '#platform/http/reply.ts';

/** Tells whether a browser asks: programs take JSON. */
export function acceptsHtml(headers: ReadonlyMap<string, readonly string[]>): boolean {
  return (headers.get('accept') ?? []).join().includes('text/html');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

function page(title: string, body: string): Reply<string> {
  return reply(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(title)}</title><body><h1>${escaped(title)}</h1>${body}</body></html>`,
    {
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      },
    },
  );
}

/** Shows the code of a sign-in that no application has begun, and the command that exchanges it. */
export function codePage(
  { code, expires_in, user }: Record<string, unknown>,
  exchangeUrl: string,
): Reply<string> {
  const { email, role } = (user ?? {}) as { email?: string; role?: string };
  const who = email === undefined ? 'Verified' : `Signed in as ${email} (${role})`;
  const command = `curl -sS ${exchangeUrl} -H 'Content-Type: application/json' -d '${JSON.stringify({ code })}'`;
  return page(
    who,
    `<p>This command gets the session, once, within ${escaped(String(expires_in))} seconds:</p><pre>${escaped(command)}</pre>`,
  );
}

export function testPage(test: object & { readonly outcome: string }): Reply<string> {
  return page(`The test sign-in would be ${test.outcome}`, `<pre>${escaped(test)}</pre>`);
}
