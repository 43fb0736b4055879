import { PLATFORM_TENANT_ID } from '#platform/db/roles.ts';
import { tenantStatements } from '#platform/db/tenant-tx.ts';
import type { Behaviour } from './behaviour.ts';

export interface BankPaymentRow {
  readonly id: string;
  readonly reference: string;
  readonly client_id: string;
  readonly account_number: string;
  readonly status: 'ACCEPTED' | 'REJECTED';
  readonly code: string | null;
  readonly settles_at: Date | null;
  readonly returns_at: Date | null;
  readonly return_code: string | null;
  /** The reference of the payment that it takes back. */
  readonly reverses: string | null;
}

const COLUMNS =
  'id, reference, client_id, account_number, status, code, settles_at, returns_at, return_code, reverses';

/** The bank's tables know no tenants; any context will do. */
async function run(text: string, values: readonly unknown[]): Promise<BankPaymentRow[]> {
  const [result] = await tenantStatements(PLATFORM_TENANT_ID, [{ text, values }]);
  return (result?.rows ?? []) as BankPaymentRow[];
}

export interface NewPayment {
  readonly key: string;
  readonly reference: string;
  readonly client_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly routing_number: string;
  readonly account_number: string;
  readonly reverses?: string | undefined;
}

/** Takes an instruction, or finds the one that its key has made before. */
export async function insertOrFindPayment(
  instruction: NewPayment,
  behaviour: Behaviour,
): Promise<{ row: BankPaymentRow; isNew: boolean }> {
  const { settlesAfter, returns, rejects } = behaviour;
  const inserted = await run(
    `insert into mock_bank_payments (idempotency_key, reference, client_id, amount, currency, routing_number, account_number,
       reverses, status, code, settles_at, returns_at, return_code)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp() + make_interval(secs => $11),
       clock_timestamp() + make_interval(secs => $12), $13)
     on conflict (idempotency_key) do nothing returning ${COLUMNS}`,
    [
      ...[
        instruction.key,
        instruction.reference,
        instruction.client_id,
        instruction.amount,
        instruction.currency,
      ],
      ...[instruction.routing_number, instruction.account_number, instruction.reverses ?? null],
      ...[rejects === undefined ? 'ACCEPTED' : 'REJECTED', rejects ?? null, settlesAfter ?? null],
      ...[returns?.after ?? null, returns?.code ?? null],
    ],
  );
  const row = inserted[0] ?? (await findByKey(instruction.key));
  if (row === undefined) throw new Error('the instruction is gone');
  return { row, isNew: inserted.length > 0 };
}

/** Why the bank takes no reversal of a payment, as it would come back from the payee’s bank; undefined where it takes it. */
export async function refusalOfReversal(
  { key, client_id, amount, account_number }: NewPayment,
  reverses: string,
): Promise<string | undefined> {
  const [found] = (await run(
    `select p.client_id = $2 and p.amount = $3 and p.account_number = $4 and p.status = 'ACCEPTED' as is_same,
       exists (select from mock_bank_payments r where r.reverses = p.reference and r.status = 'ACCEPTED'
         and (r.returns_at is null or r.settles_at is not null) and r.idempotency_key <> $5) as is_reversed
     from mock_bank_payments p where p.reference = $1 order by p.id limit 1`,
    [reverses, client_id, amount, account_number, key],
  )) as unknown as { is_same: boolean; is_reversed: boolean }[];
  if (found?.is_same !== true) return 'R17';
  return found.is_reversed ? 'R24' : undefined;
}

async function findByKey(key: string): Promise<BankPaymentRow | undefined> {
  return (await run(`select ${COLUMNS} from mock_bank_payments where idempotency_key = $1`, [key]))[0];
}

export async function findByReference(reference: string): Promise<BankPaymentRow | undefined> {
  return (
    await run(`select ${COLUMNS} from mock_bank_payments where reference = $1 order by id limit 1`, [
      reference,
    ])
  )[0];
}

/** Counts the requests during an outage, this one included. */
export async function countOutage(reference: string): Promise<number> {
  const [row] = (await run(
    `insert into mock_bank_outages as o (reference) values ($1)
     on conflict (reference) do update set requests = o.requests + 1 returning requests`,
    [reference],
  )) as unknown as { requests: number }[];
  return row?.requests ?? 0;
}
