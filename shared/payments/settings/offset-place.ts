/** Returns the place that the number of a tenant's own account is sealed for, in the settings and in the files that were prepared by them. */
export function offsetPlace(tenantId: string): string {
  return `payment_settings/${tenantId}/offset_number`;
}
