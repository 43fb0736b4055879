/** The version of the package swagger-ui-dist. It is part of the assets' names, so that a name always means the same bytes. */
export const SWAGGER_UI_VERSION = '5.35.0';

export interface DocsAsset {
  /** Relative to the repository. */
  readonly from: string;
  readonly contentType: string;
}

const PACKAGE = 'node_modules/swagger-ui-dist';

export const SWAGGER_UI_SCRIPT = `swagger-ui-${SWAGGER_UI_VERSION}.js`;
export const SWAGGER_UI_STYLE = `swagger-ui-${SWAGGER_UI_VERSION}.css`;

/** The files that `/docs/{asset}` serves, by name. It serves nothing else. */
export const DOCS_ASSETS: Readonly<Record<string, DocsAsset>> = {
  [SWAGGER_UI_SCRIPT]: {
    from: `${PACKAGE}/swagger-ui-bundle.js`,
    contentType: 'text/javascript; charset=utf-8',
  },
  [SWAGGER_UI_STYLE]: { from: `${PACKAGE}/swagger-ui.css`, contentType: 'text/css; charset=utf-8' },
  // The script names this file for the licenses of what it is made from.
  'swagger-ui-bundle.js.LICENSE.txt': {
    from: `${PACKAGE}/swagger-ui-bundle.js.LICENSE.txt`,
    contentType: 'text/plain; charset=utf-8',
  },
};

/** The directory of the assets, beside the function's code. */
export const ASSETS_DIRECTORY = 'assets';
