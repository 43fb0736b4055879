/** The place for which corrected data is sealed: a text that is moved to another item doesn't open. */
export function correctionPlace(itemId: string): string {
  return `inbound_items/${itemId}/corrected`;
}
