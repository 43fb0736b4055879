import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import type { TemplateRunner } from 'template-runner';
import { type FileAtBank, OriginatingBank } from './odfi/originating-bank.ts';

/** The queue of the mock bank's callbacks, behind the environment's name. */
const CALLBACKS = '-mock-bank-callbacks';

/** Whether the banks of a data directory were told to be silent. It survives a restart. */
export interface Silence {
  isOn(): boolean;
  set(isOn: boolean): void;
}

export function silenceOf(path: string): Silence {
  let isOn = existsSync(path) && (JSON.parse(readFileSync(path, 'utf8')) as { silent: boolean }).silent;
  return {
    isOn: () => isOn,
    set: (wanted) => {
      writeFileSync(path, `${JSON.stringify({ silent: wanted })}\n`, { mode: 0o600 });
      isOn = wanted;
    },
  };
}

/** The banks beside the platform: the mock bank, which is part of it, and the one that takes files. */
export interface LocalBank {
  /** Has them say nothing from now on, or say what has waited. */
  beSilent(isSilent: boolean): void;
  isSilent(): boolean;
  /** The files that tenants have written for their bank. */
  files(): Promise<FileAtBank[]>;
}

export interface LocalBankOptions {
  readonly runner: TemplateRunner;
  readonly bucket: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly silence: Silence;
  report(line: string): void;
}

/** Opens the bank that takes files, and keeps both banks silent where they were told to be. */
export function openLocalBank({ runner, bucket, credentials, silence, report }: LocalBankOptions): LocalBank {
  const { endpoint, model, clock } = runner;
  const s3 = new S3Client({
    ...{ endpoint: endpoint.url, region: model.region, credentials },
    forcePathStyle: true,
  });
  const bank = new OriginatingBank({ s3, bucket, report, isSilent: silence.isOn });
  const callbacks = endpoint.queues.names().filter((name) => name.endsWith(CALLBACKS));
  const hold = (): void => {
    for (const queue of callbacks) runner.hold(queue, silence.isOn());
  };
  hold();
  runner.accompany(bank);
  return {
    isSilent: silence.isOn,
    beSilent: (isSilent) => {
      silence.set(isSilent);
      hold();
      bank.notice();
    },
    files: async () => {
      await bank.act(clock.now());
      return bank.list();
    },
  };
}
