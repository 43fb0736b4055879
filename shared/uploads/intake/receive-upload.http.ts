import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { invalidField } from '#kernel/domain-error.ts';
import { type UploadId, uuidV7 } from '#kernel/ids.ts';
import type { HttpRequest } from '#platform/http/http.ts';
import { type Reply, reply } from '#platform/http/reply.ts';
import type { RouteSpec } from '#platform/http/route.ts';
import { putObject } from '#platform/storage/objects.ts';
import { beginParts } from '#platform/storage/presigned.ts';
import { refuseFuture } from '#register/position-change.ts';
import { uploadFormat } from '#uploads/formats/upload-row.ts';
import { findMapping, settingsOfMapping } from '#uploads/mappings/mapping.repository.ts';
import type { Mapping } from '#uploads/mappings/mapping.ts';
import { findSameFile } from '#uploads/same-file.ts';
import { insertUpload } from '#uploads/upload.repository.ts';
import type { UploadKind } from '#uploads/upload-kind.ts';
import { readMultipartFile } from './multipart-file.ts';
import { comesInParts } from './offer-upload.http.ts';
import type { createKycUpload } from './payee-uploads.routes.ts';
import { toUpload } from './upload-answer.ts';
import { incomingKey } from './upload-event.ts';
import {
  SETTINGS_OF,
  settingsOf,
  settingsOfForm,
  settingsText,
  type UploadSettings,
} from './upload-settings.ts';
import type { OfferedUpload } from './uploads.routes.ts';

/** A request with any kind of file. */
type Request = HttpRequest<RouteSpec & Pick<typeof createKycUpload, 'query' | 'body'>>;
type Answer = Reply<z.infer<typeof OfferedUpload>>;

/** The settings that a request names beside its form. */
interface Named {
  readonly query?: UploadSettings;
  readonly body?: UploadSettings;
}

/** Takes a file by whichever of the two doors of the API the request came. */
export function receiveUpload(request: Request, kind: UploadKind, named: Named = {}): Promise<Answer> {
  return request.mediaType === 'multipart/form-data'
    ? receiveFile(request, kind, named)
    : announceUpload(request, kind, named);
}

/**
 * Receives a small file in the request. The file is stored before its row: a file without a row is never seen, while
 * a row without its file would wait for ever.
 */
async function receiveFile(request: Request, kind: UploadKind, named: Named): Promise<Answer> {
  const { actor, headers, query, tenantTx } = request;
  const { filename, bytes, fields } = await readMultipartFile(
    headers.get('content-type')?.[0] ?? '',
    request.rawBody(),
    Object.keys(SETTINGS_OF[kind]),
  );
  const { settings, mapping } = await settled(request, kind, filename, named.query, settingsOfForm(fields));
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const payload = {
    kind,
    door: 'MULTIPART',
    size: bytes.length,
    sha256,
    dry_run: query.dry_run ?? false,
    ...settings,
  };
  const same = await sameFile(request, kind, sha256, settings);
  if (same !== undefined) return tenantTx(async () => same, { action: 'upload.repeated', payload });
  const id = uuidV7<UploadId>();
  const object_key = incomingKey(actor.tenantId, id);
  await putObject(object_key, bytes, sha256);
  return tenantTx(
    async (tx) =>
      answer(
        toUpload(
          await insertUpload(tx, {
            ...common(request, kind, id, settings, mapping),
            door: 'MULTIPART',
            filename,
            object_key,
            declared_sha256: sha256,
            bytes_total: BigInt(bytes.length),
          }),
        ),
        202,
      ),
    { payload },
  );
}

/** Announces a large file, which the client sends to S3 itself: `offer-upload.http.ts` says where. */
async function announceUpload(request: Request, kind: UploadKind, named: Named): Promise<Answer> {
  const { actor, body, query, tenantTx } = request;
  const { filename, size, sha256 } = body;
  const { settings, mapping } = await settled(request, kind, filename, named.query, named.body);
  const payload = { kind, door: 'PRESIGNED', size, sha256, dry_run: query.dry_run ?? false, ...settings };
  const same = sha256 === undefined ? undefined : await sameFile(request, kind, sha256, settings);
  if (same !== undefined) return tenantTx(async () => same, { action: 'upload.repeated', payload });
  const id = uuidV7<UploadId>();
  const object_key = incomingKey(actor.tenantId, id);
  const multipart_id = comesInParts(size) ? await beginParts(object_key) : null;
  return tenantTx(
    async (tx) => {
      const upload = await insertUpload(tx, {
        ...common(request, kind, id, settings, mapping),
        door: 'PRESIGNED',
        filename,
        object_key,
        multipart_id,
        declared_sha256: sha256 ?? null,
        bytes_total: BigInt(size),
      });
      return answer(toUpload(upload), 201);
    },
    { action: 'upload.requested', payload },
  );
}

/** The answer for bytes that were loaded before. */
async function sameFile(
  request: Request,
  kind: UploadKind,
  sha256: string,
  named: UploadSettings,
): Promise<Answer | undefined> {
  const identity = { kind, dry_run: request.query.dry_run ?? false, sha256, settings: settingsText(named) };
  const first = await request.tenantRead((read) => findSameFile(read, identity));
  return first && answer(toUpload(first), 200);
}

/** @throws DomainError `validation-failed` */
async function settled(
  { tenantRead }: Request,
  kind: UploadKind,
  filename: string,
  query: UploadSettings = {},
  body: UploadSettings = {},
): Promise<Settled> {
  const settings = settingsOf(query, body);
  if (settings.as_of !== undefined) await tenantRead((read) => refuseFuture(read, settings.as_of, '/as_of'));
  const { mapping: id } = settings;
  if (id === undefined) return { settings, mapping: undefined };
  if (uploadFormat(filename) !== 'csv')
    throw invalidField('/mapping', 'not-a-table', 'is for files whose names end in .csv');
  const mapping = await tenantRead((read) => findMapping(read, id));
  if (mapping?.kind !== kind) throw invalidField('/mapping', 'unknown', `is no mapping of ${kind}`);
  return { settings: { ...settings, ...settingsOfMapping(mapping) }, mapping: mapping.definition };
}

interface Settled {
  readonly settings: UploadSettings;
  readonly mapping: Mapping | undefined;
}

function common(
  { actor, query, requestId }: Request,
  kind: UploadKind,
  id: UploadId,
  named: UploadSettings,
  mapping: Mapping | undefined,
) {
  return {
    ...{ id, kind, dry_run: query.dry_run ?? false, request_id: requestId, created_by: actor.actorId },
    ...{ as_of: named.as_of ?? null, settings: settingsText(named) },
    mapping: mapping === undefined ? null : JSON.stringify(mapping),
  };
}

function answer(body: z.infer<typeof OfferedUpload>, status: number): Answer {
  return reply(body, { status });
}
