import * as z from 'zod';
import { idInPath } from '#kernel/fields.ts';
import { route } from '#platform/http/route.ts';
import { BankFile } from './bank-files.routes.ts';

export const fetchBankFile = route({
  operationId: 'fetchBankFile',
  method: 'POST',
  path: '/bank-files/{id}/fetch',
  summary: 'Fetch a file that went to the bank or came from it',
  description:
    'The answer has a `url` that is valid for fifteen minutes; null where another file lies in the place of an inbound one. The file names accounts of payees: whoever fetches it stands in the audit trail. An outbound file is `FETCHED` from then on; that the bank has it is another matter, see `/bank-files/{id}/acknowledge`.',
  roles: ['ADMIN', 'OPS'],
  tenants: ['ISSUER', 'SPONSOR'],
  params: idInPath,
  status: 200,
  response: BankFile.extend({ url: z.string().nullable() }),
  concurrency: 'if-match',
  audit: 'bank-file.fetched',
  problems: ['not-found', 'precondition-failed', 'precondition-required', 'bank-file-not-open'],
  uses: ['bankFiles:read'],
});
