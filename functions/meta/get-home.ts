import { homePage } from '#meta/home-page.ts';
import { getHome } from '#meta/meta.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(getHome, async () => homePage);
