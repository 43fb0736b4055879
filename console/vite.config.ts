import { defineConfig, type Plugin } from 'vite';

/** The design system brings a font that the policy of the console lets nobody load: the fonts of the system take its place. */
const withoutFonts: Plugin = {
  name: 'without-fonts',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('.css') ? code.replace(/@font-face\s*\{[^}]*\}/g, '') : null),
};

export default defineConfig({
  root: import.meta.dirname,
  base: '/console/',
  plugins: [withoutFonts],
  // An asset that is unpacked into a page would be a source of its own for the policy.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2022' },
  server: { proxy: { '/api': process.env.VESTRY_API ?? 'http://localhost:8000' } },
});
