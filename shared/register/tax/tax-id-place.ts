/** Returns the place that a tax id is sealed for. */
export function taxIdPlace(shareholderId: string): string {
  return `tax_certifications/${shareholderId}/tax_id`;
}
