/** A file or directory that an entry reads at run time beside its code. */
export interface Sidecar {
  /** Relative to the repository. */
  readonly from: string;
  /** Relative to the function's directory. */
  readonly to: string;
}

/** By entry. */
export const sidecars: Readonly<Record<string, readonly Sidecar[]>> = {
  'functions/platform/migrate.ts': [{ from: 'migrations', to: 'migrations' }],
  'functions/meta/not-found.ts': [{ from: 'docs/openapi.json', to: 'openapi.json' }],
};
