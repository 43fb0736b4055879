/** Returns the place for which the secret of a key is sealed. */
export function keyPlace(credentialId: string): string {
  return `drop_credentials/${credentialId}/secret`;
}
