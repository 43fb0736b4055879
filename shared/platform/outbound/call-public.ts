import * as environment from '#platform/environment.ts';
import { logger } from '#platform/observability/logger.ts';
import { guardedFetch } from './guarded-fetch.ts';
import { withSignal } from './pinned-request.ts';
import { AnswerTooLarge, type PublicAnswer, type PublicCall } from './public-call.ts';
import { AddressRefused, hostOf, refuseUrl } from './public-url.ts';
import { resolveTarget } from './resolve-target.ts';

/** A resolver that doesn't answer doesn't hold up the request for longer: what matters is checked again at each call. */
const RESOLVE_MS = 2_000;

/**
 * Does what functions in the network ask for. Which addresses may be called says the function's own environment, not its callers. The log
 * names the host alone: the rest of a request has codes and secrets in it.
 */
export async function callPublic(call: PublicCall): Promise<PublicAnswer> {
  const answer = await answerTo(call).catch(failureOf);
  const { outcome } = answer;
  logger.info('call outside', {
    kind: call.kind,
    host: URL.canParse(call.url) ? hostOf(new URL(call.url)) : undefined,
    outcome,
    ...(answer.outcome === 'answered' ? { status: answer.status } : {}),
    ...(answer.outcome === 'unreachable' ? { code: answer.code } : {}),
  });
  return answer;
}

async function answerTo(call: PublicCall): Promise<PublicAnswer> {
  const rules = { loopback: environment.outsideToLoopback() };
  if (call.kind === 'resolution') {
    const refusal = refuseUrl(call.url, rules);
    if (refusal !== undefined) throw new AddressRefused(refusal);
    await withSignal(resolveTarget(new URL(call.url), rules), AbortSignal.timeout(RESOLVE_MS));
    return { outcome: 'resolved' };
  }
  const { url, ...init } = call;
  const { status, headers, body } = await guardedFetch(rules)(url, init);
  return {
    outcome: 'answered',
    status,
    headers,
    body_base64: body.toString('base64'),
  };
}

/** Failures of the way and of the other side are answers; anything else is a defect of ours. */
function failureOf(error: unknown): PublicAnswer {
  if (error instanceof AddressRefused) return { outcome: 'refused' };
  if (error instanceof AnswerTooLarge) return { outcome: 'too-large' };
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string') return { outcome: 'unreachable', code };
  if (name === 'TimeoutError') return { outcome: 'unreachable', code: 'ETIMEDOUT' };
  throw error;
}
