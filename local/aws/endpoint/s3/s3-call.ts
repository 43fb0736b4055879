import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Authorization, WireRequest } from '../sigv4.ts';
import { type XmlValue, xmlDocument } from '../xml.ts';
import type { MultipartStore } from './multipart-store.ts';
import type { ObjectStore } from './object-store.ts';

const S3_NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

export interface S3Account {
  readonly region: string;
  readonly accountId: string;
}

/** One authorized request, and what its operation works on. */
export interface S3Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly objects: ObjectStore;
  readonly uploads: MultipartStore;
  readonly account: S3Account;
  readonly authorization: Authorization;
  readonly bucket: string;
  readonly key: string;
  /** Names as they came, without those of the signature and without hoisted `x-amz-…` headers. */
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names; a presigned URL's `x-amz-…` parameters count as headers. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Returns what an object keeps of whoever writes it. */
export function writerOf({ authorization }: S3Call): { writtenBy?: string } {
  const { identity } = authorization.principal;
  return identity === undefined ? {} : { writtenBy: identity.principalId };
}

const SIGNATURE_PARAMETERS = new Set(
  [
    'Algorithm',
    'Credential',
    'Date',
    'Expires',
    'SignedHeaders',
    'Signature',
    'Security-Token',
    'Content-Sha256',
  ].map((name) => `x-amz-${name.toLowerCase()}`),
);

export function effectiveHeaders(wire: WireRequest, kind: 'header' | 'query'): Map<string, string> {
  const headers = new Map<string, string>();
  for (const [name, values] of Object.entries(wire.headers)) headers.set(name, (values ?? []).join(','));
  if (kind === 'header') return headers;
  for (const [name, value] of wire.query) {
    const header = name.toLowerCase();
    if (header.startsWith('x-amz-') && !SIGNATURE_PARAMETERS.has(header)) headers.set(header, value);
  }
  return headers;
}

export function effectiveQuery(wire: WireRequest, kind: 'header' | 'query'): Map<string, string> {
  const isHeader = (name: string): boolean => kind === 'query' && name.toLowerCase().startsWith('x-amz-');
  return new Map(wire.query.filter(([name]) => !isHeader(name) && name !== 'x-id'));
}

export function respondXml(call: S3Call, root: string, value: Readonly<Record<string, XmlValue>>): void {
  const body = Buffer.from(xmlDocument(root, value, S3_NAMESPACE));
  call.response.writeHead(200, { 'Content-Type': 'application/xml', 'Content-Length': body.length });
  call.response.end(body);
}
