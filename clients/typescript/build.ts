import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import openapiTypescript, { astToString } from 'openapi-typescript';

/** Writes the types of the contract, and compiles the client into `dist`. */

const contract = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'));
const types = await openapiTypescript(contract, {
  // A field with a default need not be sent.
  defaultNonNullable: false,
  exportType: true,
});
writeFileSync(join(import.meta.dirname, 'schema.ts'), astToString(types));

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', import.meta.dirname], { stdio: 'inherit' });
