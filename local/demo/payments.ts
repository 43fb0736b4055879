import type { DemoDoors } from './doors.ts';
import type { DemoIssuer } from './issuer.ts';

interface Demo {
  /** The account number that determines the mock bank's behaviour, see docs/mock-bank.md. */
  readonly accountNumber: string;
  readonly amount: string;
  readonly memo: string;
  readonly decision?: 'approve' | 'deny';
}

/** A payment for each state that it can be in, and for each way in which a bank fails. */
const PAYMENTS: readonly Demo[] = [
  { accountNumber: '900000000000', amount: '125.50', memo: 'Settles' },
  { accountNumber: '900000000102', amount: '80.00', memo: 'Account closed' },
  { accountNumber: '900000000203', amount: '64.25', memo: 'Comes back late' },
  { accountNumber: '900000000301', amount: '40.00', memo: 'Account corrected' },
  { accountNumber: '900000000506', amount: '33.10', memo: 'On its way' },
  { accountNumber: '900000000504', amount: '21.00', memo: 'Rejected' },
  { accountNumber: '900000000000', amount: '25000.00', memo: 'Waits for approval' },
  { accountNumber: '900000000000', amount: '18000.00', memo: 'Approved', decision: 'approve' },
  { accountNumber: '900000000000', amount: '12000.00', memo: 'Denied', decision: 'deny' },
];

/** Verifies the first holders of the register, gives them accounts, and pays them. Answers how many payments there are. */
export async function payDemoHolders(doors: DemoDoors, issuer: DemoIssuer): Promise<number> {
  const { data } = await doors.call<{ data: { id: string; name: string; version: number }[] }>(
    'GET',
    `/shareholders?limit=${PAYMENTS.length}`,
    issuer.ops,
  );
  for (const [index, payment] of PAYMENTS.entries()) {
    const holder = data[index];
    if (holder !== undefined) await payHolder(doors, issuer, holder, payment, index);
  }
  return Math.min(PAYMENTS.length, data.length);
}

async function payHolder(
  doors: DemoDoors,
  { ops, compliance }: DemoIssuer,
  holder: { id: string; name: string; version: number },
  { accountNumber, amount, memo, decision }: Demo,
  index: number,
): Promise<void> {
  await doors.call(
    'PATCH',
    `/shareholders/${holder.id}/kyc`,
    compliance,
    { status: 'VERIFIED' },
    {
      'if-match': `"${holder.version}"`,
    },
  );
  const account = await doors.call<{ id: string }>('POST', `/shareholders/${holder.id}/bank-accounts`, ops, {
    routing_number: '121042882',
    account_number: accountNumber,
    account_type: 'CHECKING',
    holder_name: holder.name,
  });
  await doors.call('POST', `/approvals/${account.id}/approve`, compliance);
  const order = { shareholder_id: holder.id, amount, currency: 'USD', memo };
  const { id } = await doors.call<{ id: string }>('POST', '/transactions/disburse', ops, order, {
    'idempotency-key': `demo-payment-${index}`,
  });
  if (decision !== undefined) await doors.call('POST', `/transactions/${id}/${decision}`, compliance);
}
