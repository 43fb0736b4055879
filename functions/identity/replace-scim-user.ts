import { changesUser } from '#identity/scim/change-directory.http.ts';
import * as routes from '#identity/scim/scim.routes.ts';

export const handler = changesUser(routes.replaceScimUser);
