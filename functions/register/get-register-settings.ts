import { http } from '#platform/http/http.ts';
import { toRegisterSettings } from '#register/limits/change-limits.ts';
import { findRegisterSettings } from '#register/limits/limits.repository.ts';
import * as routes from '#register/limits/register-settings.routes.ts';

export const handler = http(routes.getRegisterSettings, async ({ tenantRead }) =>
  toRegisterSettings(await tenantRead(findRegisterSettings)),
);
