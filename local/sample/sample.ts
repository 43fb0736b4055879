import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { StartError } from 'template-runner/start-error';
import { uploadFormat } from '#uploads/formats/upload-row.ts';
import { exitOnStartError, readArguments, usageOf } from '../terminal.ts';
import { sampleRegister } from './sample-register.ts';

const HELP = `usage: npm run sample -- --rows N --out FILE [--format csv|json|ndjson] [--seed S] [--clean]

Writes a register to try an upload with: names of many scripts, and 2 % rows to reject, of every kind.

  --rows N         how many rows (default: 1000)
  --out FILE       where to
  --format FORMAT  csv, json or ndjson (default: by the file's name)
  --seed S         another seed makes another register (default: 1)
  --clean          writes no rows to reject`;

function readOptions() {
  const { values } = readArguments(HELP, {
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
    throw new StartError(usageOf(HELP));
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

await exitOnStartError(writeSample);
