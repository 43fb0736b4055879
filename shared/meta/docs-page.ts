import { linkTo } from '#contracts/links.ts';
import { SWAGGER_UI_SCRIPT, SWAGGER_UI_STYLE } from './docs-assets.ts';
import { getDocsAsset, getHome, getOpenapi } from './meta.routes.ts';
import { page } from './page.ts';

const STYLE = `
body { margin: 0; background: #fff; font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
html.dark-mode body { background: #1c2022; }
.home { max-width: 1460px; margin: 0 auto; padding: 20px 20px 0; box-sizing: border-box; font-size: 14px; }
.home a { color: #1d4d4f; text-decoration: none; }
.home a:hover, .home a:focus-visible { text-decoration: underline; text-underline-offset: 0.2em; }
html.dark-mode .home a { color: #8fc7c1; }
.swagger-ui .info { margin: 24px 0; }
.swagger-ui .info .description { max-width: 50rem; }
.swagger-ui .info p { line-height: 1.5; }
.swagger-ui .scheme-container { padding: 16px 0; box-shadow: none; }
noscript { display: block; padding: 20px; }
`;

const asset = (name: string) => linkTo(getDocsAsset, { asset: name });

/** Groups are closed at first: a browser needs many seconds to draw every operation. Operations stay in the order of the contract; nothing is remembered in the browser, tokens least of all. */
const SCRIPT = `
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
SwaggerUIBundle({
  url: document.getElementById('docs').dataset.contract,
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'none',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
});
`;

export const docsPage = page({
  title: 'Vestry API',
  description: 'Every operation of the Vestry API, to read and to try.',
  assets: `<link rel="stylesheet" href="${asset(SWAGGER_UI_STYLE)}">\n`,
  style: STYLE,
  body: `<header class="home"><a href="${linkTo(getHome)}">← Vestry</a></header>
<div id="docs" data-contract="${linkTo(getOpenapi)}"></div>
<noscript>This page needs JavaScript. The contract itself is at <a href="${linkTo(getOpenapi)}">openapi.json</a>.</noscript>
<script src="${asset(SWAGGER_UI_SCRIPT)}"></script>`,
  script: SCRIPT,
  sources: { 'script-src': "'self'", 'style-src': "'self'", 'connect-src': "'self'" },
});
