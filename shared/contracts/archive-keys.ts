/** Begins the keys of a tenant's entries of a day in the archive. The day is as long in every key, so that none of another tenant fits a pattern of it. */
export function archivePrefix(day: string, tenantId: string): string {
  return `audit/dt=${day}/tenant=${tenantId}/`;
}
