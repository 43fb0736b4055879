import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from 'template-runner/start-error';

const LISTED = 50;

interface StoredMail {
  /** Enough of the file's name to show it by. */
  readonly id: string;
  readonly sent: string;
  readonly to: string;
  readonly subject: string;
}

/** Lists the newest mails that the platform has sent, the newest first: they are files here, and reach nobody. */
export function listMails(dataDir: string): string {
  const mails = filesOf(dataDir)
    .slice(0, LISTED)
    .map((file) => read(dataDir, file));
  if (mails.length === 0) return 'no mail has been sent';
  return mails.map(({ id, sent, to, subject }) => `${id}  ${sent}  ${to}  ${subject}`).join('\n');
}

/** Returns the text of a mail, by the id of the list. Throws `StartError` if there is none, or more than one. */
export function showMail(dataDir: string, id: string): string {
  const files = filesOf(dataDir).filter((file) => idOf(file).startsWith(id));
  const [file] = files;
  if (file === undefined || files.length > 1)
    throw new StartError(`${files.length} mails have the id ${id}: npm run local -- mail lists them`);
  const { sent, to, subject } = read(dataDir, file);
  return `To: ${to}\nSubject: ${subject}\nDate: ${sent}\n\n${textOf(contentOf(dataDir, file))}`;
}

const directoryOf = (dataDir: string): string => join(dataDir, 'mails');
/** Names are `<instant>-<id>.eml`. */
const idOf = (file: string): string => file.slice(file.indexOf('Z-') + 2, -'.eml'.length);
const contentOf = (dataDir: string, file: string): string =>
  readFileSync(join(directoryOf(dataDir), file), 'utf8');

function filesOf(dataDir: string): string[] {
  const directory = directoryOf(dataDir);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith('.eml'))
    .sort()
    .reverse();
}

function read(dataDir: string, file: string): StoredMail {
  const eml = contentOf(dataDir, file);
  const header = (name: string): string =>
    decoded(new RegExp(`^${name}: ((?:.*\r\n )*.*)\r$`, 'm').exec(eml)?.[1] ?? '');
  const [id = ''] = idOf(file).split('-', 1);
  return { id, sent: header('Date'), to: header('To'), subject: header('Subject') };
}

function decoded(value: string): string {
  return value.replace(/=\?UTF-8\?B\?(.*?)\?=(?:\r\n )?/g, (_, text: string) =>
    Buffer.from(text, 'base64').toString(),
  );
}

/** The plain text is the first part. */
function textOf(eml: string): string {
  const [, , body = ''] = eml.split('\r\n\r\n');
  return Buffer.from(body.split('\r\n--', 1)[0] ?? '', 'base64').toString();
}
