import * as z from 'zod';
import { bankEnvironment } from '#payments/bank/bank-environment.ts';
import { BANK_PAYMENT_STATUSES } from '#payments/bank/bank-event-kind.ts';
import { openInstruction } from '#payments/execution/payment-instruction.ts';
import type { BankStatus, PaymentInput, SubmitInput } from '#payments/execution/step-inputs.ts';
import { crashPoint } from '#platform/crash-point.ts';
import { inSpan, traceHeaders } from '#platform/observability/trace.ts';
import { beforeOutsideCall } from '#platform/outside-call.ts';
import { StepError } from '#platform/queue/step.ts';
import { fieldSealer } from '#platform/sealing.ts';
import { secretText } from '#platform/secret.ts';
import { bankApiKey } from './bank-signature.ts';

/** The state machine waits and tries again: the bank identifies the order by its key. */
const BANK_UNAVAILABLE = 'BankUnavailable';
const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 64 * 1024;

const PaymentAtBank = z.object({
  id: z.string(),
  status: z.enum(BANK_PAYMENT_STATUSES),
  code: z.string().nullish(),
});

/**
 * Orders the payment. The transaction's id is the bank's idempotency key: ordering again, after whatever has gone wrong, is
 * the same order.
 * @throws StepError `BankUnavailable` whenever we can't know whether the bank has taken it
 */
export async function submitToBank(input: SubmitInput): Promise<BankStatus> {
  const { tenant_id, transaction_id } = input;
  const instruction = openInstruction(input.instruction, transaction_id, await fieldSealer());
  await crashPoint('before-bank-call', transaction_id);
  const status = await callBank('POST', '/payments', {
    headers: { 'content-type': 'application/json', 'idempotency-key': transaction_id },
    body: JSON.stringify({ client_id: tenant_id, reference: transaction_id, ...instruction }),
  });
  await crashPoint('after-bank-accept', transaction_id);
  if (status === undefined) throw new StepError(BANK_UNAVAILABLE, 'the bank has no place for orders');
  return status;
}

/** Asks what became of a payment. `UNKNOWN`: the bank has never had the order. */
export async function queryPayment({ transaction_id }: PaymentInput): Promise<BankStatus> {
  const status = await callBank('GET', `/payments/${transaction_id}`, {});
  return status ?? { status: 'UNKNOWN', code: null, bank_reference: null };
}

interface BankRequest {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

function callBank(method: string, path: string, request: BankRequest): Promise<BankStatus | undefined> {
  const attributes = { 'http.request.method': method, 'peer.service': 'bank' };
  return inSpan({ name: `${method} bank`, kind: 'client', attributes }, () => send(method, path, request));
}

async function send(method: string, path: string, request: BankRequest): Promise<BankStatus | undefined> {
  await beforeOutsideCall('the bank');
  const key = bankApiKey(await secretText(bankEnvironment.bankSecretArn()));
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${bankEnvironment.bankUrl()}${path}`, {
      ...request,
      method,
      headers: { ...request.headers, ...traceHeaders(), 'x-bank-key': key },
      // The order goes to the host that we know, and to no other that it names.
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    text = await response.text();
  } catch (cause) {
    throw new StepError(BANK_UNAVAILABLE, 'the bank does not answer', { cause });
  }
  if (response.status === 404 && method === 'GET') return undefined;
  if (text.length > MAX_ANSWER_BYTES || !(response.ok || response.status === 422))
    throw new StepError(BANK_UNAVAILABLE, `the bank answered ${response.status}`);
  return read(text);
}

function read(text: string): BankStatus {
  try {
    const { id, status, code } = PaymentAtBank.parse(JSON.parse(text));
    return { status, code: code ?? null, bank_reference: id };
  } catch (cause) {
    throw new StepError(BANK_UNAVAILABLE, 'the answer of the bank can not be read', { cause });
  }
}
