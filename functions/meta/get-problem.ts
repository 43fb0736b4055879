import * as routes from '#meta/meta.routes.ts';
import { found } from '#platform/db/found.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getProblem, async ({ params: { slug } }) => {
  // Loaded here: the texts of all problems are more than a cold start may read.
  const { problemPage } = await import('#meta/problem-page.ts');
  const { html, headers } = found(problemPage(slug));
  return reply(html, { headers });
});
