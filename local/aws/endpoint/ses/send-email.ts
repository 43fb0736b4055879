import { randomUUID } from 'node:crypto';
import { AwsError } from '../aws-error.ts';
import {
  isJsonObject,
  type JsonObject,
  objectList,
  onlyParameters,
  optionalText,
  requiredText,
  textList,
} from '../json-input.ts';
import type { MailStore } from './mail-store.ts';

export const SEND_EMAIL_PATH = '/v2/email/outbound-emails';

/** The most addresses that one call takes. */
const MAX_RECIPIENTS = 50;
/** SES takes one address, with or without a name before it. */
const ADDRESS = /^(?:[^<>\r\n]*<)?([^\s<>@,]+@[^\s<>@,]+)>?$/;
const HEADER_NAME = /^[A-Za-z0-9-]{1,126}$/;
const HEADER_VALUE = /^[\x20-\x7e]{1,870}$/;

export interface SesOptions {
  readonly mails: MailStore;
  /** The domains that are verified, by the templates. */
  readonly identities: readonly string[];
  readonly region: string;
  readonly now: () => Date;
}

/** Returns the domain from which a call sends, whose identity IAM is asked about. */
export function senderDomain(input: JsonObject): string {
  const from = input.FromEmailAddress;
  return (typeof from === 'string' ? ADDRESS.exec(from)?.[1]?.split('@').at(-1) : undefined) ?? '';
}

/** SendEmail of SES v2, for content that SES itself makes into a message (`Simple`). */
export function sendEmail({ mails, identities, region, now }: SesOptions, input: JsonObject): JsonObject {
  onlyParameters(input, ['FromEmailAddress', 'Destination', 'Content']);
  const from = requiredText(input, 'FromEmailAddress');
  const destination = part(input, 'Destination');
  onlyParameters(destination, ['ToAddresses']);
  const to = textList(destination, 'ToAddresses');
  const content = part(input, 'Content');
  onlyParameters(content, ['Simple']);
  const simple = part(content, 'Simple');
  onlyParameters(simple, ['Subject', 'Body', 'Headers']);
  const body = part(simple, 'Body');
  onlyParameters(body, ['Text', 'Html']);
  if (to.length === 0 || to.length > MAX_RECIPIENTS)
    throw badRequest('Recipient count is not between 1 and 50.');
  for (const address of [from, ...to]) if (!ADDRESS.test(address)) throw badRequest('Illegal address');
  if (!identities.includes(senderDomain(input)))
    throw new AwsError(
      'MessageRejected',
      400,
      `Email address is not verified. The following identities failed the check in region ${region.toUpperCase()}: ${from}`,
    );
  const messageId = randomUUID();
  mails.put({
    ...{ messageId, from, to, at: now() },
    subject: dataOf(simple, 'Subject') ?? '',
    text: dataOf(body, 'Text'),
    html: dataOf(body, 'Html'),
    headers: objectList(simple, 'Headers').map(headerOf),
  });
  return { MessageId: messageId };
}

function headerOf(header: JsonObject): readonly [string, string] {
  const [name, value] = [requiredText(header, 'Name'), requiredText(header, 'Value')];
  if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) throw badRequest('Invalid header.');
  return [name, value];
}

function part(input: JsonObject, name: string): JsonObject {
  const value = input[name];
  if (!isJsonObject(value)) throw badRequest(`${name} is missing.`);
  return value;
}

function dataOf(input: JsonObject, name: string): string | undefined {
  if (input[name] === undefined || input[name] === null) return undefined;
  const content = part(input, name);
  onlyParameters(content, ['Data', 'Charset']);
  return optionalText(content, 'Data');
}

function badRequest(message: string): AwsError {
  return new AwsError('BadRequestException', 400, message);
}
