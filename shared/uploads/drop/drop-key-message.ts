import * as z from 'zod';
import { tenantId } from '#kernel/fields.ts';

/** Everything that issuing or removing a key needs, because the function that does can't look anything up. */
export const DropKeyMessage = z.strictObject({
  tenant_id: tenantId,
  credential_id: z.uuid(),
  /** The tenant's folder. */
  folder: z.string(),
  wanted: z.enum(['KEY', 'NONE']),
});
export type DropKeyMessage = z.infer<typeof DropKeyMessage>;

interface Credential {
  readonly id: string;
  readonly tenant_id: string;
  readonly folder: string;
}

export function keyMessage(
  { id, tenant_id, folder }: Credential,
  wanted: DropKeyMessage['wanted'],
): z.input<typeof DropKeyMessage> {
  return { tenant_id, credential_id: id, folder, wanted };
}

/** The outcome: a key, none as it was wanted, or none because it couldn't be issued. */
export const DropKeyOutcome = z.strictObject({
  tenant_id: tenantId,
  credential_id: z.uuid(),
  issued: z
    .strictObject({ access_key_id: z.string(), principal_id: z.string(), secret_sealed: z.string() })
    .nullable(),
  removed: z.boolean(),
});
export type DropKeyOutcome = z.infer<typeof DropKeyOutcome>;
