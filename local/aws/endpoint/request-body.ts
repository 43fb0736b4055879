import type { IncomingMessage } from 'node:http';
import { AwsError } from './aws-error.ts';

/** Reads a small body into memory. Throws `RequestEntityTooLarge` (413) past `limitBytes`. */
export async function readBody(
  source: AsyncIterable<Buffer> | IncomingMessage,
  limitBytes: number,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limitBytes)
      throw new AwsError('RequestEntityTooLarge', 413, `The request is larger than ${limitBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
