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

/** A piece of a file, which has an address of its own. */
interface Piece {
  /** The place among the parts. */
  readonly index: number;
  readonly begin: number;
  readonly bytes: Blob;
}

/**
 * Puts the bytes of a file where the API takes them: past it, in one piece or in parts. A piece that nothing has answered is sent again.
 * @throws Problem
 */
export async function putFile(file: File, putting: Putting): Promise<string> {
  const places = new Places(await putting.offer(), putting);
  const etags: string[] = [];
  for (const piece of piecesOf(file, places.now)) {
    const etag = await delivered(piece, places, putting);
    if (etag === undefined) return places.now.id;
    etags.push(etag);
  }
  const { id, parts: isInParts } = places.now;
  if (isInParts !== undefined) {
    const parts = etags.map((etag, index) => ({ part_number: index + 1, etag }));
    const key = `${putting.key}-complete`;
    await call('POST /uploads/{id}/complete', { params: { id }, key, body: { parts } });
  }
  return id;
}

/** The addresses of a file: they are asked for anew once they have expired. */
class Places {
  #now: Offer;
  readonly #offer: Putting['offer'];

  constructor(first: Offer, { offer }: Putting) {
    this.#now = first;
    this.#offer = offer;
  }

  get now(): Offer {
    return this.#now;
  }

  /** A file whose bytes were there before has no address. */
  of({ index }: Piece): string | undefined {
    const { parts, upload_url } = this.#now;
    return parts === undefined ? upload_url : parts[index]?.url;
  }

  async renew(): Promise<void> {
    this.#now = await this.#offer();
  }
}

function piecesOf(file: File, { parts, part_size: size = file.size }: Offer): readonly Piece[] {
  if (parts === undefined) return [{ index: 0, begin: 0, bytes: file }];
  return parts.map((_, index) => {
    const begin = index * size;
    return { index, begin, bytes: file.slice(begin, begin + size) };
  });
}

/**
 * Sends a piece until it is taken, and returns its ETag; undefined where the whole file is there already.
 * @throws Problem
 */
async function delivered(piece: Piece, places: Places, putting: Putting): Promise<string | undefined> {
  const { signal, onProgress } = putting;
  const way = { signal, onProgress: (bytes: number) => onProgress(piece.begin + bytes) };
  for (let attempt = 1; ; attempt += 1) {
    const url = places.of(piece);
    if (url === undefined) return undefined;
    const { status, etag } = await put(url, piece.bytes, places.now.upload_headers ?? {}, way);
    if (status >= 200 && status < 300) return etag;
    // An attempt that nothing had answered has arrived after all: an address writes once.
    if (status === ALREADY_THERE) return undefined;
    if (signal.aborted) throw stopped();
    if (attempt === TRIES) throw status === 0 ? unreachable() : refused(status);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
    if (status === FORBIDDEN) await places.renew();
  }
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
