import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.stepUp, async (request) => {
  const { stepUp } = await import('#identity/second-factor/step-up.http.ts');
  return stepUp(request);
});
