import { ASSETS_DIRECTORY, DOCS_ASSETS } from '#meta/docs-assets.ts';

/** A file or directory that an entry reads at run time beside its code. */
export interface Sidecar {
  /** Relative to the repository. */
  readonly from: string;
  /** Relative to the function's directory. */
  readonly to: string;
}

const contract: readonly Sidecar[] = [{ from: 'docs/openapi.json', to: 'openapi.json' }];

/** The sidecars by entry. */
export const sidecars: Readonly<Record<string, readonly Sidecar[]>> = {
  'functions/platform/migrate.ts': [{ from: 'migrations', to: 'migrations' }],
  'functions/meta/get-openapi.ts': contract,
  'functions/meta/not-found.ts': contract,
  'functions/meta/get-docs-asset.ts': Object.entries(DOCS_ASSETS).map(([name, { from }]) => ({
    from,
    to: `${ASSETS_DIRECTORY}/${name}`,
  })),
};
