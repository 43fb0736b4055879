import { homePage } from '#meta/home-page.ts';
import * as routes from '#meta/meta.routes.ts';
import { http } from '#platform/http/http.ts';
import { reply } from '#platform/http/reply.ts';

export const handler = http(routes.getHome, async () => reply(homePage.html, { headers: homePage.headers }));
