import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { handler as sendMail } from '#functions/workers/send-mail.ts';
import type { TestAws } from './aws-services.ts';
import { drain } from './queue-driver.ts';

export interface ReadMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Sends what waits in the queue of mails, and returns every mail that was sent to an address, the oldest first. */
export async function mailsTo(aws: TestAws, address: string): Promise<ReadMail[]> {
  await drain(aws, 'mails', sendMail);
  const directory = join(aws.dataDir, 'mails');
  const files = existsSync(directory) ? readdirSync(directory).sort() : [];
  return files
    .map((file) => readMail(readFileSync(join(directory, file), 'utf8')))
    .filter(({ to }) => to === address);
}

function readMail(eml: string): ReadMail {
  const [, ...parts] = eml.split(/^--=_[0-9a-f]+(?:--)?\r\n/m);
  const [text = '', html = ''] = parts.map((part) =>
    Buffer.from(part.split('\r\n\r\n')[1] ?? '', 'base64').toString(),
  );
  const header = (name: string) => new RegExp(`^${name}: (.*)\r$`, 'm').exec(eml)?.[1] ?? '';
  return { to: header('To'), subject: header('Subject'), text, html };
}

/** Returns the token of the link in a mail. */
export function tokenOf({ text }: Pick<ReadMail, 'text'>, purpose = 'invitation'): string {
  return new RegExp(`#${purpose}=([\\w.-]+)`).exec(text)?.[1] ?? '';
}
