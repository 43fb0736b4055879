/** Returns the `type` of a problem by its slug, where the registry of all problems would be too much to load. */
export function typeOfSlug(slug: string): string {
  return `/problems/${slug}`;
}

/** Returns the slug of a problem's `type`, for answers that word it as another standard does. */
export function slugOfType(type: string): string {
  return type.slice(type.lastIndexOf('/') + 1);
}
