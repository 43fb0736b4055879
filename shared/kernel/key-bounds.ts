/** The bounds of an API key, which never change: they are what two persons have agreed on. */
export interface KeyBounds {
  /** The operations that it may call; undefined: all of its role. */
  readonly routes: readonly string[] | undefined;
  /** The networks that it may be used from; undefined: any. */
  readonly networks: readonly string[] | undefined;
}
