import { toSignInSettings } from '#identity/sign-in-settings/propose-settings.ts';
import { findSettings } from '#identity/sign-in-settings/sign-in-settings.repository.ts';
import * as routes from '#identity/sign-in-settings/sign-in-settings.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.getSignInSettings, async ({ tenantRead }) =>
  toSignInSettings(await tenantRead(findSettings)),
);
