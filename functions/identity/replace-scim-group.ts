import { changesGroup } from '#identity/scim/change-directory.http.ts';
import * as routes from '#identity/scim/scim.routes.ts';

export const handler = changesGroup(routes.replaceScimGroup);
