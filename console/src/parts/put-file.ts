import { call } from '../api/call.ts';
import { Problem, unreachable } from '../api/problem.ts';
import type { Answer } from '../api/routes.ts';

/** The addresses for the bytes of a file, as the API has answered. */
export type Offer = Pick<
  Answer<'POST /uploads/shareholders'>,
  'id' | 'upload_url' | 'upload_headers' | 'parts' | 'part_size'
>;

export interface Putting {
  /** Asks the API for addresses anew: those that it gives work for an hour. */
  offer(): Promise<Offer>;
  /** Told how many bytes have left. */
  onProgress(bytes: number): void;
  readonly signal: AbortSignal;
  readonly key: string;
}

const TRIES = 4;
const PAUSE_MS = 1_000;
const FORBIDDEN = 403;
const ALREADY_THERE = 412;

/**
 * Puts the bytes of a file where the API takes them: past it, in one piece or in parts. A piece that nothing has answered is sent again.
 * @throws Problem
 */
export async function putFile(file: File, { offer, onProgress, signal, key }: Putting): Promise<string> {
  let where = await offer();
  const { id, part_size: size = file.size } = where;
  const etags: string[] = [];
  const count = where.parts?.length ?? 1;
  for (let index = 0; index < count; index += 1) {
    const begin = index * size;
    const piece = where.parts === undefined ? file : file.slice(begin, begin + size);
    for (let attempt = 1; ; attempt += 1) {
      const url = where.parts === undefined ? where.upload_url : where.parts[index]?.url;
      // A file whose bytes were there before has no address: it is done.
      if (url === undefined) return id;
      const sent = await put(url, piece, where.upload_headers ?? {}, {
        signal,
        onProgress: (bytes) => onProgress(begin + bytes),
      });
      if (sent.status >= 200 && sent.status < 300) {
        etags.push(sent.etag);
        break;
      }
      // An attempt that nothing had answered has arrived after all: an address writes once.
      if (sent.status === ALREADY_THERE) return id;
      if (signal.aborted) throw stopped();
      if (attempt === TRIES) throw sent.status === 0 ? unreachable() : refused(sent.status);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      if (sent.status === FORBIDDEN) where = await offer();
    }
  }
  if (where.parts !== undefined) {
    const parts = etags.map((etag, index) => ({ part_number: index + 1, etag }));
    await call('POST /uploads/{id}/complete', { params: { id }, key: `${key}-complete`, body: { parts } });
  }
  return id;
}

function stopped(): Problem {
  return new Problem({ title: 'It was stopped', detail: 'Nothing of the file was read.' });
}

function refused(status: number): Problem {
  return new Problem({
    title: 'The file could not be sent',
    detail: `Where files are kept has answered ${status}. Send it again.`,
  });
}

interface Sent {
  /** 0: nothing has answered. */
  readonly status: number;
  readonly etag: string;
}

/** Sends one piece; a `fetch` would not say how far it is. */
function put(
  url: string,
  body: Blob,
  headers: Readonly<Record<string, string>>,
  { signal, onProgress }: Pick<Putting, 'signal' | 'onProgress'>,
): Promise<Sent> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    const end = (): void => {
      signal.removeEventListener('abort', stop);
      resolve({ status: request.status, etag: request.getResponseHeader('etag') ?? '' });
    };
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
    request.addEventListener('loadend', end);
    signal.addEventListener('abort', stop);
    if (signal.aborted) resolve({ status: 0, etag: '' });
    else request.send(body);
  });
}
