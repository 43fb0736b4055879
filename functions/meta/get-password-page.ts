import * as routes from '#meta/meta.routes.ts';
import { passwordPage } from '#meta/password-page.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getPasswordPage, async () =>
  reply(passwordPage.html, { headers: passwordPage.headers }),
);
