/**
 * Dependencies point down: functions → shared/<domain> → shared/platform → shared/contracts → shared/kernel.
 * `npm run lint` enforces it.
 */

/** Modules that do I/O, or lead to it. */
const IO = [
  '^node_modules/(pg|kysely|pg-copy-streams)/',
  '^node_modules/@aws-sdk/',
  '^(node:)?(fs|net|http|https|child_process|worker_threads)(/promises)?$',
  '^shared/platform/(environment|db|events|idempotency|observability|storage)',
];

export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Modules that need each other are one module, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'domains-know-no-http',
      comment:
        'A rule is the same for a request, a queue and a schedule. Route tables are data; what turns a domain into an answer for several operations is named *.http.ts.',
      severity: 'error',
      from: {
        path: '^shared/(?!platform/|contracts/|kernel/)',
        pathNot: '^shared/routes\\.ts$|\\.(routes|http)\\.ts$|\\.test\\.ts$',
      },
      to: { path: '^shared/platform/http/|^shared/.*\\.http\\.ts$' },
    },
    {
      name: 'platform-knows-no-domain',
      severity: 'error',
      from: { path: '^shared/platform/' },
      to: { path: '^shared/(?!platform/|contracts/|kernel/|generated/)', pathNot: '\\.test\\.ts$' },
    },
    {
      name: 'contracts-are-words',
      comment: 'What the world may rely on is data: it needs the kernel and nothing else.',
      severity: 'error',
      from: { path: '^shared/contracts/' },
      to: { path: '^(shared/(?!contracts/|kernel/)|functions/|lib/|local/)' },
    },
    {
      name: 'kernel-is-the-bottom',
      comment: 'It knows the names of problems, so that an error can only name one that is registered.',
      severity: 'error',
      from: { path: '^shared/kernel/' },
      to: { path: '^(shared/(?!kernel/|contracts/problems)|functions/|lib/|local/)' },
    },
    {
      name: 'shared-is-below',
      comment:
        'What is deployed imports neither the functions around it nor the tools that build and run it.',
      severity: 'error',
      from: { path: '^shared/', pathNot: '\\.(test|sample)\\.ts$' },
      to: { path: '^(functions|lib|local|bin|tests|tools)/' },
    },
    {
      name: 'functions-stand-alone',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(functions|lib|local|bin|tests|tools)/' },
    },
    {
      name: 'tables-are-for-builders',
      comment: 'A function that imported a whole table would load every schema at its cold start.',
      severity: 'error',
      from: { path: '^(functions|shared/(?!routes|jobs))', pathNot: '\\.test\\.ts$' },
      to: { path: '^shared/(routes|jobs)\\.ts$' },
    },
    {
      name: 'lib-reads-tables-only',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        path: '^shared/',
        pathNot:
          '^shared/(routes|jobs|meta/docs-assets|retention/retention-policy|kernel/(roles|calendar))\\.ts$|^shared/contracts/|^shared/platform/(http/route|queue/job)\\.ts$',
      },
    },
    {
      name: 'repositories-are-private',
      comment: 'A domain asks another for a use case, not for its tables.',
      severity: 'error',
      from: { path: '^shared/([^/]+)/' },
      to: { path: '^shared/[^/]+/.*\\.repository\\.ts$', pathNot: '^shared/$1/' },
    },
    {
      name: 'routes-are-data',
      comment: 'Docs, templates and tests read routes and jobs without running anything.',
      severity: 'error',
      from: { path: '\\.(routes|jobs)\\.ts$' },
      to: { path: IO, reachable: true },
    },
    {
      name: 'rules-are-pure',
      severity: 'error',
      from: { path: '^shared/(plans/vesting|payments/nacha)/', pathNot: '\\.test\\.ts$' },
      to: { path: IO, reachable: true },
    },
    {
      name: 'template-runner-stands-alone',
      comment: 'local/aws runs any synthesised templates: what it needs of Vestry comes to it as arguments.',
      severity: 'error',
      from: { path: '^local/aws/' },
      to: { pathNot: '^(local/aws|node_modules)/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'template-runner-names-its-packages',
      comment: 'A package that it uses stands in its own package.json.',
      severity: 'error',
      from: { path: '^local/aws/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown'] },
    },
    {
      name: 'template-runner-by-its-exports',
      comment: 'Its package.json says what it offers; no path leads past it.',
      severity: 'error',
      from: { pathNot: '^local/aws/' },
      to: { path: '^local/aws/', dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'template-runner-is-for-local',
      comment: 'What is deployed, and what describes it, knows nothing of the machine that it may run on.',
      severity: 'error',
      from: { path: '^(bin|functions|lib|shared|tools)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^local/aws/' },
    },
    {
      name: 'console-takes-types',
      comment:
        'What runs in a browser reaches the platform by its API alone; the table of routes says what that takes and answers.',
      severity: 'error',
      from: { path: '^console/' },
      to: { path: '^(bin|functions|lib|local|shared|tests|tools)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'console-is-for-browsers',
      severity: 'error',
      from: { pathNot: '^console/' },
      to: { path: '^console/src/' },
    },
    {
      name: 'tests-are-on-top',
      comment: 'What runs never needs what tests it.',
      severity: 'error',
      from: { path: '^(bin|functions|lib|local|shared|tools)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^tests/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      // What only the bundler puts into a package's place has no importer.
      from: {
        orphan: true,
        path: '^(shared|lib|local)/',
        pathNot: ['\\.d\\.m?ts$', '\\.test\\.ts$', '/(x-ray-context|no-connection-string|node-http)\\.ts$'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules' },
    exclude: { path: '^(cdk\\.out|coverage|\\.vestry)|\\.d\\.ts$' },
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
};
