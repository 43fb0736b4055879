import { randomUUID } from 'node:crypto';
import type { JSONValue } from '@aws-lambda-powertools/commons/types';
import {
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
  IdempotencyRecordStatus,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import type { Statement } from '#platform/db/pipeline.ts';
import { type Actor, tenantStatements } from '#platform/db/tenant-tx.ts';

// A record left by an execution that died is taken over once its deadline has passed; an expired one is forgotten.
const CLAIM = `insert into idempotency_keys as k (id, status, payload_sha256, owner, in_progress_until, expires_at)
  values ($1, 'INPROGRESS', $2, $3, to_timestamp($4::float8 / 1000), to_timestamp($5::float8))
  on conflict (tenant_id, id) do update set status = 'INPROGRESS', payload_sha256 = excluded.payload_sha256, owner = excluded.owner,
    in_progress_until = excluded.in_progress_until, expires_at = excluded.expires_at, response = null
  where k.expires_at < now()
    or (k.status = 'INPROGRESS' and k.in_progress_until < now() and k.payload_sha256 = excluded.payload_sha256)`;

const COMPLETE = 'select complete_idempotency_key($1, $2, $3)';

interface StoredRecord {
  status: 'INPROGRESS' | 'COMPLETED';
  payload_sha256: string;
  in_progress_until: Date;
  expires_at: Date;
  response: unknown;
}

/**
 * Powertools' idempotency over Postgres, of one request. Unlike the utility's own stores it completes the record inside the
 * business transaction ({@link completion}), so that an effect and its stored answer are one commit. `owner` fences a slow
 * execution whose record another has taken over.
 */
export class IdempotencyStore extends BasePersistenceLayer {
  readonly #caller: Actor;
  readonly #owner = randomUUID();
  #id: string | undefined;
  #completed = false;

  constructor(caller: Actor) {
    super();
    this.#caller = caller;
  }

  /** The statement that stores the answer. It fails unless this execution still owns the key. */
  completion(answer: unknown): Statement {
    if (this.#id === undefined) throw new Error('the idempotency key was not claimed');
    this.#completed = true;
    return { text: COMPLETE, values: [this.#id, this.#owner, JSON.stringify(answer)] };
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    this.#id = record.idempotencyKey;
    const values = [
      record.idempotencyKey,
      record.payloadHash ?? '',
      this.#owner,
      record.inProgressExpiryTimestamp ?? Date.now(),
      record.expiryTimestamp,
    ];
    const [claimed] = await tenantStatements(this.#caller, [{ text: CLAIM, values }]);
    if (claimed?.rowCount !== 1) throw new IdempotencyItemAlreadyExistsError('the key is known');
  }

  protected override async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    const [found] = await tenantStatements(this.#caller, [
      {
        text: `select status, payload_sha256, in_progress_until, expires_at, response
          from idempotency_keys where id = $1`,
        values: [idempotencyKey],
      },
    ]);
    const row = found?.rows[0] as StoredRecord | undefined;
    if (row === undefined) throw new IdempotencyItemNotFoundError('the key is unknown');
    return new IdempotencyRecord({
      idempotencyKey,
      status: IdempotencyRecordStatus[row.status],
      payloadHash: row.payload_sha256,
      inProgressExpiryTimestamp: row.in_progress_until.getTime(),
      expiryTimestamp: Math.floor(row.expires_at.getTime() / 1000),
      responseData: row.response as JSONValue,
    });
  }

  protected override async _updateRecord(): Promise<void> {
    if (!this.#completed) throw new Error('an idempotent route must write through tenantTx');
  }

  protected override async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    // A caller who has been put out meanwhile leaves no claim behind.
    await tenantStatements(this.#caller.tenantId, [
      {
        text: `delete from idempotency_keys where id = $1 and owner = $2 and status = 'INPROGRESS'`,
        values: [record.idempotencyKey, this.#owner],
      },
    ]);
  }
}
