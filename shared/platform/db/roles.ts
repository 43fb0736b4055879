import type { TenantId } from '#kernel/ids.ts';

/** The database roles. The application role owns nothing and cannot bypass row-level security. */
export const OWNER_ROLE = 'vestry_owner';
export const APP_ROLE = 'vestry_app';
export const SYSTEM_ROLE = 'vestry_system';
export const REPORT_ROLE = 'vestry_report';

/** The reserved tenant of the platform's operators (docs/adr/0003). */
export const PLATFORM_TENANT_ID = '00000000-0000-0000-0000-000000000000' as TenantId;
export const PLATFORM_TENANT_SLUG = 'vestry-platform';
