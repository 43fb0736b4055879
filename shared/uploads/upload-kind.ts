import type { TenantType } from '#kernel/roles.ts';

/** What can be uploaded. The folder of a kind in the drop folder and its route carry its name. */
export const UPLOAD_KINDS = ['shareholders', 'contributions'] as const;
export type UploadKind = (typeof UPLOAD_KINDS)[number];

/** Whose registers a kind belongs to. */
export const TENANT_TYPE_OF: Readonly<Record<UploadKind, TenantType>> = {
  shareholders: 'ISSUER',
  contributions: 'SPONSOR',
};

export function isUploadKind(name: string): name is UploadKind {
  return (UPLOAD_KINDS as readonly string[]).includes(name);
}
