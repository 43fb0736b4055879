import * as routes from '#identity/links/links.routes.ts';
import { resetPlace } from '#identity/notices/notice-message.ts';
import { postReset } from '#identity/notices/post-notice.ts';
import { anonymousActor } from '#identity/sign-in/anonymous-actor.ts';
import { claimOf } from '#identity/sign-in/claim.ts';
import { attemptOf, takeAttempt } from '#identity/sign-in/throttle.ts';
import { uuidV7 } from '#kernel/ids.ts';
import { PLATFORM_TENANT_ID, PLATFORM_TENANT_SLUG } from '#platform/db/roles.ts';
import { http } from '#platform/http/http.ts';
import { fieldSealer } from '#platform/sealing.ts';

/** The account is looked up by whoever writes the mail: nothing here depends on whether there is one. */
export const handler = http(
  routes.requestPasswordReset,
  async ({ body, clientAddress, requestId, claim, tenantTx }) => {
    const slug = body.tenant ?? PLATFORM_TENANT_SLUG;
    claim(() => claimOf(slug, body.email));
    await takeAttempt(attemptOf(`reset ${slug}`, body.email, clientAddress));
    const { tenantId, payload } = await claimOf(slug, body.email);
    const place = { tenant_id: tenantId ?? PLATFORM_TENANT_ID, notice_id: uuidV7() };
    // A tenant that doesn't exist has no accounts, and nobody is meant whose address is an operator's.
    const sealed = (await fieldSealer()).seal(tenantId === undefined ? '' : body.email, resetPlace(place));
    const actor = { ...anonymousActor(place.tenant_id, requestId), allowSuspended: true } as const;
    await tenantTx(async (tx) => postReset(tx, { ...place, sealed }), {
      actor,
      resource: () => 'users',
      payload,
    });
    return undefined;
  },
);
