import { idInPath } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { Shareholder } from './shareholders.routes.ts';

export const reopenShareholder = route({
  operationId: 'reopenShareholder',
  method: 'POST',
  path: '/shareholders/{id}/reopen',
  summary: 'Reopen a closed holder, who buys again',
  description:
    'The holder keeps its id, its reference, its history and its verification, and takes shares and payments from now on. Bank accounts pay as they did. Reopening a holder who is open answers 200 and changes nothing. One whose personal data was erased at the end of its retention period stays closed: enter a new holder.',
  roles: ['ADMIN', 'OPS'],
  tenants: ['ISSUER'],
  params: idInPath,
  status: 200,
  response: Shareholder,
  concurrency: 'if-match',
  audit: 'shareholder.reopened',
  problems: ['not-found', 'conflict', 'precondition-failed', 'precondition-required'],
  uses: [],
});
