import type { TenantType } from '#kernel/roles.ts';

/** The kinds of upload. The route of a kind and its folder in the drop folder carry its name. */
export const UPLOAD_KINDS = ['shareholders', 'contributions'] as const;
export type UploadKind = (typeof UPLOAD_KINDS)[number];

/** The type of tenant that may upload each kind. */
export const TENANT_TYPE_OF: Readonly<Record<UploadKind, TenantType>> = {
  shareholders: 'ISSUER',
  contributions: 'SPONSOR',
};

export function isUploadKind(name: string): name is UploadKind {
  return (UPLOAD_KINDS as readonly string[]).includes(name);
}
