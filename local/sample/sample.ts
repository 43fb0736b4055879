import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { uploadFormat } from '#uploads/formats/upload-row.ts';
import { sampleRegister } from './sample-register.ts';

/** `npm run sample -- --rows N --out FILE [--format csv|json|ndjson] [--seed S] [--clean]`: a register to try an upload with. */

const USAGE = 'Usage: npm run sample -- --rows N --out FILE [--format csv|json|ndjson] [--seed S] [--clean]';

function readOptions() {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '1000' },
      out: { type: 'string' },
      format: { type: 'string' },
      seed: { type: 'string', default: '1' },
      clean: { type: 'boolean', default: false },
    },
  });
  const rows = Number(values.rows);
  const seed = Number(values.seed);
  const format = uploadFormat(values.format === undefined ? (values.out ?? '') : `x.${values.format}`);
  if (
    values.out === undefined ||
    format === undefined ||
    !Number.isSafeInteger(rows) ||
    rows < 0 ||
    !Number.isSafeInteger(seed)
  ) {
    throw new Error(USAGE);
  }
  return { out: values.out, rows, seed, format, clean: values.clean };
}

async function writeSample(): Promise<void> {
  const { out, ...options } = readOptions();
  const file = createWriteStream(out);
  await once(file, 'open');
  let rejected = 0;
  for (const { bytes, rows } of sampleRegister(options)) {
    for (const { code } of rows) if (code !== undefined) rejected += 1;
    if (!file.write(bytes)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  process.stdout.write(`${out}: ${options.rows} rows, ${rejected} of them bad (seed ${options.seed})\n`);
}

try {
  await writeSample();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
