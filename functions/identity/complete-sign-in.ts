import { completeSignIn } from '#identity/second-factor/complete-sign-in.http.ts';
import * as routes from '#identity/second-factor/second-factor.routes.ts';
import { http } from '#platform/http/http.ts';

export const handler = http(routes.completeSignIn, completeSignIn);
