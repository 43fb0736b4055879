/** Returns the slug of a problem's `type`, for answers that word it as another standard does. */
export function slugOfType(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}
