import type { TenantType, UserRole } from '#kernel/roles.ts';

/** The kinds of upload. The route of a kind and its folder in the drop folder carry its name. */
export const UPLOAD_KINDS = [
  'shareholders',
  'contributions',
  'ballots',
  'kyc',
  'bank-accounts',
  'tax-certifications',
  'participants',
] as const;
export type UploadKind = (typeof UPLOAD_KINDS)[number];

/** The users who may upload files, and whose files load. */
export const UPLOADING_ROLES = ['ADMIN', 'OPS'] as const satisfies readonly UserRole[];

/** The types of tenant that may upload each kind. */
export const TENANT_TYPES_OF: Readonly<Record<UploadKind, readonly TenantType[]>> = {
  shareholders: ['ISSUER'],
  contributions: ['SPONSOR'],
  ballots: ['ISSUER'],
  kyc: ['ISSUER', 'SPONSOR'],
  'bank-accounts': ['ISSUER', 'SPONSOR'],
  'tax-certifications': ['ISSUER'],
  participants: ['SPONSOR'],
};

export function isUploadKind(name: string): name is UploadKind {
  return (UPLOAD_KINDS as readonly string[]).includes(name);
}
