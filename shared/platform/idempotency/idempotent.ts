import { createHmac } from 'node:crypto';
import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  IdempotencyInconsistentStateError,
  IdempotencyPersistenceLayerError,
  IdempotencyValidationError,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import type { APIGatewayProxyResult, Context } from 'aws-lambda';
import { DomainError } from '#kernel/domain-error.ts';
import type { Actor } from '#platform/db/tenant-tx.ts';
import { IdempotencyStore } from './idempotency-store.ts';

/** Answers are replayed for a day; where money moves, a unique constraint prevents repetition for ever. */
const KEPT_SECONDS = 24 * 60 * 60;
const RETRY_AFTER_SECONDS = 1;
export interface IdempotentRequest {
  readonly caller: Actor;
  readonly operationId: string;
  readonly key: string;
  /** The data that must be the same whenever the key is: path, query and body as they were sent. */
  readonly payload: string;
  readonly context: Context;
  /** @default {@link underKey} */
  readonly fingerprint?: Fingerprint | undefined;
}

/** Makes of what was sent the text by which it is recognised when it comes again. */
export type Fingerprint = (payload: string) => Promise<string>;

/**
 * Runs `execute` at most once for (tenant, operation, key) and answers every repetition with the first answer.
 * @throws DomainError `request-in-progress` (409), `idempotency-key-reused` (422)
 */
export async function idempotent(
  request: IdempotentRequest,
  execute: (store: IdempotencyStore) => Promise<APIGatewayProxyResult>,
): Promise<APIGatewayProxyResult> {
  const store = new IdempotencyStore(request.caller);
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'payload',
    throwOnNoIdempotencyKey: true,
    hashFunction: 'sha256',
    expiresAfterSeconds: KEPT_SECONDS,
    lambdaContext: request.context,
    responseHook: (response) => {
      const replayed = response as unknown as APIGatewayProxyResult;
      replayed.multiValueHeaders = { ...replayed.multiValueHeaders, 'idempotency-replayed': ['true'] };
      return response;
    },
  });
  const run = makeIdempotent((_: { key: string; payload: string }) => execute(store), {
    persistenceStore: store,
    config,
    keyPrefix: request.operationId,
  });
  try {
    return await run({
      key: request.key,
      payload: await (request.fingerprint ?? underKey(request.key))(request.payload),
    });
  } catch (error) {
    throw translate(error);
  }
}

/**
 * A fingerprint under the client's key, of which the table holds only a hash. Clients choose keys that can be guessed, and then the body can
 * be too: whose body holds a secret brings a fingerprint of its own (docs/adr/0309).
 */
function underKey(key: string): Fingerprint {
  return async (payload) => createHmac('sha256', key).update(payload).digest('hex');
}

function translate(error: unknown): unknown {
  if (
    error instanceof IdempotencyAlreadyInProgressError ||
    error instanceof IdempotencyInconsistentStateError
  ) {
    return new DomainError(
      'request-in-progress',
      'The first request with this key has not finished. Send it again shortly.',
      {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      },
    );
  }
  if (error instanceof IdempotencyValidationError) {
    return new DomainError(
      'idempotency-key-reused',
      'This key was used with another body. Use a new key for a new request.',
    );
  }
  if (error instanceof IdempotencyPersistenceLayerError && error.cause instanceof Error) return error.cause;
  return error;
}
