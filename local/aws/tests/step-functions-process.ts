import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { DISBURSEMENT } from './disbursement-machine.ts';
import { startStepFunctions, stateMachine } from './step-functions-endpoint.ts';

/**
 * An endpoint in a process of its own, to be killed: `node step-functions-process.ts DATA_DIRECTORY`. It writes each call
 * of a function to `calls.ndjson` there, and its URL to stdout.
 */
const dataDir = process.argv[2] ?? '';

function called(name: string, event: object): void {
  appendFileSync(join(dataDir, 'calls.ndjson'), `${JSON.stringify({ name, ...event })}\n`);
}

const { endpoint } = await startStepFunctions(dataDir, [stateMachine('disbursement', DISBURSEMENT)], {
  'check-rules': ({ transaction_id: id }: { transaction_id: string }) => ({
    approval: id.startsWith('large'),
  }),
  'request-approval': (event: object) => called('request-approval', event),
  // Never answers for a payment that the test wants to cut.
  'send-payment': (event: { transaction_id: string }) => {
    called('send-payment', event);
    return event.transaction_id.endsWith('hangs') && process.argv[3] === 'hang'
      ? new Promise(() => undefined)
      : { reference: 'ACH1' };
  },
  mark: (event: object) => event,
});
console.log(endpoint.url);
