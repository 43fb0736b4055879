import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { shareholderRowSchema } from '#uploads/shareholder-upload.schema.ts';

/**
 * `npm run validators`: compiles the row schema to plain JavaScript, since compiling at run time would cost a cold start
 * more than everything else the worker loads. `--check` fails when the checked-in files are stale.
 */

const require = createRequire(import.meta.url);
const { default: standaloneCode } =
  require('ajv/dist/standalone') as typeof import('ajv/dist/standalone/index.js');
const { default: addFormats } = require('ajv-formats') as typeof import('ajv-formats');
const { default: ucs2length } = require('ajv/dist/runtime/ucs2length') as {
  default: (text: string) => number;
};

const OUT = new URL('../generated/', import.meta.url);

const DECLARATIONS = `// Written by \`npm run validators\`.
import type { ErrorObject } from 'ajv';

export interface Validate {
  (row: unknown): boolean;
  errors?: ErrorObject[] | null;
}
export const validate: Validate;
export default validate;
`;

/** File name to content, of everything `shared/generated` holds of the validators. */
export function compileValidators(): Map<string, string> {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    code: { source: true, esm: true, lines: true },
  });
  addFormats(ajv, ['email']);
  const code = standaloneCode(ajv, ajv.compile(shareholderRowSchema))
    // Ajv requires its one runtime function even in an ES module, where there is no require.
    .replaceAll('require("ajv/dist/runtime/ucs2length").default', `(${ucs2length.toString()})`);
  if (code.includes('require('))
    throw new Error('The compiled validator needs a module that is not inlined.');
  return new Map([
    ['shareholder-row.validator.js', `// Written by \`npm run validators\`.\n${code.trimEnd()}\n`],
    ['shareholder-row.validator.d.ts', DECLARATIONS],
  ]);
}

if (import.meta.main) {
  for (const [name, content] of compileValidators()) {
    const file = new URL(name, OUT);
    if (!process.argv.includes('--check')) writeFileSync(file, content);
    else if (readFileSync(file, 'utf8') !== content)
      throw new Error(`${name} is stale: run \`npm run validators\`.`);
  }
}
