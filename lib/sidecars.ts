import { ASSETS_DIRECTORY, DOCS_ASSETS } from '#meta/docs-assets.ts';

/** A file or directory that an entry reads at run time beside its code. */
export interface Sidecar {
  /** Relative to the repository. */
  readonly from: string;
  /** Relative to the function's directory. */
  readonly to: string;
}

const contract: readonly Sidecar[] = [{ from: 'docs/openapi.json', to: 'openapi.json' }];

/** The package of the font of PDFs, which the worker reads from it as Node resolves it. */
const FONTS = 'node_modules/dejavu-fonts-ttf';

/** The sidecars by entry. */
export const sidecars: Readonly<Record<string, readonly Sidecar[]>> = {
  'functions/platform/migrate.ts': [{ from: 'migrations', to: 'migrations' }],
  'functions/workers/write-report-export.ts': ['ttf/DejaVuSansCondensed.ttf', 'LICENSE'].map((name) => ({
    from: `${FONTS}/${name}`,
    to: `${FONTS}/${name}`,
  })),
  'functions/meta/get-openapi.ts': contract,
  'functions/meta/not-found.ts': contract,
  'functions/meta/get-docs-asset.ts': Object.entries(DOCS_ASSETS).map(([name, { from }]) => ({
    from,
    to: `${ASSETS_DIRECTORY}/${name}`,
  })),
};
