import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ballotRowSchema } from '#uploads/checking/ballot-upload.schema.ts';
import { bankAccountRowSchema } from '#uploads/checking/bank-account-upload.schema.ts';
import { contributionRowSchema } from '#uploads/checking/contribution-upload.schema.ts';
import { kycRowSchema } from '#uploads/checking/kyc-upload.schema.ts';
import { participantRowSchema } from '#uploads/checking/participant-upload.schema.ts';
import { shareholderRowSchema } from '#uploads/checking/shareholder-upload.schema.ts';
import { taxRowSchema } from '#uploads/checking/tax-certification-upload.schema.ts';
import { generate } from './generated-file.ts';

/**
 * `npm run validators` compiles the row schemas of uploads to plain JavaScript: compiling at run time would cost a
 * cold start more than everything else that the worker loads.
 */

const require = createRequire(import.meta.url);
const { default: standaloneCode } =
  require('ajv/dist/standalone') as typeof import('ajv/dist/standalone/index.js');
const { default: addFormats } = require('ajv-formats') as typeof import('ajv-formats');
const { default: ucs2length } = require('ajv/dist/runtime/ucs2length') as {
  default: (text: string) => number;
};

const DECLARATIONS = `// Written by \`npm run validators\`.
import type { ErrorObject } from 'ajv';

export interface Validate {
  (row: unknown): boolean;
  errors?: ErrorObject[] | null;
}
export const validate: Validate;
export default validate;
`;

function compile(schema: object): string {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    code: { source: true, esm: true, lines: true },
  });
  addFormats(ajv, ['email']);
  const code = standaloneCode(ajv, ajv.compile(schema))
    // Ajv requires its one runtime function even in an ES module, where there is no require.
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', `(${ucs2length.toString()})`);
  if (code.includes('require('))
    throw new Error('The compiled validator needs a module that is not inlined.');
  return `// Written by \`npm run validators\`.\n${code.trimEnd()}\n`;
}

for (const [name, schema] of Object.entries({
  'ballot-row': ballotRowSchema,
  'bank-account-row': bankAccountRowSchema,
  'contribution-row': contributionRowSchema,
  'kyc-row': kycRowSchema,
  'participant-row': participantRowSchema,
  'shareholder-row': shareholderRowSchema,
  'tax-certification-row': taxRowSchema,
})) {
  generate(`shared/generated/${name}.validator.js`, compile(schema), 'npm run validators');
  generate(`shared/generated/${name}.validator.d.ts`, DECLARATIONS, 'npm run validators');
}
