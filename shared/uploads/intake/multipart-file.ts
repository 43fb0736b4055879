import type { Busboy } from 'busboy';
import { DomainError, invalidField } from '#kernel/domain-error.ts';
import { MAX_MULTIPART_BYTES } from './sending-file.ts';
import { NewUpload } from './uploads.routes.ts';

export interface SentFile {
  readonly filename: string;
  readonly bytes: Buffer;
}

/** A file with the other fields of its form. */
export interface SentForm extends SentFile {
  readonly fields: ReadonlyMap<string, string>;
}

const FIELD = 'file';
/** More than any form of ours has. */
const MAX_FIELDS = 20;

/**
 * The one file of a multipart form (RFC 7578), and its other fields.
 * @param known the fields that it may have beside the file
 * @throws DomainError `payload-too-large`, `malformed-request`, `validation-failed`
 */
export async function readMultipartFile(
  contentType: string,
  body: Buffer,
  known: readonly string[],
): Promise<SentForm> {
  const { files, fields } = await readForm(contentType, body);
  const names = fields.map(([name]) => name);
  const unknown =
    names.find((name) => name !== FIELD && !known.includes(name)) ??
    files.find(({ field }) => field !== FIELD)?.field;
  if (unknown !== undefined)
    throw invalidField(`/${pointerPart(unknown)}`, 'unknown-field', 'is not a field here');
  if (names.includes(FIELD))
    throw invalidField(`/${FIELD}`, 'invalid-type', 'must be a file, with a filename');
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw invalidField(`/${repeated}`, 'repeated', 'must be given once');
  const [file] = files;
  if (file === undefined) throw invalidField(`/${FIELD}`, 'required', 'is required');
  if (files.length > 1) throw invalidField(`/${FIELD}`, 'repeated', 'must be given once');
  if (file.bytes.length > MAX_MULTIPART_BYTES) throw tooLarge();
  const filename = NewUpload.shape.filename.safeParse(file.filename);
  if (!filename.success)
    throw invalidField(
      `/${FIELD}/filename`,
      'invalid-filename',
      filename.error.issues[0]?.message ?? 'is not valid',
    );
  return { filename: filename.data, bytes: file.bytes, fields: new Map(fields) };
}

function tooLarge(): DomainError {
  return new DomainError(
    'payload-too-large',
    `A form takes a file of at most ${MAX_MULTIPART_BYTES} bytes. Send {"filename", "size"} as application/json to this same path, and PUT the file where the answer says.`,
  );
}

function pointerPart(name: string): string {
  return name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}

interface FormFile extends SentFile {
  readonly field: string;
}

type Field = readonly [name: string, value: string];

async function readForm(contentType: string, body: Buffer): Promise<{ files: FormFile[]; fields: Field[] }> {
  const { default: busboy } = await import('busboy');
  const files: FormFile[] = [];
  const fields: Field[] = [];
  const malformed = (cause?: Error) =>
    new DomainError('malformed-request', 'The body is not a complete multipart form.', { cause });
  let form: Busboy;
  try {
    form = busboy({
      headers: { 'content-type': contentType },
      defParamCharset: 'utf8',
      limits: { files: 2, fields: MAX_FIELDS, fileSize: MAX_MULTIPART_BYTES + 1, fieldSize: 1024 },
    });
  } catch (error) {
    throw malformed(error as Error);
  }
  return new Promise((resolve, reject) => {
    form.on('field', (name, value) => fields.push([name, value]));
    form.on('file', (field, stream, { filename }) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('close', () =>
        files.push({
          field,
          filename: filename ?? '',
          bytes: Buffer.concat(chunks),
        }),
      );
      stream.on('error', (error) => reject(malformed(error)));
    });
    form.on('error', (error) => reject(malformed(error as Error)));
    form.on('close', () => resolve({ files, fields }));
    form.end(body);
  });
}
