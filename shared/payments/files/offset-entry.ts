/** The reason for which an item waits that answers an offset entry: the account of the tenant itself is at fault, and no payment. */
export const OFFSET_ENTRY = 'offset-entry';
