import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '#kernel/domain-error.ts';
import { tenantRead } from '#platform/db/tenant-tx.ts';
import { logger } from '#platform/observability/logger.ts';
import type { Delivery } from '#platform/queue/consumer.ts';
import { systemActor } from '#platform/queue/system-actor.ts';
import { applyDueSplits } from '#register/splits/apply-splits.ts';
import { validateFile } from '#uploads/checking/validate-file.ts';
import { findByPrincipal } from '#uploads/drop/drop-credential.repository.ts';
import { type Door, doorOf, type StoredFile } from '#uploads/intake/upload-event.ts';
import { settingsText } from '#uploads/intake/upload-settings.ts';
import { findMappingByName, settingsOfMapping } from '#uploads/mappings/mapping.repository.ts';
import {
  claimUpload,
  findTenantOfFolder,
  findUpload,
  INTERNAL_ERROR,
  UNKNOWN_SENDER,
  type UploadRecord,
  upsertDropped,
} from '#uploads/upload.repository.ts';
import { failureText, RefusedFile } from '#uploads/upload-failure.ts';
import { isUploadKind, TENANT_TYPES_OF, UPLOAD_KINDS } from '#uploads/upload-kind.ts';
import { validateUpload } from '#uploads/uploads.jobs.ts';
import { failUpload, refusePutOut } from './finish-upload.ts';

type About = Pick<Delivery<unknown>, 'requestId' | 'isFinal'>;

/** The route stores a small file before its row, so the file's event may arrive first. */
const WAIT_FOR_ROW_MS = 200;
const WAITS_FOR_ROW = 10;

/**
 * Processes one stored file, whichever way it arrived. It ends the upload or throws; then the event is delivered
 * again, and the work starts over. A failure that no tenant can see is logged.
 */
export async function processUpload(file: StoredFile, about: About): Promise<void> {
  const found = await findUploadOf(file, about);
  if (found === undefined) return;
  const { upload, refusal } = found;
  // The upload continues under the id of the request that asked for it.
  const actor = systemActor(upload.tenant_id, upload.request_id, validateUpload, upload.created_by);
  try {
    const claimed = await claimUpload(actor.tenantId, upload.id, file);
    if (claimed === undefined) {
      logger.info('upload has ended already', { upload_id: upload.id, object_ref: file.ref });
      return;
    }
    if (refusal !== undefined) throw refusal;
    await tenantRead(actor.tenantId, (read) => refusePutOut(read, claimed));
    // Its rows are judged by the register after a split whose day has begun, also if the job of splits comes later.
    if (claimed.kind === 'shareholders' || claimed.kind === 'ballots') await applyDueSplits(actor);
    await validateFile({ actor, upload: claimed, file });
  } catch (error) {
    const failure = failureText(asRefusal(error));
    if (failure !== undefined)
      await failUpload(actor, upload, failure, {
        rejections: error instanceof RefusedFile ? error.rejections : undefined,
      });
    else {
      // A redrive from the dead-letter queue takes it up again.
      if (about.isFinal(error))
        await failUpload(
          actor,
          upload,
          `${INTERNAL_ERROR}: The file could not be processed; we are looking into it.`,
        );
      throw error;
    }
  }
}

function asRefusal(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  const { slug, message } = error;
  return slug === 'tenant-suspended' || slug === 'authorized-shares-exceeded'
    ? new RefusedFile(slug, message)
    : error;
}

interface FoundUpload {
  readonly upload: UploadRecord;
  /** Why it can't be taken, known from where it was put. */
  readonly refusal?: RefusedFile;
}

async function findUploadOf(file: StoredFile, about: About): Promise<FoundUpload | undefined> {
  const door = doorOf(file.key);
  if (door === undefined) {
    logger.warn('an object that is no upload was ignored', { bytes: file.bytes });
    return undefined;
  }
  return door.door === 'incoming' ? findIncoming(door, about) : findDropped(door, file, about);
}

async function findIncoming(
  { tenantId, uploadId }: Door & { readonly door: 'incoming' },
  about: About,
): Promise<FoundUpload | undefined> {
  for (let waits = 0; waits < WAITS_FOR_ROW; waits += 1) {
    const upload = await tenantRead(tenantId, (read) => findUpload(read, uploadId));
    if (upload !== undefined) return { upload };
    await sleep(WAIT_FOR_ROW_MS);
  }
  const missing = new Error(`there is no upload ${uploadId} yet`);
  if (!about.isFinal(missing)) throw missing;
  // The request that stored it was cut off or refused, and answered so.
  logger.warn('a stored file has no upload', { tenant_id: tenantId, upload_id: uploadId });
  return undefined;
}

async function findDropped(
  { slug, folder, filename }: Door & { readonly door: 'drop' },
  file: StoredFile,
  about: About,
): Promise<FoundUpload | undefined> {
  const tenant = await findTenantOfFolder(slug);
  if (tenant === undefined) {
    logger.warn('a file was dropped into the folder of no tenant', { bytes: file.bytes });
    return undefined;
  }
  const { principalId } = file;
  const sender = principalId === undefined ? undefined : await findByPrincipal(tenant.id, principalId);
  const [kind = '', mappingName, ...deeper] = folder.split('/');
  const mapping =
    mappingName === undefined || !isUploadKind(kind)
      ? undefined
      : await tenantRead(tenant.id, (read) => findMappingByName(read, kind, mappingName));
  const isPlace = isUploadKind(kind) && deeper.length === 0;
  const upload = await upsertDropped(
    tenant.id,
    {
      mapping: mapping?.definition ?? null,
      settings: mapping === undefined ? '' : settingsText(settingsOfMapping(mapping)),
      kind: isPlace ? kind : 'unknown',
      filename,
      object_key: file.key,
      object_ref: file.ref,
      request_id: about.requestId,
    },
    sender,
  );
  if (upload.drop_credential_id === null)
    return {
      upload,
      refusal: new RefusedFile(
        UNKNOWN_SENDER,
        'It is not known by which credential of the tenant it was dropped. Drop it again, by a live credential.',
      ),
    };
  if (!isUploadKind(kind) || deeper.length > 0)
    return {
      upload,
      refusal: new RefusedFile(
        'unknown-folder',
        `A file must be put into ${UPLOAD_KINDS.map((one) => `${one}/`).join(', ')} of the drop folder, or into a folder there that is named like a mapping.`,
      ),
    };
  if (!TENANT_TYPES_OF[kind].includes(tenant.type))
    return {
      upload,
      refusal: new RefusedFile('wrong-tenant', `This tenant has no ${kind} to load a file into.`),
    };
  // The upload keeps the mapping that was there when the file came, whatever has become of it.
  if (mappingName !== undefined && upload.mapping === null)
    return {
      upload,
      refusal: new RefusedFile(
        'unknown-mapping',
        `There was no mapping of ${kind} with the name of the folder. Create it, and drop the file again.`,
      ),
    };
  return { upload };
}
